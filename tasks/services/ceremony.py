"""The short ceremony of both draws: freeze, a second person's consent, open with a phrase.

Protocol 2.3-2.11. The result is stored before anybody sees it; two clicks give one draw.
"""

import secrets
from datetime import UTC, datetime

from django.db import transaction

from agencies.models import User
from core import clock
from core.audit import record
from core.errors import DomainError, IllegalMove, NotAllowed
from core.notices import notify
from core.workflow import REFUSED, advance, authorize, has_role_permission, lock
from registries.models import Inspector, Target
from registries.services import hold_registries
from tasks import drs1, frame
from tasks.flows import DrawStatus, TaskStatus
from tasks.models import Assignment, Draw, DrawRecord, Purpose, Selection, Task

CHAIN_LENGTH = 64
PUBLIC_PAGE = "公示平台“摇号验证”栏目"


@transaction.atomic(durable=True)
def freeze_targets(task: Task, *, actor: User | None) -> Draw:
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
    draw_id = f"{task.number}-1"
    return _freeze(task, Purpose.TARGETS, draw_id, base.texts(task, draw_id), {}, actor)


@transaction.atomic(durable=True)
def freeze_people(task: Task, *, actor: User | None) -> Draw:
    """Freeze the roster for the confirmed list (second draw).

    Raises DomainError naming the targets that cannot be staffed.
    """
    lock(task)
    authorize(actor, "assign", task)
    if task.status != TaskStatus.LOCKED:
        raise IllegalMove("名单锁定后才能匹配检查人员，请刷新页面后查看最新状态。")
    if task.draws.filter(purpose=Purpose.INSPECTORS).exists():
        raise IllegalMove("人员名单已经封存，不能再次封存。")
    hold_registries(still=True)
    people = frame.roster(task)
    frame.must_be_staffed(task, people)
    draw_id = f"{task.number}-2"
    texts = people.texts(task, draw_id)
    return _freeze(task, Purpose.INSPECTORS, draw_id, texts, people.codes, actor)


def _freeze(
    task: Task, purpose: str, draw_id: str, texts: dict[str, str], codes: dict, actor: User | None
) -> Draw:
    values = drs1.chain(draw_id, secrets.token_bytes(32), CHAIN_LENGTH)
    prev = _head(task)
    text = drs1.freeze_text(draw_id, values[0], prev, texts)
    draw = Draw.objects.create(
        draw_id=draw_id,
        task=task,
        agency=task.agency,
        purpose=purpose,
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
        frozen_at=clock.now(),
        frozen_by=actor,
    )
    advance(draw, "freeze", actor=actor, digest=draw.freeze_digest)
    _log(draw, "freeze", text)
    admins = User.objects.with_role("agency_admin").filter(agency__in=task.agencies)
    notify(
        admins,
        f"{draw} 已封存，指纹 {draw.freeze_digest[:16]}…，请留存备查。",
        task.get_absolute_url(),
    )
    return draw


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
    selections = {s.target.code: s for s in draw.task.selections.select_related("target")}
    people = Inspector.objects.filter(pk__in=draw.roster.values())
    agencies = dict(people.values_list("pk", "agency_id"))
    Assignment.objects.bulk_create(
        Assignment(
            selection=selections[target],
            agency_id=agencies[draw.roster[code]],
            inspector_id=draw.roster[code],
            is_lead=role == "lead",
        )
        for target, _, code, role in outcome.assigned
    )
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
    values = drs1.chain(draw.draw_id, bytes.fromhex(draw.secret), CHAIN_LENGTH)
    data = _input(draw, phrase, values[1])
    try:
        outcome = drs1.draw(data)
    except drs1.Refused as error:
        raise DomainError(
            "封存的内容没有通过核对，摇号没有开始。请保留现场，联系系统管理员。"
        ) from error
    at = clock.now()
    draw.witness, draw.phrase = witness, phrase
    draw.closed_text, draw.closed_digest, draw.closed_at = outcome.closed_text, outcome.closed, at
    draw.seed, draw.result_text, draw.result_digest = (
        outcome.seed,
        outcome.result_text,
        outcome.result,
    )
    draw.opened_at, draw.opened_by = at, actor
    draw.certificate = _certificate(draw, data, outcome)
    draw.assurance = draw.certificate["assurance"]
    _log(draw, "reveal", phrase)
    _log(draw, "closed", outcome.closed_text)
    _log(draw, "open", outcome.result_text)
    draw.save()
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


def _input(draw: Draw, phrase: str, opened: str) -> dict:
    return {
        "draw_id": draw.draw_id,
        "plan": draw.plan_text,
        "candidates": draw.candidates_text,
        "inspectors": draw.inspectors_text,
        "recusals": draw.recusals_text,
        "prev": draw.prev,
        "anchor": draw.anchor,
        "chain": [opened],
        "commits": {},
        "reveals": {frame.WITNESS: phrase},
        "beacon_value": "-",
        "events": [],
    }


def _certificate(draw: Draw, data: dict, outcome: drs1.Outcome) -> dict:
    """The certificate of protocol section 3, with the grade that the facts allow."""
    first = DrawRecord.objects.get(draw=draw, type="freeze")
    published = [
        {"what": what, "digest": digest, "at": utc(at), "where": PUBLIC_PAGE}
        for what, digest, at in (
            ("freeze", draw.freeze_digest, draw.frozen_at),
            ("closed", draw.closed_digest, draw.closed_at),
            ("result", draw.result_digest, draw.opened_at),
        )
    ]
    return drs1.certificate(
        data,
        outcome,
        title=draw.task.title,
        authority=draw.agency.name,
        publication=published,
        log={"seq": first.seq, "prev": first.prev, "time": utc(first.at), "head": first.head},
    )


def utc(at: datetime) -> str:
    """An instant as the protocol writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _head(task: Task) -> str:
    """The head of the authority's log, locked for this transaction; zeros for the first record."""
    type(task.agency).objects.select_for_update(no_key=True).get(pk=task.agency_id)
    last = DrawRecord.objects.filter(agency=task.agency).order_by("-seq").first()
    return last.head if last else drs1.ZERO


def _log(draw: Draw, kind: str, body: str) -> None:
    """Add a record to the authority's log of draws (2.11)."""
    prev = _head(draw.task)
    seq = DrawRecord.objects.filter(agency=draw.agency).count() + 1
    at = clock.now()
    _, head = drs1.log_record(seq, prev, utc(at), kind, draw.draw_id, body)
    DrawRecord.objects.create(
        agency=draw.agency, seq=seq, draw=draw, type=kind, at=at, prev=prev, body=body, head=head
    )
