"""What this user sees of a ceremony and may do in it now; shared by the pages of both draws."""

from django.db.models import prefetch_related_objects
from django.http import QueryDict

from agencies.models import User
from agencies.requests import StaffRequest
from core import clock
from core.workflow import can
from draws.ceremony_plan import DICE
from draws.forms import BeaconForm, PhraseForm, VoidForm
from draws.models import BeaconKind, Draw
from draws.reads import ceremony_state, refusals
from tasks.reads.draws import (
    is_in_hand,
    why_not_open,
    why_not_propose_void,
    why_not_refuse_void,
    why_not_void,
)


def ceremony(request: StaffRequest, draw_: Draw) -> dict:
    """The state of a draw, the forms of this user, and the buttons."""
    prefetch_related_objects([draw_], "contributors", "taking_part")
    user = request.user
    seen = ceremony_state.of(draw_, clock.now())
    opens_by_hand = draw_.beacon_kind == BeaconKind.NONE  # with a beacon it opens by itself
    return {
        "hall": seen,
        "may_consent": refusals.why_not_consent(draw_, user) is None,
        "may_open": opens_by_hand and why_not_open(draw_, user) is None,
        "asks_phrase": refusals.why_not_speak(draw_, user) is None
        and not (seen.speaks_last and seen.needs),
        "may_close": not opens_by_hand and refusals.why_not_close(draw_, user) is None,
        "may_print_slip": refusals.why_not_print_slip(draw_, user) is None,
        "is_dice": any(party.row.code == DICE for party in seen.parties),
        **_own_part(user, seen),
        **_beacon(user, draw_),
        **_void(user, draw_),
    }


def phrase_form(draw_: Draw, data: QueryDict | None = None) -> PhraseForm:
    """The form of the witness, for words or for dice."""
    is_dice = any(row.code == DICE for row in draw_.contributors.all())
    return PhraseForm(data, is_dice=is_dice)


def _own_part(user: User, seen: ceremony_state.Hall) -> dict:
    """The contributor of the user's own agency, which of the two steps is due, or why none is."""
    mine = next((p for p in seen.parties if p.row.agency_id == user.agency_id), None)
    own = {"mine": mine, "may_commit": False, "may_reveal": False, "waits": False, "no_step": ""}
    if mine is None or mine.row.value:
        return own
    is_sealed = bool(mine.row.commit)
    refusal = (refusals.why_not_reveal if is_sealed else refusals.why_not_commit)(mine.row, user)
    waits = refusal is not None and refusal.code == refusals.TOO_EARLY
    return own | {
        "may_commit": refusal is None and not is_sealed,
        "may_reveal": refusal is None and is_sealed,
        "waits": waits,
        "no_step": refusal.reason if refusal and not waits else "",
    }


def _beacon(user: User, draw_: Draw) -> dict:
    refusal = refusals.why_not_enter_beacon(draw_, user)
    if refusal and not refusal.is_access:
        return {"asks_beacon": False, "beacon_form": BeaconForm(draw_)}
    entries = list(draw_.beacon_entries.select_related("entered_by__agency"))
    own = next((entry for entry in entries if entry.entered_by_id == user.pk), None)
    initial = (
        {"value": own.value, "source": own.source, "signature": own.signature} if own else None
    )
    sees_all = can(user, "open", draw_) and len(entries) > 1
    return {
        "asks_beacon": refusal is None,
        "beacon_form": BeaconForm(draw_, initial=initial),
        "my_entry": own,
        "entries": entries if sees_all else [],
        "entered": len(entries),
    }


def _void(user: User, draw_: Draw) -> dict:
    """What this user may do about a void, while the draw is in the hands of those who hold it."""
    if not is_in_hand(draw_):
        return {"void_proposed": False, "void_form": VoidForm()}
    proposed = draw_.void_proposed_at is not None
    asked = why_not_void(draw_, user) if proposed else why_not_propose_void(draw_, user)
    return {
        "void_proposed": proposed,
        "void_form": VoidForm(),
        "may_propose_void": not proposed and asked is None,
        "may_void": proposed and asked is None,
        "may_refuse_void": why_not_refuse_void(draw_, user) is None,
        "why_not_void": asked,
    }
