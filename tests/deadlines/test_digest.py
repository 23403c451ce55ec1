"""The digest: one on each working morning, make-up days included, holidays not."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from core.models import Digest
from core.notices import notify
from deadlines.jobs import send_digests
from tests.factories import UserFactory

CHINA = ZoneInfo("Asia/Shanghai")


def at(text):
    return time_machine.travel(datetime.fromisoformat(text).replace(tzinfo=CHINA), tick=False)


@pytest.fixture
def reader(calendar_rows):
    user = UserFactory(email="reader@example.org", agency=None)
    notify([user], "名单已确认", "/desk/")
    return user


@pytest.mark.parametrize(
    ("moment", "made"),
    [
        ("2021-09-30T08:29:59", 0),
        ("2021-09-30T08:30:00", 1),
        ("2021-09-30T23:59:59", 1),
        ("2021-10-01T08:30:00", 0),  # 国庆节
        ("2021-10-07T12:00:00", 0),
        ("2021-10-08T08:30:00", 1),
        ("2021-10-09T08:30:00", 1),  # Saturday, 调休上班
        ("2021-10-10T08:30:00", 0),  # Sunday
        ("2021-09-26T09:00:00", 1),  # Sunday, 调休上班
        ("2031-03-03T08:30:00", 1),  # Monday of a year without an arrangement
        ("2031-03-01T08:30:00", 0),  # its Saturday
    ],
)
def test_from_half_past_eight_on_working_days(reader, moment, made):
    with at(moment):
        assert send_digests() == made
        assert send_digests() == 0
    assert Digest.objects.count() == made


def test_nothing_to_say_is_no_mail(calendar_rows):
    UserFactory(email="reader@example.org", agency=None)
    with at("2021-09-30T08:30:00"):
        assert send_digests() == 0


def test_what_came_during_the_holiday_waits_for_its_end(reader):
    with at("2021-09-30T08:30:00"):
        assert send_digests() == 1
    with at("2021-10-01T00:05:00"):
        notify([reader], "还剩 7 个工作日", "/desk/")
    days = []
    for day in range(1, 10):
        with at(f"2021-10-{day:02d}T09:00:00"):
            if send_digests():
                days.append(day)
    assert days == [8]
    assert [d.day.isoformat() for d in Digest.objects.order_by("pk")] == [
        "2021-09-30",
        "2021-10-08",
    ]
