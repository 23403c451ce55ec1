"""What the agencies of a task say of the drawn list, and when it is locked (T07, T08)."""

from django.db import transaction
from django.db.models import Max, QuerySet

from agencies.models import User
from core import clock
from core.errors import DomainError, IllegalMove
from core.notices import notify
from core.workflow import advance, authorize, lock
from deadlines import services as deadlines
from deadlines.models import Kind
from tasks.flows import ConfirmationStatus, ReplacementStatus, TaskStatus
from tasks.models import Confirmation, Replacement, Selection, Task


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
    deadlines.cancel(confirmation, Kind.CONFIRM_LIST)
    deadlines.start(
        confirmation,
        Kind.CONFIRM_LIST,
        agency=confirmation.agency,
        lead_agency=task.agency,
        trigger_on=clock.today(),
        title=f"“{task}”抽中名单比对和确认",
        link=task.get_absolute_url(),
        cap_on=task.draw_until if task.draw_until >= clock.today() else None,
    )


def last_number(task: Task) -> int:
    """The highest number on the list: whoever confirms says with it which list was seen."""
    return task.selections.aggregate(Max("number"))["number__max"] or 0


@transaction.atomic
def confirm(confirmation: Confirmation, *, actor: User | None, seen: int | None = None) -> None:
    """An agency finds the list in order; silence never confirms.

    seen: the highest number on the list that was looked at. Raises IllegalMove when the list has
    changed since, DomainError while a report of the own agency is open.
    """
    task = confirmation.task
    authorize(actor, "confirm", confirmation)
    lock(task)
    authorize(actor, "confirm", confirmation)
    if task.status != TaskStatus.CONFIRMING:
        raise IllegalMove("现在不能确认名单，请刷新页面后查看最新状态。")
    if seen is not None and seen != last_number(task):
        raise IllegalMove("名单有变化，没有确认。请刷新页面，核对新递补的企业后再确认。")
    if open_reports(task).filter(agency=confirmation.agency).exists():
        raise DomainError("本单位提出的替换还没有复核，不能确认名单。请等复核后再确认。")
    advance(confirmation, "confirm", actor=actor)
    confirmation.confirmed_by, confirmation.confirmed_at = actor, clock.now()
    confirmation.save(update_fields=["confirmed_by", "confirmed_at"])
    deadlines.meet(confirmation, Kind.CONFIRM_LIST)
    if not task.confirmations.exclude(status=ConfirmationStatus.CONFIRMED).exists():
        leads = User.objects.with_role("lead").filter(agency=task.agency)
        notify(leads, f"“{task}”名单各部门已确认，可以锁定。", task.get_absolute_url())


def open_reports(task: Task) -> QuerySet[Replacement]:
    """Reports on the live list that nobody has decided yet."""
    return Replacement.objects.filter(
        selection__in=Selection.objects.filter(task=task), status=ReplacementStatus.PROPOSED
    )


@transaction.atomic
def lock_list(task: Task, *, actor: User | None) -> None:
    """Lock the confirmed list; from now on it can only be inspected (T08)."""
    advance(task, "lock", actor=actor)
    reports = open_reports(task).select_related("selection__target")
    firms = [report.selection.target.name for report in reports]
    if firms:
        raise DomainError(
            f"{'、'.join(firms)}的替换还没有复核，不能锁定。请提醒另一个部门的管理员复核。"
        )
    open_ones = task.confirmations.exclude(status=ConfirmationStatus.CONFIRMED)
    waiting = [confirmation.agency.name for confirmation in open_ones.select_related("agency")]
    if waiting:
        raise DomainError(f"{'、'.join(waiting)}尚未确认名单，不能锁定。请提醒其部门管理员确认。")
