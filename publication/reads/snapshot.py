"""A section as its publication would be now: what the leader sees beside the record, and agrees to."""

from datetime import date

from django.db.models import Count
from django.utils import timezone

from catalog.models import Item, PublishScope
from core import clock
from inspections.models import Answer, Section
from inspections.rules import Finding, conclusion_of
from publication import rules
from publication.models import Publication
from publication.reads import approval_queue


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
