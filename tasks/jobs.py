"""Background work on draws. A job has no rule of its own: it calls a service."""

import logging

from celery import shared_task

from core.errors import DomainError
from tasks.models import Draw
from tasks.services import background, ceremony

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def sweep_draws() -> int:
    """Close and open what is due, ask for values, mark what is overdue; returns how many draws moved."""
    moved = sum(_look(draw) for draw in ceremony.frozen())
    for draw in ceremony.frozen():
        ceremony.remind_to_reveal(draw)
    for draw in ceremony.overdue():
        ceremony.mark_overdue(draw)
    return moved


@shared_task(ignore_result=True)
def look_at_draw(pk: int) -> int:
    """The same for one draw that somebody has just added to."""
    return sum(_look(draw) for draw in ceremony.frozen().filter(pk=pk))


@shared_task(ignore_result=True)
def run_openings() -> int:
    """Compute large draws of people that were asked for; returns how many were opened.

    Also takes up what a killed worker left behind.
    """
    return sum(background.run(one, ceremony.store_people) for one in background.waiting())


def _look(draw: Draw) -> int:
    """Close, then open; a draw that cannot go on never stops the others."""
    steps = 0
    try:
        while ceremony.look_at(draw):
            steps += 1
    except DomainError as error:
        logger.warning("draw %s waits: %s", draw.draw_id, error.message)
    return steps
