"""Whose visit it is, for services: who stands for which section, and who holds the form."""

from agencies.models import User
from core.errors import NotAllowed
from core.workflow import lock
from inspections.models import Inspection, Section
from inspections.reads.refusals import NOT_ON_TEAM, section_of


def mover(section: Section, actor: User) -> User | None:
    """Who moves the section: the own officer; for one who was sent from elsewhere, the system."""
    return actor if section.agency_id == actor.agency_id else None


def act_for(inspection: Inspection, actor: User) -> Section:
    """The section on whose team the actor is on this joint visit.

    Says so on `inspection`, so that it can be moved. Raises NotAllowed for everybody else.
    """
    section = section_of(inspection, actor)
    if section is None:
        raise NotAllowed(NOT_ON_TEAM, code="not_on_team")
    inspection.agency_id = actor.agency_id
    return section


def lock_form(section: Section) -> Inspection:
    """Lock the whole form, then the section: one writer at a time, always in this order."""
    inspection = section.inspection
    lock(inspection)
    lock(section)
    section.inspection = inspection
    return inspection
