"""Visits as everybody at a desk sees them: progress, the whole record, the dispatch of a task."""

from io import BytesIO

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from agencies.requests import StaffRequest
from core.audit import subject_of
from core.models import AuditEvent
from core.pages import Page, paginate, render_page, searched
from inspections import services
from inspections.models import Document, Evidence, Inspection
from inspections.reads import documents
from inspections.reads.form_state import Sheet
from inspections.views.phone import BY_DEADLINE, add_photos, visible_sheet
from tasks.models import Task


def visible_task(request: StaffRequest, number: str) -> Task:
    """The task, or 404."""
    return get_object_or_404(Task.objects.visible_to(request.user), number=number)


@require_GET
def visits(request: StaffRequest) -> HttpResponse:
    """检查记录: every visit the user may see, of one task with `?task=`."""
    number, text = searched(request, "task"), searched(request)
    task = visible_task(request, number) if number else None
    rows = Inspection.objects.visible_to(request.user).with_form()
    if task:
        rows = rows.filter(selection__task=task)
    if text:
        rows = rows.matching(text)
    page = paginate(rows, request, BY_DEADLINE)
    context = {"page": page, "sheets": _sheets(page), "task": task, "text": text}
    return render_page(request, "inspections/list", context)


@require_GET
def of_task(request: StaffRequest, number: str) -> HttpResponse:
    """The visits of a task with the progress of each agency, for the task's page."""
    task = visible_task(request, number)
    rows = Inspection.objects.visible_to(request.user).with_form().filter(selection__task=task)
    page = paginate(rows, request, ("selection__number", "pk"))
    context = {"page": page, "sheets": _sheets(page), "task": task}
    return render_page(request, "inspections/of_task", context)


def _sheets(page: Page) -> list[Sheet]:
    return [Sheet(visit) for visit in page.items]


@require_GET
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """The whole record of one visit, read only."""
    sheet = visible_sheet(request, pk)
    subjects = [subject_of(part.section) for part in sheet.parts]
    trail = AuditEvent.objects.filter(subject__in=[subject_of(sheet.inspection), *subjects])
    context = {
        "sheet": sheet,
        "visit": sheet.inspection,
        "trail": paginate(trail.select_related("actor__agency"), request),
        "documents": sheet.inspection.documents.all(),
        "own": sheet.part_of(request.user),
    }
    add_photos(sheet, request.user)
    return render_page(request, "inspections/detail", context)


@require_POST
def dispatch(request: StaffRequest, number: str) -> HttpResponse:
    """派发任务: the button of the task's page."""
    task = visible_task(request, number)
    count = services.dispatch(task, actor=request.user)
    messages.success(request, f"已派发，生成 {count} 张一企一表，检查人员和分管负责人已收到通知。")
    return redirect(task)


@require_GET
def form_pdf(request: StaffRequest, pk: int) -> FileResponse:
    """一企一表 as a paper."""
    sheet = visible_sheet(request, pk)
    name = f"一企一表-{sheet.inspection.target}-{documents.form_number(sheet)}"
    return _pdf(documents.form_pdf(sheet), name)


@require_GET
def approval_pdf(request: StaffRequest, pk: int) -> FileResponse:
    """行政检查审批表 as a paper."""
    return _paper(request, pk, Document.Kind.APPROVAL)


@require_GET
def notice_pdf(request: StaffRequest, pk: int) -> FileResponse:
    """行政检查通知书 as a paper."""
    return _paper(request, pk, Document.Kind.NOTICE)


def _paper(request: StaffRequest, pk: int, kind: str) -> FileResponse:
    visit = get_object_or_404(Inspection.objects.visible_to(request.user), pk=pk)
    document = get_object_or_404(Document, inspection=visit, kind=kind)
    name = f"{document.get_kind_display()}-{visit.target}-{document.number}"
    return _pdf(documents.paper_pdf(document), name)


def _pdf(data: bytes, name: str) -> FileResponse:
    return FileResponse(BytesIO(data), filename=f"{name}.pdf", content_type="application/pdf")


@require_GET
@never_cache
def evidence(request: StaffRequest, pk: int, size: str = "copy") -> FileResponse:
    """The copy or the thumbnail of a photo; the original stays where it is."""
    row = get_object_or_404(Evidence.objects.visible_to(request.user), pk=pk)
    try:
        file = getattr(row, size).open()
    except FileNotFoundError:
        raise Http404 from None
    name = f"照片-{row.pk}.jpg"
    return FileResponse(file, filename=name, content_type="image/jpeg")
