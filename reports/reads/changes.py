"""What a joint task asks after its draw: a second look at a report, leave to quit a team."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from agencies.models import User
from reports.reads.todo import Todo
from tasks.flows import ReplacementStatus, SubstitutionStatus, TaskStatus
from tasks.models import Replacement, Substitution, Task


def replacements(user: User, today: date) -> Iterator[Todo]:
    """Reports of other agencies on targets of a joint task, for the second agency."""
    joins = Task.participants.through.objects.filter(
        task=OuterRef("selection__task"), agency=user.agency_id
    )
    rows = (
        Replacement.objects.filter(
            Q(selection__task__agency=user.agency_id) | Exists(joins),
            status=ReplacementStatus.PROPOSED,
            selection__task__status=TaskStatus.CONFIRMING,
        )
        .exclude(agency=user.agency_id)
        .select_related("selection__task", "selection__target", "agency")
        .order_by("pk")
    )
    for row in rows:
        task = row.selection.task
        yield Todo(
            "review_replacement",
            f"{row.selection.target}：{row.get_fault_display()}，待复核",
            f"{task}。{row.agency}提出并附证明材料，同意后由下一个抽签号递补",
            reverse("tasks:draw", args=[task.number]),
            "复核",
            until=task.draw_until,
        )


def substitutions(user: User, today: date) -> Iterator[Todo]:
    """Applications of the own inspectors to leave a team, for the deputy head."""
    rows = (
        Substitution.objects.filter(
            agency=user.agency_id,
            status=SubstitutionStatus.REQUESTED,
            assignment__ended_at=None,
        )
        .exclude(requested_by=user)
        .select_related(
            "assignment__selection__task",
            "assignment__selection__target",
            "assignment__inspector",
        )
        .order_by("pk")
    )
    for row in rows:
        one = row.assignment
        yield Todo(
            "approve_substitution",
            f"{one.inspector}申请更换：{one.selection.target}",
            f"{row.get_cause_display()}。批准前仍由原人员检查，进入检查后不能更换",
            reverse("inspections:substitution", args=[row.pk]),
            "审批",
            until=one.selection.task.onsite_from,
        )
