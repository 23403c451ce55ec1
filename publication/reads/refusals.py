"""Why a leader cannot decide on a record now: one answer per act, for its page and its service."""

from agencies.models import User
from catalog.models import PublishScope
from core.errors import NotAllowed, Refusal
from inspections.models import Section
from inspections.reads import refusals as inspections
from publication.reads import approval_queue
from publication.reads.snapshot import draft
from publication.rules import NO_ITEMS

OWN_WORK = "您参与了这户企业的检查，须由本单位另一位负责人审批。"
NO_RESULT = "这份部门记录没有检查结果，没有公示。请退回补充。"


def why_not_approve(section: Section, actor: User) -> Refusal | None:
    """A leader of the own agency who took no part agrees to a record that says something."""
    return (
        _why_not_judge(section, actor)
        or inspections.why_not_approve(section, actor)
        or _why_not_publish(section)
    )


def why_not_return(section: Section, actor: User) -> Refusal | None:
    """A leader of the own agency who took no part sends a record back."""
    return _why_not_judge(section, actor) or inspections.why_not_return(section, actor)


def _why_not_judge(section: Section, actor: User) -> Refusal | None:
    """Nobody approves the own work (F148)."""
    if approval_queue.took_part(section, actor):
        return Refusal(OWN_WORK, code="own_work", error=NotAllowed)
    return None


def _why_not_publish(section: Section) -> Refusal | None:
    if not section.items.exists():
        return Refusal(NO_ITEMS, code="no_items")
    publication = draft(section)
    if not publication.result_codes and publication.scope != PublishScope.WITHHELD:
        return Refusal(NO_RESULT, code="no_result")
    return None
