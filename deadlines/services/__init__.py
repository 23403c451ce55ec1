"""Use cases on clocks and the calendar. Each is one transaction; the sweep is one per reminder."""

from deadlines.services.clocks import (
    cancel,
    meet,
    recompute,
    start,
    start_fixed,
)
from deadlines.services.holidays import clear_day, enter_year, set_day, sync_calendar, sync_rules
from deadlines.services.reminders import send_digests, sweep

__all__ = [
    "cancel",
    "clear_day",
    "enter_year",
    "meet",
    "recompute",
    "send_digests",
    "set_day",
    "start",
    "start_fixed",
    "sweep",
    "sync_calendar",
    "sync_rules",
]
