"""A voided draw and its successor in public: each shows the difference, and no name before its day."""

import re

import pytest
from django.core.cache import cache

from draws import services as ceremony
from inspections import services as field
from registries.models import Target
from tasks import services
from tests import pdf, suzhou
from tests.tasks import ceremonies as play

SHOWN_FROM = "2021-11-30"
MOST = 20


@pytest.fixture
def task(db, clock):
    clock(play.MORNING)
    return suzhou.lay_task()


def drawn(draw):
    lines = [line.split("\t") for line in draw.result_text.splitlines()]
    codes = {line[2] for line in lines if line[0] == "selected"}
    return set(Target.objects.filter(code__in=codes).values_list("name", flat=True))


def voided(task, then_ppm=400_000):
    first = play.void(suzhou.opened_draw(task), "误把“守信”档比例填成 10%，应为 40%")
    task.refresh_from_db()
    task.tiers.filter(grade__slug="good").update(ratio_ppm=then_ppm)
    return first


def difference(client, draw):
    page = client.get(f"/draws/{draw.draw_id}/")
    assert page.status_code == 200
    found = re.search(r'id="a0">(.*?)</section>', page.text, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]) if found else ""


def dispatched(task):
    services.request_confirmation(task, actor=suzhou.person("lead"))
    for confirmation in task.confirmations.all():
        services.confirm(
            confirmation, actor=suzhou.person(f"admin-{confirmation.agency.system_id}")
        )
    services.lock_list(task, actor=suzhou.person("lead"))
    draw = services.freeze_people(task, actor=suzhou.person("lead"))
    ceremony.consent(draw, actor=suzhou.person("admin-shichang"))
    services.open_people(draw, actor=suzhou.person("lead"), **suzhou.WITNESS)
    field.dispatch(task, actor=suzhou.person("lead"))


def test_before_the_list_is_public_both_pages_tell_numbers_and_rules_only(client, task):
    first = voided(task)
    second = suzhou.opened_draw(task)
    old, new = drawn(first), drawn(second)
    assert new - old, "40 % of eight draws somebody new"
    for draw in (first, second):
        text = difference(client, draw)
        assert f"新抽中{len(new - old)}户" in "".join(text.split())
        assert "守信：10%，进一" in text
        assert "守信：40%，进一" in text
        assert "两次相同，没有增减" in text
        for name in Target.objects.values_list("name", flat=True):
            assert name not in text
    page = client.get(f"/draws/{second.draw_id}/").text
    for name in new - old:
        assert name not in page


def test_once_the_list_is_public_both_pages_name_who_would_have_been_drawn(client, task, clock):
    first = voided(task)
    second = suzhou.opened_draw(task)
    task.refresh_from_db()
    dispatched(task)
    clock(SHOWN_FROM)
    cache.clear()
    old, new = drawn(first), drawn(second)
    for draw in (first, second):
        text = difference(client, draw)
        for name in old ^ new:
            assert name in text
        for name in old & new:
            assert name not in text


def test_while_the_successor_is_frozen_its_page_says_what_comes(client, task):
    first = voided(task)
    second = suzhou.frozen_draw(task)
    for draw in (first, second):
        text = difference(client, draw)
        assert "尚未开启" in text
        assert "新抽中" not in text


def test_who_left_the_list_is_counted(client, task):
    first = voided(task)
    gone = Target.objects.exclude(name__in=drawn(first)).first()
    Target.objects.filter(pk=gone.pk).update(status="revoked")
    second = suzhou.opened_draw(task)
    text = "".join(difference(client, second).split())
    assert "分档或状态不同1户" in text or "移出名单1户" in text


def test_aliases_are_compared_and_nobody_is_named(client, task):
    task.rules |= {"is_restricted": True}
    task.save()
    first = voided(task)
    second = suzhou.opened_draw(task)
    for draw in (first, second):
        text = difference(client, draw)
        assert "以化名公开" in text
        assert "两次相同，没有增减" in text, "the same firms behind other aliases"
        assert "守信" not in text
        for name in Target.objects.values_list("name", flat=True):
            assert name not in text


def test_a_first_draw_that_stands_has_no_difference(client, task):
    assert difference(client, suzhou.opened_draw(task)) == ""


@pytest.mark.parametrize("ppm", [200_000, 1_000_000])
def test_a_longer_difference_needs_no_more_queries(
    client, task, clock, django_assert_max_num_queries, ppm
):
    first = voided(task, ppm)
    second = suzhou.opened_draw(task)
    task.refresh_from_db()
    dispatched(task)
    clock(SHOWN_FROM)
    for draw in (first, second):
        with django_assert_max_num_queries(MOST):
            client.get(f"/draws/{draw.draw_id}/")


def minutes(client, draw):
    page = client.get(f"/draws/{draw.draw_id}/minutes.pdf")
    assert page.status_code == 200
    assert page["Content-Type"] == "application/pdf"
    return pdf.reading_of(b"".join(page.streaming_content))


def test_the_minutes_are_public_and_keep_the_seed_until_the_list_is(client, task, clock):
    draw = suzhou.opened_draw(task)
    assert f"/draws/{draw.draw_id}/minutes.pdf" in client.get(f"/draws/{draw.draw_id}/").text
    said = minutes(client, draw)
    assert draw.freeze_digest in said
    assert draw.seed not in said
    for name in drawn(draw):
        assert name not in said
    task.refresh_from_db()
    dispatched(task)
    clock(SHOWN_FROM)
    assert draw.seed in minutes(client, draw)


def test_the_second_draw_has_no_public_minutes(client, task):
    suzhou.assigned(task)
    draw = task.draws.get(purpose="inspectors")
    assert client.get(f"/draws/{draw.draw_id}/minutes.pdf").status_code == 404
