"""Launch a task, and correct it before its list is frozen."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from agencies.requests import StaffRequest
from core.errors import demand, demand_access
from core.pages import attempt
from plans.models import PlanLine
from tasks import services
from tasks.forms import TaskForm
from tasks.reads.refusals import why_not_change, why_not_create
from tasks.reads.timetable import proposal
from tasks.views.base import visible_task


@require_http_methods(["GET", "POST"])
def create(request: StaffRequest, line_pk: int) -> HttpResponse:
    """Launch a task from a line of a published plan; everything is prefilled."""
    lines = PlanLine.objects.select_related(
        "plan__agency__region", "trade", "scheme"
    ).prefetch_related("items", "participants", "tiers__grade")
    line = get_object_or_404(
        lines, pk=line_pk, plan__agency=request.user.agency_id, plan__status="published"
    )
    task = proposal(line)
    refusal = why_not_create(line, request.user)
    demand_access(refusal)
    form = TaskForm(request.POST or None, instance=task, scheme=line.scheme, tiers=line.tiers.all())
    if form.is_valid():
        given = form.instance, line, form.sampling
        if attempt(form, services.create_task, *given, actor=request.user):
            messages.success(request, f"任务已发起，编号 {form.instance.number}。")
            return redirect("tasks:scope", number=form.instance.number)
    context = {
        "form": form,
        "line": line,
        "profile": task.profile,
        "task": None,
        "refusal": refusal,
    }
    return render(request, "tasks/create.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: StaffRequest, number: str) -> HttpResponse:
    """Correct ratios, batches and dates; after the freeze nothing can be changed."""
    task = visible_task(request, number)
    demand(why_not_change(task, request.user))
    tiers = task.tiers.select_related("grade")
    form = TaskForm(request.POST or None, instance=task, scheme=task.scheme, tiers=tiers)
    if form.is_valid():
        given = form.own_values, form.sampling
        if attempt(form, services.change_task, task, *given, actor=request.user):
            messages.success(request, "任务已修改，请核对范围与比例。")
            return redirect("tasks:scope", number=number)
    context = {"form": form, "line": task.line, "profile": task.profile, "task": task}
    return render(request, "tasks/create.html", context)
