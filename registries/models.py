"""The two registries: who can be inspected and who inspects (两库)."""

from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.urls import reverse

from agencies.models import Agency, Region, User, overseen
from catalog.models import Trade
from core.fields import EncryptedTextField

FRESH_DAYS = 365
CERTIFICATE_SOON_DAYS = 60


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


class TargetQuerySet(models.QuerySet):
    """Reads on targets."""

    def visible_to(self, user: User) -> "TargetQuerySet":
        """The user's own region and below (contracts section 3)."""
        if user.agency_id is None:
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


class InspectorQuerySet(models.QuerySet):
    """Reads on inspectors."""

    def visible_to(self, user: User) -> "InspectorQuerySet":
        """Inspectors of the own agency and of the same system below."""
        return self.filter(overseen(user))

    def certified(self, on: date) -> "InspectorQuerySet":
        """On duty and with a certificate valid through the day; advisers never count (G10, G11)."""
        return self.filter(
            is_active=True, is_adviser=False, certificate_valid_until__gte=on
        ).exclude(certificate_no="")

    def matching(self, text: str) -> "InspectorQuerySet":
        """By the start of the certificate number or a part of the name."""
        return self.filter(Q(certificate_no__startswith=text.upper()) | Q(name__contains=text))

    def expired(self, today: date) -> "InspectorQuerySet":
        """On duty, but the certificate is not valid any more: never drawn."""
        return self.filter(is_active=True, is_adviser=False, certificate_valid_until__lt=today)


class Gender(models.TextChoices):
    """GB/T 2261.1."""

    MALE = "1", "男"
    FEMALE = "2", "女"


class Inspector(models.Model):
    """One enforcement officer, or an adviser who never counts (执法检查人员, G08-G11)."""

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="inspectors", verbose_name="单位"
    )
    user = models.OneToOneField(
        User, models.PROTECT, null=True, blank=True, related_name="inspector", verbose_name="账号"
    )
    name = models.CharField("姓名", max_length=40)
    citizen_id = EncryptedTextField("身份证号")
    citizen_id_index = models.CharField(max_length=64, unique=True, editable=False)
    gender = models.CharField("性别", max_length=1, choices=Gender.choices)
    police_no = models.CharField("警号", max_length=20, blank=True)
    department = models.CharField("所属执法科室", max_length=60)
    position = models.CharField("职务", max_length=40, blank=True)
    phone = EncryptedTextField("联系方式", blank=True)
    specialty = models.CharField("专业类别", max_length=60, blank=True)
    enforcement_fields = models.CharField("执法领域", max_length=120, blank=True)
    certificate_no = models.CharField("执法证号", max_length=40, blank=True)
    certificate_valid_until = models.DateField("执法证有效期至", null=True, blank=True)
    is_adviser = models.BooleanField("专家或辅助人员（不计入检查人数）", default=False)
    is_active = models.BooleanField("在岗", default=True)

    objects = InspectorQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "执法检查人员"
        ordering = ["agency", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate_no"],
                condition=~Q(certificate_no=""),
                name="inspector_certificate_once",
                violation_error_message="该执法证号已登记在另一人名下。",
            ),
            models.CheckConstraint(
                condition=Q(is_adviser=True)
                | (~Q(certificate_no="") & Q(certificate_valid_until__isnull=False)),
                name="inspector_has_certificate",
                violation_error_message="执法检查人员须有执法证号和有效期。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The staff page."""
        return reverse("registries:inspector", args=[self.pk])

    def certificate_state(self, today: date) -> str:
        """none, late (expired), soon (within 60 days) or plain."""
        until = self.certificate_valid_until
        if until is None:
            return "none"
        if until < today:
            return "late"
        return "soon" if until <= today + timedelta(days=CERTIFICATE_SOON_DAYS) else "plain"


class Recusal(models.Model):
    """An inspector who must not inspect a target, or none at all while it stands (回避, T14)."""

    inspector = models.ForeignKey(
        Inspector, models.CASCADE, related_name="recusals", verbose_name="执法人员"
    )
    target = models.ForeignKey(
        Target, models.CASCADE, null=True, blank=True, verbose_name="检查对象（空为全部）"
    )
    reason = models.CharField("原因", max_length=200)
    declared_on = models.DateField("申报日期")
    ended_on = models.DateField("解除日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "回避"
        constraints = [
            models.UniqueConstraint(
                fields=["inspector", "target"],
                condition=Q(ended_on__isnull=True),
                nulls_distinct=False,
                name="recusal_once",
                violation_error_message="该人员对该对象已申报回避。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.inspector}回避{self.target or '全部对象'}"


class ImportBatch(models.Model):
    """One import: who brought which file and what came of it (G07)."""

    KINDS = (("target", "检查对象"), ("inspector", "执法检查人员"))

    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="单位")
    kind = models.CharField("名录", max_length=10, choices=KINDS)
    filename = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    result = models.JSONField("结果")
    imported_by = models.ForeignKey(User, models.PROTECT, null=True, verbose_name="导入人")
    imported_at = models.DateTimeField("导入时间")

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.filename


class UploadQuerySet(models.QuerySet):
    """Reads on uploads."""

    def visible_to(self, user: User) -> "UploadQuerySet":
        """Only what the user has brought, as long as the user works there."""
        return self.filter(owner=user, agency=user.agency_id)


class Upload(models.Model):
    """A file that waits for its owner to look at the preview; gone once imported or after a day.

    The file may hold citizen numbers, so it is encrypted like them (base64 of its bytes).
    """

    owner = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="上传人")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="单位")
    kind = models.CharField("名录", max_length=10, choices=ImportBatch.KINDS)
    filename = models.CharField("文件名", max_length=200)
    content = EncryptedTextField("文件")
    uploaded_at = models.DateTimeField("上传时间")

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "待导入文件"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.filename
