"""Pages on targets."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.models import Agency, Region, User
from agencies.reads import agency_of
from agencies.requests import StaffRequest
from catalog.models import Trade
from core import clock
from core.errors import demand
from core.pages import attempt, paginate, searched
from registries import reads, services
from registries.forms import GradeForm, StatusForm, TargetForm
from registries.models import Target, TargetQuerySet, TargetStatus
from registries.views.filters import ListFilter, chosen, posted


def visible_target(request: StaffRequest, pk: int) -> Target:
    """The target, or 404: a target the user may not see does not exist for them."""
    targets = Target.objects.visible_to(request.user)
    return get_object_or_404(targets.select_related("agency", "region", "trade"), pk=pk)


@require_GET
def target_list(request: StaffRequest) -> HttpResponse:
    """The targets of the user's region, to search and to filter."""
    visible = Target.objects.visible_to(request.user)
    filters = _filters(request, visible)
    text = searched(request)
    rows = visible.matching(text) if text else visible
    if region := chosen(filters, "region"):
        rows = rows.within(region)
    if trade := chosen(filters, "trade"):
        rows = rows.filter(trade=trade)
    if status := chosen(filters, "status"):
        rows = rows.filter(status=status)
    if chosen(filters, "stale"):
        rows = rows.stale(clock.today())
    rows = rows.select_related("region", "trade", "agency").prefetch_related("grades__grade")
    context = {
        "page": paginate(rows, request, ("name", "pk")),
        "q": text,
        "filters": filters,
        "is_filtered": bool(text) or any(one.chosen for one in filters),
        "stale": visible.stale(clock.today()).count(),
        "may_add": reads.why_not_add_target(request.user) is None,
    }
    return render(request, "registries/targets.html", context)


def _filters(request: StaffRequest, visible: TargetQuerySet) -> list[ListFilter]:
    """Region, trade, status and freshness as links."""
    own = request.user.agency.region if request.user.agency else None
    regions = Region.objects.filter(parent=own) if own else Region.objects.none()
    trades = Trade.objects.filter(pk__in=visible.order_by().values("trade").distinct())
    return [
        ListFilter.of(request, "region", "县区", [(one.code, one.name, one) for one in regions]),
        ListFilter.of(request, "trade", "行业", [(one.slug, one.name, one) for one in trades]),
        ListFilter.of(
            request,
            "status",
            "状态",
            [(value, text, value) for value, text in TargetStatus.choices],
        ),
        ListFilter.of(request, "stale", "核对", [("1", "超过一年未核对", True)]),
    ]


@require_GET
def target(request: StaffRequest, pk: int) -> HttpResponse:
    """One target: its data, grades, draws, and what may be done with it."""
    return _target_page(request, visible_target(request, pk))


def _target_page(
    request: StaffRequest, found: Target, *, revealed: str = "", status: int = 200, **forms: Any
) -> HttpResponse:
    context = {
        **reads.target_page(found, request.user),
        "revealed": revealed,
        "status_form": StatusForm(initial={"status": found.status}),
        "grade_form": GradeForm(initial={"graded_on": clock.today()}),
    }
    return render(request, "registries/target.html", context | forms, status=status)


def _form(request: StaffRequest, agency: Agency, **more: Any) -> TargetForm:
    """The form with the regions and agencies of the user."""
    return TargetForm(
        *posted(request),
        regions=reads.regions_for(agency),
        agencies=reads.jurisdictions_for(agency),
        **more,
    )


@require_http_methods(["GET", "POST"])
def target_create(request: StaffRequest) -> HttpResponse:
    """Register a target."""
    agency = agency_of(request.user)
    demand(reads.why_not_import("target", agency, request.user))
    form = _form(
        request,
        agency,
        initial={"agency": agency, "region": agency.region, "refreshed_on": clock.today()},
    )
    if form.is_valid() and _saved(form, request.user):
        messages.success(request, f"已登记检查对象“{form.instance}”。")
        return redirect(form.instance)
    return render(request, "registries/target_form.html", {"form": form, "target": None})


@require_http_methods(["GET", "POST"])
def target_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct the data of a target."""
    found = visible_target(request, pk)
    demand(reads.why_not_change_target(found, request.user))
    form = _form(request, agency_of(request.user), instance=visible_target(request, pk))
    if form.is_valid() and _saved(form, request.user):
        messages.success(request, "已保存。")
        return redirect(found)
    return render(request, "registries/target_form.html", {"form": form, "target": found})


def _saved(form: TargetForm, user: User) -> bool:
    """Whether the service took it; a refusal stands in the form, which keeps what was typed."""
    return bool(attempt(form, services.save_target, form.instance, actor=user))


@require_POST
def target_status(request: StaffRequest, pk: int) -> HttpResponse:
    """Record that a target is gone, or that it exists again."""
    found = visible_target(request, pk)
    demand(reads.why_not_change_target(found, request.user))
    form = StatusForm(request.POST)
    if not form.is_valid():
        return _target_page(request, found, status_form=form, status=422)
    wanted = form.cleaned_data["status"]
    done = attempt(form, services.retire_target, found, wanted, actor=request.user)
    if not done:
        return _target_page(request, found, status_form=form, status=done.status)
    messages.success(request, f"登记状态已改为“{found.get_status_display()}”。")
    return redirect(found)


@require_POST
def target_grade(request: StaffRequest, pk: int) -> HttpResponse:
    """Set the grade of a target in one scheme."""
    found = visible_target(request, pk)
    demand(reads.why_not_change_target(found, request.user))
    form = GradeForm(request.POST)
    if not form.is_valid():
        return _target_page(request, found, grade_form=form, status=422)
    asked = form.cleaned_data
    grade, graded_on = asked["grade"], asked["graded_on"]
    done = attempt(
        form,
        services.grade_target,
        found,
        grade,
        graded_on,
        asked["source"],
        actor=request.user,
    )
    if not done:
        return _target_page(request, found, grade_form=form, status=done.status)
    messages.success(request, f"{asked['grade'].scheme}已评为“{asked['grade']}”。")
    return redirect(found)


@never_cache
@require_POST
def target_reveal(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a masked field in full, once; the look is recorded."""
    found = visible_target(request, pk)
    revealed = services.reveal(found, "phone", actor=request.user)
    return _target_page(request, found, revealed=revealed)
