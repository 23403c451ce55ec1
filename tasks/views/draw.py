"""The page of the first draw."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from tasks import evidence
from tasks.forms import PhraseForm
from tasks.models import Draw, Purpose, Task
from tasks.views.base import ceremony, current, page, visible_task
from tasks.views.list import list_context


@require_GET
def draw(request: HttpRequest, number: str) -> HttpResponse:
    """The first draw: before, the readiness list; after, the list and its evidence."""
    task = visible_task(request, number)
    draw_ = current(task, Purpose.TARGETS)
    return draw_page(request, task, draw_, PhraseForm())


def draw_page(
    request: HttpRequest, task: Task, draw_: Draw | None, form: PhraseForm, status: int = 200
) -> HttpResponse:
    """The page of the first draw."""
    context = {"draw": draw_, "form": form}
    if draw_:
        draw_.task = task
        context["evidence"] = evidence.of(draw_, names=True)
        context |= ceremony(request, task, draw_)
        context |= list_context(request, task, draw_)
    response = page(request, task, "draw", context)
    response.status_code = status
    return response
