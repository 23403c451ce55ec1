"""Targets for their pages, and why an act on a target cannot be done now."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from agencies.models import Agency, Region, User
from agencies.reads.regions import why_not_use
from core import clock
from core.errors import Refusal
from registries import rules
from registries.models import Target, TargetKind, TargetStatus
from registries.reads.access import covers, trail_of, why_not_change_target, why_not_maintain
from registries.reads.changes import told

BUSINESSES = frozenset({TargetKind.ENTERPRISE, TargetKind.INDIVIDUAL})
CHECKED = ("code", "kind", "registration_no", "region", "agency", "refreshed_on")


def target_problems(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every field of a target that cannot stand, and why. Fields that are missing are passed over."""
    if {"code", "kind"} <= values.keys():
        problem = rules.explain_target_code(values["code"], values["kind"] in BUSINESSES)
        if problem:
            yield "code", problem
    number = values.get("registration_no")
    if number and not rules.valid_registration_no(number):
        yield "registration_no", "应为 15 位数字，且校验位正确"
    region, agency = values.get("region"), values.get("agency")
    if region and not region.is_county:
        yield "region", f"应填到县区，{region}不是县区"
    elif region and agency and not covers(agency, region.pk):
        yield "agency", f"{agency}不管辖{region}，请核对管辖机关和所在县区"
    for name in ("refreshed_on", "graded_on"):
        if name in values and values[name] > clock.today():
            yield name, "不能晚于今天"


def why_not_save_target(
    target: Target, stored: Target | None, actor: User | None
) -> Refusal | None:
    """Why a validated target cannot stand in the registry, or None.

    stored: what stands there now, locked; None for a new one.
    """
    refusal = (
        _why_not_replace(target, stored, actor)
        if stored
        else why_not_maintain("add", target.region_id, actor)
    )
    if refusal is None and (stored is None or stored.region_id != target.region_id):
        refusal = why_not_use(target.region, clock.today())
    if refusal:
        return refusal
    problems = dict(target_problems({name: getattr(target, name) for name in CHECKED}))
    return Refusal(told(target, problems), code="problems") if problems else None


def _why_not_replace(target: Target, stored: Target, actor: User | None) -> Refusal | None:
    refusal = why_not_change_target(stored, actor)
    if refusal:
        return refusal
    if stored.code != target.code:
        return Refusal(
            "统一社会信用代码是对象在历次抽取中的标识，不能修改。登记有误的请变更登记状态后另行新增。",
            field="code",
            code="code_changed",
        )
    return why_not_change_target(target, actor)


def why_not_set_status(target: Target, status: str, actor: User | None) -> Refusal | None:
    """Why `actor` cannot record this status of the target, or None."""
    refusal = why_not_change_target(target, actor)
    if refusal:
        return refusal
    if status not in TargetStatus.values:
        return Refusal(
            "没有这样的登记状态，请从列表中选择。", field="status", code="unknown_status"
        )
    if status == target.status:
        text = f"登记状态已是“{target.get_status_display()}”，没有改动。"
        return Refusal(text, field="status", code="same_status")
    return None


def why_not_grade(target: Target, graded_on: date, actor: User | None) -> Refusal | None:
    """Why `actor` cannot set a grade of this day, or None."""
    refusal = why_not_change_target(target, actor)
    if refusal or graded_on <= clock.today():
        return refusal
    return Refusal("评定日期不能晚于今天，请核对。", field="graded_on", code="future")


def target_page(target: Target, reader: User) -> dict[str, Any]:
    """One target: its data and grades; its trail for those who maintain it."""
    may_change = why_not_change_target(target, reader) is None
    return {
        "target": target,
        "is_stale": target.is_stale(clock.today()) and target.is_existing,
        "grades": target.grades.select_related("scheme", "grade"),
        "may_change": may_change,
        "trail": trail_of(target) if may_change else [],
    }


def regions_for(agency: Agency) -> QuerySet[Region]:
    """The counties, or cities without counties, in which the agency registers targets."""
    return Region.objects.inside(agency.region).counties()


def jurisdictions_for(agency: Agency) -> QuerySet[Agency]:
    """The agencies that may be in charge of a target in the agency's region: inside and above."""
    code = agency.region_id
    above = [f"{code[:2]}0000", f"{code[:4]}00"]
    found = Q(region__code__startswith=agency.region.prefix) | Q(region__in=above)
    return Agency.objects.filter(found).order_by("region", "code")
