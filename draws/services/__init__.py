"""The ceremony of a draw: freeze, contributions, beacon, open, void, events (protocol 2.3-2.11).

Each is one transaction of its own or a part of the caller's. What a draw decides is kept by the
app that holds it.
"""

from draws.services.beacon import enter_beacon
from draws.services.contributions import close_due, commit, reveal, speak
from draws.services.freezing import freeze
from draws.services.opening import consent, is_ready, open_, open_by_worker
from draws.services.public_log import log
from draws.services.slips import print_slip
from draws.services.sweep import (
    OPENING_DAYS,
    any_frozen,
    close_if_due,
    frozen,
    mark_overdue,
    overdue,
    remind_to_reveal,
)
from draws.services.voiding import propose_void, refuse_void, void

__all__ = [
    "OPENING_DAYS",
    "any_frozen",
    "close_due",
    "close_if_due",
    "commit",
    "consent",
    "enter_beacon",
    "freeze",
    "frozen",
    "is_ready",
    "log",
    "mark_overdue",
    "open_",
    "open_by_worker",
    "overdue",
    "print_slip",
    "propose_void",
    "refuse_void",
    "remind_to_reveal",
    "reveal",
    "speak",
    "void",
]
