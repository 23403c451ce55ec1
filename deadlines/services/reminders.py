"""The sweep: what is overdue is marked, and who has to act is told in time, once."""

from datetime import date

from django.db import transaction

from core import clock
from core.audit import record
from core.notices import notify
from deadlines import rules
from deadlines.models import Deadline, Reminder
from deadlines.services.clocks import alarm, audience, calendar, due_words, recompute

HORIZON = 40  # calendar days; seven working days never span more, whatever the holidays
NOTICE_MONTH = 11  # next year's arrangement is announced in November


def sweep() -> int:
    """Mark what is overdue and leave the reminders that are due; returns how many were left.

    Each reminder is a transaction of its own and is left once, however often this runs.
    """
    today, known = clock.today(), calendar()
    _watch_calendar(today, known)
    near = Deadline.objects.due_within(today, HORIZON).filter(overdue_on=None)
    made = 0
    for deadline in near.prefetch_related("reminders"):
        level = rules.reminder_level(deadline.due_on, today, known)
        told = {(row.level, row.due_on) for row in deadline.reminders.all()}
        if level is not None and (level, deadline.due_on) not in told:
            made += remind(deadline.pk, today, known)
    return made


def _watch_calendar(today: date, known: rules.Calendar) -> None:
    """Ask for the arrangement in time, and compute what was started while it was being entered."""
    needed = {today.year, today.year + (today.month >= NOTICE_MONTH)}
    for year in sorted(needed - known.years):
        with transaction.atomic():
            alarm(year)
    if Deadline.objects.pending().filter(missing_year__in=known.years).exists():
        recompute()


@transaction.atomic
def remind(pk: int, today: date, known: rules.Calendar) -> bool:
    """Leave the reminder due today, with the row locked; False when somebody else just did."""
    rows = Deadline.objects.open().select_for_update(of=("self",)).select_related("agency")
    deadline = rows.filter(pk=pk, due_on__isnull=False).first()
    if deadline is None:
        return False
    level = rules.reminder_level(deadline.due_on, today, known)
    if level is None or _told(deadline, level):
        return False
    Reminder.objects.create(deadline=deadline, level=level, due_on=deadline.due_on)
    left = rules.left_text(deadline.due_on, today, known)
    text = f"{deadline}{left}，{due_words(deadline)}。依据：{deadline.source}。"
    if level == rules.AFTER:
        deadline.overdue_on = today
        deadline.save(update_fields=["overdue_on"])
        record("deadlines.overdue", deadline, None, f"期限已过：{deadline}，{due_words(deadline)}")
    notify(audience(deadline, level), text, deadline.link)
    return True


def _told(deadline: Deadline, level: int) -> bool:
    return deadline.reminders.filter(level=level, due_on=deadline.due_on).exists()
