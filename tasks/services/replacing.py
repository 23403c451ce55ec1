"""名单有误: a drawn target that cannot be inspected, and the next ticket that takes its place (2.8)."""

from collections.abc import Callable
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max

from agencies.models import Agency, User
from core import clock
from core.audit import record
from core.errors import DomainError, Refusal, demand
from core.notices import notify
from core.workflow import advance, lock
from draws import drs1
from draws.models import Draw
from draws.reasons import ReplacementReason
from draws.services import events
from registries.models import Target
from tasks import replacement_proof
from tasks.flows import ConfirmationStatus
from tasks.models import ListedBy, ListStanding, Replacement, Selection, Task
from tasks.reads.lists import why_not_agree, why_not_refuse, why_not_report
from tasks.services.confirming import ask_again

NONE_LEFT = "-"
WhyNot = Callable[[Replacement, Agency, User | None], Refusal | None]


def report_target(
    selection: Selection,
    fault: str,
    note: str,
    data: bytes,
    name: str,
    *,
    actor: User | None,
    agency: Agency,
) -> Replacement:
    """An agency of the task reports that a drawn target cannot be inspected, with a proof.

    data, name: a photo or PDF and what it was called. Nothing on the list changes until a second
    agency agrees. Raises NotAllowed, IllegalMove when the list is not open for confirmation,
    DomainError without an explanation or for what is no photo or PDF.
    """
    demand(why_not_report(selection, agency, actor))
    proof = replacement_proof.read(data)
    row = Replacement(
        selection=selection,
        fault=fault,
        note=note.strip(),
        evidence_name=name.replace("\\", "/").rpartition("/")[2][-200:],
        evidence_sha256=proof.sha256,
        agency=agency,
        proposed_by=actor,
    )
    try:
        _report(row, proof, actor)
    except BaseException:
        if row.evidence:
            row.evidence.storage.delete(row.evidence.name)
        raise
    return row


@transaction.atomic
def _report(row: Replacement, proof: replacement_proof.Proof, actor: User | None) -> None:
    task = row.selection.task
    lock(task)
    lock_selection(row.selection)
    demand(why_not_report(row.selection, row.agency, actor))
    if row.fault not in ReplacementReason.values:
        raise DomainError("没有这样的情形，请从列表中选择。没有提交。")
    if not row.note:
        raise DomainError("请说明具体情况：何时、何地、如何核实。没有提交。")
    row.draw = row.selection.draw
    row.proposed_at = clock.now()
    row.evidence.save(f"{uuid4().hex}.{proof.suffix}", ContentFile(proof.data), save=False)
    row.save()
    said = task.confirmations.filter(agency=row.agency, status=ConfirmationStatus.CONFIRMED)
    for confirmation in said:  # it no longer stands by what it said
        ask_again(confirmation)
    target = row.selection.target
    record(
        "tasks.report_target",
        task,
        actor,
        f"提出名单有误：{target}（{row.get_fault_display()}）",
        replacement=row.pk,
        sha256=row.evidence_sha256,
    )
    others = [agency for agency in task.agencies if agency.pk != row.agency_id]
    admins = User.objects.with_role("agency_admin").filter(agency__in=others)
    text = f"{row.agency}提出“{task}”中的{target}{row.get_fault_display()}，请另一个部门复核。"
    notify(admins, text, task.get_absolute_url())


@transaction.atomic(durable=True)
def agree_replacement(
    replacement: Replacement, note: str = "", *, actor: User | None, agency: Agency
) -> Replacement:
    """A second agency agrees: the next ticket of the tier takes the target's place, by the protocol.

    agency: for which the actor decides. What the others confirmed counts no more once a firm came
    onto the list that they have not seen. Raises NotAllowed, IllegalMove.
    """
    task, draw = _begin(replacement, why_not_agree, actor, agency)
    happened = events.add_event(
        draw,
        {
            "type": "replace",
            "target": id_of(draw, replacement.selection.target),
            "reason": replacement.fault,
            "evidence_sha256": replacement.evidence_sha256,
            "proposed_by": replacement.agency.name,
            "confirmed_by": agency.name,
        },
    )
    replacement.event = happened.event
    new_id = happened.fields[2]
    if replacement.selection.how != ListedBy.FORCED:
        replacement.selection.standing = ListStanding.REPLACED
        replacement.selection.save(update_fields=["standing"])
        if new_id != NONE_LEFT:
            replacement.successor = _take_place(replacement, new_id, happened.outcome)
    _decide(replacement, "agree", note, actor, agency)
    words = outcome_words(replacement)
    record("tasks.replace", task, actor, f"{agency}同意替换{replacement.selection.target}：{words}")
    if replacement.successor:
        for confirmation in task.confirmations.filter(status=ConfirmationStatus.CONFIRMED):
            ask_again(confirmation)
    _tell(task, f"“{task}”名单中的{replacement.selection.target}经复核：{words}")
    return replacement


@transaction.atomic
def refuse_replacement(
    replacement: Replacement, note: str, *, actor: User | None, agency: Agency
) -> None:
    """A second agency finds that the target can be inspected; it stays on the list."""
    if not note.strip():
        raise DomainError("请写明不予替换的理由。没有办理。")
    task, _ = _begin(replacement, why_not_refuse, actor, agency)
    _decide(replacement, "refuse", note, actor, agency)
    target = replacement.selection.target
    record("tasks.keep_target", task, actor, f"{agency}不予替换{target}：{note.strip()}")
    _tell(task, f"“{task}”名单中的{target}经{agency}复核不予替换，仍在名单中：{note.strip()}")


def outcome_words(replacement: Replacement) -> str:
    """What came of an agreed report, in a sentence."""
    if replacement.successor:
        one = replacement.successor
        return f"由同档下一个抽签号的{one.target}递补，序号 {one.number}，请各部门重新确认。"
    if replacement.selection.how == ListedBy.FORCED:
        return "属全部检查的对象，按规则保留在名单中，不递补。"
    return "同档已没有候补，名单减少一户，不递补。"


def id_of(draw: Draw, target: Target) -> str:
    """How a draw's files name a target: by its code, or by an alias (2.12)."""
    aliases = {pk: alias for alias, pk in draw.roster.items()}
    return aliases.get(target.pk, target.code)


def target_of(draw: Draw, id_: str) -> Target:
    """The target behind a name in the draw's files."""
    if draw.roster:
        return Target.objects.get(pk=draw.roster[id_])
    return Target.objects.get(code=id_)


def lock_selection(selection: Selection) -> None:
    """Hold a drawn target, listed or not."""
    rows = Selection.every.select_for_update(of=("self",))
    selection.refresh_from_db(from_queryset=rows)


def _begin(
    replacement: Replacement, why_not: WhyNot, actor: User | None, agency: Agency
) -> tuple[Task, Draw]:
    """Lock task, draw and report, always in this order; then ask who and when."""
    task, draw = replacement.selection.task, replacement.draw
    lock(task)
    lock(draw)
    lock(replacement)
    lock_selection(replacement.selection)
    demand(why_not(replacement, agency, actor))
    return task, draw


def _take_place(replacement: Replacement, new_id: str, outcome: drs1.Outcome) -> Selection:
    """The next ticket of the tier, after the last number, with stratum and batch of the old one."""
    old = replacement.selection
    ticket = next(ticket for ticket, one in outcome.selection.rest if one.id == new_id)
    last = Selection.every.filter(task=old.task).aggregate(Max("number"))["number__max"]
    return Selection.objects.create(
        task=old.task,
        draw=replacement.draw,
        target=target_of(replacement.draw, new_id),
        number=last + 1,
        stratum=old.stratum,
        how=ListedBy.REPLACEMENT,
        batch=old.batch,
        ticket=ticket.hex(),
    )


def _decide(
    replacement: Replacement, action: str, note: str, actor: User | None, agency: Agency
) -> None:
    # The report belongs to the agency that made it; who decides for another one was checked above.
    event, successor = replacement.event, replacement.successor
    advance(replacement, action, actor=None, decided_by=actor and actor.pk, agency=agency.code)
    replacement.event, replacement.successor = event, successor
    replacement.second_agency, replacement.decided_by = agency, actor
    replacement.decided_at, replacement.decision_note = clock.now(), note.strip()
    replacement.save(
        update_fields=[
            "event",
            "successor",
            "second_agency",
            "decided_by",
            "decided_at",
            "decision_note",
        ]
    )


def _tell(task: Task, text: str) -> None:
    admins = User.objects.with_role("agency_admin").filter(agency__in=task.agencies)
    leads = User.objects.with_role("lead").filter(agency=task.agency)
    notify((admins | leads).distinct(), text, task.get_absolute_url())
