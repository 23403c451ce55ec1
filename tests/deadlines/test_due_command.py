"""`python manage.py due`, as in the contract."""

import pytest
from django.core.management import call_command


def due(capsys, *words):
    try:
        call_command("due", *words)
        code = 0
    except SystemExit as stop:
        code = stop.code
    said = capsys.readouterr()
    return code, said.out.splitlines(), said.err.strip()


def test_working_days_with_what_is_skipped_and_counted(calendar_rows, capsys):
    code, lines, error = due(capsys, "2021-09-30", "20", "working_day")
    assert (code, error, lines[0]) == (0, "", "2021-11-03")
    assert lines[1:10] == [
        *(f"skipped 2021-10-0{n} 国庆节" for n in range(1, 8)),
        "counted 2021-10-09 调休上班",
        "skipped 2021-10-10 星期日",
    ]
    assert len(lines) == 16


def test_calendar_days_move_to_the_next_working_day(calendar_rows, capsys):
    code, lines, _ = due(capsys, "2021-09-12", "20", "calendar_day")
    assert code == 0
    assert lines == ["2021-10-08", *(f"skipped 2021-10-0{n} 国庆节" for n in range(2, 8))]


def test_a_missing_year_is_refused(calendar_rows, capsys):
    assert due(capsys, "2026-12-20", "20", "working_day") == (2, [], "refused: 缺2027年节假日安排")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "需要三个参数"),
        (["2021-09-30", "20"], "需要三个参数"),
        (["2021/09/30", "20", "working_day"], "起算日“2021/09/30”应写作 2021-09-30"),
        (["2024-09-31", "20", "working_day"], "不存在，是否指 2024-09-30"),
        (["0000-01-01", "20", "working_day"], "不存在"),
        (["2021-09-30", "二十", "working_day"], "天数“二十”不是正整数"),
        (["2021-09-30", "-5", "working_day"], "天数“-5”不是正整数"),
        (["2021-09-30", "0", "working_day"], "期限天数应为 1 至 3650 的整数"),
        (["2021-09-30", "9999", "calendar_day"], "期限天数应为 1 至 3650 的整数"),
        (["2021-09-30", "20", "weeks"], "单位“weeks”应为 working_day 或 calendar_day"),
        (["9999-12-31", "1", "working_day"], "起算日期超出可计算的范围"),
    ],
)
def test_bad_arguments_get_a_sentence(calendar_rows, capsys, words, sentence):
    code, lines, error = due(capsys, *words)
    assert (code, lines) == (2, [])
    assert error.startswith("refused: ")
    assert sentence in error
