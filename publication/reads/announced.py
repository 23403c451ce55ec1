"""Tasks and draws as public pages list them: which texts are read, what is counted."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from draws.models import Draw
from inspections.flows import SectionStatus
from inspections.models import Section
from tasks.models import ListStanding

DRAW_TEXTS = (
    "plan_text",
    "candidates_text",
    "inspectors_text",
    "recusals_text",
    "result_text",
    "closed_text",
    "secret",
    "roster",
)
# Of a draw and those before and after it: long, and not read for a page unless asked for.
UNREAD = tuple(
    f"{whose}{name}"
    for whose in ("", "supersedes__", "successor__")
    for name in ("candidates_text", "secret", "roster")
)
# Of a task: whether any section of its forms is not published yet.
UNPUBLISHED = Exists(
    Section.objects.filter(inspection__selection__task=OuterRef("pk")).exclude(
        status=SectionStatus.PUBLISHED
    )
)
LISTED = Q(selections__standing=ListStanding.LISTED)


def draws_with_task() -> QuerySet[Draw]:
    """Public draws with everything `disclosure` asks of their task; long texts stay unread."""
    rows = Draw.objects.public().select_related(
        "drawn_for__task__scheme", "drawn_for__task__agency", "agency"
    )
    rows = rows.select_related("consented_by__agency", "supersedes", "successor")
    rows = rows.prefetch_related("drawn_for__task__items", "taking_part", "contributors")
    found: QuerySet[Draw] = rows.defer(*UNREAD)
    return found
