"""What administrators, leaders, supervisors and the three administrators have to do."""

from datetime import date, timedelta

import pytest

from deadlines.models import CalendarAlarm, CalendarYear, Deadline, DeadlineKind, Holiday
from deadlines.services import start, start_fixed
from inspections import services
from plans.flows import PlanStatus
from registries.models import TargetStatus
from tasks.flows import ConfirmationStatus, TaskStatus
from tasks.models import Confirmation
from tests.factories import (
    TODAY,
    InspectorFactory,
    PlanFactory,
    TargetFactory,
    UserFactory,
    agency,
)
from tests.inspections.factories import TaskFactory, build_world
from tests.reports.conftest import (
    clock_of,
    frozen_draw,
    item_list,
    kinds,
    only,
    person,
    published_plan,
    task,
    todos,
)


@pytest.fixture
def admin(bureau):
    return person("agency_admin", bureau)


@pytest.fixture
def deputy(bureau):
    return person("deputy", bureau)


def test_a_pending_confirmation_of_the_own_agency(bureau, other, admin):
    made = task(other, TaskStatus.CONFIRMING)
    mine = Confirmation.objects.create(task=made, agency=bureau)
    Confirmation.objects.create(task=made, agency=other)
    start(
        mine,
        DeadlineKind.CONFIRM_LIST,
        agency=bureau,
        lead_agency=bureau,
        cap_on=None,
        trigger_on=TODAY,
        title="名单确认",
        link="/",
    )
    todo = only(admin)
    assert todo.title == f"{made}：核对并确认抽中的 0 户"
    assert (todo.link, todo.due_on) == (f"/desk/tasks/{made.number}/draw/", date(2021, 7, 19))
    Confirmation.objects.filter(pk=mine.pk).update(status=ConfirmationStatus.CONFIRMED)
    assert todos(admin) == []


@pytest.mark.parametrize("role", ["agency_admin", "deputy"])
def test_a_frozen_draw_asks_both_agencies_of_the_task(bureau, other, role):
    made = task(other, TaskStatus.FROZEN)
    made.participants.add(bureau)
    lead = UserFactory(agency=other, role=["lead", role])
    frozen_draw(made, frozen_by=lead)
    stranger = person(role, agency("341300", "xiaofang"))
    assert only(person(role, bureau)).link == f"/desk/tasks/{made.number}/draw/"
    assert kinds(person(role, other)) == ["consent"]
    assert "consent" not in kinds(lead)
    assert todos(stranger) == []


def test_a_consented_draw_asks_nobody(bureau, admin):
    frozen_draw(task(bureau, TaskStatus.FROZEN), consented_by=UserFactory())
    assert todos(admin) == []


def test_the_second_draw_is_shown_on_the_page_of_the_people(bureau, admin):
    made = task(bureau, TaskStatus.LOCKED)
    frozen_draw(made, "inspectors")
    assert only(admin).link == f"/desk/tasks/{made.number}/people/"


@pytest.mark.parametrize(
    ("until", "title"),
    [
        (TODAY + timedelta(61), None),
        (TODAY + timedelta(60), "1 名检查人员的执法证将在 60 天内到期"),
        (TODAY - timedelta(1), "1 名检查人员的执法证将在 60 天内到期"),
    ],
)
def test_certificates_that_run_out(bureau, other, admin, until, title):
    InspectorFactory(agency=bureau, certificate_valid_until=until)
    InspectorFactory(agency=bureau, certificate_valid_until=until, is_active=False)
    InspectorFactory(agency=other, certificate_valid_until=TODAY)
    assert [todo.title for todo in todos(admin)] == ([title] if title else [])
    if title:
        assert (only(admin).due_on, only(admin).link) == (until, "/desk/inspectors/")
    if until < TODAY:
        assert only(admin).why.startswith("其中 1 人已过期，最早 7月14日")


@pytest.mark.parametrize(("age", "seen"), [(365, False), (366, True)])
def test_targets_nobody_has_looked_at_for_a_year(bureau, other, admin, age, seen):
    day = TODAY - timedelta(age)
    TargetFactory(agency=bureau, refreshed_on=day)
    TargetFactory(agency=bureau, refreshed_on=day, status=TargetStatus.DEREGISTERED)
    TargetFactory(agency=other, refreshed_on=date(2019, 1, 1))
    assert [todo.title for todo in todos(admin)] == (
        ["1 户检查对象超过一年没有核对"] if seen else []
    )


def test_an_administrator_also_publishes_the_own_list(bureau, other, admin):
    item_list(bureau)
    item_list(other)
    assert kinds(admin) == ["list_draft"]


def submitted(world, system="gongan"):
    world.ready()
    return world.submit(system)


@pytest.mark.parametrize("role", ["deputy", "principal"])
def test_a_submitted_record_asks_the_leaders_of_its_agency(world, role):
    leader = person(role, world.police)
    assert todos(leader) == []
    section = submitted(world)
    todo = only(leader)
    assert todo.title == f"{world.visit.target}：未发现问题，请审批"
    assert (todo.kind, todo.link) == ("approve_clean", f"/desk/approvals/{section.pk}/")
    assert todos(person(role, world.market)) == []
    assert todos(person(role, world.task.agency)) == []


def test_a_record_with_a_problem_is_read_alone(world):
    deputy = person("deputy", world.police)
    world.enter()
    section = world.section()
    services.answer(
        section,
        section.items.get(),
        result="problem",
        problems=["pending_followup"],
        remark="未建立台账",
        version=0,
        actor=world.officer(),
    )
    world.confirm()
    world.fill("shichang")
    world.confirm("shichang")
    world.sign()
    world.submit()
    assert only(deputy).kind == "approve_problem"


def test_several_records_stand_together_with_the_nearest_deadline(bureau):
    world = build_world(firms=2)
    world.dispatch()
    deputy = person("deputy", world.police)
    for number, visit in enumerate(world.task.selections.order_by("number"), 1):
        world.ready(visit.inspection)
        section = world.submit(number=number, visit=visit.inspection)
        start_fixed(
            section,
            DeadlineKind.PUBLISH_RESULT,
            agency=world.police,
            due_on=date(2021, 7, 20 + number),
            title="公示",
            link="/",
            source="方案",
        )
    todo = only(deputy)
    assert (todo.title, todo.due_on) == ("2 户未发现问题：请审批", date(2021, 7, 21))
    assert todo.link == "/desk/approvals/?pile=clean"


def test_nobody_is_asked_to_approve_the_own_work(world):
    officer = world.officer()
    officer.groups.add(person("deputy", world.police).groups.get(name="role:deputy"))
    submitted(world)
    assert todos(officer) == []


@pytest.mark.parametrize("role", ["deputy", "principal"])
def test_a_submitted_plan_asks_the_leaders(bureau, other, role):
    plan = PlanFactory(agency=bureau, status=PlanStatus.SUBMITTED)
    assert only(person(role, bureau)).link == f"/desk/plans/{plan.pk}/"
    assert todos(person(role, other)) == []


def test_a_supervisor_sees_what_is_late_and_what_is_due_in_three_working_days(bureau, other):
    supervisor = person("supervisor", bureau)
    county = agency("341302", "gongan")
    clock_of(county, date(2021, 7, 20))  # 16, 19 and 20 July are the three working days
    clock_of(county, date(2021, 7, 21))
    clock_of(bureau, date(2021, 7, 14), "乙")
    clock_of(bureau, date(2021, 7, 13), "丙")
    clock_of(other, date(2021, 7, 14))
    assert [todo.title for todo in todos(supervisor)] == [
        f"{bureau.name}：2 项结果公示已逾期",
        "甲公司：结果公示即将到期",
    ]
    assert [todo.due_on for todo in todos(supervisor)] == [
        date(2021, 7, 13),
        date(2021, 7, 20),
    ]


def test_a_supervisor_without_a_calendar_still_sees_what_is_late(bureau):
    Holiday.objects.all().delete()
    CalendarAlarm.objects.all().delete()
    CalendarYear.objects.all().delete()
    clock_of(bureau, date(2021, 7, 14))
    assert kinds(person("supervisor", bureau)) == ["overdue"]


@pytest.mark.parametrize(
    ("day", "wanted"),
    [("2026-10-31", []), ("2026-11-01", ["录入 2027 年节假日安排"])],
)
def test_the_next_year_is_asked_for_from_november(bureau, clock, day, wanted):
    clock(day)
    sysadmin = UserFactory(role="sysadmin", agency=None)
    assert [todo.title for todo in todos(sysadmin)] == wanted


def test_a_year_that_clocks_wait_for_is_urgent(bureau, clock):
    clock("2026-06-01")
    sysadmin = UserFactory(role="sysadmin", agency=None)
    made = clock_of(bureau, date(2026, 7, 1))
    Deadline.objects.filter(pk=made.pk).update(due_on=None, missing_year=2027)
    todo = only(sysadmin)
    assert todo.why.startswith("1 条期限暂为“待定”")
    assert todo.due_on == date(2026, 6, 1)


@pytest.mark.parametrize("role", ["sysadmin", "secadmin"])
def test_accounts_without_a_role(bureau, role):
    someone = UserFactory(role=role, agency=None)
    assert todos(someone) == []
    UserFactory()
    UserFactory(is_active=False)
    assert [todo.title for todo in todos(someone)] == ["1 个账号还没有角色"]


@pytest.mark.parametrize("role", ["auditor", None])
def test_those_who_only_look_have_nothing_to_do(world, role):
    assert todos(UserFactory(role=role, agency=world.police)) == []


@pytest.mark.parametrize("role", ["agency_admin", "deputy", "principal", "supervisor"])
def test_ten_things_need_as_many_queries_as_one(bureau, other, asked, role):
    user = person(role, bureau)

    def add(numbers):
        for line in published_plan(other, len(numbers), year=2000 + len(numbers) + 20):
            made = TaskFactory(line=line, status=TaskStatus.CONFIRMING)
            made.participants.add(bureau)
            Confirmation.objects.create(task=made, agency=bureau)
            frozen_draw(made)
            InspectorFactory(agency=bureau, certificate_valid_until=TODAY)
            TargetFactory(agency=bureau, refreshed_on=date(2020, 1, 1))
            clock_of(bureau, TODAY, made.number)

    add([1])
    one = asked(todos, user)
    add(range(9))
    assert asked(todos, user) == one
