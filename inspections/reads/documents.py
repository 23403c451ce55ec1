"""The three papers of a visit as PDF: one form per enterprise, approval form, notice.

Approval form and notice are rendered from the rows made at dispatch, so that a paper printed years
later is the paper of that day; the form is rendered from the sheet as it stands now.
"""

from datetime import date
from typing import Any

from django.conf import settings

from core import pdf
from inspections.models import Document, Evidence, Signature
from inspections.reads.form_state import Part, Sheet
from inspections.rules import RESULTS
from inspections.rules.strokes import svg_frame

TEMPLATES = {
    Document.Kind.APPROVAL: "pdf/approval.html",
    Document.Kind.NOTICE: "pdf/notice.html",
}
DATES = ("dispatched_on", "issued_on")


def form_pdf(sheet: Sheet) -> bytes:
    """一企一表, with a watermark as long as a section is open."""
    return pdf.render("pdf/form.html", form_context(sheet))


def form_context(sheet: Sheet) -> dict[str, Any]:
    """What stands on the form."""
    counts = photos_by_section(sheet)
    return {
        "sheet": sheet,
        "visit": sheet.inspection,
        "number": form_number(sheet),
        "signature": sheet.signature,
        "drawing": _drawing(sheet.signature),
        "parts": [_part(part, counts) for part in sheet.parts],
        "is_complete": is_complete(sheet),
        "demo": settings.PORTAL_DEMO,
    }


def _drawing(signature: Signature | None) -> dict[str, Any]:
    if signature is None or not signature.strokes:
        return {}
    box, pen = svg_frame(signature.strokes)
    return {"box": box, "pen": pen}


def form_number(sheet: Sheet) -> str:
    """The number of the form: task and place of the firm in its draw."""
    return f"{sheet.inspection.task.number}-{sheet.inspection.selection.number}"


def is_complete(sheet: Sheet) -> bool:
    """Whether every section has been handed in; a returned one is open again."""
    return not any(part.is_open for part in sheet.parts)


def photos_by_section(sheet: Sheet) -> dict[int, int]:
    """Section -> how many photos it has."""
    found: dict[int, int] = {}
    rows = Evidence.objects.filter(section__inspection=sheet.inspection)
    for section in rows.values_list("section", flat=True):
        found[section] = found.get(section, 0) + 1
    return found


def _part(part: Part, photos: dict[int, int]) -> dict[str, Any]:
    return {
        "part": part,
        "rows": [
            {
                "item": item,
                "answer": answer,
                "boxes": [
                    {"label": label, "is_on": answer is not None and answer.result == value}
                    for value, label in RESULTS
                ],
            }
            for item, answer in part.rows
        ],
        "photos": photos.get(part.section.pk, 0),
    }


def paper_pdf(document: Document) -> bytes:
    """行政检查审批表 or 行政检查通知书."""
    return pdf.render(TEMPLATES[Document.Kind(document.kind)], paper_context(document))


def paper_context(document: Document) -> dict[str, Any]:
    """What stands on an approval form or a notice: the row, its dates as dates."""
    content = document.content
    window = {name: date.fromisoformat(text) for name, text in content["window"].items()}
    dates = {name: date.fromisoformat(content[name]) for name in DATES if name in content}
    bases = list(dict.fromkeys(text for item in content["items"] for text in item["bases"]))
    methods = dict.fromkeys(
        text for item in content["items"] for text in item["methods"].split("、")
    )
    amendments = [
        {**one, "on": date.fromisoformat(one["on"])} for one in content.get("amendments", [])
    ]
    return {
        **content,
        **dates,
        "amendments": amendments,
        "document": document,
        "number": document.number,
        "window": window,
        "bases": bases,
        "methods": [text for text in methods if text],
        "demo": settings.PORTAL_DEMO,
    }
