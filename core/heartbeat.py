"""Signs of life: rows that the background processes write about themselves and about the broker."""

from datetime import datetime, timedelta

from core import clock
from core.models import Heartbeat

ALIVE = timedelta(seconds=90)
NAMES = ("broker", "worker", "beat")


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


def silent() -> dict[str, datetime | None]:
    """Name -> when it was last seen, for those that are not seen any more; empty when all is well."""
    now = clock.real_now()
    found = dict(Heartbeat.objects.values_list("name", "seen_at"))
    return {name: found.get(name) for name in NAMES if not is_fresh(found.get(name), now)}


def is_fresh(seen_at: datetime | None, now: datetime) -> bool:
    """Whether a sign of life still counts."""
    return seen_at is not None and now - seen_at < ALIVE
