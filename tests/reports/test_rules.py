from datetime import date

import pytest

from deadlines.rules import Calendar
from reports.rules import day_note

MAY = {date(2024, 5, day): "劳动节" for day in range(1, 6)}
CALENDAR = Calendar(
    frozenset({2024}),
    MAY | {date(2024, 10, 1): "国庆节", date(2024, 1, 1): "元旦"},
    {date(2024, 4, 28): "调休上班", date(2024, 5, 11): "调休上班"},
)


@pytest.mark.parametrize(
    ("day", "note"),
    [
        (date(2024, 4, 26), "4月28日补班，劳动节前还有 3 个工作日"),
        (date(2024, 4, 28), "今天调休上班，劳动节前还有 2 个工作日"),
        (date(2024, 4, 30), "5月1日起劳动节放假"),
        (date(2024, 5, 1), "劳动节放假，5月6日上班"),
        (date(2024, 5, 25), "休息日，5月27日上班"),
        (date(2024, 7, 15), "本月还有 12 个工作日"),
        (date(2024, 7, 31), "本月还有 0 个工作日"),
        (date(2023, 7, 15), "缺2023年节假日安排"),
    ],
)
def test_what_the_calendar_says_of_a_day(day, note):
    assert day_note(day, CALENDAR) == note


def test_a_rest_day_at_the_end_of_what_is_known():
    off = {date(2024, 12, day): "演示节" for day in range(30, 32)}
    assert day_note(date(2024, 12, 30), Calendar(frozenset({2024}), off)) == "演示节放假"
