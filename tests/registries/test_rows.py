"""Cells into values, and every mistake told with its row and column."""

import io
from datetime import date, datetime

import openpyxl
import pytest

from registries.imports import (
    INSPECTOR_COLUMNS,
    TARGET_COLUMNS,
    Table,
    UnreadableFile,
    annotate,
    duplicates,
    read_rows,
    read_table,
    write_csv,
    write_workbook,
)
from registries.imports.rows import MAX_ROWS

HEAD = ["统一社会信用代码", "名称", "住所（地址）", "负责人姓名", "行业类别"]
GOOD = ["91341300MAXXXX0158", "甲公司", "一路1号", "张某", "保安服务"]


def read(*rows, columns=TARGET_COLUMNS):
    return read_rows(read_table(write_csv(rows)), columns)


def told(sheet):
    return [(fault.row, fault.column, fault.message) for fault in sheet.faults]


def test_rows_carry_the_number_of_the_sheet_and_empty_ones_are_passed_over():
    sheet = read(HEAD, GOOD, ["", " ", "　", "", ""], [], GOOD)
    assert [row.number for row in sheet.rows] == [2, 5]
    assert told(sheet) == []


def test_a_title_above_the_headings_is_passed_over():
    sheet = read(["检查对象名录"], HEAD, GOOD)
    assert sheet.heading_row == 2
    assert [row.number for row in sheet.rows] == [3]


def test_headings_of_other_forms_are_understood():
    sheet = read(["唯一编码", " 企业名称 ", "住所(地址)", "负责人", "行业 *"], GOOD)
    assert told(sheet) == []
    assert sheet.rows[0].values["address"] == "一路1号"


def test_all_errors_of_all_rows_are_told():
    sheet = read(
        [*HEAD, "联系人电话", "近一年投诉举报（件）", "重点抽查名录", "信息核对日期"],
        ["", "甲" * 121, "", "", "", "12", "-1", "也许", "2024年9月31日"],
        GOOD,
        [*GOOD[:4], ""],
    )
    assert told(sheet) == [
        (2, "统一社会信用代码", "没有填写“统一社会信用代码”"),
        (2, "名称", "不能超过 120 个字，现为 121 个字"),
        (2, "住所（地址）", "没有填写“住所（地址）”"),
        (2, "负责人姓名", "没有填写“负责人姓名”"),
        (2, "行业类别", "没有填写“行业类别”"),
        (2, "联系人电话", "应为手机号码或带区号的固定电话"),
        (2, "近一年投诉举报（件）", "应为不小于 0 的整数"),
        (2, "重点抽查名录", "应填“是”或“否”"),
        (2, "信息核对日期", "日期“2024年9月31日”不存在，是否指 2024年9月30日？"),
        (4, "行业类别", "没有填写“行业类别”"),
    ]
    assert sheet.bad == {2, 4}


def test_a_missing_required_column_is_told_once_at_the_headings():
    sheet = read(HEAD[:-1], GOOD[:-1], GOOD[:-1])
    assert told(sheet) == [(1, "行业类别", "缺少“行业类别”列")]


def test_unknown_columns_are_named_in_one_warning_and_a_repeated_one_is_a_mistake():
    sheet = read([*HEAD, "网址", "备注", "", "错误说明", "名称"], GOOD)
    assert sheet.warnings == ["以下列未使用：“网址”、“备注”。"]
    assert told(sheet) == [(1, "名称", "“名称”列出现了两次")]


def test_mistakes_stand_under_the_heading_the_file_uses():
    sheet = read(["唯一编码", *HEAD[1:]], ["", *GOOD[1:]])
    assert told(sheet) == [(2, "唯一编码", "没有填写“统一社会信用代码”")]


def test_optional_columns_may_be_missing_and_empty_cells_say_nothing():
    sheet = read([*HEAD, "经营范围"], [*GOOD, ""])
    assert set(sheet.rows[0].values) == {"code", "name", "address", "person_in_charge", "trade"}
    assert "phone" not in sheet.used


def test_codes_are_brought_into_one_form():
    row = read(HEAD, ["９１34 1300 maxxxx0158", *GOOD[1:]]).rows[0]
    assert row.values["code"] == "91341300MAXXXX0158"


def test_invisible_characters_do_not_get_in():
    row = read(HEAD, [GOOD[0], "\ufeff甲\u200b公\x07司\n", *GOOD[2:]]).rows[0]
    assert row.values["name"] == "甲公司"


def test_a_workbook_with_dates_and_numbers_is_understood():
    """As Excel stores them: a date cell, a number cell, a serial number, a number with a zero."""
    sheet = read_rows(
        read_table(excel([["45390", "date"], ["13800000000", ""], ["45390", ""], ["2", ""]])),
        TARGET_COLUMNS,
    )
    values = sheet.rows[0].values
    assert values["graded_on"] == values["refreshed_on"] == date(2024, 4, 8)
    assert values["phone"] == "13800000000"
    assert values["complaints"] == 2


def test_cells_as_a_workbook_gives_them():
    """True and a moment are what calamine makes of a logical cell and of a date with a time."""
    moment = datetime(2024, 4, 8, 10, 30)  # noqa: DTZ001
    row = [*GOOD, True, moment]
    table = Table([(1, [*HEAD, "重点抽查名录", "信息核对日期"]), (2, row)], True)
    values = read_rows(table, TARGET_COLUMNS).rows[0].values
    assert (values["is_key"], values["refreshed_on"]) == (True, date(2024, 4, 8))
    assert "2024-04-08" in read_table(annotate(table, 1, [])).rows[1][1]


def test_a_long_number_that_excel_has_rounded_is_refused():
    sheet = read_rows(read_table(excel([], citizen="341399198503010010")), INSPECTOR_COLUMNS)
    assert (2, "身份证号") in [(fault.row, fault.column) for fault in sheet.faults]
    assert "末几位已丢失" in sheet.faults[-1].message


def excel(cells, citizen=None):
    """A workbook with number cells, as Excel writes it (our own writer makes text only)."""
    heads = ["等级评定日期", "联系人电话", "信息核对日期", "近一年投诉举报（件）"]
    if citizen:
        heads, cells = ["身份证号"], [[citizen, ""]]
    book = openpyxl.Workbook()
    book.active.append(heads)
    for place, (value, is_date) in enumerate(cells, 1):
        cell = book.active.cell(2, place, int(value) if value else None)
        cell.number_format = "yyyy-mm-dd" if is_date else "General"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_file_without_known_headings_is_unreadable():
    with pytest.raises(UnreadableFile, match="没有找到表头"):
        read(["a", "b"], ["1", "2"])
    with pytest.raises(UnreadableFile, match="没有找到表头"):
        read_rows(read_table(b""), TARGET_COLUMNS)


def test_a_list_that_is_too_long_is_refused():
    with pytest.raises(UnreadableFile, match="一次最多导入 20000 行，本文件有 20001 行"):
        read(["名称"], *[["甲"]] * (MAX_ROWS + 1))


def test_duplicates_point_to_the_first():
    sheet = read(HEAD, GOOD, ["", *GOOD[1:]], GOOD, GOOD)
    found = [(row.number, first.number) for row, first in duplicates(sheet.rows, "code")]
    assert found == [(4, 2), (5, 2)]


def test_personal_cells_are_shown_masked():
    sheet = read(["姓名", "身份证号"], ["陈某", "341399198503010010"], columns=INSPECTOR_COLUMNS)
    assert sheet.rows[0].cells["citizen_id"] == "341399********0010"
    assert sheet.rows[0].values["citizen_id"] == "341399198503010010"


@pytest.mark.parametrize("is_workbook", [True, False])
def test_the_annotated_file_says_what_is_wrong_where(is_workbook):
    rows = [["名录", ""], ["名称", "错误说明"], ["甲", "旧的"], ["", "旧的"], ["乙", ""]]
    content = write_workbook([("名录", rows)]) if is_workbook else write_csv(rows)
    table = read_table(content)
    sheet = read_rows(table, TARGET_COLUMNS)
    sheet.fault(sheet.rows[0], "name", "不对")
    sheet.fault(sheet.rows[0], "address", "也不对")
    again = read_table(annotate(table, sheet.heading_row, sheet.faults))
    assert again.is_workbook == is_workbook
    texts = [cells for _, cells in again.rows]
    assert texts[2] == ["甲", "名称：不对；住所（地址）：也不对"]
    assert texts[4] == ["乙", ""]
    assert texts[1][0] == "名称"
    assert texts[1][1].startswith("错误说明 统一社会信用代码：缺少")
