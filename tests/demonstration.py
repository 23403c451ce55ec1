"""The demonstration as tests see it: told through the services once in a process, then laid as rows."""

from django.conf import settings
from django.core.management import call_command

from tests.laying import laid


def lay_demonstration():
    """The demonstration of the day on which the clock stands; the settings must say that it is one."""
    laid(f"demonstration of {settings.PORTAL_TODAY}", _tell)


def _tell():
    call_command("load_demo", verbosity=0)
