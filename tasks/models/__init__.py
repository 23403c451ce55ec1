"""Inspection tasks, the lists that draws gave them, and who is sent where."""

from tasks.models.drawn import TaskDraw
from tasks.models.lists import Confirmation, ListedBy, ListStanding, Replacement, Selection
from tasks.models.people import Assignment, Exemption, Need, Substitution, SubstitutionScope
from tasks.models.tasks import (
    AFTER_LOCK,
    InspectionKind,
    NumberSeries,
    Task,
    TaskQuerySet,
    TaskTier,
)

__all__ = [
    "AFTER_LOCK",
    "Assignment",
    "Confirmation",
    "Exemption",
    "InspectionKind",
    "ListStanding",
    "ListedBy",
    "Need",
    "NumberSeries",
    "Replacement",
    "Selection",
    "Substitution",
    "SubstitutionScope",
    "Task",
    "TaskDraw",
    "TaskQuerySet",
    "TaskTier",
]
