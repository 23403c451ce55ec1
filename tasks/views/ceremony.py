"""The moves of both draws: freeze, seal, open, read the beacon, consent, draw, void."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from agencies.requests import StaffRequest
from core.errors import IllegalMove, demand_access
from core.workflow import authorize_role
from draws import services as draws
from draws.forms import BeaconForm, VoidForm
from draws.models import Contributor, Draw, Purpose
from draws.reads.refusals import waits_for_witness, why_not_enter_beacon, why_not_speak
from tasks import services
from tasks.reads.draws import why_not_open, why_not_propose_void
from tasks.reads.refusals import why_not_freeze_targets
from tasks.views.base import acts_of, attempt_now, current, visible_draw, visible_task
from tasks.views.choice import choice, form_for, given
from tasks.views.draw import draw_page
from tasks.views.people import people_page
from tasks.views.scope import scope_page
from tasks.views.state import phrase_form

OPENERS = {Purpose.TARGETS: services.open_targets, Purpose.INSPECTORS: services.open_people}
VOIDED = "本次抽取已作废，本来会抽中的结果照样公开。可以重新准备名单。"


@require_POST
def freeze(request: StaffRequest, number: str) -> HttpResponse:
    """Freeze the list and publish its digest; a refused choice keeps what was typed."""
    task = visible_task(request, number)
    demand_access(why_not_freeze_targets(task, request.user))
    form = form_for(task, request.POST)
    if form.is_valid():
        done = attempt_now(form, services.freeze_targets, task, form.ceremony, actor=request.user)
        if done:
            digest = done.result.freeze_digest[:16]
            messages.success(request, f"名单和规则已封存并公布，指纹 {digest}…。")
            return redirect("tasks:draw", number=number)
    fresh = visible_task(request, number)
    return scope_page(request, fresh, status=422, **choice(form))


@require_http_methods(["GET", "POST"])
def grade(request: StaffRequest, number: str) -> HttpResponse:
    """The grade that the choice would give; htmx swaps it in, without a script it is the whole page.

    The choice comes by POST though nothing is changed: it stands in the form that freezes, whose
    token must not reach an address.
    """
    task = visible_task(request, number)
    found = choice(given(request, task))
    if not cast(Any, request).htmx:
        return scope_page(request, task, **found)
    return render(request, "draws/_grade.html", {"acts": acts_of(task, None), **found})


def visible_contributor(request: StaffRequest, number: str, purpose: str) -> Contributor:
    """The own agency's part in a draw."""
    draw_ = visible_draw(request, number, purpose)
    authorize_role(request.user, "contribute", Contributor)
    rows = draw_.contributors.select_related("draw__agency", "agency")
    own = rows.filter(agency=request.user.agency_id).first()
    if own is None:
        raise IllegalMove("本单位不是本次摇号的密封参与方，没有提交任何内容。")
    return own


@require_POST
def commit(request: StaffRequest, number: str, purpose: str) -> HttpResponse:
    """The digest of a value that stays in the browser."""
    contributor = visible_contributor(request, number, purpose)
    draws.commit(contributor, request.POST.get("commit", ""), actor=request.user)
    messages.success(request, "已密封。请保留密封凭条，公开时要用。")
    return back_to(purpose, number)


@require_POST
def reveal(request: StaffRequest, number: str, purpose: str) -> HttpResponse:
    """The value itself, checked against its digest."""
    contributor = visible_contributor(request, number, purpose)
    draws.reveal(contributor, request.POST.get("value", ""), actor=request.user)
    messages.success(request, "已公开，与密封值一致。")
    return back_to(purpose, number)


@require_POST
def consent(request: StaffRequest, number: str, purpose: str) -> HttpResponse:
    """A second person's consent to a draw of grade C."""
    draws.consent(visible_draw(request, number, purpose), actor=request.user)
    messages.success(request, "已同意。同意人的单位将在公开页上显示。")
    return back_to(purpose, number)


@require_POST
def open_(request: StaffRequest, number: str, purpose: str) -> HttpResponse:
    """Open a draw, with the phrase of a witness where one speaks last."""
    draw_ = visible_draw(request, number, purpose)
    demand_access(why_not_open(draw_, request.user))
    act = partial(OPENERS[purpose], draw_, actor=request.user)
    if not waits_for_witness(draw_):
        act()
        return back_to(purpose, number)
    form = phrase_form(draw_, request.POST)
    return _answer(request, draw_, form, act, "")


@require_POST
def speak(request: StaffRequest, number: str, purpose: str) -> HttpResponse:
    """Record the phrase of a witness before the draw is opened."""
    draw_ = visible_draw(request, number, purpose)
    demand_access(why_not_speak(draw_, request.user))
    act = partial(draws.speak, draw_, actor=request.user)
    return _answer(request, draw_, phrase_form(draw_, request.POST), act, "见证短语已录入。")


@require_POST
def close(request: StaffRequest, number: str, purpose: str) -> HttpResponse:
    """Close the contributions at once instead of waiting for the sweep."""
    draws.close_due(visible_draw(request, number, purpose), actor=request.user)
    messages.success(request, "各方随机数已截止，截止指纹已公布。")
    return back_to(purpose, number)


@require_POST
def beacon(request: StaffRequest, number: str, purpose: str) -> HttpResponse:
    """What the user read of the public beacon."""
    draw_ = visible_draw(request, number, purpose)
    demand_access(why_not_enter_beacon(draw_, request.user))
    act = partial(draws.enter_beacon, draw_, actor=request.user)
    done = "已录入。两人录入一致以后自动开启。"
    return _answer(request, draw_, BeaconForm(draw_, request.POST), act, done, "beacon_form")


@require_POST
def propose_void(request: StaffRequest, number: str, purpose: str) -> HttpResponse:
    """Ask to void a draw."""
    draw_ = visible_draw(request, number, purpose)
    demand_access(why_not_propose_void(draw_, request.user))
    act = partial(services.propose_void, draw_, actor=request.user)
    done = "已提请作废，等负责人决定。"
    return _answer(request, draw_, VoidForm(request.POST), act, done, "void_form")


@require_POST
def decide_void(request: StaffRequest, number: str, purpose: str, answer: str) -> HttpResponse:
    """Void the draw, or let it stand."""
    draw_ = visible_draw(request, number, purpose)
    if answer == "agree":
        services.void(draw_, actor=request.user)
        messages.success(request, VOIDED)
    elif answer == "refuse":
        services.refuse_void(draw_, actor=request.user)
        messages.success(request, "没有作废，抽取照常进行。")
    else:
        raise Http404
    return back_to(purpose, number)


def _answer(
    request: StaffRequest,
    draw_: Draw,
    form: forms.Form,
    act: Callable,
    done: str,
    name: str = "form",
) -> HttpResponse:
    """Act with what was typed; a refusal shows the page again with it."""
    number, purpose = draw_.reference, draw_.purpose
    if form.is_valid() and attempt_now(form, act, **form.cleaned_data):
        if done:
            messages.success(request, done)
        return back_to(purpose, number)
    task = visible_task(request, number)
    fresh = current(task, purpose)
    if purpose == Purpose.TARGETS:
        return draw_page(request, task, fresh, status=422, **{name: form})
    return people_page(request, task, fresh, status=422, **{name: form})


def back_to(purpose: str, number: str) -> HttpResponse:
    """The page of that draw."""
    page = "tasks:draw" if purpose == Purpose.TARGETS else "tasks:people"
    return redirect(page, number=number)
