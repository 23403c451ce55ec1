"""The first run of an empty portal: its code, its place, its agencies, its three administrators.

What is typed waits in the session; the last page writes everything in one transaction.
"""

from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from agencies import reads, services
from agencies.forms import ActivationForm, AdministratorForm, CodeForm, FirstAgencyForm, PlaceForm
from agencies.middleware import address_of
from agencies.models import Region, System
from agencies.services.setting_up import THREE
from core.errors import demand
from core.pages import attempt, searched

DRAFT = "set_up"  # in the session: the digest of the code, and what was typed so far
STEPS = ["设置码", "地区和名称", "执法单位", "三员"]
USERNAMES = {"sysadmin": "sysadmin", "secadmin": "secadmin", "auditor": "auditor"}


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _steps(current: int) -> list[dict[str, str]]:
    return [
        {
            "label": label,
            "state": "done" if at < current else "current" if at == current else "todo",
        }
        for at, label in enumerate(STEPS)
    ]


def _page(
    request: HttpRequest, name: str, step: int, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    return render(
        request, f"agencies/{name}.html", {"steps": _steps(step), **context}, status=status
    )


@never_cache
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Let in who reads the window in which the portal was started."""
    demand(reads.why_not_set_up())
    form = CodeForm(_posted(request))
    if form.is_valid():
        given = form.cleaned_data["code"]
        let_in = attempt(form, services.accept_set_up_code, given, address=address_of(request))
        if let_in:
            request.session[DRAFT] = {"digest": let_in.result}
            return redirect("set_up_place")
    return _page(request, "set_up_code", 0, {"form": form})


def _draft(request: HttpRequest, *needed: str) -> dict[str, Any] | None:
    """What was typed so far; None when a page before this one is still to be filled in."""
    demand(reads.why_not_set_up())
    draft: dict[str, Any] = request.session.get(DRAFT, {})
    return draft if all(name in draft for name in ("digest", *needed)) else None


@never_cache
@require_http_methods(["GET", "POST"])
def place(request: HttpRequest) -> HttpResponse:
    """Find and choose the place, and name the portal."""
    draft = _draft(request)
    if draft is None:
        return redirect("set_up")
    text = searched(request)
    found = reads.places(text) if text else _chosen(draft)
    form = PlaceForm(_posted(request), found=found, initial=draft.get("place") or _proposal(found))
    if form.is_valid():
        region, site = form.cleaned_data["region"], form.cleaned_data["site"]
        request.session[DRAFT] = draft | {"place": {"region": region.pk, "site": site}}
        return redirect("set_up_agencies")
    return _page(request, "set_up_place", 1, {"form": form, "q": text, "found": found})


def _chosen(draft: dict[str, Any]) -> list[Region]:
    chosen = draft.get("place", {}).get("region", "")
    return list(Region.objects.filter(pk=chosen).select_related("parent__parent"))


def _proposal(found: list[Region]) -> dict[str, str]:
    first = found[0] if found else None
    return {"region": first.pk, "site": f"{first.name}“双随机、一公开”监管"} if first else {}


@never_cache
@require_http_methods(["GET", "POST"])
def agencies(request: HttpRequest) -> HttpResponse:
    """Tick the first agencies and correct their names; counties and more units come later."""
    draft = _draft(request, "place")
    if draft is None:
        return redirect("set_up_place")
    region = Region.objects.get(pk=draft["place"]["region"])
    forms = [_agency_form(request, region, one, draft) for one in reads.systems_to_found()]
    error = ""
    if request.method == "POST" and all(form.is_valid() for form in forms):
        chosen = [
            {"system": form.system.pk, **form.cleaned_data}
            for form in forms
            if form.cleaned_data["is_chosen"]
        ]
        refusal = reads.why_not_found(_agencies(chosen))
        if refusal is None:
            request.session[DRAFT] = draft | {"agencies": chosen}
            return redirect("set_up_people")
        error = refusal.reason
    return _page(request, "set_up_agencies", 2, {"forms": forms, "region": region, "error": error})


def _agency_form(
    request: HttpRequest, region: Region, system: System, draft: dict[str, Any]
) -> FirstAgencyForm:
    typed = next((row for row in draft.get("agencies", []) if row["system"] == system.pk), None)
    initial = typed or {"name": reads.usual_name(region, system)}
    return FirstAgencyForm(_posted(request), system=system, initial=initial)


def _agencies(rows: list[dict[str, Any]]) -> list[services.NewAgency]:
    systems = System.objects.in_bulk([row["system"] for row in rows])
    return [
        services.NewAgency(systems[row["system"]], row["name"], row["short_name"]) for row in rows
    ]


@never_cache
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Name the three administrators; then everything is written and their letters are shown once."""
    draft = _draft(request, "place", "agencies")
    if draft is None:
        return redirect("set_up_agencies")
    forms = [
        AdministratorForm(_posted(request), role=role, initial={"username": USERNAMES[role]})
        for role in THREE
    ]
    if request.method == "POST" and all(form.is_valid() for form in forms):
        done = attempt(
            forms[0],
            services.set_up,
            draft["digest"],
            Region.objects.get(pk=draft["place"]["region"]),
            draft["place"]["site"],
            _agencies(draft["agencies"]),
            [services.NewAdministrator(form.role, **form.cleaned_data) for form in forms],
        )
        if done:
            request.session.flush()
            context = {"letters": done.result, "address": request.build_absolute_uri("/activate/")}
            return _page(request, "set_up_letters", len(STEPS), context)
    return _page(request, "set_up_people", 3, {"forms": forms})


@never_cache
@require_http_methods(["GET", "POST"])
def activate(request: HttpRequest) -> HttpResponse:
    """Take over the own account with the code of the letter, and choose its password."""
    form = ActivationForm(_posted(request))
    if form.is_valid():
        code, password = form.cleaned_data["code"], form.cleaned_data["password"]
        come = attempt(form, services.activate, code, password, address=address_of(request))
        if come:
            login(request, come.result, backend="agencies.backends.Backend")
            return redirect("reports:worklist")
    return render(request, "agencies/activate.html", {"form": form})
