"""Moving the business clock while the demonstration is laid."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from django.conf import settings

from deadlines import rules
from deadlines.reads import calendar


@contextmanager
def on(day: date, at: str = "09:00") -> Iterator[None]:
    """Let the services believe that it is `day` at the time `at`, so that a story lies in the past."""
    before = settings.PORTAL_TODAY
    settings.PORTAL_TODAY = f"{day.isoformat()}T{at}"
    try:
        yield
    finally:
        settings.PORTAL_TODAY = before


def working_days_ahead(today: date, amount: int) -> date:
    """The day `amount` working days after today; as many calendar days where no year is known."""
    try:
        return rules.add_working_days(today, amount, calendar())
    except rules.MissingCalendarYear:
        return today + timedelta(days=amount)
