"""What a lead has to do, from rows, and nothing of another agency."""

from datetime import date

import pytest

from catalog.flows import VersionStatus
from catalog.models import CatalogVersion
from deadlines.models import DeadlineKind
from deadlines.services import start, start_fixed
from plans.flows import PlanStatus
from plans.models import Plan
from tasks.flows import ConfirmationStatus, TaskStatus
from tasks.models import Confirmation
from tests.factories import PlanFactory, PlanLineFactory, UserFactory
from tests.inspections.factories import SelectionFactory, TaskFactory
from tests.reports.conftest import (
    frozen_draw,
    item_list,
    kinds,
    only,
    person,
    published_plan,
    task,
    tasks,
    todos,
)

S = TaskStatus


@pytest.fixture
def lead(bureau):
    return person("lead", bureau)


@pytest.fixture
def stranger(other):
    return person("lead", other)


def test_a_line_whose_months_have_come_can_be_launched(bureau, lead, stranger):
    (line,) = published_plan(bureau, 1)
    todo = only(lead)
    assert todo.title == "计划第 1 项：保安从业单位联合抽查，可以发起"
    assert todo.why == "计划 7月至 10月，预估 3 户，本部门单独抽查"
    assert (todo.link, todo.label) == (f"/desk/tasks/new/{line.pk}/", "发起")
    assert todo.due_on == date(2021, 7, 31)
    assert todos(stranger) == []


def test_a_line_with_participants_names_how_many(bureau, other, lead):
    plan = PlanFactory(agency=bureau)
    PlanLineFactory(plan=plan).participants.add(other)
    Plan.objects.update(status=PlanStatus.PUBLISHED)
    assert only(lead).why.endswith("参与部门 1 个")


def test_a_line_after_its_first_month_is_due_at_its_last(bureau, lead):
    published_plan(bureau, 1, month_from=5, month_until=9)
    assert only(lead).due_on == date(2021, 9, 30)


@pytest.mark.parametrize("more", [{"month_from": 8}, {"year": 2020}, {"year": 2022}])
def test_a_line_whose_time_is_not_now_waits(bureau, lead, more):
    published_plan(bureau, 1, **more)
    assert todos(lead) == []


def test_a_line_with_a_task_is_done_and_one_with_a_cancelled_task_is_not(bureau, lead):
    first, second = published_plan(bureau, 2)
    TaskFactory(line=first, status=S.DRAFT)
    TaskFactory(line=second, status=S.CANCELLED)
    assert sorted(kinds(lead)) == ["freeze", "launch"]


def test_a_line_copied_by_an_adjustment_is_done_with_its_origin(bureau, lead):
    (old,) = published_plan(bureau, 1)
    TaskFactory(line=old, status=S.ASSIGNED)
    Plan.objects.update(status=PlanStatus.SUPERSEDED)
    plan = PlanFactory(agency=bureau)
    PlanLineFactory(plan=plan, origin=old)
    Plan.objects.filter(pk=plan.pk).update(status=PlanStatus.PUBLISHED)
    assert kinds(lead) == ["dispatch"]


@pytest.mark.parametrize(
    ("status", "kind", "what", "page"),
    [
        (S.DRAFT, "freeze", "核对范围并封存名单", "scope/"),
        (S.OPENED, "send", "送各部门确认名单", "draw/"),
        (S.LOCKED, "people_freeze", "匹配检查人员", "people/"),
        (S.ASSIGNED, "dispatch", "派发到执行单位", "people/"),
    ],
)
def test_the_next_step_of_a_task(bureau, lead, stranger, status, kind, what, page):
    made = task(bureau, status)
    todo = only(lead)
    assert (todo.kind, todo.title) == (kind, f"{made.title}：{what}")
    assert todo.link == f"/desk/tasks/{made.number}/{page}"
    assert todos(stranger) == []


@pytest.mark.parametrize("status", [S.CANCELLED, S.COMPLETED])
def test_a_task_that_is_over_asks_for_nothing(bureau, lead, status):
    task(bureau, status)
    if status == S.CANCELLED:
        assert kinds(lead) == ["launch"]
    else:
        assert todos(lead) == []


@pytest.mark.parametrize(
    ("status", "purpose", "consented", "kind"),
    [
        (S.FROZEN, "targets", False, "wait_draw"),
        (S.FROZEN, "targets", True, "draw"),
        (S.LOCKED, "inspectors", False, "wait_people"),
        (S.LOCKED, "inspectors", True, "people"),
    ],
)
def test_a_frozen_draw_waits_for_a_second_person(bureau, lead, status, purpose, consented, kind):
    second = UserFactory() if consented else None
    frozen_draw(task(bureau, status), purpose, consented_by=second)
    assert only(lead).kind == kind


def test_a_list_waits_for_the_agencies_that_have_not_confirmed(bureau, other, lead):
    made = task(bureau, S.CONFIRMING)
    mine = Confirmation.objects.create(
        task=made, agency=bureau, status=ConfirmationStatus.CONFIRMED
    )
    theirs = Confirmation.objects.create(task=made, agency=other)
    start(
        theirs,
        DeadlineKind.CONFIRM_LIST,
        agency=other,
        lead_agency=bureau,
        cap_on=None,
        trigger_on=date(2021, 7, 15),
        title="名单确认",
        link="/",
    )
    todo = only(lead)
    assert todo.title == f"{made.title}：名单待{other.short_name}确认"
    assert todo.why.startswith(
        "其余 1 个部门已确认；7月15日名单抽取，2 个工作日内，最晚 7月19日。依据："
    )
    assert todo.due_on == date(2021, 7, 19)
    assert mine.agency.short_name not in todo.title


def test_a_list_that_all_have_confirmed_can_be_locked(bureau, other, lead):
    made = task(bureau, S.CONFIRMING)
    for owner in (bureau, other):
        Confirmation.objects.create(task=made, agency=owner, status=ConfirmationStatus.CONFIRMED)
    assert (only(lead).kind, only(lead).label) == ("lock", "锁定名单")


def test_visits_are_watched_only_when_their_end_comes_near(world, clock):
    lead = world.lead
    assert todos(lead) == []
    clock("2021-09-20")
    assert only(lead).title == f"{world.task.title}：还有 1 户没有检查"
    assert only(lead).due_on == date(2021, 9, 30)


def test_results_whose_publication_comes_near(world, clock):
    world.ready()
    section = world.submit()
    start_fixed(
        section,
        DeadlineKind.PUBLISH_RESULT,
        agency=section.agency,
        due_on=date(2021, 7, 22),
        title="公示",
        link="/",
        source="方案",
    )
    todo = only(world.lead)
    assert todo.title == f"{world.task.title}：1 条检查结果待公示"
    assert todo.why == "最晚 7月22日。依据：方案"


def test_a_report_that_comes_near(world, clock):
    start_fixed(
        world.task,
        DeadlineKind.REPORT,
        agency=world.task.agency,
        due_on=date(2021, 7, 20),
        title="总结",
        link="/",
        source="方案",
    )
    assert (only(world.lead).kind, only(world.lead).deadline.due_on) == (
        "report",
        date(2021, 7, 20),
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (PlanStatus.DRAFT, "plan_draft"),
        (PlanStatus.APPROVED, "plan_publish"),
        (PlanStatus.SUBMITTED, None),
        (PlanStatus.PUBLISHED, None),
    ],
)
def test_plans_that_wait_for_their_drafter(bureau, lead, stranger, status, kind):
    plan = PlanFactory(agency=bureau, status=status)
    assert kinds(lead) == ([kind] if kind else [])
    if kind:
        assert only(lead).link == f"/desk/plans/{plan.pk}/"
    assert todos(stranger) == []


def test_item_lists_in_draft(bureau, lead, stranger):
    version = item_list(bureau)
    assert only(lead).link == f"/desk/items/{version.pk}/"
    assert todos(stranger) == []
    CatalogVersion.objects.update(status=VersionStatus.PUBLISHED, published_on=date(2021, 7, 1))
    assert todos(lead) == []


def test_the_most_urgent_comes_first_and_what_has_no_date_last(bureau, lead):
    PlanFactory(agency=bureau, year=2022)
    task(bureau, S.ASSIGNED)
    (line,) = published_plan(bureau, 1, year=2020)
    TaskFactory(line=line, status=S.OPENED, draw_until=date(2021, 7, 16))
    assert kinds(lead) == ["send", "dispatch", "plan_draft"]


def test_roles_add_up_and_nothing_is_shown_twice(bureau):
    item_list(bureau)
    both = UserFactory(role=["lead", "agency_admin"], agency=bureau)
    assert kinds(both) == ["list_draft"]


@pytest.mark.parametrize("status", [S.DRAFT, S.FROZEN, S.CONFIRMING, S.LOCKED, S.DISPATCHED])
def test_ten_tasks_need_as_many_queries_as_one(bureau, other, lead, asked, status):
    def add(number):
        for made in tasks(bureau, status, number):
            SelectionFactory(task=made)
            Confirmation.objects.create(task=made, agency=other)
            frozen_draw(made, "targets")

    add(1)
    one = asked(todos, lead)
    Plan.objects.update(status=PlanStatus.SUPERSEDED)
    add(9)
    published = Plan.objects.filter(status=PlanStatus.PUBLISHED)
    published.update(status=PlanStatus.SUPERSEDED)
    published_plan(bureau, 10)
    assert len(todos(lead)) >= 10
    assert asked(todos, lead) == one
