"""The registry of who can be inspected (检查对象名录库)."""

from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.urls import reverse

from agencies.models import Agency, Region, User
from catalog.models import Trade
from core.fields import EncryptedTextField

FRESH_DAYS = 365


class TargetKind(models.TextChoices):
    """What can be inspected (G03)."""

    ENTERPRISE = "enterprise", "企业"
    INDIVIDUAL = "individual", "个体工商户"
    PRACTITIONER = "practitioner", "从业人员"
    PROJECT = "project", "项目"
    ACT = "act", "行为"


class TargetStatus(models.TextChoices):
    """Whether the target still exists; all but the first keep it out of draws."""

    ACTIVE = "active", "存续"
    CLOSED = "closed", "停业或清算"
    DEREGISTERED = "deregistered", "已注销"
    REVOKED = "revoked", "被吊销"
    ANNULLED = "annulled", "被撤销"
    MOVED_OUT = "moved_out", "迁出"


class GradingScheme(models.Model):
    """A scale of grades, such as 公共信用等级. A scheme that is not public never names a stratum."""

    slug = models.SlugField("代号", max_length=30, primary_key=True)
    name = models.CharField("名称", max_length=40, unique=True)
    is_public = models.BooleanField("等级可以公开", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "分级体系"
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class Grade(models.Model):
    """One grade of a scheme; `slug` is the stratum code in draw files."""

    scheme = models.ForeignKey(GradingScheme, models.PROTECT, related_name="grades")
    slug = models.SlugField("代号", max_length=30)
    name = models.CharField("名称", max_length=30)
    position = models.PositiveIntegerField("顺序")
    is_default = models.BooleanField("未评级对象按此等级", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "等级"
        ordering = ["scheme", "position"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "slug"], name="grade_once_per_scheme"),
            models.UniqueConstraint(
                fields=["scheme"], condition=Q(is_default=True), name="grade_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TargetQuerySet(models.QuerySet["Target"]):
    """Reads on targets."""

    def visible_to(self, user: User) -> "TargetQuerySet":
        """The user's own region and below (contracts section 3)."""
        if user.agency is None:
            return self.none()
        return self.filter(region__code__startswith=user.agency.region.prefix)

    def matching(self, text: str) -> "TargetQuerySet":
        """By the start of the code or a part of the name."""
        return self.filter(Q(code__startswith=text.upper()) | Q(name__contains=text))

    def within(self, region: Region) -> "TargetQuerySet":
        """Those of a region and below it."""
        return self.filter(region__code__startswith=region.prefix)

    def stale(self, today: date) -> "TargetQuerySet":
        """Existing ones whose data nobody has checked for over a year (G05)."""
        return self.filter(
            status=TargetStatus.ACTIVE, refreshed_on__lt=today - timedelta(days=FRESH_DAYS)
        )


class Target(models.Model):
    """One subject of inspection (检查对象, G02-G04). Its code is its id in every draw."""

    code = models.CharField(
        "统一社会信用代码", max_length=40, unique=True, help_text="没有的填登记机关的唯一编码。"
    )
    registration_no = models.CharField("注册号", max_length=15, blank=True)
    name = models.CharField("名称", max_length=120)
    kind = models.CharField(
        "对象类型", max_length=20, choices=TargetKind.choices, default=TargetKind.ENTERPRISE
    )
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="管辖机关")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="所在县区")
    address = models.CharField("住所（地址）", max_length=200)
    business_scope = models.TextField("经营范围", blank=True)
    person_in_charge = models.CharField("负责人姓名", max_length=40)
    phone = EncryptedTextField("联系人电话", blank=True)
    trade = models.ForeignKey(Trade, models.PROTECT, verbose_name="行业类别")
    status = models.CharField(
        "登记状态", max_length=20, choices=TargetStatus.choices, default=TargetStatus.ACTIVE
    )
    is_key = models.BooleanField("重点抽查名录", default=False)
    is_abnormal = models.BooleanField("列入经营异常名录", default=False)
    is_blacklisted = models.BooleanField("列入严重违法失信名单", default=False)
    complaints = models.PositiveIntegerField("近一年投诉举报（件）", default=0)
    refreshed_on = models.DateField("信息核对日期")

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查对象"
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["trade", "region"], name="target_scope"),
            models.Index(fields=["name", "id"], name="target_by_name"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=TargetStatus.values), name="target_status_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=TargetKind.values), name="target_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The staff page."""
        return reverse("registries:target", args=[self.pk])

    @property
    def is_existing(self) -> bool:
        """Whether it still exists; all others stay out of draws."""
        return self.status == TargetStatus.ACTIVE

    def is_stale(self, today: date) -> bool:
        """Whether nobody has checked the data for over a year (G05)."""
        return self.refreshed_on < today - timedelta(days=FRESH_DAYS)


class TargetGrade(models.Model):
    """The grade of a target in a scheme, dated and sourced (G15, G16)."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="grades")
    scheme = models.ForeignKey(GradingScheme, models.PROTECT, verbose_name="分级体系")
    grade = models.ForeignKey(Grade, models.PROTECT, verbose_name="等级")
    graded_on = models.DateField("评定日期")
    source = models.CharField("来源", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "对象等级"
        constraints = [
            models.UniqueConstraint(fields=["target", "scheme"], name="one_grade_per_scheme")
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.grade}"


class ItemPass(models.Model):
    """An item that an agency inspected at a target without findings (F17, contracts section 4).

    Written when the result is approved; keyed by the stable item code, so that it outlives lists.
    """

    target = models.ForeignKey(Target, models.CASCADE, related_name="passes")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="检查单位")
    item_code = models.CharField("事项编码", max_length=60)
    passed_on = models.DateField("检查日期")
    task_number = models.CharField("任务编号", max_length=30)

    class Meta:
        verbose_name = verbose_name_plural = "已查合格事项"
        constraints = [
            models.UniqueConstraint(
                fields=["target", "agency", "item_code", "task_number"], name="item_pass_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.item_code} {self.passed_on}"
