"""Whose visit it is: only the officers whom the draw sent may work on a section."""

from agencies.models import User
from core.errors import NotAllowed
from core.workflow import REFUSED, can, has_role_permission, lock
from inspections.flows import HANDED_IN, SectionStatus
from inspections.models import Inspection, Section
from tasks.models import Assignment

NOT_ON_TEAM = "您不在这一户的检查组内，只能查看。如需调整人员，请联系牵头单位。"


def is_on_team(section: Section, user: User | None) -> bool:
    """Whether the user was sent to this firm for the section's agency."""
    return Assignment.objects.filter(
        selection__inspection=section.inspection_id,
        agency=section.agency_id,
        inspector__user=user,
        inspector__user__isnull=False,
    ).exists()


def authorize_team(section: Section, action: str, actor: User) -> None:
    """Raise NotAllowed unless the actor's role allows `action` and the draw sent the actor here.

    The draw also sends officers of other agencies to help out (G12, T12): they work on the section
    of the team that they joined, so the team decides, not the agency.
    """
    if not is_on_team(section, actor):
        raise NotAllowed(NOT_ON_TEAM if can(actor, action, section) else REFUSED)
    if not has_role_permission(actor, action, section):
        raise NotAllowed(REFUSED)


def mover(section: Section, actor: User) -> User | None:
    """Who moves the section: the own officer; for one who was sent from elsewhere, the system."""
    return actor if section.agency_id == actor.agency_id else None


def act_for(inspection: Inspection, actor: User) -> Section:
    """The section on whose team the actor is on this joint visit.

    Says so on `inspection`, so that it can be moved. Raises NotAllowed for everybody else.
    """
    section = Section.objects.filter(inspection=inspection).worked_by(actor).first()
    if section is None:
        raise NotAllowed(NOT_ON_TEAM)
    inspection.agency_id = actor.agency_id
    return section


def lock_form(section: Section) -> Inspection:
    """Lock the whole form, then the section: one writer at a time, always in this order."""
    inspection = section.inspection
    lock(inspection)
    lock(section)
    section.inspection = inspection
    return inspection


def handed_in_text(section: Section) -> str | None:
    """Why a section that left its officers' hands cannot be changed, or None."""
    if section.status not in HANDED_IN:
        return None
    if section.status == SectionStatus.PUBLISHED:
        return (
            "结果已公示，不能直接修改。请走“更正”：填写更正原因，经主要负责人签字后生效，"
            "原内容和更正时间会一并公开。"
        )
    return "这份记录已提交审批，不能再修改。已填内容没有变化；如需修改，请联系审批人退回。"
