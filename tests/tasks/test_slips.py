"""The slip of a draw by aliases: for whom, what it says, and who prints it."""

import re

import pytest
from django.urls import reverse

from core.errors import DomainError, NotAllowed
from core.models import AuditEvent
from demo.house import STAR
from draws import drs1
from draws import services as draws
from registries.models import Target
from tests import suzhou


@pytest.fixture
def covered(task):
    task.rules |= {"is_restricted": True}
    task.save()
    return suzhou.frozen_draw(task)


def star():
    return Target.objects.get(name=STAR)


def slip_url(task):
    return reverse("tasks:slip", args=[task.number])


def printed():
    return AuditEvent.objects.filter(verb="draws.print_slip")


def test_the_slip_recognises_the_alias_of_its_enterprise_and_of_no_other(covered):
    slip = draws.print_slip(covered, f" {star().code.lower()} ", actor=suzhou.person("lead"))
    assert slip.pk == star().pk
    assert f"\n{slip.alias}\t" in covered.candidates_text
    assert drs1.alias(bytes.fromhex(slip.salt), star().code) == slip.alias
    other = Target.objects.exclude(name=STAR).first()
    assert drs1.alias(bytes.fromhex(slip.salt), other.code) not in covered.candidates_text
    event = printed().get()
    assert event.actor == suzhou.person("lead")
    assert event.subject == f"draws.draw:{covered.pk}"


@pytest.mark.parametrize("code", ["91341323MA00000000", "x", "九"])
def test_a_code_that_is_not_on_the_list_gets_none(covered, code):
    with pytest.raises(DomainError, match="不在本次抽取封存的名单里，没有打印凭条"):
        draws.print_slip(covered, code, actor=suzhou.person("lead"))
    assert not printed().exists()


def test_a_draw_by_real_names_needs_none(task):
    draw = suzhou.frozen_draw(task)
    with pytest.raises(DomainError, match="实名公开.*不需要凭条"):
        draws.print_slip(draw, star().code, actor=suzhou.person("lead"))
    assert not printed().exists()


@pytest.mark.parametrize("username", ["admin-gongan", "admin-shichang", "supervisor", "leader"])
def test_only_the_lead_prints(covered, username):
    with pytest.raises(NotAllowed):
        draws.print_slip(covered, star().code, actor=suzhou.person(username))
    assert not printed().exists()


def test_the_page_prints_what_the_enterprise_needs(covered, log_in, settings):
    settings.PORTAL_URL = "https://ssj.suzhou.example"
    client = log_in(suzhou.person("lead"))
    assert (
        slip_url(covered.drawn_for.task)
        in client.get(f"/desk/tasks/{covered.drawn_for.task.number}/draw/").text
    )
    asked = client.get(slip_url(covered.drawn_for.task))
    assert "统一社会信用代码" in asked.text
    assert not printed().exists()
    page = client.post(slip_url(covered.drawn_for.task), {"code": star().code})
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    bare = re.sub(r"<[^>]+>|\s", "", page.text)
    salt = drs1.salt(bytes.fromhex(covered.master), star().code)
    alias = drs1.alias(salt, star().code)
    public = f"https://ssj.suzhou.example/draws/{covered.draw_id}/"
    for said in (STAR, alias, salt.hex(), covered.draw_id, covered.freeze_digest, public):
        assert said in bare, said
    assert "<svg" in page.text
    assert "viewBox" in page.text
    assert covered.master not in page.text
    assert printed().count() == 1


def test_the_page_refuses_a_stranger_and_keeps_what_was_typed(covered, log_in):
    page = log_in(suzhou.person("lead")).post(
        slip_url(covered.drawn_for.task), {"code": "91340000X"}
    )
    assert page.status_code == 422
    assert "不在本次抽取封存的名单里" in page.text
    assert 'value="91340000X"' in page.text
    assert not printed().exists()


def test_the_page_of_a_draw_by_real_names_says_that_no_slip_is_needed(task, log_in):
    draw = suzhou.frozen_draw(task)
    client = log_in(suzhou.person("lead"))
    assert slip_url(task) not in client.get(f"/desk/tasks/{draw.drawn_for.task.number}/draw/").text
    assert "不需要凭条" in client.get(slip_url(task)).text
    assert client.post(slip_url(task), {"code": star().code}).status_code == 422


def test_before_the_freeze_there_is_no_slip(task, log_in):
    assert log_in(suzhou.person("lead")).get(slip_url(task)).status_code == 404
