"""The choice of contributors and beacon before a freeze: the form, its grade, what would better it."""

from django.http import QueryDict

from agencies.requests import StaffRequest
from draws.ceremony_plan import wanting
from draws.forms import CeremonyForm
from draws.models import BeaconKind
from tasks.models import Task


def given(request: StaffRequest, task: Task) -> CeremonyForm:
    """The form as it was sent to be looked at, with an offer taken up, or as proposed."""
    if "witness" not in request.POST:
        return form_for(task)
    data = request.POST.copy()
    kind, _, value = data.get("offer", "").partition(":")
    if kind == "agency":
        data.appendlist("agencies", value)
    elif kind == "beacon":
        data["beacon_kind"] = value
    elif kind == "short":
        data.setlist("agencies", [])
        data["beacon_kind"] = BeaconKind.NONE
    return form_for(task, data)


def form_for(task: Task, data: QueryDict | None = None) -> CeremonyForm:
    """The form of a draw of the task."""
    return CeremonyForm(task.agency, list(task.participants.all()), data)


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
