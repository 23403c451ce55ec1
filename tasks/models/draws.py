"""The draws of a task, what everybody added to their seeds, and the public log (protocol 2.2-2.11)."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from agencies.models import Agency, User
from core.fields import EncryptedTextField
from plans.models import PlanLine
from tasks.flows import DRAW_FLOW, DrawStatus
from tasks.models.tasks import Task


class Purpose(models.TextChoices):
    """The two draws of double random."""

    TARGETS = "targets", "抽取检查对象"
    INSPECTORS = "inspectors", "匹配检查人员"


class Disclosure(models.TextChoices):
    """Whether the files name their subjects by code or by an alias that tells nobody (2.12)."""

    FULL = "full", "实名"
    ALIAS = "alias", "化名"


class Missing(models.TextChoices):
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
    task = models.ForeignKey(Task, models.PROTECT, related_name="draws", verbose_name="任务")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="组织单位")
    purpose = models.CharField("用途", max_length=12, choices=Purpose.choices)
    year = models.PositiveIntegerField("年度")
    serial = models.PositiveIntegerField(
        "本单位年度抽取序号", help_text="从 1 起不留空号，作废的也占号。"
    )
    line = models.ForeignKey(PlanLine, models.PROTECT, related_name="+", verbose_name="计划项")
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
        "缺席规则", max_length=7, choices=Missing.choices, default=Missing.VOID
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

    class Meta:
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
                fields=["line", "period", "batch", "purpose"],
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

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.draw_id}"


class Way(models.TextChoices):
    """How a contribution reaches the seed (2.5)."""

    SEALED = "sealed", "密封"
    OPEN = "open", "当场"


class Contributor(models.Model):
    """Who adds to the seed of a draw; named in the frozen plan, each value fixed once given (2.5)."""

    draw = models.ForeignKey(Draw, models.CASCADE, related_name="contributors")
    code = models.CharField("参与方", max_length=60, help_text="规则文件中的名称。")
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位"
    )
    way = models.CharField("方式", max_length=6, choices=Way.choices)
    is_outside = models.BooleanField("不属于组织单位", default=False)
    commit = models.CharField("密封值", max_length=64, blank=True)
    committed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    committed_at = models.DateTimeField("提交时间", null=True)
    value = models.CharField("公开的值", max_length=200, blank=True)
    speaker = models.CharField("念出人", max_length=60, blank=True)
    revealed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    revealed_at = models.DateTimeField("公开时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "参与方"
        ordering = ["draw", "pk"]
        permissions = [("contribute_contributor", "可以提交和公开随机数")]
        constraints = [
            models.UniqueConstraint(fields=["draw", "code"], name="contributor_once"),
            models.UniqueConstraint(
                fields=["draw", "agency"],
                condition=Q(agency__isnull=False),
                name="contributor_once_per_agency",
            ),
            models.CheckConstraint(
                condition=Q(way="open") | Q(value="") | ~Q(commit=""),
                name="contributor_sealed_before_open",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class BeaconEntry(models.Model):
    """What one person read of the public beacon; two people must read the same (2.5, section 7)."""

    draw = models.ForeignKey(Draw, models.CASCADE, related_name="beacon_entries")
    value = models.CharField("值", max_length=200)
    signature = models.CharField("签名（drand）", max_length=96, blank=True)
    source = models.CharField("来源", max_length=300)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="录入人")
    entered_at = models.DateTimeField("录入时间")

    class Meta:
        verbose_name = verbose_name_plural = "公共随机源录入"
        ordering = ["draw", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "entered_by"], name="beacon_once_per_person"),
        ]

    def __str__(self) -> str:
        return self.value


class DrawRecord(models.Model):
    """One line of an authority's public log of draws (protocol 2.11). Append-only by trigger."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="draw_log")
    seq = models.PositiveIntegerField("序号")
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="records")
    type = models.CharField("类型", max_length=12)
    at = models.DateTimeField("时间")
    prev = models.CharField("前一条", max_length=64)
    body = models.TextField("内容")
    head = models.CharField("指纹", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "抽取日志"
        ordering = ["agency", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "seq"], name="draw_log_no_gap"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"


class EventKind(models.TextChoices):
    """What may happen to an opened draw."""

    REPLACE = "replace", "替换检查对象"
    SUBSTITUTE = "substitute", "更换检查人员"


class DrawEvent(models.Model):
    """A replacement or substitution by the protocol (2.8, 2.10). Append-only by trigger."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="events")
    number = models.PositiveIntegerField("序号", validators=[MinValueValidator(1)])
    kind = models.CharField("类型", max_length=10, choices=EventKind.choices)
    body = models.JSONField("证书中的事件")
    line = models.CharField("事件行", max_length=1000)
    opened_secret = models.CharField("公开的链值", max_length=64, blank=True)
    events_digest = models.CharField("事件指纹", max_length=64)
    final_teams = models.JSONField("此后的各组", default=list)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "抽取事件"
        ordering = ["draw", "number"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "number"], name="draw_event_no_gap"),
        ]

    def __str__(self) -> str:
        return self.line


class Opening(models.Model):
    """A draw that is being computed in the background: how far it is, or why it stopped."""

    draw = models.OneToOneField(Draw, models.CASCADE, related_name="opening")
    started_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField("开始时间")
    done = models.PositiveIntegerField("已完成", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    error = models.CharField("停止原因", max_length=1000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "后台计算"

    def __str__(self) -> str:
        return f"{self.draw} {self.done}/{self.total}"
