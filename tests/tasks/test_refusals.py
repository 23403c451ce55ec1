"""The page offers what the service does: one answer per act, and a refusal leaves nothing behind."""

import pytest
from django.apps import apps
from django.db.models import Model
from django.urls import reverse

from catalog.models import CatalogVersion
from core.clock import now
from core.errors import DomainError, NotAllowed
from draws import services as draws
from draws.flows import DrawStatus
from draws.models import Draw, Purpose
from draws.reads import ceremony_state, refusals
from inspections import services as field
from plans.models import PlanLine
from registries.models import Inspector, Target, TargetStatus
from tasks import services
from tasks.flows import TaskStatus
from tasks.models import Replacement, Selection, Task
from tasks.reads import lists
from tests import suzhou
from tests.tasks import ceremonies as play
from tests.tasks.test_ceremony_beacon import BEACON

MORNING, EVENING = play.MORNING, "2021-07-15T21:15"
OURS = ("core", "agencies", "deadlines", "draws", "tasks", "plans", "inspections")


@pytest.fixture
def morning(task, clock):
    clock(MORNING)
    return task


def url(name, task, *args):
    return reverse(f"tasks:{name}", args=[task.number, *args])


def everything():
    """Every row that an act could have touched."""

    def rows(model: type[Model]) -> list:
        return list(model._base_manager.order_by("pk").values_list())

    return {model: rows(model) for app in OURS for model in apps.get_app_config(app).get_models()}


def refused(act, error=DomainError, **more):
    """The sentence of an act that is refused; nothing is left behind."""
    before = everything()
    with pytest.raises(error) as caught:
        act(**more)
    assert everything() == before
    return caught.value.message


def proposed(task):
    """A frozen draw with a beacon this evening that the lead has asked to void in the morning."""
    draw = play.freeze(task, play.plan(task, play.market(), **BEACON))
    services.propose_void(draw, "名录漏了一个县区", actor=suzhou.person("lead"))
    return draw


# voids


def test_before_the_beacon_no_consent_to_a_void_is_offered_but_from_when_is_told(morning, log_in):
    draw = proposed(morning)
    leader = suzhou.person("leader")
    page = log_in(leader).get(url("draw", morning))
    said = page.content.decode()
    assert url("decide_void", morning, "targets", "agree") not in said
    assert url("decide_void", morning, "targets", "refuse") in said
    told = refused(services.void, draw=draw, actor=leader)
    assert "7月15日 21:15" in told
    assert told in said


def test_from_the_beacon_on_two_must_have_read_it_before_a_void(morning, log_in, clock):
    draw = proposed(morning)
    clock(EVENING)
    client = log_in(suzhou.person("leader"))
    agree = url("decide_void", morning, "targets", "agree")
    said = client.get(url("draw", morning)).content.decode()
    assert agree not in said
    assert refused(services.void, draw=draw, actor=suzhou.person("leader")) in said
    play.read_beacon(draw)
    assert agree in client.get(url("draw", morning)).content.decode()
    client.post(agree)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.VOIDED


@pytest.mark.parametrize("username", ["lead", "admin-gongan", "admin-shichang", "deputy-gongan"])
def test_who_decides_nothing_reads_no_reason_of_a_void(morning, log_in, username):
    draw = proposed(morning)
    said = log_in(suzhou.person(username)).get(url("draw", morning)).content.decode()
    assert "不作废，照常进行" not in said
    assert "才产生。作废也要公开" not in said
    refused(services.void, NotAllowed, draw=draw, actor=suzhou.person(username))


def test_the_void_of_the_teams_is_asked_for_on_their_page(task, log_in):
    suzhou.assigned(task)
    lead = log_in(suzhou.person("lead"))
    propose = url("propose_void", task, "inspectors")
    assert propose in lead.get(url("people", task)).content.decode()
    before = everything()
    page = lead.post(propose, {"reason": "  "})
    assert page.status_code == 422
    assert propose in page.content.decode()
    assert everything() == before
    lead.post(propose, {"reason": "漏了一名检查人员"})
    agree = url("decide_void", task, "inspectors", "agree")
    assert agree not in lead.get(url("people", task)).content.decode()
    leader = log_in(suzhou.person("leader"))
    assert agree in leader.get(url("people", task)).content.decode()
    leader.post(agree)
    task.refresh_from_db()
    assert task.status == TaskStatus.LOCKED
    assert not task.draws.live().filter(purpose=Purpose.INSPECTORS).exists()


def test_after_the_dispatch_no_void_of_the_teams_is_offered(task, log_in):
    draw = suzhou.assigned(task)
    services.dispatch(task, actor=suzhou.person("lead"))
    said = log_in(suzhou.person("lead")).get(url("people", task)).content.decode()
    assert "提请作废" not in said
    who = {"reason": "漏了一名检查人员", "actor": suzhou.person("lead")}
    assert "已经派发" in refused(services.propose_void, draw=draw, **who)


# the ceremony


def test_no_phrase_is_asked_once_a_value_is_open(morning, log_in):
    draw = play.freeze(morning, play.plan(morning, play.market()))
    client = log_in(suzhou.person("lead"))
    assert url("speak", morning, "targets") in client.get(url("draw", morning)).content.decode()
    play.reveal(draw, play.market(), play.seal(draw, play.market()))
    said = client.get(url("draw", morning)).content.decode()
    assert url("speak", morning, "targets") not in said
    who = {"actor": suzhou.person("lead"), **suzhou.WITNESS}
    assert "挑选结果" in refused(draws.speak, draw=draw, **who)


def test_who_came_too_late_to_seal_is_told_so_in_place_of_the_button(morning, log_in, clock):
    draw = play.freeze(morning, play.plan(morning, play.market()))
    clock("2021-07-15T10:00")
    client = log_in(suzhou.person("admin-shichang"))
    said = client.get(url("draw", morning)).content.decode()
    assert url("commit", morning, "targets") not in said
    part = play.row(draw, play.market())
    told = refused(
        draws.commit, contributor=part, digest="0" * 64, actor=suzhou.person("admin-shichang")
    )
    assert "10:00 截止" in told
    assert told in said


def test_only_who_may_open_closes(morning, log_in, clock):
    draw = play.freeze(morning, play.plan(morning, play.market(), **BEACON))
    clock("2021-07-15T10:30")
    close = url("close", morning, "targets")
    assert close not in (
        log_in(suzhou.person("admin-gongan")).get(url("draw", morning)).content.decode()
    )
    refused(draws.close_due, NotAllowed, draw=draw, actor=suzhou.person("admin-gongan"))
    assert close in log_in(suzhou.person("lead")).get(url("draw", morning)).content.decode()


def states(task, clock):
    """A ceremony with everything in it, one state after the other."""
    draw = play.freeze(task, play.plan(task, play.market(), **BEACON))
    yield draw
    value = play.seal(draw, play.market())
    yield draw
    play.speak(draw)
    yield draw
    play.reveal(draw, play.market(), value)
    yield draw
    clock(EVENING)
    yield draw
    play.read_beacon(draw)
    yield draw


def test_what_the_hall_lacks_and_why_it_cannot_be_opened_agree(morning, clock):
    ready = []
    for draw in states(morning, clock):
        fresh = Draw.objects.get(pk=draw.pk)
        seen = ceremony_state.of(fresh, now())
        assert seen.is_ready == (refusals.why_not_open(fresh, None) is None), seen.needs
        ready.append(seen.is_ready)
    assert ready == [False] * 5 + [True]


def test_the_short_ceremony_lacks_what_it_is_refused_for(morning, clock):
    draw = suzhou.frozen_draw(morning)
    assert not ceremony_state.of(draw, now()).is_ready
    lead = suzhou.person("lead")
    assert "第二人同意" in refused(services.open_targets, draw=draw, actor=lead, **suzhou.WITNESS)
    draws.consent(draw, actor=suzhou.person("admin-gongan"))
    assert ceremony_state.of(draw, now()).is_ready
    assert refusals.why_not_open(draw, lead) is None


def test_a_large_draw_that_is_asked_for_is_not_offered_again(task, log_in, monkeypatch):
    monkeypatch.setattr("draws.services.background.AT_ONCE", 0)
    suzhou.locked(task)
    lead = suzhou.person("lead")
    draw = services.freeze_people(task, actor=lead)
    draws.consent(draw, actor=suzhou.person("admin-shichang"))
    open_ = url("open", task, "inspectors")
    assert open_ in log_in(lead).get(url("people", task)).content.decode()
    services.open_people(draw, actor=lead, **suzhou.WITNESS)
    assert open_ not in log_in(lead).get(url("people", task)).content.decode()
    assert "正在后台匹配" in refused(services.open_people, draw=draw, actor=lead)


# the list


@pytest.fixture
def confirming(task):
    suzhou.opened_draw(task)
    services.request_confirmation(task, actor=suzhou.person("lead"))
    return task


def report(task, username="admin-shichang"):
    actor = suzhou.person(username)
    return services.report_target(
        task.selections.order_by("number").first(),
        "closed",
        "大门锁闭，邻居证实已停业",
        b"%PDF-1.4\n%%EOF\n",
        "照片.pdf",
        actor=actor,
        agency=actor.agency,
    )


def test_alone_nobody_can_report_and_the_page_says_so(task, log_in):
    task.participants.clear()
    suzhou.opened_draw(task)
    services.request_confirmation(task, actor=suzhou.person("lead"))
    said = log_in(suzhou.person("admin-gongan")).get(url("draw", task)).content.decode()
    first = task.selections.order_by("number").first()
    assert url("report", task, first.pk) not in said
    told = refused(report, task=task, username="admin-gongan")
    assert "只有一个部门" in told
    assert told in said
    assert not Replacement.objects.exists()


def test_a_reported_firm_cannot_be_reported_again_and_its_page_says_so(confirming, log_in):
    row = report(confirming)
    page = log_in(suzhou.person("admin-gongan")).get(url("report", confirming, row.selection_id))
    assert refused(report, task=confirming, username="admin-gongan") in page.content.decode()
    assert "<textarea" not in page.content.decode()


def test_an_own_open_report_stands_in_the_way_of_the_confirmation(confirming, log_in):
    report(confirming)
    own = confirming.confirmations.get(agency=play.market())
    said = log_in(suzhou.person("admin-shichang")).get(url("draw", confirming)).content.decode()
    assert url("confirm", confirming) not in said
    told = refused(services.confirm, confirmation=own, actor=suzhou.person("admin-shichang"))
    assert told in said


def test_until_all_have_confirmed_the_lead_reads_who_has_not(confirming, log_in):
    lead = suzhou.person("lead")
    lock = url("move", confirming, "lock")
    told = refused(services.lock_list, task=confirming, actor=lead)
    assert "宿州市市场监督管理局" in told
    said = log_in(lead).get(url("draw", confirming)).content.decode()
    assert told in said
    assert lock not in said
    for one in confirming.confirmations.all():
        services.confirm(one, actor=suzhou.person(f"admin-{one.agency.system_id}"))
    assert lock in log_in(lead).get(url("draw", confirming)).content.decode()


def test_a_target_that_was_replaced_cannot_be_decided_on(confirming):
    row = report(confirming)
    Selection.objects.filter(pk=row.selection_id).update(standing="replaced")
    actor = suzhou.person("admin-gongan")
    fresh = Replacement.objects.get(pk=row.pk)
    assert lists.why_not_agree(fresh, actor.agency, actor).code == "not_listed"


# before the freeze


def test_with_nobody_left_no_freeze_is_offered(task, log_in):
    Target.objects.update(status=TargetStatus.REVOKED)
    lead = suzhou.person("lead")
    said = log_in(lead).get(url("scope", task)).content.decode()
    assert f'action="{url("freeze", task)}"' not in said
    told = refused(services.freeze_targets, task=task, actor=lead)
    assert "没有可抽取的对象" in told
    assert told in said


def test_a_firm_that_may_not_be_inspected_cannot_be_forced_in(task, log_in):
    target = Target.objects.visible_to(suzhou.person("lead")).first()
    Target.objects.filter(pk=target.pk).update(status=TargetStatus.REVOKED)
    target.refresh_from_db()
    page = log_in(suzhou.person("lead")).get(url("exempt", task, target.pk))
    asked = {"ground": "complaint", "argument": "投诉 3 件", "actor": suzhou.person("lead")}
    told = refused(services.exempt, task=task, target=target, **asked)
    assert "不能检查" in told
    assert told in page.content.decode()
    assert '<button class="btn btn--primary">列为' not in page.content.decode()


def test_no_task_is_launched_from_a_line_whose_item_is_no_longer_published(line, log_in):
    CatalogVersion.objects.update(status="superseded")
    lead = suzhou.person("lead")
    page = log_in(lead).get(reverse("tasks:create", args=[line.pk]))
    told = refused(suzhou.draft_task, line=PlanLine.objects.get(pk=line.pk))
    assert "不得检查" in told
    assert told in page.content.decode()
    assert not Task.objects.exists()


def test_the_summary_waits_for_the_visits_and_the_page_says_so(task, log_in):
    suzhou.assigned(task)
    lead = suzhou.person("lead")
    services.dispatch(task, actor=lead)
    said = log_in(lead).get(url("detail", task)).content.decode()
    assert url("move", task, "hand_in_report") not in said
    told = refused(services.hand_in_report, task=task, actor=lead)
    assert told in said


def test_a_team_with_one_officer_keeps_the_task_at_home_and_the_page_says_so(task, log_in):
    suzhou.assigned(task)
    lead = suzhou.person("lead")
    send = reverse("inspections:dispatch", args=[task.number])
    assert send in log_in(lead).get(url("people", task)).content.decode()
    one = task.selections.order_by("number").first().assignments.first()
    Inspector.objects.filter(pk=one.inspector_id).update(is_adviser=True)
    said = log_in(lead).get(url("people", task)).content.decode()
    assert send not in said
    told = refused(field.dispatch, task=task, actor=lead)
    assert "只有 1 名检查人员，至少需要 2 名" in told
    assert told in said
