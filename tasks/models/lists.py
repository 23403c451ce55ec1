"""The drawn list: who is on it, who found what wrong with it, who took whose place."""

from django.db import models
from django.db.models import F, Q

from agencies.models import Agency, User
from draws.models import Draw, DrawEvent
from draws.reasons import ReplacementReason
from registries.models import Target
from tasks.flows import (
    CONFIRMATION_FLOW,
    REPLACEMENT_FLOW,
    ConfirmationStatus,
    ReplacementStatus,
)
from tasks.models.tasks import Task


class ListedBy(models.TextChoices):
    """Why a target is on the list."""

    DRAW = "draw", "抽中"
    FORCED = "forced", "全部检查"
    TOPUP = "topup", "补足下限"
    REPLACEMENT = "replacement", "递补"


class ListStanding(models.TextChoices):
    """Whether a drawn target is still to be inspected."""

    LISTED = "listed", "在名单中"
    REPLACED = "replaced", "已替换"
    VOID = "void", "抽取已作废"


class ListedManager(models.Manager):
    """Only targets that are to be inspected: a replaced or voided one never gets a form."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(standing=ListStanding.LISTED)


class Selection(models.Model):
    """One drawn target of a task. `objects` are the listed ones, `every` all that were ever drawn.

    Rows are kept for ever; only `standing` changes, by trigger.
    """

    task = models.ForeignKey(Task, models.PROTECT, related_name="selections")
    draw = models.ForeignKey(
        Draw,
        models.PROTECT,
        null=True,
        related_name="selections",
        verbose_name="抽取",
        help_text="空：门户启用前抽取，补录以计算年度频次。",
    )
    target = models.ForeignKey(Target, models.PROTECT, related_name="selections")
    number = models.PositiveIntegerField("序号")
    stratum = models.CharField("档", max_length=30)
    how = models.CharField("方式", max_length=12, choices=ListedBy.choices)
    batch = models.PositiveIntegerField("批次", default=1)
    ticket = models.CharField("抽签号", max_length=64)
    standing = models.CharField(
        "现状", max_length=8, choices=ListStanding.choices, default=ListStanding.LISTED
    )

    objects = ListedManager()
    every = models.Manager()

    class Meta:
        verbose_name = verbose_name_plural = "抽中对象"
        ordering = ["task", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "target"],
                condition=Q(standing=ListStanding.LISTED),
                name="selected_once",
            ),
            models.UniqueConstraint(
                fields=["task", "number"],
                condition=Q(standing=ListStanding.LISTED),
                name="selection_number_once",
            ),
            models.CheckConstraint(
                condition=Q(standing__in=ListStanding.values), name="selection_standing_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.target}"


class Confirmation(models.Model):
    """What one agency of the task says of the drawn list (比对和确认, T07)."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="confirmations")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="单位")
    status = models.CharField(
        "状态",
        max_length=10,
        choices=ConfirmationStatus.choices,
        default=ConfirmationStatus.PENDING,
        editable=False,
    )
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField("确认时间", null=True)

    flow = CONFIRMATION_FLOW

    class Meta:
        verbose_name = verbose_name_plural = "名单确认"
        ordering = ["task", "pk"]
        permissions = CONFIRMATION_FLOW.permissions("confirmation")
        constraints = [
            models.UniqueConstraint(fields=["task", "agency"], name="confirmation_once"),
        ]

    @property
    def is_confirmed(self) -> bool:
        """Whether the agency stands for the list as it is."""
        return self.status == ConfirmationStatus.CONFIRMED

    def __str__(self) -> str:
        return f"{self.agency}确认{self.task}"


REPORT_LOOKS = {
    "proposed": ("warn after", "clock"),
    "agreed": ("after", "check"),
    "refused": ("after", "minus"),
}


class Replacement(models.Model):
    """A target that one agency reports and a second agency agrees to replace (2.8, T07)."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="replacements")
    selection = models.ForeignKey(Selection, models.PROTECT, related_name="reports")
    fault = models.CharField("情形", max_length=12, choices=ReplacementReason.choices)
    note = models.CharField("说明", max_length=200)
    evidence = models.FileField("证明材料", upload_to="replacements/", max_length=200)
    evidence_name = models.CharField("文件名", max_length=200)
    evidence_sha256 = models.CharField("证明材料 SHA-256", max_length=64)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="提出单位")
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField("提出时间")
    status = models.CharField(
        "状态",
        max_length=10,
        choices=ReplacementStatus.choices,
        default=ReplacementStatus.PROPOSED,
        editable=False,
    )
    second_agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, related_name="+", verbose_name="复核单位"
    )
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("复核时间", null=True)
    decision_note = models.CharField("复核意见", max_length=200, blank=True)
    event = models.OneToOneField(DrawEvent, models.PROTECT, null=True, related_name="replacement")
    successor = models.OneToOneField(
        Selection, models.PROTECT, null=True, related_name="predecessor", verbose_name="递补对象"
    )

    flow = REPLACEMENT_FLOW

    class Meta:
        verbose_name = verbose_name_plural = "名单替换"
        ordering = ["draw", "pk"]
        permissions = REPLACEMENT_FLOW.permissions("replacement")
        constraints = [
            models.UniqueConstraint(
                fields=["selection"],
                condition=~Q(status=ReplacementStatus.REFUSED),
                name="replacement_once",
                violation_error_message="这一户已经有单位提出替换，正在复核。",
            ),
            models.CheckConstraint(
                condition=Q(second_agency__isnull=True) | ~Q(second_agency=F("agency")),
                name="replacement_by_two_agencies",
            ),
        ]

    @property
    def is_proposed(self) -> bool:
        """Whether the second agency has yet to decide."""
        return self.status == ReplacementStatus.PROPOSED

    @property
    def look(self) -> str:
        """How its notice looks; `icon` is the symbol beside it."""
        return REPORT_LOOKS[self.status][0]

    @property
    def icon(self) -> str:
        """The symbol of where it stands."""
        return REPORT_LOOKS[self.status][1]

    def __str__(self) -> str:
        return f"替换 {self.selection}"
