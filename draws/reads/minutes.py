"""The minutes of a draw on one A4 page, with the two digests as QR codes (protocol 2.11)."""

from io import BytesIO
from typing import Any

import segno
from django.conf import settings

from core import clock, pdf
from draws.flows import DrawStatus
from draws.models import Draw
from draws.reads import ceremony_state, evidence
from draws.reads.known import Known

MANY = 12  # contributors that fit on the page; more are counted


def pdf_of(draw: Draw, *, shows_seed: bool, known: Known) -> bytes:
    """The minutes as they stand now: of a frozen, an opened or a voided draw.

    shows_seed: whether the drawn may be known, for the seed tells them. known: names of the tiers.
    """
    codes = {"freeze.svg": f"DRS1:{draw.draw_id}:{draw.freeze_digest}"}
    if draw.result_digest:
        codes["result.svg"] = f"DRS1:{draw.draw_id}:{draw.result_digest}"
    files = {name: qr(text) for name, text in codes.items()}
    return pdf.render(
        "pdf/minutes.html", context_of(draw, shows_seed=shows_seed, known=known), files
    )


def context_of(draw: Draw, *, shows_seed: bool, known: Known) -> dict[str, Any]:
    """What stands on the minutes. They may hang in a hall: no firm and no person is named.

    With the seed anybody could tell who was drawn, so it waits for the list.
    """
    seen = ceremony_state.of(draw, clock.now())
    return {
        "draw": draw,
        "joining": draw.taking_part.exclude(pk=draw.agency_id),
        "hall": seen,
        "parties": seen.parties[:MANY],
        "more": max(0, len(seen.parties) - MANY),
        "evidence": evidence.of(draw, names=False, known=known),
        "entries": list(
            draw.beacon_entries.filter(value=draw.beacon_value).select_related("entered_by__agency")
        )
        if draw.beacon_value
        else [],
        "shows_seed": shows_seed,
        "is_frozen": draw.status == DrawStatus.FROZEN,
        "is_voided": draw.status == DrawStatus.VOIDED,
        "demo": settings.PORTAL_DEMO,
    }


def qr(text: str, *, scales: bool = False) -> bytes:
    """A QR code as SVG. scales: it takes the size of what it stands in."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=2, xmldecl=False, omitsize=scales
    )
    return out.getvalue()
