"""How far the tasks are. Each figure says what it counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from agencies.models import Agency, User
from core import clock
from core.audit import subject_of
from deadlines.models import Deadline, DeadlineKind
from inspections.flows import HANDED_IN, SectionStatus
from inspections.models import Answer, Inspection, Section
from publication.models import Publication
from reports.reads.todo import earliest, open_clocks, section_label
from tasks.flows import TaskStatus
from tasks.models import Confirmation, Selection, Task

MOST = 10
RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Progress:
    """Firms of a task: drawn; inspected (all sections handed in once); published (all sections)."""

    total: int = 0
    inspected: int = 0
    published: int = 0

    @property
    def is_published(self) -> bool:
        """Whether nothing is left to publish."""
        return 0 < self.total == self.published


@dataclass(frozen=True, slots=True)
class RunningTask:
    """A task under way with its progress and its most urgent clock."""

    task: Task
    progress: Progress
    deadline: Deadline | None
    is_in_time: bool

    @property
    def planned(self) -> tuple[str, date]:
        """Where no clock runs: what the plan says comes next, and its day."""
        if self.task.status in {TaskStatus.LOCKED, TaskStatus.ASSIGNED}:
            return "现场检查起", self.task.onsite_from
        if self.task.status == TaskStatus.DISPATCHED:
            return "现场检查止", self.task.onsite_until
        if self.task.status == TaskStatus.COMPLETED:
            return "抽查结束", self.task.ends_on
        return "抽取阶段止", self.task.draw_until


@dataclass(frozen=True, slots=True)
class AgencyShare:
    """One agency's part of a task, counted in firms."""

    agency: Agency
    total: int
    handed_in: int
    problems: int
    waiting: int
    overdue: int


def progress_of(tasks: Iterable[Task]) -> dict[int, Progress]:
    """The progress of each task by its key. Two queries."""
    keys = [task.pk for task in tasks]
    drawn = Selection.objects.filter(task__in=keys).order_by().values_list("task")
    total = dict(drawn.annotate(n=Count("pk")))
    unpublished = Section.objects.filter(inspection=OuterRef("pk")).exclude(
        status=SectionStatus.PUBLISHED
    )
    visits = (
        Inspection.objects.filter(selection__task__in=keys)
        .annotate(is_unpublished=Exists(unpublished))
        .order_by()
        .values("selection__task")
        .annotate(
            inspected=Count("pk", filter=Q(completed_on__isnull=False)),
            published=Count("pk", filter=Q(is_unpublished=False)),
        )
    )
    done = {row["selection__task"]: (row["inspected"], row["published"]) for row in visits}
    return {key: Progress(total.get(key, 0), *done.get(key, (0, 0))) for key in keys}


def _ticking(tasks: Iterable[Task], condition: Q) -> QuerySet:
    """Unpublished sections of the tasks for which a clock of that kind runs, with the clock."""
    clocks = open_clocks(condition)
    return (
        Section.objects.filter(inspection__selection__task__in=[task.pk for task in tasks])
        .exclude(status=SectionStatus.PUBLISHED)
        .annotate(
            label=section_label("pk"),
            task_pk=F("inspection__selection__task"),
            clock=Subquery(clocks.values("pk")[:1]),
            urgent_on=Subquery(clocks.values("urgent_on")[:1]),
        )
        .exclude(clock=None)
    )


def _first_clocks(rows: QuerySet) -> dict[int, int]:
    """Task -> its most urgent clock."""
    first = rows.order_by("task_pk", "urgent_on", "clock").distinct("task_pk")
    return dict(first.values_list("task_pk", "clock"))


def unpublished_clocks(tasks: Iterable[Task]) -> dict[int, tuple[int, Deadline | None]]:
    """Task -> how many results have to be published and the most urgent of the clocks. 3 queries."""
    rows = _ticking(tasks, Q(kind=DeadlineKind.PUBLISH_RESULT))
    number = dict(rows.order_by().values_list("task_pk").annotate(n=Count("pk")))
    first = _first_clocks(rows)
    clocks = Deadline.objects.in_bulk(first.values())
    return {key: (number[key], clocks[pk]) for key, pk in first.items()}


def nearest_deadlines(tasks: Iterable[Task]) -> dict[int, Deadline | None]:
    """Task -> the most urgent clock of the task, its confirmations and its sections. 3 queries."""
    tasks = list(tasks)
    first = _first_clocks(_ticking(tasks, Q()))
    owners = {subject_of(task): task.pk for task in tasks}
    for confirmation in Confirmation.objects.filter(task__in=[task.pk for task in tasks]):
        owners[subject_of(confirmation)] = confirmation.task_id
    rows = Deadline.objects.open().filter(Q(pk__in=first.values()) | Q(subject__in=list(owners)))
    owner_of = {pk: key for key, pk in first.items()}
    found: dict[int, list[Deadline]] = {}
    for row in rows:
        key = owner_of.get(row.pk) or owners.get(row.subject)
        found.setdefault(key, []).append(row)
    return {task.pk: earliest(found.get(task.pk, [])) for task in tasks}


def running_tasks(user: User, today: date) -> list[RunningTask]:
    """Visible tasks under way, and those finished within 30 days; the newest ten."""
    unpublished = Section.objects.filter(inspection__selection__task=OuterRef("pk")).exclude(
        status=SectionStatus.PUBLISHED
    )
    tasks = list(
        Task.objects.visible_to(user)
        .exclude(status=TaskStatus.CANCELLED)
        .annotate(is_unpublished=Exists(unpublished))
        .filter(
            ~Q(status=TaskStatus.COMPLETED)
            | Q(is_unpublished=True)
            | Q(completed_on__gte=today - RECENT)
        )
        .annotate(joining=Count("participants", distinct=True))
        .order_by("-pk")[:MOST]
    )
    progress, nearest = progress_of(tasks), nearest_deadlines(tasks)
    late = set(
        Publication.objects.filter(
            task_number__in=[task.number for task in tasks], published_on__gt=F("due_on")
        )
        .order_by()
        .values_list("task_number", flat=True)
        .distinct()
    )
    return [
        RunningTask(task, progress[task.pk], nearest[task.pk], task.number not in late)
        for task in tasks
    ]


def newest_dispatched(user: User) -> Task | None:
    """The newest task in the field that the user's agency leads."""
    tasks = Task.objects.filter(agency=user.agency_id, status=TaskStatus.DISPATCHED)
    return tasks.order_by("-pk").first()


def by_agency(task: Task) -> list[AgencyShare]:
    """What each executing agency has done of the task. Two queries.

    handed_in: submitted or published. problems: handed in with at least one problem. waiting:
    submitted, for the leader. overdue: a clock has run out.
    """
    problem = Answer.objects.filter(section=OuterRef("pk"), result="problem")
    handed_in, today = Q(status__in=HANDED_IN), clock.today()
    rows = (
        Section.objects.filter(inspection__selection__task=task)
        .annotate(
            label=section_label("pk"),
            is_problem=Exists(problem),
            is_overdue=Exists(open_clocks(Q(due_on__lt=today))),
        )
        .order_by()
        .values("agency")
        .annotate(
            total=Count("pk"),
            handed_in=Count("pk", filter=handed_in),
            problems=Count("pk", filter=handed_in & Q(is_problem=True)),
            waiting=Count("pk", filter=Q(status=SectionStatus.SUBMITTED)),
            overdue=Count("pk", filter=Q(is_overdue=True)),
        )
    )
    figures = {row.pop("agency"): row for row in rows}
    agencies = Agency.objects.filter(pk__in=figures).order_by("system", "code")
    return [AgencyShare(agency, **figures[agency.pk]) for agency in agencies]
