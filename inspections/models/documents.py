"""The papers of a visit as rows."""

from django.db import models
from django.urls import reverse

from inspections.models.visits import Inspection


class Document(models.Model):
    """A paper of the inspection as a row: approval form and notice (凡检查必审批、必通知)."""

    class Kind(models.TextChoices):
        """The two papers made at dispatch; PDFs are rendered from these rows."""

        APPROVAL = "approval", "行政检查审批表"
        NOTICE = "notice", "行政检查通知书"

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="documents")
    kind = models.CharField("文书", max_length=10, choices=Kind.choices)
    number = models.CharField("文号", max_length=60, unique=True)
    content = models.JSONField("内容")
    created_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = verbose_name_plural = "检查文书"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "kind"], name="document_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    def get_absolute_url(self) -> str:
        """The paper as PDF."""
        return reverse(f"inspections:{self.kind}_pdf", args=[self.inspection_id])
