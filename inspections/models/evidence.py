"""Photos of a visit: the original as it was taken, and a copy that says nothing of where."""

from datetime import datetime

from django.db import models
from django.urls import reverse

from agencies.models import User
from catalog.models import Item
from inspections.models.visits import Section


class EvidenceQuerySet(models.QuerySet):
    """Reads on photos. Every view starts from `visible_to`; the public sees none."""

    def visible_to(self, user: User) -> "EvidenceQuerySet":
        """Photos of sections of agencies the user oversees, and of the tasks it leads.

        Narrower than the form: partner agencies read each other's results, not their photos.
        """
        return self.filter(section__in=Section.objects.visible_to(user))


class Evidence(models.Model):
    """One photo of a section. The original is never served; its digest says that it is unchanged."""

    section = models.ForeignKey(
        Section, models.PROTECT, related_name="evidence", verbose_name="部门记录"
    )
    item = models.ForeignKey(
        Item, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="事项"
    )
    original = models.FileField("原件", max_length=200)
    copy = models.FileField("缩小件", max_length=200)
    thumbnail = models.FileField("缩略图", max_length=200)
    sha256 = models.CharField("原件 SHA-256", max_length=64, editable=False)
    size = models.PositiveIntegerField("原件大小（字节）")
    taken_at = models.DateTimeField("拍摄时间", null=True)
    uploaded_at = models.DateTimeField("上传时间")
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "照片"
        ordering = ["section", "pk"]
        constraints = [
            # A photo sent again after a lost answer is the same photo.
            models.UniqueConstraint(
                fields=["section", "item", "sha256"],
                nulls_distinct=False,
                name="evidence_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section}，照片 {self.sha256[:8]}"

    def get_absolute_url(self) -> str:
        """The copy."""
        return reverse("inspections:evidence", args=[self.pk])

    @property
    def files(self) -> list[models.fields.files.FieldFile]:
        """Original, copy and thumbnail."""
        return [self.original, self.copy, self.thumbnail]

    @property
    def shown_at(self) -> datetime:
        """When it was taken, or else when it came."""
        return self.taken_at or self.uploaded_at
