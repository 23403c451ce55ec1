"""Freeze, consent, open: the moves of both draws."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from core.errors import DomainError, IllegalMove, NotAllowed
from core.workflow import authorize
from tasks import services
from tasks.forms import PhraseForm
from tasks.models import Purpose
from tasks.views.base import current, visible_draw, visible_task
from tasks.views.draw import draw_page
from tasks.views.people import people_page

OPENERS = {Purpose.TARGETS: services.open_targets, Purpose.INSPECTORS: services.open_people}


@require_POST
def freeze(request: HttpRequest, number: str) -> HttpResponse:
    """Freeze the list and publish its digest."""
    draw_ = services.freeze_targets(visible_task(request, number), actor=request.user)
    messages.success(request, f"名单和规则已封存并公布，指纹 {draw_.freeze_digest[:16]}…。")
    return redirect("tasks:draw", number=number)


@require_POST
def consent(request: HttpRequest, number: str, purpose: str) -> HttpResponse:
    """A second person's consent to a draw of grade C."""
    services.consent(visible_draw(request, number, purpose), actor=request.user)
    messages.success(request, "已同意。同意人的单位将在公开页上显示。")
    return back_to(purpose, number)


@require_POST
def open_(request: HttpRequest, number: str, purpose: str) -> HttpResponse:
    """Open a draw with the phrase of a witness; a refused phrase keeps what was typed."""
    draw_ = visible_draw(request, number, purpose)
    authorize(request.user, "open", draw_)
    form = PhraseForm(request.POST)
    if form.is_valid():
        try:
            OPENERS[purpose](draw_, actor=request.user, **form.cleaned_data)
        except (NotAllowed, IllegalMove):
            raise
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return back_to(purpose, number)
    task = visible_task(request, number)
    fresh = current(task, purpose)
    show = draw_page if purpose == Purpose.TARGETS else people_page
    return show(request, task, fresh, form, status=422)


def back_to(purpose: str, number: str) -> HttpResponse:
    """The page of that draw."""
    name = "tasks:draw" if purpose == Purpose.TARGETS else "tasks:people"
    return redirect(name, number=number)
