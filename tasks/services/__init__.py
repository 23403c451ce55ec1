"""Use cases on tasks. Each is one transaction: all of it happens, or none of it."""

from tasks.services.ceremony import (
    consent,
    freeze_people,
    freeze_targets,
    open_people,
    open_targets,
)
from tasks.services.exempting import exempt, revoke_exemption
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
from tasks.services.setup import ROUNDING, Sampling, TierAsked, change_task

__all__ = [
    "ROUNDING",
    "Sampling",
    "TierAsked",
    "cancel_task",
    "change_task",
    "complete",
    "confirm",
    "consent",
    "create_task",
    "dispatch",
    "exempt",
    "freeze_people",
    "freeze_targets",
    "hand_in_report",
    "lock_list",
    "open_people",
    "open_targets",
    "request_confirmation",
    "revoke_exemption",
]
