"""The item list: what may be inspected, by whom, on which legal basis, against which standard."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Count, Q, Value, When
from django.urls import reverse

from agencies.models import Agency, Shipped, User, overseen
from catalog.flows import VERSION_FLOW, VersionStatus


class Category(models.TextChoices):
    """Key items (safety, quality, public interest) have no upper limit of ratio."""

    GENERAL = "general", "一般检查事项"
    KEY = "key", "重点检查事项"


class Method(models.TextChoices):
    """How an item is inspected (C12)."""

    ONSITE = "onsite", "现场检查"
    DOCUMENT = "document", "查阅资料"
    NETWORK = "network", "网络监测"
    TESTING = "testing", "检验检测"
    ENTRUSTED = "entrusted", "委托专业机构"


class PublishScope(models.TextChoices):
    """How much of a result the public sees (B09-B11); the strictest comes last."""

    FULL = "full", "全部公开"
    LIMITED = "limited", "限定公开"
    WITHHELD = "withheld", "不予公开"


class Trade(Shipped):
    """Our own classification of trades; GB/T 4754 has no class for some of them (行业类别)."""

    slug = models.SlugField("代号", max_length=30, primary_key=True)
    name = models.CharField("名称", max_length=40, unique=True)
    gb_code = models.CharField("GB/T 4754 代码", max_length=5, blank=True, default="")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    synonyms = ArrayField(
        models.CharField(max_length=40), verbose_name="同义词", blank=True, default=list
    )
    is_edited = models.BooleanField("已在本地修改", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "行业类别"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CatalogVersionQuerySet(models.QuerySet["CatalogVersion"]):
    """Reads on item lists."""

    def public(self) -> "CatalogVersionQuerySet":
        """What anybody may read: versions that are or were in force (C04)."""
        return self.filter(status__in=[VersionStatus.PUBLISHED, VersionStatus.SUPERSEDED])

    def drafts(self) -> "CatalogVersionQuerySet":
        """Versions that are still being written."""
        return self.filter(status=VersionStatus.DRAFT)

    def in_force(self) -> "CatalogVersionQuerySet":
        """The version of each agency that inspections may use."""
        return self.filter(status=VersionStatus.PUBLISHED)

    def visible_to(self, user: User) -> "CatalogVersionQuerySet":
        """Published versions, and the drafts of agencies the user oversees."""
        return self.filter(overseen(user) | ~Q(status=VersionStatus.DRAFT))

    def matching(self, text: str) -> "CatalogVersionQuerySet":
        """By the start of the agency's code, or a part of the title or of the agency's name."""
        return self.filter(
            Q(agency__code__startswith=text)
            | Q(title__contains=text)
            | Q(agency__name__contains=text)
        )

    def own_first(self, user: User) -> "CatalogVersionQuerySet":
        """With `foreign`: 0 for lists of the user's agency, 1 for the others; and `size`."""
        own = Case(When(agency=user.agency_id, then=Value(0)), default=Value(1))
        return self.select_related("agency").annotate(foreign=own, size=Count("items"))


class CatalogVersion(models.Model):
    """One version of an agency's 随机抽查事项清单 (C04-C06). Immutable once published, by trigger."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="versions", verbose_name="单位")
    number = models.PositiveIntegerField("版本号")
    title = models.CharField("名称", max_length=120)
    note = models.TextField("变更说明", blank=True)
    status = models.CharField(
        "状态",
        max_length=20,
        choices=VersionStatus.choices,
        default=VersionStatus.DRAFT,
        editable=False,
    )
    published_on = models.DateField("公布日期", null=True, editable=False)

    flow = VERSION_FLOW
    objects = CatalogVersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "抽查事项清单"
        ordering = ["agency", "-number"]
        permissions = VERSION_FLOW.permissions("catalogversion")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "number"],
                name="catalog_version_once",
                violation_error_message="该单位已有相同版本号的清单。",
            ),
            models.UniqueConstraint(
                fields=["agency"],
                condition=Q(status=VersionStatus.PUBLISHED),
                name="catalog_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(status__in=VersionStatus.values), name="catalog_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status=VersionStatus.DRAFT) | Q(published_on__isnull=False),
                name="catalog_published_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第{self.number}版）"

    def get_absolute_url(self) -> str:
        """The staff page."""
        return reverse("catalog:detail", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        """Whether it is still being written."""
        return self.status == VersionStatus.DRAFT

    @property
    def is_in_force(self) -> bool:
        """Whether it is the one that counts now."""
        return self.status == VersionStatus.PUBLISHED

    @property
    def is_superseded(self) -> bool:
        """Whether a later one took its place."""
        return self.status == VersionStatus.SUPERSEDED


class Item(models.Model):
    """One inspection item with the fields of C01-C03 (抽查事项)."""

    version = models.ForeignKey(CatalogVersion, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField("序号")
    code = models.SlugField("事项编码", max_length=40, help_text="各版本保持不变。")
    name = models.CharField("抽查事项名称", max_length=120)
    field = models.CharField("抽查领域", max_length=60, blank=True)
    category = models.CharField(
        "事项类别", max_length=10, choices=Category.choices, default=Category.GENERAL
    )
    target_kind = models.CharField("检查对象", max_length=120)
    trade = models.ForeignKey(Trade, models.PROTECT, null=True, blank=True, verbose_name="适用行业")
    subject = models.CharField("检查主体", max_length=120)
    content = models.TextField("抽查内容")
    standard = models.TextField("抽查标准和要点", blank=True)
    methods = ArrayField(
        models.CharField(max_length=12, choices=Method.choices),
        verbose_name="检查方式",
        default=list,
    )
    ratio = models.CharField("抽查比例", max_length=60, blank=True)
    frequency = models.CharField("抽查频次", max_length=60, blank=True)
    publish_scope = models.CharField(
        "公示范围", max_length=10, choices=PublishScope.choices, default=PublishScope.FULL
    )
    publish_reason = models.CharField("限定或不予公开的依据", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "抽查事项"
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "code"],
                name="item_code_once",
                violation_error_message="本清单中已有相同编码的事项。",
            ),
            models.CheckConstraint(
                condition=Q(publish_scope=PublishScope.FULL) | ~Q(publish_reason=""),
                name="item_scope_has_reason",
                violation_error_message="限定公开或不予公开的事项须写明依据。",
            ),
            models.CheckConstraint(
                condition=Q(category__in=Category.values), name="item_category_known"
            ),
            models.CheckConstraint(
                condition=Q(publish_scope__in=PublishScope.values), name="item_scope_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The staff page."""
        return reverse("catalog:item", args=[self.pk])

    @property
    def is_fully_public(self) -> bool:
        """Whether the public sees whole results of it (B09)."""
        return self.publish_scope == PublishScope.FULL

    @property
    def method_labels(self) -> str:
        """The methods in Chinese."""
        return "、".join(str(Method(method).label) for method in self.methods)


class LegalBasis(models.Model):
    """A law, and where it matters the article, that an item rests on (C07)."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="bases")
    law = models.CharField("法律法规规章", max_length=120)
    article = models.CharField("条款", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "抽查依据"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.law}{self.article}"


class Checkpoint(models.Model):
    """What is looked at inside an item, and against which standard (C11, C13)."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="checkpoints")
    position = models.PositiveIntegerField("序号")
    text = models.CharField("检查要点", max_length=200)
    standard = models.TextField("合格标准", blank=True)
    materials = models.CharField("需调取材料", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查要点"
        ordering = ["item", "position"]

    def __str__(self) -> str:
        return self.text
