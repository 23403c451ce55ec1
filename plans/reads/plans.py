"""What the pages of plans show, and why an act on a plan cannot be done now."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet

from agencies.models import Agency, Region, User
from catalog.flows import VersionStatus
from catalog.models import Item, Trade
from core import clock
from core.audit import subject_of
from core.errors import IllegalMove, Refusal
from core.flow import Move
from core.models import AuditEvent
from core.workflow import why_not, why_not_move
from plans import rules
from plans.flows import PLAN_FLOW, PlanStatus
from plans.models import Plan, PlanLine, Rounding, RuleProfile
from registries.models import Grade, Target, TargetGrade, TargetStatus

STEPS: list[str] = [
    PlanStatus.DRAFT,
    PlanStatus.SUBMITTED,
    PlanStatus.APPROVED,
    PlanStatus.PUBLISHED,
]
STEP_LABELS = ["编制", "审批", "公布", "执行"]
Tiers = Sequence[tuple[Grade, int]]  # grade and ratio in millionths


# Why not -------------------------------------------------------------------------------------


def why_not_add(agency: Agency | None, actor: User | None) -> Refusal | None:
    """Why `actor` cannot draft plans of the agency at all, or None."""
    return why_not(actor, "add", Plan(agency=agency))


def why_not_create_plan(agency: Agency, year: int, actor: User | None) -> Refusal | None:
    """Why `actor` cannot draft the agency's plan of a year, or None: a year has one plan (P01)."""
    refusal = why_not_add(agency, actor)
    existing = Plan.objects.filter(agency=agency, year=year).order_by("-version").first()
    if refusal or existing is None:
        return refusal
    return Refusal(
        f"{year} 年度已有“{existing}”（{existing.get_status_display()}），没有新建。"
        "请在该计划上修改；已公布的，请打开后点“调整计划”。",
        field="year",
        code="year_taken",
        data={"plan": existing.pk},
    )


def why_not_copy(source: Plan, agency: Agency) -> Refusal | None:
    """Why a plan of `agency` cannot start from `source`, or None."""
    if source.agency_id == agency.pk:
        return None
    return Refusal("只能复制本单位的计划。", field="copy_from")


def why_not_change(plan: Plan, actor: User | None) -> Refusal | None:
    """Why `actor` cannot change the plan or its lines, or None: once submitted it is closed."""
    refusal = why_not(actor, "change", plan)
    if refusal or plan.status == PlanStatus.DRAFT:
        return refusal
    return Refusal(
        f"“{plan}”{plan.get_status_display()}，不能修改。"
        "待审批的可由负责人退回；已公布的请点“调整计划”生成新版本。",
        code="closed",
        error=IllegalMove,
    )


def why_not_adjust(plan: Plan, actor: User | None) -> Refusal | None:
    """Why `actor` cannot draft the next version of the plan, or None."""
    refusal = why_not(actor, "add", plan)
    if refusal:
        return refusal
    if plan.status != PlanStatus.PUBLISHED:
        text = "只能调整已公布的计划，请刷新页面后查看最新状态。"
        return Refusal(text, code="illegal_move", error=IllegalMove)
    versions = Plan.objects.filter(agency=plan.agency_id, year=plan.year)
    newer = versions.filter(version__gt=plan.version).first()
    if newer is None:
        return None
    return Refusal(
        f"{plan.year} 年度的第 {newer.version} 版正在办理（{newer.get_status_display()}），"
        "没有另建。请在该版本上修改。",
        code="adjusted",
        data={"plan": newer.pk},
    )


def why_not_submit(plan: Plan, actor: User | None) -> Refusal | None:
    """Why `actor` cannot hand the plan in, or None: no line, or one whose items are not in force."""
    refusal = why_not_move(plan, "submit", actor)
    if refusal:
        return refusal
    lines = list(plan.lines.prefetch_related("items__version"))
    if not lines:
        text = "计划中还没有计划项，没有提交。请先新增计划项。"
        return Refusal(text, code="no_lines")
    return next((stale for line in lines if (stale := _why_stale(line))), None)


def why_not_approve(plan: Plan, actor: User | None) -> Refusal | None:
    """Why `actor` cannot approve the plan, or None: never who submitted it."""
    refusal = why_not_move(plan, "approve", actor)
    if refusal or actor is None or actor.pk != submitter_id(plan):
        return refusal
    text = "提交人不能审批自己提交的计划，请由本单位另一位负责人审批。"
    return Refusal(text, code="own_submission")


def why_not_return(plan: Plan, actor: User | None) -> Refusal | None:
    """Why `actor` cannot send the plan back, or None."""
    return why_not_move(plan, "return", actor)


def why_not_publish(plan: Plan, actor: User | None) -> Refusal | None:
    """Why `actor` cannot put the plan into force, or None."""
    return why_not_move(plan, "publish", actor)


def why_not_save_line(
    plan: Plan,
    line: PlanLine,
    items: list[Item],
    participants: list[Agency],
    tiers: Tiers,
    actor: User | None,
) -> Refusal | None:
    """Why a validated line cannot stand in the plan with these parts, or None.

    items: with their version and its agency. Sources: C08, X08, X09, F13.
    """
    return (
        why_not_change(plan, actor)
        or _why_not_agencies(plan, participants)
        or _why_not_items(plan, items, participants)
        or _why_not_tiers(line, tiers)
    )


def _why_stale(line: PlanLine) -> Refusal | None:
    items = list(line.items.all())
    stale = [item.name for item in items if item.version.status != VersionStatus.PUBLISHED]
    if items and not stale:
        return None
    what = f"的“{'”“'.join(stale)}”" if stale else ""
    return Refusal(
        f"第 {line.position} 项“{line}”{what}没有现行公布的抽查事项，计划没有提交。"
        "请打开该项，重新选择抽查事项。",
        code="stale_items",
        data={"line": line.pk},
    )


def _why_not_agencies(plan: Plan, participants: list[Agency]) -> Refusal | None:
    barred = [str(agency) for agency in participants if not agency.is_inspecting]
    if barred:
        text = f"{'、'.join(barred)}是议事协调机构，不具有行政检查主体资格，不能列为参与部门。"
        return Refusal(text, field="participants", code="coordinator")
    if plan.agency in participants:
        text = f"{plan.agency}是发起部门，不要再列为参与部门。"
        return Refusal(text, field="participants", code="own_agency")
    return None


def _why_not_items(plan: Plan, items: list[Item], participants: list[Agency]) -> Refusal | None:
    if not items:
        return Refusal("请至少选择一项抽查事项。", field="items", code="no_items")
    stale = [item.name for item in items if item.version.status != VersionStatus.PUBLISHED]
    if stale:
        return Refusal(
            f"“{'”“'.join(stale)}”不在现行公布的抽查事项清单中，不得列入计划。"
            "请先公布清单，或改选现行清单中的事项。",
            field="items",
            code="stale_items",
        )
    allowed = {plan.agency_id, *(agency.pk for agency in participants)}
    foreign = next((item for item in items if item.version.agency_id not in allowed), None)
    if foreign is None:
        return None
    return Refusal(
        f"“{foreign}”是{foreign.version.agency}的事项。请把该部门列为参与部门，或去掉这一事项。",
        field="items",
        code="foreign_item",
    )


def _why_not_tiers(line: PlanLine, tiers: Tiers) -> Refusal | None:
    if line.scheme is None:
        text = "填写了分级比例，请选择分级体系。"
        return Refusal(text, field="scheme", code="no_scheme") if tiers else None
    graded = [grade.pk for grade, _ in tiers]
    strange = any(grade.scheme_id != line.scheme_id for grade, _ in tiers)
    if strange or len(set(graded)) != len(graded):
        text = f"分级比例须按“{line.scheme}”的等级填写，每个等级一行。"
        return Refusal(text, field="tiers", code="strange_tiers")
    lacking = [grade.name for grade in line.scheme.grades.all() if grade.pk not in graded]
    if not lacking:
        return None
    return Refusal(
        f"“{line.scheme}”还缺{'、'.join(lacking)}的比例，没有比例的等级不会被抽到，请补齐。",
        field="tiers",
        code="tiers_lacking",
    )


# What a page shows ---------------------------------------------------------------------------

WHY_NOT: dict[str, Callable[[Plan, User | None], Refusal | None]] = {
    "submit": why_not_submit,
    "return": why_not_return,
    "approve": why_not_approve,
    "publish": why_not_publish,
}


@dataclass(frozen=True, slots=True)
class PlanMoves:
    """What a person may make of a plan now, and what stands in the way of the rest, as sentences."""

    open: list[Move]
    reasons: list[str]


def moves_of(plan: Plan, actor: User) -> PlanMoves:
    """The moves of a plan for its page. That it has no lines is said where they would stand."""
    found: list[Move] = []
    reasons: list[str] = []
    for move in PLAN_FLOW.moves_from(plan.status):
        if move.name not in WHY_NOT:
            continue
        refusal = WHY_NOT[move.name](plan, actor)
        if refusal is None:
            found.append(move)
        elif refusal.reason and refusal.code != "no_lines":
            reasons.append(refusal.reason)
    return PlanMoves(found, reasons)


def may_launch(plan: Plan, actor: User) -> bool:
    """Whether the lines of the plan offer a task; the room of the tasks decides when it is asked."""
    own = plan.status == PlanStatus.PUBLISHED and plan.agency_id == actor.agency_id
    return own and actor.has_perm("tasks.add_task")


def newer_version(plan: Plan, user: User) -> Plan | None:
    """The last later version of the same year that the user may see."""
    same_year = Plan.objects.visible_to(user).filter(agency=plan.agency_id, year=plan.year)
    return same_year.filter(version__gt=plan.version).order_by("-version").first()


def steps_of(plan: Plan) -> list[dict[str, str]]:
    """The steps of the plan's life with the current one marked."""
    at = STEPS.index(plan.status) if plan.status in STEPS else len(STEPS)
    states = ["done" if number < at else "current" for number in range(at + 1)]
    states += ["todo"] * len(STEPS)
    return [
        {"label": label, "state": state} for label, state in zip(STEP_LABELS, states, strict=False)
    ]


def missing_year(user: User) -> dict[str, Any] | None:
    """This year and the last plan to copy, when the user may draft the year's missing plan."""
    year = clock.today().year
    if why_not_add(user.agency, user):
        return None
    own = list(Plan.objects.filter(agency=user.agency).order_by("-year", "-version"))
    if any(plan.year == year for plan in own):
        return None
    return {"year": year, "source": own[0] if own else None}


def proposal(agency: Agency, *, copies: bool) -> dict[str, Any]:
    """What a new plan starts with: the next year without a plan, copied from the last if asked."""
    plans = Plan.objects.filter(agency=agency)
    last = plans.aggregate(year=Max("year"))["year"]
    year = max(clock.today().year, (last or 0) + 1)
    source = plans.order_by("-year", "-version").first()
    return {
        "year": year,
        "title": f"{agency}{year}年度随机抽查计划",
        "copy_from": source if copies else None,
    }


def submitter_id(plan: Plan) -> int | None:
    """Who submitted the plan last, as the trail says."""
    return _last(plan, "plans.submit").values_list("actor_id", flat=True).first()


def return_reason(plan: Plan) -> str:
    """Why the plan was sent back last; empty if it never was."""
    data = _last(plan, "plans.return").values_list("data", flat=True).first()
    return data["reason"] if data else ""


def _last(plan: Plan, verb: str) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(subject=subject_of(plan), verb=verb).order_by("-pk")


# Numbers ---------------------------------------------------------------------------


def estimate(region: Region, line: PlanLine, tiers: Tiers) -> int | None:
    """How many a line would draw from the registry of the region today (户); None when it is empty."""
    targets = _existing(region, line.trade)
    base = targets.count()
    if not base:
        return None
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


def _existing(region: Region, trade: Trade) -> QuerySet[Target]:
    """The targets of a trade inside a region that still exist."""
    return Target.objects.within(region).filter(trade=trade, status=TargetStatus.ACTIVE)


def _add_ungraded(graded: dict[int, int], tiers: Iterable[tuple[Grade, int]], base: int) -> None:
    default = next((grade.pk for grade, _ in tiers if grade.is_default), None)
    if default is not None:
        graded[default] += base - sum(graded.values())
