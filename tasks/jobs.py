"""Background work on draws of tasks. A job has no rule of its own: it calls a service."""

import logging

from celery import shared_task

from core.errors import DomainError
from draws import services as draws
from draws.models import Draw
from draws.services import background
from tasks import services

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def sweep_draws() -> int:
    """Close and open what is due, ask for values, mark what is overdue; returns how many draws moved."""
    if not draws.any_frozen():
        return 0
    moved = sum(_look(draw) for draw in draws.frozen())
    for draw in draws.frozen():
        draws.remind_to_reveal(draw)
    for draw in draws.overdue():
        draws.mark_overdue(draw)
    return moved


@shared_task(ignore_result=True)
def run_openings() -> int:
    """Compute large draws of people that were asked for; returns how many were opened.

    Also takes up what a killed worker left behind.
    """
    return sum(background.run(one, services.store_people) for one in background.waiting())


def _look(draw: Draw) -> int:
    """Close, then open; a draw that cannot go on never stops the others."""
    steps = 0
    try:
        while services.look_at(draw):
            steps += 1
    except DomainError as error:
        logger.warning("draw %s waits: %s", draw.draw_id, error.message)
    return steps
