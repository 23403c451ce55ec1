from datetime import date, datetime

import pytest
from django import forms

from core.days import UnknownDay, parse_day
from core.forms import DayField


class Form(forms.Form):
    ends_on = DayField(label="抽查结束")


@pytest.mark.parametrize(
    "text",
    ["2024-09-30", "2024/9/30", "2024.9.30", "20240930", "2024年9月30日", " 2024 年 9 月 30 日 "],
)
def test_days_as_people_write_them(text):
    assert parse_day(text) == date(2024, 9, 30)


def test_a_day_is_a_day():
    assert parse_day(date(2024, 9, 30)) == parse_day(datetime(2024, 9, 30, 8)) == date(2024, 9, 30)  # noqa: DTZ001


@pytest.mark.parametrize("text", ["2024-09-31", "2024年9月31日"])
def test_31_september_is_refused_by_name_and_with_the_day_that_was_meant(text):
    form = Form({"ends_on": text})
    assert form.errors["ends_on"] == [f"抽查结束：“{text}”这一天不存在，是否指 2024-09-30？"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2023-02-29", "是否指 2023-02-28？"),
        ("2024-02-30", "是否指 2024-02-29？"),
        ("2023-12-32", "是否指 2023-12-31？"),
        ("9999-12-32", "是否指 9999-12-31？"),
        ("2024-13-01", "不存在，请核对"),
        ("2024-00-31", "不存在，请核对"),
        ("2024-04-00", "不存在，请核对"),
        ("0000-01-31", "不存在，请核对"),
        ("明天", "不是日期，请写成 2024-09-30"),
        ("2024-9", "不是日期"),
        ("9月31日", "“9月31日”没有写年份，请写成 2024-09-30"),
        ("٢٠٢٤-09-30", "不是日期"),
    ],
)
def test_what_is_no_day_says_so(text, said):
    with pytest.raises(ValueError, match=said):
        parse_day(text)


def test_an_empty_day_is_none_where_it_may_be():
    assert DayField(required=False).clean("") is None


def test_what_was_written_and_meant_is_told_as_data():
    with pytest.raises(UnknownDay) as impossible:
        parse_day("2024年9月31日")
    assert (impossible.value.written, impossible.value.meant) == ((2024, 9, 31), date(2024, 9, 30))
    with pytest.raises(UnknownDay) as unwritten:
        parse_day("明天")
    assert (unwritten.value.written, unwritten.value.meant) == (None, None)


def test_a_day_with_midnight_behind_it_is_that_day():
    assert parse_day("2024-09-30 00:00:00") == date(2024, 9, 30)
