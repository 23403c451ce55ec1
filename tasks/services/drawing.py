"""Freeze a draw of a task: the registries become texts, the draw keeps them (T05, T06, 2.3)."""

from django.db import transaction
from django.urls import reverse

from agencies.models import User
from agencies.services import grant_joint_access
from core.errors import demand
from core.workflow import advance, lock
from draws import drs1
from draws import services as draws
from draws.ceremony_plan import SHORT, Ceremony
from draws.flows import DrawStatus
from draws.models import ContributionKind, Draw, Purpose
from draws.occasion import Occasion
from draws.reads.refusals import why_not_freeze
from registries.services import still_registries
from tasks.eligibility import frame, inspectors
from tasks.models import Task, TaskDraw
from tasks.reads.refusals import (
    why_not_draw_from,
    why_not_freeze_people,
    why_not_freeze_targets,
    why_not_staff,
)

PAGES = {Purpose.TARGETS: "tasks:draw", Purpose.INSPECTORS: "tasks:people"}


@transaction.atomic(durable=True)
def freeze_targets(task: Task, ceremony: Ceremony = SHORT, *, actor: User | None) -> Draw:
    """Freeze list and rules of the first draw and publish their digest (2.3).

    Raises DomainError when nobody can be drawn.
    """
    lock(task)
    demand(why_not_freeze_targets(task, actor))
    advance(task, "freeze", actor=actor)
    occasion = occasion_of(task, Purpose.TARGETS)
    demand(why_not_freeze(occasion, ceremony))
    still_registries()
    draw_id = draw_id_of(task, Purpose.TARGETS)
    frozen = frame.freeze(task, draw_id, ceremony)
    demand(why_not_draw_from(frozen))
    draw = _freeze(task, occasion, Purpose.TARGETS, frozen.texts, frozen.columns, ceremony, actor)
    if frozen.table:
        draws.log(draw, "publish", drs1.digest(frozen.table))
    return draw


@transaction.atomic(durable=True)
def freeze_people(task: Task, ceremony: Ceremony = SHORT, *, actor: User | None) -> Draw:
    """Freeze the roster for the confirmed list (second draw).

    Raises DomainError naming the targets that cannot be staffed.
    """
    lock(task)
    demand(why_not_freeze_people(task, actor))
    occasion = occasion_of(task, Purpose.INSPECTORS)
    demand(why_not_freeze(occasion, ceremony))
    still_registries()
    people = inspectors.of(task)
    demand(why_not_staff(people))
    texts = people.texts(task, draw_id_of(task, Purpose.INSPECTORS), ceremony)
    columns = {"roster": people.codes}
    return _freeze(task, occasion, Purpose.INSPECTORS, texts, columns, ceremony, actor)


def _freeze(
    task: Task,
    occasion: Occasion,
    purpose: str,
    texts: dict[str, str],
    columns: dict[str, object],
    ceremony: Ceremony,
    actor: User | None,
) -> Draw:
    """Have the files kept as a draw of the task, and let every contributor see the task."""
    draw = draws.freeze(
        occasion,
        purpose,
        draw_id_of(task, purpose),
        texts,
        columns,
        ceremony,
        supersedes=task.draws.filter(purpose=purpose, status=DrawStatus.VOIDED).first(),
        actor=actor,
    )
    TaskDraw.objects.create(draw=draw, task=task)
    sealing = draw.contributors.filter(way=ContributionKind.SEALED).select_related("agency")
    invited = [contributor.agency for contributor in sealing]
    strangers = [agency for agency in invited if agency not in occasion.agencies]
    if strangers:
        grant_joint_access(task, strangers)
    return draw


def occasion_of(task: Task, purpose: str) -> Occasion:
    """What a draw of the task is held for: its plan line, whichever version of the plan is in force."""
    return Occasion(
        key=f"plans.planline:{task.line.origin_id or task.line_id}",
        reference=task.number,
        title=task.title,
        link=reverse(PAGES[purpose], args=[task.number]),
        period=f"{task.starts_on}/{task.ends_on}",
        agency=task.agency,
        taking_part=tuple(task.participants.all()),
    )


def draw_id_of(task: Task, purpose: str) -> str:
    """`<task number>-1` draws targets, `-2` people; successors of voided ones go on with 3 and 4."""
    attempts = task.draws.filter(purpose=purpose).count()
    return f"{task.number}-{2 * attempts + (1 if purpose == Purpose.TARGETS else 2)}"
