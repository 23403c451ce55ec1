"""The sweep: what is overdue is marked, and who has to act is told in time, once."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone

from agencies.models import User
from core import clock
from core.audit import record
from core.notices import compose_digests, notify
from deadlines import rules
from deadlines.models import Deadline, Reminder
from deadlines.reads import audience, calendar, due_words, overseers
from deadlines.services.clocks import alarm, recompute

HORIZON = 40  # calendar days; seven working days never span more, whatever the holidays
URGENT = {1, rules.ON_THE_DAY, rules.AFTER, rules.ESCALATED}
NOTICE_MONTH = 11  # next year's arrangement is announced in November


def sweep() -> int:
    """Mark what is overdue, leave the reminders that are due, escalate; returns how many were left.

    Each reminder is a transaction of its own and is left once, however often and however many at a
    time this runs; whatever a crash left undone is found by the next run.
    """
    today, known = clock.today(), calendar()
    _watch_calendar(today, known)
    near = list(Deadline.objects.due_within(today, HORIZON).filter(escalated_on=None))
    told = _told(near)
    made = 0
    for deadline in near:
        level = _level(deadline, today, known)
        if level is not None and (
            (*_key(deadline), level) not in told or _unmarked(deadline, level)
        ):
            made += remind(deadline.pk, today, known)
    return made


def send_digests() -> int:
    """Bind the morning's digest for each user, on working days from 08:30; returns how many."""
    now = timezone.localtime(clock.now())
    return compose_digests(now.date()) if rules.is_digest_time(now, calendar()) else 0


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
    rows = Deadline.objects.open().select_for_update(of=("self",))
    rows = rows.select_related("agency", "lead_agency")
    deadline = rows.filter(pk=pk, due_on__isnull=False).first()
    level = _level(deadline, today, known) if deadline else None
    if deadline is None or deadline.due_on is None or level is None:
        return False
    above = overseers(deadline) if level == rules.ESCALATED else []
    _mark(deadline, level, today, above)
    _, made = Reminder.objects.get_or_create(
        subject=deadline.subject,
        kind=deadline.kind,
        level=level,
        due_on=deadline.due_on,
        defaults={"deadline": deadline},
    )
    if made:
        _tell(deadline, level, rules.left_text(deadline.due_on, today, known), above)
    return made


def _level(deadline: Deadline, today: date, known: rules.Calendar) -> int | None:
    """Which reminder is due today, if any; a clock that waits for its calendar has none."""
    if deadline.due_on is None:
        return None
    return rules.reminder_level(deadline.due_on, today, known)


def _mark(deadline: Deadline, level: int, today: date, above: list[User]) -> None:
    """Overdue from the day after the last one; escalated once there is somebody to take it up."""
    if level <= rules.AFTER and deadline.overdue_on is None:
        deadline.overdue_on = today
        record("deadlines.overdue", deadline, None, f"期限已过：{deadline}，{due_words(deadline)}")
    if above and deadline.escalated_on is None:
        _escalate(deadline, today, above)
    deadline.save(update_fields=["overdue_on", "escalated_on"])


def _escalate(deadline: Deadline, today: date, above: list[User]) -> None:
    """Hand what stays overdue up to the lead bureau, once (逾期升级); the caller saves."""
    deadline.escalated_on = today
    text = f"逾期升级：{deadline}，上报{above[0].agency}"
    record("deadlines.escalate", deadline, None, text)


def _tell(deadline: Deadline, level: int, left: str, above: list[User]) -> None:
    """One notice for each in the agency; another sentence for the lead bureau that takes it up."""
    end = f"，{due_words(deadline)}"
    source = f"依据：{deadline.source}。"
    own = audience(deadline, level)
    notify(own, f"{deadline}{left}{end}。{source}", deadline.link, urgent=level in URGENT)
    text = f"{deadline.agency}{left}：{deadline}{end}，请督办。{source}"
    notify(above, text, deadline.link, urgent=True)


def _told(deadlines: Iterable[Deadline]) -> set[tuple[str, str, date | None, int]]:
    """The reminders that have been left about these subjects, in one query."""
    subjects = {deadline.subject for deadline in deadlines}
    rows = Reminder.objects.filter(subject__in=subjects)
    return set(rows.values_list("subject", "kind", "due_on", "level"))


def _key(deadline: Deadline) -> tuple[str, str, date | None]:
    return deadline.subject, deadline.kind, deadline.due_on


def _unmarked(deadline: Deadline, level: int) -> bool:
    """Late without the mark: a clock that was started anew for a day already spoken of."""
    return level <= rules.AFTER and deadline.overdue_on is None
