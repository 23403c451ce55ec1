"""Use cases on tasks. Each is one transaction: all of it happens, or none of it."""

from tasks.services.ceremony import (
    consent,
    freeze_people,
    freeze_targets,
    open_people,
    open_targets,
)
from tasks.services.life import (
    cancel_task,
    complete,
    confirm,
    create_task,
    dispatch,
    hand_in_report,
    lock_list,
    request_confirmation,
)

__all__ = [
    "cancel_task",
    "complete",
    "confirm",
    "consent",
    "create_task",
    "dispatch",
    "freeze_people",
    "freeze_targets",
    "hand_in_report",
    "lock_list",
    "open_people",
    "open_targets",
    "request_confirmation",
]
