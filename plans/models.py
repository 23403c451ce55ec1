"""The year's plan and the rules of its jurisdiction."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from agencies.models import Agency, Region, User, overseen
from catalog.models import Item, Method, Trade
from plans.flows import PLAN_FLOW, PROFILE_FLOW, PlanStatus, ProfileStatus
from registries.models import Grade, GradingScheme

PPM = [MinValueValidator(1), MaxValueValidator(1_000_000)]


class Rounding(models.TextChoices):
    """Modes of DRS1 2.6; 进一 is the only one that meets 不低于."""

    UP = "up", "进一"
    HALF = "half", "四舍五入"
    DOWN = "down", "舍去"


class ListPublished(models.TextChoices):
    """When the names of drawn firms become public (contracts section 4)."""

    AFTER_ONSITE = "after_onsite", "现场检查阶段结束后"
    AT_LOCK = "at_lock", "名单锁定时"


PROFILE_LOOKS = {
    ProfileStatus.PROPOSED: ("wait", ""),
    ProfileStatus.IN_FORCE: ("ok", ""),
    ProfileStatus.REFUSED: ("neutral", "minus"),
}


class RuleProfileQuerySet(models.QuerySet["RuleProfile"]):
    """Reads on rule profiles."""

    def nearest(self, region: Region) -> "RuleProfile | None":
        """The newest rules in force of the county, else of its city, else of its province."""
        code = region.pk
        places = [code[:2] + "0000", code[:4] + "00", code]
        return max(
            self.filter(region__in=places, status=ProfileStatus.IN_FORCE),
            key=lambda profile: (places.index(profile.region_id), profile.version),
            default=None,
        )


class RuleProfile(models.Model):
    """One version of a jurisdiction's rules. Tasks keep a snapshot; a change is a new version."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="适用区划")
    name = models.CharField("名称", max_length=60)
    version = models.PositiveIntegerField("版本")
    source = models.CharField("来源", max_length=120)
    inspectors_per_agency = models.PositiveIntegerField(
        "每户每部门检查人员（人）", default=2, validators=[MinValueValidator(2)]
    )
    annual_cap_per_agency = models.PositiveIntegerField(
        "同部门年度上限（次）", null=True, blank=True
    )
    annual_cap_total = models.PositiveIntegerField(
        "各部门合计年度上限（次）", null=True, blank=True
    )
    forbids_repeat = models.BooleanField("同年不重复检查已合格事项", default=False)
    rounding = models.CharField("取整", max_length=5, choices=Rounding.choices, default=Rounding.UP)
    list_published = models.CharField(
        "抽中名单公布时间",
        max_length=20,
        choices=ListPublished.choices,
        default=ListPublished.AFTER_ONSITE,
    )
    status = models.CharField(
        "状态",
        max_length=10,
        choices=ProfileStatus.choices,
        default=ProfileStatus.IN_FORCE,
        editable=False,
    )
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="拟定单位"
    )
    proposed_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="拟定人"
    )
    proposed_at = models.DateTimeField("拟定时间", null=True, editable=False)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="确认人"
    )
    decided_at = models.DateTimeField("确认时间", null=True, editable=False)

    flow = PROFILE_FLOW
    objects = RuleProfileQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "规则配置"
        ordering = ["region", "-version"]
        permissions = [
            ("propose_ruleprofile", "可以拟定本地抽查规则"),
            *PROFILE_FLOW.permissions("ruleprofile"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["region", "version"], name="profile_version_once"),
            models.UniqueConstraint(
                fields=["region"],
                condition=Q(status="proposed"),
                name="profile_one_proposal",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                name="profile_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(inspectors_per_agency__gte=2), name="profile_two_inspectors"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（第{self.version}版）"

    @property
    def is_proposed(self) -> bool:
        """Whether a second person has yet to confirm it."""
        return self.status == ProfileStatus.PROPOSED

    @property
    def look(self) -> tuple[str, str]:
        """Kind and icon of its status chip."""
        return PROFILE_LOOKS[ProfileStatus(self.status)]

    @property
    def caps_text(self) -> str:
        """The annual cap in words; without any, that it has not been published (F15)."""
        caps = [
            f"{word}每年不超过 {cap} 次"
            for word, cap in (
                ("同一部门", self.annual_cap_per_agency),
                ("各部门合计", self.annual_cap_total),
            )
            if cap is not None
        ]
        return "，".join(caps) or "尚未公布年度检查频次上限"

    def snapshot(self) -> dict[str, Any]:
        """The rules as plain values, to be kept by a task."""
        return {
            "profile": str(self),
            "source": self.source,
            "inspectors_per_agency": self.inspectors_per_agency,
            "annual_cap_per_agency": self.annual_cap_per_agency,
            "annual_cap_total": self.annual_cap_total,
            "forbids_repeat": self.forbids_repeat,
            "rounding": self.rounding,
            "list_published": self.list_published,
        }


class PlanQuerySet(models.QuerySet["Plan"]):
    """Reads on plans."""

    def public(self) -> "PlanQuerySet":
        """What anybody may read (P01)."""
        return self.filter(status__in=[PlanStatus.PUBLISHED, PlanStatus.SUPERSEDED])

    def in_force(self) -> "PlanQuerySet":
        """Plans from which tasks may be launched."""
        return self.filter(status=PlanStatus.PUBLISHED)

    def visible_to(self, user: User) -> "PlanQuerySet":
        """Published plans, and the others of agencies the user oversees."""
        return self.filter(
            overseen(user) | Q(status__in=[PlanStatus.PUBLISHED, PlanStatus.SUPERSEDED])
        )

    def matching(self, text: str) -> "PlanQuerySet":
        """By the year, the start of the agency's code, or a part of the title or of its name."""
        found = (
            Q(agency__code__startswith=text)
            | Q(title__contains=text)
            | Q(agency__name__contains=text)
        )
        if len(text) == 4 and text.isdecimal():
            found |= Q(year=int(text))
        return self.filter(found)

    def own_first(self, user: User) -> "PlanQuerySet":
        """With `foreign`: 0 for plans of the user's agency, 1 for the others; and `size`."""
        own = Case(When(agency=user.agency_id, then=Value(0)), default=Value(1))
        return self.select_related("agency").annotate(foreign=own, size=Count("lines"))


class Plan(models.Model):
    """An agency's plan for a year (年度抽查计划, P01). Immutable once published, by trigger."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="plans", verbose_name="单位")
    year = models.PositiveIntegerField(
        "年度", validators=[MinValueValidator(2015), MaxValueValidator(2100)]
    )
    version = models.PositiveIntegerField("版本", default=1)
    title = models.CharField("名称", max_length=120)
    note = models.TextField("编制或调整说明", blank=True)
    status = models.CharField(
        "状态",
        max_length=20,
        choices=PlanStatus.choices,
        default=PlanStatus.DRAFT,
        editable=False,
    )
    published_on = models.DateField("公布日期", null=True, editable=False)

    flow = PLAN_FLOW
    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度抽查计划"
        ordering = ["-year", "agency", "-version"]
        permissions = PLAN_FLOW.permissions("plan")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "year", "version"],
                name="plan_version_once",
                violation_error_message="该单位本年度已有相同版本的计划。",
            ),
            models.UniqueConstraint(
                fields=["agency", "year"],
                condition=Q(status=PlanStatus.PUBLISHED),
                name="plan_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(status__in=PlanStatus.values), name="plan_status_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The staff page."""
        return reverse("plans:detail", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        """Whether it is still being written."""
        return self.status == PlanStatus.DRAFT

    @property
    def is_in_force(self) -> bool:
        """Whether it is the one that counts now."""
        return self.status == PlanStatus.PUBLISHED

    @property
    def is_superseded(self) -> bool:
        """Whether a later one took its place."""
        return self.status == PlanStatus.SUPERSEDED


class DrawKind(models.TextChoices):
    """定向 looks at one trade or kind, 不定向 at everybody."""

    TARGETED = "targeted", "定向"
    UNTARGETED = "untargeted", "不定向"


class PlanLineQuerySet(models.QuerySet["PlanLine"]):
    """Reads on plan lines."""

    def visible_to(self, user: User) -> "PlanLineQuerySet":
        """The lines of plans the user may see."""
        return self.filter(plan__in=Plan.objects.visible_to(user))

    def with_task(self) -> "PlanLineQuerySet":
        """With `task_number`: the task launched from this line or, before an adjustment of the
        plan, from the line it was copied from; None while there is none."""
        family = Coalesce("origin_id", "pk")
        launched = (
            PlanLine.objects.annotate(
                family=family, task_status=F("tasks__status"), number=F("tasks__number")
            )
            .filter(family=OuterRef("family"), number__isnull=False)
            .exclude(task_status="cancelled")
        )
        return self.annotate(family=family, task_number=Subquery(launched.values("number")[:1]))


class PlanLine(models.Model):
    """One line of the plan: what, whom, when, how many, who starts and who joins (P02, P03, P10)."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="lines", verbose_name="计划")
    position = models.PositiveIntegerField("序号")
    title = models.CharField("任务名称", max_length=120)
    kind = models.CharField(
        "抽查类型", max_length=12, choices=DrawKind.choices, default=DrawKind.TARGETED
    )
    items = models.ManyToManyField(Item, related_name="+", verbose_name="抽查事项")
    participants = models.ManyToManyField(
        Agency, related_name="+", blank=True, verbose_name="参与部门"
    )
    trade = models.ForeignKey(Trade, models.PROTECT, verbose_name="检查对象行业")
    scope = models.CharField("抽查范围", max_length=200)
    ratio_ppm = models.PositiveIntegerField("抽查比例（百万分之）", validators=PPM)
    estimated = models.PositiveIntegerField("预估数量（户）")
    month_from = models.PositiveIntegerField(
        "开始月份", validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    month_until = models.PositiveIntegerField(
        "结束月份", validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    scheme = models.ForeignKey(
        GradingScheme, models.PROTECT, null=True, blank=True, verbose_name="分级体系"
    )
    origin = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="调整前的计划项",
    )

    objects = PlanLineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "计划项"
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="plan_line_once"),
            models.CheckConstraint(
                condition=Q(month_until__gte=F("month_from")),
                name="plan_line_months",
                violation_error_message="结束月份不能早于开始月份。",
            ),
            models.CheckConstraint(
                condition=Q(ratio_ppm__gte=1, ratio_ppm__lte=1_000_000),
                name="plan_line_ratio",
                violation_error_message="抽查比例应在 0 至 100% 之间。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_joint(self) -> bool:
        """Whether other agencies join (部门联合)."""
        return bool(self.participants.all())

    @property
    def months(self) -> str:
        """When it runs: 7—10月."""
        if self.month_from == self.month_until:
            return f"{self.month_from}月"
        return f"{self.month_from}—{self.month_until}月"

    @property
    def method_labels(self) -> str:
        """The methods of all its items in Chinese, in the order of C12."""
        used = {method for item in self.items.all() for method in item.methods}
        return "、".join(str(label) for value, label in Method.choices if value in used)


class PlanTier(models.Model):
    """The ratio of one grade inside a plan line (F13)."""

    line = models.ForeignKey(PlanLine, models.CASCADE, related_name="tiers")
    grade = models.ForeignKey(Grade, models.PROTECT, verbose_name="等级")
    ratio_ppm = models.PositiveIntegerField("抽查比例（百万分之）", validators=PPM)

    class Meta:
        verbose_name = verbose_name_plural = "分级比例"
        ordering = ["line", "grade__position"]
        constraints = [
            models.UniqueConstraint(fields=["line", "grade"], name="plan_tier_once"),
        ]

    def __str__(self) -> str:
        return f"{self.grade} {self.ratio_ppm}"
