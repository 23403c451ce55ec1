"""The numbers in the rail."""

from collections.abc import Callable

from agencies.models import User
from inspections.models import Inspection, Section
from reports.reads.failed_mail import undelivered
from reports.reads.worklist import worklist
from tasks.flows import TaskStatus
from tasks.models import Task

DONE = [TaskStatus.COMPLETED, TaskStatus.CANCELLED]


def counts(user: User) -> dict[str, Callable[[], int]]:
    """URL name -> how many things wait there; each is asked only when it is shown."""
    return {
        "reports:worklist": lambda: len(worklist(user)),
        "tasks:list": lambda: Task.objects.visible_to(user).exclude(status__in=DONE).count(),
        "inspections:today": lambda: Inspection.objects.todo_for(user).count(),
        "reports:mail": undelivered,
        "approvals:list": lambda: Section.objects.waiting_for_approval(user).count(),
    }
