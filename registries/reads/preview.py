"""What an import would do, and the steps common to both registries."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Model

from registries.imports import (
    CellFault,
    Column,
    ReadSheet,
    Row,
    Table,
    duplicates,
    read_rows,
    read_table,
)
from registries.models import Grade
from registries.reads.changes import apply, label_of, shown
from registries.reads.words import KnownWords
from registries.rules import UnfitValue


@dataclass
class RowChange:
    """What one row would do: the object with its new values, and the fields that differ.

    differences: label, value in the registry, value after the import, as they may be shown.
    grades: the grades to set, with date and source.
    """

    row: Row
    obj: Model
    fields: list[str] = field(default_factory=list)
    differences: list[tuple[str, str, str]] = field(default_factory=list)
    grades: list[tuple[Grade, date, str]] = field(default_factory=list)


@dataclass
class ImportPreview:
    """What a file would do to a registry. `refreshed`: unchanged rows whose check is dated anew."""

    table: Table
    sheet: ReadSheet
    created: list[RowChange] = field(default_factory=list)
    updated: list[RowChange] = field(default_factory=list)
    unchanged: list[RowChange] = field(default_factory=list)
    refreshed: list[int] = field(default_factory=list)

    @property
    def faults(self) -> list[CellFault]:
        """Everything wrong, by row and then as the columns of the file come."""
        order = {self.sheet.headings[name]: place for name, place in self.sheet.used.items()}
        last = max(order.values(), default=0) + 1
        return sorted(
            self.sheet.faults, key=lambda fault: (fault.row, order.get(fault.column, last))
        )

    @property
    def bad_rows(self) -> int:
        """How many rows of data have something wrong."""
        return len(self.sheet.bad)

    @property
    def good_rows(self) -> int:
        """How many rows could be imported."""
        return len(self.created) + len(self.updated) + len(self.unchanged)

    @cached_property
    def has_bad_headings(self) -> bool:
        """Whether a required column is missing, so that no row can be read."""
        return any(fault.row == self.sheet.heading_row for fault in self.sheet.faults)

    def as_json(self) -> dict[str, Any]:
        """The counts and errors of contracts section 1."""
        return {
            "rows": len(self.sheet.rows),
            "created": len(self.created),
            "updated": len(self.updated),
            "unchanged": len(self.unchanged),
            "errors": [fault.as_json() for fault in self.faults],
        }


def begin(data: bytes, columns: tuple[Column, ...], key: str, noun: str) -> ImportPreview:
    """The rows of a file, each with a key of its own."""
    table = read_table(data)
    sheet = read_rows(table, columns)
    for row, first in duplicates(sheet.rows, key):
        sheet.fault(row, key, f"与第 {first.number} 行是同一{noun}")
    return ImportPreview(table, sheet)


def find_things(sheet: ReadSheet, words: dict[str, KnownWords]) -> None:
    """Replace the words in the rows by the things they mean; what is unknown becomes a fault."""
    for row in sheet.rows:
        for name in words.keys() & row.values.keys():
            try:
                row.values[name] = words[name].find(row.values[name])
            except UnfitValue as error:
                del row.values[name]
                sheet.fault(row, name, error.message)


def sort_rows(preview: ImportPreview, change_for: Callable[[Row], RowChange | None]) -> None:
    """Put every row that has nothing wrong under created, updated or unchanged.

    change_for: the change a row asks for, or None once it has noted what is wrong.
    """
    for row in preview.sheet.rows:
        change = change_for(row)
        if change is None or preview.has_bad_headings:
            continue
        if change.obj.pk is None:
            preview.created.append(change)
        elif change.fields or change.grades:
            preview.updated.append(change)
        else:
            preview.unchanged.append(change)


def compare(row: Row, obj: Model, values: dict[str, Any]) -> RowChange:
    """Set the values on a stored object and note what was different."""
    before = {name: shown(obj, name) for name in values}
    fields = apply(obj, values)
    differences = [(label_of(obj, name), before[name], shown(obj, name)) for name in fields]
    return RowChange(row, obj, fields, differences)
