"""Files into tables of cells, and back. CSV as Excel and WPS save it, XLSX, XLS."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter import Workbook

from core.errors import DomainError

MEGABYTE = 1024 * 1024
MAX_BYTES = 10 * MEGABYTE
MAX_UNPACKED = 200 * MEGABYTE
MAX_AREA = 5_000_000
CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
DELIMITERS = ",;\t"
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LONGEST_CELL = 32_767  # what a cell of a workbook holds
COLUMN_WIDTH = 22
AS_TEXT = "@"
WRITTEN_AT = datetime(2000, 1, 1)  # noqa: DTZ001 a workbook knows no zones


class UnreadableFile(DomainError):
    """The file as a whole cannot be read; nothing was changed."""

    title = "文件无法读取"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="file", code="unreadable")


@dataclass(frozen=True)
class Table:
    """The cells of the first sheet. `rows` holds each row with its number, first row 1."""

    rows: list[tuple[int, list[Any]]]
    is_workbook: bool


def read_table(data: bytes) -> Table:
    """The table in a file; what it is shows in its bytes, not in its name.

    Raises UnreadableFile when it is too large, damaged, protected or no table at all.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableFile(f"文件超过 {MAX_BYTES // MEGABYTE} MB，请拆成几个文件分别导入。")
    if data.startswith(b"PK\x03\x04"):
        _refuse_bomb(data)
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return Table(list(enumerate(_workbook_rows(data), 1)), True)
    return Table(list(enumerate(_csv_rows(_decode(data)), 1)), False)


def _workbook_rows(data: bytes) -> list[list[Any]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        if not book.sheet_names:
            raise UnreadableFile("工作簿中没有工作表，请使用导入模板。")
        return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError):
        raise UnreadableFile(
            "文件已损坏或设有密码，无法读取。请在 Excel 或 WPS 中打开，另存为 .xlsx 后重新上传。"
        ) from None


def _refuse_bomb(data: bytes) -> None:
    """Refuse a workbook that would unpack to far more than it holds."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > MAX_UNPACKED:
                raise UnreadableFile("工作簿解压后过大，请删除图片和多余的工作表后重新上传。")
            for member in members:
                if member.filename.startswith("xl/worksheets/") and not member.is_dir():
                    _refuse_far_cells(archive.read(member))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise UnreadableFile(
            "文件已损坏或设有密码，无法读取。请另存为 .xlsx 后重新上传。"
        ) from None


def _refuse_far_cells(xml: bytes) -> None:
    last_column = last_row = 0
    for letters, digits in CELL.findall(xml):
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        last_column, last_row = max(last_column, column), max(last_row, int(digits))
    if last_column * last_row > MAX_AREA:
        raise UnreadableFile(
            f"工作表用到了第 {last_row} 行、第 {last_column} 列，超出可处理的范围。"
            "请删除数据以外的空行空列（可能只设了格式）后重新上传。"
        )


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnreadableFile("不是 CSV 或 Excel 文件，无法读取。请下载导入模板，填好后上传。")


def _csv_rows(text: str) -> list[list[str]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise UnreadableFile("CSV 文件的引号或分隔符不完整，无法读取，请另存后重新上传。") from None


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV that Excel and WPS open without asking: UTF-8 with BOM."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def write_workbook(sheets: Sequence[tuple[str, Sequence[Sequence[str]]]]) -> bytes:
    """A workbook of text cells, so that zeros and long numbers stay; the first row is the heading.

    sheets: name (at most 31 characters) and rows; at least one. The same rows make the same file.
    """
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": WRITTEN_AT})
        plain = book.add_format({"num_format": AS_TEXT})
        bold = book.add_format({"num_format": AS_TEXT, "bold": True})
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max([1, *map(len, rows)]) - 1, COLUMN_WIDTH, plain)
            for number, row in enumerate(rows):
                for place, text in enumerate(row):
                    shown = ILLEGAL.sub("", text)[:LONGEST_CELL]
                    sheet.write_string(number, place, shown, plain if number else bold)
    return out.getvalue()
