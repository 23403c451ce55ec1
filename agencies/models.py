"""Who works here: regions, systems of government, agencies and their people."""

from collections.abc import Iterator
from datetime import date

from django.conf import settings
from django.contrib.auth.models import AbstractUser, Group, UserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property

from agencies.roles import ROLES
from core import clock

ROLE_PREFIX = "role:"
AGENCY_PREFIX = "agency:"


class RegionQuerySet(models.QuerySet["Region"]):
    """Reads on regions."""

    def inside(self, region: "Region") -> "RegionQuerySet":
        """A region and everything in it."""
        return self.filter(code__startswith=region.prefix)

    def counties(self) -> "RegionQuerySet":
        """Where inspections happen: counties, zones, and cities that have no counties (东莞)."""
        parts = Region.objects.filter(parent=models.OuterRef("pk"), is_zone=False)
        return self.filter(
            ~Q(code__endswith="00") | (~Q(code__endswith="0000") & ~models.Exists(parts))
        )

    def standing(self, day: date) -> "RegionQuerySet":
        """Those that are not retired on the day."""
        return self.filter(Q(retired_on=None) | Q(retired_on__gt=day))

    def differing(self) -> "RegionQuerySet":
        """Those of which the portal ships something else, about which nobody has decided."""
        shipped = ~Q(shipped_name="") & ~Q(shipped_name=F("name"))
        return self.filter(
            (shipped & ~Q(shipped_name=F("settled_name"))) | Q(shipped_name="", is_local=False)
        )

    def matching(self, text: str) -> "RegionQuerySet":
        """By the start of the code or a part of the name."""
        return self.filter(Q(code__startswith=text) | Q(name__contains=text))


class Shipped(models.Model):
    """A row of reference data: it ships with the portal, or was added here, and is called `name`.

    What ships is beside it, so that an upgrade neither overwrites a local correction nor hides that
    the source has moved on.
    """

    is_local = models.BooleanField("本地增加", default=True)
    shipped_name = models.CharField("随附名称", max_length=40, blank=True, default="")
    settled_name = models.CharField("已决定不采用的随附名称", max_length=40, blank=True, default="")

    class Meta:
        abstract = True

    @property
    def is_differing(self) -> bool:
        """Whether another name ships, about which nobody has decided."""
        return self.shipped_name not in {"", self.settled_name, getattr(self, "name", "")}


class Region(Shipped):
    """An administrative division, GB/T 2260 (行政区划), or a place that is used like one."""

    code = models.CharField("区划代码", max_length=6, primary_key=True)
    name = models.CharField("名称", max_length=40)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    is_zone = models.BooleanField("功能区", default=False)
    retired_on = models.DateField("撤销日期", null=True, blank=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[1-9][0-9]{5}$"),
                name="region_code_six_digits",
                violation_error_message="行政区划代码应为 6 位数字。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def prefix(self) -> str:
        """The digits shared by everything inside: 2 of a province, 4 of a city, 6 of a county."""
        if self.code.endswith("0000"):
            return self.code[:2]
        return self.code[:4] if self.code.endswith("00") else self.code

    @cached_property
    def is_county(self) -> bool:
        """Whether inspections happen here: a county, a zone, or a city that has no counties."""
        if not self.code.endswith("00"):
            return True
        parts = self.children.filter(is_zone=False)
        return not self.code.endswith("0000") and not parts.exists()

    def is_retired(self, day: date) -> bool:
        """Whether it is no place any more on the day."""
        return self.retired_on is not None and self.retired_on <= day


class System(models.Model):
    """A line of government, such as 公安 or 市场监管 (系统)."""

    slug = models.SlugField("代号", max_length=20, primary_key=True)
    name = models.CharField("名称", max_length=30, unique=True)
    succeeded_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name="职能划入"
    )

    class Meta:
        verbose_name = verbose_name_plural = "系统"
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class AgencyQuerySet(models.QuerySet["Agency"]):
    """Reads on agencies."""

    def inspecting(self) -> "AgencyQuerySet":
        """Agencies with the legal qualification to inspect (国办发〔2024〕54号)."""
        return self.filter(is_inspecting=True)

    def overseen_by(self, user: "User") -> "AgencyQuerySet":
        """The user's own agency and those of the same system below it."""
        return self.filter(overseen(user, None))

    def executing(self, system: System, region: Region) -> "AgencyQuerySet":
        """The county agencies of a system inside a region."""
        return self.inspecting().filter(system=system, region__code__startswith=region.prefix)


class Agency(models.Model):
    """A law-enforcing or coordinating body of one region (执法主体). Owns one group for sharing."""

    code = models.CharField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60)
    short_name = models.CharField("简称", max_length=30)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="区划")
    system = models.ForeignKey(System, models.PROTECT, verbose_name="系统")
    is_inspecting = models.BooleanField("具有行政检查主体资格", default=True)
    group = models.OneToOneField(Group, models.PROTECT, related_name="agency", editable=False)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "执法单位"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class PersonManager(UserManager["User"]):
    """Reads on users."""

    def with_role(self, slug: str) -> "models.QuerySet[User]":
        """Active users who hold the role."""
        return self.filter(is_active=True, groups__name=f"{ROLE_PREFIX}{slug}")

    def matching(self, text: str) -> "models.QuerySet[User]":
        """By the start of the user name or a part of the person's name."""
        return self.filter(Q(username__startswith=text.lower()) | Q(name__contains=text))


class User(AbstractUser):
    """A person with an account. Never deleted: the trail protects its actors."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField("姓名", max_length=40)
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="users", verbose_name="单位"
    )
    must_change_password = models.BooleanField("须修改初始口令", default=False)
    password_set_at = models.DateTimeField("口令设定时间", default=clock.real_now, editable=False)
    session_round = models.PositiveIntegerField("登录轮次", default=0, editable=False)

    objects = PersonManager()
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        ordering = ["username"]
        permissions = [("assign_roles_user", "可以授予和收回角色")]

    def __str__(self) -> str:
        return self.name

    @property
    def roles(self) -> list[str]:
        """The slugs of the roles held, in the order of ROLES. One query for each request."""
        if not hasattr(self, "_roles"):
            names = {group.name for group in self.groups.all()}
            self._roles: list[str] = [slug for slug in ROLES if f"{ROLE_PREFIX}{slug}" in names]
        return self._roles

    @property
    def password_days(self) -> int:
        """Full days since the password was set, by the real clock."""
        return (clock.real_now() - self.password_set_at).days

    def get_session_auth_hash(self) -> str:
        """What a session must hold to count: a new password or a new round ends the others."""
        return self._session_seal(None)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under retired secret keys."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_seal(secret)

    def _session_seal(self, secret: str | bytes | None) -> str:
        text = f"{self.session_round}:{self.password}"
        return salted_hmac("agencies.session", text, secret=secret, algorithm="sha256").hexdigest()

    @property
    def role_labels(self) -> str:
        """The Chinese names of the roles."""
        return "、".join(ROLES[slug].label for slug in self.roles) or "未授予角色"


def overseen(user: User, field: str | None = "agency") -> Q:
    """Rows whose `field` is the user's own agency or one of the same system below it.

    field: the path to the agency, or None on a queryset of agencies.
    """
    start = f"{field}__" if field else ""
    own = user.agency
    if own is None:
        return Q(pk__in=[])
    return Q(**{f"{start}pk": own.pk}) | Q(
        **{
            f"{start}system": own.system_id,
            f"{start}region__code__startswith": own.region.prefix,
        }
    )


class PastPassword(models.Model):
    """A password somebody had before, sealed as it was then (历史口令)."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="past_passwords", verbose_name="用户"
    )
    sealed = models.CharField("口令", max_length=128)
    replaced_at = models.DateTimeField("停用时间", default=clock.real_now)

    class Meta:
        verbose_name = verbose_name_plural = "历史口令"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.user}的历史口令"


class LogInGuardQuerySet(models.QuerySet["LogInGuard"]):
    """Reads on guards."""

    def closed(self) -> "LogInGuardQuerySet":
        """Those that let nobody in now."""
        return self.filter(locked_until__gt=clock.real_now())


class LogInGuard(models.Model):
    """How often log-ins failed for one account or from one address, and until when it is closed.

    Names are kept as a keyed digest: what is typed there is often a password in the wrong field.
    """

    class Scope(models.TextChoices):
        """What is counted."""

        ACCOUNT = "account", "账号"
        ADDRESS = "address", "网络地址"

    scope = models.CharField("范围", max_length=10, choices=Scope.choices)
    key = models.CharField("键", max_length=64)
    user = models.ForeignKey(User, models.PROTECT, null=True, verbose_name="账号")
    failures = models.PositiveIntegerField("失败次数", default=0)
    counting_since = models.DateTimeField("起算时间", null=True)
    locked_until = models.DateTimeField("锁定至", null=True)
    refused = models.PositiveIntegerField("锁定期间拒绝次数", default=0)

    objects = LogInGuardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "登录锁定"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], name="log_in_guard_once"),
        ]
        indexes = [models.Index(fields=["locked_until"], name="log_in_guard_closed")]

    def __str__(self) -> str:
        return f"{self.get_scope_display()}登录锁定"

    @property
    def title(self) -> str:
        """Which address is closed."""
        return f"网络地址 {self.key} 登录已锁定："

    @property
    def words(self) -> str:
        """Since how many failures, and until when."""
        until = timezone.localtime(self.locked_until)
        return (
            f"连续失败 {self.failures} 次，到 {until:%H:%M} 自动解除；"
            f"锁定期间又拒绝 {self.refused} 次。"
        )

    @property
    def is_closed(self) -> bool:
        """Whether it lets nobody in now, by the real clock."""
        return self.locked_until is not None and self.locked_until > clock.real_now()


class SetUpCode(models.Model):
    """The one-time code that opens the first-run pages of an empty portal; only its digest is kept."""

    number = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    digest = models.CharField("指纹", max_length=64)
    made_at = models.DateTimeField("生成时间", default=clock.real_now)

    class Meta:
        verbose_name = verbose_name_plural = "首次设置码"
        constraints = [
            models.CheckConstraint(condition=Q(number=1), name="set_up_code_has_one_row")
        ]

    def __str__(self) -> str:
        return "首次设置码"


class Activation(models.Model):
    """A one-time code with which a person takes over the own account; only its digest is kept."""

    user = models.OneToOneField(
        User, models.CASCADE, related_name="activation", verbose_name="账号"
    )
    digest = models.CharField("指纹", max_length=64, unique=True)
    expires_at = models.DateTimeField("有效期至")
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    used_at = models.DateTimeField("激活时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "激活码"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.user}的激活码"

    @property
    def is_open(self) -> bool:
        """Whether its owner can still use it, by the real clock."""
        return self.used_at is None and self.expires_at > clock.real_now()
