"""Pages on bringing lists in: upload, look at the preview, decide."""

from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import DomainError
from core.pages import PAGE_SIZE, Page
from registries import services
from registries.forms import UploadForm
from registries.imports import INSPECTOR_COLUMNS, TARGET_COLUMNS, write_workbook
from registries.models import Upload
from registries.views.filters import posted

COLUMNS = {"target": TARGET_COLUMNS, "inspector": INSPECTOR_COLUMNS}
NOUNS = {"target": "检查对象", "inspector": "执法检查人员"}
LISTS = {"target": "registries:targets", "inspector": "registries:inspectors"}
SUMMARY = 10
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def own_upload(request, pk):
    """The file the user has brought, or 404."""
    return get_object_or_404(
        Upload.objects.visible_to(request.user).select_related("agency__region"), pk=pk
    )


@require_http_methods(["GET", "POST"])
def target_import(request):
    """Choose a list of targets."""
    return _choose(request, "target")


@require_http_methods(["GET", "POST"])
def inspector_import(request):
    """Choose a list of inspectors."""
    return _choose(request, "inspector")


def _choose(request, kind):
    services.require_import(kind, request.user)
    form = UploadForm(*posted(request, request.FILES))
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            upload = services.keep_upload(kind, file.name, file.read(), actor=request.user)
        except DomainError as error:
            form.add_error("file", error.message)
        else:
            return redirect("registries:preview", upload.pk)
    context = {"form": form, "kind": kind, "noun": NOUNS[kind], "columns": COLUMNS[kind]}
    return render(request, "registries/import.html", context | _places(kind))


def _places(kind):
    return {"list_name": LISTS[kind], "import_name": f"registries:{kind}_import"}


@never_cache
@require_http_methods(["GET", "POST"])
def preview(request, pk):
    """What the file would change, row by row; POST imports it."""
    upload = own_upload(request, pk)
    if request.method == "POST":
        return _confirm(request, upload)
    preview = services.examine_upload(upload)
    faults = preview.faults
    show = request.GET.get("show", "")
    piles = _piles(preview, faults)
    if show not in piles:
        show = next((name for name, (_, rows) in piles.items() if rows), "created")
    counts = {
        "errors": preview.bad_rows,
        "updated": len(preview.updated),
        "created": len(preview.created),
        "unchanged": len(preview.unchanged),
    }
    context = {
        "upload": upload,
        "noun": NOUNS[upload.kind],
        "preview": preview,
        "rows": len(preview.sheet.rows),
        "faults": faults,
        "first_faults": faults[:SUMMARY],
        "show": show,
        "piles": [(name, label, counts[name]) for name, (label, _) in piles.items()],
        "page": _page(request, piles[show][1], show),
    }
    return render(request, "registries/preview.html", context | _places(upload.kind))


def _piles(preview, faults):
    """The rows by what becomes of them: a mistake or a change is a line of its own."""
    names = {row.number: row.cells.get("name", "") for row in preview.sheet.rows}
    return {
        "errors": (
            "有误",
            [{"row": one.row, "name": names.get(one.row, "表头"), "fault": one} for one in faults],
        ),
        "updated": (
            "更新",
            [
                {"row": one.row.number, "name": one.obj, "difference": difference}
                for one in preview.updated
                for difference in one.differences
            ],
        ),
        "created": ("新增", [_line(one) for one in preview.created]),
        "unchanged": ("不变", [_line(one) for one in preview.unchanged]),
    }


def _line(change):
    return {"row": change.row.number, "name": change.obj, "cells": change.row.cells}


def _page(request, lines, show):
    """A page of lines that are in memory; the position is a number."""
    try:
        start = max(int(request.GET.get("from", "0")), 0)
    except ValueError:
        start = 0
    end = start + PAGE_SIZE
    return Page(
        items=lines[start:end],
        next=f"show={show}&from={end}" if end < len(lines) else None,
        previous=f"show={show}&from={max(start - PAGE_SIZE, 0)}" if start else None,
        total=len(lines),
    )


def _confirm(request, upload):
    accept_good = request.POST.get("accept_good") == "1"
    result = services.confirm_upload(upload, accept_good=accept_good, actor=request.user)
    if result["errors"] and not accept_good:
        messages.error(request, "名录在预览后有变化，文件中有错误的行，本次没有导入任何内容。")
        return redirect("registries:preview", upload.pk)
    left_out = "，有误的行没有导入" if result["errors"] else ""
    messages.success(
        request,
        f"导入完成：新增 {result['created']}，更新 {result['updated']}，"
        f"不变 {result['unchanged']}{left_out}。",
    )
    return redirect(LISTS[upload.kind])


@never_cache
@require_GET
def annotated(request, pk):
    """The file again, with a column that says what is wrong in each row."""
    upload = own_upload(request, pk)
    content, is_workbook = services.annotated_upload(upload)
    stem = upload.filename.rsplit(".", 1)[0]
    suffix, kind = (".xlsx", WORKBOOK) if is_workbook else (".csv", "text/csv; charset=utf-8")
    return _download(content, f"{stem}-标注错误{suffix}", kind)


@require_POST
def discard(request, pk):
    """Let a file go without importing it."""
    upload = own_upload(request, pk)
    services.discard_upload(upload, actor=request.user)
    messages.success(request, "已取消导入，名录没有改动。")
    return redirect(LISTS[upload.kind])


@require_GET
def template(request, kind):
    """An empty list with the right headings in text format, and how to fill it."""
    if kind not in COLUMNS:
        raise Http404
    services.require_import(kind, request.user)
    columns = COLUMNS[kind]
    notes = [["列", "是否必填", "说明"]]
    notes += [[one.heading, "必填" if one.is_required else "", one.hint] for one in columns]
    content = write_workbook(
        [(NOUNS[kind], [[one.heading for one in columns]]), ("填写说明", notes)]
    )
    return _download(content, f"{NOUNS[kind]}导入模板.xlsx", WORKBOOK)


def _download(content, filename, content_type):
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
    return response
