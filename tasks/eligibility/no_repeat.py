"""Items that were inspected without findings this year and are not inspected again (F17)."""

from collections.abc import Iterable

from catalog.models import Item
from registries.models import ItemPass, Target
from tasks.eligibility.targets import system_of
from tasks.models import Task


def passed_items(task: Task, targets: Iterable[Target]) -> dict[int, dict[int, ItemPass]]:
    """For each target's pk, the items (by pk) that the form leaves off, with the pass behind each.

    The same stable item code, the same agency, the same calendar year (contracts section 4): the
    agency of the target's county that executes the item, or the one that publishes it. A target
    that is exempt is inspected in full.
    """
    if not task.rules["forbids_repeat"]:
        return {}
    exempt = set(task.exemptions.values_list("target_id", flat=True))
    regions = {t.pk: t.region_id for t in targets if t.pk not in exempt}
    items: dict[str, list[Item]] = {}
    for item in task.items.select_related("version__agency__system"):
        items.setdefault(item.code, []).append(item)
    passes = ItemPass.objects.filter(
        target__in=list(regions), item_code__in=list(items), passed_on__year=task.starts_on.year
    )
    found: dict[int, dict[int, ItemPass]] = {}
    for one in passes.select_related("agency").order_by("passed_on", "pk"):
        for item in items[one.item_code]:
            if _is_same_agency(one, item, regions[one.target_id]):
                found.setdefault(one.target_id, {})[item.pk] = one
    return found


def _is_same_agency(one: ItemPass, item: Item, region: str) -> bool:
    executes = one.agency.system_id == system_of(item) and one.agency.region_id == region
    return executes or one.agency_id == item.version.agency_id
