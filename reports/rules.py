"""What the calendar says of today in a few words. Pure: no database, no clock."""

import calendar as months
from datetime import date

from deadlines.rules import (
    DAY,
    Calendar,
    MissingCalendarYear,
    is_working_day,
    missing_text,
    working_days_between,
)

SOON = 7  # days ahead in which a make-up day is worth a word
AHEAD = 14  # days ahead in which a holiday is


def day_note(today: date, calendar: Calendar) -> str:
    """`4月28日补班，劳动节前还有 3 个工作日`; what to know of working time on this day."""
    if today.year not in calendar.years:
        return missing_text(today.year)
    if not is_working_day(today, calendar):
        return _rest(today, calendar)
    words = ["今天调休上班"] if today in calendar.work else []
    words += [
        f"{_day(day)}补班" for day in sorted(calendar.work) if DAY <= day - today <= SOON * DAY
    ]
    return "，".join([*words, _left(today, calendar)])


def _rest(today: date, calendar: Calendar) -> str:
    word = f"{calendar.off[today]}放假" if today in calendar.off else "休息日"
    day = today
    try:
        while not is_working_day(day, calendar):
            day += DAY
    except MissingCalendarYear:
        return word
    return f"{word}，{_day(day)}上班"


def _left(today: date, calendar: Calendar) -> str:
    """Working days left after today: until the next holiday, else in this month."""
    ahead = (day for day in sorted(calendar.off) if DAY <= day - today <= AHEAD * DAY)
    holiday = next(ahead, None)
    if holiday is None:
        last = date(today.year, today.month, months.monthrange(today.year, today.month)[1])
        return f"本月还有 {working_days_between(today, last, calendar)} 个工作日"
    name = calendar.off[holiday]
    left = working_days_between(today, holiday - DAY, calendar)
    return f"{name}前还有 {left} 个工作日" if left else f"{_day(holiday)}起{name}放假"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
