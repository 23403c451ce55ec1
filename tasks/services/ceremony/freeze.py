"""Freeze lists and rules, fix who contributes, publish one digest (protocol 2.3)."""

import secrets

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.urls import reverse

from agencies.models import ROLE_PREFIX, Agency, User
from agencies.roles import ROLES
from agencies.services import grant_joint_access
from core import clock
from core.errors import DomainError, IllegalMove
from core.notices import notify
from core.workflow import advance, authorize, lock
from registries.services import still_registries
from tasks import drs1, frame, roster
from tasks.ceremony import SHORT, Ceremony, sealed
from tasks.flows import DrawStatus, TaskStatus
from tasks.models import Contributor, Draw, Purpose, Task, Way
from tasks.services.ceremony.queue import look_soon
from tasks.services.draw_log import head, log
from tasks.times import time_text

CHAIN_LENGTH = 64
CONTRIBUTE = "tasks.contribute_contributor"


@transaction.atomic(durable=True)
def freeze_targets(task: Task, ceremony: Ceremony = SHORT, *, actor: User | None) -> Draw:
    """Freeze list and rules of the first draw and publish their digest (2.3).

    Raises DomainError when nobody can be drawn.
    """
    advance(task, "freeze", actor=actor)
    _must_hold(task, ceremony)
    still_registries()
    frozen = frame.freeze(task, draw_id_of(task, Purpose.TARGETS), ceremony)
    if not frozen.eligible:
        raise DomainError(
            f"按当前条件没有可抽取的对象：名录共 {frozen.total} 户，全部被排除。"
            "请核对行业类别、登记状态和年度频次，名单没有封存。"
        )
    draw = _freeze(task, Purpose.TARGETS, frozen.texts, frozen.columns, ceremony, actor)
    if frozen.table:
        log(draw, "publish", drs1.digest(frozen.table))
    return draw


@transaction.atomic(durable=True)
def freeze_people(task: Task, ceremony: Ceremony = SHORT, *, actor: User | None) -> Draw:
    """Freeze the roster for the confirmed list (second draw).

    Raises DomainError naming the targets that cannot be staffed.
    """
    lock(task)
    authorize(actor, "assign", task)
    if task.status != TaskStatus.LOCKED:
        raise IllegalMove("名单锁定后才能匹配检查人员，请刷新页面后查看最新状态。")
    if task.draws.live().filter(purpose=Purpose.INSPECTORS).exists():
        raise IllegalMove("人员名单已经封存，不能再次封存。")
    _must_hold(task, ceremony)
    still_registries()
    people = roster.of(task)
    roster.must_be_staffed(people)
    texts = people.texts(task, draw_id_of(task, Purpose.INSPECTORS), ceremony)
    return _freeze(task, Purpose.INSPECTORS, texts, {"roster": people.codes}, ceremony, actor)


def _freeze(
    task: Task,
    purpose: str,
    texts: dict[str, str],
    columns: dict,
    ceremony: Ceremony,
    actor: User | None,
) -> Draw:
    now, year = clock.now(), clock.today().year
    draw_id = draw_id_of(task, purpose)
    values = drs1.chain(draw_id, secrets.token_bytes(32), CHAIN_LENGTH)
    prev = head(task.agency)  # locks the authority: serials and records come one at a time
    text = drs1.freeze_text(draw_id, values[0], prev, texts)
    last = Draw.objects.filter(agency=task.agency, year=year).aggregate(Max("serial"))
    voided = task.draws.filter(purpose=purpose, status=DrawStatus.VOIDED).first()
    draw = Draw.objects.create(
        draw_id=draw_id,
        task=task,
        agency=task.agency,
        purpose=purpose,
        year=year,
        serial=(last["serial__max"] or 0) + 1,
        line_id=task.line.origin_id or task.line_id,
        period=f"{task.starts_on}/{task.ends_on}",
        supersedes=voided,
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
    advance(draw, "freeze", actor=actor, digest=draw.freeze_digest)
    log(draw, "freeze", text)
    if voided:
        log(voided, "supersede", draw.draw_id)
    _invite(draw)
    if not ceremony.parties:
        look_soon(draw)  # nobody to wait for: the closed file can be published at once
    return draw


def _must_hold(task: Task, ceremony: Ceremony) -> None:
    """Raise DomainError when the choice cannot be kept, or names somebody who cannot seal."""
    for _, sentence in ceremony.faults(clock.now()):
        raise DomainError(f"{sentence}名单没有封存。")
    known = {agency.pk: agency for agency in contributors_for(task)}
    for party in ceremony.sealed:
        agency = known.get(party.agency_id)
        if agency is None or party != sealed(agency, task.agency_id):
            raise DomainError(f"{party.code}不能作为本次摇号的密封参与方。名单没有封存。")


def contributors_for(task: Task) -> list[Agency]:
    """Who may seal a value: participants, then bodies above or beside that coordinate.

    Only agencies where somebody active holds the permission: nobody else could ever seal.
    """
    region = task.agency.region.code
    upper = {f"{region[:2]}0000", f"{region[:4]}00"} - {region}
    superior = Q(system=task.agency.system_id, region__in=upper)
    coordinating = Q(is_inspecting=False, region__in={*upper, region})
    above = Agency.objects.filter(superior | coordinating).order_by("region", "code")
    chosen = {agency.pk: agency for agency in [*task.participants.all(), *above]}
    chosen.pop(task.agency_id, None)
    able = set(sealers().filter(agency__in=chosen).values_list("agency_id", flat=True))
    return [agency for pk, agency in chosen.items() if pk in able]


def sealers() -> QuerySet:
    """Who may seal and open a value for the own agency."""
    names = [
        f"{ROLE_PREFIX}{slug}" for slug, role in ROLES.items() if CONTRIBUTE in role.permissions
    ]
    return User.objects.filter(is_active=True, groups__name__in=names).distinct()


def _invite(draw: Draw) -> None:
    """Tell every participant the digest, and whoever has to seal until when."""
    task = draw.task
    link = task.get_absolute_url()
    digest = f"{draw} 已封存，指纹 {draw.freeze_digest[:16]}…，请留存备查。"
    sealing = draw.contributors.filter(way=Way.SEALED).select_related("agency")
    invited = {contributor.agency_id: contributor.agency for contributor in sealing}
    strangers = [agency for pk, agency in invited.items() if agency not in task.agencies]
    if strangers:
        grant_joint_access(task, strangers)
    admins = User.objects.with_role("agency_admin").filter(agency__in=task.agencies)
    notify(admins.exclude(agency__in=invited), digest, link)
    if invited:
        notify(
            sealers().filter(agency__in=invited),
            f"{digest}请在 {time_text(draw.commit_until)} 前为本次摇号密封随机数。",
            draw_url(draw),
            urgent=True,
        )


def draw_url(draw: Draw) -> str:
    """The staff page of a draw."""
    page = "tasks:draw" if draw.purpose == Purpose.TARGETS else "tasks:people"
    return reverse(page, args=[draw.task.number])


def draw_id_of(task: Task, purpose: str) -> str:
    """`<task number>-1` draws targets, `-2` people; successors of voided ones go on with 3 and 4."""
    attempts = task.draws.filter(purpose=purpose).count()
    return f"{task.number}-{2 * attempts + (1 if purpose == Purpose.TARGETS else 2)}"
