"""Who may seal a value for a draw, and which agencies can be asked to (2.5)."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from agencies.models import ROLE_PREFIX, Agency, User
from agencies.roles import ROLES

CONTRIBUTE = "draws.contribute_contributor"


def sealers() -> QuerySet[User]:
    """Who may seal and open a value for the own agency."""
    names = [
        f"{ROLE_PREFIX}{slug}" for slug, role in ROLES.items() if CONTRIBUTE in role.permissions
    ]
    return User.objects.filter(is_active=True, groups__name__in=names).distinct()


def contributors_for(lead: Agency, taking_part: Sequence[Agency]) -> list[Agency]:
    """Who may seal a value: who takes part, then bodies above or beside that coordinate.

    Only agencies where somebody active holds the permission: nobody else could ever seal.
    """
    region = lead.region.code
    upper = {f"{region[:2]}0000", f"{region[:4]}00"} - {region}
    superior = Q(system=lead.system_id, region__in=upper)
    coordinating = Q(is_inspecting=False, region__in={*upper, region})
    above = Agency.objects.filter(superior | coordinating).order_by("region", "code")
    chosen = {agency.pk: agency for agency in [*taking_part, *above]}
    chosen.pop(lead.pk, None)
    able = set(sealers().filter(agency__in=chosen).values_list("agency_id", flat=True))
    return [agency for pk, agency in chosen.items() if pk in able]
