"""Tables into rows of values, with everything that is wrong: all errors of all rows at once."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from core.typed import as_code
from registries import rules
from registries.imports.tables import Table, UnreadableFile, write_csv, write_workbook

MAX_ROWS = 20_000
HEADING_WITHIN = 10
NOTE = "错误说明"
EXACT_DIGITS = 10**15
YES = frozenset({"是", "有", "Y", "YES", "TRUE", "1", "√"})
NO = frozenset({"否", "无", "N", "NO", "FALSE", "0", "×"})


@dataclass(frozen=True)
class Column:
    """One column: its field, its Chinese heading, how a cell becomes a value.

    parse raises UnfitValue with a sentence for the user. aliases: headings other forms use.
    mask: how a cell is shown to people.
    """

    field: str
    heading: str
    parse: Callable[[Any], Any]
    is_required: bool = False
    aliases: tuple[str, ...] = ()
    hint: str = ""
    mask: Callable[[str], str] = str


@dataclass(frozen=True, order=True)
class CellFault:
    """One thing to correct: the row of the sheet (first row 1), the column, what is wrong."""

    row: int
    column: str
    message: str
    value: str = field(default="", compare=False)

    def as_json(self) -> dict[str, Any]:
        """As in contracts section 1; the value stays out, it may be personal."""
        return {"row": self.row, "column": self.column, "message": self.message}


@dataclass
class Row:
    """One row of the sheet.

    values: the cells that are filled and well formed. cells: all of them as they may be shown.
    """

    number: int
    values: dict[str, Any]
    cells: dict[str, str]


@dataclass
class ReadSheet:
    """What a file says: its rows, what is wrong, what was not used.

    heading_row: the number of the row of headings. headings: what the file calls each field.
    used: the place of each field that has a column. bad: the numbers of the rows with something wrong.
    """

    heading_row: int
    rows: list[Row]
    faults: list[CellFault]
    warnings: list[str]
    headings: dict[str, str]
    used: dict[str, int] = field(default_factory=dict)
    bad: set[int] = field(default_factory=set)

    def fault(self, row: Row, name: str, message: str) -> None:
        """Note that a field of a row is wrong."""
        column = self.headings.get(name, name)
        self.faults.append(CellFault(row.number, column, message, row.cells.get(name, "")))
        self.bad.add(row.number)


def clean(value: Any) -> str:
    """A cell as one line of text: no control or invisible characters, no space at the ends."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime):
        value = value.date().isoformat()
    kept = (
        " " if character in "\t\n\r\u2028\u2029\u3000\xa0" else character
        for character in unicodedata.normalize("NFC", str(value))
        if character in "\t\n\r" or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
    )
    return " ".join("".join(kept).split())


def text(limit: int) -> Callable[[Any], str]:
    """Free text of at most `limit` characters."""

    def parse(value: Any) -> str:
        found = clean(value)
        if len(found) > limit:
            raise rules.UnfitValue(f"不能超过 {limit} 个字，现为 {len(found)} 个字")
        return found

    return parse


def identifier(value: Any) -> str:
    """A code without blanks, in capitals; long numbers that a sheet has rounded are refused."""
    if isinstance(value, float | int) and not isinstance(value, bool) and value >= EXACT_DIGITS:
        raise rules.UnfitValue("表格把此格当作数字，末几位已丢失，请把该列设为文本格式后重新填写")
    return as_code(clean(value)).replace(" ", "").upper()


def phone(value: Any) -> str:
    """A telephone number."""
    found = as_code(clean(value))
    if not rules.valid_phone(found):
        raise rules.UnfitValue("应为手机号码或带区号的固定电话")
    return found


def day(value: Any) -> date:
    """A date, however written."""
    return rules.parse_date(value if isinstance(value, date) else as_code(clean(value)))


def yes_no(value: Any) -> bool:
    """是 or 否."""
    word = as_code(clean(value)).upper()
    if word not in YES | NO:
        raise rules.UnfitValue("应填“是”或“否”")
    return word in YES


def whole_number(value: Any) -> int:
    """A count."""
    digits = as_code(clean(value))
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 6):
        raise rules.UnfitValue("应为不小于 0 的整数")
    return int(digits)


def _plain(heading: str) -> str:
    """A heading without blanks, brackets of one width, no mark of duty."""
    folded = unicodedata.normalize("NFKC", heading).replace(" ", "").strip("*")
    return folded.removesuffix("(必填)")


def _known(columns: Sequence[Column]) -> dict[str, Column]:
    return {
        _plain(name): column for column in columns for name in (column.heading, *column.aliases)
    }


def read_rows(table: Table, columns: Sequence[Column]) -> ReadSheet:
    """The rows of a table under the headings of `columns`, and what is wrong with single cells.

    Empty rows are passed over. A title above the headings is, too. Raises UnreadableFile when none
    of the headings is there or the table is too long.
    """
    known = _known(columns)
    at = _heading_at(table, known)
    number, cells = table.rows[at]
    sheet = ReadSheet(number, [], [], [], {column.field: column.heading for column in columns})
    places = _places(sheet, number, [clean(cell) for cell in cells], known)
    for column in columns:
        if column.is_required and column.field not in places:
            sheet.faults.append(CellFault(number, column.heading, f"缺少“{column.heading}”列"))
    by_field = {column.field: column for column in columns}
    filled = [row for row in table.rows[at + 1 :] if any(clean(cell) for cell in row[1])]
    if len(filled) > MAX_ROWS:
        raise UnreadableFile(
            f"一次最多导入 {MAX_ROWS} 行，本文件有 {len(filled)} 行，请拆成几个文件。"
        )
    for number, cells in filled:
        sheet.rows.append(_read_row(sheet, number, cells, places, by_field))
    return sheet


def _heading_at(table: Table, known: dict[str, Column]) -> int:
    """The index of the row with the most known headings near the top."""
    counts = [
        len({known[name].field for cell in cells if (name := _plain(clean(cell))) in known})
        for _, cells in table.rows[:HEADING_WITHIN]
    ]
    best = max(counts, default=0)
    if best == 0:
        raise UnreadableFile("没有找到表头。第一行应是列名，请下载导入模板，按模板的列名填写。")
    return counts.index(best)


def _places(
    sheet: ReadSheet, number: int, headings: list[str], known: dict[str, Column]
) -> dict[str, int]:
    """Where each field stands; headings that are not used are named in one warning."""
    places: dict[str, int] = {}
    unknown = []
    for place, heading in enumerate(headings):
        column = known.get(_plain(heading))
        if column is None:
            if heading and not heading.startswith(NOTE):
                unknown.append(f"“{heading}”")
        elif column.field in places:
            sheet.faults.append(CellFault(number, heading, f"“{column.heading}”列出现了两次"))
        else:
            places[column.field] = place
            sheet.headings[column.field] = heading
            sheet.used[column.field] = place
    if unknown:
        sheet.warnings.append(f"以下列未使用：{'、'.join(unknown)}。")
    return places


def _read_row(
    sheet: ReadSheet,
    number: int,
    cells: list[Any],
    places: dict[str, int],
    columns: dict[str, Column],
) -> Row:
    row = Row(number, {}, {})
    for name, place in places.items():
        value = cells[place] if place < len(cells) else ""
        shown = clean(value)
        row.cells[name] = columns[name].mask(shown)
        if not shown:
            if columns[name].is_required:
                sheet.fault(row, name, f"没有填写“{columns[name].heading}”")
            continue
        try:
            row.values[name] = columns[name].parse(value)
        except rules.UnfitValue as error:
            sheet.fault(row, name, error.message)
    return row


def duplicates(rows: Iterable[Row], name: str) -> Iterable[tuple[Row, Row]]:
    """Each row whose value of a field stands in an earlier row, with that row."""
    first: dict[Any, Row] = {}
    for row in rows:
        value = row.values.get(name)
        if value is None:
            continue
        if value in first:
            yield row, first[value]
        else:
            first[value] = row


def annotate(table: Table, heading_row: int, faults: Sequence[CellFault]) -> bytes:
    """The same file with a last column 错误说明; a workbook stays a workbook, CSV stays CSV."""
    said: dict[int, list[str]] = {}
    for fault in faults:
        said.setdefault(fault.row, []).append(f"{fault.column}：{fault.message}")
    width = max((len(cells) for _, cells in table.rows), default=0)
    noted = [
        place
        for _, cells in table.rows[:HEADING_WITHIN]
        for place, cell in enumerate(cells)
        if clean(cell).startswith(NOTE)
    ]
    rows = []
    for number, cells in table.rows:
        texts = [clean(cell) for place, cell in enumerate(cells) if place not in noted]
        texts += [""] * (width - len(set(noted)) - len(texts))
        note = "；".join(said.get(number, []))
        rows.append([*texts, f"{NOTE} {note}".strip() if number == heading_row else note])
    return write_workbook([("标注错误", rows)]) if table.is_workbook else write_csv(rows)
