"""Who is sent where, and who takes whose place (T06, T11-T14)."""

from django.db import models
from django.db.models import Q

from agencies.models import Agency, System, User
from draws.models import DrawEvent
from draws.reasons import ExemptionReason, SubstitutionReason
from registries.models import Inspector, Target
from tasks.flows import SUBSTITUTION_FLOW, SubstitutionStatus
from tasks.models.lists import Selection
from tasks.models.tasks import Task


class ServingManager(models.Manager):
    """Only inspectors who are still on the team."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(ended_at=None)


class Assignment(models.Model):
    """One inspector on one drawn target, by the second draw (随机匹配, T06, T11).

    `objects` are those still on the team, `every` also the substituted ones.
    """

    selection = models.ForeignKey(Selection, models.PROTECT, related_name="assignments")
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="assignments", verbose_name="执行单位"
    )
    inspector = models.ForeignKey(Inspector, models.PROTECT, related_name="assignments")
    is_lead = models.BooleanField("主办", default=False)
    ended_at = models.DateTimeField("退出时间", null=True)

    objects = ServingManager()
    every = models.Manager()

    class Meta:
        verbose_name = verbose_name_plural = "人员匹配"
        ordering = ["selection", "agency", "-is_lead", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["selection", "inspector"],
                condition=Q(ended_at=None),
                name="assigned_once",
            ),
            models.UniqueConstraint(
                fields=["selection", "agency"],
                condition=Q(is_lead=True, ended_at=None),
                name="one_lead_per_team",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inspector} {self.selection}"


class Need(models.Model):
    """A specialty that every inspector of a system must have in this task (专业匹配)."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="needs")
    system = models.ForeignKey(System, models.PROTECT, related_name="+", verbose_name="系统")
    specialty = models.CharField("专业类别", max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = "专业要求"
        ordering = ["task", "system", "specialty"]
        constraints = [
            models.UniqueConstraint(fields=["task", "system", "specialty"], name="need_once"),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.specialty}"


class Exemption(models.Model):
    """A target that this task inspects in any case, with the ground and the argument (F16)."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="exemptions")
    target = models.ForeignKey(Target, models.PROTECT, related_name="+", verbose_name="检查对象")
    ground = models.CharField("情形", max_length=12, choices=ExemptionReason.choices)
    argument = models.CharField("理由", max_length=200)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("决定时间")

    class Meta:
        verbose_name = verbose_name_plural = "不受频次限制的对象"
        ordering = ["task", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "target"],
                name="exempt_once",
                violation_error_message="这一户已经列为不受频次限制。",
            ),
            models.CheckConstraint(condition=~Q(argument=""), name="exemption_is_argued"),
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.get_ground_display()}"


class SubstitutionScope(models.TextChoices):
    """How far a substitution reaches (2.10)."""

    ONE = "one", "只换这一户"
    ALL = "all", "本任务全部企业"


LOOKS: dict[str, tuple[str, str]] = {
    SubstitutionStatus.APPROVED: ("ok", ""),
    SubstitutionStatus.REFUSED: ("neutral", "minus"),
}


class Substitution(models.Model):
    """An application to leave a team; a substitute is drawn once the deputy head approves (T13)."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="substitutions")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="单位")
    cause = models.CharField("原因", max_length=10, choices=SubstitutionReason.choices)
    note = models.CharField("说明", max_length=200)
    scope = models.CharField(
        "范围", max_length=3, choices=SubstitutionScope.choices, default=SubstitutionScope.ONE
    )
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField("申请时间")
    status = models.CharField(
        "状态",
        max_length=10,
        choices=SubstitutionStatus.choices,
        default=SubstitutionStatus.REQUESTED,
        editable=False,
    )
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("审批时间", null=True)
    decision_note = models.CharField("审批意见", max_length=200, blank=True)
    event = models.OneToOneField(DrawEvent, models.PROTECT, null=True, related_name="substitution")
    substitute = models.OneToOneField(
        Assignment, models.PROTECT, null=True, related_name="substituted", verbose_name="接替人员"
    )

    flow = SUBSTITUTION_FLOW

    class Meta:
        verbose_name = verbose_name_plural = "人员更换"
        ordering = ["-pk"]
        permissions = [
            *SUBSTITUTION_FLOW.permissions("substitution"),
            ("request_substitution", "可以申请更换或回避"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(status=SubstitutionStatus.REQUESTED),
                name="substitution_once",
                violation_error_message="这名人员已经提出申请，正在等待审批。",
            ),
        ]

    @property
    def look(self) -> tuple[str, str]:
        """Kind and icon of its status chip."""
        return LOOKS.get(self.status, ("wait", ""))

    @property
    def is_recusal(self) -> bool:
        """Whether the officer must stay away, not only cannot come."""
        return self.cause == SubstitutionReason.RECUSAL

    def __str__(self) -> str:
        return f"更换 {self.assignment}"
