"""The second draw: who can be sent, what is asked of them, who is sent where."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from agencies.models import overseen
from agencies.requests import StaffRequest
from core import clock
from core.errors import demand_access
from draws.ceremony_plan import outlook
from draws.models import Draw, Opening, Purpose
from tasks import services
from tasks.eligibility import inspectors
from tasks.flows import TaskStatus
from tasks.forms import StaffingForm
from tasks.models import Substitution, Task
from tasks.reads.dispatching import why_not_dispatch
from tasks.reads.refusals import (
    why_not_arrange_staffing,
    why_not_freeze_people,
    why_not_staff,
)
from tasks.reads.substitutions import why_not_apply, why_not_leave
from tasks.views.base import acts_of, attempt_now, page, visible_task
from tasks.views.state import ceremony, phrase_form

MANY = 200


@require_GET
def people(request: StaffRequest, number: str) -> HttpResponse:
    """The second draw: who can be sent, the ceremony, the teams."""
    task = visible_task(request, number)
    draw_ = (
        task.draws.live().filter(purpose=Purpose.INSPECTORS).select_related("consented_by").first()
    )
    return people_page(request, task, draw_)


def people_page(
    request: StaffRequest, task: Task, draw_: Draw | None, status: int = 200, **refused: object
) -> HttpResponse:
    """The page of the second draw. refused: forms to show again, by their name on the page."""
    context: dict[str, Any] = {"draw": draw_}
    if draw_ is None and task.status == TaskStatus.LOCKED:
        context |= _pool(request, task)
    if draw_:
        context |= {"form": phrase_form(draw_)}
        context |= ceremony(request, draw_)
        context["roster_size"] = len(draw_.roster)
        context["grade_text"] = outlook(draw_, clock.now())[1]
        context["opening"] = Opening.objects.filter(draw=draw_).first()
        context |= _teams(request, task, draw_)
    response = page(request, task, "people", context | refused)
    response.status_code = status
    return response


def _pool(request: StaffRequest, task: Task) -> dict[str, Any]:
    """Who can be sent, and what this user may do about it."""
    pool = inspectors.of(task)
    no_freeze = why_not_freeze_people(task, request.user)
    return {
        "roster": pool,
        "staffing_form": StaffingForm(roster=pool),
        "no_freeze": no_freeze,
        "may_freeze": no_freeze is None and why_not_staff(pool) is None,
        "may_arrange": why_not_arrange_staffing(task, request.user) is None,
    }


def _teams(request: StaffRequest, task: Task, draw_: Draw) -> dict[str, Any]:
    """The teams as they are, who asked to leave, and for whom this user may ask."""
    teams = list(
        task.selections.select_related("target__region")
        .prefetch_related(
            "assignments__inspector__agency", "assignments__inspector__user", "assignments__agency"
        )
        .order_by("number")[:MANY]
    )
    for selection in teams:
        for one in selection.assignments.all():
            refusal = why_not_apply(one, "", request.user) or why_not_leave(one, ())
            one.may_apply = refusal is None
    rows = Substitution.objects.filter(assignment__selection__task=task).select_related(
        "assignment__selection__target",
        "assignment__inspector",
        "substitute__inspector",
        "agency",
        "decided_by",
    )
    own = set(rows.filter(overseen(request.user)).values_list("pk", flat=True))
    substitutions = list(rows)
    for row in substitutions:
        row.is_own = row.pk in own
    no_dispatch = why_not_dispatch(task, request.user)
    return {
        "teams": teams,
        "more_teams": max(task.selections.count() - MANY, 0),
        "substitutions": substitutions,
        "events": list(draw_.events.all()),
        "no_dispatch": no_dispatch if task.status == TaskStatus.ASSIGNED else None,
        "may_dispatch": no_dispatch is None,
    }


@require_GET
def opening(request: StaffRequest, number: str) -> HttpResponse:
    """How far the computation in the background is, for the page to look at again and again."""
    task = visible_task(request, number)
    draw_ = task.draws.live().filter(purpose=Purpose.INSPECTORS).first()
    row = Opening.objects.filter(draw=draw_).first() if draw_ else None
    context = {"acts": acts_of(task, draw_), "draw": draw_, "opening": row}
    return render(request, "draws/_opening.html", context)


@require_POST
def freeze_people(request: StaffRequest, number: str) -> HttpResponse:
    """Freeze the roster for the second draw."""
    services.freeze_people(visible_task(request, number), actor=request.user)
    messages.success(request, "人员名单和回避关系已封存。")
    return redirect("tasks:people", number=number)


@require_POST
def arrange(request: StaffRequest, number: str) -> HttpResponse:
    """What is asked of the people: specialties and the load cap."""
    task = visible_task(request, number)
    demand_access(why_not_arrange_staffing(task, request.user))
    form = StaffingForm(request.POST, roster=inspectors.of(task))
    if form.is_valid():
        given = form.cleaned_data["load_cap"], form.needs
        if attempt_now(form, services.arrange_staffing, task, *given, actor=request.user):
            messages.success(request, "配人条件已调整，能否配齐见下方。")
            return redirect("tasks:people", number=number)
    return people_page(request, task, None, status=422, staffing_form=form)
