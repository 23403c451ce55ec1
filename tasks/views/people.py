"""The second draw: who is sent where."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tasks import evidence, roster, services
from tasks.flows import TaskStatus
from tasks.forms import PhraseForm
from tasks.models import Draw, Purpose, Task
from tasks.views.base import ceremony, page, visible_task


@require_GET
def people(request: HttpRequest, number: str) -> HttpResponse:
    """The second draw: who can be sent, the ceremony, the teams."""
    task = visible_task(request, number)
    draw_ = (
        task.draws.live().filter(purpose=Purpose.INSPECTORS).select_related("consented_by").first()
    )
    return people_page(request, task, draw_, PhraseForm())


def people_page(
    request: HttpRequest, task: Task, draw_: Draw | None, form: PhraseForm, status: int = 200
) -> HttpResponse:
    """The page of the second draw."""
    context: dict = {"draw": draw_, "form": form}
    if draw_ is None and task.status == TaskStatus.LOCKED:
        context["roster"] = roster.of(task)
    if draw_:
        context |= ceremony(request, task, draw_)
        context["roster_size"] = len(draw_.roster)
        context["grade_text"] = evidence.GRADES.get(draw_.assurance, "")
        context["teams"] = task.selections.select_related("target__region").prefetch_related(
            "assignments__inspector", "assignments__agency"
        )
    response = page(request, task, "people", context)
    response.status_code = status
    return response


@require_POST
def freeze_people(request: HttpRequest, number: str) -> HttpResponse:
    """Freeze the roster for the second draw."""
    services.freeze_people(visible_task(request, number), actor=request.user)
    messages.success(request, "人员名单和回避关系已封存。")
    return redirect("tasks:people", number=number)
