"""The life of a running clock. It is met or called off; both are final."""

from django.db.models import TextChoices

from core.flow import Flow, Move


class DeadlineStatus(TextChoices):
    """Where a deadline stands."""

    OPEN = "open", "进行中"
    MET = "met", "已完成"
    CANCELLED = "cancelled", "已取消"


S = DeadlineStatus
DEADLINE_FLOW = Flow(
    Move("meet", "完成期限", frozenset({S.OPEN}), S.MET),
    Move("cancel", "取消期限", frozenset({S.OPEN}), S.CANCELLED),
)
