"""The life of an inspection task and of what is said of its lists (contracts section 4)."""

from django.db.models import TextChoices

from core.flow import Flow, Move


class TaskStatus(TextChoices):
    """Where a task stands."""

    DRAFT = "draft", "待封存"
    FROZEN = "frozen", "待摇号"
    OPENED = "opened", "已抽取"
    CONFIRMING = "confirming", "名单确认中"
    LOCKED = "locked", "名单已锁定"
    ASSIGNED = "assigned", "已配人"
    DISPATCHED = "dispatched", "现场检查"
    COMPLETED = "completed", "检查完成"
    CANCELLED = "cancelled", "已取消"


class ConfirmationStatus(TextChoices):
    """What a participating agency says of the drawn list."""

    PENDING = "pending", "待确认"
    CONFIRMED = "confirmed", "已确认"


class ReplacementStatus(TextChoices):
    """Whether a second agency agrees that a drawn target cannot be inspected."""

    PROPOSED = "proposed", "待复核"
    AGREED = "agreed", "已替换"
    REFUSED = "refused", "不予替换"


class SubstitutionStatus(TextChoices):
    """Whether the deputy head lets a drawn inspector leave."""

    REQUESTED = "requested", "待审批"
    APPROVED = "approved", "已更换"
    REFUSED = "refused", "不同意"


T = TaskStatus
TASK_FLOW = Flow(
    Move("freeze", "封存名单", frozenset({T.DRAFT}), T.FROZEN),
    Move("open", "摇号", frozenset({T.FROZEN}), T.OPENED),
    Move("request_confirmation", "送各部门确认", frozenset({T.OPENED}), T.CONFIRMING),
    Move("lock", "锁定名单", frozenset({T.CONFIRMING}), T.LOCKED),
    Move("assign", "匹配检查人员", frozenset({T.LOCKED}), T.ASSIGNED),
    Move("dispatch", "派发任务", frozenset({T.ASSIGNED}), T.DISPATCHED),
    Move("complete", "办结检查", frozenset({T.DISPATCHED}), T.COMPLETED),
    Move("cancel", "取消任务", frozenset({T.DRAFT}), T.CANCELLED),
    Move(
        "start_over",
        "作废后重新准备",
        frozenset({T.FROZEN, T.OPENED, T.CONFIRMING, T.LOCKED}),
        T.DRAFT,
    ),
    Move("unassign", "作废人员匹配", frozenset({T.ASSIGNED}), T.LOCKED),
)

C = ConfirmationStatus
CONFIRMATION_FLOW = Flow(
    Move("confirm", "名单无误，确认", frozenset({C.PENDING}), C.CONFIRMED),
    Move("reopen", "名单有变，重新确认", frozenset({C.CONFIRMED}), C.PENDING),
)

R = ReplacementStatus
REPLACEMENT_FLOW = Flow(
    Move("agree", "情况属实，同意替换", frozenset({R.PROPOSED}), R.AGREED),
    Move("refuse", "不予替换", frozenset({R.PROPOSED}), R.REFUSED),
)

S = SubstitutionStatus
SUBSTITUTION_FLOW = Flow(
    Move("approve", "同意更换", frozenset({S.REQUESTED}), S.APPROVED),
    Move("refuse", "不同意", frozenset({S.REQUESTED}), S.REFUSED),
)
