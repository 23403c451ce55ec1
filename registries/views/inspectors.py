"""Pages on inspectors and their recusals."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import clock
from core.audit import subject_of
from core.errors import DomainError
from core.models import AuditEvent
from core.pages import paginate
from core.workflow import authorize, can
from registries import services
from registries.forms import InspectorForm, LeaveForm, ReachForm, RecusalForm
from registries.models import Inspector, Leave, Recusal, Target
from registries.views.filters import ListFilter, chosen, posted

TRAIL = 10
STATES = [
    ("certified", "可以抽取", "certified"),
    ("expired", "执法证已过期", "expired"),
    ("adviser", "专家或辅助人员", "adviser"),
    ("left", "已离岗", "left"),
]


def visible_inspector(request, pk):
    """The inspector, or 404: one the user may not see does not exist for them."""
    inspectors = Inspector.objects.visible_to(request.user).select_related("agency", "user")
    return get_object_or_404(inspectors, pk=pk)


def _in_state(rows, state, today):
    if state == "certified":
        return rows.certified(today)
    if state == "expired":
        return rows.expired(today)
    if state == "adviser":
        return rows.filter(is_adviser=True)
    return rows.filter(is_active=False) if state else rows


@require_GET
def inspector_list(request):
    """The inspectors of the user's agency and of the same system below it."""
    today = clock.today()
    visible = Inspector.objects.visible_to(request.user)
    filters = [ListFilter.of(request, "state", "状态", STATES)]
    text = request.GET.get("q", "").strip()
    rows = _in_state(visible, chosen(filters, "state"), today)
    page = paginate(
        (rows.matching(text) if text else rows).select_related("agency"), request, ("name", "pk")
    )
    for one in page.items:
        one.certificate = one.certificate_state(today)
    context = {
        "page": page,
        "q": text,
        "filters": filters,
        "is_filtered": bool(text) or any(one.chosen for one in filters),
        "expired": visible.expired(today).count(),
        "may_add": can(request.user, "add", Inspector(agency=request.user.agency)),
        "own": Inspector.objects.filter(user=request.user).first(),
    }
    return render(request, "registries/inspectors.html", context)


@require_GET
def inspector(request, pk):
    """One inspector: data, recusals, and what may be done."""
    return _inspector_page(request, visible_inspector(request, pk))


def _inspector_page(
    request, found, *, revealed=None, form=None, leave_form=None, reach_form=None, status=200
):
    may_change = can(request.user, "change", found)
    found.certificate = found.certificate_state(clock.today())
    context = {
        "inspector": found,
        "recusals": found.recusals.select_related("target").order_by("-declared_on", "-pk"),
        "may_change": may_change,
        "may_declare": services.may_declare(request.user, found),
        "may_end": may_change and found.user_id != request.user.pk,
        "revealed": revealed or {},
        "form": form or RecusalForm(targets=Target.objects.none()),
        "also_in": found.also_in.all(),
        "leaves": found.leaves.all(),
        "leave_form": leave_form or LeaveForm(),
        "reach_form": reach_form or _reach_form(found),
        "trail": _trail(found) if may_change else [],
    }
    return render(request, "registries/inspector.html", context, status=status)


def _reach_form(found, data=None):
    return ReachForm(data, inspector=found, reachable=services.reachable(found))


def _trail(found):
    events = AuditEvent.objects.filter(subject=subject_of(found))
    return events.select_related("actor")[:TRAIL]


@require_http_methods(["GET", "POST"])
def inspector_create(request):
    """Register an inspector of the own agency."""
    agency = request.user.agency
    authorize(request.user, "add", Inspector(agency=agency))
    form = InspectorForm(*posted(request), agency=agency, instance=Inspector(agency=agency))
    if form.is_valid() and _saved(form, request.user):
        messages.success(request, f"已登记执法检查人员“{form.instance}”。")
        return redirect(form.instance)
    return render(request, "registries/inspector_form.html", {"form": form, "inspector": None})


@require_http_methods(["GET", "POST"])
def inspector_edit(request, pk):
    """Correct the data of an inspector."""
    found = visible_inspector(request, pk)
    authorize(request.user, "change", found)
    form = InspectorForm(
        *posted(request), agency=found.agency, instance=visible_inspector(request, pk)
    )
    if form.is_valid() and _saved(form, request.user):
        messages.success(request, "已保存。")
        return redirect(found)
    return render(request, "registries/inspector_form.html", {"form": form, "inspector": found})


def _saved(form, user):
    """Whether the service took it; a refusal stands in the form, which keeps what was typed."""
    try:
        services.save_inspector(form.instance, actor=user)
    except DomainError as error:
        form.add_error(None, error.message)
        return False
    return True


@require_POST
def inspector_retire(request, pk):
    """Take an inspector off duty."""
    found = visible_inspector(request, pk)
    services.retire_inspector(found, actor=request.user)
    messages.success(request, f"{found}已离岗，不再参加抽取。")
    return redirect(found)


@never_cache
@require_POST
def inspector_reveal(request, pk):
    """Show a masked field in full, once; the look is recorded."""
    found = visible_inspector(request, pk)
    name = request.POST.get("field", "")
    value = services.reveal(found, name, actor=request.user)
    return _inspector_page(request, found, revealed={name: value})


@require_POST
def recusal_declare(request, pk):
    """Keep an inspector away from one target, or from all."""
    found = visible_inspector(request, pk)
    services.require_declare(request.user, found)
    form = RecusalForm(request.POST, targets=Target.objects.visible_to(request.user))
    if not form.is_valid():
        return _inspector_page(request, found, form=form, status=422)
    asked = form.cleaned_data
    try:
        services.declare_recusal(found, asked["target"], asked["reason"], actor=request.user)
    except DomainError as error:
        form.add_error(None, error.message)
        return _inspector_page(request, found, form=form, status=error.status)
    messages.success(request, "已申报回避，以后的抽取将避开。")
    return redirect(found)


@require_POST
def recusal_end(request, pk):
    """Let a recusal end."""
    visible = Inspector.objects.visible_to(request.user)
    recusal = get_object_or_404(
        Recusal.objects.select_related("inspector", "target"), pk=pk, inspector__in=visible
    )
    services.end_recusal(recusal, actor=request.user)
    messages.success(request, "回避已解除。")
    return redirect(recusal.inspector)


@require_POST
def inspector_reach(request, pk):
    """Where else an inspector may be sent."""
    found = visible_inspector(request, pk)
    authorize(request.user, "change", found)
    form = _reach_form(found, request.POST)
    if not form.is_valid():
        return _inspector_page(request, found, reach_form=form, status=422)
    services.set_reach(found, form.cleaned_data["regions"], actor=request.user)
    messages.success(request, "已保存。以后的抽取按此范围。")
    return redirect(found)


@require_POST
def leave_add(request, pk):
    """Keep an inspector out of draws for some days."""
    found = visible_inspector(request, pk)
    authorize(request.user, "change", found)
    form = LeaveForm(request.POST)
    if not form.is_valid():
        return _inspector_page(request, found, leave_form=form, status=422)
    asked = form.cleaned_data
    try:
        services.add_leave(
            found, asked["starts_on"], asked["ends_on"], asked["why"], actor=request.user
        )
    except DomainError as error:
        form.add_error(None, error.message)
        return _inspector_page(request, found, leave_form=form, status=error.status)
    messages.success(request, "已登记请假。")
    return redirect(found)


@require_POST
def leave_end(request, pk):
    """Back at work."""
    visible = Inspector.objects.visible_to(request.user)
    leave = get_object_or_404(
        Leave.objects.select_related("inspector__agency"), pk=pk, inspector__in=visible
    )
    inspector = leave.inspector
    services.end_leave(leave, actor=request.user)
    messages.success(request, "请假已结束。")
    return redirect(inspector)
