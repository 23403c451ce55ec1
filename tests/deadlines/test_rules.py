"""Figures of requirements 6.3 and of the scenarios; properties; what is refused."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DomainError
from deadlines import rules
from deadlines.rules import Calendar, MissingCalendarYear, Unit
from tests.deadlines.conftest import shipped

CHINA = shipped()
WORKING, NATURAL = Unit.WORKING_DAY, Unit.CALENDAR_DAY
inside = st.dates(date(2018, 1, 1), date(2026, 9, 30))
amounts = st.integers(1, 40)

FIGURES = [
    ("2021-09-30", 7, "2021-10-15"),
    ("2021-09-30", 10, "2021-10-20"),
    ("2021-09-30", 20, "2021-11-03"),
    ("2024-09-30", 7, "2024-10-15"),
    ("2024-09-30", 10, "2024-10-18"),
    ("2024-09-30", 20, "2024-11-01"),
    ("2024-04-09", 2, "2024-04-11"),
    ("2024-04-26", 2, "2024-04-29"),
    ("2024-02-09", 2, "2024-02-19"),
    ("2024-02-09", 7, "2024-02-26"),
    ("2024-02-09", 10, "2024-02-29"),
    ("2024-02-09", 20, "2024-03-14"),
    ("2025-01-27", 2, "2025-02-06"),
    ("2025-01-27", 7, "2025-02-12"),
    ("2025-01-27", 10, "2025-02-17"),
    ("2025-01-27", 20, "2025-03-03"),
    ("2025-09-30", 7, "2025-10-16"),
    ("2025-09-30", 10, "2025-10-21"),
    ("2025-09-30", 20, "2025-11-04"),
    ("2026-02-14", 2, "2026-02-25"),
    ("2026-02-14", 7, "2026-03-03"),
    ("2026-02-14", 10, "2026-03-06"),
    ("2026-02-14", 20, "2026-03-20"),
    ("2026-09-30", 2, "2026-10-09"),
    ("2026-09-30", 7, "2026-10-15"),
    ("2026-09-30", 10, "2026-10-20"),
    ("2026-09-30", 20, "2026-11-03"),
    ("2026-11-20", 20, "2026-12-18"),
]


def day(text):
    return date.fromisoformat(text)


@pytest.mark.parametrize(("start", "amount", "due"), FIGURES)
def test_worked_examples(start, amount, due):
    assert rules.add_working_days(day(start), amount, CHINA) == day(due)
    assert rules.working_days_between(day(start), day(due), CHINA) == amount


def test_the_day_of_the_event_counts_for_nothing_whether_worked_or_not():
    friday, saturday = date(2024, 9, 27), date(2024, 9, 28)
    assert rules.add_working_days(friday, 20, CHINA) == rules.add_working_days(saturday, 20, CHINA)


def test_calendar_days_that_end_on_a_day_off_move_to_the_next_working_day():
    assert rules.due_on(date(2021, 9, 12), 20, NATURAL, True, CHINA) == date(2021, 10, 8)
    assert rules.due_on(date(2021, 9, 12), 20, NATURAL, False, CHINA) == date(2021, 10, 2)
    assert rules.due_on(date(2021, 9, 19), 20, NATURAL, True, CHINA) == date(2021, 10, 9)


def test_calendar_days_without_roll_need_no_calendar():
    assert rules.due_on(date(2030, 1, 1), 20, NATURAL, False, Calendar()) == date(2030, 1, 21)


def test_the_end_of_the_task_binds_when_it_is_earlier():
    rule = rules.due_on(date(2021, 9, 30), 20, WORKING, True, CHINA)
    assert rules.effective_due(rule, date(2021, 10, 20)) == date(2021, 10, 20)
    assert rules.effective_due(rule, date(2021, 12, 31)) == rule
    assert rules.effective_due(rule, None) == rule


def test_a_missing_year_is_refused_by_name():
    with pytest.raises(MissingCalendarYear, match="^缺2027年节假日安排$") as refusal:
        rules.add_working_days(date(2026, 12, 20), 20, CHINA)
    assert refusal.value.year == 2027
    with pytest.raises(MissingCalendarYear, match="2017"):
        rules.is_working_day(date(2017, 12, 31), CHINA)
    with pytest.raises(MissingCalendarYear, match="2027"):
        rules.due_on(date(2026, 12, 12), 20, NATURAL, True, CHINA)


def test_a_plan_waits_for_the_missing_year():
    late = date(2026, 12, 20)
    assert rules.plan_due(late, 20, WORKING, True, CHINA, None) == rules.PlannedDue(None, 2027)
    assert rules.plan_due(late, 20, WORKING, True, CHINA, date(2027, 1, 1)).missing_year == 2027
    assert rules.plan_due(late, 5, WORKING, True, CHINA, None) == rules.PlannedDue(
        date(2026, 12, 25)
    )


def test_a_task_that_ends_before_the_missing_year_needs_it_not():
    planned = rules.plan_due(date(2026, 12, 20), 20, WORKING, True, CHINA, date(2026, 12, 31))
    assert planned == rules.PlannedDue(date(2026, 12, 31))


@pytest.mark.parametrize("amount", [0, -1, 3651])
@pytest.mark.parametrize("unit", Unit)
def test_amounts_out_of_range_are_refused(amount, unit):
    with pytest.raises(DomainError, match="1 至 3650"):
        rules.due_on(date(2021, 9, 30), amount, unit, True, CHINA)


@pytest.mark.parametrize("unit", Unit)
def test_the_end_of_time_is_refused(unit):
    with pytest.raises(DomainError, match="起算日期"):
        rules.due_on(date.max, 1, unit, False, CHINA)


def test_explain_names_every_day_that_is_skipped_and_every_make_up_day():
    due, steps = rules.explain(date(2021, 9, 30), 20, WORKING, True, CHINA)
    said = [(str(step.day), step.counts, step.name) for step in steps]
    assert due == date(2021, 11, 3)
    assert said[:9] == [
        *((f"2021-10-0{n}", False, "国庆节") for n in range(1, 8)),
        ("2021-10-09", True, "调休上班"),
        ("2021-10-10", False, "星期日"),
    ]
    assert [name for _, _, name in said[9:]] == ["星期六", "星期日"] * 3


def test_explain_of_calendar_days_looks_at_the_end_only():
    due, steps = rules.explain(date(2021, 9, 12), 20, NATURAL, True, CHINA)
    assert (due, [str(step.day) for step in steps]) == (
        date(2021, 10, 8),
        [f"2021-10-0{n}" for n in range(2, 8)],
    )
    assert rules.explain(date(2021, 9, 12), 20, NATURAL, False, CHINA) == (date(2021, 10, 2), [])
    due, steps = rules.explain(date(2021, 9, 19), 20, NATURAL, True, CHINA)
    assert [(step.day, step.counts) for step in steps] == [(due, True)]


@given(inside, amounts)
def test_working_days_are_exactly_as_many_and_end_on_one(start, amount):
    due = rules.add_working_days(start, amount, CHINA)
    assert rules.is_working_day(due, CHINA)
    assert rules.working_days_between(start, due, CHINA) == amount
    assert rules.working_days_between(start, due - timedelta(1), CHINA) == amount - 1


@given(inside, amounts, amounts)
def test_working_days_add_up(start, one, other):
    late = min(start, date(2026, 7, 1))
    halfway = rules.add_working_days(late, one, CHINA)
    both = rules.add_working_days(halfway, other, CHINA)
    assert both == rules.add_working_days(late, one + other, CHINA)


@given(inside, amounts)
def test_a_later_event_never_falls_due_earlier(start, amount):
    for unit in Unit:
        due = rules.due_on(start, amount, unit, True, CHINA)
        assert rules.due_on(start + timedelta(1), amount, unit, True, CHINA) >= due
        assert due >= start + timedelta(amount)


@given(inside, amounts, st.sampled_from(Unit))
def test_explanation_and_computation_agree(start, amount, unit):
    due, steps = rules.explain(start, amount, unit, True, CHINA)
    assert due == rules.due_on(start, amount, unit, True, CHINA)
    assert all(start < step.day <= due for step in steps)
    if unit == WORKING:
        skipped = sum(not step.counts for step in steps)
        assert (due - start).days == amount + skipped


@pytest.mark.parametrize(
    ("today", "tone", "icon", "words"),
    [
        ("2024-04-19", "", "cal", "4月26日"),
        ("2024-04-23", "soon", "clock", "还剩 3 个工作日"),
        ("2024-04-25", "soon", "clock", "还剩 1 个工作日"),
        ("2024-04-26", "soon", "clock", "今天到期"),
        ("2024-04-27", "late", "alert", "已逾期"),
        ("2024-04-28", "late", "alert", "已逾期 1 个工作日"),
        ("2023-12-01", "", "cal", "2024年4月26日"),
    ],
)
def test_the_chip_of_a_deadline_on_2024_04_26(today, tone, icon, words):
    chip = rules.chip(date(2024, 4, 26), day(today), CHINA)
    assert (chip.tone, chip.icon, chip.words) == (tone, icon, words)


def test_a_fixed_date_on_a_weekend_counts_plain_days_at_the_end():
    sunday = date(2021, 10, 31)
    assert rules.chip(sunday, date(2021, 10, 30), CHINA).words == "还剩 1 天"
    assert rules.chip(sunday, date(2021, 10, 29), CHINA).words == "还剩 2 天"


def test_the_chip_counts_plain_days_where_the_calendar_ends():
    assert rules.chip(date(2026, 12, 30), date(2027, 1, 5), CHINA).words == "已逾期 6 天"
    assert rules.chip(date(2027, 1, 2), date(2026, 12, 31), CHINA).words == "还剩 2 天"
    assert rules.chip(date(2027, 3, 1), date(2026, 12, 20), CHINA).words == "2027年3月1日"


@pytest.mark.parametrize(
    ("today", "level"),
    [
        ("2024-04-15", None),
        ("2024-04-16", None),
        ("2024-04-17", 7),
        ("2024-04-18", 7),
        ("2024-04-22", 7),
        ("2024-04-23", 3),
        ("2024-04-24", 3),
        ("2024-04-25", 1),
        ("2024-04-26", 0),
        ("2024-04-27", -1),
        ("2024-04-29", -1),
        ("2024-04-30", -3),
        ("2024-06-01", -3),
    ],
)
def test_reminders_of_a_deadline_on_2024_04_26(today, level):
    assert rules.reminder_level(date(2024, 4, 26), day(today), CHINA) == level


def test_the_calendar_ends_with_the_unbroken_run():
    assert CHINA.until(date(2024, 5, 1)) == date(2026, 12, 31)
    assert CHINA.until(date(2028, 5, 1)) == date(2026, 12, 31)
    assert CHINA.until(date(2017, 5, 1)) is None
    gap = Calendar(frozenset({2024, 2026}))
    assert gap.until(date(2024, 5, 1)) == date(2024, 12, 31)
