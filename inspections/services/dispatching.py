"""派发任务: from confirmed teams to forms, papers, deadlines and notices, in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count
from django.urls import reverse

from agencies.models import Agency, User
from catalog.models import Item
from core.audit import record
from core.errors import DomainError
from core.notices import notify
from deadlines import services as deadlines
from deadlines.models import DeadlineKind
from inspections.models import Document, Inspection, LeftOff, Section
from inspections.reads.refusals import FEWEST
from inspections.services.papers import papers_of
from registries.models import ItemPass
from tasks import services as tasks
from tasks.eligibility import frame
from tasks.models import Assignment, Selection, Task

Teams = dict[Agency, list[Assignment]]


@transaction.atomic
def dispatch(task: Task, *, actor: User | None) -> int:
    """Send the task to the executing agencies and make the form of every drawn firm (T08, T11).

    One visit per firm, one section per executing agency with the items of its system, the papers
    of the visit, a running on-site deadline per section; the officers and their deputies are told.
    What the agency found in order this year is left off, and so is a section or a visit of which
    nothing remains (F17). Returns the number of visits. Raises NotAllowed, IllegalMove unless the teams are assigned, and
    DomainError when a section would have fewer than two officers or no item.
    """
    tasks.dispatch(task, actor=actor)
    items = _items(task)
    selections = _selections(task)
    if not selections:
        raise DomainError("这个任务没有抽中对象，不能派发。请先摇号并锁定名单。")
    teams = {selection.pk: _teams(selection, task) for selection in selections}
    for selection in selections:
        _check(selection, teams[selection.pk], items)
    forms = _forms(task, selections, items)
    for form in forms:
        teams[form.selection.pk] = form.needed(teams[form.selection.pk])
    visits = Inspection.objects.bulk_create(Inspection(selection=form.selection) for form in forms)
    asked = {form.selection.pk: form.items for form in forms}
    sections = _make_sections(visits, teams, asked)
    _note_left_off(visits, forms)
    _make_papers(task, visits, teams, asked, actor)
    for section in sections:
        _start_clock(section, task)
    _tell(task, teams)
    count = len(visits)
    record("inspections.dispatch", task, actor, f"生成一企一表：{task}，{count} 户", visits=count)
    return count


@dataclass(frozen=True)
class PlannedForm:
    """What one firm is asked, and what is left off with the pass behind it."""

    selection: Selection
    items: list[Item]
    left_off: dict[int, ItemPass]

    def needed(self, teams: Teams) -> Teams:
        """The teams that have something to inspect."""
        systems = {_system(item) for item in self.items}
        return {agency: team for agency, team in teams.items() if agency.system_id in systems}


def _forms(task: Task, selections: list[Selection], items: list[Item]) -> list[PlannedForm]:
    passed = frame.passed_items(task, [selection.target for selection in selections])
    forms = []
    for selection in selections:
        left_off = passed.get(selection.target_id, {})
        asked = [item for item in items if item.pk not in left_off]
        if asked:
            forms.append(PlannedForm(selection, asked, left_off))
    if not forms:
        raise DomainError("抽中对象的本次事项今年都已检查、未发现问题，没有需要派发的检查。")
    return forms


def _note_left_off(visits: Iterable[Inspection], forms: Iterable[PlannedForm]) -> None:
    LeftOff.objects.bulk_create(
        LeftOff(
            inspection=visit,
            item_id=item,
            agency=one.agency,
            passed_on=one.passed_on,
            task_number=one.task_number,
        )
        for visit, form in zip(visits, forms, strict=True)
        for item, one in form.left_off.items()
    )


def _items(task: Task) -> list[Item]:
    return list(
        task.items.select_related("version__agency__system")
        .prefetch_related("bases", "checkpoints")
        .order_by("version", "position")
    )


def _selections(task: Task) -> list[Selection]:
    return list(
        task.selections.select_related("target", "task__agency__system", "task__line__plan")
        .prefetch_related("assignments__agency__system", "assignments__inspector")
        .order_by("number")
    )


def _teams(selection: Selection, task: Task) -> Teams:
    """Agency -> its officers; the system that leads the task comes first."""
    found: Teams = {}
    for assignment in selection.assignments.all():
        found.setdefault(assignment.agency, []).append(assignment)
    lead = task.agency.system_id
    order = sorted(found, key=lambda agency: (agency.system_id != lead, agency.code))
    return {agency: found[agency] for agency in order}


def _system(item: Item) -> str:
    """The line of government that inspects the item today."""
    system = item.version.agency.system
    return system.succeeded_by_id or system.slug


def _check(selection: Selection, teams: Teams, items: Iterable[Item]) -> None:
    target = selection.target
    wanted = {_system(item): item.version.agency.system.name for item in items}
    present = {agency.system_id for agency in teams}
    for slug, name in wanted.items():
        if slug not in present:
            raise DomainError(f"“{target}”还没有{name}的检查人员，不能派发。请先匹配检查人员。")
    for agency, team in teams.items():
        if agency.system_id not in wanted:
            raise DomainError(f"“{target}”没有需要{agency}检查的事项，不能派发。请核对抽查事项。")
        counted = sum(not one.inspector.is_adviser for one in team)
        if counted < FEWEST:
            raise DomainError(
                f"“{target}”的{agency}只有 {counted} 名检查人员，至少需要 {FEWEST} 名，不能派发。"
                "请先补充检查人员。"
            )


def _make_sections(
    visits: Iterable[Inspection], teams: dict[int, Teams], items: dict[int, list[Item]]
) -> list[Section]:
    sections = Section.objects.bulk_create(
        Section(inspection=visit, agency=agency)
        for visit in visits
        for agency in teams[visit.selection_id]
    )
    through = Section.items.through
    through.objects.bulk_create(
        through(section=section, item=item)
        for section in sections
        for item in items[section.inspection.selection_id]
        if _system(item) == section.agency.system_id
    )
    return sections


def _make_papers(
    task: Task,
    visits: list[Inspection],
    teams: dict[int, Teams],
    items: dict[int, list[Item]],
    actor: User | None,
) -> None:
    targets = [visit.selection.target_id for visit in visits]
    earlier = dict(
        Inspection.objects.filter(
            selection__target__in=targets, selection__task__onsite_from__year=task.onsite_from.year
        )
        .values_list("selection__target")
        .annotate(Count("pk"))
    )
    Document.objects.bulk_create(
        paper
        for visit in visits
        for paper in papers_of(
            visit,
            teams[visit.selection_id],
            items[visit.selection_id],
            earlier.get(visit.selection.target_id, 1),
            actor,
        )
    )


def _start_clock(section: Section, task: Task) -> None:
    deadlines.start_fixed(
        section,
        DeadlineKind.ONSITE,
        agency=section.agency,
        lead_agency=task.agency,
        due_on=task.onsite_until,
        title=str(section),
        link=reverse("inspections:form", args=[section.inspection_id]),
        source=f"任务 {task.number} 现场检查阶段",
    )


def _tell(task: Task, teams: dict[int, Teams]) -> None:
    """One notice per officer with the number of firms, one per deputy of an executing agency."""
    visits: dict[int, int] = {}
    agencies = set()
    for team in teams.values():
        agencies.update(team)
        for assignment in (one for members in team.values() for one in members):
            user = assignment.inspector.user_id
            if user:
                visits[user] = visits.get(user, 0) + 1
    until = f"{task.onsite_until.month}月{task.onsite_until.day}日"
    for user in User.objects.in_bulk(visits).values():
        text = f"任务“{task}”已派发，您有 {visits[user.pk]} 户需在 {until}前完成现场检查。"
        notify([user], text, reverse("inspections:today"))
    deputies = User.objects.with_role("deputy").filter(agency__in=agencies)
    text = f"任务“{task}”已派发到本单位，请督促在 {until}前完成现场检查。"
    notify(deputies, text, f"{reverse('inspections:list')}?task={task.number}")
