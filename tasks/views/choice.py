"""The choice of contributors and beacon before a freeze: the form, its grade, what would better it."""

from django.http import HttpRequest

from tasks.ceremony import wanting
from tasks.forms import CeremonyForm
from tasks.models import BeaconKind, Task


def given(request: HttpRequest, task: Task) -> CeremonyForm:
    """The form as the address has it, with an offer taken up, or as proposed."""
    if "witness" not in request.GET:
        return CeremonyForm(task)
    data = request.GET.copy()
    kind, _, value = data.get("offer", "").partition(":")
    if kind == "agency":
        data.appendlist("agencies", value)
    elif kind == "beacon":
        data["beacon_kind"] = value
    elif kind == "short":
        data.setlist("agencies", [])
        data["beacon_kind"] = BeaconKind.NONE
    return CeremonyForm(task, data)


def choice(form: CeremonyForm) -> dict:
    """What the page of the scope shows of a choice."""
    ceremony = form.ceremony
    missing = wanting(ceremony.beacon_kind, ceremony.outside)
    chosen = {party.agency_id for party in ceremony.parties}
    free = [agency for agency in form.candidates if agency.pk not in chosen]
    offers = []
    if missing:
        offers = [(f"agency:{agency.pk}", f"请{agency.short_name}密封") for agency in free]
        if ceremony.beacon_kind != BeaconKind.BOTH:
            offers.append((f"beacon:{BeaconKind.BOTH}", "约定双色球和大乐透"))
    is_short = not ceremony.sealed and ceremony.beacon_kind == BeaconKind.NONE
    return {
        "ceremony_form": form,
        "choice": ceremony,
        "next_grade": missing,
        "offers": offers,
        "is_short": is_short,
    }
