"""What the rows of a list of inspectors would change."""

from agencies.models import Agency
from core.fields import blind_index
from registries import rules
from registries.imports import INSPECTOR_COLUMNS, Row, duplicates
from registries.models import Inspector
from registries.reads.inspectors import CHECKED, inspector_problems
from registries.reads.preview import (
    ImportPreview,
    RowChange,
    begin,
    compare,
    find_things,
    sort_rows,
)
from registries.reads.words import inspector_words


def examine_inspectors(data: bytes, agency: Agency) -> ImportPreview:
    """What importing an agency's list of inspectors would do; people are known by their number."""
    preview = begin(data, INSPECTOR_COLUMNS, "citizen_id", "人员")
    sheet = preview.sheet
    for row, first in duplicates(sheet.rows, "certificate_no"):
        sheet.fault(row, "certificate_no", f"与第 {first.number} 行的执法证号相同")
    find_things(sheet, inspector_words())
    indexes = {
        row.number: blind_index(row.values["citizen_id"])
        for row in sheet.rows
        if "citizen_id" in row.values
    }
    stored = {
        inspector.citizen_id_index: inspector
        for inspector in Inspector.objects.filter(citizen_id_index__in=indexes.values())
    }
    numbers = [row.values["certificate_no"] for row in sheet.rows if "certificate_no" in row.values]
    holders = dict(
        Inspector.objects.filter(certificate_no__in=numbers).values_list(
            "certificate_no", "citizen_id_index"
        )
    )

    def change_for(row: Row) -> RowChange | None:
        index = indexes.get(row.number, "")
        holder = holders.get(row.values.get("certificate_no", ""))
        if holder not in {None, index}:
            sheet.fault(row, "certificate_no", "已登记在另一人名下，请核对")
        return _change(preview, row, agency, index, stored.get(index))

    sort_rows(preview, change_for)
    return preview


def _change(
    preview: ImportPreview, row: Row, agency: Agency, index: str, inspector: Inspector | None
) -> RowChange | None:
    """The change a row asks for; None when something is wrong with it, which is then noted."""
    sheet = preview.sheet
    if inspector is not None and inspector.agency_id != agency.pk:
        sheet.fault(row, "citizen_id", "已登记在其他单位的名录中，请联系原单位；调出功能尚未开通")
        return None
    standing = {name: getattr(inspector, name) for name in CHECKED} if inspector else {}
    whole = standing | row.values
    for name, reason in inspector_problems(whole):
        # A cell that is filled but wrong has been told already.
        if name in row.values or not row.cells.get(name):
            sheet.fault(row, name, reason)
    if row.number in sheet.bad:
        return None
    if inspector is not None:
        return compare(row, inspector, row.values)
    values = {"gender": rules.gender_of_citizen_id(whole["citizen_id"])} | row.values
    return RowChange(row, Inspector(agency=agency, citizen_id_index=index, **values))
