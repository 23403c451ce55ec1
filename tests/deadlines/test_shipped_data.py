"""The shipped holidays against an independent source and the notices' own counts."""

import json
from datetime import date, timedelta

import chinese_calendar
import pytest

from deadlines.rules import is_working_day
from tests.deadlines.conftest import DATA

ROWS = {row["year"]: row for row in json.loads((DATA / "holidays.json").read_text())}
# Days off (spans as announced, extensions applied) and make-up days of each notice.
COUNTS = {
    2018: (23, 6),
    2019: (24, 7),
    2020: (30, 6),
    2021: (31, 7),
    2022: (31, 7),
    2023: (27, 7),
    2024: (28, 8),
    2025: (28, 5),
    2026: (33, 6),
}


@pytest.mark.parametrize("year", range(2018, 2027))
def test_every_day_agrees_with_chinese_calendar(china, year):
    days = (date(year, 1, 1) + timedelta(n) for n in range(366))
    wrong = [
        day
        for day in days
        if day.year == year and is_working_day(day, china) != chinese_calendar.is_workday(day)
    ]
    assert wrong == []


@pytest.mark.parametrize("year", COUNTS)
def test_each_notice_has_as_many_days_as_announced(year):
    row = ROWS[year]
    spans = [(date.fromisoformat(s["from"]), date.fromisoformat(s["to"])) for s in row["off"]]
    off = sum((last - first).days + 1 for first, last in spans)
    assert (off, len(row["work"])) == COUNTS[year]


@pytest.mark.parametrize("year", COUNTS)
def test_each_year_names_its_notice(year):
    assert ROWS[year]["source"].startswith("国办发明电〔")
    assert ROWS[year]["url"].startswith("https://www.gov.cn/")


def test_make_up_days_are_weekends(china):
    assert {day.weekday() for day in china.work} == {5, 6}
    assert not china.work.keys() & china.off.keys()
