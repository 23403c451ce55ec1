"""The inspection task: whom, by whom, until when, by which rules."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from guardian.shortcuts import get_objects_for_user

from agencies.models import Agency, Region, User, overseen
from catalog.models import Item, PublishScope, Trade
from core import clock
from draws.models import Draw
from plans.models import PPM, ListPublished, PlanLine, RuleProfile
from registries.models import Grade, GradingScheme
from tasks.flows import TASK_FLOW, TaskStatus
from tasks.rules import names_are_public

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

    def naming_firms(self) -> "TaskQuerySet":
        """Tasks whose firms may be named to everybody today: `Task.list_is_public` as SQL."""
        today = clock.today()
        is_over = Q(onsite_until__lt=today)
        is_over &= Q(status=TaskStatus.COMPLETED) | Q(ends_on__lt=today)
        held_back = Task.items.through.objects.filter(task=models.OuterRef("pk")).exclude(
            item__publish_scope=PublishScope.FULL
        )
        return self.filter(
            Q(rules__list_published=ListPublished.AT_LOCK) | is_over,
            Q(rules__is_restricted=False) | ~Q(rules__has_key="is_restricted"),
            Q(scheme=None) | Q(scheme__is_public=True),
            ~models.Exists(held_back),
            status__in=AFTER_LOCK,
        )


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
    draws = models.ManyToManyField(
        Draw, through="tasks.TaskDraw", related_name="+", verbose_name="抽取"
    )
    trade = models.ForeignKey(Trade, models.PROTECT, verbose_name="检查对象行业")
    starts_on = models.DateField("抽查开始")
    ends_on = models.DateField("抽查结束")
    draw_until = models.DateField("抽取阶段止")
    onsite_from = models.DateField("现场检查起")
    onsite_until = models.DateField("现场检查止")
    report_due_on = models.DateField("总结报送日期", null=True, blank=True)
    ratio_ppm = models.PositiveIntegerField("总抽查比例（百万分之）", validators=PPM)
    batches = models.PositiveIntegerField(
        "分几批检查", default=1, validators=[MinValueValidator(1), MaxValueValidator(99)]
    )
    load_cap = models.PositiveIntegerField(
        "每名检查人员最多负责（户）", null=True, blank=True, validators=[MinValueValidator(1)]
    )
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
    def is_draft(self) -> bool:
        """Nothing is sealed yet."""
        return self.status == TaskStatus.DRAFT

    @property
    def is_opened(self) -> bool:
        """Drawn; the departments have not been asked yet."""
        return self.status == TaskStatus.OPENED

    @property
    def is_confirming(self) -> bool:
        """The departments compare the list and confirm it."""
        return self.status == TaskStatus.CONFIRMING

    @property
    def is_locked(self) -> bool:
        """The list cannot change any more."""
        return self.status == TaskStatus.LOCKED

    @property
    def is_assigned(self) -> bool:
        """Every visit has its team."""
        return self.status == TaskStatus.ASSIGNED

    @property
    def is_completed(self) -> bool:
        """Every visit is done."""
        return self.status == TaskStatus.COMPLETED

    @property
    def is_cancelled(self) -> bool:
        """Ended before anything was sealed."""
        return self.status == TaskStatus.CANCELLED

    @property
    def is_on_site(self) -> bool:
        """Sent out, and since then."""
        return self.status in {TaskStatus.DISPATCHED, TaskStatus.COMPLETED}

    @property
    def agencies(self) -> list[Agency]:
        """The lead first, then the participants."""
        return [self.agency, *self.participants.all()]

    @property
    def may_ever_name_firms(self) -> bool:
        """Never for a grading that is not public or an item of limited publication.

        Wants `items` prefetched and `scheme` joined; no query then.
        """
        scopes = [item.publish_scope for item in self.items.all()]
        is_open = self.scheme is None or self.scheme.is_public
        return not self.rules.get("is_restricted") and names_are_public(True, scopes, is_open)

    @property
    def list_is_public(self) -> bool:
        """Whether the firms of this task may be named to everybody (contracts section 4).

        The one answer for every page, file, feed and search; `naming_firms` is the same as SQL.
        After the on-site stage means: its last day is over and every visit is done, or the task
        has ended; a firm never reads of its visit beforehand.
        """
        return self.may_ever_name_firms and self._is_time_to_name_firms

    @property
    def _is_time_to_name_firms(self) -> bool:
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
    count = models.PositiveIntegerField(
        "定数（户）", null=True, blank=True, help_text="填了就按定数抽取，不按比例。"
    )

    class Meta:
        verbose_name = verbose_name_plural = "分级比例"
        ordering = ["task", "grade__position"]
        constraints = [models.UniqueConstraint(fields=["task", "grade"], name="task_tier_once")]

    def __str__(self) -> str:
        return f"{self.grade} {self.ratio_ppm}"


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
