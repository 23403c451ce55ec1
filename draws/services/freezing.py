"""Freeze lists and rules, fix who contributes, publish one digest (protocol 2.3)."""

import secrets
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from agencies.models import ROLE_PREFIX, Agency, User
from agencies.roles import ROLES
from core import clock
from core.errors import DomainError
from core.notices import notify
from core.workflow import advance
from draws import drs1
from draws.ceremony_plan import Ceremony, sealed
from draws.models import ContributionKind, Contributor, Draw
from draws.occasion import Occasion
from draws.services.public_log import head, log
from draws.times import time_text

CHAIN_LENGTH = 64
CONTRIBUTE = "draws.contribute_contributor"


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
    refuse_ceremony(occasion, ceremony)
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


def refuse_ceremony(occasion: Occasion, ceremony: Ceremony) -> None:
    """Raise DomainError when the choice cannot be kept, or names somebody who cannot seal."""
    for field, sentence in ceremony.faults(clock.now()):
        raise DomainError(f"{sentence}名单没有封存。", field=field, code="ceremony")
    known = {
        agency.pk: agency for agency in contributors_for(occasion.agency, occasion.taking_part)
    }
    for party in ceremony.sealed:
        agency = known.get(party.agency_id)
        if agency is None or party != sealed(agency, occasion.agency.pk):
            raise DomainError(
                f"{party.code}不能作为本次摇号的密封参与方。名单没有封存。", field="agencies"
            )


def contributors_for(lead: Agency, taking_part: Sequence[Agency]) -> list[Agency]:
    """Who may seal a value: who takes part, then bodies above or beside that coordinate.

    Only agencies where somebody active holds the permission: nobody else could ever seal.
    """
    region = lead.region.code
    upper = {f"{region[:2]}0000", f"{region[:4]}00"} - {region}
    superior = Q(system=lead.system_id, region__in=upper)
    coordinating = Q(is_inspecting=False, region__in={*upper, region})
    above = Agency.objects.filter(superior | coordinating).order_by("region", "code")
    chosen = {agency.pk: agency for agency in [*taking_part, *above]}
    chosen.pop(lead.pk, None)
    able = set(sealers().filter(agency__in=chosen).values_list("agency_id", flat=True))
    return [agency for pk, agency in chosen.items() if pk in able]


def sealers() -> QuerySet:
    """Who may seal and open a value for the own agency."""
    names = [
        f"{ROLE_PREFIX}{slug}" for slug, role in ROLES.items() if CONTRIBUTE in role.permissions
    ]
    return User.objects.filter(is_active=True, groups__name__in=names).distinct()


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
