"""Pages on targets."""

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.models import Agency, Region, overseen
from catalog.models import Trade
from core import clock
from core.audit import subject_of
from core.errors import DomainError
from core.models import AuditEvent
from core.pages import paginate
from registries import services
from registries.forms import GradeForm, StatusForm, TargetForm
from registries.models import Target, TargetStatus
from registries.views.filters import ListFilter, chosen, posted

LOCKED = ["locked", "assigned", "dispatched", "completed"]
TRAIL = 10


def visible_target(request, pk):
    """The target, or 404: a target the user may not see does not exist for them."""
    targets = Target.objects.visible_to(request.user)
    return get_object_or_404(targets.select_related("agency", "region", "trade"), pk=pk)


@require_GET
def target_list(request):
    """The targets of the user's region, to search and to filter."""
    visible = Target.objects.visible_to(request.user)
    filters = _filters(request, visible)
    text = request.GET.get("q", "").strip()
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
        "may_add": _may_add(request.user),
    }
    return render(request, "registries/targets.html", context)


def _filters(request, visible):
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


def _may_add(user):
    return user.agency_id is not None and services.may_maintain(user, "add", user.agency.region_id)


@require_GET
def target(request, pk):
    """One target: its data, grades, draws, and what may be done with it."""
    return _target_page(request, visible_target(request, pk))


def _target_page(request, found, *, revealed="", status=200, **forms):
    may_change = services.may_maintain(request.user, "change", found.region_id)
    context = {
        "target": found,
        "is_stale": found.is_stale(clock.today()) and found.status == TargetStatus.ACTIVE,
        "grades": found.grades.select_related("scheme", "grade"),
        "selections": _drawn(found, request.user),
        "may_change": may_change,
        "revealed": revealed,
        "status_form": StatusForm(initial={"status": found.status}),
        "grade_form": GradeForm(initial={"graded_on": clock.today()}),
        "trail": _trail(found) if may_change else [],
    }
    return render(request, "registries/target.html", context | forms, status=status)


def _drawn(found, user):
    """The locked draws of tasks the user has a part in; before the lock no name is told."""
    part = (
        overseen(user, "task__agency")
        | overseen(user, "assignments__agency")
        | Q(task__participants=user.agency_id)
    )
    drawn = found.selections.filter(task__status__in=LOCKED).filter(part)
    return drawn.select_related("task__agency").order_by("-task__starts_on", "-pk").distinct()


def _trail(found):
    events = AuditEvent.objects.filter(subject=subject_of(found))
    return events.select_related("actor")[:TRAIL]


def _form(request, **more):
    """The form with the regions and agencies of the user."""
    code = request.user.agency.region_id
    prefix = request.user.agency.region.prefix
    above = [f"{code[:2]}0000", f"{code[:4]}00"]
    return TargetForm(
        *posted(request),
        regions=Region.objects.filter(code__startswith=prefix).exclude(code__endswith="00"),
        agencies=Agency.objects.filter(
            Q(region__code__startswith=prefix) | Q(region__in=above)
        ).order_by("region", "code"),
        **more,
    )


@require_http_methods(["GET", "POST"])
def target_create(request):
    """Register a target."""
    services.require_import("target", request.user)
    agency = request.user.agency
    form = _form(
        request,
        initial={"agency": agency, "region": agency.region, "refreshed_on": clock.today()},
    )
    if form.is_valid() and _saved(form, request.user):
        messages.success(request, f"已登记检查对象“{form.instance}”。")
        return redirect(form.instance)
    return render(request, "registries/target_form.html", {"form": form, "target": None})


@require_http_methods(["GET", "POST"])
def target_edit(request, pk):
    """Correct the data of a target."""
    found = visible_target(request, pk)
    services.require_maintain(request.user, "change", found.region_id)
    form = _form(request, instance=visible_target(request, pk))
    if form.is_valid() and _saved(form, request.user):
        messages.success(request, "已保存。")
        return redirect(found)
    return render(request, "registries/target_form.html", {"form": form, "target": found})


def _saved(form, user):
    """Whether the service took it; a refusal stands in the form, which keeps what was typed."""
    try:
        services.save_target(form.instance, actor=user)
    except DomainError as error:
        form.add_error(None, error.message)
        return False
    return True


@require_POST
def target_status(request, pk):
    """Record that a target is gone, or that it exists again."""
    found = visible_target(request, pk)
    services.require_maintain(request.user, "change", found.region_id)
    form = StatusForm(request.POST)
    if not form.is_valid():
        return _target_page(request, found, status_form=form, status=422)
    try:
        services.retire_target(found, form.cleaned_data["status"], actor=request.user)
    except DomainError as error:
        form.add_error(None, error.message)
        return _target_page(request, found, status_form=form, status=error.status)
    messages.success(request, f"登记状态已改为“{found.get_status_display()}”。")
    return redirect(found)


@require_POST
def target_grade(request, pk):
    """Set the grade of a target in one scheme."""
    found = visible_target(request, pk)
    services.require_maintain(request.user, "change", found.region_id)
    form = GradeForm(request.POST)
    if not form.is_valid():
        return _target_page(request, found, grade_form=form, status=422)
    asked = form.cleaned_data
    try:
        services.grade_target(
            found, asked["grade"], asked["graded_on"], asked["source"], actor=request.user
        )
    except DomainError as error:
        form.add_error("graded_on", error.message)
        return _target_page(request, found, grade_form=form, status=error.status)
    messages.success(request, f"{asked['grade'].scheme}已评为“{asked['grade']}”。")
    return redirect(found)


@never_cache
@require_POST
def target_reveal(request, pk):
    """Show a masked field in full, once; the look is recorded."""
    found = visible_target(request, pk)
    revealed = services.reveal(found, "phone", actor=request.user)
    return _target_page(request, found, revealed=revealed)
