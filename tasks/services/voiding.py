"""Void a draw of a task: what it brought is taken back, and the task starts over (protocol 2.11)."""

from django.db import transaction

from agencies.models import User
from core import clock
from core.errors import demand
from core.workflow import advance, lock
from deadlines import services as deadlines
from deadlines.models import DeadlineKind
from draws import services as draws
from draws.flows import DrawStatus
from draws.models import Draw, Purpose
from tasks.models import Assignment, ListStanding, Selection, Task
from tasks.reads.draws import why_not_propose_void, why_not_refuse_void, why_not_void


@transaction.atomic
def propose_void(draw: Draw, reason: str, *, actor: User | None) -> None:
    """The lead asks to void a draw and says why; a deputy or the principal decides."""
    _hold(draw)
    demand(why_not_propose_void(draw, actor))
    draws.propose_void(draw, reason, actor=actor)


@transaction.atomic
def refuse_void(draw: Draw, *, actor: User | None) -> None:
    """The draw stands; nothing of it was opened."""
    _hold(draw)
    demand(why_not_refuse_void(draw, actor))
    draws.refuse_void(draw, actor=actor)


@transaction.atomic(durable=True)
def void(draw: Draw, *, actor: User | None) -> Draw:
    """Void a draw that a second person asked to void, and let its task start over.

    Raises DomainError while the beacon is still to come, and after dispatch.
    """
    task = _hold(draw)
    demand(why_not_void(draw, actor))
    was_opened = draw.status == DrawStatus.OPENED
    draws.void(draw, actor=actor)
    if draw.purpose == Purpose.TARGETS:
        _take_back_list(task, draw)
    elif was_opened:
        _take_back_teams(task, draw)
    return draw


def _hold(draw: Draw) -> Task:
    """Lock task and draw, in this order as everywhere."""
    task = draw.drawn_for.task
    lock(task)
    lock(draw)
    return task


def _take_back_list(task: Task, draw: Draw) -> None:
    Selection.objects.filter(draw=draw).update(standing=ListStanding.VOID)
    for confirmation in task.confirmations.all():
        deadlines.cancel(confirmation, DeadlineKind.CONFIRM_LIST)
        confirmation.delete()  # the trail keeps it; the successor's list is confirmed anew
    advance(task, "start_over", actor=None, voided=draw.draw_id)


def _take_back_teams(task: Task, draw: Draw) -> None:
    teams = Assignment.objects.filter(selection__task=task)
    teams.update(ended_at=clock.now())
    advance(task, "unassign", actor=None, voided=draw.draw_id)
