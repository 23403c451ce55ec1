"""Which draws a task has had. A draw itself knows no task."""

from django.db import models

from draws.models import Draw
from tasks.models.tasks import Task


class TaskDraw(models.Model):
    """One draw of a task (contracts section 4). The row is kept for ever, by trigger."""

    draw = models.OneToOneField(
        Draw, models.PROTECT, primary_key=True, related_name="drawn_for", verbose_name="抽取"
    )
    task = models.ForeignKey(Task, models.PROTECT, related_name="drawn", verbose_name="任务")

    class Meta:
        verbose_name = verbose_name_plural = "任务的抽取"
        ordering = ["-draw"]

    def __str__(self) -> str:
        return str(self.draw)
