"""The life of an item list version. Statuses and moves are declared here and nowhere else."""

from django.db.models import TextChoices

from core.flow import Flow, Move


class VersionStatus(TextChoices):
    """Where a version of an item list stands."""

    DRAFT = "draft", "编制中"
    PUBLISHED = "published", "已公布"
    SUPERSEDED = "superseded", "已被新版替代"


S = VersionStatus
VERSION_FLOW = Flow(
    Move("publish", "公布清单", frozenset({S.DRAFT}), S.PUBLISHED),
    Move("supersede", "由新版替代", frozenset({S.PUBLISHED}), S.SUPERSEDED),
)
