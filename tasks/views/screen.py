"""What is shown to a hall and kept on paper: the projector page and the minutes of a draw."""

from io import BytesIO

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from agencies.requests import StaffRequest
from core import clock
from draws.flows import DrawStatus
from draws.models import Draw, Purpose
from draws.reads import ceremony_state
from tasks.models import Task
from tasks.reads.draws import evidence_of, minutes_of
from tasks.views.base import acts_of, current, visible_task


@require_GET
def screen(request: StaffRequest, number: str) -> HttpResponse:
    """The draw in large type, for a projector; it follows the ceremony by itself."""
    return render(request, "tasks/screen.html", _seen(request, number))


@require_GET
def now(request: StaffRequest, number: str) -> HttpResponse:
    """The part of the projector page that changes."""
    return render(request, "draws/_screen.html", _seen(request, number))


def withheld(task: Task) -> str:
    """Why the hall sees tickets only, until the list is public."""
    when = f"名单在{task.profile.get_list_published_display()}公布"
    why = "名单不向社会公开" if task.rules.get("is_restricted") else when
    return f"{why}，这里只显示抽签号。"


def _seen(request: StaffRequest, number: str) -> dict:
    draw = _draw(request, number)
    task = draw.drawn_for.task
    names = task.list_is_public
    is_open = draw.status == DrawStatus.OPENED
    return {
        "task": task,
        "draw": draw,
        "hall": ceremony_state.of(draw, clock.now()),
        "evidence": evidence_of(draw, names=names, tickets=is_open),
        "names": names,
        "is_open": is_open,
        "acts": acts_of(task, draw),
        "withheld": withheld(task),
    }


@require_GET
def minutes(request: StaffRequest, number: str) -> HttpResponse:
    """The minutes of the first draw as one page."""
    draw = _draw(request, number)
    data = minutes_of(draw)
    return FileResponse(
        BytesIO(data), filename=f"{draw.draw_id}.pdf", content_type="application/pdf"
    )


def _draw(request: StaffRequest, number: str) -> Draw:
    task = visible_task(request, number)
    draw = current(task, Purpose.TARGETS)
    if draw is None:
        raise Http404
    return draw
