"""The ceremony of both draws: freeze, contributions, beacon, open, void (protocol 2.3-2.11)."""

from tasks.services.ceremony.beacon import enter_beacon, may_enter_beacon
from tasks.services.ceremony.contributions import close_due, commit, may_reveal, reveal, speak
from tasks.services.ceremony.freeze import (
    contributors_for,
    draw_id_of,
    draw_url,
    freeze_people,
    freeze_targets,
)
from tasks.services.ceremony.opening import (
    consent,
    is_ready,
    may_consent,
    open_draw,
    open_people,
    open_targets,
    store_people,
)
from tasks.services.ceremony.sweep import (
    OPENING_DAYS,
    frozen,
    look_at,
    mark_overdue,
    overdue,
    remind_to_reveal,
)
from tasks.services.ceremony.voiding import propose_void, refuse_void, void

__all__ = [
    "OPENING_DAYS",
    "close_due",
    "commit",
    "consent",
    "contributors_for",
    "draw_id_of",
    "draw_url",
    "enter_beacon",
    "freeze_people",
    "freeze_targets",
    "frozen",
    "is_ready",
    "look_at",
    "mark_overdue",
    "may_consent",
    "may_enter_beacon",
    "may_reveal",
    "open_draw",
    "open_people",
    "open_targets",
    "overdue",
    "propose_void",
    "refuse_void",
    "remind_to_reveal",
    "reveal",
    "speak",
    "store_people",
    "void",
]
