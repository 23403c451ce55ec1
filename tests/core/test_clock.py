from datetime import UTC, date, datetime

import pytest
import time_machine

from core import clock as core_clock


def test_the_business_date_is_that_of_shanghai():
    with time_machine.travel(datetime(2021, 7, 15, 16, 30, tzinfo=UTC)):
        assert core_clock.today() == date(2021, 7, 16)


@pytest.mark.parametrize("hour", [0, 12, 15, 16, 23])
def test_the_moved_clock_keeps_the_time_of_day(clock, hour):
    clock("2021-07-15")
    with time_machine.travel(datetime(2026, 11, 20, hour, 30, tzinfo=UTC)):
        assert core_clock.today() == date(2021, 7, 15)
        assert core_clock.now().minute == 30
        assert core_clock.real_now().year == 2026


def test_a_moved_clock_with_a_time_stands_still(clock):
    clock("2021-07-15T09:40")
    assert core_clock.now().isoformat() == "2021-07-15T09:40:00+08:00"
    assert core_clock.today() == date(2021, 7, 15)
