"""Background work of the house itself."""

from celery import shared_task

from core import clock, trail
from core.models import Heartbeat
from core.notices import deliver


@shared_task(ignore_result=True)
def heartbeat() -> None:
    """Say that beat (which sent this) and the worker (which runs it) are alive."""
    now = clock.real_now()
    rows = [Heartbeat(name=name, seen_at=now) for name in ("beat", "worker")]
    Heartbeat.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["name"], update_fields=["seen_at"]
    )


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
