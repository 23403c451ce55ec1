"""The working-day calendar, the rules of each jurisdiction, and the clocks that run."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from agencies.models import Agency, Region, User, overseen
from core import clock
from deadlines import rules
from deadlines.flows import DEADLINE_FLOW, DeadlineStatus

NEVER = date(9999, 12, 31)


class DeadlineKind(models.TextChoices):
    """What has to be done in time."""

    CONFIRM_LIST = "confirm_list", "名单确认"
    ONSITE = "onsite", "现场检查"
    ENTER_RESULT = "enter_result", "结果录入"
    PUBLISH_RESULT = "publish_result", "结果公示"
    PENALTY = "penalty", "处罚信息归集"
    REPORT = "report", "总结报送"


class Trigger(models.TextChoices):
    """The event from which a period is counted."""

    DRAWN = "drawn", "名单抽取"
    FORM_COMPLETED = "form_completed", "单户检查结束"
    TASK_COMPLETED = "task_completed", "任务完成"
    PENALTY_DECIDED = "penalty_decided", "作出处罚决定"


class UnitChoice(models.TextChoices):
    """How a period is counted, as the texts say it."""

    WORKING_DAY = rules.Unit.WORKING_DAY.value, "个工作日"
    CALENDAR_DAY = rules.Unit.CALENDAR_DAY.value, "日"


class CalendarYearQuerySet(models.QuerySet["CalendarYear"]):
    """Reads on the years of the calendar."""

    def with_counts(self) -> "CalendarYearQuerySet":
        """Each year with the number of its official days off and make-up days."""
        official = Q(days__is_local=False)
        return (
            self.select_related("entered_by")
            .annotate(
                off=models.Count("days", filter=official & Q(days__is_workday=False)),
                work=models.Count("days", filter=official & Q(days__is_workday=True)),
                local=models.Count("days", filter=Q(days__is_local=True)),
            )
            .order_by("-year")
        )


class CalendarYear(models.Model):
    """A year whose official holiday arrangement is known (年度节假日安排)."""

    year = models.PositiveSmallIntegerField("年份", primary_key=True)
    source = models.CharField("来源", max_length=200)
    url = models.URLField("原文地址", max_length=300, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="录入人"
    )
    entered_at = models.DateTimeField("录入时间", default=clock.now)

    objects = CalendarYearQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度节假日安排"
        ordering = ["-year"]

    def __str__(self) -> str:
        return f"{self.year}年节假日安排"


class Holiday(models.Model):
    """A day that differs from the plain week: off, or worked on a weekend (节假日和调休).

    A local day (台风停工 and the like) stands beside the official one of the same date and wins.
    """

    date = models.DateField("日期")
    is_workday = models.BooleanField("上班")
    name = models.CharField("名称", max_length=30)
    source = models.CharField("来源", max_length=200)
    year = models.ForeignKey(
        CalendarYear, models.PROTECT, related_name="days", verbose_name="所属安排"
    )
    is_local = models.BooleanField("地方调整", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "节假日和调休"
        ordering = ["date", "is_local"]
        constraints = [
            models.UniqueConstraint(
                fields=["date", "is_local"],
                name="holiday_once_a_day",
                violation_error_message="该日期已在日历中。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.date} {'班' if self.is_workday else '休'} {self.name}"


class CalendarAlarm(models.Model):
    """That the administrators have been told of a missing year, so that they are told once."""

    year = models.PositiveSmallIntegerField("年份", primary_key=True)
    raised_at = models.DateTimeField("提醒时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "缺历提醒"

    def __str__(self) -> str:
        return rules.missing_text(self.year)


class DeadlineRuleQuerySet(models.QuerySet["DeadlineRule"]):
    """Reads on rules."""

    def nearest(self, region_id: str, kind: str, on: date) -> "DeadlineRule | None":
        """The rule for `kind` in force on a day: county before city, province and country."""
        places = ["", region_id[:2] + "0000", region_id[:4] + "00", region_id]
        found = self.filter(kind=kind, effective_from__lte=on).filter(
            Q(region=None) | Q(region_id__in=places)
        )
        return max(
            found,
            key=lambda rule: (places.index(rule.region_id or ""), rule.effective_from),
            default=None,
        )


class DeadlineRule(models.Model):
    """How long one jurisdiction gives for one thing, and who says so (期限规则)."""

    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, verbose_name="适用地区"
    )
    kind = models.CharField("事项", max_length=20, choices=DeadlineKind)
    trigger = models.CharField("起算", max_length=20, choices=Trigger)
    amount = models.PositiveSmallIntegerField("期限(天)")
    unit = models.CharField("单位", max_length=20, choices=UnitChoice)
    roll = models.BooleanField("末日为非工作日时顺延", default=True)
    source = models.CharField("依据", max_length=200)
    effective_from = models.DateField("施行日期")

    objects = DeadlineRuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "期限规则"
        ordering = ["region_id", "kind", "effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "kind", "effective_from"],
                name="deadline_rule_once",
                nulls_distinct=False,
                violation_error_message="该地区同日施行的同类规则已存在。",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=1, amount__lte=rules.LONGEST),
                name="deadline_rule_amount",
                violation_error_message=f"期限天数应为 1 至 {rules.LONGEST} 的整数。",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=DeadlineKind.values), name="deadline_rule_kind"
            ),
            models.CheckConstraint(
                condition=Q(unit__in=UnitChoice.values), name="deadline_rule_unit"
            ),
            models.CheckConstraint(
                condition=Q(trigger__in=Trigger.values), name="deadline_rule_trigger"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region or '全国'}{self.get_kind_display()}：{self.period}（{self.source}）"

    @property
    def period(self) -> str:
        """`20 个工作日`."""
        return f"{self.amount} {self.get_unit_display()}"


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    """Reads on deadlines. Every view starts from `visible_to`."""

    def visible_to(self, user: User) -> "DeadlineQuerySet":
        """Those of the user's own agency and, to read, of the same system below it.

        And those that have been escalated to the user's agency, whatever the system.
        """
        escalated = Q(escalated_on__isnull=False, lead_agency=user.agency_id)
        return self.filter(overseen(user) | escalated)

    def about(self, subject: str, kind: str | None = None) -> "DeadlineQuerySet":
        """The deadlines of one subject, such as `tasks.task:12`."""
        found = self.filter(subject=subject)
        return found.filter(kind=kind) if kind else found

    def open(self) -> "DeadlineQuerySet":
        """Clocks that still run."""
        return self.filter(status=DeadlineStatus.OPEN)

    def pending(self) -> "DeadlineQuerySet":
        """Open, and waiting for a year's arrangement."""
        return self.open().filter(due_on=None)

    def waiting_years(self) -> "models.QuerySet[Any, Any]":
        """The years that open deadlines wait for, with how many: missing_year, number."""
        found = self.pending().order_by("missing_year").values("missing_year")
        return found.annotate(number=models.Count("pk"))

    def tally(self, today: date) -> dict[str, int]:
        """How many are open, overdue and waiting for a calendar, in one query."""
        return self.open().aggregate(
            total=models.Count("pk"),
            overdue=models.Count("pk", filter=Q(due_on__lt=today)),
            pending=models.Count("pk", filter=Q(due_on=None)),
        )

    def overdue(self, today: date) -> "DeadlineQuerySet":
        """Open after the end of their last day."""
        return self.open().filter(due_on__lt=today)

    def due_within(self, today: date, days: int) -> "DeadlineQuerySet":
        """Open and due not later than `days` calendar days from today, overdue ones included."""
        return self.open().filter(due_on__lte=today + timedelta(days=days))

    def urgent_first(self) -> "DeadlineQuerySet":
        """By due date; those that wait for a calendar last."""
        return self.order_by("urgent_on", "pk")


class Deadline(models.Model):
    """One running clock: who must do what until when, and the rule that says so (期限).

    The rule is copied, so that a later change of the rule does not move what already runs.
    """

    subject = models.CharField("对象", max_length=80)
    kind = models.CharField("事项", max_length=20, choices=DeadlineKind)
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="责任单位")
    lead_agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_deadlines",
        verbose_name="牵头单位",
    )
    title = models.CharField("标题", max_length=200)
    link = models.CharField("链接", max_length=200)
    trigger = models.CharField("起算", max_length=20, choices=Trigger, blank=True)
    trigger_on = models.DateField("起算日", null=True, blank=True)
    amount = models.PositiveSmallIntegerField("期限(天)", null=True, blank=True)
    unit = models.CharField("单位", max_length=20, choices=UnitChoice, blank=True)
    roll = models.BooleanField("末日为非工作日时顺延", default=True)
    source = models.CharField("依据", max_length=200)
    cap_on = models.DateField("任务截止日", null=True, blank=True)
    due_on = models.DateField("到期日", null=True, blank=True)
    missing_year = models.PositiveSmallIntegerField("待录入的年份", null=True, blank=True)
    urgent_on = models.GeneratedField(
        expression=Coalesce(F("due_on"), Value(NEVER)),
        output_field=models.DateField(),
        db_persist=True,
        verbose_name="排序日期",
    )
    status = models.CharField(
        "状态",
        max_length=10,
        choices=DeadlineStatus,
        default=DeadlineStatus.OPEN,
        editable=False,
    )
    met_on = models.DateField("完成日", null=True, blank=True, editable=False)
    overdue_on = models.DateField("标记逾期日", null=True, blank=True, editable=False)
    escalated_on = models.DateField("上报牵头单位日", null=True, blank=True, editable=False)
    created_at = models.DateTimeField("建立时间", default=clock.now, editable=False)

    flow = DEADLINE_FLOW
    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "期限"
        ordering = ["urgent_on", "pk"]
        permissions = DEADLINE_FLOW.permissions("deadline")
        indexes = [
            models.Index(
                fields=["agency", "urgent_on", "id"],
                name="deadline_urgent",
                condition=Q(status=DeadlineStatus.OPEN),
            ),
            models.Index(
                fields=["urgent_on", "id"],
                name="deadline_sweep",
                condition=Q(status=DeadlineStatus.OPEN),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind"],
                name="deadline_one_open",
                condition=Q(status=DeadlineStatus.OPEN),
                violation_error_message="该事项的期限已在计算。",
            ),
            models.CheckConstraint(condition=Q(kind__in=DeadlineKind.values), name="deadline_kind"),
            models.CheckConstraint(
                condition=Q(status__in=DeadlineStatus.values), name="deadline_status_known"
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=False, missing_year=None)
                | Q(due_on=None, missing_year__isnull=False),
                name="deadline_due_or_waiting",
            ),
            models.CheckConstraint(
                condition=Q(amount=None, trigger_on=None, trigger="", unit="")
                | Q(amount__gte=1, trigger_on__isnull=False, unit__in=UnitChoice.values),
                name="deadline_counted_or_fixed",
            ),
            models.CheckConstraint(
                condition=~Q(status=DeadlineStatus.MET) | Q(met_on__isnull=False),
                name="deadline_met_on",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.get_kind_display()}）"

    @property
    def is_open(self) -> bool:
        """Whether the clock still runs."""
        return self.status == DeadlineStatus.OPEN

    @property
    def is_late(self) -> bool:
        """Whether it was met after its last day."""
        return bool(self.met_on and self.due_on and self.met_on > self.due_on)

    @property
    def basis(self) -> str:
        """The rule in words: from when, how long, by which text, and the end of the task."""
        if self.amount is None or self.trigger_on is None:
            return self.source
        start = f"{rules.full_day(self.trigger_on)}{self.get_trigger_display()}"
        cap = f"，且不晚于任务截止日{rules.full_day(self.cap_on)}" if self.cap_on else ""
        period = f"{self.amount} {self.get_unit_display()}内{cap}"
        return f"{start}，此后 {period}。依据：{self.source}"


class Reminder(models.Model):
    """That one reminder of one due date has been left; unique, so that none is left twice.

    Unique on what is asked for (the kind of rule), of what (the subject), how near (the level) and
    the due date: a clock that is called off and started anew for the same day says nothing twice.
    A due date that moves gets its own reminders.
    """

    deadline = models.ForeignKey(Deadline, models.CASCADE, related_name="reminders")
    kind = models.CharField("事项", max_length=20, choices=DeadlineKind)
    subject = models.CharField("对象", max_length=80)
    level = models.SmallIntegerField("级别(工作日)")
    due_on = models.DateField("到期日")
    made_at = models.DateTimeField("提醒时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "期限提醒"
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind", "level", "due_on"],
                name="reminder_once",
                violation_error_message="该期限的这一级提醒已发出。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.deadline}：{self.level}"
