"""The second draw: who can be sent, what is asked of them, who is sent where."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from agencies.models import overseen
from agencies.requests import StaffRequest
from core import clock
from core.workflow import authorize
from draws.ceremony_plan import outlook
from draws.forms import PhraseForm
from draws.models import Draw, Opening, Purpose
from tasks import services
from tasks.eligibility import inspectors
from tasks.flows import TaskStatus
from tasks.forms import StaffingForm
from tasks.models import Substitution, Task
from tasks.views.base import acts_of, attempt_now, page, visible_task
from tasks.views.state import ceremony

MANY = 200


@require_GET
def people(request: StaffRequest, number: str) -> HttpResponse:
    """The second draw: who can be sent, the ceremony, the teams."""
    task = visible_task(request, number)
    draw_ = (
        task.draws.live().filter(purpose=Purpose.INSPECTORS).select_related("consented_by").first()
    )
    return people_page(request, task, draw_, PhraseForm())


def people_page(
    request: StaffRequest,
    task: Task,
    draw_: Draw | None,
    form: PhraseForm,
    status: int = 200,
    staffing_form: StaffingForm | None = None,
) -> HttpResponse:
    """The page of the second draw."""
    context: dict = {"draw": draw_, "form": form}
    if draw_ is None and task.status == TaskStatus.LOCKED:
        pool = inspectors.of(task)
        context |= {"roster": pool, "staffing_form": staffing_form or StaffingForm(roster=pool)}
    if draw_:
        context |= ceremony(request, task, draw_)
        context["roster_size"] = len(draw_.roster)
        context["grade_text"] = outlook(draw_, clock.now())[1]
        context["opening"] = opening_ = Opening.objects.filter(draw=draw_).first()
        if opening_ and not opening_.error:
            context["may_open"] = False
        context |= _teams(request, task, draw_)
    response = page(request, task, "people", context)
    response.status_code = status
    return response


def _teams(request: StaffRequest, task: Task, draw_: Draw) -> dict:
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
            one.may_apply = services.may_apply(request.user, one)
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
    return {
        "teams": teams,
        "more_teams": max(task.selections.count() - MANY, 0),
        "substitutions": substitutions,
        "events": list(draw_.events.all()),
        "may_substitute": task.status in {TaskStatus.ASSIGNED, TaskStatus.DISPATCHED},
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
    authorize(request.user, "assign", task)
    form = StaffingForm(request.POST, roster=inspectors.of(task))
    if form.is_valid():
        given = form.cleaned_data["load_cap"], form.needs
        if attempt_now(form, services.arrange_staffing, task, *given, actor=request.user):
            messages.success(request, "配人条件已调整，能否配齐见下方。")
            return redirect("tasks:people", number=number)
    return people_page(request, task, None, PhraseForm(), 422, form)
