"""The trail, the inbox and the heartbeat of the background processes."""

from typing import Any

from django.conf import settings
from django.db import models

from core import clock

NAMELESS = "双随机、一公开监管平台"
IDENTITY = "portal:identity"  # under which a process keeps the name and the organisers for a minute


class PortalManager(models.Manager["Portal"]):
    """Reads on the portal itself."""

    def title(self) -> str:
        """What the portal is called: its row, else the setting, else what all of them are."""
        row = self.values_list("name", flat=True).first()
        return row or settings.PORTAL_SITE_NAME or NAMELESS


class Portal(models.Model):
    """What this portal is called: one row, or none (平台名称)."""

    number = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField("平台名称", max_length=40)

    objects = PortalManager()

    class Meta:
        verbose_name = verbose_name_plural = "平台"
        constraints = [
            models.CheckConstraint(condition=models.Q(number=1), name="portal_has_one_row")
        ]

    def __str__(self) -> str:
        return self.name


class AuditEvent(models.Model):
    """One line of the trail: who did what to which object (留痕). Append-only by trigger."""

    at = models.DateTimeField("时间", default=clock.now)
    recorded_at = models.DateTimeField("写入时间", auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="操作人"
    )
    verb = models.CharField("动作", max_length=60)
    subject = models.CharField("对象", max_length=80)
    summary = models.CharField("摘要", max_length=500)
    data = models.JSONField("数据", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "留痕"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["subject", "id"], name="audit_subject")]

    def __str__(self) -> str:
        return self.summary


class AuditSeal(models.Model):
    """A seal over a run of lines of the trail, chained to the seal before it (封条, ADR 11).

    Append-only by trigger. It covers every id from `first_id` to `last_id`; ids of lines that were
    rolled back are missing in `lines` for good.
    """

    number = models.BigIntegerField("封条号", primary_key=True)
    first_id = models.BigIntegerField("起始编号")
    last_id = models.BigIntegerField("截止编号")
    lines = models.BinaryField("逐条指纹")
    previous = models.CharField("上一张封条的指纹", max_length=64)
    digest = models.CharField("指纹", max_length=64, unique=True)
    sealed_at = models.DateTimeField("加封时间")

    class Meta:
        verbose_name = verbose_name_plural = "封条"
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_id__gte=models.F("first_id")), name="seal_covers_something"
            )
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 号封条"


class SealHorizon(models.Model):
    """The line up to which seals may reach once these transactions have ended (ADR 11). One row."""

    last_id = models.BigIntegerField("截止编号")
    writers = models.JSONField("当时在写的事务")

    class Meta:
        verbose_name = verbose_name_plural = "加封界线"

    def __str__(self) -> str:
        return f"加封至 {self.last_id}"


class OutgoingQuerySet(models.QuerySet[Any]):
    """Reads on the outbox."""

    def undelivered(self) -> "OutgoingQuerySet":
        """Given up: refused too often, waiting for a person."""
        return self.filter(sent_at=None, failed_at__isnull=False)

    def put_off(self) -> "OutgoingQuerySet":
        """Failed at least once; tried again by itself."""
        return self.filter(sent_at=None, failed_at=None, attempts__gt=0)


class Outgoing(models.Model):
    """What a row needs to become a mail: sent or not, how often tried, not before when.

    `sent_at` is also set when there is nothing to send: no address, or read in the portal already.
    `failed_at` is set when it was refused so often that it waits for a person (`core.notices`).
    """

    sent_at = models.DateTimeField("发送时间", null=True, editable=False)
    attempts = models.PositiveSmallIntegerField("失败次数", default=0, editable=False)
    retry_at = models.DateTimeField("下次发送不早于", null=True, editable=False)
    last_error = models.CharField("最近一次失败", max_length=200, blank=True, editable=False)
    failed_at = models.DateTimeField("放弃时间", null=True, editable=False)

    objects = OutgoingQuerySet.as_manager()

    class Meta:
        abstract = True


class Digest(Outgoing):
    """The one mail of a working morning to one user; unique, so that none gets two (每日提醒)."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="digests", verbose_name="收件人"
    )
    day = models.DateField("日期")
    created_at = models.DateTimeField("时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "每日提醒"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "day"],
                name="digest_once_a_day",
                violation_error_message="当天的每日提醒已生成。",
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], name="digest_outbox", condition=models.Q(sent_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"每日提醒（{self.day.year}年{self.day.month}月{self.day.day}日）"


class Notice(Outgoing):
    """One message to one user; an unsent row is the outbox (通知).

    What is urgent goes out at once, the rest waits for the digest of the next working morning.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices", verbose_name="收件人"
    )
    text = models.CharField("内容", max_length=300)
    link = models.CharField("链接", max_length=200)
    is_urgent = models.BooleanField("紧急", default=False)
    digest = models.ForeignKey(
        Digest,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="notices",
        verbose_name="所属每日提醒",
    )
    created_at = models.DateTimeField("时间", default=clock.now)
    read_at = models.DateTimeField("阅读时间", null=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notice_inbox"),
            models.Index(
                fields=["id"], name="notice_outbox", condition=models.Q(sent_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Heartbeat(models.Model):
    """When a background process was last seen, by the real clock."""

    name = models.CharField("进程", max_length=20, primary_key=True)
    seen_at = models.DateTimeField("最近一次")

    class Meta:
        verbose_name = verbose_name_plural = "心跳"

    def __str__(self) -> str:
        return self.name
