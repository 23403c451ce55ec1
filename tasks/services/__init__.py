"""Use cases on tasks. Each is one transaction: all of it happens, or none of it."""

from tasks.services.confirming import confirm, lock_list, request_confirmation
from tasks.services.drawing import freeze_people, freeze_targets, occasion_of
from tasks.services.exempting import exempt, revoke_exemption
from tasks.services.life import (
    cancel_task,
    complete,
    create_task,
    dispatch,
    hand_in_report,
)
from tasks.services.opening import look_at, open_draw, open_people, open_targets, store_people
from tasks.services.replacing import (
    agree_replacement,
    outcome_words,
    refuse_replacement,
    report_target,
)
from tasks.services.setup import ROUNDING, Sampling, TierAsked, change_task
from tasks.services.staffing import arrange_staffing
from tasks.services.substituting import (
    approve_substitution,
    refuse_substitution,
    request_substitution,
)
from tasks.services.voiding import propose_void, refuse_void, void

__all__ = [
    "ROUNDING",
    "Sampling",
    "TierAsked",
    "agree_replacement",
    "approve_substitution",
    "arrange_staffing",
    "cancel_task",
    "change_task",
    "complete",
    "confirm",
    "create_task",
    "dispatch",
    "exempt",
    "freeze_people",
    "freeze_targets",
    "hand_in_report",
    "lock_list",
    "look_at",
    "occasion_of",
    "open_draw",
    "open_people",
    "open_targets",
    "outcome_words",
    "propose_void",
    "refuse_replacement",
    "refuse_substitution",
    "refuse_void",
    "report_target",
    "request_confirmation",
    "request_substitution",
    "revoke_exemption",
    "store_people",
    "void",
]
