"""A year's holiday arrangement as typed: one day per line -> days, and the errors by line. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from core.days import UnknownDay, parse_day
from deadlines.rules import DAY, WEEKDAYS

LINE = re.compile(r"(?P<day>\S+)\s+(?P<state>休|班)\s+(?P<name>\S.*)")
FORM = "应写作“日期 休或班 名称”，例如 2027-01-01 休 元旦"
LONGEST_NAME = 30


@dataclass(frozen=True, slots=True)
class Day:
    """One day that differs from the plain week."""

    date: date
    is_workday: bool
    name: str

    def __str__(self) -> str:
        return f"{self.date} {'班' if self.is_workday else '休'} {self.name}"


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with one line; the first line is 1."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.message}。"


@dataclass(frozen=True, slots=True)
class Span:
    """Days in a row with one name: a holiday, or a make-up day."""

    name: str
    is_workday: bool
    is_local: bool
    source: str
    first: date
    last: date

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return [self.first + n * DAY for n in range(self.length)]

    @property
    def length(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1


def spans(days: Iterable[Any]) -> list[Span]:
    """Join days (Holiday rows, by date) that follow one another under one name."""
    found: list[Span] = []
    for day in days:
        span = Span(day.name, day.is_workday, day.is_local, day.source, day.date, day.date)
        if found and found[-1].last + DAY == span.first and _alike(found[-1], span):
            span = replace(found.pop(), last=span.last)
        found.append(span)
    return found


def parse(text: str, year: int) -> tuple[list[Day], list[LineFault]]:
    """Read the arrangement of `year`, which may begin in December of the year before.

    Lines read `2027-01-01 休 元旦` or `2027-01-09 班 调休上班`; empty lines are skipped.
    """
    days: list[Day] = []
    faults: list[LineFault] = []
    seen: dict[date, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found = _read(line.strip(), year)
        if isinstance(found, str):
            faults.append(LineFault(number, found))
        elif found.date in seen:
            faults.append(LineFault(number, f"{found.date} 与第 {seen[found.date]} 行重复"))
        else:
            seen[found.date] = number
            days.append(found)
    return days, faults


def doubts(days: list[Day]) -> list[str]:
    """What is allowed but unlikely: a make-up day that would be worked anyway."""
    return [
        f"{day.date} 是{WEEKDAYS[day.date.weekday()]}，本来就上班，请核对通知原文。"
        for day in days
        if day.is_workday and day.date.weekday() < 5
    ]


def no_such_day(error: UnknownDay) -> str:
    """Why a date is refused, with the day that was probably meant (2024-09-31: 2024-09-30)."""
    year, month, day = error.written or (0, 0, 0)
    text = f"日期“{year}年{month}月{day}日”不存在"
    return f"{text}，是否指 {error.meant}" if error.meant else text


def _alike(one: Span, other: Span) -> bool:
    return replace(one, first=other.first, last=other.last) == other


def _read(line: str, year: int) -> Day | str:
    """The day on a line, or what is wrong with it."""
    match = LINE.fullmatch(line)
    if not match:
        return FORM
    try:
        day = parse_day(match["day"])
    except UnknownDay as error:
        return no_such_day(error) if error.written else FORM
    if day.year != year and (day.year, day.month) != (year - 1, 12):
        return f"{day} 不属于{year}年的安排（只可包含上一年12月的日期）"
    if len(match["name"]) > LONGEST_NAME:
        return f"名称不能超过 {LONGEST_NAME} 个字"
    return Day(day, match["state"] == "班", match["name"].strip())
