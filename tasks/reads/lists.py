"""The drawn list on its way to the lock: what waits, and why an act on it cannot be done (T07, T08)."""

from django.db.models import Max, QuerySet

from agencies.models import Agency, User
from core.errors import IllegalMove, NotAllowed, Refusal
from core.workflow import NOT_YOURS, has_role_permission, why_not, why_not_move
from draws.reads.refusals import why_not_add_event
from tasks.flows import ConfirmationStatus, ReplacementStatus, TaskStatus
from tasks.models import Confirmation, ListStanding, Replacement, Selection, Task

ALONE = "这个任务只有一个部门，没有第二个部门可以复核，不能替换。请牵头单位邀请部门参与，或作废后重新抽取。"
TWICE = "这一户已经有单位提出替换，正在复核或已经办结，没有重复提交。"
OWN_REPORT = "提出替换的单位不能自己复核，请由参与任务的另一个部门办理。"


def last_number(task: Task) -> int:
    """The highest number on the list: whoever confirms says with it which list was seen."""
    return task.selections.aggregate(Max("number"))["number__max"] or 0


def open_reports(task: Task) -> QuerySet[Replacement]:
    """Reports on the live list that nobody has decided yet."""
    return Replacement.objects.filter(
        selection__in=Selection.objects.filter(task=task), status=ReplacementStatus.PROPOSED
    )


def why_not_request_confirmation(task: Task, actor: User | None) -> Refusal | None:
    """Why the list cannot be sent to the agencies."""
    return why_not_move(task, "request_confirmation", actor)


def why_not_confirm(confirmation: Confirmation, actor: User | None) -> Refusal | None:
    """Why an agency cannot find the list in order: never while its own report is open."""
    task = confirmation.task
    if refusal := why_not(actor, "confirm", confirmation):
        return refusal
    if task.status != TaskStatus.CONFIRMING:
        text = "现在不能确认名单，请刷新页面后查看最新状态。"
        return Refusal(text, code="not_confirming", error=IllegalMove)
    if open_reports(task).filter(agency=confirmation.agency_id).exists():
        text = "本单位提出的替换还没有复核，不能确认名单。请等复核后再确认。"
        return Refusal(text, code="own_report")
    return confirmation.flow.why_not("confirm", confirmation.status)


def why_not_lock(task: Task, actor: User | None) -> Refusal | None:
    """Why the list cannot be locked: every report is decided and every agency has confirmed (T08)."""
    return why_not_move(task, "lock", actor) or _why_not_decided(task) or _why_not_agreed(task)


def _why_not_decided(task: Task) -> Refusal | None:
    reports = open_reports(task).select_related("selection__target")
    firms = [report.selection.target.name for report in reports]
    if not firms:
        return None
    text = f"{'、'.join(firms)}的替换还没有复核，不能锁定。请提醒另一个部门的管理员复核。"
    return Refusal(text, code="open_reports")


def _why_not_agreed(task: Task) -> Refusal | None:
    rows = task.confirmations.exclude(status=ConfirmationStatus.CONFIRMED)
    waiting = [confirmation.agency.name for confirmation in rows.select_related("agency")]
    if not waiting:
        return None
    text = f"{'、'.join(waiting)}尚未确认名单，不能锁定。请提醒其部门管理员确认。"
    return Refusal(text, code="not_confirmed")


def why_not_report_any(task: Task, agency: Agency | None, actor: User | None) -> Refusal | None:
    """Why no drawn target of the task can be reported for an agency."""
    refusal = _why_not_take_part(task, agency, "add", actor) or _why_not_replace(task)
    if refusal or len(task.agencies) > 1:
        return refusal
    return Refusal(ALONE, code="alone")


def why_not_report(
    selection: Selection, agency: Agency | None, actor: User | None
) -> Refusal | None:
    """Why a drawn target cannot be reported for an agency: it is open, listed, and not reported."""
    refusal = why_not_report_any(selection.task, agency, actor) or _why_not_listed(selection)
    if refusal:
        return refusal
    if selection.reports.exclude(status=ReplacementStatus.REFUSED).exists():
        return Refusal(TWICE, code="replacement_once", error=IllegalMove)
    return None


def why_not_agree(
    replacement: Replacement, agency: Agency | None, actor: User | None
) -> Refusal | None:
    """Why the next ticket cannot take the target's place for an agency: a second one decides."""
    return _why_not_decide(replacement, "agree", agency, actor)


def why_not_refuse(
    replacement: Replacement, agency: Agency | None, actor: User | None
) -> Refusal | None:
    """Why an agency cannot keep a reported target on the list."""
    return _why_not_decide(replacement, "refuse", agency, actor)


def _why_not_decide(
    replacement: Replacement, move: str, agency: Agency | None, actor: User | None
) -> Refusal | None:
    task = replacement.selection.task
    if refusal := _why_not_take_part(task, agency, move, actor):
        return refusal
    if agency == replacement.agency:
        return Refusal(OWN_REPORT, code="own_report", error=NotAllowed)
    return (
        _why_not_replace(task)
        or why_not_add_event(replacement.draw)
        or replacement.flow.why_not(move, replacement.status)
        or _why_not_listed(replacement.selection)
    )


def _why_not_take_part(
    task: Task, agency: Agency | None, action: str, actor: User | None
) -> Refusal | None:
    """Reports are made and decided for an agency of the task, by its own people."""
    own = actor is None or actor.agency == agency
    if own and agency in task.agencies and has_role_permission(actor, action, Replacement):
        return None
    return NOT_YOURS


def _why_not_replace(task: Task) -> Refusal | None:
    if task.status == TaskStatus.CONFIRMING:
        return None
    text = "名单不在确认阶段，不能替换：锁定以后只能检查，作废的抽取不再变化。没有任何变化。"
    return Refusal(text, code="not_confirming", error=IllegalMove)


def _why_not_listed(selection: Selection) -> Refusal | None:
    if selection.standing == ListStanding.LISTED:
        return None
    text = "这一户已经不在名单中，请刷新页面后查看最新名单。"
    return Refusal(text, code="not_listed", error=IllegalMove)
