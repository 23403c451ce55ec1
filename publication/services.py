"""Use cases on results: approve and publish, send back. Each decision is one transaction."""

from collections.abc import Iterable

from django.db import transaction

from agencies.models import User
from catalog.models import PublishScope
from core import clock
from core.audit import record
from core.errors import DomainError, demand
from core.notices import notify
from deadlines.models import DeadlineKind
from deadlines.services import meet
from inspections import services as inspections
from inspections.models import Section
from inspections.services.teams import lock_form
from publication.models import Approval, Publication
from publication.reads import approval_queue
from publication.reads.refusals import why_not_approve, why_not_return
from publication.reads.snapshot import draft


@transaction.atomic
def approve(section: Section, *, actor: User) -> Publication:
    """Agree to publish a submitted section: the approval, the public snapshot, the clock stopped.

    Raises NotAllowed unless the actor leads the section's agency and took no part in the visit,
    IllegalMove when it is not waiting any more (B12, B13).
    """
    lock_form(section)
    demand(why_not_approve(section, actor))
    inspections.approve_section(section, actor=actor)
    publication = draft(section)
    publication.save()
    Approval.objects.create(
        section=section,
        decision=Approval.Decision.APPROVED,
        decided_by=actor,
        decided_at=clock.now(),
    )
    meet(section, DeadlineKind.PUBLISH_RESULT, publication.published_on)
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
        raise DomainError("退回须写明理由，请选择理由后再退回。", field="kind")
    lock_form(section)
    demand(why_not_return(section, actor))
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


def _public_link(publication: Publication) -> str:
    """Where the officers can look at it; a withheld row has no page."""
    if publication.scope == PublishScope.WITHHELD:
        return publication.section.inspection.get_absolute_url()
    return publication.get_absolute_url()
