"""Files between their upload and their owner's decision: what they would change, and their template."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agencies.models import Agency
from registries.imports import (
    INSPECTOR_COLUMNS,
    TARGET_COLUMNS,
    CellFault,
    annotate,
    write_workbook,
)
from registries.models import Target, Upload
from registries.reads.changes import label_of
from registries.reads.inspector_rows import examine_inspectors
from registries.reads.preview import ImportPreview, RowChange
from registries.reads.target_rows import examine_targets

COLUMNS = {"target": TARGET_COLUMNS, "inspector": INSPECTOR_COLUMNS}
NOUNS = {"target": "检查对象", "inspector": "执法检查人员"}
KEYS = {"target": "统一社会信用代码", "inspector": "身份证号"}  # the column that knows a row again
EXAMINE = {"target": examine_targets, "inspector": examine_inspectors}

Line = dict[str, Any]


def examine(kind: str, data: bytes, agency: Agency) -> ImportPreview:
    """What importing the file would change in the registry `kind`; nothing is written.

    Raises UnreadableFile when the file as a whole cannot be read.
    """
    return EXAMINE[kind](data, agency)


def bytes_of(upload: Upload) -> bytes:
    """The kept file as it came."""
    return base64.b64decode(upload.content)


def examine_upload(upload: Upload) -> ImportPreview:
    """What importing a kept file would do now."""
    return examine(upload.kind, bytes_of(upload), upload.agency)


def annotated_upload(upload: Upload) -> tuple[bytes, bool]:
    """The kept file with a column 错误说明, and whether it is a workbook."""
    preview = examine_upload(upload)
    content = annotate(preview.table, preview.sheet.heading_row, preview.faults)
    return content, preview.table.is_workbook


def import_template(kind: str) -> bytes:
    """An empty list with the right headings in text format, and how to fill it."""
    columns = COLUMNS[kind]
    notes = [["列", "是否必填", "说明"]]
    notes += [[one.heading, "必填" if one.is_required else "", one.hint] for one in columns]
    return write_workbook([(NOUNS[kind], [[one.heading for one in columns]]), ("填写说明", notes)])


@dataclass(frozen=True, slots=True)
class Pile:
    """The rows of a file with one fate: name in the address, words, how many rows, and lines.

    A mistake or a change is a line of its own.
    """

    name: str
    label: str
    title: str
    number: int
    lines: list[Line]

    @property
    def shows_faults(self) -> bool:
        """Whether its lines are mistakes."""
        return self.name == "errors"

    @property
    def shows_changes(self) -> bool:
        """Whether its lines are fields that differ."""
        return self.name == "updated"


def piles(preview: ImportPreview) -> list[Pile]:
    """The rows by what becomes of them, what needs a look first."""
    names = {row.number: row.cells.get("name", "") for row in preview.sheet.rows}
    faults = [_fault(one, names) for one in preview.faults]
    changes = [line for one in preview.updated for line in _changes(one)]
    created = [_line(one) for one in preview.created]
    unchanged = [_line(one) for one in preview.unchanged]
    return [
        Pile("errors", "有误", "有误的行", preview.bad_rows, faults),
        Pile("updated", "更新", "将要更新的行", len(preview.updated), changes),
        Pile("created", "新增", "将要新增的行", len(created), created),
        Pile("unchanged", "不变", "不变的行", len(unchanged), unchanged),
    ]


def pile_shown(found: list[Pile], wanted: str) -> Pile:
    """The pile that was asked for, else the first that holds something, else the new rows."""
    named = {pile.name: pile for pile in found}
    filled = (pile for pile in found if pile.lines)
    return named.get(wanted) or next(filled, named["created"])


def _changes(change: RowChange) -> Iterator[Line]:
    """One line for each field that differs; `excludes` where it keeps the target out of draws."""
    gone = isinstance(change.obj, Target) and not change.obj.is_existing
    status = label_of(Target, "status")
    for difference in change.differences:
        yield {
            "row": change.row.number,
            "name": change.obj,
            "difference": difference,
            "excludes": gone and difference[0] == status,
        }


def _fault(fault: CellFault, names: dict[int, str]) -> Line:
    return {"row": fault.row, "name": names.get(fault.row, "表头"), "fault": fault}


def _line(change: RowChange) -> Line:
    return {"row": change.row.number, "name": change.obj, "cells": change.row.cells}
