"""Files into tables of cells, and back. CSV as Excel and WPS save it, XLSX, XLS."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from python_calamine import CalamineError, CalamineWorkbook

from core.errors import DomainError

MEGABYTE = 1024 * 1024
MAX_BYTES = 10 * MEGABYTE
MAX_UNPACKED = 200 * MEGABYTE
MAX_AREA = 5_000_000
CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
DELIMITERS = ",;\t"
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class UnreadableFile(DomainError):
    """The file as a whole cannot be read; nothing was changed."""

    title = "文件无法读取"


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


CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
# Style 0 plain text, style 1 bold text; format 49 is text, so that zeros and long numbers stay.
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/></font>'
    '<font><b/><sz val="11"/></font></fonts><fills count="2"><fill/><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="49"/>'
    '</cellStyleXfs><cellXfs count="2"><xf numFmtId="49" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/></cellXfs></styleSheet>'
)


def write_workbook(sheets: Sequence[tuple[str, Sequence[Sequence[str]]]]) -> bytes:
    """A workbook of text cells; the first row of each sheet is its heading.

    sheets: name (at most 31 characters) and rows.
    """
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": _content_types(numbers),
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": _workbook([name for name, _ in sheets]),
        "xl/_rels/workbook.xml.rels": _workbook_relations(numbers),
        "xl/styles.xml": STYLES,
    }
    for number, (_, rows) in zip(numbers, sheets, strict=True):
        parts[f"xl/worksheets/sheet{number}.xml"] = _sheet(rows)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), DECLARATION + content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _content_types(numbers: Iterable[int]) -> str:
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" '
        f'ContentType="{SHEET_TYPE}.worksheet+xml"/>'
        for number in numbers
    )
    return (
        f'<Types xmlns="{CONTENT_TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{SHEET_TYPE}.styles+xml"/>'
        f"{sheets}</Types>"
    )


def _workbook(names: Iterable[str]) -> str:
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(names, 1)
    )
    return f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>'


def _workbook_relations(numbers: Sequence[int]) -> str:
    sheets = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/worksheet" '
        f'Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    styles = (
        f'<Relationship Id="rId{len(numbers) + 1}" Type="{OFFICE}/styles" Target="styles.xml"/>'
    )
    return f'<Relationships xmlns="{RELATIONS}">{sheets}{styles}</Relationships>'


def _sheet(rows: Sequence[Sequence[str]]) -> str:
    width = max((len(row) for row in rows), default=1)
    body = "".join(
        f'<row r="{number}">{_cells(row, 1 if number == 1 else 0)}</row>'
        for number, row in enumerate(rows, 1)
    )
    return (
        f'<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f'</sheetView></sheetViews><cols><col min="1" max="{max(width, 1)}" width="22" style="0" '
        f'customWidth="1"/></cols><sheetData>{body}</sheetData></worksheet>'
    )


def _cells(row: Sequence[str], style: int) -> str:
    return "".join(
        f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">'
        f"{escape(ILLEGAL.sub('', text))}</t></is></c>"
        for text in row
    )
