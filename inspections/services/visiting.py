"""Entering the firm, and what was met there."""

from django.db import transaction

from agencies.models import User
from core import clock
from core.audit import record
from core.errors import DomainError, IllegalMove, demand
from core.workflow import advance, lock
from inspections.flows import InspectionStatus, SectionStatus
from inspections.models import Inspection, Section
from inspections.reads.refusals import why_not_set_outcome
from inspections.rules import ENDING, OUTCOMES, RESULT_LABELS
from inspections.services.teams import act_for


@transaction.atomic
def enter(
    inspection: Inspection, *, certificates_shown: bool, rights_told: bool, actor: User
) -> None:
    """Record that the officers showed their certificates and told the firm its rights (I02, I03).

    Raises DomainError unless both were done, NotAllowed for those not on the team, IllegalMove
    when the visit has begun already.
    """
    lock(inspection)  # first, so that nobody enters while the team is being changed
    act_for(inspection, actor)
    if not certificates_shown:
        text = "请先向企业出示执法证件并勾选。未出示证件的，企业有权拒绝检查。"
        raise DomainError(text, field="certificates_shown")
    if not rights_told:
        raise DomainError("请先告知企业检查事项和享有的权利并勾选。", field="rights_told")
    advance(inspection, "enter", actor=actor)
    inspection.certificates_shown = inspection.rights_told = True
    inspection.entered_at = clock.now()
    inspection.entered_by = actor
    inspection.save(update_fields=["certificates_shown", "rights_told", "entered_at", "entered_by"])


@transaction.atomic
def set_outcome(inspection: Inspection, outcome: str, note: str, *, actor: User) -> None:
    """Say once for the whole form what was met at the door; an empty outcome takes it back.

    What officers have confirmed is void when it changes. Raises DomainError without an explanation,
    IllegalMove once a section has been handed in, or before entry where somebody was met.
    """
    lock(inspection)
    act_for(inspection, actor)
    sections = list(inspection.sections.select_for_update().order_by("pk"))
    demand(why_not_set_outcome(inspection, actor))
    note = note.strip()
    _check_outcome(inspection, outcome, note)
    if (inspection.outcome, inspection.outcome_note) == (outcome, note if outcome else ""):
        return
    inspection.outcome, inspection.outcome_note = outcome, note if outcome else ""
    inspection.save(update_fields=["outcome", "outcome_note"])
    words = RESULT_LABELS[outcome] if outcome else "正常检查"
    record(
        "inspections.set_outcome",
        inspection,
        actor,
        f"到场情况：{inspection}，{words}",
        outcome=outcome,
    )
    for section in sections:
        void_confirmations(section, actor)


def void_confirmations(section: Section, actor: User) -> None:
    """The content changed: nobody stands for it any more."""
    section.confirmations.all().delete()
    if section.status == SectionStatus.CONFIRMED:
        advance(section, "reopen", actor=None, because_of=actor.pk)


def _check_outcome(inspection: Inspection, outcome: str, note: str) -> None:
    if outcome and outcome not in dict(OUTCOMES):
        raise DomainError("没有这样的到场情况，请从列表中选择。", field="outcome")
    if outcome and not note:
        raise DomainError("请说明到场情况：何时、何地、如何核实。", field="note")
    if outcome and outcome not in ENDING and inspection.status == InspectionStatus.PENDING:
        text = "还没有进入检查。请先出示证件、告知权利并点“进入检查”。"
        raise IllegalMove(text, field="outcome", code="not_entered")
