"""What this user sees of a ceremony and may do in it now; shared by the pages of both draws."""

from django.http import QueryDict

from agencies.requests import StaffRequest
from core import clock
from core.workflow import can
from draws import services
from draws.ceremony_plan import DICE
from draws.flows import DrawStatus
from draws.forms import BeaconForm, PhraseForm, VoidForm
from draws.models import BeaconKind, ContributionKind, Draw
from draws.reads import ceremony_state
from tasks.models import Task
from tasks.reads.draws import why_not_take_back

LIVE = {DrawStatus.FROZEN, DrawStatus.OPENED}
SENT = {"dispatched", "completed"}


def ceremony(request: StaffRequest, task: Task, draw_: Draw) -> dict:
    """The state of a frozen draw, the forms of this user, and the buttons."""
    now = clock.now()
    seen = ceremony_state.of(draw_, now)
    frozen = draw_.status == DrawStatus.FROZEN
    may_open = frozen and can(request.user, "open", draw_)
    return {
        "hall": seen,
        "may_consent": frozen
        and seen.grade == "C"
        and draw_.consented_by_id is None
        and draw_.frozen_by_id != request.user.pk
        and services.may_consent(draw_, request.user),
        "may_open": may_open and draw_.beacon_kind == BeaconKind.NONE and _is_only_spoken(seen),
        "asks_phrase": may_open and _asks_phrase(draw_, seen),
        "may_close": may_open
        and not draw_.closed_digest
        and draw_.beacon_kind != BeaconKind.NONE
        and all(party.level != "soon" for party in seen.parties),
        "is_dice": any(party.row.code == DICE for party in seen.parties),
        **_own_part(request, draw_, seen),
        **_beacon(request, draw_),
        **_void(request, task, draw_),
    }


def phrase_form(draw_: Draw, data: QueryDict | None = None) -> PhraseForm:
    """The form of the witness, for words or for dice."""
    is_dice = any(row.code == DICE for row in draw_.contributors.all())
    return PhraseForm(data, is_dice=is_dice)


def _is_only_spoken(seen: ceremony_state.Hall) -> bool:
    """Whether nothing but the witness, who speaks as the lead opens, is still missing."""
    return not seen.needs


def _asks_phrase(draw_: Draw, seen: ceremony_state.Hall) -> bool:
    """A witness who speaks as the lead opens is asked then, not before."""
    waiting = any(p.row.way == ContributionKind.OPEN and p.level == "soon" for p in seen.parties)
    is_last = draw_.beacon_kind == BeaconKind.NONE and all(
        p.row.way == ContributionKind.OPEN for p in seen.parties
    )
    return waiting and not draw_.closed_digest and not (is_last and seen.needs)


def _own_part(request: StaffRequest, draw_: Draw, seen: ceremony_state.Hall) -> dict:
    """The contributor of the user's own agency, and which of the two steps is due."""
    mine = next((p for p in seen.parties if p.row.agency_id == request.user.agency_id), None)
    step = ""
    if (
        mine is not None
        and mine.row.agency_id
        and mine.level == "soon"
        and draw_.status == DrawStatus.FROZEN
        and can(request.user, "contribute", mine.row)
    ):
        if not mine.row.commit:
            step = "commit"
        else:
            step = "reveal" if services.may_reveal(draw_) else "wait"
    return {"mine": mine, "my_step": step}


def _beacon(request: StaffRequest, draw_: Draw) -> dict:
    is_due = (
        draw_.status == DrawStatus.FROZEN
        and draw_.beacon_kind != BeaconKind.NONE
        and not draw_.beacon_value
        and clock.now() >= draw_.beacon_at
    )
    if not is_due:
        return {"asks_beacon": False, "beacon_form": BeaconForm(draw_)}
    entries = list(draw_.beacon_entries.select_related("entered_by__agency"))
    own = next((entry for entry in entries if entry.entered_by_id == request.user.pk), None)
    initial = (
        {"value": own.value, "source": own.source, "signature": own.signature} if own else None
    )
    sees_all = can(request.user, "open", draw_) and len(entries) > 1
    return {
        "asks_beacon": services.may_enter_beacon(draw_, request.user),
        "beacon_form": BeaconForm(draw_, initial=initial),
        "my_entry": own,
        "entries": entries if sees_all else [],
        "entered": len(entries),
    }


def _void(request: StaffRequest, task: Task, draw_: Draw) -> dict:
    live = draw_.status in LIVE and task.status not in SENT
    refusal = why_not_take_back(task, draw_) if live else None
    proposed = draw_.void_proposed_at is not None
    return {
        "may_propose_void": live
        and not proposed
        and refusal is None
        and can(request.user, "propose_void", draw_),
        "why_not_void": refusal if can(request.user, "propose_void", draw_) else None,
        "void_form": VoidForm(),
        "void_proposed": live and proposed,
        "may_void": live
        and proposed
        and refusal is None
        and draw_.void_proposed_by_id != request.user.pk
        and can(request.user, "void", draw_),
    }
