"""Who maintains which part of the registries, and who may look at what is masked."""

from django.db.models import QuerySet

from agencies.models import Agency, User
from core.audit import subject_of
from core.errors import Refusal
from core.models import AuditEvent
from core.workflow import NOT_YOURS, has_role_permission, why_not
from registries.models import Inspector, Target, Upload

TRAIL = 10  # lines on the page of a row


def covers(agency: Agency, region_id: str) -> bool:
    """Whether a region lies in the agency's region or below it."""
    return region_id.startswith(agency.region.prefix)


def why_not_maintain(action: str, region_id: str, actor: User | None) -> Refusal | None:
    """Why `actor` cannot `add` or `change` targets of a region, or None.

    A role counts in the own region and below: lead and participants build the registry of targets
    together (G18), and who has jurisdiction maintains (G06). `None` is the system.
    """
    if actor is None:
        return None
    maintains = (
        actor.agency is not None
        and has_role_permission(actor, action, Target)
        and covers(actor.agency, region_id)
    )
    return None if maintains else NOT_YOURS


def why_not_add_target(actor: User) -> Refusal | None:
    """Why `actor` cannot register targets of the own region, or None."""
    if actor.agency is None:
        return NOT_YOURS
    return why_not_maintain("add", actor.agency.region_id, actor)


def why_not_change_target(target: Target, actor: User | None) -> Refusal | None:
    """Why `actor` cannot change the target, or None."""
    return why_not_maintain("change", target.region_id, actor)


def why_not_add_inspector(agency: Agency | None, actor: User | None) -> Refusal | None:
    """Why `actor` cannot register inspectors of the agency, or None."""
    return why_not(actor, "add", Inspector(agency=agency))


def why_not_change_inspector(inspector: Inspector, actor: User | None) -> Refusal | None:
    """Why `actor` cannot change the inspector, or None: only the own agency's."""
    return why_not(actor, "change", inspector)


def why_not_import(kind: str, agency: Agency | None, actor: User | None) -> Refusal | None:
    """Why `actor` cannot bring lists into the registry `kind` for the agency, or None."""
    if agency is None:
        return NOT_YOURS
    if kind == "target":
        asked = [why_not_maintain(action, agency.region_id, actor) for action in ("add", "change")]
    else:
        asked = [why_not(actor, action, Inspector(agency=agency)) for action in ("add", "change")]
    return next((refusal for refusal in asked if refusal), None)


def why_not_discard(upload: Upload, actor: User) -> Refusal | None:
    """Why `actor` cannot let the file go, or None: it is its owner's."""
    return None if upload.owner_id == actor.pk else NOT_YOURS


FIELDS = {Target: frozenset({"phone"}), Inspector: frozenset({"citizen_id", "phone"})}


def why_not_reveal(obj: Target | Inspector, field: str, actor: User) -> Refusal | None:
    """Why `actor` cannot see the masked field in full, or None: who maintains the row may."""
    if isinstance(obj, Target):
        refusal = why_not_change_target(obj, actor)
    else:
        refusal = why_not_change_inspector(obj, actor)
    if refusal or field in FIELDS[type(obj)]:
        return refusal
    return Refusal("没有可以查看的内容，请返回后重试。", code="no_field")


def trail_of(obj: Target | Inspector) -> QuerySet[AuditEvent]:
    """The latest lines on a row, for those who maintain it."""
    events = AuditEvent.objects.filter(subject=subject_of(obj))
    return events.select_related("actor")[:TRAIL]
