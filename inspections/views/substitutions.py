"""更换检查人员, from the phone or the desk: apply, and decide. Find, call one service, render."""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.models import User, overseen
from agencies.requests import StaffRequest
from core.errors import demand, demand_access
from core.pages import attempt
from draws.reasons import SubstitutionReason
from inspections import services
from inspections.reads.refusals import why_not_approve_substitution, why_not_substitute
from tasks.flows import SubstitutionStatus
from tasks.forms import DecisionForm, SubstitutionForm
from tasks.models import Assignment, Substitution, Task
from tasks.reads.substitutions import why_not_apply, why_not_decide

MOVES = {"approve": services.approve_substitution, "refuse": services.refuse_substitution}


def visible_assignment(user: User, pk: int) -> Assignment:
    """The assignment, or 404: in a task the user sees, or of an inspector of the own agency."""
    rows = Assignment.every.filter(
        Q(selection__task__in=Task.objects.visible_to(user)) | overseen(user, "inspector__agency")
    ).select_related("selection__task", "selection__target", "inspector__agency", "agency")
    return get_object_or_404(rows, pk=pk)


def visible_substitution(user: User, pk: int) -> Substitution:
    """The application, or 404: of the own agency, and of the same system below it."""
    rows = Substitution.objects.filter(overseen(user)).select_related(
        "assignment__selection__task",
        "assignment__selection__target",
        "assignment__inspector",
        "assignment__agency",
        "substitute__inspector",
        "agency",
        "requested_by",
        "decided_by",
        "event",
    )
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "POST"])
def substitute(request: StaffRequest, pk: int) -> HttpResponse:
    """Apply to leave a team, or for an inspector of the own agency."""
    assignment = visible_assignment(request.user, pk)
    demand(why_not_apply(assignment, "", request.user))
    causes = [
        cause
        for cause in SubstitutionReason.values
        if why_not_apply(assignment, cause, request.user) is None
    ]
    form = SubstitutionForm(request.POST or None, causes=causes)
    status = 200 if request.method == "GET" else 422
    if form.is_valid():
        done = attempt(
            form,
            services.request_substitution,
            assignment,
            **form.cleaned_data,
            actor=request.user,
        )
        if done:
            messages.success(request, "已提交，等待本单位分管负责人审批。批准前仍由原人员检查。")
            return redirect("inspections:substitution", pk=done.result.pk)
        status = done.status
    waiting = assignment.substitutions.filter(status=SubstitutionStatus.REQUESTED).first()
    context = {
        "assignment": assignment,
        "form": form,
        "waiting": waiting,
        "refusal": why_not_substitute(assignment, request.user),
    }
    return render(request, "inspections/substitute.html", context, status=status)


@require_GET
def substitution(request: StaffRequest, pk: int) -> HttpResponse:
    """One application: why, who decided, who came."""
    return _page(request, visible_substitution(request.user, pk))


def _page(
    request: StaffRequest, row: Substitution, error: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "row": row,
        "task": row.assignment.selection.task,
        "target": row.assignment.selection.target,
        "is_waiting": row.status == SubstitutionStatus.REQUESTED,
        "no_approval": why_not_approve_substitution(row, request.user),
        "no_refusal": why_not_decide(row, "refuse", request.user),
        "error": error,
    }
    return render(request, "inspections/substitution.html", context, status=status)


@require_POST
def decide(request: StaffRequest, pk: int, move: str) -> HttpResponse:
    """The deputy head agrees, or not."""
    row, form = visible_substitution(request.user, pk), DecisionForm(request.POST)
    if move not in MOVES:
        raise Http404
    demand_access(why_not_decide(row, move, request.user))
    if not form.is_valid():
        return _page(request, row, "意见最多 200 字，没有办理。", 422)
    done = attempt(None, MOVES[move], row, form.cleaned_data["note"], actor=request.user)
    if not done:
        found = visible_substitution(request.user, pk)
        return _page(request, found, str(done.error), done.status)
    messages.success(
        request, "已同意，接替人员已按规程抽取。" if move == "approve" else "已答复不同意。"
    )
    return redirect("inspections:substitution", pk=pk)
