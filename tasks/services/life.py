"""From the plan line to the dispatched task, and its completion."""

from datetime import date

from django.db import transaction
from django.db.models import Q

from agencies.models import Agency, Region, User
from agencies.services import grant_joint_access
from catalog.models import PublishScope
from core import clock
from core.audit import record
from core.errors import demand
from core.notices import notify
from core.workflow import advance, lock
from deadlines import services as deadlines
from deadlines.models import DeadlineKind
from plans.models import PlanLine
from tasks.models import Assignment, NumberSeries, Task, TaskTier
from tasks.reads.dispatching import why_not_dispatch
from tasks.reads.refusals import (
    why_not_cancel,
    why_not_create,
    why_not_hand_in_report,
)
from tasks.services.setup import Sampling, apply_sampling


@transaction.atomic
def create_task(
    task: Task, line: PlanLine, sampling: Sampling | None = None, *, actor: User | None
) -> Task:
    """Launch a validated, unsaved task from a line of a published plan (T01, T02, X09).

    Items, participants, tiers and the snapshot of the rules come from the plan, unless `sampling`
    says how the list is to be drawn.
    Raises NotAllowed, and DomainError when the plan is not in force, an item is no longer
    published, or an agency may not inspect.
    """
    task.line, task.agency = line, line.plan.agency
    PlanLine.objects.select_for_update().get(pk=line.origin_id or line.pk)  # one at a time
    demand(why_not_create(line, actor))
    items = list(line.items.all())
    participants = list(line.participants.all())
    task.trade, task.scheme = line.trade, line.scheme
    restricted = (line.scheme is not None and not line.scheme.is_public) or any(
        item.publish_scope != PublishScope.FULL for item in items
    )
    task.rules = task.profile.snapshot() | {"is_restricted": restricted}
    task.number = next_number(task.agency.region, clock.today().year)
    task.created_by = actor
    task.save()
    task.items.set(items)
    task.participants.set(participants)
    TaskTier.objects.bulk_create(
        TaskTier(task=task, grade=tier.grade, ratio_ppm=tier.ratio_ppm)
        for tier in line.tiers.select_related("grade")
    )
    if sampling:
        apply_sampling(task, sampling)
    grant_joint_access(task, participants)
    record("tasks.create", task, actor, f"发起任务：{task}（{task.number}）", line=line.pk)
    _announce(participants, f"{task.agency}发起“{task}”，请准备名录库。", task)
    return task


def next_number(region: Region, year: int) -> str:
    """The next task number of a region and year, such as 341300-2021-003; no gaps."""
    NumberSeries.objects.get_or_create(region=region, year=year)
    series = NumberSeries.objects.select_for_update().get(region=region, year=year)
    series.last += 1
    series.save(update_fields=["last"])
    return f"{region.code}-{year}-{series.last:03d}"


@transaction.atomic
def cancel_task(task: Task, *, actor: User | None) -> None:
    """Give up a task before anything was frozen."""
    lock(task)
    demand(why_not_cancel(task, actor))
    advance(task, "cancel", actor=actor)


@transaction.atomic
def dispatch(task: Task, *, actor: User | None) -> None:
    """Send the task to the executing agencies and share it with them (T08, T09).

    The records of the visits are made by `inspections.services.dispatch`, which calls this.
    """
    lock(task)
    demand(why_not_dispatch(task, actor))
    advance(task, "dispatch", actor=actor)
    executing = Agency.objects.filter(
        pk__in=Assignment.objects.filter(selection__task=task).values("agency_id")
    )
    grant_joint_access(task, executing)
    if task.report_due_on:
        deadlines.start_fixed(
            task,
            DeadlineKind.REPORT,
            agency=task.agency,
            due_on=task.report_due_on,
            title=f"“{task}”工作总结和汇总统计表",
            link=task.get_absolute_url(),
            source="任务方案",
        )


@transaction.atomic
def complete(task: Task, *, on: date, actor: User | None = None) -> None:
    """All visits are done; the publication clocks start from this day (B01)."""
    advance(task, "complete", actor=actor)
    task.completed_on = on
    task.save(update_fields=["completed_on"])


@transaction.atomic
def hand_in_report(task: Task, *, actor: User | None) -> None:
    """The lead has handed in the summary and the statistics table (X02).

    Raises DomainError while visits are open, IllegalMove when nothing is due.
    """
    lock(task)
    demand(why_not_hand_in_report(task, actor))
    deadlines.meet(task, DeadlineKind.REPORT)
    record("tasks.hand_in_report", task, actor, f"总结和汇总统计表已报送：{task}")


def _announce(agencies: list[Agency], text: str, task: Task) -> None:
    people = User.objects.filter(
        Q(groups__name="role:agency_admin") | Q(groups__name="role:lead"),
        agency__in=agencies,
        is_active=True,
    ).distinct()
    notify(people, text, task.get_absolute_url())
