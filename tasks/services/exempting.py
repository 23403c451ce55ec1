"""Targets that a task inspects in any case, decided and argued by the lead before the freeze (F16)."""

from django.db import transaction

from agencies.models import User
from core import clock
from core.audit import record
from core.errors import DomainError, demand
from core.workflow import lock
from draws.reasons import ExemptionReason
from registries.models import Target
from tasks.models import Exemption, Task
from tasks.reads.refusals import why_not_exempt, why_not_revoke_exemption


@transaction.atomic
def exempt(
    task: Task, target: Target, ground: str, argument: str, *, actor: User | None
) -> Exemption:
    """Force a target in, whatever the ratio and the annual caps say; the certificate shows why.

    Raises NotAllowed, IllegalMove after the freeze, and DomainError without an argument or for a
    target that may not be inspected at all.
    """
    lock(task)
    demand(why_not_exempt(task, target, actor))
    if ground not in ExemptionReason.values:
        raise DomainError("请选择不受频次限制的情形。")
    if not argument.strip():
        raise DomainError("请写明理由和依据，例如投诉件数、文件文号；理由随任务留痕。")
    exemption = Exemption.objects.create(
        task=task,
        target=target,
        ground=ground,
        argument=argument.strip(),
        decided_by=actor,
        decided_at=clock.now(),
    )
    record(
        "tasks.exempt",
        task,
        actor,
        f"列为不受频次限制：{target}（{exemption.get_ground_display()}），{task}",
        target=target.code,
        ground=ground,
        argument=exemption.argument,
    )
    return exemption


@transaction.atomic
def revoke_exemption(exemption: Exemption, *, actor: User | None) -> None:
    """Take an exemption back; the caps count again."""
    task = exemption.task
    lock(task)
    demand(why_not_revoke_exemption(task, actor))
    exemption.delete()
    text = f"取消不受频次限制：{exemption.target}，{task}"
    record("tasks.revoke_exemption", task, actor, text, target=exemption.target.code)
