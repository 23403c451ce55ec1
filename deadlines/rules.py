"""Rules of time: which days count, when a period ends, what the chip beside a deadline says.

Plain Python: no database, no clock. A year whose official arrangement is missing is refused,
never guessed (Monday to Friday is wrong on more than twenty days a year).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from core.errors import DomainError

DAY = timedelta(days=1)
LONGEST = 3650
LAST_START = date(9900, 1, 1)
WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
SOON = 3
LEVELS = (1, 3, 7)
ON_THE_DAY = 0
AFTER = -1
ESCALATED = -3
MORNING = time(8, 30)


class Unit(StrEnum):
    """How a period is counted."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"


class MissingCalendarYear(DomainError):
    """The calendar does not cover a year that the computation needs."""

    def __init__(self, year: int) -> None:
        super().__init__(missing_text(year))
        self.year = year


def missing_text(year: int) -> str:
    """The sentence for a year without an arrangement."""
    return f"缺{year}年节假日安排"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days that differ from the plain week, in the years that are known.

    years: the years whose official arrangement has been entered.
    off: days off with their names, weekends inside a holiday included.
    work: make-up days worked on a weekend, with their names (调休上班).
    """

    years: frozenset[int] = frozenset()
    off: Mapping[date, str] = field(default_factory=dict)
    work: Mapping[date, str] = field(default_factory=dict)

    def until(self, today: date) -> date | None:
        """The last day of the unbroken run of known years that holds `today`, or the last before."""
        past = [year for year in self.years if year <= today.year]
        if not past:
            return None
        year = max(past)
        while year + 1 in self.years:
            year += 1
        return date(year, 12, 31)


@dataclass(frozen=True, slots=True)
class DayNote:
    """A day worth a word in an explanation: a day that does not count, or a make-up day."""

    day: date
    counts: bool
    name: str


@dataclass(frozen=True, slots=True)
class PlannedDue:
    """When a deadline falls due, or the year whose arrangement it waits for."""

    due_on: date | None
    missing_year: int | None = None


@dataclass(frozen=True, slots=True)
class DeadlineChip:
    """The chip beside a deadline: tone (empty is plain; soon, late, done), icon, words."""

    tone: str
    icon: str
    words: str


def is_working_day(day: date, calendar: Calendar) -> bool:
    """Whether `day` counts as a working day: make-up days do, holidays and weekends do not."""
    if day.year not in calendar.years:
        raise MissingCalendarYear(day.year)
    if day in calendar.work:
        return True
    return day not in calendar.off and day.weekday() < 5


def add_working_days(start: date, amount: int, calendar: Calendar) -> date:
    """The `amount`th working day after `start`; the day of `start` is not counted.

    Source: 民法典第二百零一条（开始的当日不计入）。
    """
    _check(start, amount)
    day = start
    while amount:
        day += DAY
        amount -= is_working_day(day, calendar)
    return day


def working_days_between(after: date, through: date, calendar: Calendar) -> int:
    """How many working days lie after `after`, up to and including `through`."""
    days = range(1, (through - after).days + 1)
    return sum(is_working_day(after + n * DAY, calendar) for n in days)


def due_on(trigger_on: date, amount: int, unit: Unit, roll: bool, calendar: Calendar) -> date:
    """The last day of a period that starts on the day after `trigger_on`.

    roll: a calendar-day period that ends on a day off moves to the next working day.
    Source: 民法典第二百零三条（最后一日是法定休假日的，以次日为最后一日）。
    """
    if unit == Unit.WORKING_DAY:
        return add_working_days(trigger_on, amount, calendar)
    _check(trigger_on, amount)
    day = trigger_on + amount * DAY
    while roll and not is_working_day(day, calendar):
        day += DAY
    return day


def effective_due(due: date, cap_on: date | None) -> date:
    """The earlier of the rule's date and the task's end: both bind (requirements 1.9 item 2)."""
    return min(due, cap_on) if cap_on else due


def plan_due(
    trigger_on: date,
    amount: int,
    unit: Unit,
    roll: bool,
    calendar: Calendar,
    cap_on: date | None,
) -> PlannedDue:
    """The effective due date, or the year it waits for.

    cap_on: the end of the task, or None where there is no task.
    A task that ends before the unknown year begins decides the date without that year.
    """
    try:
        due = due_on(trigger_on, amount, unit, roll, calendar)
    except MissingCalendarYear as error:
        if cap_on and cap_on < date(error.year, 1, 1):
            return PlannedDue(cap_on)
        return PlannedDue(None, error.year)
    return PlannedDue(effective_due(due, cap_on))


def explain(
    trigger_on: date, amount: int, unit: Unit, roll: bool, calendar: Calendar
) -> tuple[date, list[DayNote]]:
    """The due date, with every day on the way that does not count and every make-up day.

    Of a calendar-day period only the end is looked at: all days before it count.
    """
    due = due_on(trigger_on, amount, unit, roll, calendar)
    if unit == Unit.CALENDAR_DAY and not roll:
        return due, []
    first = trigger_on + (DAY if unit == Unit.WORKING_DAY else amount * DAY)
    days = (first + n * DAY for n in range((due - first).days + 1))
    return due, [note for day in days if (note := _note_on(day, calendar))]


def reminder_level(due: date, today: date, calendar: Calendar) -> int | None:
    """Which reminder is due: 7, 3 or 1 working days before, 0 on the day, -1 after, else None.

    -3, from the third working day after: the lead bureau takes it up (逾期升级). A day on which
    nothing ran is caught up: the tightest level that has been reached.
    """
    if today > due:
        return ESCALATED if _distance(due, today, calendar)[0] >= -ESCALATED else AFTER
    if today == due:
        return ON_THE_DAY
    left, _ = _distance(today, due, calendar)
    return next((level for level in LEVELS if left <= level), None)


def is_digest_time(now: datetime, calendar: Calendar) -> bool:
    """Whether the digest of the day may go out: from 08:30 on working days, make-up days included.

    A mail is no legal period: in a year without an arrangement Monday to Friday serve, because no
    digest at all would be worse than one on a holiday.
    """
    day = now.date()
    try:
        working = is_working_day(day, calendar)
    except MissingCalendarYear:
        working = day.weekday() < 5
    return working and now.time() >= MORNING


def left_text(due: date, today: date, calendar: Calendar) -> str:
    """`还剩 3 个工作日`, `今天到期` or `已逾期 1 个工作日`."""
    if today == due:
        return "今天到期"
    if today > due:
        late, unit = _distance(due, today, calendar)
        return f"已逾期 {late} {unit}" if late else "已逾期"
    left, unit = _distance(today, due, calendar)
    return f"还剩 {left} {unit}" if left else f"还剩 {(due - today).days} 天"


def chip(due: date, today: date, calendar: Calendar) -> DeadlineChip:
    """The chip of an open deadline as seen today: the date, or what is left from three days on."""
    words = left_text(due, today, calendar)
    if today > due:
        return DeadlineChip("late", "alert", words)
    if _distance(today, due, calendar)[0] <= SOON:
        return DeadlineChip("soon", "clock", words)
    return DeadlineChip("", "cal", day_text(due, today))


def day_text(day: date, today: date) -> str:
    """`5月10日`, with the year when it is not this one."""
    return f"{day.month}月{day.day}日" if day.year == today.year else full_day(day)


def full_day(day: date) -> str:
    """`2024年5月10日`."""
    return f"{day.year}年{day.month}月{day.day}日"


def _check(start: date, amount: int) -> None:
    if not 1 <= amount <= LONGEST:
        raise DomainError(f"期限天数应为 1 至 {LONGEST} 的整数。")
    if start > LAST_START:
        raise DomainError("起算日期超出可计算的范围，请核对年份。")


def _note_on(day: date, calendar: Calendar) -> DayNote | None:
    if day in calendar.work:
        return DayNote(day, True, calendar.work[day])
    if is_working_day(day, calendar):
        return None
    return DayNote(day, False, calendar.off.get(day, WEEKDAYS[day.weekday()]))


def _distance(after: date, through: date, calendar: Calendar) -> tuple[int, str]:
    """How far apart two days are, in working days; in plain days where the calendar ends."""
    try:
        return working_days_between(after, through, calendar), "个工作日"
    except MissingCalendarYear:
        return (through - after).days, "天"
