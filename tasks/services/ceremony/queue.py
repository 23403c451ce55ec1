"""Ask a worker to look at a draw at once; the sweep finds it in any case."""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from tasks.models import Draw

logger = logging.getLogger(__name__)
JOB = "tasks.jobs.look_at_draw"
OPENINGS = "tasks.jobs.run_openings"


def look_soon(draw: Draw) -> None:
    """Queue the draw on commit. A lost message costs one interval of the sweep."""
    transaction.on_commit(partial(_send, JOB, draw.pk))


def open_soon() -> None:
    """Ask a worker to compute the openings that wait, on commit."""
    transaction.on_commit(partial(_send, OPENINGS))


def _send(job: str, *arguments: int) -> None:
    try:
        current_app.send_task(job, arguments, retry=False, ignore_result=True)
    except OperationalError:
        logger.warning("no broker: %s %s waits for the sweep", job, arguments)
