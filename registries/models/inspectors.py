"""The registry of who inspects, with recusals and leave (执法检查人员名录库)."""

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from agencies.models import Agency, Region, User, overseen
from core import clock
from core.fields import EncryptedTextField
from registries.models.targets import Target

CERTIFICATE_SOON_DAYS = 60


class InspectorQuerySet(models.QuerySet["Inspector"]):
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
    also_in = models.ManyToManyField(
        Region, related_name="+", blank=True, verbose_name="还可派往的县区"
    )
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

    @property
    def lacks_certificate(self) -> bool:
        """Whether there is none, as with advisers."""
        return self.certificate_state(clock.today()) == "none"

    @property
    def has_late_certificate(self) -> bool:
        """Whether it is not valid any more."""
        return self.certificate_state(clock.today()) == "late"

    @property
    def has_ending_certificate(self) -> bool:
        """Whether it ends within 60 days."""
        return self.certificate_state(clock.today()) == "soon"

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


class LeaveQuerySet(models.QuerySet["Leave"]):
    """Reads on leave."""

    def during(self, first: date, last: date) -> "LeaveQuerySet":
        """Leave that touches a period."""
        return self.filter(starts_on__lte=last, ends_on__gte=first)


class Leave(models.Model):
    """Days on which an inspector cannot be sent (请假、培训、借调)."""

    inspector = models.ForeignKey(
        Inspector, models.CASCADE, related_name="leaves", verbose_name="执法人员"
    )
    starts_on = models.DateField("开始")
    ends_on = models.DateField("结束")
    reason = models.CharField("原因", max_length=100)

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "请假"
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="leave_in_order",
                violation_error_message="结束日期不能早于开始日期。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.inspector} {self.starts_on}至{self.ends_on}"
