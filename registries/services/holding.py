"""Who may write to the registries while somebody else reads them for a draw."""

from django.db import connection

ALONE = "SELECT pg_advisory_xact_lock(hashtext('portal.registries'))"
SHARED = "SELECT pg_advisory_xact_lock_shared(hashtext('portal.registries'))"


def share_registries() -> None:
    """Until the transaction ends, nobody freezes what the caller writes; other writers may write.

    A writer takes it before any row, so that the lists a draw freezes are of one moment
    (protocol section 7).
    """
    _take(SHARED)


def still_registries() -> None:
    """Until the transaction ends, nobody writes to the registries: a freeze reads them alone."""
    _take(ALONE)


def _take(lock: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(lock)
