"""What happens to a frozen draw by itself: closing, being asked for, being overdue.

Everything is found in the database, so that a crash or a lost message costs one interval.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from agencies.models import User
from core import clock
from core.audit import record
from core.notices import notify
from core.workflow import lock
from draws.flows import DrawStatus
from draws.models import Draw
from draws.reads.refusals import is_time_to_reveal, why_not_close
from draws.services.contributions import ask_to_reveal, close_due

OPENING_DAYS = 3  # N of protocol 2.11: frozen and not opened this long after its time is overdue


def any_frozen() -> bool:
    """Whether any draw waits for something: one cheap question, asked every few seconds."""
    return Draw.objects.filter(status=DrawStatus.FROZEN).exists()


def frozen() -> QuerySet:
    """Draws that wait for something."""
    rows = Draw.objects.filter(status=DrawStatus.FROZEN).order_by("pk")
    return rows.select_related("agency", "opening").prefetch_related("contributors")


def close_if_due(draw: Draw) -> bool:
    """Close a frozen draw for which nobody is waited any more; True when it was."""
    if why_not_close(draw, None):
        return False
    close_due(draw, actor=None)
    return True


@transaction.atomic
def remind_to_reveal(draw: Draw) -> None:
    """When nobody can seal any more, ask for the values; each is asked once."""
    if draw.commit_until and not draw.closed_digest and is_time_to_reveal(draw):
        ask_to_reveal(draw)


def overdue() -> QuerySet:
    """Frozen draws whose time is more than OPENING_DAYS past and that are not marked yet."""
    late = clock.now() - timedelta(days=OPENING_DAYS)
    return frozen().filter(open_by__lte=late, overdue_since=None)


@transaction.atomic
def mark_overdue(draw: Draw) -> bool:
    """Mark 逾期未开 and tell the lead and who supervises; False when somebody else just did."""
    lock(draw)
    if draw.status != DrawStatus.FROZEN or draw.overdue_since is not None:
        return False
    draw.overdue_since = draw.open_by + timedelta(days=OPENING_DAYS)
    draw.save(update_fields=["overdue_since"])
    record("draws.overdue", draw, None, f"逾期未开：{draw}")
    holders = User.objects.with_role("lead") | User.objects.with_role("supervisor")
    text = f"{draw} 逾期未开，公开页已经标明。请尽快摇号；不能摇号的，提请作废并写明理由。"
    notify(holders.filter(agency=draw.agency).distinct(), text, draw.link, urgent=True)
    return True
