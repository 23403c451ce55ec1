"""Who maintains which part of the target registry."""

from typing import Any

from django.db import connection

from agencies.models import Agency
from core.errors import NotAllowed
from core.workflow import REFUSED, has_role_permission
from registries.models import Target

ALONE = "SELECT pg_advisory_xact_lock(hashtext('portal.registries'))"
SHARED = "SELECT pg_advisory_xact_lock_shared(hashtext('portal.registries'))"


def hold_registries(*, still: bool = False) -> None:
    """Until the transaction ends: writers share the registries, a freeze (`still`) has them alone.

    A writer takes it before any row, so that the lists a draw freezes are of one moment
    (protocol section 7).
    """
    with connection.cursor() as cursor:
        cursor.execute(ALONE if still else SHARED)


def covers(agency: Agency, region_id: str) -> bool:
    """Whether a region lies in the agency's region or below it."""
    return region_id.startswith(agency.region.prefix)


def may_maintain(actor: Any, action: str, region_id: str) -> bool:
    """Whether `actor` may `add` or `change` targets of a region.

    A role counts in the own region and below: lead and participants build the registry of targets
    together (G18), and who has jurisdiction maintains (G06). `None` is the system.
    """
    if actor is None:
        return True
    return (
        actor.agency_id is not None
        and has_role_permission(actor, action, Target)
        and covers(actor.agency, region_id)
    )


def require_maintain(actor: Any, action: str, region_id: str) -> None:
    """Raise NotAllowed unless `actor` may `add` or `change` targets of a region."""
    if not may_maintain(actor, action, region_id):
        raise NotAllowed(REFUSED)
