"""The short ceremony of both draws: freeze, a second person's consent, open with a phrase.

Protocol 2.3-2.11. The result is stored before anybody sees it; two clicks give one draw.
"""

import secrets

from django.db import transaction
from django.db.models import Max

from agencies.models import User
from core import clock
from core.audit import record
from core.errors import DomainError, IllegalMove, NotAllowed
from core.notices import notify
from core.workflow import REFUSED, advance, authorize, has_role_permission, lock
from registries.models import Target
from registries.services import hold_registries
from tasks import certificates, drs1, frame, roster
from tasks.ceremony import SHORT, WITNESS, Ceremony
from tasks.flows import DrawStatus, TaskStatus
from tasks.models import Contributor, Draw, Purpose, Selection, Task
from tasks.services.assigning import assign_teams
from tasks.services.draw_log import head, log

CHAIN_LENGTH = 64
OPENED = [
    "opened_secret",
    "closed_text",
    "closed_digest",
    "closed_at",
    "seed",
    "result_text",
    "result_digest",
    "assurance",
    "opened_at",
    "opened_by",
]


@transaction.atomic(durable=True)
def freeze_targets(task: Task, ceremony: Ceremony = SHORT, *, actor: User | None) -> Draw:
    """Freeze list and rules of the first draw and publish their digest (2.3).

    Raises DomainError when nobody can be drawn.
    """
    advance(task, "freeze", actor=actor)
    hold_registries(still=True)
    base = frame.of(task)
    if not base.eligible:
        raise DomainError(
            f"按当前条件没有可抽取的对象：名录共 {len(base.entries)} 户，全部被排除。"
            "请核对行业类别、登记状态和年度频次，名单没有封存。"
        )
    texts = base.texts(task, draw_id_of(task, Purpose.TARGETS), ceremony)
    return _freeze(task, Purpose.TARGETS, texts, {}, ceremony, actor)


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
    hold_registries(still=True)
    people = roster.of(task)
    roster.must_be_staffed(people)
    texts = people.texts(task, draw_id_of(task, Purpose.INSPECTORS), ceremony)
    return _freeze(task, Purpose.INSPECTORS, texts, people.codes, ceremony, actor)


def _freeze(
    task: Task,
    purpose: str,
    texts: dict[str, str],
    codes: dict,
    ceremony: Ceremony,
    actor: User | None,
) -> Draw:
    draw_id = draw_id_of(task, purpose)
    values = drs1.chain(draw_id, secrets.token_bytes(32), CHAIN_LENGTH)
    prev = head(task.agency)
    text = drs1.freeze_text(draw_id, values[0], prev, texts)
    now = clock.now()
    year = clock.today().year
    last = Draw.objects.filter(agency=task.agency, year=year).aggregate(Max("serial"))
    draw = Draw.objects.create(
        draw_id=draw_id,
        task=task,
        agency=task.agency,
        purpose=purpose,
        year=year,
        serial=(last["serial__max"] or 0) + 1,
        line_id=task.line.origin_id or task.line_id,
        period=f"{task.starts_on}/{task.ends_on}",
        supersedes=task.draws.filter(purpose=purpose, status=DrawStatus.VOIDED).first(),
        plan_text=texts["plan"],
        candidates_text=texts["candidates"],
        inspectors_text=texts["inspectors"],
        recusals_text=texts["recusals"],
        roster=codes,
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
    admins = User.objects.with_role("agency_admin").filter(agency__in=task.agencies)
    notify(
        admins,
        f"{draw} 已封存，指纹 {draw.freeze_digest[:16]}…，请留存备查。",
        task.get_absolute_url(),
    )
    return draw


def draw_id_of(task: Task, purpose: str) -> str:
    """`<task number>-1` draws targets, `-2` people; successors of voided ones go on with 3 and 4."""
    attempts = task.draws.filter(purpose=purpose).count()
    return f"{task.number}-{2 * attempts + (1 if purpose == Purpose.TARGETS else 2)}"


@transaction.atomic
def consent(draw: Draw, *, actor: User | None) -> None:
    """A second person agrees to a draw that outsiders do not secure (grade C).

    The person belongs to an agency of the task, holds the permission, and did not freeze it.
    """
    lock(draw)
    allowed = has_role_permission(actor, "consent", Draw) and (
        actor is None or actor.agency_id in {agency.pk for agency in draw.task.agencies}
    )
    if not allowed:
        raise NotAllowed(REFUSED)
    if draw.status != DrawStatus.FROZEN or draw.consented_by_id is not None:
        raise IllegalMove("当前状态不需要同意，请刷新页面后查看最新状态。")
    if actor is not None and actor.pk == draw.frozen_by_id:
        raise DomainError("封存名单的人不能自己同意，请由另一人办理。")
    draw.consented_by, draw.consented_at = actor, clock.now()
    draw.save(update_fields=["consented_by", "consented_at"])
    record("tasks.consent", draw, actor, f"同意按保证等级 C 摇号：{draw}")
    leads = User.objects.with_role("lead").filter(agency=draw.agency)
    notify(leads, f"{draw} 已有第二人同意，可以摇号。", draw.task.get_absolute_url())


@transaction.atomic(durable=True)
def open_targets(draw: Draw, *, witness: str, phrase: str, actor: User | None) -> Draw:
    """Open the first draw with the phrase of a witness; the drawn targets become the list."""
    outcome = _open(draw, witness, phrase, actor)
    targets = Target.objects.in_bulk([s.id for s in outcome.selected], field_name="code")
    Selection.objects.bulk_create(
        Selection(
            task=draw.task,
            draw=draw,
            target=targets[s.id],
            number=s.number,
            stratum=s.stratum,
            how=s.how,
            batch=s.batch,
            ticket=s.ticket,
        )
        for s in outcome.selected
    )
    advance(draw.task, "open", actor=actor, result=draw.result_digest)
    return draw


@transaction.atomic(durable=True)
def open_people(draw: Draw, *, witness: str, phrase: str, actor: User | None) -> Draw:
    """Open the second draw; every target gets its inspectors, the first of each team leads."""
    outcome = _open(draw, witness, phrase, actor)
    assign_teams(draw, outcome)
    advance(draw.task, "assign", actor=actor, result=draw.result_digest)
    return draw


def _open(draw: Draw, witness: str, phrase: str, actor: User | None) -> drs1.Outcome:
    """Check, compute, store, log. Everything that follows is bookkeeping."""
    witness, phrase = witness.strip(), phrase.strip()
    if not witness or not phrase:
        raise DomainError("请填写见证人和见证人当场念出的短语。摇号没有开始。")
    _refuse_phrase(phrase)
    lock(draw)
    authorize(actor, "open", draw)
    draw.flow.move("open", draw.status)
    if draw.consented_by_id is None:
        raise DomainError(
            "本次没有外部密封贡献和公共随机源，保证等级为 C，须先由第二人同意。摇号没有开始。"
        )
    at = clock.now()
    draw.contributors.filter(code=WITNESS).update(
        value=phrase, speaker=witness, revealed_by=actor, revealed_at=at
    )
    draw.opened_secret = drs1.chain(draw.draw_id, bytes.fromhex(draw.secret), CHAIN_LENGTH)[1]
    try:
        outcome = drs1.draw(certificates.input_of(draw))
    except drs1.Refused as error:
        raise DomainError(
            "封存的内容没有通过核对，摇号没有开始。请保留现场，联系系统管理员。"
        ) from error
    draw.closed_text, draw.closed_digest, draw.closed_at = outcome.closed_text, outcome.closed, at
    draw.seed, draw.result_text = outcome.seed, outcome.result_text
    draw.result_digest = outcome.result
    draw.opened_at, draw.opened_by = at, actor
    draw.assurance = drs1.assurance(
        outcome.plan, outcome.contributions, certificates.publication_of(draw)
    )
    log(draw, "reveal", phrase)
    log(draw, "closed", outcome.closed_text)
    log(draw, "open", outcome.result_text)
    draw.save(update_fields=OPENED)  # the lists and the secret are not written again
    advance(draw, "open", actor=actor, result=draw.result_digest)
    return outcome


def _refuse_phrase(phrase: str) -> None:
    try:
        drs1.open_value(phrase, drs1.SHA256)
    except drs1.Refused:
        raise DomainError(
            "见证短语不能使用：须为 1 至 200 字节（约 66 个汉字）的一行文字，不含制表符等看不见的字符。"
            "摇号没有开始。"
        ) from None
