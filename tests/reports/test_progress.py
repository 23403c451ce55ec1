"""How far the tasks are: every figure against rows counted by hand."""

from datetime import date

import pytest

from agencies.models import User
from deadlines.models import DeadlineKind
from deadlines.services import start, start_fixed
from inspections import services
from publication.services import approve
from reports.reads import by_agency, newest_dispatched, running_tasks
from reports.reads.progress import Progress
from tasks.flows import TaskStatus
from tasks.models import Confirmation, Task
from tests.factories import TODAY, agency
from tests.inspections.factories import SelectionFactory, build_world
from tests.reports.conftest import person, task, tasks


@pytest.fixture
def two(bureau):
    """Two firms: the first handed in by both agencies, the second by the police with a problem."""
    world = build_world(firms=2)
    world.dispatch()
    first, second = (one.inspection for one in world.task.selections.order_by("number"))
    world.ready(first)
    world.submit("gongan", 1, first)
    world.submit("shichang", 2, first)
    world.enter(second)
    police = world.section("gongan", second)
    services.answer(
        police,
        police.items.get(),
        result="problem",
        problems=["pending_followup"],
        remark="未建立台账",
        version=0,
        actor=world.officer(),
    )
    world.confirm("gongan", second)
    world.fill("shichang", second)
    world.confirm("shichang", second)
    world.sign(second)
    world.submit("gongan", 3, second)
    return world


def test_firms_count_as_inspected_and_published_with_their_last_section(two):
    (row,) = running_tasks(two.lead, TODAY)
    assert row.progress == Progress(total=2, inspected=1, published=0)
    deputies = {a.pk: person("deputy", a) for a in (two.police, two.market)}
    first = two.task.selections.order_by("number").first().inspection
    for section in first.sections.all():
        services.approve_section(section, actor=deputies[section.agency_id])
    (row,) = running_tasks(two.lead, TODAY)
    assert row.progress == Progress(total=2, inspected=1, published=1)
    assert not row.progress.is_published


def test_the_nearest_clock_is_that_of_any_section(two):
    (row,) = running_tasks(two.lead, TODAY)
    assert (row.deadline.kind, row.deadline.due_on) == (DeadlineKind.ONSITE, date(2021, 9, 30))
    start_fixed(
        two.task,
        DeadlineKind.REPORT,
        agency=two.task.agency,
        due_on=date(2021, 8, 1),
        title="总结",
        link="/",
        source="方案",
    )
    (row,) = running_tasks(two.lead, TODAY)
    assert row.deadline.kind == DeadlineKind.REPORT


def test_the_nearest_clock_may_be_that_of_a_confirmation(bureau, other):
    made = task(bureau, TaskStatus.CONFIRMING)
    confirmation = Confirmation.objects.create(task=made, agency=other)
    start(
        confirmation,
        DeadlineKind.CONFIRM_LIST,
        agency=other,
        lead_agency=bureau,
        cap_on=None,
        trigger_on=TODAY,
        title="名单确认",
        link="/",
    )
    (row,) = running_tasks(person("lead", bureau), TODAY)
    assert row.deadline.due_on == date(2021, 7, 19)


@pytest.mark.parametrize(
    ("status", "label", "field"),
    [
        (TaskStatus.OPENED, "抽取阶段止", "draw_until"),
        (TaskStatus.ASSIGNED, "现场检查起", "onsite_from"),
        (TaskStatus.DISPATCHED, "现场检查止", "onsite_until"),
    ],
)
def test_without_a_clock_the_plan_says_what_comes_next(bureau, status, label, field):
    made = task(bureau, status)
    (row,) = running_tasks(person("lead", bureau), TODAY)
    assert row.deadline is None
    assert row.planned == (label, getattr(made, field))


@pytest.mark.parametrize(("day", "in_time"), [("2021-08-12", True), ("2021-08-13", False)])
def test_a_task_is_in_time_when_every_result_was(world, clock, day, in_time):
    """宿州方案: 20 working days from the end of the task on 15 July, so 12 August at the latest."""
    world.ready()
    sections = [world.submit("gongan", 1), world.submit("shichang", 2)]
    clock(day)
    for section in sections:
        approve(section, actor=person("deputy", section.agency))
    (row,) = running_tasks(world.lead, TODAY)
    assert row.progress.is_published
    assert row.is_in_time is in_time
    assert row.deadline is None


def test_the_shares_of_the_agencies(two, clock):
    police, market = by_agency(two.task)
    assert (police.agency, market.agency) == (two.police, two.market)
    figures = [
        (share.total, share.handed_in, share.problems, share.waiting, share.overdue)
        for share in (police, market)
    ]
    assert figures == [(2, 2, 1, 2, 0), (2, 1, 0, 1, 0)]
    clock("2021-10-01")
    assert [share.overdue for share in by_agency(two.task)] == [0, 1]


def test_tasks_are_shown_to_those_who_may_see_them(two):
    stranger = person("supervisor", agency("341300", "xiaofang"))
    county = person("deputy", two.police)
    assert [row.task for row in running_tasks(county, TODAY)] == [two.task]
    assert running_tasks(stranger, TODAY) == []


def test_what_is_over_disappears(bureau):
    lead = person("lead", bureau)
    made = tasks(bureau, TaskStatus.COMPLETED, 3)
    for one, day in zip(made, [date(2021, 6, 15), date(2021, 6, 14), None], strict=True):
        Task.objects.filter(pk=one.pk).update(completed_on=day)
    assert [row.task for row in running_tasks(lead, TODAY)] == [made[0]]


def test_a_finished_task_stays_until_it_is_published(two, clock):
    Task.objects.update(status=TaskStatus.COMPLETED, completed_on=date(2020, 1, 1))
    assert [row.task for row in running_tasks(two.lead, TODAY)] == [two.task]


def test_the_newest_task_in_the_field(bureau, other):
    lead = person("lead", bureau)
    assert newest_dispatched(lead) is None
    _, newest = tasks(bureau, TaskStatus.DISPATCHED, 2)
    task(other, TaskStatus.DISPATCHED)
    assert newest_dispatched(lead) == newest


def test_ten_tasks_need_as_many_queries_as_one(two, asked):
    lead = two.lead

    def look():
        return running_tasks(User.objects.get(pk=lead.pk), TODAY)

    one = asked(look)
    for made in tasks(agency("341321", "gongan"), TaskStatus.DISPATCHED, 9):
        SelectionFactory(task=made)
    assert len(look()) == 10
    assert asked(look) == one
