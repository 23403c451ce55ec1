"""The life of a visit and of each agency's section of its form (contracts section 5)."""

from django.db.models import TextChoices

from core.flow import Flow, Move


class InspectionStatus(TextChoices):
    """Where a visit stands."""

    PENDING = "pending", "待检查"
    ENTERED = "entered", "检查中"
    SIGNED = "signed", "企业已签字"
    COMPLETED = "completed", "已提交"


class SectionStatus(TextChoices):
    """Where one agency's section of the form stands."""

    FILLING = "filling", "填写中"
    CONFIRMED = "confirmed", "检查人员已确认"
    SUBMITTED = "submitted", "待审批"
    RETURNED = "returned", "已退回"
    PUBLISHED = "published", "已公示"


V = InspectionStatus
INSPECTION_FLOW = Flow(
    Move("enter", "亮证进入", frozenset({V.PENDING}), V.ENTERED),
    Move("sign", "企业签字", frozenset({V.ENTERED, V.SIGNED, V.COMPLETED}), V.SIGNED),
    # From pending: a firm that cannot be reached or is gone can be shown no certificate.
    Move("complete", "办结检查", frozenset({V.PENDING, V.ENTERED, V.SIGNED}), V.COMPLETED),
)

S = SectionStatus
HANDED_IN = frozenset({S.SUBMITTED, S.PUBLISHED})
STOOD_FOR = HANDED_IN | {S.CONFIRMED}
SECTION_FLOW = Flow(
    Move("confirm", "检查人员确认", frozenset({S.FILLING, S.RETURNED}), S.CONFIRMED),
    Move("reopen", "修改内容", frozenset({S.CONFIRMED}), S.FILLING),
    Move("submit", "提交审批", frozenset({S.CONFIRMED}), S.SUBMITTED),
    Move("approve", "同意公示", frozenset({S.SUBMITTED}), S.PUBLISHED),
    Move("return", "退回修改", frozenset({S.SUBMITTED}), S.RETURNED),
)
