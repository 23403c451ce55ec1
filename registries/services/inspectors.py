"""Use cases on single inspectors and their recusals."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from agencies.models import User
from core import clock
from core.audit import record
from core.errors import DomainError, NotAllowed
from core.fields import blind_index
from core.workflow import REFUSED, authorize, can, lock
from registries import rules
from registries.models import Gender, Inspector, Recusal, Target
from registries.services.access import covers, hold_registries
from registries.services.changes import apply, changed_fields, labels, told


def inspector_problems(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every field of an inspector that cannot stand, and why."""
    number = values.get("citizen_id", "")
    problem = rules.explain_citizen_id(number, clock.today()) if number else None
    if problem:
        yield "citizen_id", problem
    elif number and values.get("gender") not in {None, "", rules.gender_of_citizen_id(number)}:
        yield "gender", "与身份证号第 17 位不一致"
    if values.get("is_adviser"):
        return
    if not values.get("certificate_no"):
        yield "certificate_no", "执法检查人员须有执法证号，专家或辅助人员请注明"
    if not values.get("certificate_valid_until"):
        yield "certificate_valid_until", "没有填写执法证有效期"


CHECKED = ("citizen_id", "gender", "is_adviser", "certificate_no", "certificate_valid_until")


@transaction.atomic
def save_inspector(inspector: Inspector, *, actor: User | None) -> Inspector:
    """Save a new or changed inspector of the actor's own agency.

    The gender is taken from the citizen number when it is empty. Raises NotAllowed for another
    agency, DomainError for a wrong or taken citizen number or certificate.
    """
    hold_registries()
    stored = None
    if inspector.pk:
        stored = Inspector.objects.select_for_update(of=("self",)).get(pk=inspector.pk)
        authorize(actor, "change", stored)
    authorize(actor, "change" if stored else "add", inspector)
    if not inspector.gender and rules.valid_citizen_id(inspector.citizen_id, clock.today()):
        inspector.gender = Gender(rules.gender_of_citizen_id(inspector.citizen_id))
    problems = dict(inspector_problems({name: getattr(inspector, name) for name in CHECKED}))
    if problems:
        raise DomainError(told(inspector, problems))
    inspector.citizen_id_index = blind_index(inspector.citizen_id)
    _refuse_taken(inspector)
    if stored is None:
        inspector.save()
        record("registries.add_inspector", inspector, actor, f"新增执法检查人员：{inspector}")
        return inspector
    names = changed_fields(stored, inspector)
    if names:
        inspector.save(update_fields=names)
        record(
            "registries.change_inspector",
            inspector,
            actor,
            f"修改执法检查人员：{inspector}（{labels(inspector, names)}）",
            fields=names,
        )
    return inspector


def _refuse_taken(inspector: Inspector) -> None:
    others = Inspector.objects.exclude(pk=inspector.pk)
    same = others.filter(citizen_id_index=inspector.citizen_id_index).first()
    if same:
        where = "本单位" if same.agency_id == inspector.agency_id else "其他单位"
        raise DomainError(
            f"该身份证号已登记在{where}的名录中，没有重复登记。请核对号码；"
            "如人员已调动，请由原单位办理调出。"
        )
    number = inspector.certificate_no
    if number and others.filter(certificate_no=number).exists():
        raise DomainError(f"执法证号 {number} 已登记在另一人名下，请核对。")
    if inspector.user_id and others.filter(user=inspector.user_id).exists():
        raise DomainError("该账号已与另一名执法检查人员关联，请核对。")


@transaction.atomic
def retire_inspector(inspector: Inspector, *, actor: User | None) -> None:
    """Take an inspector off duty: never drawn again, what was done stays (G13)."""
    hold_registries()
    lock(inspector)
    authorize(actor, "change", inspector)
    if not apply(inspector, {"is_active": False}):
        raise DomainError(f"{inspector}已不在岗，没有改动。")
    inspector.save(update_fields=["is_active"])
    record("registries.retire_inspector", inspector, actor, f"人员离岗：{inspector}")


def may_declare(actor: Any, inspector: Inspector) -> bool:
    """Whether `actor` may declare a recusal: officers for themselves, administrators for theirs."""
    if actor is None:
        return True
    if not actor.has_perm("registries.add_recusal"):
        return False
    return inspector.user_id == actor.pk or can(actor, "change", inspector)


def require_declare(actor: Any, inspector: Inspector) -> None:
    """Raise NotAllowed unless `actor` may declare a recusal of the inspector."""
    if not may_declare(actor, inspector):
        raise NotAllowed(REFUSED)


@transaction.atomic
def declare_recusal(
    inspector: Inspector, target: Target | None, reason: str, *, actor: User | None
) -> Recusal:
    """Keep an inspector away from a target, or from all of them when `target` is None (T14).

    It counts in every draw from now on. Raises NotAllowed for somebody else's recusal,
    DomainError when it is declared already.
    """
    hold_registries()
    lock(inspector)
    require_declare(actor, inspector)
    if target is not None and not _may_be_sent(inspector, target.region_id):
        raise DomainError(f"{target}不在本单位的区域内，不会抽到，无须申报回避。")
    standing = inspector.recusals.filter(ended_on=None, target=target)
    if standing.exists():
        raise DomainError("该人员对该对象已申报回避，无须重复申报。")
    recusal = Recusal.objects.create(
        inspector=inspector, target=target, reason=reason, declared_on=clock.today()
    )
    record(
        "registries.declare_recusal",
        inspector,
        actor,
        f"申报回避：{recusal}",
        recusal=recusal.pk,
    )
    return recusal


def _may_be_sent(inspector: Inspector, region_id: str) -> bool:
    return covers(inspector.agency, region_id) or inspector.also_in.filter(code=region_id).exists()


@transaction.atomic
def end_recusal(recusal: Recusal, *, actor: User | None) -> None:
    """Let a recusal end. Only the administrator of the agency may: nobody judges the own case."""
    hold_registries()
    lock(recusal)
    authorize(actor, "change", recusal.inspector)
    if actor is not None and recusal.inspector.user_id == actor.pk:
        raise NotAllowed("不能解除自己的回避，请由本单位其他管理员办理。")
    if recusal.ended_on is not None:
        raise DomainError("该回避已经解除，没有改动。")
    recusal.ended_on = clock.today()
    recusal.save(update_fields=["ended_on"])
    record(
        "registries.end_recusal",
        recusal.inspector,
        actor,
        f"解除回避：{recusal}",
        recusal=recusal.pk,
    )
