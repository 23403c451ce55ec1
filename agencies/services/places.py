"""Regions and systems as they ship, and as a file brings them."""

from collections.abc import Iterable

from django.db import transaction

from agencies import reads
from agencies.imports import shipped_regions, shipped_systems
from agencies.models import Region, System
from agencies.services.accounts import sync_roles
from core.errors import demand

AT_ONCE = 1000


@transaction.atomic
def sync_regions(rows: Iterable[dict[str, str]]) -> int:
    """Create or rename regions given as {code, name, parent?}; returns how many.

    All rows or none; raises DomainError naming the row with a bad code, without a name, or with a
    parent that nobody knows. They count as local: an upgrade leaves their names.
    """
    given = list(rows)
    demand(reads.why_not_sync_regions(given))
    rows = sorted(given, key=lambda row: (bool(row.get("parent")), row["code"]))
    for row in rows:
        Region.objects.update_or_create(
            code=row["code"], defaults={"name": row["name"], "parent_id": row.get("parent")}
        )
    return len(rows)


@transaction.atomic
def sync_reference() -> None:
    """Bring regions, systems and roles into line with what ships. Idempotent; local changes stay."""
    ship_regions(shipped_regions())
    sync_systems()
    sync_roles()


@transaction.atomic
def sync_systems() -> None:
    """Bring the systems into line with what ships."""
    for row in shipped_systems():
        System.objects.update_or_create(
            slug=row["slug"],
            defaults={"name": row["name"], "succeeded_by_id": row.get("succeeded_by")},
        )


@transaction.atomic
def ship_regions(shipped: list[Region]) -> None:
    """Take over what ships: new places, and new names of those whose name nobody has changed.

    A row that was added or corrected here keeps its words; what ships is noted beside it, and the
    page of the regions offers the difference.
    """
    known = Region.objects.in_bulk()
    new = [region for region in shipped if region.pk not in known]
    changed = [
        mine
        for region in shipped
        if (mine := known.pop(region.pk, None)) and _take_over(mine, region)
    ]
    for dropped in known.values():
        if dropped.shipped_name:
            dropped.shipped_name = ""
            changed.append(dropped)
    Region.objects.bulk_create(new, AT_ONCE)
    Region.objects.bulk_update(
        changed, ["name", "parent", "is_zone", "is_local", "shipped_name"], AT_ONCE
    )


def _take_over(mine: Region, shipped: Region) -> bool:
    """Bring the row into line as far as nobody has changed it here; whether anything moved."""
    before = _told(mine)
    if mine.name == mine.shipped_name or mine.name == shipped.name:
        mine.name, mine.is_local = shipped.name, False
        mine.parent_id, mine.is_zone = shipped.parent_id, shipped.is_zone
    mine.shipped_name = shipped.name
    return _told(mine) != before


def _told(region: Region) -> tuple[object, ...]:
    return (
        region.name,
        region.parent_id,
        region.is_zone,
        region.is_local,
        region.shipped_name,
    )
