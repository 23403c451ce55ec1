"""Rules of field work. Pure: no database, no clock, no Django."""

from inspections.rules.results import (
    CODES,
    ENDING,
    OUTCOMES,
    PROBLEM_BUTTONS,
    PROBLEMS,
    RESULT_LABELS,
    RESULTS,
    Finding,
    conclusion_of,
    form_digest,
    lacks,
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
    "Finding",
    "conclusion_of",
    "form_digest",
    "lacks",
    "missing",
]
