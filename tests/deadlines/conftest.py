"""The shipped calendar, once as a value and once in the database."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from deadlines.rules import Calendar
from deadlines.services import sync_calendar, sync_rules
from tests.factories import UserFactory, agency

DATA = Path(__file__).parent.parent.parent / "deadlines" / "data"


def shipped():
    """The file as a Calendar, read without the code under test."""
    rows = json.loads((DATA / "holidays.json").read_text())
    off = {}
    for row in rows:
        for span in row["off"]:
            first, last = date.fromisoformat(span["from"]), date.fromisoformat(span["to"])
            for n in range((last - first).days + 1):
                off[first + timedelta(n)] = span["name"]
    work = {date.fromisoformat(day): "调休上班" for row in rows for day in row["work"]}
    return Calendar(frozenset(row["year"] for row in rows), off, work)


@pytest.fixture(scope="session")
def china():
    """2018 to 2026."""
    return shipped()


@pytest.fixture
def calendar_rows(reference):
    """The shipped calendar and rules in the database."""
    sync_calendar()
    sync_rules()


@pytest.fixture
def bureau(calendar_rows):
    """宿州市公安局."""
    return agency("341300", "gongan")


@pytest.fixture
def sysadmin(reference):
    """The one who enters the calendar."""
    return UserFactory(role="sysadmin", agency=None)
