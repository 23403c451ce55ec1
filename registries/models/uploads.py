"""What came into the registries from files."""

from django.db import models

from agencies.models import Agency, User
from core.fields import EncryptedTextField


class ImportBatch(models.Model):
    """One import: who brought which file and what came of it (G07)."""

    KINDS = (("target", "检查对象"), ("inspector", "执法检查人员"))

    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="单位")
    kind = models.CharField("名录", max_length=10, choices=KINDS)
    filename = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    result = models.JSONField("结果")
    imported_by = models.ForeignKey(User, models.PROTECT, null=True, verbose_name="导入人")
    imported_at = models.DateTimeField("导入时间")

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.filename


class UploadQuerySet(models.QuerySet["Upload"]):
    """Reads on uploads."""

    def visible_to(self, user: User) -> "UploadQuerySet":
        """Only what the user has brought, as long as the user works there."""
        return self.filter(owner=user, agency=user.agency_id)


class Upload(models.Model):
    """A file that waits for its owner to look at the preview; gone once imported or after a day.

    The file may hold citizen numbers, so it is encrypted like them (base64 of its bytes).
    """

    owner = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="上传人")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="单位")
    kind = models.CharField("名录", max_length=10, choices=ImportBatch.KINDS)
    filename = models.CharField("文件名", max_length=200)
    content = EncryptedTextField("文件")
    uploaded_at = models.DateTimeField("上传时间")

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "待导入文件"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.filename

    @property
    def lists_targets(self) -> bool:
        """Whether its rows are targets; otherwise they are inspectors."""
        return self.kind == "target"
