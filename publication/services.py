"""Use cases on results: approve and publish, send back. Each decision is one transaction."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from agencies.models import User
from catalog.models import Item, PublishScope
from core import clock
from core.audit import record
from core.errors import DomainError, NotAllowed
from core.notices import notify
from deadlines.models import Kind
from deadlines.services import meet
from inspections import services as inspections
from inspections.models import Answer, Section
from inspections.rules import Finding, conclusion_of
from publication import rules
from publication.models import Approval, Publication
from publication.reads import approval_queue

OWN_WORK = "您参与了这户企业的检查，须由本单位另一位负责人审批。"


@transaction.atomic
def approve(section: Section, *, actor: User) -> Publication:
    """Agree to publish a submitted section: the approval, the public snapshot, the clock stopped.

    Raises NotAllowed unless the actor leads the section's agency and took no part in the visit,
    IllegalMove when it is not waiting any more (B12, B13).
    """
    refuse_own_work(section, actor)
    inspections.approve_section(section, actor=actor)
    publication = draft(section)
    if not publication.result_codes and publication.scope != PublishScope.WITHHELD:
        raise DomainError("这份部门记录没有检查结果，没有公示。请退回补充。")
    publication.save()
    Approval.objects.create(
        section=section,
        decision=Approval.Decision.APPROVED,
        decided_by=actor,
        decided_at=clock.now(),
    )
    meet(section, Kind.PUBLISH_RESULT, publication.published_on)
    record(
        "publication.publish",
        publication,
        actor,
        f"公示检查结果：{section}（{publication.get_scope_display()}）",
        section=section.pk,
        scope=publication.scope,
        results=publication.result_codes,
    )
    text = f"{section.inspection}的检查结果已审批通过并公示。"
    notify(officers_of(section), text, _public_link(publication))
    return publication


@transaction.atomic
def return_section(section: Section, reason: str, *, actor: User) -> Approval:
    """Send a submitted section back with a reason; its officers are told by the room below.

    Raises DomainError without a reason, NotAllowed and IllegalMove like `approve`.
    """
    if not reason.strip():
        raise DomainError("退回须写明理由，请选择理由后再退回。")
    refuse_own_work(section, actor)
    inspections.return_section(section, reason, actor=actor)
    approval = Approval.objects.create(
        section=section,
        decision=Approval.Decision.RETURNED,
        reason=reason,
        decided_by=actor,
        decided_at=clock.now(),
    )
    record("publication.return", approval, actor, f"退回部门记录：{section}", section=section.pk)
    return approval


def approve_clean(sections: Iterable[Section], *, confirmed: int, actor: User) -> list[Publication]:
    """Agree to publish records without a problem, each in a transaction of its own.

    confirmed: how many the leader was shown; another number means that the pile has changed, and
    nothing is published. Raises DomainError for a record that has to be read alone.
    """
    chosen = list(sections)
    if len(chosen) != confirmed:
        raise DomainError(
            f"待审批的记录已由 {confirmed} 条变为 {len(chosen)} 条，没有公示任何一条。请核对后再通过。"
        )
    passable = set(
        approval_queue.clean_for(actor)
        .filter(pk__in=[section.pk for section in chosen])
        .values_list("pk", flat=True)
    )
    if not chosen or any(section.pk not in passable for section in chosen):
        raise DomainError(
            "只有未发现问题、正在等待审批的记录可以一次通过，没有公示任何一条。请刷新后逐户审批。"
        )
    return [approve(section, actor=actor) for section in chosen]


def draft(section: Section) -> Publication:
    """The publication as it would be now, unsaved: what the leader sees beside the record."""
    items = _items(section)
    scope = rules.scope_of(item.publish_scope for item in items)
    reasons = {item.publish_reason: None for item in items if item.publish_scope == scope}
    task, target = section.inspection.task, section.inspection.target
    snapshot = rules.redact(record_of(section, items), scope)
    return Publication(
        section=section,
        scope=scope,
        scope_reason="" if scope == PublishScope.FULL else "；".join(reasons)[:200],
        uscc=snapshot.uscc,
        firm_name=snapshot.firm_name,
        region=target.region,
        agency=section.agency,
        task_number=task.number,
        task_title=task.title,
        trade_name=task.trade.name,
        item_codes=snapshot.item_codes,
        item_names=snapshot.item_names,
        result_codes=snapshot.result_codes,
        has_problem=snapshot.has_problem,
        details=snapshot.details,
        inspected_on=snapshot.inspected_on,
        published_on=clock.today(),
        due_on=approval_queue.due_on(section),
    )


def record_of(section: Section, items: list[Item]) -> rules.Record:
    """The section as plain values."""
    inspection = section.inspection
    target = inspection.target
    answers = {answer.item_id: answer for answer in section.answers.all()}
    return rules.Record(
        code=target.code,
        name=target.name,
        kind=target.kind,
        person_in_charge=target.person_in_charge,
        inspected_on=visited_on(section),
        items=[_item_result(item, answers.get(item.pk)) for item in items],
        result_codes=conclusion_of(
            [Finding(answer.result, tuple(answer.problems)) for answer in answers.values()],
            inspection.outcome,
        ),
        outcome=inspection.outcome,
        names=_names(section),
    )


def items_with_answers(section: Section) -> list[tuple[Item, Answer | None]]:
    """Each item of the section with what was found, in the order of the list."""
    answers = {answer.item_id: answer for answer in section.answers.all()}
    return [(item, answers.get(item.pk)) for item in _items(section)]


def visited_on(section: Section) -> date:
    """The day of the visit: when the officers came, else when the section was handed in."""
    moment = section.inspection.entered_at or section.submitted_at or clock.now()
    return timezone.localtime(moment).date()


def refuse_own_work(section: Section, actor: User) -> None:
    """Raise NotAllowed when the actor is one of the officers who filled the section (F148)."""
    if approval_queue.took_part(section, actor):
        raise NotAllowed(OWN_WORK)


def officers_of(section: Section) -> list[User]:
    """The active accounts of the section's team."""
    return list(
        User.objects.filter(
            is_active=True,
            inspector__assignments__selection=section.inspection.selection_id,
            inspector__assignments__agency=section.agency_id,
            inspector__assignments__ended_at=None,
        ).distinct()
    )


def _items(section: Section) -> list[Item]:
    rows = section.items.select_related("version__agency").prefetch_related("bases")
    rows = rows.annotate(points=Count("checkpoints"))
    return list(rows.order_by("position", "pk"))


def _item_result(item: Item, answer: Answer | None) -> rules.ItemResult:
    return rules.ItemResult(
        code=item.code,
        name=item.name,
        list_agency=item.version.agency.code,
        list_number=item.version.number,
        checkpoints=item.points,
        result=answer.result if answer else "not_checked",
        problems=tuple(answer.problems) if answer else (),
        remark=answer.remark if answer else "",
    )


def _names(section: Section) -> list[str]:
    """Everybody of this visit whose name might stand in free text."""
    selection = section.inspection.selection
    team = selection.assignments.values_list("inspector__name", flat=True)
    signers = section.inspection.signatures.values_list("signer_name", "witness")
    return [*team, *(name for pair in signers for name in pair if name)]


def _public_link(publication: Publication) -> str:
    """Where the officers can look at it; a withheld row has no page."""
    if publication.scope == PublishScope.WITHHELD:
        return publication.section.inspection.get_absolute_url()
    return publication.get_absolute_url()
