"""Use cases on tasks. Each is one transaction: all of it happens, or none of it."""

from tasks.services.ceremony import (
    close_due,
    commit,
    consent,
    contributors_for,
    enter_beacon,
    freeze_people,
    freeze_targets,
    may_enter_beacon,
    open_draw,
    open_people,
    open_targets,
    propose_void,
    refuse_void,
    reveal,
    speak,
    void,
)
from tasks.services.confirming import confirm, lock_list, request_confirmation
from tasks.services.exempting import exempt, revoke_exemption
from tasks.services.life import (
    cancel_task,
    complete,
    create_task,
    dispatch,
    hand_in_report,
)
from tasks.services.replacing import (
    agree_replacement,
    outcome_words,
    refuse_replacement,
    report_target,
)
from tasks.services.setup import ROUNDING, Sampling, TierAsked, change_task
from tasks.services.slips import print_slip
from tasks.services.staffing import arrange_staffing
from tasks.services.substituting import (
    approve_substitution,
    may_apply,
    refuse_substitution,
    request_substitution,
)

__all__ = [
    "ROUNDING",
    "Sampling",
    "TierAsked",
    "agree_replacement",
    "approve_substitution",
    "arrange_staffing",
    "cancel_task",
    "change_task",
    "close_due",
    "commit",
    "complete",
    "confirm",
    "consent",
    "contributors_for",
    "create_task",
    "dispatch",
    "enter_beacon",
    "exempt",
    "freeze_people",
    "freeze_targets",
    "hand_in_report",
    "lock_list",
    "may_apply",
    "may_enter_beacon",
    "open_draw",
    "open_people",
    "open_targets",
    "outcome_words",
    "print_slip",
    "propose_void",
    "refuse_replacement",
    "refuse_substitution",
    "refuse_void",
    "report_target",
    "request_confirmation",
    "request_substitution",
    "reveal",
    "revoke_exemption",
    "speak",
    "void",
]
