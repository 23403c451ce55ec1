"""Pages on item lists: find the object, call one service, render."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog import services
from catalog.flows import VersionStatus
from catalog.forms import ItemForm, VersionForm
from catalog.models import CatalogVersion, Item
from core.errors import DomainError
from core.pages import paginate
from core.workflow import authorize, can, moves_for

WHY = {
    VersionStatus.DRAFT: "牵头单位经办或部门管理员填写事项，每项都要有依据和要点，填好后公布。",
    VersionStatus.PUBLISHED: "现行有效，已向社会公开，不能修改。需要调整时新建版本，公布后替代这一版。",
    VersionStatus.SUPERSEDED: "已被新版替代，仍可查阅；按这一版开展的检查不受影响。",
}


def visible_version(request, pk):
    """The version, or 404: a version the user may not see does not exist for them."""
    versions = CatalogVersion.objects.visible_to(request.user).select_related("agency")
    return get_object_or_404(versions, pk=pk)


def visible_item(request, pk):
    """The item of a version the user may see, or 404."""
    visible = CatalogVersion.objects.visible_to(request.user)
    items = Item.objects.filter(version__in=visible).select_related("version__agency", "trade")
    return get_object_or_404(items.prefetch_related("bases", "checkpoints"), pk=pk)


@require_GET
def version_list(request):
    """The lists this user may see, the own ones first."""
    text = request.GET.get("q", "").strip()
    versions = CatalogVersion.objects.visible_to(request.user).own_first(request.user)
    key = ("foreign", "agency__code", "-number")
    context = {
        "page": paginate(versions.matching(text) if text else versions, request, key),
        "q": text,
        "may_add": _may_add(request.user),
    }
    return render(request, "catalog/list.html", context)


@require_GET
def detail(request, pk):
    """One version: its items with bases and checkpoints, and what may be done with it now."""
    version = visible_version(request, pk)
    items = version.items.select_related("trade").prefetch_related("bases", "checkpoints")
    context = {
        "version": version,
        "why": WHY[version.status],
        "page": paginate(items, request, ("position", "pk")),
        "gaps": services.gaps(version) if version.status == VersionStatus.DRAFT else [],
        "moves": moves_for(request.user, version),
        "may_change": _may_change(request.user, version),
        "may_renew": version.status == VersionStatus.PUBLISHED
        and can(request.user, "add", version),
    }
    return render(request, "catalog/detail.html", context)


@require_http_methods(["GET", "POST"])
def create(request):
    """Draft the next version of the own agency's list."""
    agency = request.user.agency
    authorize(request.user, "add", CatalogVersion(agency=agency))
    in_force = CatalogVersion.objects.in_force().filter(agency=agency).first()
    initial = {"title": in_force.title if in_force else f"{agency}随机抽查事项清单"}
    form = VersionForm(request.POST or None, in_force=in_force, initial=initial)
    if form.is_valid():
        asked = form.cleaned_data
        source = in_force if asked.get("copy") else None
        try:
            version = services.create_version(
                agency, asked["title"], asked["note"], actor=request.user, copy_from=source
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"已新建“{version}”，请编辑事项。")
            return redirect(version)
    return render(request, "catalog/version.html", {"form": form, "version": None})


@require_http_methods(["GET", "POST"])
def edit(request, pk):
    """Correct the title and the note of a draft."""
    version = visible_version(request, pk)
    services.check_editable(version, actor=request.user)
    form = VersionForm(request.POST or None, instance=version)
    if form.is_valid():
        asked = form.cleaned_data
        services.revise_version(version, asked["title"], asked["note"], actor=request.user)
        messages.success(request, "清单说明已保存。")
        return redirect(version)
    return render(request, "catalog/version.html", {"form": form, "version": version})


@require_POST
def publish(request, pk):
    """Put the list into force."""
    version = visible_version(request, pk)
    services.publish_version(version, actor=request.user)
    messages.success(request, f"“{version}”已公布，公众页面随即可查。")
    return redirect(version)


@require_http_methods(["GET", "POST"])
def item_add(request, pk):
    """Add an item to a draft."""
    version = visible_version(request, pk)
    services.check_editable(version, actor=request.user)
    return _item_page(request, version, Item())


@require_http_methods(["GET", "POST"])
def item(request, pk):
    """One item: a form while its list is a draft the user may edit, otherwise the record."""
    found = visible_item(request, pk)
    if request.method == "GET" and not _may_change(request.user, found.version):
        return render(request, "catalog/record.html", {"item": found, "version": found.version})
    services.check_editable(found.version, actor=request.user)
    return _item_page(request, found.version, found)


@require_POST
def item_delete(request, pk):
    """Take an item out of a draft."""
    found = visible_item(request, pk)
    services.delete_item(found, actor=request.user)
    messages.success(request, f"已删除事项“{found}”。")
    return redirect(found.version)


def _item_page(request, version, found):
    form = ItemForm(request.POST or None, instance=found)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            services.save_item(
                version, form.instance, asked["bases"], asked["checkpoints"], actor=request.user
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"事项“{form.instance}”已保存。")
            return redirect(version)
    return render(request, "catalog/item.html", {"form": form, "item": found, "version": version})


def _may_add(user):
    """Whether a new version may be drafted: the button; the service decides."""
    agency = user.agency
    return bool(agency and agency.is_inspecting) and can(user, "add", CatalogVersion(agency=agency))


def _may_change(user, version):
    return version.status == VersionStatus.DRAFT and can(user, "change", version)
