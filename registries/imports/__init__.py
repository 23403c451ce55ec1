"""Lists as people keep them: a CSV or a workbook becomes rows, and everything wrong with them."""

from registries.imports.columns import INSPECTOR_COLUMNS, TARGET_COLUMNS
from registries.imports.rows import (
    CellFault,
    Column,
    ReadSheet,
    Row,
    annotate,
    duplicates,
    read_rows,
)
from registries.imports.tables import Table, UnreadableFile, read_table, write_csv, write_workbook

__all__ = [
    "INSPECTOR_COLUMNS",
    "TARGET_COLUMNS",
    "Column",
    "CellFault",
    "Row",
    "ReadSheet",
    "Table",
    "UnreadableFile",
    "annotate",
    "duplicates",
    "read_rows",
    "read_table",
    "write_csv",
    "write_workbook",
]
