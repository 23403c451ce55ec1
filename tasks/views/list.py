"""What the agencies of a task say of the drawn list: confirm, report, agree."""

from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.models import User
from agencies.requests import StaffRequest
from core.errors import DomainError, demand_access
from core.pages import attempt
from draws.models import Draw
from tasks import replacement_proof, services
from tasks.flows import ConfirmationStatus, ReplacementStatus, TaskStatus
from tasks.forms import DecisionForm, ReportForm
from tasks.models import Replacement, Selection, Task
from tasks.reads.lists import (
    why_not_agree,
    why_not_confirm,
    why_not_lock,
    why_not_refuse,
    why_not_report,
    why_not_report_any,
    why_not_request_confirmation,
)
from tasks.views.base import page, visible_task

MOVES = {"agree": why_not_agree, "refuse": why_not_refuse}


def list_context(request: StaffRequest, task: Task, draw_: Draw | None) -> dict[str, Any]:
    """The list as it stands now, what was said of it, and what this user may do about it."""
    if draw_ is None or task.status in {TaskStatus.DRAFT, TaskStatus.FROZEN}:
        return {}
    user = request.user
    prefetch_related_objects([task], "participants")
    reports = _reports(user, task, draw_)
    listed = list(task.selections.select_related("target__region").order_by("number"))
    no_report = why_not_report_any(task, user.agency, user)
    return {
        "listed": listed,
        "seen": max((one.number for one in listed), default=0),
        "reports": reports,
        "reported": {r.selection_id for r in reports if r.status != ReplacementStatus.REFUSED},
        "may_report": no_report is None,
        "no_report": no_report if task.status == TaskStatus.CONFIRMING else None,
        "events": list(draw_.events.all()),
        **_confirmations(user, task),
    }


def _reports(user: User, task: Task, draw_: Draw) -> list[Replacement]:
    """What was reported on the list, what came of it, and what this user may decide."""
    joins = "selection__target", "successor__target", "agency", "second_agency"
    rows = Replacement.objects.filter(draw=draw_).select_related(
        *joins, "proposed_by", "decided_by", "event"
    )
    for report in rows:
        report.selection.task, report.draw = task, draw_
        refusals = (act(report, user.agency, user) for act in (why_not_agree, why_not_refuse))
        report.may_decide = not any(refusals)
        report.words = services.outcome_words(report) if report.event_id else ""
    return list(rows)


def _confirmations(user: User, task: Task) -> dict[str, Any]:
    """What each agency says of the list, and what this user may do to get it locked."""
    rows = list(task.confirmations.select_related("agency", "confirmed_by"))
    for row in rows:
        row.task = task
    own = next((row for row in rows if row.agency_id == user.agency_id), None)
    no_confirmation = why_not_confirm(own, user) if own else None
    confirming = task.status == TaskStatus.CONFIRMING
    waits = confirming and own is not None and own.status == ConfirmationStatus.PENDING
    no_lock = why_not_lock(task, user)
    return {
        "confirmations": rows,
        "may_request": why_not_request_confirmation(task, user) is None,
        "may_confirm": own is not None and no_confirmation is None,
        "no_confirmation": no_confirmation if waits else None,
        "may_lock": no_lock is None,
        "no_lock": no_lock if confirming else None,
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
    refusal = why_not_report(selection, request.user.agency, request.user)
    demand_access(refusal)
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
    response = page(
        request, task, "report", {"selection": selection, "form": form, "refusal": refusal}
    )
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


@require_POST
def decide(request: StaffRequest, number: str, pk: int, move: str) -> HttpResponse:
    """A second agency agrees, or finds that the target can be inspected."""
    row = _visible_report(request, number, pk)
    form = DecisionForm(request.POST)
    if move not in MOVES:
        raise Http404
    demand_access(MOVES[move](row, request.user.agency, request.user))
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
