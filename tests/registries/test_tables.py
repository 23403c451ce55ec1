"""Files into cells and back: encodings, delimiters, workbooks, damage."""

import io
import re
import zipfile

import openpyxl
import pytest

from registries.imports import UnreadableFile, read_table, write_csv, write_workbook
from registries.imports.tables import MAX_BYTES

TEXT = "姓名,警号\r\n陈某,003421\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_the_encodings_of_excel_and_wps(encoding):
    table = read_table(TEXT.encode(encoding))
    assert table.rows == [(1, ["姓名", "警号"]), (2, ["陈某", "003421"])]
    assert not table.is_workbook


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_with_another_delimiter(delimiter):
    table = read_table(TEXT.replace(",", delimiter).encode())
    assert table.rows[1] == (2, ["陈某", "003421"])


def test_a_field_with_a_line_break_is_one_row_as_in_a_spreadsheet():
    table = read_table('名称,地址\n"甲\n公司",一\n乙,二\n'.encode())
    assert [number for number, _ in table.rows] == [1, 2, 3]
    assert table.rows[2][1] == ["乙", "二"]


def test_a_workbook_keeps_zeros_and_row_numbers():
    rows = [["姓名", "警号"], [], ["陈某", "003421"], ["<b>&", "=1+1"]]
    table = read_table(write_workbook([("人员", rows), ("说明", [["列"]])]))
    assert table.is_workbook
    assert table.rows[0] == (1, ["姓名", "警号"])
    assert table.rows[2] == (3, ["陈某", "003421"])
    assert table.rows[3] == (4, ["<b>&", "=1+1"])


def test_other_programs_open_a_workbook_written_here():
    """openpyxl is the strictest reader we know: it refuses what Excel repairs in silence."""
    rows = [["姓名", "警号"], [], ["陈某", "003421"], ["\x01甲", "=1+1"], ["", "长" * 40_000]]
    book = openpyxl.load_workbook(io.BytesIO(write_workbook([("人员", rows), ("说明", [["列"]])])))
    sheet = book["人员"]
    assert book.sheetnames == ["人员", "说明"]
    assert [[cell.value or "" for cell in row] for row in sheet["A1:B4"]] == [
        ["姓名", "警号"],
        ["", ""],
        ["陈某", "003421"],
        ["甲", "=1+1"],
    ]
    assert sheet["B4"].data_type == "s"
    assert len(sheet["B5"].value) == 32_767
    assert sheet["B3"].number_format == "@"
    assert sheet["A1"].font.bold
    assert not sheet["A3"].font.bold
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["A"].width > 20


def test_the_same_rows_make_the_same_workbook():
    rows = [["姓名"], ["陈某"]]
    assert write_workbook([("人员", rows)]) == write_workbook([("人员", rows)])


def test_csv_written_here_is_read_back():
    assert read_table(write_csv([["名称"], ["甲，“乙”\n丙"]])).rows[1] == (2, ["甲，“乙”\n丙"])


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"PK\x03\x04 damaged",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 damaged",
        b"\xff\xfe\x00",
        b"\x81",
        b'"' + b"x" * 200_000 + b'"',
        b"x" * (MAX_BYTES + 1),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(data):
    with pytest.raises(UnreadableFile) as refusal:
        read_table(data)
    assert refusal.value.message.endswith("。")


def archive(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def test_a_workbook_without_sheets_is_refused():
    source = zipfile.ZipFile(io.BytesIO(write_workbook([("人员", [["姓名"]])])))
    parts = {name.replace("/", "__"): source.read(name) for name in source.namelist()}
    sheets = re.compile(rb"<sheets>.*</sheets>")
    parts["xl__workbook.xml"] = sheets.sub(b"<sheets/>", parts["xl__workbook.xml"])
    with pytest.raises(UnreadableFile, match="没有工作表"):
        read_table(archive(**parts))


def test_a_zip_without_a_sheet_is_refused():
    with pytest.raises(UnreadableFile):
        read_table(archive(hello="world"))


def test_a_bomb_is_refused_before_it_is_unpacked():
    with pytest.raises(UnreadableFile, match="解压后过大"):
        read_table(archive(xl__media=b"\0" * (201 * 1024 * 1024)))


def test_a_cell_far_away_is_refused_before_the_sheet_is_laid_out():
    xml = '<worksheet><sheetData><row><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    with pytest.raises(UnreadableFile, match="第 1048576 行、第 16384 列"):
        read_table(archive(**{"xl__worksheets__sheet1.xml": xml}))
