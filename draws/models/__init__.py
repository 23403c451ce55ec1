"""Draws by the protocol: frozen texts, contributions, the public log. They know no task."""

from draws.models.contributions import BeaconEntry, ContributionKind, Contributor
from draws.models.draw import (
    WEAKEST,
    AbsenceRule,
    BeaconKind,
    Disclosure,
    Draw,
    DrawQuerySet,
    Purpose,
)
from draws.models.log import DrawEvent, DrawRecord, EventKind, Opening

__all__ = [
    "WEAKEST",
    "AbsenceRule",
    "BeaconEntry",
    "BeaconKind",
    "ContributionKind",
    "Contributor",
    "Disclosure",
    "Draw",
    "DrawEvent",
    "DrawQuerySet",
    "DrawRecord",
    "EventKind",
    "Opening",
    "Purpose",
]
