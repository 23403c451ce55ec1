"""What a task asks for until its list is frozen: ratios, rounding, counts, batches, dates."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from agencies.models import User
from core.audit import record
from core.errors import DomainError, demand
from core.workflow import lock
from registries.models import Grade
from tasks.models import Task, TaskTier
from tasks.reads.refusals import why_not_change

ROUNDING = {"up": "进一", "half": "四舍五入", "down": "舍去", "lr": "最大余数"}


@dataclass(frozen=True)
class TierAsked:
    """What one grade is to give: a ratio in millionths, or a fixed count (户)."""

    grade: Grade
    ratio_ppm: int
    count: int | None = None


@dataclass(frozen=True)
class Sampling:
    """How the list is drawn. ratio_ppm: the overall floor, or the ratio without a grading."""

    ratio_ppm: int
    rounding: str
    batches: int = 1
    load_cap: int | None = None
    tiers: tuple[TierAsked, ...] = ()


def apply_sampling(task: Task, sampling: Sampling) -> None:
    """Write the sampling of a task that the caller has locked and authorized.

    Raises DomainError for an unknown rounding, and for tiers that do not fit the grading.
    """
    if sampling.rounding not in ROUNDING:
        raise DomainError("没有这种取整方式，请从列表中选择。")
    _must_fit(task, sampling.tiers)
    task.ratio_ppm, task.batches = sampling.ratio_ppm, sampling.batches
    task.load_cap = sampling.load_cap
    task.rules = task.rules | {"rounding": sampling.rounding}
    task.save(update_fields=["ratio_ppm", "batches", "load_cap", "rules"])
    task.tiers.all().delete()
    TaskTier.objects.bulk_create(
        TaskTier(task=task, grade=tier.grade, ratio_ppm=tier.ratio_ppm, count=tier.count)
        for tier in sampling.tiers
    )


@transaction.atomic
def change_task(
    task: Task, values: dict[str, Any], sampling: Sampling, *, actor: User | None
) -> None:
    """Correct a task whose list is not frozen yet.

    values: validated fields of the task. Raises NotAllowed, IllegalMove after the freeze, and
    DomainError for a sampling that does not fit.
    """
    lock(task)
    demand(why_not_change(task, actor))
    for name, value in values.items():
        setattr(task, name, value)
    task.save(update_fields=list(values))
    apply_sampling(task, sampling)
    record(
        "tasks.change",
        task,
        actor,
        f"修改任务：{task}",
        ratio_ppm=sampling.ratio_ppm,
        rounding=sampling.rounding,
        batches=sampling.batches,
        tiers={tier.grade.slug: tier.count or tier.ratio_ppm for tier in sampling.tiers},
    )


def _must_fit(task: Task, tiers: Iterable[TierAsked]) -> None:
    given = [tier.grade.pk for tier in tiers]
    if task.scheme_id is None:
        if given:
            raise DomainError("本任务不分级，不能填写各等级比例。")
        return
    wanted = {grade.pk: grade.name for grade in task.scheme.grades.all()}
    if len(set(given)) != len(given) or not set(given) <= wanted.keys():
        raise DomainError(f"分级比例须按“{task.scheme}”的等级填写，每个等级一行。")
    missing = [name for pk, name in wanted.items() if pk not in given]
    if missing:
        raise DomainError(f"“{task.scheme}”还缺{'、'.join(missing)}的比例，请补齐。")
