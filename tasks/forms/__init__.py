"""Forms on tasks: the shape of the input. Business rules live in the services."""

from tasks.forms.ceremony import BeaconForm, CeremonyForm, PhraseForm, SlipForm, VoidForm
from tasks.forms.task import DATES, ExemptForm, TaskForm

__all__ = [
    "DATES",
    "BeaconForm",
    "CeremonyForm",
    "ExemptForm",
    "PhraseForm",
    "SlipForm",
    "TaskForm",
    "VoidForm",
]
