"""What somebody should know before a list is frozen, because afterwards it cannot be mended."""

from collections.abc import Iterator

from agencies.models import Region, System
from draws import drs1
from tasks.eligibility import targets
from tasks.eligibility.headcount import thin_pools
from tasks.eligibility.rules_file import Tier
from tasks.models import Task

SHOWN = 6


def cautions(
    task: Task, tiers: list[Tier], cells: list[targets.Cell], allocation: drs1.Allocation
) -> list[str]:
    """Sentences, the gravest first."""
    return [
        *_floor(allocation),
        *_tiers(tiers, allocation),
        *_ratios(task),
        *_items(task),
        *_thin(task, cells),
        *_stale(cells),
    ]


def _floor(allocation: drs1.Allocation) -> Iterator[str]:
    """The overall floor against what the tiers give (2.7)."""
    spare = sum(share.pool - share.quota for share in allocation.shares.values())
    if allocation.deficit > spare:
        yield (
            f"总数下限 {allocation.need} 户多于能够抽取的 {allocation.have + spare} 户，"
            f"还差 {allocation.deficit - spare} 户无法补足。请核对名录和比例。"
        )
    elif allocation.deficit:
        yield (
            f"各档合计 {allocation.have} 户，低于总数下限 {allocation.need} 户，"
            f"将不分档按抽签号补抽 {allocation.deficit} 户。如不希望补抽，请提高分档比例。"
        )


def _tiers(tiers: list[Tier], allocation: drs1.Allocation) -> Iterator[str]:
    for tier in tiers:
        share = allocation.shares[tier.code]
        if not share.pool + share.forced:
            yield f"“{tier.name}”没有可抽取的对象。请核对等级是否已经录入。"
        elif not share.quota and share.pool:
            yield f"“{tier.name}”有 {share.pool} 户，应抽 0 户，一户也不会抽到。请核对比例或定数。"
        elif tier.count is not None and tier.count > share.pool:
            yield f"“{tier.name}”定数 {tier.count} 户，可抽只有 {share.pool} 户，将全部抽取。"


def _ratios(task: Task) -> Iterator[str]:
    if task.rules["rounding"] in ("down", "half"):
        yield "小数不是进一，实际抽取可能低于规定的“不低于”比例。"
    if task.ratio_ppm < task.line.ratio_ppm:
        yield "总比例低于公布的年度计划，请核对；确需降低的，先调整计划。"


def _items(task: Task) -> Iterator[str]:
    items = list(task.items.select_related("version__agency"))
    known = targets.published(items)
    gone = [item.name for item in items if (item.version.agency_id, item.code) not in known]
    if gone:
        yield f"“{'”“'.join(gone)}”已不在现行公布的清单中，不得检查。请先公布清单。"


def _thin(task: Task, cells: list[targets.Cell]) -> Iterator[str]:
    found = thin_pools(task, cells)
    if not found:
        return
    regions = Region.objects.in_bulk([thin.region for thin in found])
    kinds = System.objects.in_bulk([thin.system for thin in found])
    m = task.rules["inspectors_per_agency"]
    for thin in found[:SHOWN]:
        where = f"{regions[thin.region].name}{kinds[thin.system].name}"
        if thin.people < m:
            yield f"{where}可派 {thin.people} 人，每户要 {m} 人，{thin.targets} 户将无法配齐。"
        else:
            yield (
                f"{where}可派 {thin.people} 人，每户要 {m} 人，"
                f"余量不足 2 人，{thin.targets} 户的检查人员容易被猜到。"
            )
    if len(found) > SHOWN:
        yield f"另有 {len(found) - SHOWN} 处检查人员偏少，请核对人员名录。"


def _stale(cells: list[targets.Cell]) -> Iterator[str]:
    pool = [cell for cell in cells if cell.status != "X"]
    stale, total = sum(cell.stale for cell in pool), sum(cell.count for cell in pool)
    if stale:
        share = -(-stale * 100 // total)
        yield f"可抽对象中有 {stale} 户（{share}%）的名录信息超过一年没有核对，可能抽到已停业的。"
