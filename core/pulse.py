"""Signs of life: rows that the background processes write about themselves and about the broker."""

from core import clock
from core.models import Heartbeat


def seen(*names: str) -> None:
    """Each of them was seen alive just now, by the real clock."""
    now = clock.real_now()
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, seen_at=now) for name in names],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["seen_at"],
    )


def lost(name: str) -> None:
    """It did not answer just now: what was seen before counts no more."""
    Heartbeat.objects.filter(name=name).delete()
