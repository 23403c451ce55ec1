"""Background work of the house itself."""

from celery import shared_task

from core import heartbeat as signs
from core import trail
from core.notices import deliver


@shared_task(ignore_result=True)
def heartbeat() -> None:
    """Say that the worker, which runs this, is alive. Beat, which sends it, signs for itself."""
    signs.seen("worker")


@shared_task(ignore_result=True)
def deliver_notices() -> int:
    """Send what waits in the outbox, notices and digests; returns how many mails went out."""
    return deliver()


@shared_task(ignore_result=True)
def seal_trail() -> int:
    """Seal the lines written since the last time; returns how many."""
    return trail.seal()


@shared_task(ignore_result=True)
def check_trail() -> bool:
    """Verify the trail and record the finding; returns whether every line is as written."""
    return not trail.check().fault
