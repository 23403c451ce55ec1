"""Use cases of field work. Each is one transaction: all of it happens, or none of it."""

from inspections.services.answering import (
    AnswerConflict,
    AnswerEntry,
    answer,
    answer_rest_no_issue,
    save_section,
)
from inspections.services.closing import approve_section, return_section, submit
from inspections.services.dispatching import dispatch
from inspections.services.evidence import attach, remove_evidence
from inspections.services.signing import confirm, refuse_signature, sign
from inspections.services.substituting import (
    approve_substitution,
    begun_in,
    refuse_substitution,
    request_substitution,
)
from inspections.services.visiting import enter, set_outcome

__all__ = [
    "AnswerConflict",
    "AnswerEntry",
    "answer",
    "answer_rest_no_issue",
    "approve_section",
    "approve_substitution",
    "attach",
    "begun_in",
    "confirm",
    "dispatch",
    "enter",
    "refuse_signature",
    "refuse_substitution",
    "remove_evidence",
    "request_substitution",
    "return_section",
    "save_section",
    "set_outcome",
    "sign",
    "submit",
]
