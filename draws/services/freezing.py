"""Freeze lists and rules, fix who contributes, publish one digest (protocol 2.3)."""

import secrets
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max

from agencies.models import User
from core import clock
from core.errors import demand
from core.notices import notify
from core.workflow import advance
from draws import drs1
from draws.ceremony_plan import Ceremony
from draws.models import ContributionKind, Contributor, Draw
from draws.occasion import Occasion
from draws.reads.refusals import why_not_freeze
from draws.reads.sealers import sealers
from draws.services.public_log import head, log
from draws.times import time_text

CHAIN_LENGTH = 64


@transaction.atomic
def freeze(
    occasion: Occasion,
    purpose: str,
    draw_id: str,
    texts: Mapping[str, str],
    columns: Mapping[str, object],
    ceremony: Ceremony,
    *,
    supersedes: Draw | None,
    actor: User | None,
) -> Draw:
    """Keep the exact files of a draw, publish their digest, invite who contributes (2.3).

    texts: the four files by name. columns: what leads from codes and aliases to rows, never public.
    supersedes: the voided draw that this one follows. Raises DomainError for a ceremony that
    cannot be kept; IntegrityError where the occasion has a live draw.
    """
    demand(why_not_freeze(occasion, ceremony))
    now, year = clock.now(), clock.today().year
    values = drs1.chain(draw_id, secrets.token_bytes(32), CHAIN_LENGTH)
    prev = head(occasion.agency)  # locks the authority: serials and records come one at a time
    text = drs1.freeze_text(draw_id, values[0], prev, texts)
    last = Draw.objects.filter(agency=occasion.agency, year=year).aggregate(Max("serial"))
    draw = Draw.objects.create(
        draw_id=draw_id,
        occasion=occasion.key,
        reference=occasion.reference,
        title=occasion.title,
        link=occasion.link,
        agency=occasion.agency,
        purpose=purpose,
        year=year,
        serial=(last["serial__max"] or 0) + 1,
        period=occasion.period,
        supersedes=supersedes,
        plan_text=texts["plan"],
        candidates_text=texts["candidates"],
        inspectors_text=texts["inspectors"],
        recusals_text=texts["recusals"],
        freeze_text=text,
        freeze_digest=drs1.digest(text),
        anchor=values[0],
        prev=prev,
        secret=values[-1],
        missing=ceremony.missing,
        commit_until=ceremony.commit_until,
        reveal_until=ceremony.reveal_until,
        beacon_kind=ceremony.beacon_kind,
        beacon_ref=ceremony.beacon_ref,
        beacon_at=ceremony.beacon_at,
        open_by=ceremony.beacon_at or ceremony.reveal_until or now,
        frozen_at=now,
        frozen_by=actor,
        **columns,
    )
    draw.taking_part.set(occasion.agencies)
    _name_contributors(draw, ceremony)
    advance(draw, "freeze", actor=actor, digest=draw.freeze_digest)
    log(draw, "freeze", text)
    if supersedes:
        log(supersedes, "supersede", draw.draw_id)
    _invite(draw)
    return draw


def _name_contributors(draw: Draw, ceremony: Ceremony) -> None:
    Contributor.objects.bulk_create(
        Contributor(
            draw=draw,
            code=party.code,
            way=party.way,
            agency_id=party.agency_id,
            is_outside=party.is_outside,
        )
        for party in ceremony.parties
    )


def _invite(draw: Draw) -> None:
    """Tell everybody concerned the digest, and whoever has to seal until when."""
    digest = f"{draw} 已封存，指纹 {draw.freeze_digest[:16]}…，请留存备查。"
    sealing = draw.contributors.filter(way=ContributionKind.SEALED)
    invited = set(sealing.values_list("agency_id", flat=True))
    admins = User.objects.with_role("agency_admin").filter(agency__in=draw.taking_part.all())
    notify(admins.exclude(agency__in=invited), digest, draw.link)
    if invited:
        notify(
            sealers().filter(agency__in=invited),
            f"{digest}请在 {time_text(draw.commit_until)} 前为本次摇号密封随机数。",
            draw.link,
            urgent=True,
        )
