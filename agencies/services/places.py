"""Regions and systems: as they ship, as a file brings them, as they are changed by hand."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from agencies import reads
from agencies.imports import shipped_regions, shipped_systems
from agencies.models import Region, System, User
from agencies.reads import regions
from agencies.services.accounts import sync_roles
from core import clock
from core.audit import record
from core.errors import demand, unique
from core.workflow import lock

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


# By hand -------------------------------------------------------------------------------------


@transaction.atomic
def add_region(code: str, name: str, parent: str, *, is_zone: bool, actor: User | None) -> Region:
    """Add a local place below the region `parent` (a code). Raises what why_not_add_region answers."""
    demand(regions.why_not_add_region(code, name, parent, is_zone, actor))
    with unique("agencies_region_pkey", f"代码 {code} 刚被登记，没有增加。", field="code"):
        region = Region.objects.create(code=code, name=name, parent_id=parent, is_zone=is_zone)
    record(
        "agencies.add_region",
        region,
        actor,
        f"增加区划：{region}（{code}）",
        after={"code": code, "name": name, "parent": parent, "is_zone": is_zone},
    )
    return region


@transaction.atomic
def rename_region(region: Region, name: str, *, actor: User | None) -> None:
    """Correct the name of a region here; what ships stays beside it and an upgrade leaves it."""
    lock(region)
    demand(regions.why_not_rename_region(region, name, actor))
    before, region.name = region.name, name
    region.settled_name = region.shipped_name
    region.save(update_fields=["name", "settled_name"])
    told = f"修改区划名称：{region.pk}，{before}改为{name}"
    record("agencies.rename_region", region, actor, told, before=before, after=name)


@transaction.atomic
def retire_region(region: Region, day: date, *, actor: User | None) -> None:
    """Let a region take no new agencies or targets from `day` on; what is there keeps its words."""
    lock(region)
    demand(regions.why_not_retire(region, actor))
    region.retired_on = day
    region.save(update_fields=["retired_on"])
    told = f"撤销区划：{region}（{region.pk}），自 {day:%Y-%m-%d} 起"
    record("agencies.retire_region", region, actor, told, before=None, after=day.isoformat())


@transaction.atomic
def restore_region(region: Region, *, actor: User | None) -> None:
    """Take a retirement back."""
    lock(region)
    demand(regions.why_not_restore_region(region, actor))
    before, region.retired_on = region.retired_on, None
    region.save(update_fields=["retired_on"])
    told = f"恢复区划：{region}（{region.pk}）"
    record("agencies.restore_region", region, actor, told, before=str(before), after=None)


@transaction.atomic
def adopt_region(region: Region, *, actor: User | None) -> None:
    """Take over what ships for a region that differs: its name, or that there is none any more."""
    lock(region)
    demand(regions.why_not_settle(region, actor))
    if not region.shipped_name:
        demand(regions.why_not_retire(region, actor))
        region.retired_on, region.is_local = clock.today(), True
        region.save(update_fields=["retired_on", "is_local"])
        told = f"采用随附数据：{region}（{region.pk}）已撤销"
        record("agencies.adopt_region", region, actor, told, after=str(region.retired_on))
        return
    before, region.name = region.name, region.shipped_name
    region.is_local, region.settled_name = False, ""
    region.save(update_fields=["name", "is_local", "settled_name"])
    told = f"采用随附名称：{region.pk}，{before}改为{region}"
    record("agencies.adopt_region", region, actor, told, before=before, after=region.name)


@transaction.atomic
def keep_region(region: Region, *, actor: User | None) -> None:
    """Keep what stands here although something else ships; asked again when that changes."""
    lock(region)
    demand(regions.why_not_settle(region, actor))
    if not region.shipped_name:
        region.is_local = True
    region.settled_name = region.shipped_name
    region.save(update_fields=["is_local", "settled_name"])
    shipped = region.shipped_name or "随附数据中没有"
    told = f"保留本地区划：{region}（{region.pk}），不采用随附数据（{shipped}）"
    record("agencies.keep_region", region, actor, told, kept=region.name, shipped=shipped)
