"""The dates and rules that a new task is prefilled with."""

import calendar
from datetime import date, timedelta

from core import clock
from plans.models import PlanLine
from plans.reads import profile_for
from tasks.models import Task


def proposal(line: PlanLine) -> Task:
    """An unsaved task with everything the plan line and the jurisdiction's rules say (T02, T19).

    Raises DomainError when the jurisdiction has no rules.
    """
    agency = line.plan.agency
    profile = profile_for(agency.region)
    today = clock.today()
    starts_on = max(date(line.plan.year, line.month_from, 1), today)
    last = calendar.monthrange(line.plan.year, line.month_until)[1]
    ends_on = max(date(line.plan.year, line.month_until, last), starts_on + timedelta(days=60))
    draw_until = starts_on + timedelta(days=5)
    onsite_until = max(ends_on - timedelta(days=30), draw_until + timedelta(days=30))
    return Task(
        line=line,
        agency=agency,
        profile=profile,
        title=line.title,
        ratio_ppm=line.ratio_ppm,
        starts_on=starts_on,
        draw_until=draw_until,
        onsite_from=draw_until + timedelta(days=1),
        onsite_until=min(onsite_until, ends_on),
        ends_on=ends_on,
    )
