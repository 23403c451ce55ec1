"""Why a drawn inspector cannot leave a team any more: one answer for the page and the service."""

from collections.abc import Collection

from core.errors import DomainError, IllegalMove, Refusal
from tasks.flows import TaskStatus
from tasks.models import Assignment, ListStanding

OPEN = frozenset({TaskStatus.ASSIGNED, TaskStatus.DISPATCHED})
OVER = "现在不能更换这一户的检查人员，请刷新页面后查看最新状态。"
BEGUN = "已经进入检查，不能再更换检查人员：原则上由同一组人完成。没有任何变化。"


def why_not_leave(assignment: Assignment, begun: Collection[int]) -> Refusal | None:
    """Why nobody may leave this team now (T13); begun: selections whose visit has begun."""
    selection = assignment.selection
    if selection.task.status not in OPEN or selection.standing != ListStanding.LISTED:
        return Refusal(OVER, code="not_open", error=IllegalMove)
    if selection.pk in begun:
        return Refusal(f"{selection.target}{BEGUN}", code="begun", error=DomainError)
    return None
