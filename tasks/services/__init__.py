"""Use cases on tasks. Each is one transaction: all of it happens, or none of it."""

from tasks.services.ceremony import (
    consent,
    freeze_people,
    freeze_targets,
    open_people,
    open_targets,
)
from tasks.services.confirming import confirm, lock_list, request_confirmation
from tasks.services.life import (
    cancel_task,
    complete,
    create_task,
    dispatch,
    hand_in_report,
)
from tasks.services.replacing import agree_replacement, refuse_replacement, report_target
from tasks.services.staffing import arrange_staffing
from tasks.services.substituting import (
    approve_substitution,
    may_apply,
    refuse_substitution,
    request_substitution,
)

__all__ = [
    "agree_replacement",
    "approve_substitution",
    "arrange_staffing",
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
    "may_apply",
    "open_people",
    "open_targets",
    "refuse_replacement",
    "refuse_substitution",
    "report_target",
    "request_confirmation",
    "request_substitution",
]
