"""Files between their upload and their owner's decision: what they would change, and their template."""

import base64
from typing import Any

from agencies.models import Agency
from registries.imports import (
    INSPECTOR_COLUMNS,
    TARGET_COLUMNS,
    CellFault,
    annotate,
    write_workbook,
)
from registries.models import Upload
from registries.reads.inspector_rows import examine_inspectors
from registries.reads.preview import ImportPreview, RowChange
from registries.reads.target_rows import examine_targets

COLUMNS = {"target": TARGET_COLUMNS, "inspector": INSPECTOR_COLUMNS}
NOUNS = {"target": "检查对象", "inspector": "执法检查人员"}
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


def piles(preview: ImportPreview) -> dict[str, tuple[str, int, list[Line]]]:
    """The rows by what becomes of them: label, how many rows, and lines.

    A mistake or a change is a line of its own.
    """
    names = {row.number: row.cells.get("name", "") for row in preview.sheet.rows}
    return {
        "errors": ("有误", preview.bad_rows, [_fault(one, names) for one in preview.faults]),
        "updated": (
            "更新",
            len(preview.updated),
            [
                {"row": one.row.number, "name": one.obj, "difference": difference}
                for one in preview.updated
                for difference in one.differences
            ],
        ),
        "created": ("新增", len(preview.created), [_line(one) for one in preview.created]),
        "unchanged": ("不变", len(preview.unchanged), [_line(one) for one in preview.unchanged]),
    }


def _fault(fault: CellFault, names: dict[int, str]) -> Line:
    return {"row": fault.row, "name": names.get(fault.row, "表头"), "fault": fault}


def _line(change: RowChange) -> Line:
    return {"row": change.row.number, "name": change.obj, "cells": change.row.cells}
