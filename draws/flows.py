"""The life of a draw (contracts section 4)."""

from django.db.models import TextChoices

from core.flow import Flow, Move


class DrawStatus(TextChoices):
    """Where a draw stands."""

    DRAFT = "draft", "准备中"
    FROZEN = "frozen", "已封存"
    OPENED = "opened", "已开启"
    VOIDED = "voided", "已作废"


D = DrawStatus
DRAW_FLOW = Flow(
    Move("freeze", "封存", frozenset({D.DRAFT}), D.FROZEN),
    Move("open", "开启", frozenset({D.FROZEN}), D.OPENED),
    Move("void", "作废", frozenset({D.FROZEN, D.OPENED}), D.VOIDED),
)
