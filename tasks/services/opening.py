"""Open the draws of a task: the list, then who is sent where; two clicks give one draw."""

from django.db import transaction

from agencies.models import User
from core.errors import demand
from core.workflow import advance, lock
from draws import services as draws
from draws.models import Draw, Purpose
from draws.services import background
from tasks.reads.draws import why_not_open
from tasks.services.assigning import assign_teams
from tasks.services.listing import list_drawn


@transaction.atomic(durable=True)
def open_targets(draw: Draw, *, witness: str = "", phrase: str = "", actor: User | None) -> Draw:
    """Open the first draw; the drawn targets become the list of the task."""
    task = draw.drawn_for.task
    lock(task)
    lock(draw)
    demand(why_not_open(draw, actor))
    outcome = draws.open_(draw, witness=witness, phrase=phrase, actor=actor)
    list_drawn(task, draw, outcome)
    advance(task, "open", actor=actor, result=draw.result_digest)
    return draw


def open_people(draw: Draw, *, witness: str = "", phrase: str = "", actor: User | None) -> Draw:
    """Open the second draw; every target gets its inspectors, the first of each team leads.

    A large one is left to a worker: the draw stays frozen until its teams are stored.
    """
    _ask(draw, actor)
    if background.is_large(draw):
        draws.open_by_worker(draw, witness=witness, phrase=phrase, actor=actor)
        return draw
    return store_people(draw, actor, None, witness=witness, phrase=phrase)


@transaction.atomic
def _ask(draw: Draw, actor: User | None) -> None:
    lock(draw)
    demand(why_not_open(draw, actor))


@transaction.atomic(durable=True)
def store_people(
    draw: Draw,
    actor: User | None,
    computed: background.Computed | None,
    *,
    witness: str = "",
    phrase: str = "",
) -> Draw:
    """Open the second draw here, or keep what a worker has computed if nothing has changed since."""
    task = draw.drawn_for.task
    lock(task)
    outcome = draws.open_(draw, witness=witness, phrase=phrase, actor=actor, computed=computed)
    assign_teams(task, draw, outcome)
    advance(task, "assign", actor=actor, result=draw.result_digest)
    return draw


def open_draw(draw: Draw, *, actor: User | None = None) -> Draw:
    """Open either draw, with everything already there; without an actor by itself."""
    opener = open_targets if draw.purpose == Purpose.TARGETS else open_people
    return opener(draw, actor=actor)


def look_at(draw: Draw) -> bool:
    """Do what is due on one frozen draw; True when something was."""
    if draws.close_if_due(draw):
        return True
    if draws.is_ready(draw):
        open_draw(draw)
        return True
    return False
