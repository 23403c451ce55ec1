"""What time it is: the only module that knows.

The business clock can be moved in demonstrations and tests (`PORTAL_TODAY`, contracts section 1),
log-in sessions and heartbeats keep real time.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone


def real_now() -> datetime:
    """The real instant, aware, UTC."""
    return timezone.now()


def now() -> datetime:
    """The business instant, aware: the real time of day on the business date.

    A moved clock with a time (`2021-07-15T09:40`, used while the demonstration is laid) stands still.
    """
    instant = real_now()
    if not settings.PORTAL_TODAY:
        return instant
    if "T" in settings.PORTAL_TODAY:
        return timezone.make_aware(datetime.fromisoformat(settings.PORTAL_TODAY))
    moved = date.fromisoformat(settings.PORTAL_TODAY)
    return instant + timedelta(days=(moved - timezone.localdate(instant)).days)


def today() -> date:
    """The business date in Asia/Shanghai."""
    return timezone.localdate(now())
