"""Use cases on the lines of a draft."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max, QuerySet

from agencies.models import Agency, Region, User
from catalog.flows import VersionStatus
from catalog.models import Item, Trade
from core.audit import record
from core.errors import DomainError, IllegalMove
from core.workflow import authorize, lock
from plans import rules
from plans.flows import PlanStatus
from plans.models import Plan, PlanLine, PlanTier, Rounding, RuleProfile
from registries.models import Grade, Target, TargetGrade, TargetStatus


def check_editable(plan: Plan, *, actor: User | None) -> None:
    """Raise NotAllowed, or IllegalMove once the plan has been submitted."""
    authorize(actor, "change", plan)
    if plan.status != PlanStatus.DRAFT:
        raise IllegalMove(
            f"“{plan}”{plan.get_status_display()}，不能修改。"
            "待审批的可由负责人退回；已公布的请点“调整计划”生成新版本。"
        )


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
    check_editable(plan, actor=actor)
    chosen = Item.objects.filter(pk__in=[item.pk for item in items])
    items = list(chosen.select_related("version__agency"))
    participants, tiers = list(participants), list(tiers)
    _refuse_agencies(plan, participants)
    _refuse_items(plan, items, participants)
    _refuse_tiers(line, tiers)
    is_new = line.pk is None
    line.plan = plan
    if is_new:
        line.position = (plan.lines.aggregate(last=Max("position"))["last"] or 0) + 1
    if line.estimated is None:
        line.estimated = _estimate(plan.agency.region, line, tiers)
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
    check_editable(plan, actor=actor)
    position = line.position
    line.delete()
    for behind in plan.lines.filter(position__gt=position).order_by("position"):
        behind.position -= 1
        behind.save(update_fields=["position"])
    record("plans.delete_line", plan, actor, f"删除计划项：{line}，{plan}")


def registry(region: Region, trade: Trade) -> QuerySet:
    """The targets of a trade inside a region that still exist."""
    return Target.objects.filter(
        trade=trade, region__code__startswith=region.prefix, status=TargetStatus.ACTIVE
    )


def _refuse_agencies(plan: Plan, participants: list[Agency]) -> None:
    barred = [str(agency) for agency in participants if not agency.is_inspecting]
    if barred:
        raise DomainError(
            f"{'、'.join(barred)}是议事协调机构，不具有行政检查主体资格，不能列为参与部门。"
        )
    if plan.agency in participants:
        raise DomainError(f"{plan.agency}是发起部门，不要再列为参与部门。")


def _refuse_items(plan: Plan, items: list[Item], participants: list[Agency]) -> None:
    if not items:
        raise DomainError("请至少选择一项抽查事项。")
    stale = [item.name for item in items if item.version.status != VersionStatus.PUBLISHED]
    if stale:
        raise DomainError(
            f"“{'”“'.join(stale)}”不在现行公布的抽查事项清单中，不得列入计划。"
            "请先公布清单，或改选现行清单中的事项。"
        )
    allowed = {plan.agency_id, *(agency.pk for agency in participants)}
    for item in items:
        if item.version.agency_id not in allowed:
            raise DomainError(
                f"“{item}”是{item.version.agency}的事项。请把该部门列为参与部门，或去掉这一事项。"
            )


def _refuse_tiers(line: PlanLine, tiers: list[tuple[Grade, int]]) -> None:
    if line.scheme is None:
        if tiers:
            raise DomainError("填写了分级比例，请选择分级体系。")
        return
    graded = [grade.pk for grade, _ in tiers]
    if len(set(graded)) != len(graded) or any(
        grade.scheme_id != line.scheme_id for grade, _ in tiers
    ):
        raise DomainError(f"分级比例须按“{line.scheme}”的等级填写，每个等级一行。")
    missing = [grade.name for grade in line.scheme.grades.all() if grade.pk not in graded]
    if missing:
        raise DomainError(
            f"“{line.scheme}”还缺{'、'.join(missing)}的比例，没有比例的等级不会被抽到，请补齐。"
        )


def _estimate(region: Region, line: PlanLine, tiers: list[tuple[Grade, int]]) -> int:
    """The estimate that follows from the registry of the region today."""
    targets = registry(region, line.trade)
    base = targets.count()
    if not base:
        raise DomainError(
            f"名录库中还没有“{line.trade}”的检查对象，算不出预估数量。请填写预估数量。"
        )
    profile = RuleProfile.objects.nearest(region)
    rounding = profile.rounding if profile else Rounding.UP
    graded = dict.fromkeys((grade.pk for grade, _ in tiers), 0)
    if tiers:
        rows = TargetGrade.objects.filter(target__in=targets, grade__in=graded)
        for grade in rows.values_list("grade", flat=True):
            graded[grade] += 1
        _add_ungraded(graded, tiers, base)
    sizes = [(graded[grade.pk], ratio) for grade, ratio in tiers]
    return rules.estimate(base, line.ratio_ppm, rounding, sizes)


def _add_ungraded(graded: dict[int, int], tiers: list[tuple[Grade, int]], base: int) -> None:
    default = next((grade.pk for grade, _ in tiers if grade.is_default), None)
    if default is not None:
        graded[default] += base - sum(graded.values())
