"""Inspection tasks, the draws that fill them, and who is sent where."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from guardian.shortcuts import get_objects_for_user

from agencies.models import Agency, Region, User, overseen
from catalog.models import Item, Trade
from core import clock
from core.fields import EncryptedTextField
from plans.models import PPM, ListPublished, PlanLine, RuleProfile
from registries.models import Grade, GradingScheme, Inspector, Target
from tasks.flows import (
    CONFIRMATION_FLOW,
    DRAW_FLOW,
    TASK_FLOW,
    ConfirmationStatus,
    DrawStatus,
    TaskStatus,
)

AFTER_LOCK = frozenset(
    {TaskStatus.LOCKED, TaskStatus.ASSIGNED, TaskStatus.DISPATCHED, TaskStatus.COMPLETED}
)


class InspectionKind(models.TextChoices):
    """国办发〔2024〕54号 knows three kinds of inspection."""

    DAILY = "daily", "日常检查"
    CASE = "case", "个案检查"
    SPECIAL = "special", "专项检查"


class TaskQuerySet(models.QuerySet):
    """Reads on tasks. Every view starts from `visible_to`."""

    def visible_to(self, user: User) -> "TaskQuerySet":
        """Tasks of agencies the user oversees, and those shared with the user's agency."""
        if user.agency_id is None:
            return self.none()
        granted = get_objects_for_user(
            user, "tasks.view_task", klass=self.model, accept_global_perms=False
        )
        return self.filter(overseen(user) | Q(pk__in=granted.values("pk")))

    def matching(self, text: str) -> "TaskQuerySet":
        """By the start of the number or a part of the title."""
        return self.filter(Q(number__startswith=text) | Q(title__contains=text))

    def public(self) -> "TaskQuerySet":
        """Announced tasks: those whose list has been frozen, and everything after."""
        return self.exclude(status__in=[TaskStatus.DRAFT, TaskStatus.CANCELLED])


class Task(models.Model):
    """One joint inspection under a plan line: whom, by whom, until when (抽查任务, T01-T04)."""

    number = models.CharField("任务编号", max_length=30, unique=True, editable=False)
    line = models.ForeignKey(
        PlanLine, models.PROTECT, related_name="tasks", verbose_name="所属计划项"
    )
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="led_tasks", verbose_name="牵头单位"
    )
    participants = models.ManyToManyField(
        Agency, related_name="joined_tasks", blank=True, verbose_name="参与部门"
    )
    title = models.CharField("任务名称", max_length=120)
    inspection_kind = models.CharField(
        "检查类型",
        max_length=10,
        choices=InspectionKind.choices,
        default=InspectionKind.DAILY,
    )
    items = models.ManyToManyField(Item, related_name="+", verbose_name="抽查事项")
    trade = models.ForeignKey(Trade, models.PROTECT, verbose_name="检查对象行业")
    starts_on = models.DateField("抽查开始")
    ends_on = models.DateField("抽查结束")
    draw_until = models.DateField("抽取阶段止")
    onsite_from = models.DateField("现场检查起")
    onsite_until = models.DateField("现场检查止")
    report_due_on = models.DateField("总结报送日期", null=True, blank=True)
    ratio_ppm = models.PositiveIntegerField("总抽查比例（百万分之）", validators=PPM)
    scheme = models.ForeignKey(
        GradingScheme, models.PROTECT, null=True, blank=True, verbose_name="分级体系"
    )
    profile = models.ForeignKey(RuleProfile, models.PROTECT, verbose_name="规则配置")
    rules = models.JSONField("规则快照", editable=False)
    status = models.CharField(
        "状态",
        max_length=20,
        choices=TaskStatus.choices,
        default=TaskStatus.DRAFT,
        editable=False,
    )
    created_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False)
    completed_on = models.DateField("检查完成日期", null=True, editable=False)

    flow = TASK_FLOW
    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "抽查任务"
        ordering = ["-pk"]
        permissions = TASK_FLOW.permissions("task")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("onsite_until"))
                & Q(onsite_until__gte=F("onsite_from"))
                & Q(onsite_from__gt=F("draw_until"))
                & Q(draw_until__gte=F("starts_on")),
                name="task_stages_in_order",
                violation_error_message="各阶段日期须依次为：抽取、现场检查、结果公示。",
            ),
            models.CheckConstraint(
                condition=Q(status__in=TaskStatus.values), name="task_status_known"
            ),
            models.UniqueConstraint(
                fields=["line"],
                condition=~Q(status=TaskStatus.CANCELLED),
                name="task_once_per_line",
                violation_error_message="该计划项已经发起过任务。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The staff page."""
        return reverse("tasks:detail", args=[self.number])

    @property
    def agencies(self) -> list[Agency]:
        """The lead first, then the participants."""
        return [self.agency, *self.participants.all()]

    @property
    def list_is_public(self) -> bool:
        """Whether the names of drawn firms may be shown to everybody (contracts section 4).

        After the on-site stage means: its last day is over and every visit is done, or the task
        has ended; a firm never reads of its visit beforehand.

        Never for a grading that is not public or an item of limited publication.
        """
        if self.rules.get("is_restricted"):
            return False
        if self.rules["list_published"] == ListPublished.AT_LOCK:
            return self.status in AFTER_LOCK
        today = clock.today()
        visited = self.status == TaskStatus.COMPLETED or today > self.ends_on
        return self.status in AFTER_LOCK and today > self.onsite_until and visited


class TaskTier(models.Model):
    """The ratio of one grade in this task."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="tiers")
    grade = models.ForeignKey(Grade, models.PROTECT, verbose_name="等级")
    ratio_ppm = models.PositiveIntegerField("抽查比例（百万分之）", validators=PPM)

    class Meta:
        verbose_name = verbose_name_plural = "分级比例"
        ordering = ["task", "grade__position"]
        constraints = [models.UniqueConstraint(fields=["task", "grade"], name="task_tier_once")]

    def __str__(self) -> str:
        return f"{self.grade} {self.ratio_ppm}"


class Purpose(models.TextChoices):
    """The two draws of double random."""

    TARGETS = "targets", "抽取检查对象"
    INSPECTORS = "inspectors", "匹配检查人员"


class DrawQuerySet(models.QuerySet):
    """Reads on draws."""

    def public(self) -> "DrawQuerySet":
        """Draws of targets are public from the freeze on; teams never before the visit."""
        return self.filter(purpose=Purpose.TARGETS).exclude(status=DrawStatus.DRAFT)


class Draw(models.Model):
    """One DRS1 draw with its exact file texts (protocol 2.2-2.5, 2.11). Frozen texts never change."""

    draw_id = models.CharField("抽取编号", max_length=40, unique=True)
    task = models.ForeignKey(Task, models.PROTECT, related_name="draws", verbose_name="任务")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="组织单位")
    purpose = models.CharField("用途", max_length=12, choices=Purpose.choices)
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
    roster = models.JSONField(
        "人员代号对照", default=dict, help_text="本次抽取的代号 → 人员主键，不公开。"
    )
    freeze_text = models.TextField("封存文件")
    freeze_digest = models.CharField("封存指纹", max_length=64)
    anchor = models.CharField("系统随机数封存值", max_length=64)
    prev = models.CharField("前一条日志", max_length=64)
    secret = EncryptedTextField("系统随机数")
    frozen_at = models.DateTimeField("封存时间", null=True)
    frozen_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    witness = models.CharField("见证人", max_length=60, blank=True)
    phrase = models.CharField("见证短语", max_length=200, blank=True)
    closed_text = models.TextField("贡献截止文件", blank=True)
    closed_digest = models.CharField("贡献截止指纹", max_length=64, blank=True)
    closed_at = models.DateTimeField("贡献截止时间", null=True)
    consented_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="第二人同意"
    )
    consented_at = models.DateTimeField("同意时间", null=True)
    seed = models.CharField("种子", max_length=64, blank=True)
    result_text = models.TextField("结果文件", blank=True)
    result_digest = models.CharField("结果指纹", max_length=64, blank=True)
    certificate = models.JSONField("证书", null=True)
    assurance = models.CharField("保证等级", max_length=1, blank=True)
    opened_at = models.DateTimeField("开启时间", null=True)
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    flow = DRAW_FLOW
    objects = DrawQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "随机抽取"
        ordering = ["-pk"]
        permissions = [
            *DRAW_FLOW.permissions("draw"),
            ("consent_draw", "可以同意低保证等级的摇号"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["task", "purpose"], name="one_draw_per_purpose"),
            models.CheckConstraint(
                condition=Q(status__in=DrawStatus.values), name="draw_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=DrawStatus.OPENED)
                | (~Q(seed="") & ~Q(result_digest="") & Q(certificate__isnull=False)),
                name="draw_opened_has_result",
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


class NumberSeries(models.Model):
    """The last number given to a task of a region in a year; numbers have no gaps."""

    region = models.ForeignKey(Region, models.PROTECT)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "编号"
        constraints = [models.UniqueConstraint(fields=["region", "year"], name="series_once")]

    def __str__(self) -> str:
        return f"{self.region_id}-{self.year}-{self.last}"


class How(models.TextChoices):
    """Why a target is on the list."""

    DRAW = "draw", "抽中"
    FORCED = "forced", "全部检查"
    TOPUP = "topup", "补足下限"


class Selection(models.Model):
    """One drawn target of a task."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="selections")
    target = models.ForeignKey(Target, models.PROTECT, related_name="selections")
    number = models.PositiveIntegerField("序号")
    stratum = models.CharField("档", max_length=30)
    how = models.CharField("方式", max_length=10, choices=How.choices)
    batch = models.PositiveIntegerField("批次", default=1)
    ticket = models.CharField("抽签号", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "抽中对象"
        ordering = ["task", "number"]
        constraints = [
            models.UniqueConstraint(fields=["task", "target"], name="selected_once"),
            models.UniqueConstraint(fields=["task", "number"], name="selection_number_once"),
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

    def __str__(self) -> str:
        return f"{self.agency}确认{self.task}"


class Assignment(models.Model):
    """One inspector on one drawn target, by the second draw (随机匹配, T06, T11)."""

    selection = models.ForeignKey(Selection, models.PROTECT, related_name="assignments")
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="assignments", verbose_name="执行单位"
    )
    inspector = models.ForeignKey(Inspector, models.PROTECT, related_name="assignments")
    is_lead = models.BooleanField("主办", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "人员匹配"
        ordering = ["selection", "agency", "-is_lead", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["selection", "inspector"], name="assigned_once"),
            models.UniqueConstraint(
                fields=["selection", "agency"],
                condition=Q(is_lead=True),
                name="one_lead_per_team",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inspector} {self.selection}"
