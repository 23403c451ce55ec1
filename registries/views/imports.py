"""Pages on bringing lists in: upload, look at the preview, decide."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.requests import StaffRequest
from core.errors import demand
from core.pages import PAGE_SIZE, Page, attempt
from registries import reads, services
from registries.forms import UploadForm
from registries.models import Upload
from registries.views.filters import posted

LISTS = {"target": "registries:targets", "inspector": "registries:inspectors"}
SUMMARY = 10
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def own_upload(request: StaffRequest, pk: int) -> Upload:
    """The file the user has brought, or 404."""
    return get_object_or_404(
        Upload.objects.visible_to(request.user).select_related("agency__region"), pk=pk
    )


@require_http_methods(["GET", "POST"])
def target_import(request: StaffRequest) -> HttpResponse:
    """Choose a list of targets."""
    return _choose(request, "target")


@require_http_methods(["GET", "POST"])
def inspector_import(request: StaffRequest) -> HttpResponse:
    """Choose a list of inspectors."""
    return _choose(request, "inspector")


def _choose(request: StaffRequest, kind: str) -> HttpResponse:
    demand(reads.why_not_import(kind, request.user.agency, request.user))
    form = UploadForm(*posted(request, request.FILES))
    if form.is_valid():
        file = form.cleaned_data["file"]
        kept = attempt(form, services.keep_upload, kind, file.name, file.read(), actor=request.user)
        if kept:
            return redirect("registries:preview", kept.result.pk)
    columns = reads.COLUMNS[kind]
    context = {
        "form": form,
        "kind": kind,
        "noun": reads.NOUNS[kind],
        "key": reads.KEYS[kind],
        "columns": columns,
    }
    return render(request, "registries/import.html", context | _places(kind))


def _places(kind: str) -> dict[str, str]:
    return {"list_name": LISTS[kind], "import_name": f"registries:{kind}_import"}


@never_cache
@require_http_methods(["GET", "POST"])
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """What the file would change, row by row; POST imports it."""
    upload = own_upload(request, pk)
    if request.method == "POST":
        return _confirm(request, upload)
    preview = reads.examine_upload(upload)
    faults = preview.faults
    piles = reads.piles(preview)
    pile = reads.pile_shown(piles, request.GET.get("show", ""))
    context = {
        "upload": upload,
        "noun": reads.NOUNS[upload.kind],
        "preview": preview,
        "rows": len(preview.sheet.rows),
        "faults": faults,
        "first_faults": faults[:SUMMARY],
        "piles": piles,
        "pile": pile,
        "page": _page(request, pile.lines, pile.name),
    }
    return render(request, "registries/preview.html", context | _places(upload.kind))


def _page(request: StaffRequest, lines: list[dict[str, Any]], show: str) -> Page:
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


def _confirm(request: StaffRequest, upload: Upload) -> HttpResponse:
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
def annotated(request: StaffRequest, pk: int) -> HttpResponse:
    """The file again, with a column that says what is wrong in each row."""
    upload = own_upload(request, pk)
    content, is_workbook = reads.annotated_upload(upload)
    stem = upload.filename.rsplit(".", 1)[0]
    suffix, kind = (".xlsx", WORKBOOK) if is_workbook else (".csv", "text/csv; charset=utf-8")
    return _download(content, f"{stem}-标注错误{suffix}", kind)


@require_POST
def discard(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a file go without importing it."""
    upload = own_upload(request, pk)
    services.discard_upload(upload, actor=request.user)
    messages.success(request, "已取消导入，名录没有改动。")
    return redirect(LISTS[upload.kind])


@require_GET
def template(request: StaffRequest, kind: str) -> HttpResponse:
    """An empty list with the right headings in text format, and how to fill it."""
    if kind not in reads.COLUMNS:
        raise Http404
    demand(reads.why_not_import(kind, request.user.agency, request.user))
    return _download(reads.import_template(kind), f"{reads.NOUNS[kind]}导入模板.xlsx", WORKBOOK)


def _download(content: bytes, filename: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
    return response
