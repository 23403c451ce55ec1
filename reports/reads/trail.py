"""How far the trail is sealed, and what the last verification found."""

from dataclasses import dataclass

from core.audit import subject_of
from core.models import AuditEvent, AuditSeal
from core.pages import COUNT_LIMIT
from core.trail import CHAIN, CHECKED


@dataclass(frozen=True)
class SealingState:
    """The newest seal, lines not yet sealed (counted to just above the limit), the last finding."""

    seal: AuditSeal | None
    unsealed: int
    checked: AuditEvent | None


def trail_standing() -> SealingState:
    """For the auditor's page; three queries of constant work."""
    seal = AuditSeal.objects.defer("lines").first()
    waiting = AuditEvent.objects.filter(pk__gt=seal.last_id if seal else 0).order_by()
    checks = AuditEvent.objects.filter(subject=subject_of(CHAIN), verb=CHECKED)
    return SealingState(seal, waiting[: COUNT_LIMIT + 1].count(), checks.first())
