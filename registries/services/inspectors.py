"""Use cases on single inspectors and their recusals."""

from django.db import transaction

from agencies.models import User
from core import clock
from core.audit import record
from core.errors import demand, unique
from core.fields import blind_index
from core.workflow import lock
from registries import reads, rules
from registries.models import Gender, Inspector, Recusal, Target
from registries.reads.changes import changed_fields, labels
from registries.services.holding import share_registries

# What two people may hold at once only when both are entered in the same moment.
TAKEN = (
    "registries_inspector_citizen_id_index_key",
    "inspector_certificate_once",
    "registries_inspector_user_id_key",
)
TAKEN_JUST_NOW = "身份证号、执法证号或账号刚刚登记在另一人名下，没有保存。请查找后核对。"


@transaction.atomic
def save_inspector(inspector: Inspector, *, actor: User | None) -> Inspector:
    """Save a new or changed inspector of the actor's own agency.

    The gender is taken from the citizen number when it is empty. Raises NotAllowed for another
    agency, DomainError for a wrong or taken citizen number or certificate.
    """
    share_registries()
    stored = None
    if inspector.pk:
        stored = Inspector.objects.select_for_update(of=("self",)).get(pk=inspector.pk)
    if not inspector.gender and rules.valid_citizen_id(inspector.citizen_id, clock.today()):
        inspector.gender = Gender(rules.gender_of_citizen_id(inspector.citizen_id))
    demand(reads.why_not_save_inspector(inspector, stored, actor))
    inspector.citizen_id_index = blind_index(inspector.citizen_id)
    if stored is None:
        with unique(TAKEN, TAKEN_JUST_NOW):
            inspector.save()
        record("registries.add_inspector", inspector, actor, f"新增执法检查人员：{inspector}")
        return inspector
    names = changed_fields(stored, inspector)
    if names:
        with unique(TAKEN, TAKEN_JUST_NOW):
            inspector.save(update_fields=names)
        record(
            "registries.change_inspector",
            inspector,
            actor,
            f"修改执法检查人员：{inspector}（{labels(inspector, names)}）",
            fields=names,
        )
    return inspector


@transaction.atomic
def retire_inspector(inspector: Inspector, *, actor: User | None) -> None:
    """Take an inspector off duty: never drawn again, what was done stays (G13)."""
    share_registries()
    lock(inspector)
    demand(reads.why_not_retire(inspector, actor))
    inspector.is_active = False
    inspector.save(update_fields=["is_active"])
    record("registries.retire_inspector", inspector, actor, f"人员离岗：{inspector}")


@transaction.atomic
def declare_recusal(
    inspector: Inspector, target: Target | None, reason: str, *, actor: User | None
) -> Recusal:
    """Keep an inspector away from a target, or from all of them when `target` is None (T14).

    It counts in every draw from now on. Raises NotAllowed for somebody else's recusal,
    DomainError when it is declared already.
    """
    share_registries()
    lock(inspector)
    demand(reads.why_not_recuse(inspector, target, actor))
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


@transaction.atomic
def end_recusal(recusal: Recusal, *, actor: User | None) -> None:
    """Let a recusal end. Only the administrator of the agency may: nobody judges the own case."""
    share_registries()
    lock(recusal)
    demand(reads.why_not_end_recusal(recusal, actor))
    recusal.ended_on = clock.today()
    recusal.save(update_fields=["ended_on"])
    record(
        "registries.end_recusal",
        recusal.inspector,
        actor,
        f"解除回避：{recusal}",
        recusal=recusal.pk,
    )
