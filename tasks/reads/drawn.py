"""When a target was drawn, for its page in the registry, which knows no task."""

from django.db.models import Q, QuerySet

from agencies.models import User, overseen
from registries.models import Target
from tasks.models import Selection
from tasks.models.tasks import AFTER_LOCK


def selections_of(target: Target, reader: User) -> QuerySet[Selection]:
    """The locked lists on which a target stands, of tasks the reader has a part in.

    Before the lock no name is told.
    """
    part = (
        overseen(reader, "task__agency")
        | overseen(reader, "assignments__agency")
        | Q(task__participants=reader.agency_id)
    )
    drawn = Selection.objects.filter(target=target, task__status__in=AFTER_LOCK).filter(part)
    return drawn.select_related("task__agency").order_by("-task__starts_on", "-pk").distinct()
