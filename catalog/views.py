"""Pages on item lists and trades: find the object, call one service, render."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.reads import agency_of
from agencies.reads.settings import settings_tabs
from agencies.requests import StaffRequest
from catalog import reads, services
from catalog.flows import VersionStatus
from catalog.forms import ItemForm, TradeChangeForm, TradeForm, VersionForm
from catalog.models import CatalogVersion, Item, Trade
from catalog.services import TradeWords
from core.errors import demand, demand_access
from core.pages import attempt, paginate, searched

WHY: dict[str, str] = {
    VersionStatus.DRAFT: "牵头单位经办或部门管理员填写事项，每项都要有依据和要点，填好后公布。",
    VersionStatus.PUBLISHED: "现行有效，已向社会公开，不能修改。需要调整时新建版本，公布后替代这一版。",
    VersionStatus.SUPERSEDED: "已被新版替代，仍可查阅；按这一版开展的检查不受影响。",
}


def visible_version(request: StaffRequest, pk: int) -> CatalogVersion:
    """The version, or 404: a version the user may not see does not exist for them."""
    versions = CatalogVersion.objects.visible_to(request.user).select_related("agency")
    return get_object_or_404(versions, pk=pk)


def visible_item(request: StaffRequest, pk: int) -> Item:
    """The item of a version the user may see, or 404."""
    visible = CatalogVersion.objects.visible_to(request.user)
    items = Item.objects.filter(version__in=visible).select_related("version__agency", "trade")
    return get_object_or_404(items.prefetch_related("bases", "checkpoints"), pk=pk)


@require_GET
def version_list(request: StaffRequest) -> HttpResponse:
    """The lists this user may see, the own ones first."""
    text = searched(request)
    versions = CatalogVersion.objects.visible_to(request.user).own_first(request.user)
    key = ("foreign", "agency__code", "-number")
    context = {
        "page": paginate(versions.matching(text) if text else versions, request, key),
        "q": text,
        "why_not_add": reads.why_not_create_version(request.user.agency, request.user),
    }
    return render(request, "catalog/list.html", context)


@require_GET
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One version: its items with bases and checkpoints, and what may be done with it now."""
    version, user = visible_version(request, pk), request.user
    items = version.items.select_related("trade").prefetch_related("bases", "checkpoints")
    context = {
        "version": version,
        "why": WHY[version.status],
        "page": paginate(items, request, ("position", "pk")),
        "gaps": reads.gaps(version) if version.is_draft else [],
        "may_publish": reads.why_not_publish(version, user) is None,
        "may_change": reads.why_not_change(version, user) is None,
        "may_renew": version.is_in_force and reads.why_not_renew(version, user) is None,
    }
    return render(request, "catalog/detail.html", context)


@require_http_methods(["GET", "POST"])
def create(request: StaffRequest) -> HttpResponse:
    """Draft the next version of the own agency's list."""
    agency = agency_of(request.user)
    demand_access(reads.why_not_create_version(agency, request.user))
    in_force = CatalogVersion.objects.in_force().filter(agency=agency).first()
    initial = {"title": in_force.title if in_force else f"{agency}随机抽查事项清单"}
    form = VersionForm(request.POST or None, in_force=in_force, initial=initial)
    if form.is_valid():
        asked = form.cleaned_data
        source = in_force if asked.get("copy") else None
        made = attempt(
            form,
            services.create_version,
            agency,
            asked["title"],
            asked["note"],
            actor=request.user,
            copy_from=source,
        )
        if made:
            messages.success(request, f"已新建“{made.result}”，请编辑事项。")
            return redirect(made.result)
    return render(request, "catalog/version.html", {"form": form, "version": None})


@require_http_methods(["GET", "POST"])
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct the title and the note of a draft."""
    version = visible_version(request, pk)
    demand(reads.why_not_change(version, request.user))
    form = VersionForm(request.POST or None, instance=version)
    if form.is_valid():
        asked = form.cleaned_data
        services.revise_version(version, asked["title"], asked["note"], actor=request.user)
        messages.success(request, "清单说明已保存。")
        return redirect(version)
    return render(request, "catalog/version.html", {"form": form, "version": version})


@require_POST
def publish(request: StaffRequest, pk: int) -> HttpResponse:
    """Put the list into force."""
    version = visible_version(request, pk)
    services.publish_version(version, actor=request.user)
    messages.success(request, f"“{version}”已公布，公众页面随即可查。")
    return redirect(version)


@require_http_methods(["GET", "POST"])
def item_add(request: StaffRequest, pk: int) -> HttpResponse:
    """Add an item to a draft."""
    version = visible_version(request, pk)
    demand(reads.why_not_change(version, request.user))
    return _item_page(request, version, Item())


@require_http_methods(["GET", "POST"])
def item(request: StaffRequest, pk: int) -> HttpResponse:
    """One item: a form while its list is a draft the user may edit, otherwise the record."""
    found = visible_item(request, pk)
    refusal = reads.why_not_change(found.version, request.user)
    if request.method == "GET" and refusal:
        return render(request, "catalog/record.html", {"item": found, "version": found.version})
    demand(refusal)
    return _item_page(request, found.version, found)


@require_POST
def item_delete(request: StaffRequest, pk: int) -> HttpResponse:
    """Take an item out of a draft."""
    found = visible_item(request, pk)
    services.delete_item(found, actor=request.user)
    messages.success(request, f"已删除事项“{found}”。")
    return redirect(found.version)


def _item_page(request: StaffRequest, version: CatalogVersion, found: Item) -> HttpResponse:
    form = ItemForm(request.POST or None, instance=found)
    if form.is_valid():
        asked = form.cleaned_data
        if attempt(
            form,
            services.save_item,
            version,
            form.instance,
            asked["bases"],
            asked["checkpoints"],
            actor=request.user,
        ):
            messages.success(request, f"事项“{form.instance}”已保存。")
            return redirect(version)
    return render(request, "catalog/item.html", {"form": form, "item": found, "version": version})


# Trades --------------------------------------------------------------------------------------


@require_GET
def trades(request: StaffRequest) -> HttpResponse:
    """All trades, with the words that mean them."""
    rows = Trade.objects.select_related("parent")
    context = {
        "settings_tabs": settings_tabs(request.user, "catalog:trades"),
        "lines": [(row, reads.trade_marks(row)) for row in rows],
        "may_change": reads.why_not_change_trades(request.user) is None,
    }
    return render(request, "catalog/trades.html", context)


@require_GET
def trade(request: StaffRequest, pk: str) -> HttpResponse:
    """One trade."""
    found = get_object_or_404(Trade.objects.select_related("parent"), pk=pk)
    context = {
        "trade": found,
        "marks": reads.trade_marks(found),
        "below": found.children.all(),
        "may_change": reads.why_not_change_trades(request.user) is None,
    }
    return render(request, "catalog/trade.html", context)


@require_http_methods(["GET", "POST"])
def trade_add(request: StaffRequest) -> HttpResponse:
    """Add a local trade."""
    demand(reads.why_not_change_trades(request.user))
    form = TradeForm(request.POST or None)
    if form.is_valid():
        slug = form.cleaned_data.pop("slug")
        words = TradeWords(**form.cleaned_data)
        added = attempt(form, services.add_trade, slug, words, actor=request.user)
        if added:
            messages.success(request, f"已增加行业“{added.result}”。")
            return redirect("catalog:trade", slug)
    return render(request, "catalog/trade_form.html", {"form": form, "trade": None})


@require_http_methods(["GET", "POST"])
def trade_edit(request: StaffRequest, pk: str) -> HttpResponse:
    """Change the words of a trade."""
    demand(reads.why_not_change_trades(request.user))
    found = get_object_or_404(Trade, pk=pk)
    initial = {
        "name": found.name,
        "gb_code": found.gb_code,
        "parent": found.parent_id,
        "synonyms": "、".join(found.synonyms),
    }
    form = TradeChangeForm(request.POST or None, initial=initial)
    if form.is_valid():
        words = TradeWords(**form.cleaned_data)
        if attempt(form, services.change_trade, found, words, actor=request.user):
            messages.success(request, f"行业“{found}”已保存。")
            return redirect("catalog:trade", pk)
    context = {"form": form, "trade": get_object_or_404(Trade, pk=pk)}
    return render(request, "catalog/trade_form.html", context)


@require_POST
def trade_adopt(request: StaffRequest, pk: str) -> HttpResponse:
    """Take over the name that ships."""
    demand(reads.why_not_change_trades(request.user))
    found = get_object_or_404(Trade, pk=pk)
    services.adopt_trade(found, actor=request.user)
    messages.success(request, f"已采用随附名称“{found}”。")
    return redirect("catalog:trade", pk)


@require_POST
def trade_keep(request: StaffRequest, pk: str) -> HttpResponse:
    """Keep the name that stands here."""
    demand(reads.why_not_change_trades(request.user))
    found = get_object_or_404(Trade, pk=pk)
    services.keep_trade(found, actor=request.user)
    messages.success(request, f"已保留“{found}”。随附数据再有变化时会再次提示。")
    return redirect("catalog:trade", pk)
