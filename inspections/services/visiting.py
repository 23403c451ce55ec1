"""Entering the firm, and what was met there."""

from django.db import transaction

from agencies.models import User
from core import clock
from core.audit import record
from core.errors import DomainError, IllegalMove
from core.workflow import advance, lock
from inspections.flows import InspectionStatus, SectionStatus
from inspections.models import Inspection, Section
from inspections.rules import ENDING, OUTCOMES, RESULT_LABELS
from inspections.services.teams import act_for, authorize_team, handed_in_text


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
        raise DomainError("请先向企业出示执法证件并勾选。未出示证件的，企业有权拒绝检查。")
    if not rights_told:
        raise DomainError("请先告知企业检查事项和享有的权利并勾选。")
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
    authorize_team(act_for(inspection, actor), "change", actor)
    note = note.strip()
    sections = list(inspection.sections.select_for_update().order_by("pk"))
    _check_outcome(inspection, sections, outcome, note)
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


def _check_outcome(
    inspection: Inspection, sections: list[Section], outcome: str, note: str
) -> None:
    handed_in = next(filter(None, map(handed_in_text, sections)), None)
    if handed_in:
        raise IllegalMove(handed_in)
    if outcome and outcome not in dict(OUTCOMES):
        raise DomainError("没有这样的到场情况，请从列表中选择。")
    if outcome and not note:
        raise DomainError("请说明到场情况：何时、何地、如何核实。")
    if outcome and outcome not in ENDING and inspection.status == InspectionStatus.PENDING:
        raise IllegalMove("还没有进入检查。请先出示证件、告知权利并点“进入检查”。")
