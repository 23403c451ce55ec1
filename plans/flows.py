"""The life of an annual plan and of the rules of a place. Statuses and moves are declared here and nowhere else."""

from django.db.models import TextChoices

from core.flow import Flow, Move


class PlanStatus(TextChoices):
    """Where a plan stands."""

    DRAFT = "draft", "编制中"
    SUBMITTED = "submitted", "待审批"
    APPROVED = "approved", "已批准"
    PUBLISHED = "published", "已公布"
    SUPERSEDED = "superseded", "已调整"


S = PlanStatus
PLAN_FLOW = Flow(
    Move("submit", "提交审批", frozenset({S.DRAFT}), S.SUBMITTED),
    Move("return", "退回修改", frozenset({S.SUBMITTED}), S.DRAFT),
    Move("approve", "批准计划", frozenset({S.SUBMITTED}), S.APPROVED),
    Move("publish", "公布计划", frozenset({S.APPROVED}), S.PUBLISHED),
    Move("supersede", "由调整后的计划替代", frozenset({S.PUBLISHED}), S.SUPERSEDED),
)


class ProfileStatus(TextChoices):
    """Where a version of the rules stands: nobody puts rules into force alone."""

    PROPOSED = "proposed", "待确认"
    IN_FORCE = "in_force", "已生效"
    REFUSED = "refused", "未采用"


PROFILE_FLOW = Flow(
    Move("confirm", "确认规则", frozenset({ProfileStatus.PROPOSED}), ProfileStatus.IN_FORCE),
    Move("refuse", "不采用规则", frozenset({ProfileStatus.PROPOSED}), ProfileStatus.REFUSED),
)
