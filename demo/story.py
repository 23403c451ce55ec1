"""Five tasks of the Suzhou scenario, laid relative to today so that every role has work.

One is published, with a firm that nobody could reach and one that refused to sign; one is overdue
and escalated over a returned form; one waits for approval with two working days left, its first
draw voided; one is in the field with forms half filled; one waits for two agencies to seal a
value for its draw; a last line of the plan can be launched.
Everything goes through the services, as people would do it.
"""

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

from agencies.models import Agency, User
from catalog.models import Item, Trade
from deadlines.services import sweep
from demo.calendar import on, working_days_ahead
from demo.ceremony import SPEAKER, frozen_by_mistake, frozen_today, sealed_draw, short_draw
from demo.house import CITY, PASSWORD, person
from draws import services as ceremony
from inspections import services as field
from inspections.models import Inspection, Section
from plans import services as plans
from plans.models import Plan, PlanLine
from publication.services import approve, return_section
from registries.models import Grade, GradingScheme
from tasks import services as tasks
from tasks.models import Task
from tasks.reads.timetable import proposal

RATIOS = {"good": 100_000, "warning": 300_000, "bad": 500_000, "severe": 1_000_000}
STROKES = [[[20, 40], [60, 30], [95, 44]], [[55, 22], [48, 70], [30, 92]], [[60, 60], [98, 90]]]


@dataclass(frozen=True)
class Chapter:
    """One task: days are counted back from today."""

    title: str
    started: int
    visited: int


PUBLISHED = Chapter("保安从业单位联合抽查（第一轮）", 150, 120)
OVERDUE = Chapter("保安从业单位联合抽查（补查）", 110, 75)
WAITING = Chapter("保安从业单位联合抽查（第二轮）", 60, 20)
FIELD = Chapter("保安从业单位联合抽查（第三轮）", 24, 3)
DRAWING = Chapter("全市保安从业单位“双随机、一公开”部门联合抽查", 1, 0)
NEXT = "保安从业单位年末联合抽查"


def tell(today: date) -> None:
    """Lay plans and tasks; needs the house."""
    chapters = [PUBLISHED, OVERDUE, WAITING, FIELD, DRAWING]
    lines = _plans(today, chapters)
    _published(today, lines[PUBLISHED.title])
    _overdue(today, lines[OVERDUE.title])
    _waiting(today, lines[WAITING.title])
    _in_the_field(today, lines[FIELD.title])
    _drawing(today, lines[DRAWING.title])
    with on(today, "08:00"):
        sweep()


def _plans(today: date, chapters: list[Chapter]) -> dict[str, PlanLine]:
    """A published plan for each year in which a task begins, and a line to launch this year."""
    years: dict[int, list[str]] = {today.year: []}
    for chapter in chapters:
        begins = today - timedelta(days=chapter.started)
        years.setdefault(begins.year, []).append(chapter.title)
    years[today.year].append(NEXT)
    lines = {}
    for year in sorted(years):
        drawn_up = min(date(year, 1, 20), today - timedelta(days=170))
        with on(drawn_up):
            plan = _plan(year, years[year])
        lines |= {line.title: line for line in plan.lines.all()}
    return lines


def _plan(year: int, titles: list[str]) -> Plan:
    lead, leader = person("lead"), person("leader")
    plan = plans.create_plan(
        lead.agency,
        year,
        f"宿州市公安局{year}年度部门联合“双随机、一公开”抽查计划",
        "按照年度统一随机抽查事项清单编制。",
        actor=lead,
    )
    for title in titles:
        line = PlanLine(
            title=title,
            trade=Trade.objects.get(slug="baoan"),
            scope="全市保安从业单位",
            ratio_ppm=200_000,
            estimated=3,
            month_from=1,
            month_until=12,
            scheme=GradingScheme.objects.get(slug="credit"),
        )
        plans.save_line(
            plan,
            line,
            Item.objects.filter(version__status="published"),
            [Agency.objects.get(code=f"{CITY}-shichang")],
            [(Grade.objects.get(scheme="credit", slug=s), ppm) for s, ppm in RATIOS.items()],
            actor=lead,
        )
    plans.submit(plan, actor=lead)
    plans.approve(plan, actor=leader)
    plans.publish(plan, actor=lead)
    return plan


def _launch(line: PlanLine, begins: date, onsite_until: date, ends_on: date) -> Task:
    task = proposal(line)
    task.starts_on, task.draw_until = begins, begins + timedelta(days=5)
    task.onsite_from = begins + timedelta(days=6)
    task.onsite_until = max(onsite_until, task.onsite_from)
    task.ends_on = max(ends_on, task.onsite_until)
    task.report_due_on = task.ends_on + timedelta(days=10)
    return tasks.create_task(task, line, actor=person("lead"))


def _draw_and_dispatch(task: Task, phrase: str, draw: Callable = short_draw) -> None:
    """Both draws on the first two days of the task, as a lead bureau would time them."""
    lead, first, second = person("lead"), task.starts_on, task.starts_on + timedelta(days=1)
    draw(task, phrase)
    with on(first, "10:30"):
        tasks.request_confirmation(task, actor=lead)
    for confirmation in task.confirmations.select_related("agency"):
        with on(first, "14:25" if confirmation.agency.system_id == "gongan" else "16:05"):
            tasks.confirm(confirmation, actor=person(f"admin-{confirmation.agency.system_id}"))
    with on(second, "09:05"):
        tasks.lock_list(task, actor=lead)
    with on(second, "09:15"):
        people = tasks.freeze_people(task, actor=lead)
    with on(second, "09:35"):
        ceremony.consent(people, actor=person("admin-shichang"))
    with on(second, "10:00"):
        tasks.open_people(people, witness=SPEAKER, phrase=f"{phrase}，再来一次", actor=lead)
    with on(second, "10:40"):
        field.dispatch(task, actor=lead)


def _published(today: date, line: PlanLine) -> None:
    begins = today - timedelta(days=PUBLISHED.started)
    visited = today - timedelta(days=PUBLISHED.visited)
    with on(begins):
        task = _launch(line, begins, visited + timedelta(days=5), visited + timedelta(days=40))
    _draw_and_dispatch(task, "晴，东南风三级，27", sealed_draw)
    _visit_all(
        task, visited, "门卫勤务服务合同未约定保安员人数，派驻登记与合同不一致。", is_smooth=False
    )
    with on(visited + timedelta(days=7)):
        for section in _sections(task):
            approve(section, actor=_deputy(section))
        tasks.hand_in_report(task, actor=person("lead"))


def _overdue(today: date, line: PlanLine) -> None:
    """One returned form keeps a task from being published in time; the lead bureau has been told."""
    begins = today - timedelta(days=OVERDUE.started)
    visited = today - timedelta(days=OVERDUE.visited)
    with on(begins):
        task = _launch(line, begins, visited + timedelta(days=5), visited + timedelta(days=40))
    _draw_and_dispatch(task, "阴，西北风二级，55")
    _visit_all(task, visited, "")
    returned = _visit_at_home(task).sections.get(agency__system="shichang")
    with on(visited + timedelta(days=7), "15:10"):
        for section in _sections(task):
            if section == returned:
                return_section(
                    section, "检查结果与证据不一致，请核对后重报。", actor=_deputy(section)
                )
            else:
                approve(section, actor=_deputy(section))
        tasks.hand_in_report(task, actor=person("lead"))


def _waiting(today: date, line: PlanLine) -> None:
    begins = today - timedelta(days=WAITING.started)
    visited = today - timedelta(days=WAITING.visited)
    with on(begins):
        ends_on = working_days_ahead(today, 2)
        task = _launch(line, begins, visited + timedelta(days=5), ends_on)
    frozen_by_mistake(task)
    _draw_and_dispatch(task, "多云，湿度六成，318", sealed_draw)
    _visit_all(task, visited, "三名保安员未随身携带保安员证；派驻记录缺少两个月。")


def _in_the_field(today: date, line: PlanLine) -> None:
    begins = today - timedelta(days=FIELD.started)
    with on(begins):
        task = _launch(line, begins, today + timedelta(days=20), today + timedelta(days=45))
    _draw_and_dispatch(task, "小雨转晴，704", sealed_draw)
    with on(today - timedelta(days=FIELD.visited)):
        visit = _visit_at_home(task)
        _enter(visit)
        for section in visit.sections.select_related("agency"):
            item = section.items.order_by("version", "position").first()
            officer = _team(section)[0]
            field.answer(section, item, result="no_issue", version=0, actor=officer.user)


def _drawing(today: date, line: PlanLine) -> None:
    begins = today - timedelta(days=DRAWING.started)
    with on(begins):
        last = calendar.monthrange(today.year, today.month)[1]
        onsite_until = today.replace(day=last) + timedelta(days=60)
        task = _launch(line, begins, onsite_until, onsite_until + timedelta(days=20))
    frozen_today(task, today)


def _sections(task: Task) -> list[Section]:
    found = Section.objects.filter(inspection__selection__task=task)
    return list(found.select_related("inspection__selection__target", "agency"))


def _visit_at_home(task: Task) -> Inspection:
    """The visit of the demonstration's own officers."""
    return Inspection.objects.filter(
        selection__task=task,
        selection__assignments__inspector__user=person("officer-gongan"),
        selection__assignments__ended_at=None,
    ).earliest("pk")


def _team(section: Section) -> list:
    assigned = section.inspection.selection.assignments.filter(agency=section.agency)
    return [assignment.inspector for assignment in assigned.select_related("inspector__user")]


def _deputy(section: Section) -> User:
    return User.objects.with_role("deputy").filter(agency=section.agency).earliest("pk")


def _first(visit: Inspection) -> User:
    """The officer who acts for the whole team."""
    first = visit.selection.assignments.select_related("inspector__user").earliest("pk")
    return first.inspector.user


def _enter(visit: Inspection) -> None:
    field.enter(visit, certificates_shown=True, rights_told=True, actor=_first(visit))


def _visit_all(task: Task, day: date, problem: str, is_smooth: bool = True) -> None:
    """Every firm is visited on `day`; at the demonstration's own firm the police find `problem`.

    is_smooth: otherwise one firm cannot be reached and another refuses to sign.
    """
    home = _visit_at_home(task)
    others = Inspection.objects.filter(selection__task=task).exclude(pk=home.pk).order_by("pk")
    gone, refusing, *_ = (None, None) if is_smooth else others
    for visit in (home, *others):
        if visit == gone:
            _find_nobody(visit, day)
        else:
            _visit(visit, day, problem if visit == home else "", is_refusing=visit == refusing)
        for section in visit.sections.select_related("agency"):
            with on(day, "10:31"):
                field.submit(section, submission_id=uuid4(), actor=_team(section)[0].user)


def _visit(visit: Inspection, day: date, problem: str, is_refusing: bool) -> None:
    with on(day, "09:40"):
        _enter(visit)
    for section in visit.sections.select_related("agency"):
        police = section.agency.system_id == "gongan"
        with on(day, "10:15"):
            _fill(section, problem if police else "")
    with on(day, "10:25"):
        if is_refusing:
            field.refuse_signature(
                visit,
                reason="负责人称须请示总部，拒绝签字。",
                witness="社区居委会工作人员",
                actor=_first(visit),
            )
        else:
            field.sign(
                visit,
                signer_name=visit.target.person_in_charge,
                signer_role="principal",
                strokes=STROKES,
                opinion="无异议。",
                actor=_first(visit),
            )


def _find_nobody(visit: Inspection, day: date) -> None:
    """Nobody is met at the registered address; the visit ends at the door."""
    note = "两次上门大门紧锁，登记电话停机，邻户称已搬离数月。"
    with on(day, "09:40"):
        field.set_outcome(visit, "unreachable", note, actor=_first(visit))
    for section in visit.sections.select_related("agency"):
        team = _team(section)
        with on(day, "10:15"):
            for inspector in team:
                field.confirm(section, inspector, password=PASSWORD, address="", actor=team[0].user)


def _fill(section: Section, problem: str) -> None:
    """Answer every item and let the whole team confirm."""
    team = _team(section)
    officer = team[0].user
    if problem:
        item = section.items.order_by("version", "position").first()
        field.answer(
            section,
            item,
            result="problem",
            problems=["ordered_to_correct"],
            remark=problem,
            rectify_by=working_days_ahead(section.inspection.task.onsite_until, 10),
            version=0,
            actor=officer,
        )
    if section.answers.count() < section.items.count():
        field.answer_rest_no_issue(section, actor=officer)
    for inspector in team:
        field.confirm(section, inspector, password=PASSWORD, address="", actor=officer)
