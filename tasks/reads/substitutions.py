"""Why a drawn inspector cannot leave a team: one answer per act, for its page and its service (T13)."""

from collections.abc import Collection

from agencies.models import User
from core.errors import DomainError, IllegalMove, NotAllowed, Refusal
from core.workflow import NOT_YOURS, can, has_role_permission, why_not_move
from draws.models import Purpose
from draws.models.draw import DrawQuerySet
from draws.reads.refusals import why_not_add_event
from draws.reasons import SubstitutionReason
from tasks.flows import SubstitutionStatus, TaskStatus
from tasks.models import Assignment, ListStanding, Substitution

OPEN = frozenset({TaskStatus.ASSIGNED, TaskStatus.DISPATCHED})
OVER = "现在不能更换这一户的检查人员，请刷新页面后查看最新状态。"
BEGUN = "已经进入检查，不能再更换检查人员：原则上由同一组人完成。没有任何变化。"
GONE = "这名人员已经不在这一户的检查组，请刷新页面后查看最新安排。"
TWICE = "这名人员已经提出申请，正在等待审批，没有重复提交。"
OWN_REQUEST = "不能审批自己提出或涉及自己的申请，请由本单位另一位分管负责人办理。"
NOT_DRAWN = "这一户的检查人员不是本系统抽取的，不能按程序更换。请联系牵头单位。"
BY_ADMIN = frozenset(
    {SubstitutionReason.TRANSFER, SubstitutionReason.CONFLICT, SubstitutionReason.HEALTH}
)


def why_not_apply(assignment: Assignment, cause: str, actor: User | None) -> Refusal | None:
    """Why `actor` is not the one who applies: the inspector does, or an administrator of the agency.

    cause: empty asks whether for any. Only the inspector knows of an interest, so an administrator
    cannot apply for recusal.
    """
    if actor is None:
        return None
    inspector = assignment.inspector
    if not has_role_permission(actor, "request", Substitution):
        return NOT_YOURS
    if inspector.user_id == actor.pk:
        return None
    for_another = can(actor, "change", inspector) and (not cause or cause in BY_ADMIN)
    return None if for_another else NOT_YOURS


def why_not_leave(assignment: Assignment, begun: Collection[int]) -> Refusal | None:
    """Why nobody may leave this team now (T13); begun: selections whose visit has begun."""
    selection = assignment.selection
    if assignment.ended_at is not None:
        return Refusal(GONE, code="gone", error=IllegalMove)
    if selection.task.status not in OPEN or selection.standing != ListStanding.LISTED:
        return Refusal(OVER, code="not_open", error=IllegalMove)
    if selection.pk in begun:
        return Refusal(f"{selection.target}{BEGUN}", code="begun", error=DomainError)
    return None


def why_not_request(
    assignment: Assignment, cause: str, begun: Collection[int], actor: User | None
) -> Refusal | None:
    """Why no application can be made for this inspector on this team."""
    refusal = why_not_apply(assignment, cause, actor) or why_not_leave(assignment, begun)
    if refusal:
        return refusal
    if assignment.substitutions.filter(status=SubstitutionStatus.REQUESTED).exists():
        return Refusal(TWICE, code="substitution_once", error=IllegalMove)
    return None


def why_not_approve(
    substitution: Substitution, begun: Collection[int], actor: User | None
) -> Refusal | None:
    """Why no substitute can be drawn for an application."""
    assignment = substitution.assignment
    return (
        why_not_decide(substitution, "approve", actor)
        or why_not_leave(assignment, begun)
        or _why_not_draw(assignment)
    )


def why_not_decide(substitution: Substitution, action: str, actor: User | None) -> Refusal | None:
    """The deputy head of the inspector's agency decides, and not on the own request."""
    if actor is not None and actor.pk in {
        substitution.requested_by_id,
        substitution.assignment.inspector.user_id,
    }:
        return Refusal(OWN_REQUEST, code="own_request", error=NotAllowed)
    return why_not_move(substitution, action, actor)


def draws_of(assignment: Assignment) -> DrawQuerySet:
    """The live draw that sent the inspector; none for teams from before the portal."""
    live: DrawQuerySet = assignment.selection.task.draws.live()
    return live.filter(purpose=Purpose.INSPECTORS)


def _why_not_draw(assignment: Assignment) -> Refusal | None:
    draw = draws_of(assignment).first()
    return Refusal(NOT_DRAWN, code="not_drawn") if draw is None else why_not_add_event(draw)
