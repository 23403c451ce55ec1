"""Rules of field work. Pure: no database, no clock, no Django."""

from inspections.rules.results import (
    CODES,
    ENDING,
    OUTCOMES,
    PROBLEM_BUTTONS,
    PROBLEMS,
    RESULT_LABELS,
    RESULTS,
    AnswerLook,
    Finding,
    conclusion_of,
    form_digest,
    lacks,
    look_of,
    missing,
)

__all__ = [
    "CODES",
    "ENDING",
    "OUTCOMES",
    "PROBLEMS",
    "PROBLEM_BUTTONS",
    "RESULTS",
    "RESULT_LABELS",
    "AnswerLook",
    "Finding",
    "conclusion_of",
    "form_digest",
    "lacks",
    "look_of",
    "missing",
]
