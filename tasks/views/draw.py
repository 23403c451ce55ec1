"""The page of the first draw."""

from datetime import timedelta

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from agencies.requests import StaffRequest
from core import clock
from draws.models import Draw, Purpose
from tasks.models import Task
from tasks.reads.draws import changes_of, evidence_of
from tasks.views.base import current, page, visible_task
from tasks.views.list import list_context
from tasks.views.state import ceremony, phrase_form

FRESH = timedelta(minutes=1)  # how long the page replays the tickets by itself


@require_GET
def draw(request: StaffRequest, number: str) -> HttpResponse:
    """The first draw: before, the readiness list; after, the list and its evidence."""
    task = visible_task(request, number)
    return draw_page(request, task, current(task, Purpose.TARGETS))


def draw_page(
    request: StaffRequest, task: Task, draw_: Draw | None, status: int = 200, **refused: object
) -> HttpResponse:
    """The page of the first draw. refused: forms to show again, by their name on the page."""
    context: dict = {"draw": draw_}
    if draw_:
        context |= {"form": phrase_form(draw_), "evidence": evidence_of(draw_, names=True)}
        context |= ceremony(request, draw_)
        context |= list_context(request, task, draw_)
        context["changes"] = changes_of(draw_)
        context["just_opened"] = (
            draw_.opened_at is not None and clock.now() - draw_.opened_at < FRESH
        )
    response = page(request, task, "draw", context | refused)
    response.status_code = status
    return response
