"""What the page of the regions shows, and why a region cannot be changed now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from agencies.models import Region, User
from agencies.reads.settings import Mark
from agencies.rules import region_above
from core import clock
from core.errors import Refusal
from core.workflow import why_not_role

# Why not -------------------------------------------------------------------------------------


def why_not_change_regions(actor: User | None) -> Refusal | None:
    """Why `actor` cannot add, correct or retire regions, or None."""
    return why_not_role(actor, "change", Region)


def why_not_add_region(
    code: str, name: str, parent: str, is_zone: bool, actor: User | None
) -> Refusal | None:
    """Why a local region cannot be added, or None. parent: a code."""
    return (
        why_not_change_regions(actor)
        or _why_taken(code)
        or _why_not_below(code, parent, is_zone)
        or _why_ambiguous(name, parent, "")
    )


def _why_taken(code: str) -> Refusal | None:
    known = Region.objects.filter(pk=code).first()
    if known is None:
        return None
    text = f"代码 {code} 已是“{known}”，没有增加。名称有误的，请在它的页面修改名称。"
    return Refusal(text, field="code", code="taken")


def _why_not_below(code: str, parent: str, is_zone: bool) -> Refusal | None:
    """A region belongs to the one whose digits it begins with: who sees what follows from codes."""
    known = Region.objects.in_bulk(
        [parent, f"{code[:2]}0000", f"{code[:4]}00"],
    )
    above = known.get(parent)
    if above is None:
        return Refusal(
            f"没有代码为 {parent} 的区划，没有增加。请填上级的 6 位代码。", field="parent"
        )
    expected = region_above(code, known.keys())
    if expected != parent:
        told = f"{known[expected]}（{expected}）" if expected in known else "没有登记的区划"
        text = (
            f"代码 {code} 按位数属于{told}，不属于{above}（{parent}），没有增加。请核对代码和上级。"
        )
        return Refusal(text, field="parent", code="wrong_parent")
    if above.is_retired(clock.today()):
        return Refusal(f"上级{above}已撤销，没有增加。请填现行的上级。", field="parent")
    if above.is_county and not is_zone:
        text = (
            f"{above}不设县区，单位和检查对象登记在市一级，没有增加。"
            "开发区、园区等请勾选“功能区”再增加，市一级照常登记。"
        )
        return Refusal(text, field="is_zone", code="city_without_counties")
    return None


def _why_ambiguous(name: str, parent: str | None, own: str) -> Refusal | None:
    """Two places of one name under one parent could not be told apart in a sheet."""
    same = Region.objects.filter(parent=parent, name=name).exclude(pk=own).first()
    if same is None:
        return None
    text = f"同一上级下已有“{name}”（{same.pk}），没有保存。请换一个能区分的名称。"
    return Refusal(text, field="name", code="same_name")


def why_not_rename_region(region: Region, name: str, actor: User | None) -> Refusal | None:
    """Why the region cannot be called so, or None."""
    refusal = why_not_change_regions(actor)
    if refusal:
        return refusal
    if name == region.name:
        return Refusal("名称没有变化，没有保存。", field="name", code="same")
    return _why_ambiguous(name, region.parent_id, region.pk)


def why_not_retire(region: Region, actor: User | None) -> Refusal | None:
    """Why the region cannot be retired on any day, or None."""
    refusal = why_not_change_regions(actor)
    if refusal:
        return refusal
    if region.retired_on:
        return Refusal(f"{region}已登记撤销，没有改动。", code="retired")
    below = region.children.filter(retired_on=None).count()
    if below:
        text = f"{region}下面还有 {below} 个区划没有登记撤销，没有改动。请先逐个撤销。"
        return Refusal(text, code="has_parts")
    return None


def why_not_restore_region(region: Region, actor: User | None) -> Refusal | None:
    """Why the retirement cannot be taken back, or None."""
    refusal = why_not_change_regions(actor)
    if refusal:
        return refusal
    if region.retired_on is None:
        return Refusal(f"{region}没有登记撤销，没有改动。", code="standing")
    if region.parent and region.parent.retired_on:
        text = f"上级{region.parent}已登记撤销，没有改动。请先恢复上级。"
        return Refusal(text, code="parent_retired")
    return None


def why_not_settle(region: Region, actor: User | None) -> Refusal | None:
    """Why there is nothing to decide about what ships for the region, or None."""
    refusal = why_not_change_regions(actor)
    if refusal or Region.objects.differing().filter(pk=region.pk).exists():
        return refusal
    return Refusal(f"{region}与随附数据没有待定的不同，没有改动。", code="no_difference")


def why_not_use(region: Region, day: date) -> Refusal | None:
    """Why nothing new can be registered in the region on the day, or None."""
    if not region.is_retired(day):
        return None
    text = f"{region}已于 {region.retired_on:%Y-%m-%d} 撤销，不能登记新的单位和对象，没有保存。请改填现在的区划。"
    return Refusal(text, field="region", code="region_retired")


# What a page shows ---------------------------------------------------------------------------

TABS = {
    "local": "本地增加",
    "zones": "功能区",
    "retired": "已撤销",
    "differing": "与随附数据不同",
}


def marks(region: Region, differing: bool) -> list[Mark]:
    """Where a region comes from and whether it still counts."""
    found = []
    if region.is_local:
        found.append(Mark("neutral", "本地增加", "plus"))
    if region.is_zone:
        found.append(Mark("neutral", "功能区（不在国家标准内）", "flag"))
    if not region.is_local and not region.is_zone:
        found.append(Mark("neutral", "国家标准", "books"))
    if not region.is_local and region.shipped_name not in ("", region.name):
        found.append(Mark("neutral", "名称已在本地修改", "pen"))
    if region.retired_on:
        day = region.retired_on
        words = "已撤销" if region.is_retired(clock.today()) else f"{day:%Y-%m-%d} 撤销"
        found.append(Mark("wait", words, "minus"))
    if differing:
        found.append(Mark("wait", "与随附数据不同", "alert"))
    return found


@dataclass(frozen=True, slots=True)
class RegionLine:
    """A region in a list."""

    region: Region
    marks: list[Mark]


def region_lines(regions: Iterable[Region]) -> list[RegionLine]:
    """Regions with their marks; one query for all."""
    rows = list(regions)
    codes = [row.pk for row in rows]
    differing = set(Region.objects.differing().filter(pk__in=codes).values_list("pk", flat=True))
    return [RegionLine(row, marks(row, row.pk in differing)) for row in rows]


def regions_asked(text: str, tab: str) -> Any:
    """The regions that a search and a tab ask for; without either the provinces."""
    regions = Region.objects.select_related("parent")
    if not text and not tab:
        return regions.filter(parent=None)
    if text:
        regions = regions.matching(text)
    if tab == "differing":
        return regions.differing()
    chosen: dict[str, dict[str, Any]] = {
        "local": {"is_local": True},
        "zones": {"is_zone": True},
        "retired": {"retired_on__isnull": False},
    }
    return regions.filter(**chosen.get(tab, {}))


def region_page(region: Region, reader: User) -> dict[str, Any]:
    """One region: what it is, what lies above and below it, and what `reader` may do."""
    is_differing = Region.objects.differing().filter(pk=region.pk).exists()
    may_change = why_not_change_regions(reader) is None
    return {
        "region": region,
        "above": _above(region),
        "marks": marks(region, is_differing),
        "lines": region_lines(region.children.all()),
        "is_differing": is_differing,
        "may_change": may_change,
        "may_add": may_change and len(region.prefix) < 6,
        "why_not_retire": why_not_retire(region, reader),
        "may_restore": why_not_restore_region(region, reader) is None,
    }


def _above(region: Region) -> list[Region]:
    """What lies above, the province first."""
    found: list[Region] = []
    at = region.parent
    while at is not None:
        found.insert(0, at)
        at = at.parent
    return found
