"""What the rows of a list of targets would change."""

from collections.abc import Iterator
from typing import Any, cast

from agencies.models import Agency, Region
from agencies.reads.regions import why_not_use
from core import clock
from registries.imports import TARGET_COLUMNS, Row
from registries.models import Target, TargetKind
from registries.reads.access import covers
from registries.reads.changes import apply
from registries.reads.preview import (
    ImportPreview,
    RowChange,
    begin,
    compare,
    find_things,
    sort_rows,
)
from registries.reads.targets import target_problems
from registries.reads.words import SCHEMES, target_words

NOT_FIELDS = frozenset({*SCHEMES, "graded_on", "grade_source"})
SOLE_TRADER = "92"


def examine_targets(data: bytes, agency: Agency) -> ImportPreview:
    """What importing a list of targets for an agency would do; targets are known by their code."""
    preview = begin(data, TARGET_COLUMNS, "code", "检查对象")
    find_things(preview.sheet, target_words(agency))
    codes = [row.values["code"] for row in preview.sheet.rows if "code" in row.values]
    stored = {
        target.code: target
        for target in Target.objects.filter(code__in=codes)
        .select_related("agency__region", "region", "trade")
        .prefetch_related("grades__grade", "grades__scheme")
    }
    sort_rows(
        preview, lambda row: _change(preview, row, agency, stored.get(row.values.get("code", "")))
    )
    if "refreshed_on" not in preview.sheet.used:
        today = clock.today()
        for change in preview.unchanged:
            target = cast(Target, change.obj)
            if target.refreshed_on != today:
                preview.refreshed.append(target.pk)
    return preview


def _change(
    preview: ImportPreview, row: Row, agency: Agency, target: Target | None
) -> RowChange | None:
    """The change a row asks for; None when something is wrong with it, which is then noted."""
    sheet = preview.sheet
    if target is not None and not covers(agency, target.region_id):
        sheet.fault(row, "code", "已登记在其他地区的名录中，请由登记地维护")
        return None
    whole = _complete(row, agency, target)
    if "agency" in whole and "region" not in whole and not row.cells.get("region"):
        sheet.fault(row, "region", "请填写所在县区")
    for name, reason in (*target_problems(whole), *_retired(whole.get("region"), target)):
        sheet.fault(row, name, reason)
    if row.number in sheet.bad:
        return None
    if target is None:
        fields = {name: value for name, value in whole.items() if name not in NOT_FIELDS}
        change = RowChange(row, Target(**fields))
    else:
        given = {name: value for name, value in row.values.items() if name not in NOT_FIELDS}
        change = compare(row, target, given)
        if change.fields and "refreshed_on" not in given:
            change.fields += apply(target, {"refreshed_on": clock.today()})
    _add_grades(change, target)
    return change


def _retired(region: Region | None, target: Target | None) -> Iterator[tuple[str, str]]:
    """That nothing new can be registered in the region; what is there already stays."""
    is_new_there = target is None or (region is not None and target.region_id != region.pk)
    if region is not None and is_new_there and why_not_use(region, clock.today()):
        yield "region", f"{region}已撤销，请改填现在的区划"


def _complete(row: Row, agency: Agency, target: Target | None) -> dict[str, Any]:
    """The values of a row with what stands in the registry, or what goes without saying.

    A cell that is filled but wrong is not replaced: it has been told already.
    """
    if target is not None:
        implied = {name: getattr(target, name) for name in ("kind", "agency", "region")}
    else:
        is_sole_trader = row.values.get("code", "").startswith(SOLE_TRADER)
        implied = {
            "kind": TargetKind.INDIVIDUAL if is_sole_trader else TargetKind.ENTERPRISE,
            "agency": agency,
            "refreshed_on": clock.today(),
        }
    blank = {name: value for name, value in implied.items() if not row.cells.get(name)}
    whole = blank | row.values
    place = whole["agency"].region if "agency" in whole else None
    if place and place.is_county and not row.cells.get("region"):
        whole.setdefault("region", place)
    return whole


def _add_grades(change: RowChange, target: Target | None) -> None:
    values = change.row.values
    standing = {grade.scheme_id: grade for grade in target.grades.all()} if target else {}
    for name in SCHEMES:
        grade = values.get(name)
        if grade is None:
            continue
        before = standing.get(grade.scheme_id)
        graded_on = values.get("graded_on") or clock.today()
        same_day = "graded_on" not in values or (before and before.graded_on == graded_on)
        if before and before.grade_id == grade.pk and same_day:
            continue
        change.grades.append((grade, graded_on, values.get("grade_source", "")))
        change.differences.append(
            (str(grade.scheme), str(before.grade) if before else "未评级", str(grade))
        )
