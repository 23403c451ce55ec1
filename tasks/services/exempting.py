"""Targets that a task inspects in any case, decided and argued by the lead before the freeze (F16)."""

from django.db import IntegrityError, transaction

from agencies.models import User
from core import clock
from core.audit import record
from core.errors import DomainError, IllegalMove
from core.workflow import authorize, lock
from draws.reasons import CAP, PASSED, ExemptionReason, described
from registries.models import Target
from tasks.eligibility import targets
from tasks.flows import TaskStatus
from tasks.models import Exemption, Task


@transaction.atomic
def exempt(
    task: Task, target: Target, ground: str, argument: str, *, actor: User | None
) -> Exemption:
    """Force a target in, whatever the ratio and the annual caps say; the certificate shows why.

    Raises NotAllowed, IllegalMove after the freeze, and DomainError without an argument or for a
    target that may not be inspected at all.
    """
    _must_be_open(task, actor)
    if ground not in ExemptionReason.values:
        raise DomainError("请选择不受频次限制的情形。")
    if not argument.strip():
        raise DomainError("请写明理由和依据，例如投诉件数、文件文号；理由随任务留痕。")
    _must_be_inspectable(task, target)
    try:
        with transaction.atomic():
            exemption = Exemption.objects.create(
                task=task,
                target=target,
                ground=ground,
                argument=argument.strip(),
                decided_by=actor,
                decided_at=clock.now(),
            )
    except IntegrityError:
        raise DomainError(f"“{target}”已经列为不受频次限制，不必重复办理。") from None
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
    _must_be_open(task, actor)
    exemption.delete()
    text = f"取消不受频次限制：{exemption.target}，{task}"
    record("tasks.revoke_exemption", task, actor, text, target=exemption.target.code)


def _must_be_open(task: Task, actor: User | None) -> None:
    lock(task)
    authorize(actor, "change", task)
    if task.status != TaskStatus.DRAFT:
        raise IllegalMove("名单已经封存，不能再增减不受频次限制的对象，请刷新页面后查看最新状态。")


def _must_be_inspectable(task: Task, target: Target) -> None:
    status, reason = targets.verdict(task, target)
    if not status:
        raise DomainError(f"“{target}”不在本次任务的行业和辖区内，不能列入。请核对名录。")
    lifted = reason == PASSED or reason.startswith(CAP)
    if status == "X" and not lifted:
        raise DomainError(
            f"“{target}”{described(reason)[0]}，不能检查，也就不能列入。请先核对名录。"
        )
