"""Forms on tasks: the shape of the input. Business rules live in the services."""

from tasks.forms.list import DecisionForm, ReportForm, StaffingForm, SubstitutionForm
from tasks.forms.task import DATES, ExemptForm, TaskForm

__all__ = [
    "DATES",
    "DecisionForm",
    "ExemptForm",
    "ReportForm",
    "StaffingForm",
    "SubstitutionForm",
    "TaskForm",
]
