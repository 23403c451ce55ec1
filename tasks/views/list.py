"""What the agencies of a task say of the drawn list."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from tasks import services
from tasks.views.base import visible_task


@require_POST
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """The user's agency confirms the list."""
    task = visible_task(request, number)
    confirmation = get_object_or_404(
        task.confirmations.select_related("task__agency"), agency=request.user.agency_id
    )
    services.confirm(confirmation, actor=request.user)
    messages.success(request, "已确认名单。")
    return redirect("tasks:draw", number=number)
