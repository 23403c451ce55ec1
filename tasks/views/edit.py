"""Launch a task."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from core.errors import DomainError, NotAllowed
from core.workflow import REFUSED, can
from plans.models import PlanLine
from tasks import services
from tasks.forms import TaskForm
from tasks.timetable import proposal


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, line_pk: int) -> HttpResponse:
    """Launch a task from a line of a published plan; everything is prefilled."""
    lines = PlanLine.objects.select_related(
        "plan__agency__region", "trade", "scheme"
    ).prefetch_related("items", "participants", "tiers__grade")
    line = get_object_or_404(
        lines, pk=line_pk, plan__agency=request.user.agency_id, plan__status="published"
    )
    task = proposal(line)
    if not can(request.user, "add", task):
        raise NotAllowed(REFUSED)
    form = TaskForm(request.POST or None, instance=task)
    if form.is_valid():
        try:
            services.create_task(form.instance, line, actor=request.user)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"任务已发起，编号 {form.instance.number}。")
            return redirect("tasks:scope", number=form.instance.number)
    context = {"form": form, "line": line, "profile": task.profile}
    return render(request, "tasks/create.html", context)
