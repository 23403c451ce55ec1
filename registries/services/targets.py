"""Use cases on single targets."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import transaction

from agencies.models import User
from core import clock
from core.audit import record
from core.errors import DomainError
from registries import rules
from registries.models import Grade, Target, TargetGrade, TargetKind, TargetStatus
from registries.services.access import covers, hold_registries, require_maintain
from registries.services.changes import apply, changed_fields, labels, told

COUNTY = 6
BUSINESSES = frozenset({TargetKind.ENTERPRISE, TargetKind.INDIVIDUAL})


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
    if region and len(region.prefix) < COUNTY:
        yield "region", f"应填到县区，{region}不是县区"
    elif region and agency and not covers(agency, region.pk):
        yield "agency", f"{agency}不管辖{region}，请核对管辖机关和所在县区"
    for name in ("refreshed_on", "graded_on"):
        if name in values and values[name] > clock.today():
            yield name, "不能晚于今天"


CHECKED = ("code", "kind", "registration_no", "region", "agency", "refreshed_on")


@transaction.atomic
def save_target(target: Target, *, actor: User | None) -> Target:
    """Save a new or changed target whose fields a form has checked for shape.

    Raises NotAllowed outside the actor's region, DomainError for a wrong or taken code or an
    agency without jurisdiction. The status is changed by `retire_target` only.
    """
    hold_registries()
    stored = None
    if target.pk:
        stored = Target.objects.select_for_update(of=("self",)).get(pk=target.pk)
        require_maintain(actor, "change", stored.region_id)
        if stored.code != target.code:
            raise DomainError(
                "统一社会信用代码是对象在历次抽取中的标识，不能修改。登记有误的请变更登记状态后另行新增。"
            )
    require_maintain(actor, "change" if stored else "add", target.region_id)
    problems = dict(target_problems({name: getattr(target, name) for name in CHECKED}))
    if problems:
        raise DomainError(told(target, problems))
    if Target.objects.filter(code=target.code).exclude(pk=target.pk).exists():
        raise DomainError(f"代码 {target.code} 已在名录中，请查找后修改，不要重复登记。")
    if stored is None:
        target.save()
        record("registries.add_target", target, actor, f"新增检查对象：{target}")
        return target
    names = [name for name in changed_fields(stored, target) if name != "status"]
    if names:
        target.save(update_fields=names)
        record(
            "registries.change_target",
            target,
            actor,
            f"修改检查对象：{target}（{labels(target, names)}）",
            fields=names,
        )
    return target


@transaction.atomic
def retire_target(target: Target, status: str, *, actor: User | None) -> None:
    """Record that a target is gone, or that it exists again; all but 存续 keep it out of draws."""
    if status not in TargetStatus.values:
        raise DomainError("没有这样的登记状态，请从列表中选择。")
    hold_registries()
    target.refresh_from_db(from_queryset=Target.objects.select_for_update(of=("self",)))
    require_maintain(actor, "change", target.region_id)
    before = target.get_status_display()
    old = target.status
    if not apply(target, {"status": status}):
        raise DomainError(f"登记状态已是“{before}”，没有改动。")
    target.save(update_fields=["status"])
    record(
        "registries.retire_target",
        target,
        actor,
        f"登记状态：{target}，{before} → {target.get_status_display()}",
        before=old,
        after=target.status,
    )


@transaction.atomic
def grade_target(
    target: Target, grade: Grade, graded_on: date, source: str, *, actor: User | None
) -> TargetGrade:
    """Set a target's grade in the scheme of the grade, dated and sourced (G15, G16)."""
    hold_registries()
    require_maintain(actor, "change", target.region_id)
    if graded_on > clock.today():
        raise DomainError("评定日期不能晚于今天，请核对。")
    before = TargetGrade.objects.filter(target=target, scheme=grade.scheme_id).first()
    written, _ = TargetGrade.objects.update_or_create(
        target=target,
        scheme_id=grade.scheme_id,
        defaults={"grade": grade, "graded_on": graded_on, "source": source},
    )
    old = before.grade.name if before else "未评级"
    record(
        "registries.grade_target",
        target,
        actor,
        f"{grade.scheme}：{target}，{old} → {grade}（{graded_on}）",
        scheme=grade.scheme_id,
        after=grade.slug,
    )
    return written
