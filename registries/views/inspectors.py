"""Pages on inspectors and their recusals."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.models import User
from agencies.requests import StaffRequest
from core import clock
from core.errors import demand
from core.pages import attempt, paginate, searched
from registries import reads, services
from registries.forms import InspectorForm, LeaveForm, ReachForm, RecusalForm
from registries.models import Inspector, InspectorQuerySet, Leave, Recusal, Target
from registries.views.filters import ListFilter, chosen, posted

STATES = [
    ("certified", "可以抽取", "certified"),
    ("expired", "执法证已过期", "expired"),
    ("adviser", "专家或辅助人员", "adviser"),
    ("left", "已离岗", "left"),
]


def visible_inspector(request: StaffRequest, pk: int) -> Inspector:
    """The inspector, or 404: one the user may not see does not exist for them."""
    inspectors = Inspector.objects.visible_to(request.user).select_related("agency", "user")
    return get_object_or_404(inspectors, pk=pk)


def _in_state(rows: InspectorQuerySet, state: str | None, today: date) -> InspectorQuerySet:
    if state == "certified":
        return rows.certified(today)
    if state == "expired":
        return rows.expired(today)
    if state == "adviser":
        return rows.filter(is_adviser=True)
    return rows.filter(is_active=False) if state else rows


@require_GET
def inspector_list(request: StaffRequest) -> HttpResponse:
    """The inspectors of the user's agency and of the same system below it."""
    today = clock.today()
    visible = Inspector.objects.visible_to(request.user)
    filters = [ListFilter.of(request, "state", "状态", STATES)]
    text = searched(request)
    rows = _in_state(visible, chosen(filters, "state"), today)
    page = paginate(
        (rows.matching(text) if text else rows).select_related("agency"), request, ("name", "pk")
    )
    context = {
        "page": page,
        "q": text,
        "filters": filters,
        "is_filtered": bool(text) or any(one.chosen for one in filters),
        "expired": visible.expired(today).count(),
        "may_add": reads.why_not_add_inspector(request.user.agency, request.user) is None,
        "own": Inspector.objects.filter(user=request.user).first(),
    }
    return render(request, "registries/inspectors.html", context)


@require_GET
def inspector(request: StaffRequest, pk: int) -> HttpResponse:
    """One inspector: data, recusals, and what may be done."""
    return _inspector_page(request, visible_inspector(request, pk))


def _inspector_page(
    request: StaffRequest,
    found: Inspector,
    *,
    revealed: dict[str, str] | None = None,
    status: int = 200,
    **forms: Any,
) -> HttpResponse:
    context = {
        **reads.inspector_page(found, request.user),
        "revealed": revealed or {},
        "form": RecusalForm(targets=Target.objects.none()),
        "leave_form": LeaveForm(),
        "reach_form": _reach_form(found),
    }
    return render(request, "registries/inspector.html", context | forms, status=status)


def _reach_form(found: Inspector, data: QueryDict | None = None) -> ReachForm:
    return ReachForm(data, inspector=found, reachable=reads.reachable(found))


@require_http_methods(["GET", "POST"])
def inspector_create(request: StaffRequest) -> HttpResponse:
    """Register an inspector of the own agency."""
    agency = request.user.agency
    demand(reads.why_not_add_inspector(agency, request.user))
    form = InspectorForm(*posted(request), agency=agency, instance=Inspector(agency=agency))
    if form.is_valid() and _saved(form, request.user):
        messages.success(request, f"已登记执法检查人员“{form.instance}”。")
        return redirect(form.instance)
    return render(request, "registries/inspector_form.html", {"form": form, "inspector": None})


@require_http_methods(["GET", "POST"])
def inspector_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct the data of an inspector."""
    found = visible_inspector(request, pk)
    demand(reads.why_not_change_inspector(found, request.user))
    form = InspectorForm(
        *posted(request), agency=found.agency, instance=visible_inspector(request, pk)
    )
    if form.is_valid() and _saved(form, request.user):
        messages.success(request, "已保存。")
        return redirect(found)
    return render(request, "registries/inspector_form.html", {"form": form, "inspector": found})


def _saved(form: InspectorForm, user: User) -> bool:
    """Whether the service took it; a refusal stands in the form, which keeps what was typed."""
    return bool(attempt(form, services.save_inspector, form.instance, actor=user))


@require_POST
def inspector_retire(request: StaffRequest, pk: int) -> HttpResponse:
    """Take an inspector off duty."""
    found = visible_inspector(request, pk)
    services.retire_inspector(found, actor=request.user)
    messages.success(request, f"{found}已离岗，不再参加抽取。")
    return redirect(found)


@never_cache
@require_POST
def inspector_reveal(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a masked field in full, once; the look is recorded."""
    found = visible_inspector(request, pk)
    name = request.POST.get("field", "")
    value = services.reveal(found, name, actor=request.user)
    return _inspector_page(request, found, revealed={name: value})


@require_POST
def recusal_declare(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep an inspector away from one target, or from all."""
    found = visible_inspector(request, pk)
    demand(reads.why_not_declare(found, request.user))
    form = RecusalForm(request.POST, targets=Target.objects.visible_to(request.user))
    if not form.is_valid():
        return _inspector_page(request, found, form=form, status=422)
    asked = form.cleaned_data
    target, reason = asked["target"], asked["reason"]
    done = attempt(form, services.declare_recusal, found, target, reason, actor=request.user)
    if not done:
        return _inspector_page(request, found, form=form, status=done.status)
    messages.success(request, "已申报回避，以后的抽取将避开。")
    return redirect(found)


@require_POST
def recusal_end(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a recusal end."""
    visible = Inspector.objects.visible_to(request.user)
    recusal = get_object_or_404(
        Recusal.objects.select_related("inspector", "target"), pk=pk, inspector__in=visible
    )
    services.end_recusal(recusal, actor=request.user)
    messages.success(request, "回避已解除。")
    return redirect(recusal.inspector)


@require_POST
def inspector_reach(request: StaffRequest, pk: int) -> HttpResponse:
    """Where else an inspector may be sent."""
    found = visible_inspector(request, pk)
    demand(reads.why_not_change_inspector(found, request.user))
    form = _reach_form(found, request.POST)
    if not form.is_valid():
        return _inspector_page(request, found, reach_form=form, status=422)
    wanted = form.cleaned_data["regions"]
    done = attempt(form, services.set_reach, found, wanted, actor=request.user)
    if not done:
        return _inspector_page(request, found, reach_form=form, status=done.status)
    messages.success(request, "已保存。以后的抽取按此范围。")
    return redirect(found)


@require_POST
def leave_add(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep an inspector out of draws for some days."""
    found = visible_inspector(request, pk)
    demand(reads.why_not_change_inspector(found, request.user))
    form = LeaveForm(request.POST)
    if not form.is_valid():
        return _inspector_page(request, found, leave_form=form, status=422)
    asked = form.cleaned_data
    starts_on, ends_on = asked["starts_on"], asked["ends_on"]
    done = attempt(
        form,
        services.add_leave,
        found,
        starts_on,
        ends_on,
        asked["why"],
        actor=request.user,
    )
    if not done:
        return _inspector_page(request, found, leave_form=form, status=done.status)
    messages.success(request, "已登记请假。")
    return redirect(found)


@require_POST
def leave_end(request: StaffRequest, pk: int) -> HttpResponse:
    """Back at work."""
    visible = Inspector.objects.visible_to(request.user)
    leave = get_object_or_404(
        Leave.objects.select_related("inspector__agency"), pk=pk, inspector__in=visible
    )
    inspector = leave.inspector
    services.end_leave(leave, actor=request.user)
    messages.success(request, "请假已结束。")
    return redirect(inspector)
