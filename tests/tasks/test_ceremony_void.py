import json
import subprocess
import sys

import pytest

from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import Notice
from deadlines.flows import DeadlineStatus
from deadlines.models import Deadline, DeadlineKind
from draws import drs1
from draws import services as draws
from draws.flows import DrawStatus
from draws.models import Draw, DrawRecord, Purpose
from draws.reads import certificates
from draws.services import voiding
from inspections import services as field
from tasks import services
from tasks.flows import TaskStatus
from tasks.models import Assignment, Selection
from tasks.reads.draws import changes_of
from tests import suzhou
from tests.tasks import ceremonies as play
from tests.tasks.test_ceremony_beacon import BEACON
from tests.tasks.test_ceremony_contributions import verified


@pytest.fixture
def morning(task, clock):
    clock(play.MORNING)
    return task


def recomputed(draw):
    """The result by the program of the public, from the published input."""
    done = subprocess.run(
        [sys.executable, drs1.__file__, "recompute", "-"],
        input=json.dumps(certificates.input_of(draw)),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)["result"]


def codes(draw):
    return {
        line.split("\t")[2]
        for line in draw.result_text.splitlines()
        if line.startswith("selected\t")
    }


def test_a_void_of_a_frozen_draw_publishes_what_would_have_been_drawn(morning, tmp_path):
    draw = play.void(suzhou.frozen_draw(morning))
    draw.refresh_from_db()
    assert draw.status == DrawStatus.VOIDED
    assert len(codes(draw)) == suzhou.EXPECT["tiered"]["total"]
    assert not Selection.every.exists()
    types = list(DrawRecord.objects.filter(draw=draw).values_list("type", flat=True))
    assert types == ["freeze", "closed", "open", "void"]
    assert draw.closed_text.endswith("contribution\t见证人\t-\n")
    morning.refresh_from_db()
    assert morning.status == TaskStatus.DRAFT
    certificate = certificates.build(draw)
    assert certificate["void"]["reason"] == "名录漏了一个县区"
    code, said = verified(draw, tmp_path)
    assert code == 0, said


def test_a_void_of_an_opened_draw_takes_the_list_back_but_keeps_it(morning):
    draw = suzhou.opened_draw(morning)
    services.request_confirmation(morning, actor=suzhou.person("lead"))
    before = draw.result_digest
    play.void(draw)
    draw.refresh_from_db()
    assert (draw.status, draw.result_digest) == (DrawStatus.VOIDED, before)
    assert recomputed(draw) == before
    assert set(Selection.every.values_list("standing", flat=True)) == {"void"}
    assert not Selection.objects.exists()
    assert not morning.confirmations.exists()
    clocks = Deadline.objects.filter(kind=DeadlineKind.CONFIRM_LIST)
    assert set(clocks.values_list("status", flat=True)) == {DeadlineStatus.CANCELLED}
    morning.refresh_from_db()
    assert morning.status == TaskStatus.DRAFT


def test_everybody_concerned_is_told(morning):
    play.void(suzhou.frozen_draw(morning))
    told = {n.recipient.username for n in Notice.objects.filter(text__contains="已作废")}
    assert told == {"lead", "admin-gongan", "admin-shichang"}


def test_the_successor_names_the_one_it_follows_and_the_old_one_its_successor(morning):
    first = play.void(suzhou.opened_draw(morning))
    morning.refresh_from_db()
    second = suzhou.opened_draw(morning)
    assert (first.draw_id[-2:], second.draw_id[-2:]) == ("-1", "-3")
    assert second.supersedes == first
    assert DrawRecord.objects.get(type="supersede").body == second.draw_id
    assert DrawRecord.objects.get(type="supersede").draw == first
    assert certificates.build(second)["supersedes"] == first.draw_id
    first = Draw.objects.get(pk=first.pk)
    assert certificates.build(first)["superseded_by"] == second.draw_id
    changes = changes_of(second)
    assert {t.code for t in changes.gone.targets} == codes(first) - codes(second)
    assert {t.code for t in changes.come.targets} == codes(second) - codes(first)
    assert changes.stayed == len(codes(first) & codes(second))


def test_a_changed_rule_is_shown_beside_the_old_one(morning):
    play.void(suzhou.frozen_draw(morning))
    morning.refresh_from_db()
    morning.tiers.filter(grade__slug="good").update(ratio_ppm=200_000)
    changes = changes_of(suzhou.frozen_draw(morning))
    assert not changes.is_opened
    assert changes.rules_out == ["守信：10%，进一"]
    assert changes.rules_in == ["守信：20%，进一"]


@pytest.mark.parametrize("username", ["admin-gongan", "leader", "admin-shichang", "supervisor"])
def test_who_may_not_ask_for_a_void(morning, username):
    draw = suzhou.frozen_draw(morning)
    with pytest.raises(NotAllowed):
        services.propose_void(draw, "理由", actor=suzhou.person(username))


@pytest.mark.parametrize("username", ["lead", "admin-gongan", "deputy-gongan", "deputy-shichang"])
def test_who_may_not_agree_to_a_void(morning, username):
    draw = suzhou.frozen_draw(morning)
    services.propose_void(draw, "理由", actor=suzhou.person("lead"))
    with pytest.raises(NotAllowed):
        services.void(draw, actor=suzhou.person(username))
    assert_untouched(draw)


def test_nobody_agrees_to_the_own_proposal(morning):
    draw = suzhou.frozen_draw(morning)
    services.propose_void(draw, "理由", actor=suzhou.person("lead"))
    Draw.objects.filter(pk=draw.pk).update(void_proposed_by=suzhou.person("leader"))
    with pytest.raises(DomainError, match="不能自己同意"):
        services.void(draw, actor=suzhou.person("leader"))
    assert_untouched(draw)


@pytest.mark.parametrize("reason", ["", "  ", "字" * 67, "理由\x07", "理由\ufeff"])
def test_a_void_needs_a_reason_that_can_be_published(morning, reason):
    draw = suzhou.frozen_draw(morning)
    with pytest.raises(DomainError, match="理由.*没有变化"):
        services.propose_void(draw, reason, actor=suzhou.person("lead"))
    draw.refresh_from_db()
    assert draw.void_proposed_at is None


def test_one_person_alone_voids_nothing(morning):
    draw = suzhou.frozen_draw(morning)
    with pytest.raises(IllegalMove, match="没有待决定"):
        services.void(draw, actor=suzhou.person("leader"))
    assert_untouched(draw)


def test_a_refused_void_leaves_the_draw_as_it_was(morning):
    draw = suzhou.frozen_draw(morning)
    services.propose_void(draw, "理由", actor=suzhou.person("lead"))
    services.refuse_void(draw, actor=suzhou.person("leader"))
    assert_untouched(draw)
    assert draw.void_reason == ""
    draws.consent(draw, actor=suzhou.person("admin-gongan"))
    services.open_targets(draw, actor=suzhou.person("lead"), **suzhou.WITNESS)
    assert draw.status == DrawStatus.OPENED


def test_while_the_beacon_is_to_come_a_void_waits_and_says_until_when(morning, clock):
    draw = play.freeze(morning, play.plan(morning, play.market(), **BEACON))
    services.propose_void(draw, "理由", actor=suzhou.person("lead"))
    with pytest.raises(DomainError, match=r"21:15 才产生.*没有变化"):
        services.void(draw, actor=suzhou.person("leader"))
    assert_untouched(draw)
    clock("2021-07-15T21:16")
    with pytest.raises(DomainError, match="先由两人录入公共随机源"):
        services.void(draw, actor=suzhou.person("leader"))
    assert_untouched(draw)
    play.read_beacon(draw)
    services.void(draw, actor=suzhou.person("leader"))
    draw.refresh_from_db()
    assert draw.beacon_value in certificates.input_of(draw)["beacon_value"]
    assert draw.assurance == "C"
    assert draw.result_digest


def test_a_void_that_fails_half_way_leaves_nothing(morning, monkeypatch):
    draw = suzhou.frozen_draw(morning)
    services.propose_void(draw, "理由", actor=suzhou.person("lead"))
    Notice.objects.all().delete()

    def broken(*args, **kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(voiding, "notify", broken)
    with pytest.raises(RuntimeError):
        services.void(draw, actor=suzhou.person("leader"))
    assert_untouched(draw)
    assert not Notice.objects.exists()


def test_a_voided_draw_of_people_sends_the_task_back_to_its_list(morning):
    suzhou.assigned(morning)
    draw = morning.draws.get(purpose=Purpose.INSPECTORS)
    targets = morning.draws.get(purpose=Purpose.TARGETS)
    with pytest.raises(DomainError, match="先作废检查人员的抽取"):
        services.propose_void(targets, "理由", actor=suzhou.person("lead"))
    play.void(draw)
    morning.refresh_from_db()
    assert morning.status == TaskStatus.LOCKED
    assert not Assignment.objects.exists()
    assert Assignment.every.exists()
    again = services.freeze_people(morning, actor=suzhou.person("lead"))
    assert again.draw_id.endswith("-4")
    draws.consent(again, actor=suzhou.person("admin-shichang"))
    services.open_people(again, actor=suzhou.person("lead"), **suzhou.WITNESS)
    morning.refresh_from_db()
    assert morning.status == TaskStatus.ASSIGNED


def test_after_dispatch_there_is_no_void_but_advice(morning):
    suzhou.assigned(morning)
    field.dispatch(morning, actor=suzhou.person("lead"))
    draw = morning.draws.get(purpose=Purpose.INSPECTORS)
    with pytest.raises(IllegalMove, match="已经派发.*申请更换"):
        services.propose_void(draw, "理由", actor=suzhou.person("lead"))


def assert_untouched(draw):
    draw.refresh_from_db()
    assert draw.status == DrawStatus.FROZEN
    assert (draw.seed, draw.opened_secret, draw.closed_digest) == ("", "", "")
    assert draw.voided_at is None
    assert not DrawRecord.objects.filter(type__in=["open", "closed", "void"]).exists()
    draw.drawn_for.task.refresh_from_db()
    assert draw.drawn_for.task.status == TaskStatus.FROZEN
