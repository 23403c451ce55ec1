"""One DRS1 draw: its frozen texts, its life, what came of it (protocol 2.2-2.5, 2.11)."""

from django.db import models
from django.db.models import F, Q

from agencies.models import Agency, User
from core.fields import EncryptedTextField
from draws.flows import DRAW_FLOW, DrawStatus

WEAKEST = "C"  # of the grades of assurance


class Purpose(models.TextChoices):
    """The two draws of double random."""

    TARGETS = "targets", "抽取检查对象"
    INSPECTORS = "inspectors", "匹配检查人员"


class Disclosure(models.TextChoices):
    """Whether the files name their subjects by code or by an alias that tells nobody (2.12)."""

    FULL = "full", "实名"
    ALIAS = "alias", "化名"


class AbsenceRule(models.TextChoices):
    """What a contribution that never came does to the draw (2.5)."""

    PROCEED = "proceed", "缺席的不计入，照常摇号"
    VOID = "void", "有人缺席即作废"


class BeaconKind(models.TextChoices):
    """Public sources of chance that nobody in the house can influence (2.5)."""

    NONE = "none", "不使用"
    SSQ = "ssq", "双色球"
    DLT = "dlt", "大乐透"
    BOTH = "ssq+dlt", "双色球和大乐透"
    DICE = "dice", "当众掷骰子"
    DRAND = "drand-quicknet", "drand 公共随机数"


class DrawQuerySet(models.QuerySet):
    """Reads on draws."""

    def live(self) -> "DrawQuerySet":
        """Those that count: a voided one stays in public, but decides nothing."""
        return self.exclude(status=DrawStatus.VOIDED)

    def of_targets(self) -> "DrawQuerySet":
        """Draws of whom to inspect."""
        return self.filter(purpose=Purpose.TARGETS)

    def public(self) -> "DrawQuerySet":
        """Draws of targets are public from the freeze on, voided or not; teams never before the visit."""
        return self.of_targets().exclude(status=DrawStatus.DRAFT)


class DrawManager(models.Manager.from_queryset(DrawQuerySet)):
    """Draws without their long texts, which are read when asked for: they never change again."""

    def get_queryset(self) -> DrawQuerySet:
        return super().get_queryset().defer("candidates_text", "result_text", "roster")


class Draw(models.Model):
    """One DRS1 draw with its exact file texts (protocol 2.2-2.5, 2.11). Frozen texts never change.

    A draw is never repeated: it is voided in public, its secret opened, and a successor drawn.
    """

    draw_id = models.CharField("抽取编号", max_length=40, unique=True)
    occasion = models.CharField(
        "事由",
        max_length=60,
        help_text="为谁抽取，例如 plans.planline:17；同一事由、期间、批次只有一次有效抽取。",
    )
    reference = models.CharField("编号", max_length=30, help_text="抽取所属任务的编号。")
    title = models.CharField("名称", max_length=120, help_text="封存时的名称，此后不变。")
    link = models.CharField("工作页", max_length=200, help_text="工作人员办理这次抽取的页面。")
    taking_part = models.ManyToManyField(
        Agency, related_name="+", verbose_name="参加单位", help_text="封存时组织和参加的单位。"
    )
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="组织单位")
    purpose = models.CharField("用途", max_length=12, choices=Purpose.choices)
    year = models.PositiveIntegerField("年度")
    serial = models.PositiveIntegerField(
        "本单位年度抽取序号", help_text="从 1 起不留空号，作废的也占号。"
    )
    period = models.CharField("抽查期间", max_length=30)
    batch = models.PositiveIntegerField("批", default=1)
    supersedes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="successor",
        verbose_name="接替的抽取（已作废）",
    )
    status = models.CharField(
        "状态",
        max_length=10,
        choices=DrawStatus.choices,
        default=DrawStatus.DRAFT,
        editable=False,
    )
    plan_text = models.TextField("规则文件")
    candidates_text = models.TextField("名单文件")
    inspectors_text = models.TextField("人员文件")
    recusals_text = models.TextField("回避文件")
    disclosure = models.CharField(
        "公开方式", max_length=5, choices=Disclosure.choices, default=Disclosure.FULL
    )
    master = EncryptedTextField("化名主密钥", blank=True, help_text="32 字节，十六进制；仅供审计。")
    roster = models.JSONField(
        "代号对照",
        default=dict,
        help_text="本次抽取的代号或化名 → 人员或检查对象主键，不公开。",
    )
    labels = models.JSONField(
        "代号名称", default=dict, help_text="档、县区代号 → 名称；不公开的分级以此显示给工作人员。"
    )
    freeze_text = models.TextField("封存文件")
    freeze_digest = models.CharField("封存指纹", max_length=64)
    anchor = models.CharField("系统随机数封存值", max_length=64)
    prev = models.CharField("前一条日志", max_length=64)
    secret = EncryptedTextField("系统随机数", help_text="链的末值；密钥不在数据库中。")
    frozen_at = models.DateTimeField("封存时间", null=True)
    frozen_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    missing = models.CharField(
        "缺席规则", max_length=7, choices=AbsenceRule.choices, default=AbsenceRule.VOID
    )
    commit_until = models.DateTimeField("密封值提交截止", null=True, blank=True)
    reveal_until = models.DateTimeField("公开截止", null=True, blank=True)
    beacon_kind = models.CharField(
        "公共随机源", max_length=14, choices=BeaconKind.choices, default=BeaconKind.NONE
    )
    beacon_ref = models.CharField("期号", max_length=40, default="-")
    beacon_at = models.DateTimeField("公共随机源产生时间", null=True, blank=True)
    beacon_value = models.CharField("公共随机源的值", max_length=200, blank=True)
    open_by = models.DateTimeField(
        "应开启时间", null=True, help_text="过此时间满规定日数仍未开启的，公开页标明逾期未开。"
    )
    overdue_since = models.DateTimeField("逾期未开", null=True, editable=False)
    closed_text = models.TextField("贡献截止文件", blank=True)
    closed_digest = models.CharField("贡献截止指纹", max_length=64, blank=True)
    closed_at = models.DateTimeField("贡献截止时间", null=True)
    consented_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="第二人同意"
    )
    consented_at = models.DateTimeField("同意时间", null=True)
    opened_secret = models.CharField("系统随机数（公开）", max_length=64, blank=True)
    seed = models.CharField("种子", max_length=64, blank=True)
    result_text = models.TextField("结果文件", blank=True)
    result_digest = models.CharField("结果指纹", max_length=64, blank=True)
    assurance = models.CharField("保证等级", max_length=1, blank=True)
    opened_at = models.DateTimeField("开启时间", null=True)
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    void_reason = models.CharField("作废理由", max_length=200, blank=True)
    void_proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    void_proposed_at = models.DateTimeField("提请作废时间", null=True)
    voided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    voided_at = models.DateTimeField("作废时间", null=True)

    flow = DRAW_FLOW
    objects = DrawManager()

    former_label = "tasks.draw"  # as lines of the trail before the move say

    class Meta:
        db_table = "tasks_draw"  # where it was made; tables keep their names
        verbose_name = verbose_name_plural = "随机抽取"
        ordering = ["-pk"]
        permissions = [
            *DRAW_FLOW.permissions("draw"),
            ("consent_draw", "可以同意低保证等级的摇号"),
            ("propose_void_draw", "可以提请作废抽取"),
            ("enter_beacon_draw", "可以录入公共随机源的值"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["occasion", "period", "batch", "purpose"],
                condition=~Q(status=DrawStatus.VOIDED),
                name="one_live_draw",
                violation_error_message="同一计划项、同一期间、同一批次只能有一次有效抽取。",
            ),
            models.UniqueConstraint(
                fields=["agency", "year", "serial"], name="draw_serial_no_double"
            ),
            models.CheckConstraint(
                condition=Q(status__in=DrawStatus.values), name="draw_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[DrawStatus.OPENED, DrawStatus.VOIDED])
                | (
                    ~Q(closed_digest="")
                    & ~Q(opened_secret="")
                    & ~Q(seed="")
                    & ~Q(result_digest="")
                    & ~Q(assurance="")
                ),
                name="draw_opened_has_result",
            ),
            models.CheckConstraint(
                condition=~Q(status=DrawStatus.VOIDED)
                | (~Q(void_reason="") & Q(voided_at__isnull=False)),
                name="draw_voided_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(voided_by__isnull=True) | ~Q(voided_by=F("void_proposed_by")),
                name="draw_voided_by_two",
            ),
            models.CheckConstraint(
                condition=Q(consented_by__isnull=True)
                | Q(frozen_by__isnull=True)
                | ~Q(consented_by=F("frozen_by")),
                name="draw_consent_by_second_person",
            ),
        ]

    @property
    def is_frozen(self) -> bool:
        """Sealed and not yet opened."""
        return self.status == DrawStatus.FROZEN

    @property
    def is_opened(self) -> bool:
        """Drawn, and standing."""
        return self.status == DrawStatus.OPENED

    @property
    def is_voided(self) -> bool:
        """Voided; what would have been drawn stays public."""
        return self.status == DrawStatus.VOIDED

    @property
    def is_of_targets(self) -> bool:
        """The first draw of double random."""
        return self.purpose == Purpose.TARGETS

    @property
    def is_by_alias(self) -> bool:
        """Its files name nobody (2.12)."""
        return self.disclosure == Disclosure.ALIAS

    @property
    def has_beacon(self) -> bool:
        """A public source of chance takes part (2.5)."""
        return self.beacon_kind != BeaconKind.NONE

    @property
    def beacon_count(self) -> str:
        """`第 2021062 期`, or how often dice are cast."""
        ref = self.beacon_ref
        return f"{ref} 次" if self.beacon_kind == BeaconKind.DICE else f"第 {ref} 期"

    @property
    def is_weak(self) -> bool:
        """Grade C: whoever operates the portal could have chosen (2.11)."""
        return self.assurance == WEAKEST

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.draw_id}"
