"""The ceremony of both draws: freeze, contributions, beacon, open, void (protocol 2.3-2.11)."""

from tasks.services.ceremony.freeze import draw_id_of, freeze_people, freeze_targets
from tasks.services.ceremony.opening import consent, open_people, open_targets

__all__ = [
    "consent",
    "draw_id_of",
    "freeze_people",
    "freeze_targets",
    "open_people",
    "open_targets",
]
