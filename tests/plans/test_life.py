import datetime

import pytest

from catalog.services import create_version, publish_version
from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import AuditEvent, Notice
from plans.models import Plan, PlanLine
from plans.reads import return_reason
from plans.services import (
    adjust,
    approve,
    create_plan,
    publish,
    return_plan,
    revise_plan,
    save_line,
    submit,
)
from tests.factories import GradeFactory, PlanFactory, UserFactory, agency
from tests.plans.conftest import listed, new_line, published


@pytest.fixture
def ready(plan, items):
    """A draft with one line."""
    save_line(plan, new_line(), items, [], [], actor=None)
    return plan


@pytest.fixture
def submitted(ready, lead):
    submit(ready, actor=lead)
    return ready


def status(plan):
    return Plan.objects.get(pk=plan.pk).status


# Drafting ------------------------------------------------------------------------------------


def test_a_lead_drafts_a_plan(bureau, lead):
    plan = create_plan(bureau, 2021, "2021年度计划", "年初编制", actor=lead)
    assert (plan.agency, plan.year, plan.version, plan.status) == (bureau, 2021, 1, "draft")
    event = AuditEvent.objects.get()
    assert (event.actor, event.verb, event.summary) == (
        lead,
        "plans.create",
        "新建计划：2021年度计划",
    )


def test_a_year_has_one_plan(plan, bureau, lead):
    with pytest.raises(DomainError, match="2021 年度已有"):
        create_plan(bureau, 2021, "又一个", "", actor=lead)
    assert Plan.objects.get() == plan
    assert not AuditEvent.objects.exists()


def test_next_year_copies_this_one_without_its_tasks(plan, bureau, lead):
    published(plan)
    copy = create_plan(bureau, 2022, "2022年度计划", "", actor=lead, copy_from=plan)
    line = copy.lines.get()
    assert (line.title, line.ratio_ppm, line.origin) == ("保安从业单位联合抽查", 200_000, None)
    assert [item.code for item in line.items.all()] == ["baoan-01"]


def test_the_plan_of_another_agency_is_not_copied(plan, market):
    clerk = UserFactory(role="lead", agency=market)
    with pytest.raises(DomainError, match="本单位"):
        create_plan(market, 2022, "计划", "", actor=clerk, copy_from=plan)
    assert Plan.objects.get() == plan


@pytest.mark.parametrize("role", ["officer", "deputy", "agency_admin", "supervisor"])
def test_other_roles_do_not_draft(bureau, role):
    with pytest.raises(NotAllowed):
        create_plan(bureau, 2021, "计划", "", actor=UserFactory(role=role, agency=bureau))
    assert not Plan.objects.exists()


def test_a_coordinating_agency_drafts_too(reference):
    office = agency("341300", "zonghe", is_inspecting=False)
    plan = create_plan(office, 2021, "计划", "", actor=UserFactory(role="lead", agency=office))
    assert plan.agency == office


def test_title_and_note_of_a_draft_can_be_corrected(plan, lead):
    revise_plan(plan, "改后", "说明", actor=lead)
    plan.refresh_from_db()
    assert (plan.title, plan.note) == ("改后", "说明")


# Submitting, approving, returning ------------------------------------------------------------


def test_submitting_tells_the_leaders(ready, lead, deputy, bureau, officer):
    principal = UserFactory(role="principal", agency=bureau)
    UserFactory(role="deputy", agency=agency("341300", "shichang"))
    Notice.objects.all().delete()

    submit(ready, actor=lead)

    assert status(ready) == "submitted"
    assert {notice.recipient for notice in Notice.objects.all()} == {deputy, principal}


def test_an_empty_plan_is_not_submitted(plan, lead):
    with pytest.raises(DomainError, match="还没有计划项"):
        submit(plan, actor=lead)
    assert status(plan) == "draft"
    assert not AuditEvent.objects.exists()


def test_a_line_whose_items_lapsed_is_not_submitted(ready, bureau, lead):
    listed(bureau, "baoan-09", number=2)
    with pytest.raises(DomainError, match=r"第 1 项“保安从业单位联合抽查”的“事项baoan-01”"):
        submit(ready, actor=lead)
    assert status(ready) == "draft"


def test_an_officer_does_not_submit(ready, officer):
    with pytest.raises(NotAllowed):
        submit(ready, actor=officer)
    assert status(ready) == "draft"


@pytest.mark.parametrize("role", ["deputy", "principal"])
def test_a_leader_approves(submitted, bureau, lead, role):
    leader = UserFactory(role=role, agency=bureau)
    Notice.objects.all().delete()

    approve(submitted, actor=leader)

    assert status(submitted) == "approved"
    assert AuditEvent.objects.first().actor == leader
    assert Notice.objects.get().recipient == lead


def test_nobody_approves_the_own_submission(ready, bureau):
    both = UserFactory(role=["lead", "deputy"], agency=bureau)
    submit(ready, actor=both)
    trail = AuditEvent.objects.count()

    with pytest.raises(DomainError, match="提交人不能审批"):
        approve(ready, actor=both)

    assert status(ready) == "submitted"
    assert AuditEvent.objects.count() == trail


def test_the_lead_or_a_stranger_does_not_approve(submitted, lead, market):
    for stranger in (lead, UserFactory(role="deputy", agency=market)):
        with pytest.raises(NotAllowed):
            approve(submitted, actor=stranger)
    assert status(submitted) == "submitted"


def test_a_returned_plan_carries_the_reason_and_can_be_edited(submitted, deputy, lead, items):
    return_plan(submitted, " 比例偏低 ", actor=deputy)

    assert status(submitted) == "draft"
    assert return_reason(submitted) == "比例偏低"
    assert Notice.objects.filter(recipient=lead, text__contains="比例偏低").exists()
    save_line(submitted, new_line(), items, [], [], actor=lead)


def test_returning_needs_a_reason_and_the_right(submitted, deputy, lead):
    with pytest.raises(DomainError, match="退回原因"):
        return_plan(submitted, "  ", actor=deputy)
    with pytest.raises(NotAllowed):
        return_plan(submitted, "原因", actor=lead)
    assert status(submitted) == "submitted"
    assert return_reason(submitted) == ""


# Publishing and adjusting --------------------------------------------------------------------


def test_publishing_dates_the_plan_and_tells_the_participants(
    plan, items, market, market_items, lead, deputy, clock
):
    clock("2021-02-01")
    joined = [UserFactory(role=role, agency=market) for role in ("lead", "agency_admin")]
    UserFactory(role="officer", agency=market)
    save_line(plan, new_line(), items + market_items, [market], [], actor=lead)
    submit(plan, actor=lead)
    approve(plan, actor=deputy)
    Notice.objects.all().delete()

    publish(plan, actor=lead)

    kept = Plan.objects.get()
    assert (kept.status, kept.published_on) == ("published", datetime.date(2021, 2, 1))
    assert {notice.recipient for notice in Notice.objects.all()} == set(joined)
    assert Plan.objects.public().get() == Plan.objects.in_force().get() == plan


def test_only_an_approved_plan_is_published(submitted, lead, deputy):
    with pytest.raises(IllegalMove):
        publish(submitted, actor=lead)
    approve(submitted, actor=deputy)
    with pytest.raises(NotAllowed):
        publish(submitted, actor=deputy)
    assert status(submitted) == "approved"
    assert Plan.objects.get().published_on is None


def test_an_adjusted_plan_replaces_the_published_one(plan, lead, deputy):
    published(plan)

    draft = adjust(plan, actor=lead)

    assert (draft.version, draft.status, draft.year) == (2, "draft", 2021)
    line, old = draft.lines.get(), plan.lines.get()
    assert (line.origin, line.title) == (old, old.title)
    assert status(plan) == "published"
    submit(draft, actor=lead)
    approve(draft, actor=deputy)
    publish(draft, actor=lead)
    assert (status(plan), status(draft)) == ("superseded", "published")


def test_a_second_adjustment_keeps_the_first_origin(plan):
    first = published(plan).lines.get()
    second = adjust(plan, actor=None)
    for step in (submit, approve, publish):
        step(second, actor=None)
    assert adjust(second, actor=None).lines.get().origin == first


def test_adjusting_twice_at_once_is_refused(plan, lead):
    published(plan)
    draft = adjust(plan, actor=lead)
    with pytest.raises(DomainError, match="第 2 版正在办理"):
        adjust(plan, actor=lead)
    assert set(Plan.objects.all()) == {plan, draft}


def test_only_a_published_plan_is_adjusted(plan, lead, officer):
    with pytest.raises(IllegalMove):
        adjust(plan, actor=lead)
    published(plan)
    with pytest.raises(NotAllowed):
        adjust(plan, actor=officer)
    assert Plan.objects.count() == 1


def test_an_adjustment_takes_the_items_now_in_force(plan, bureau, lead):
    published(plan)
    in_force = bureau.versions.get()
    renewed = create_version(bureau, "清单", "", actor=None, copy_from=in_force)
    publish_version(renewed, actor=None)

    line = adjust(plan, actor=lead).lines.get()

    assert line.items.get().version == renewed


def test_an_item_that_left_the_list_leaves_the_copy(plan, bureau, lead):
    published(plan)
    listed(bureau, "baoan-09", number=2)

    draft = adjust(plan, actor=lead)

    assert not draft.lines.get().items.exists()
    with pytest.raises(DomainError, match="没有现行公布的抽查事项"):
        submit(draft, actor=lead)


def test_tiers_are_copied(plan, items, lead):
    grade = GradeFactory()
    line = new_line(scheme=grade.scheme)
    save_line(plan, line, items, [], [(grade, 300_000)], actor=None)
    for step in (submit, approve, publish):
        step(plan, actor=None)
    copied = adjust(plan, actor=lead).lines.get()
    assert [(tier.grade, tier.ratio_ppm) for tier in copied.tiers.all()] == [(grade, 300_000)]


# Reading -------------------------------------------------------------------------------------


def test_visibility(plan, bureau, lead, market):
    foreign = PlanFactory(agency=market)
    county = PlanFactory(agency=agency("341302", "gongan"))
    assert set(Plan.objects.visible_to(lead)) == {plan, county}
    published(foreign)
    assert set(Plan.objects.visible_to(lead)) == {plan, county, foreign}
    assert list(PlanLine.objects.visible_to(lead)) == list(foreign.lines.all())


def test_words_of_a_line(plan, items):
    line = save_line(plan, new_line(), items, [], [], actor=None)
    assert (str(line), line.months, line.is_joint) == ("保安从业单位联合抽查", "7—10月", False)
    assert line.method_labels == "现场检查"
    line.month_until = 7
    assert line.months == "7月"
