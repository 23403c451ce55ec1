"""The public log of draws, what happened to an opened one, and openings under way (2.8-2.11)."""

from django.core.validators import MinValueValidator
from django.db import models

from agencies.models import Agency, User
from draws.models.draw import Draw


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

    former_label = "tasks.drawrecord"  # as lines of the trail before the move say

    class Meta:
        db_table = "tasks_drawrecord"
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

    former_label = "tasks.drawevent"  # as lines of the trail before the move say

    class Meta:
        db_table = "tasks_drawevent"
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

    former_label = "tasks.opening"  # as lines of the trail before the move say

    class Meta:
        db_table = "tasks_opening"
        verbose_name = verbose_name_plural = "后台计算"

    def __str__(self) -> str:
        return f"{self.draw} {self.done}/{self.total}"
