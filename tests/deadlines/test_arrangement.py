"""The notice as typed: what is read, and the errors by line."""

from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.arrangement import Day, doubts, parse, spans


def messages(text, year=2027):
    return [str(fault) for fault in parse(text, year)[1]]


def test_lines_are_read():
    text = "2027-01-01 休 元旦\n\n  2027-01-09 班 调休上班  \n2026年12月31日 休 元旦"
    days, faults = parse(text, 2027)
    assert faults == []
    assert days == [
        Day(date(2027, 1, 1), False, "元旦"),
        Day(date(2027, 1, 9), True, "调休上班"),
        Day(date(2026, 12, 31), False, "元旦"),
    ]
    assert [str(day) for day in days][:2] == ["2027-01-01 休 元旦", "2027-01-09 班 调休上班"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("元旦", "应写作“日期 休或班 名称”，例如 2027-01-01 休 元旦"),
        ("2027-01-01 休", "应写作“日期 休或班 名称”，例如 2027-01-01 休 元旦"),
        ("2027-01-01 放 元旦", "应写作“日期 休或班 名称”，例如 2027-01-01 休 元旦"),
        ("2027-02-30 休 春节", "日期“2027年2月30日”不存在，是否指 2027-02-28"),
        ("2027-13-01 休 春节", "日期“2027年13月1日”不存在"),
        ("0000-01-01 休 春节", "日期“0年1月1日”不存在"),
        ("2028-01-01 休 元旦", "2028-01-01 不属于2027年的安排（只可包含上一年12月的日期）"),
        ("2026-11-30 休 元旦", "2026-11-30 不属于2027年的安排（只可包含上一年12月的日期）"),
        ("2027-01-01 休 " + "长" * 31, "名称不能超过 30 个字"),
    ],
)
def test_a_wrong_line_is_named_with_what_to_do(line, message):
    assert messages(f"2027-05-01 休 劳动节\n{line}") == [f"第 2 行：{message}。"]


def test_every_wrong_line_is_named():
    assert messages("一\n2027-01-01 休 元旦\n二\n2027-1-1 班 元旦") == [
        "第 1 行：应写作“日期 休或班 名称”，例如 2027-01-01 休 元旦。",
        "第 3 行：应写作“日期 休或班 名称”，例如 2027-01-01 休 元旦。",
        "第 4 行：2027-01-01 与第 2 行重复。",
    ]


@given(st.text())
def test_any_text_is_read_or_refused_by_line(text):
    days, faults = parse(text, 2027)
    assert len(days) + len(faults) == sum(bool(line.strip()) for line in text.splitlines())


@given(st.dates(date(2026, 12, 1), date(2027, 12, 31)), st.booleans())
def test_what_is_written_is_read_again(day, is_workday):
    written = Day(day, is_workday, "春节")
    assert parse(str(written), 2027) == ([written], [])


def test_a_make_up_day_on_a_weekday_is_doubted():
    days, _ = parse("2027-01-04 班 调休上班\n2027-01-09 班 调休上班\n2027-01-05 休 元旦", 2027)
    assert doubts(days) == ["2027-01-04 是星期一，本来就上班，请核对通知原文。"]


def row(day, name, local=False):
    return SimpleNamespace(date=day, name=name, is_workday=False, is_local=local, source="通知")


def test_days_in_a_row_become_one_span():
    found = spans(
        [
            row(date(2027, 1, 1), "元旦"),
            row(date(2027, 1, 2), "元旦"),
            row(date(2027, 1, 3), "台风停工", local=True),
            row(date(2027, 1, 5), "台风停工", local=True),
        ]
    )
    assert [(span.first, span.length) for span in found] == [
        (date(2027, 1, 1), 2),
        (date(2027, 1, 3), 1),
        (date(2027, 1, 5), 1),
    ]
    assert found[0].days == [date(2027, 1, 1), date(2027, 1, 2)]
