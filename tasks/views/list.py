"""What the agencies of a task say of the drawn list: confirm, report, agree."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.requests import StaffRequest
from core.errors import DomainError, NotAllowed
from core.pages import attempt
from core.workflow import REFUSED, can, has_role_permission
from draws.models import Draw
from tasks import replacement_proof, services
from tasks.flows import ConfirmationStatus, ReplacementStatus, TaskStatus
from tasks.forms import DecisionForm, ReportForm
from tasks.models import Replacement, Selection, Task
from tasks.views.base import page, visible_task

MOVES = {"agree", "refuse"}


def list_context(request: StaffRequest, task: Task, draw_: Draw | None) -> dict[str, Any]:
    """The list as it stands now, what was said of it, and what this user may do about it."""
    if draw_ is None or task.status in {TaskStatus.DRAFT, TaskStatus.FROZEN}:
        return {}
    confirmations = list(task.confirmations.select_related("agency", "confirmed_by"))
    mine = request.user.agency_id in {agency.pk for agency in task.agencies}
    confirming = task.status == TaskStatus.CONFIRMING
    reports = list(
        Replacement.objects.filter(draw=draw_).select_related(
            "selection__target",
            "successor__target",
            "agency",
            "second_agency",
            "proposed_by",
            "decided_by",
            "event",
        )
    )
    for report in reports:
        report.may_decide = (
            confirming
            and mine
            and report.status == ReplacementStatus.PROPOSED
            and report.agency_id != request.user.agency_id
            and has_role_permission(request.user, "agree", Replacement)
        )
        report.words = services.outcome_words(report) if report.event_id else ""
    open_reports = [r for r in reports if r.status == ReplacementStatus.PROPOSED]
    own_report = any(r.agency_id == request.user.agency_id for r in open_reports)
    listed = list(task.selections.select_related("target__region").order_by("number"))
    return {
        "confirmations": confirmations,
        "may_confirm": confirming
        and not own_report
        and any(
            c.status == ConfirmationStatus.PENDING and can(request.user, "confirm", c)
            for c in confirmations
        ),
        "all_confirmed": bool(confirmations)
        and all(c.status == ConfirmationStatus.CONFIRMED for c in confirmations),
        "listed": listed,
        "seen": max((one.number for one in listed), default=0),
        "reports": reports,
        "reported": {r.selection_id for r in reports if r.status != ReplacementStatus.REFUSED},
        "open_reports": open_reports,
        "own_report": own_report and confirming,
        "may_report": confirming and mine and has_role_permission(request.user, "add", Replacement),
        "events": list(draw_.events.all()),
    }


@require_POST
def confirm(request: StaffRequest, number: str) -> HttpResponse:
    """The user's agency confirms the list that it has seen."""
    task = visible_task(request, number)
    confirmation = get_object_or_404(
        task.confirmations.select_related("task__agency"), agency=request.user.agency_id
    )
    seen = request.POST.get("seen", "")
    services.confirm(confirmation, actor=request.user, seen=int(seen) if seen.isdecimal() else None)
    messages.success(request, "已确认名单。")
    return redirect("tasks:draw", number=number)


@require_http_methods(["GET", "POST"])
def report(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """名单有误: one drawn target, what is wrong with it, and the proof."""
    task = visible_task(request, number)
    selections = Selection.objects.filter(task=task).select_related("target__region", "draw")
    selection = get_object_or_404(selections, pk=pk)
    selection.task = task
    _may(request, task, "add")
    form = ReportForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            done = attempt(form, _send, selection, form, request)
            if done:
                messages.success(request, "已提交，请参与任务的另一个部门复核。名单暂不变化。")
                return redirect("tasks:draw", number=number)
            status = done.status
    response = page(request, task, "report", {"selection": selection, "form": form})
    response.status_code = status
    return response


def _send(selection: Selection, form: ReportForm, request: StaffRequest) -> None:
    asked = form.cleaned_data
    services.report_target(
        selection,
        asked["fault"],
        asked["note"],
        asked["evidence"].read(replacement_proof.LARGEST + 1),
        asked["evidence"].name,
        actor=request.user,
        agency=request.user.agency,
    )


def _may(request: StaffRequest, task: Task, action: str) -> None:
    mine = request.user.agency_id in {agency.pk for agency in task.agencies}
    if not (mine and has_role_permission(request.user, action, Replacement)):
        raise NotAllowed(REFUSED)


@require_POST
def decide(request: StaffRequest, number: str, pk: int, move: str) -> HttpResponse:
    """A second agency agrees, or finds that the target can be inspected."""
    row = _visible_report(request, number, pk)
    form = DecisionForm(request.POST)
    if move not in MOVES:
        raise Http404
    _may(request, row.selection.task, move)
    if not form.is_valid():
        raise DomainError("意见最多 200 字，没有办理。请返回改短。")
    note, who = form.cleaned_data["note"], {"actor": request.user, "agency": request.user.agency}
    if move == "agree":
        done = services.agree_replacement(row, note, **who)
        messages.success(request, f"已同意替换：{services.outcome_words(done)}")
    else:
        services.refuse_replacement(row, note, **who)
        messages.success(request, "已记为不予替换，该户仍在名单中。")
    return redirect("tasks:draw", number=number)


def _visible_report(request: StaffRequest, number: str, pk: int) -> Replacement:
    task = visible_task(request, number)
    rows = Replacement.objects.select_related("selection__task", "selection__target", "agency")
    return get_object_or_404(rows, pk=pk, selection__task=task)


@require_GET
@never_cache
def report_evidence(request: StaffRequest, number: str, pk: int) -> FileResponse:
    """The proof as it came; a photo is shown, a PDF is saved."""
    row = _visible_report(request, number, pk)
    suffix = row.evidence.name.rpartition(".")[2]
    try:
        file = row.evidence.open()
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        file,
        as_attachment=suffix == "pdf",
        filename=f"证明材料-{row.pk}.{suffix}",
        content_type=replacement_proof.TYPES[suffix],
    )
