"""派发任务: from confirmed teams to forms, papers, deadlines and notices, in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count
from django.urls import reverse

from agencies.models import User
from catalog.models import Item
from core.audit import record
from core.notices import notify
from deadlines import services as deadlines
from deadlines.models import DeadlineKind
from inspections.models import Document, Inspection, LeftOff, Section
from inspections.services.papers import papers_of
from registries.models import ItemPass
from tasks import services as tasks
from tasks.eligibility import frame
from tasks.models import Selection, Task
from tasks.reads.dispatching import Teams, items_of, selections_of, system_of, teams_of


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
    items, selections = items_of(task), selections_of(task)
    teams = {selection.pk: teams_of(selection, task) for selection in selections}
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
        systems = {system_of(item) for item in self.items}
        return {agency: team for agency, team in teams.items() if agency.system_id in systems}


def _forms(task: Task, selections: list[Selection], items: list[Item]) -> list[PlannedForm]:
    passed = frame.passed_items(task, [selection.target for selection in selections])
    forms = []
    for selection in selections:
        left_off = passed.get(selection.target_id, {})
        asked = [item for item in items if item.pk not in left_off]
        if asked:
            forms.append(PlannedForm(selection, asked, left_off))
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
        if system_of(item) == section.agency.system_id
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
