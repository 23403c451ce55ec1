"""The audit trail."""

from typing import Any

from django.db import models

from core.models import AuditEvent


def subject_of(obj: models.Model) -> str:
    """How the trail and the deadlines name an object: `tasks.task:42`."""
    return f"{obj._meta.label_lower}:{obj.pk}"


def trail_names(obj: models.Model) -> list[str]:
    """Every name of an object in the trail: today's first, then the one of before it moved.

    A model that came from another app says so in `former_label`: sealed lines are never rewritten.
    """
    former = getattr(obj, "former_label", "")
    return [subject_of(obj), *([f"{former}:{obj.pk}"] if former else [])]


def record(verb: str, obj: models.Model, actor: Any, summary: str, **data: Any) -> None:
    """Add one line to the trail, in the caller's transaction.

    `summary` is the sentence auditors will read; it is stored as written, so that renaming
    things later never rewrites history. `data` must be JSON: ids and values, no personal data.
    """
    AuditEvent.objects.create(
        actor=actor,
        verb=verb,
        subject=subject_of(obj),
        summary=summary[:500],
        data=data,
    )
