"""Use cases on single targets."""

from datetime import date

from django.db import transaction

from agencies.models import User
from core.audit import record
from core.errors import demand, unique
from registries import reads
from registries.models import Grade, Target, TargetGrade
from registries.reads.changes import apply, changed_fields, labels
from registries.services.holding import share_registries


@transaction.atomic
def save_target(target: Target, *, actor: User | None) -> Target:
    """Save a new or changed target whose fields a form has checked for shape.

    Raises NotAllowed outside the actor's region, DomainError for a wrong or taken code or an
    agency without jurisdiction. The status is changed by `retire_target` only.
    """
    share_registries()
    stored = None
    if target.pk:
        stored = Target.objects.select_for_update(of=("self",)).get(pk=target.pk)
    demand(reads.why_not_save_target(target, stored, actor))
    if stored is None:
        taken = f"代码 {target.code} 已在名录中，请查找后修改，不要重复登记。"
        with unique("registries_target_code_key", taken, field="code"):
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
    share_registries()
    target.refresh_from_db(from_queryset=Target.objects.select_for_update(of=("self",)))
    demand(reads.why_not_set_status(target, status, actor))
    before = target.get_status_display()
    old = target.status
    apply(target, {"status": status})
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
    share_registries()
    demand(reads.why_not_grade(target, graded_on, actor))
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
