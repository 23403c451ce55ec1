"""What everybody adds to the seed of a draw, and what was read of the public beacon (2.5)."""

from django.db import models
from django.db.models import Q

from agencies.models import Agency, User
from draws.models.draw import Draw


class ContributionKind(models.TextChoices):
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
    way = models.CharField("方式", max_length=6, choices=ContributionKind.choices)
    is_outside = models.BooleanField("不属于组织单位", default=False)
    commit = models.CharField("密封值", max_length=64, blank=True)
    committed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    committed_at = models.DateTimeField("提交时间", null=True)
    value = models.CharField("公开的值", max_length=200, blank=True)
    speaker = models.CharField("念出人", max_length=60, blank=True)
    revealed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    revealed_at = models.DateTimeField("公开时间", null=True)

    former_label = "tasks.contributor"  # as lines of the trail before the move say

    class Meta:
        db_table = "tasks_contributor"
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

    former_label = "tasks.beaconentry"  # as lines of the trail before the move say

    class Meta:
        db_table = "tasks_beaconentry"
        verbose_name = verbose_name_plural = "公共随机源录入"
        ordering = ["draw", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "entered_by"], name="beacon_once_per_person"),
        ]

    def __str__(self) -> str:
        return self.value
