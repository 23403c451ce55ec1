"""Failures of the system itself: the number a reader passes on, and whether the database is there."""

import logging
import secrets

from django.db import InterfaceError, OperationalError

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is mistaken on the telephone
# SQLSTATE classes: connection failure, no more connections, shut down or starting.
GONE = ("08", "53", "57P")


def new_reference() -> str:
    """The number of one failure, such as `7KQ2-M4XD`: on the page and in the log."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{drawn[:4]}-{drawn[4:]}"


def is_database_gone(error: BaseException | None) -> bool:
    """Whether it says that the database does not answer, and not that it refused something."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    code = getattr(error.__cause__, "pgcode", None)
    return code is None or code.startswith(GONE)


class ReferenceFilter(logging.Filter):
    """Puts the number of a failed request before the message of its log line.

    While the database is away every request fails for the same reason: one line each, no trace.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes."""
        reference = getattr(getattr(record, "request", None), "reference", "")
        if not reference:
            return True
        record.msg = f"[编号 {reference}] {record.msg}"
        error = record.exc_info[1] if record.exc_info else None
        if is_database_gone(error):
            record.msg, record.args = f"{record.getMessage()} ({_first_line(error)})", ()
            record.exc_info = None
        return True


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().partition("\n")[0]
