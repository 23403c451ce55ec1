"""Pages on the regions: search, drill down, add, correct, retire, decide what an upgrade brought."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies import services
from agencies.forms import NameForm, RegionForm, RetirementForm
from agencies.models import Region
from agencies.reads import regions as reads
from agencies.reads.settings import settings_tabs
from agencies.requests import StaffRequest
from core import clock
from core.errors import demand, demand_access
from core.pages import attempt, one_of, paginate, searched


@require_GET
def regions(request: StaffRequest) -> HttpResponse:
    """The provinces, or what a search finds."""
    text = searched(request)
    tab = one_of(request, "tab", reads.TABS, "分类")
    page = paginate(reads.regions_asked(text, tab), request, ("code",), size=50)
    context = {
        "settings_tabs": settings_tabs(request.user, "agencies:regions"),
        "page": page,
        "lines": reads.region_lines(page.items),
        "q": text,
        "tab": tab,
        "tabs": [("", "全部"), *reads.TABS.items()],
        "differing": Region.objects.differing().count(),
        "may_change": reads.why_not_change_regions(request.user) is None,
    }
    return render(request, "agencies/regions.html", context)


@require_GET
def region(request: StaffRequest, pk: str) -> HttpResponse:
    """One region with what lies below it."""
    return _page(request, get_object_or_404(Region, pk=pk))


def _page(request: StaffRequest, found: Region, *, status: int = 200, **forms: Any) -> HttpResponse:
    context = {
        **reads.region_page(found, request.user),
        "name_form": NameForm(initial={"name": found.name}, auto_id="name_%s"),
        "retire_form": RetirementForm(initial={"retired_on": clock.today()}, auto_id="retire_%s"),
    }
    return render(request, "agencies/region.html", context | forms, status=status)


@require_http_methods(["GET", "POST"])
def region_add(request: StaffRequest) -> HttpResponse:
    """Add a place that the national list does not have."""
    demand(reads.why_not_change_regions(request.user))
    above = request.GET.get("parent", "")
    form = RegionForm(request.POST or None, initial={"parent": above})
    if form.is_valid():
        added = attempt(form, services.add_region, **form.cleaned_data, actor=request.user)
        if added:
            messages.success(request, f"已增加“{added.result}”。")
            return redirect("agencies:region", added.result.pk)
    return render(request, "agencies/region_add.html", {"form": form})


def _to_change(request: StaffRequest, pk: str) -> Region:
    demand(reads.why_not_change_regions(request.user))
    return get_object_or_404(Region, pk=pk)


@require_POST
def region_rename(request: StaffRequest, pk: str) -> HttpResponse:
    """Correct a name."""
    found = _to_change(request, pk)
    form = NameForm(request.POST, auto_id="name_%s")
    if form.is_valid():
        name = form.cleaned_data["name"]
        done = attempt(form, services.rename_region, found, name, actor=request.user)
        if done:
            messages.success(request, f"名称已改为“{found}”。")
            return redirect("agencies:region", pk)
    return _page(request, get_object_or_404(Region, pk=pk), name_form=form, status=422)


@require_POST
def region_retire(request: StaffRequest, pk: str) -> HttpResponse:
    """Retire a region from a day on."""
    found = _to_change(request, pk)
    demand_access(reads.why_not_retire(found, request.user))
    form = RetirementForm(request.POST, auto_id="retire_%s")
    if form.is_valid():
        day = form.cleaned_data["retired_on"]
        if attempt(form, services.retire_region, found, day, actor=request.user):
            messages.success(request, f"已登记：{found}自 {day:%Y-%m-%d} 起撤销。")
            return redirect("agencies:region", pk)
    return _page(request, get_object_or_404(Region, pk=pk), retire_form=form, status=422)


@require_POST
def region_restore(request: StaffRequest, pk: str) -> HttpResponse:
    """Take a retirement back."""
    found = _to_change(request, pk)
    services.restore_region(found, actor=request.user)
    messages.success(request, f"{found}已恢复，可以登记新的单位和对象。")
    return redirect("agencies:region", pk)


@require_POST
def region_adopt(request: StaffRequest, pk: str) -> HttpResponse:
    """Take over what ships."""
    found = _to_change(request, pk)
    services.adopt_region(found, actor=request.user)
    messages.success(request, f"已采用随附数据：{found}。")
    return redirect("agencies:region", pk)


@require_POST
def region_keep(request: StaffRequest, pk: str) -> HttpResponse:
    """Keep what stands here."""
    found = _to_change(request, pk)
    services.keep_region(found, actor=request.user)
    messages.success(request, f"已保留本地数据：{found}。随附数据再有变化时会再次提示。")
    return redirect("agencies:region", pk)
