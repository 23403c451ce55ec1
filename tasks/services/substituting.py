"""更换检查人员: a drawn inspector leaves a team, and a substitute is drawn by the protocol (T13, T14).

The door is `inspections.services.substituting`, which knows where the visit has begun.
"""

from collections.abc import Collection

from django.db import transaction

from agencies.models import User
from core import clock
from core.audit import record
from core.errors import DomainError, demand
from core.notices import notify
from core.workflow import advance, lock
from draws import drs1
from draws.models import Draw
from draws.reasons import SubstitutionReason
from draws.services import events
from draws.services.public_log import log
from registries.models import Inspector
from registries.services import declare_recusal, share_registries
from tasks.eligibility import inspectors
from tasks.flows import SubstitutionStatus
from tasks.models import Assignment, ListStanding, Selection, Substitution, SubstitutionScope
from tasks.reads.substitutions import (
    draws_of,
    why_not_approve,
    why_not_decide,
    why_not_request,
)

Change = tuple[Selection, str]


@transaction.atomic
def request_substitution(
    assignment: Assignment,
    cause: str,
    note: str,
    scope: str = SubstitutionScope.ONE,
    *,
    begun: Collection[int],
    actor: User | None,
) -> Substitution:
    """Ask that an inspector leaves a team; nothing changes before the deputy head approves.

    begun: selections whose visit has begun. Raises NotAllowed, IllegalMove, DomainError.
    """
    lock(assignment.selection.task)
    hold_assignment(assignment)
    if cause not in SubstitutionReason.values or scope not in SubstitutionScope.values:
        raise DomainError("没有这样的更换原因或范围，请从列表中选择。没有提交。")
    demand(why_not_request(assignment, cause, begun, actor))
    if not note.strip():
        raise DomainError("请写明具体情况，供分管负责人审批。没有提交。")
    if cause == SubstitutionReason.RECUSAL:
        scope = SubstitutionScope.ONE  # an interest is in one firm
    row = Substitution(
        assignment=assignment,
        agency=assignment.inspector.agency,
        cause=cause,
        note=note.strip(),
        scope=scope,
        requested_by=actor,
        requested_at=clock.now(),
    )
    row.save()
    target = assignment.selection.target
    record(
        "tasks.request_substitution",
        assignment.selection.task,
        actor,
        f"申请更换检查人员：{target}的{assignment.inspector}（{row.get_cause_display()}）",
        substitution=row.pk,
    )
    deputies = User.objects.with_role("deputy").filter(agency=row.agency)
    text = f"{row.agency}的{assignment.inspector}申请不参加{target}的检查（{row.get_cause_display()}），请审批。"
    notify(deputies, text, assignment.selection.task.get_absolute_url(), urgent=True)
    return row


@transaction.atomic
def refuse_substitution(substitution: Substitution, note: str, *, actor: User | None) -> None:
    """The deputy head does not agree: the inspector stays on the team."""
    if not note.strip():
        raise DomainError("请写明不同意的理由。没有办理。")
    lock(substitution)
    _judge(substitution, "refuse", note, actor)
    one = substitution.assignment
    text = f"不同意更换{one.selection.target}的{one.inspector}：{note.strip()}"
    record("tasks.keep_inspector", one.selection.task, actor, text)
    notify(_people(one.inspector, substitution.requested_by), text, _link(one))


@transaction.atomic
def approve_substitution(
    substitution: Substitution,
    note: str = "",
    *,
    begun: Collection[int],
    actor: User | None,
) -> list[Change]:
    """The deputy head agrees: the substitute is drawn by the protocol and takes over.

    With scope `all` every other team of the inspector on which the visit has not begun follows, one
    event each. begun: selections whose visit has begun. Returns the teams that changed, as
    (selection, system). Raises DomainError, and changes nothing, where nobody is left.
    """
    task = substitution.assignment.selection.task
    lock(task)
    share_registries()  # after the task, as a freeze takes them
    lock(substitution)
    first = substitution.assignment
    hold_assignment(first)
    demand(why_not_approve(substitution, begun, actor))
    draw = draws_of(first).get()
    events.hold(draw)
    changed, outcome = _draw_substitute(draw, substitution, note, begun, actor)
    followers = (
        _followers(substitution, begun) if substitution.scope == SubstitutionScope.ALL else []
    )
    for follower in followers:
        changed += _draw_substitute(draw, follower, note, begun, actor, outcome)[0]
    if followers:
        events.must_hold(draw)
    if substitution.cause == SubstitutionReason.RECUSAL:
        target = first.selection.target
        if not first.inspector.recusals.filter(ended_on=None, target__in=[target]).exists():
            declare_recusal(first.inspector, target, substitution.note, actor=None)
    return changed


def _draw_substitute(
    draw: Draw,
    substitution: Substitution,
    note: str,
    begun: Collection[int],
    actor: User | None,
    so_far: drs1.Outcome | None = None,
) -> tuple[list[Change], drs1.Outcome]:
    """One event: logged, then the chain value opened, then the teams as the protocol has them."""
    old = substitution.assignment
    code = next(code for code, pk in draw.roster.items() if pk == old.inspector_id)
    target = old.selection.target.code
    system = inspectors.successors()[old.agency.system_id].pk
    body = {
        "type": "substitute",
        "target": target,
        "agency": system,
        "inspector": code,
        "reason": substitution.cause,
        "scope": substitution.scope,
    }
    words = ("substitute", target, system, code, substitution.scope, substitution.cause)
    log(draw, "substitute", "\t".join(words))  # before the next value is opened (2.11)
    happened = events.add_event(draw, body, opened_secret=events.next_secret(draw), so_far=so_far)
    if happened.fields[4] == "-":  # the whole transaction is taken back: nothing was opened
        raise DomainError(
            f"{old.agency}没有其他符合条件的检查人员可以接替{old.inspector}（{old.selection.target}），"
            "没有更换，原安排不变。请先在名录库补充人员后由牵头单位作废重配，或请上级单位增派。"
        )
    changed = _apply(draw, happened, begun)
    newcomer = Assignment.objects.get(
        selection=old.selection, inspector=draw.roster[happened.fields[4]]
    )
    _judge(substitution, "approve", note, actor)
    substitution.event, substitution.substitute = happened.event, newcomer
    substitution.save(update_fields=["event", "substitute"])
    _announce(substitution, actor)
    return changed, happened.outcome


def _apply(draw: Draw, happened: events.Happened, begun: Collection[int]) -> list[Change]:
    """Bring the rows to the teams after an event; returns the teams that differ."""
    before, after = _teams(happened.teams_before), _teams(happened.event.final_teams)
    differing = [key for key, team in after.items() if team != before[key]]
    codes = {target for target, _ in differing}
    selections = {
        one.target.code: one
        for one in draw.drawn_for.task.selections.select_related("target").filter(
            target__code__in=codes
        )
    }
    stuck = [one.target.name for one in selections.values() if one.pk in begun]
    if stuck:
        raise DomainError(
            f"接替只能靠调整{'、'.join(stuck)}的检查组，而那里已经进入检查，没有更换，原安排不变。"
            "请先在名录库补充人员，或请上级单位增派。"
        )
    executing = inspectors.executing_agencies(draw.drawn_for.task)
    for target, system in differing:
        _set_team(draw, selections[target], system, after[target, system], executing)
    return [(selections[target], system) for target, system in differing]


def _set_team(
    draw: Draw, selection: Selection, system: str, codes: list[str], executing: dict
) -> None:
    today = inspectors.successors()
    serving = {
        one.inspector_id: one
        for one in selection.assignments.select_related("agency")
        if today[one.agency.system_id].pk == system
    }
    team = [draw.roster[code] for code in codes]
    now = clock.now()
    for pk, one in serving.items():
        if pk not in team:
            one.ended_at = now
            one.save(update_fields=["ended_at"])
        elif one.is_lead and pk != team[0]:
            one.is_lead = False
            one.save(update_fields=["is_lead"])
    agency = executing.get((system, selection.target.region_id))
    for pk in team:
        if pk not in serving:
            serving[pk] = Assignment(selection=selection, inspector_id=pk)
            serving[pk].agency = agency or serving[pk].inspector.agency
            serving[pk].is_lead = pk == team[0]
            serving[pk].save()
    lead = serving[team[0]]
    if not lead.is_lead:
        lead.is_lead = True
        lead.save(update_fields=["is_lead"])


def _teams(lines: list[str]) -> dict[tuple[str, str], list[str]]:
    found = {}
    for line in lines:
        _, target, system, members = line.split("\t")
        found[target, system] = [] if members == "-" else members.split(",")
    return found


def _followers(substitution: Substitution, begun: Collection[int]) -> list[Substitution]:
    """An application for each other team of the inspector in this task, as 2.10 asks."""
    first = substitution.assignment
    others = (
        Assignment.objects.filter(
            selection__task=first.selection.task,
            inspector=first.inspector,
            selection__standing=ListStanding.LISTED,
        )
        .exclude(pk=first.pk)
        .exclude(selection__in=begun)
        .select_related("selection__target", "selection__task", "agency", "inspector__agency")
        .order_by("selection__number")
    )
    found = []
    for one in others:
        waiting = one.substitutions.filter(status=SubstitutionStatus.REQUESTED).first()
        found.append(
            waiting
            or Substitution.objects.create(
                assignment=one,
                agency=substitution.agency,
                cause=substitution.cause,
                note=substitution.note,
                scope=SubstitutionScope.ALL,
                requested_by=substitution.requested_by,
                requested_at=substitution.requested_at,
            )
        )
        if found[-1].scope != SubstitutionScope.ALL:
            found[-1].scope = SubstitutionScope.ALL
            found[-1].save(update_fields=["scope"])
    return found


def hold_assignment(assignment: Assignment) -> None:
    """Lock an assignment, whether it is over or not."""
    rows = Assignment.every.select_for_update(of=("self",))
    assignment.refresh_from_db(from_queryset=rows)


def _judge(substitution: Substitution, action: str, note: str, actor: User | None) -> None:
    demand(why_not_decide(substitution, action, actor))
    advance(substitution, action, actor=actor)
    substitution.decided_by, substitution.decided_at = actor, clock.now()
    substitution.decision_note = note.strip()
    substitution.save(update_fields=["decided_by", "decided_at", "decision_note"])


def _announce(substitution: Substitution, actor: User | None) -> None:
    old, new = substitution.assignment, substitution.substitute
    task, target = old.selection.task, old.selection.target
    text = (
        f"{target}的检查人员由{old.inspector}更换为{new.inspector}"
        f"（{substitution.get_cause_display()}，经{substitution.agency}分管负责人同意，按规程抽取）。"
    )
    record("tasks.substitute", task, actor, text, substitution=substitution.pk, event=new.pk)
    leads = User.objects.with_role("lead").filter(agency=task.agency)
    recipients = {user.pk: user for user in leads}
    recipients |= {
        user.pk: user for user in _people(old.inspector, new.inspector, substitution.requested_by)
    }
    notify(recipients.values(), text, _link(old))


def _people(*members: Inspector | User | None) -> list[User]:
    found = {}
    for one in members:
        user = one.user if isinstance(one, Inspector) else one
        if user is not None:
            found[user.pk] = user
    return list(found.values())


def _link(assignment: Assignment) -> str:
    return assignment.selection.task.get_absolute_url()
