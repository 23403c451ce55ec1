"""What the public sees: versioned, already redacted snapshots of results."""

from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.urls import reverse

from agencies.models import Agency, Region, User
from catalog.models import PublishScope
from inspections.models import Section
from inspections.rules import look_of
from publication import rules
from tasks.models import Task

NAMELESS = "暂不列企业名称的检查结果"


class Approval(models.Model):
    """A leader's decision on a submitted section (内部审批, B12)."""

    class Decision(models.TextChoices):
        """Publish it, or send it back."""

        APPROVED = "approved", "同意公示"
        RETURNED = "returned", "退回修改"

    section = models.ForeignKey(Section, models.PROTECT, related_name="approvals")
    decision = models.CharField("决定", max_length=10, choices=Decision.choices)
    reason = models.TextField("理由", blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="审批人")
    decided_at = models.DateTimeField("审批时间")

    class Meta:
        verbose_name = verbose_name_plural = "公示审批"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="approved") | ~Q(reason=""),
                name="return_has_reason",
                violation_error_message="退回须写明理由。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display()}：{self.section}"


class PublicationQuerySet(models.QuerySet):
    """Reads on publications."""

    def public(self) -> "PublicationQuerySet":
        """What anybody may read, with `is_named`; withheld rows are only counted."""
        tasks = Task.objects.naming_firms()
        naming = tasks.filter(selections__inspection__sections=OuterRef("section"))
        return self.exclude(scope=PublishScope.WITHHELD).annotate(
            is_named=Q(scope=PublishScope.FULL) & Exists(naming)
        )

    def named(self) -> "PublicationQuerySet":
        """Rows that name the firm today: none of a task whose list is not public."""
        return self.public().filter(is_named=True)

    def matching(self, text: str) -> "PublicationQuerySet":
        """By the start of the code or a part of the name; redacted rows hold neither."""
        words = Q(uscc__startswith=text.upper()) | Q(firm_name__contains=text)
        return self.named().filter(words)

    def published_in(self, year: int) -> "PublicationQuerySet":
        """Published in a calendar year."""
        return self.filter(published_on__range=(date(year, 1, 1), date(year, 12, 31)))

    def figures(self) -> dict[str, int]:
        """How many rows, firms, problems and punctual ones; withheld rows are only counted."""
        shown = ~Q(scope=PublishScope.WITHHELD)
        dated = shown & Q(due_on__isnull=False)
        return self.aggregate(
            total=Count("pk", filter=shown),
            withheld=Count("pk", filter=~shown),
            limited=Count("pk", filter=Q(scope=PublishScope.LIMITED)),
            firms=Count("uscc", filter=~Q(uscc=""), distinct=True),
            problems=Count("pk", filter=shown & Q(has_problem=True)),
            ordered=Count("pk", filter=shown & Q(result_codes__contains=["ordered_to_correct"])),
            pending=Count("pk", filter=shown & Q(result_codes__contains=["pending_followup"])),
            dated=Count("pk", filter=dated),
            in_time=Count("pk", filter=dated & Q(published_on__lte=F("due_on"))),
        )


class Publication(models.Model):
    """One agency's result on one enterprise, as published (公示). Immutable by trigger (B13).

    Limited and withheld rows hold no name and no code of the firm, and only the month of the
    visit (`inspected_on` is its first day); withheld rows hold no result either: nothing can leak
    from here. Natural persons are masked and have no code.
    """

    section = models.OneToOneField(
        Section, models.PROTECT, related_name="publication", verbose_name="部门记录"
    )
    version = models.PositiveIntegerField("版本", default=1)
    scope = models.CharField("公示范围", max_length=10, choices=PublishScope.choices)
    scope_reason = models.CharField("限定依据", max_length=200, blank=True)
    uscc = models.CharField("统一社会信用代码", max_length=40, blank=True)
    firm_name = models.CharField("企业名称", max_length=120, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="县区")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="检查部门")
    task_number = models.CharField("任务编号", max_length=30)
    task_title = models.CharField("任务名称", max_length=120)
    trade_name = models.CharField("行业", max_length=40)
    item_codes = ArrayField(models.CharField(max_length=40), verbose_name="事项编码")
    item_names = ArrayField(models.CharField(max_length=120), verbose_name="检查事项")
    result_codes = ArrayField(models.CharField(max_length=30), verbose_name="检查结果")
    has_problem = models.BooleanField("发现问题")
    details = models.JSONField("公开内容")
    inspected_on = models.DateField("检查日期")
    published_on = models.DateField("公示日期")
    due_on = models.DateField("公示期限", null=True)

    # Whether the firm may be named now; a row that was not read through `public()` names nobody.
    is_named = False

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示"
        ordering = ["-published_on", "-pk"]
        indexes = [
            models.Index(fields=["-published_on", "-id"], name="publication_recent"),
            models.Index(fields=["uscc"], name="publication_firm"),
            models.Index(fields=["task_number"], name="publication_task"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope=PublishScope.FULL) | Q(uscc="", firm_name=""),
                name="publication_limited_is_redacted",
            ),
            models.CheckConstraint(
                condition=Q(scope=PublishScope.FULL) | ~Q(scope_reason=""),
                name="publication_scope_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.firm_name or '限定公开'}　{self.agency}"

    def get_absolute_url(self) -> str:
        """The public page of this result."""
        return reverse("publication:result", args=[self.pk])

    @property
    def is_full(self) -> bool:
        """Whether the firm is named once the list of its task is public."""
        return self.scope == PublishScope.FULL

    @property
    def is_withheld(self) -> bool:
        """Whether nothing of it is public."""
        return self.scope == PublishScope.WITHHELD

    @property
    def heading(self) -> str:
        """The firm, or what stands where its name would."""
        if self.is_named:
            return self.firm_name
        return NAMELESS if self.is_full else "限定公开的检查结果"

    @property
    def shown_code(self) -> str:
        """The firm's code where it is named; natural persons have none."""
        return self.uscc if self.is_named else ""

    @property
    def shown_items(self) -> list[dict[str, Any]]:
        """What was found on each item; free text only where the firm is named."""
        shown = [{**item, "look": look_of(item["result"])} for item in self.details["items"]]
        return shown if self.is_named else [{**item, "remark": ""} for item in shown]

    @property
    def marks(self) -> list[rules.ResultMark]:
        """The results as states."""
        return rules.marks(self.result_codes)

    @property
    def inspected_text(self) -> str:
        """The day of the visit; the month only where the firm is not named."""
        day = self.inspected_on
        month = f"{day.year}年{day.month}月"
        return f"{month}{day.day}日" if self.is_named else month

    @property
    def items_text(self) -> str:
        """The items in one line."""
        return "、".join(self.item_names)

    @property
    def is_in_time(self) -> bool | None:
        """Whether it was published by its deadline; None without one."""
        return None if self.due_on is None else self.published_on <= self.due_on
