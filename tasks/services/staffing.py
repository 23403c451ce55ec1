"""What the second draw asks of its people: specialties and how many targets each may get."""

from collections.abc import Iterable

from django.db import transaction

from agencies.models import User
from core.audit import record
from core.errors import DomainError, demand
from core.workflow import lock
from draws import drs1
from tasks.eligibility import inspectors
from tasks.models import Need, Task
from tasks.reads.refusals import why_not_arrange_staffing


@transaction.atomic
def arrange_staffing(
    task: Task, load_cap: int | None, needs: Iterable[tuple[str, str]], *, actor: User | None
) -> None:
    """Set the load cap and the specialties, as (system, specialty), before people are frozen.

    Raises IllegalMove once the people are frozen, DomainError for what cannot stand in the files.
    """
    lock(task)
    demand(why_not_arrange_staffing(task, actor))
    wanted = sorted(set(needs))
    known = inspectors.systems(task)
    for system, specialty in wanted:
        if system not in known or inspectors.tags(specialty) != {specialty}:
            raise DomainError(f"“{specialty}”不能作为专业要求，没有改动。请从列表中选择。")
        try:
            drs1.file_text("DRS1-candidates", task.number, [("x", f"{system}:{specialty}")])
        except drs1.Refused:
            raise DomainError(f"“{specialty}”含有不能写入抽取文件的字符，没有改动。") from None
    if load_cap is not None and not 1 <= load_cap <= inspectors.NO_LIMIT:
        raise DomainError("每人最多负责的户数须为正整数，没有改动。")
    task.load_cap = load_cap
    task.save(update_fields=["load_cap"])
    task.needs.all().delete()
    Need.objects.bulk_create(
        Need(task=task, system_id=system, specialty=specialty) for system, specialty in wanted
    )
    words = "、".join(f"{known[system]}{specialty}" for system, specialty in wanted) or "不限专业"
    limit = f"每人最多 {load_cap} 户" if load_cap else "不限户数"
    record("tasks.arrange_staffing", task, actor, f"调整配人条件：{words}，{limit}")
