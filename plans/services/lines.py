"""Use cases on the lines of a draft."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max

from agencies.models import Agency, User
from catalog.models import Item
from core.audit import record
from core.errors import DomainError, demand
from core.workflow import lock
from plans import reads
from plans.models import Plan, PlanLine, PlanTier
from registries.models import Grade


@transaction.atomic
def save_line(
    plan: Plan,
    line: PlanLine,
    items: Iterable[Item],
    participants: Iterable[Agency],
    tiers: Iterable[tuple[Grade, int]],
    *,
    actor: User | None,
) -> PlanLine:
    """Add a validated line to a draft, or replace it, with its items, participants and tiers.

    tiers: grade and ratio in millionths, for every grade of the line's scheme, or none.
    A missing estimate is computed from the registry. Raises NotAllowed, IllegalMove, and
    DomainError for items outside the lists in force (C08, X09), items of agencies that do not
    join, participants that may not inspect (X08), and tiers that do not fit the scheme.
    """
    lock(plan)
    chosen = Item.objects.filter(pk__in=[item.pk for item in items])
    items = list(chosen.select_related("version__agency"))
    participants, tiers = list(participants), list(tiers)
    demand(reads.why_not_save_line(plan, line, items, participants, tiers, actor))
    is_new = line.pk is None
    line.plan = plan
    if is_new:
        line.position = (plan.lines.aggregate(last=Max("position"))["last"] or 0) + 1
    if line.estimated is None:
        line.estimated = _estimated(plan, line, tiers)
    line.save()
    line.items.set(items)
    line.participants.set(participants)
    line.tiers.all().delete()
    PlanTier.objects.bulk_create(
        PlanTier(line=line, grade=grade, ratio_ppm=ratio) for grade, ratio in tiers
    )
    verb, done = ("add_line", "新增计划项") if is_new else ("change_line", "修改计划项")
    record(f"plans.{verb}", plan, actor, f"{done}：{line}，{plan}", line=line.pk)
    return line


@transaction.atomic
def delete_line(line: PlanLine, *, actor: User | None) -> None:
    """Take a line out of a draft; the ones behind it move up."""
    plan = line.plan
    lock(plan)
    demand(reads.why_not_change(plan, actor))
    position = line.position
    line.delete()
    for behind in plan.lines.filter(position__gt=position).order_by("position"):
        behind.position -= 1
        behind.save(update_fields=["position"])
    record("plans.delete_line", plan, actor, f"删除计划项：{line}，{plan}")


def _estimated(plan: Plan, line: PlanLine, tiers: reads.Tiers) -> int:
    """What follows from the registry; an empty one leaves the estimate to the drafter."""
    found = reads.estimate(plan.agency.region, line, tiers)
    if found is None:
        raise DomainError(
            f"名录库中还没有“{line.trade}”的检查对象，算不出预估数量。请填写预估数量。",
            field="estimated",
        )
    return found
