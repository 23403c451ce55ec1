"""What the agencies of a task say of the drawn list, and when it is locked (T07, T08)."""

from django.db import transaction

from agencies.models import User
from core import clock
from core.errors import IllegalMove, demand
from core.notices import notify
from core.workflow import advance, lock, why_not
from deadlines import services as deadlines
from deadlines.models import DeadlineKind
from tasks.flows import ConfirmationStatus
from tasks.models import Confirmation, Task
from tasks.reads.lists import last_number, why_not_confirm, why_not_lock


@transaction.atomic
def request_confirmation(task: Task, *, actor: User | None) -> None:
    """Send the drawn list to every agency of the task for comparison and confirmation (T07).

    After a voided draw the agencies are asked anew about the new list.
    """
    advance(task, "request_confirmation", actor=actor)
    for agency in task.agencies:
        confirmation, _ = Confirmation.objects.get_or_create(task=task, agency=agency)
        ask_again(confirmation)
    admins = User.objects.with_role("agency_admin").filter(agency__in=task.agencies)
    notify(admins, f"“{task}”抽中名单请比对和确认。", task.get_absolute_url())


def ask_again(confirmation: Confirmation) -> None:
    """Take back what was said of an older list, and let the clock run from today."""
    task = confirmation.task
    if confirmation.status == ConfirmationStatus.CONFIRMED:
        advance(confirmation, "reopen", actor=None)
        confirmation.confirmed_by = confirmation.confirmed_at = None
        confirmation.save(update_fields=["confirmed_by", "confirmed_at"])
    deadlines.cancel(confirmation, DeadlineKind.CONFIRM_LIST)
    deadlines.start(
        confirmation,
        DeadlineKind.CONFIRM_LIST,
        agency=confirmation.agency,
        lead_agency=task.agency,
        trigger_on=clock.today(),
        title=f"“{task}”抽中名单比对和确认",
        link=task.get_absolute_url(),
        cap_on=task.draw_until if task.draw_until >= clock.today() else None,
    )


@transaction.atomic
def confirm(confirmation: Confirmation, *, actor: User | None, seen: int | None = None) -> None:
    """An agency finds the list in order; silence never confirms.

    seen: the highest number on the list that was looked at. Raises IllegalMove when the list has
    changed since, DomainError while a report of the own agency is open.
    """
    task = confirmation.task
    demand(why_not(actor, "confirm", confirmation))
    lock(task)
    lock(confirmation)
    confirmation.task = task
    demand(why_not_confirm(confirmation, actor))
    if seen is not None and seen != last_number(task):
        raise IllegalMove("名单有变化，没有确认。请刷新页面，核对新递补的企业后再确认。")
    advance(confirmation, "confirm", actor=actor)
    confirmation.confirmed_by, confirmation.confirmed_at = actor, clock.now()
    confirmation.save(update_fields=["confirmed_by", "confirmed_at"])
    deadlines.meet(confirmation, DeadlineKind.CONFIRM_LIST)
    if not task.confirmations.exclude(status=ConfirmationStatus.CONFIRMED).exists():
        leads = User.objects.with_role("lead").filter(agency=task.agency)
        notify(leads, f"“{task}”名单各部门已确认，可以锁定。", task.get_absolute_url())


@transaction.atomic
def lock_list(task: Task, *, actor: User | None) -> None:
    """Lock the confirmed list; from now on it can only be inspected (T08)."""
    lock(task)
    demand(why_not_lock(task, actor))
    advance(task, "lock", actor=actor)
