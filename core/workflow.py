"""Who may do what, and moving an object along its flow."""

from typing import Any

from django.contrib.auth import get_permission_codename
from django.db import models

from core.audit import record
from core.errors import NotAllowed, Refusal, demand

REFUSED = "您没有执行该操作的权限，请联系本单位管理员。"
Owned = Any  # a model with `agency`
Flowing = Any  # a model with `agency`, `status` and `flow`
NOT_YOURS = Refusal(REFUSED, code="not_allowed", error=NotAllowed)


def has_role_permission(actor: Any, action: str, model: type[models.Model] | models.Model) -> bool:
    """Whether a role of `actor` allows `action` on `model`, whosever the object is."""
    permission = f"{model._meta.app_label}.{get_permission_codename(action, model._meta)}"
    return actor is None or actor.has_perm(permission)


def can(actor: Any, action: str, obj: Owned) -> bool:
    """Whether `actor` may do `action` to `obj`; an actor of `None` is the system itself.

    A role allows it on the objects of the actor's own agency. A grant (django-guardian) shares a
    task with another agency for reading only, so it never counts here.
    """
    if actor is None:
        return True
    own = obj.agency_id is not None and obj.agency_id == actor.agency_id
    return own and has_role_permission(actor, action, obj)


def why_not(actor: Any, action: str, obj: Owned) -> Refusal | None:
    """Why `actor` may not do `action` to `obj`, or None; says nothing of the status of `obj`."""
    return None if can(actor, action, obj) else NOT_YOURS


def why_not_role(
    actor: Any, action: str, model: type[models.Model] | models.Model
) -> Refusal | None:
    """Why `actor` may not do `action` on things nobody owns, or None."""
    return None if has_role_permission(actor, action, model) else NOT_YOURS


def why_not_move(obj: Flowing, name: str, actor: Any) -> Refusal | None:
    """Why `actor` cannot make the move `name` on `obj` now: who first, then when; or None."""
    return why_not(actor, name, obj) or obj.flow.why_not(name, obj.status)


def authorize(actor: Any, action: str, obj: Owned) -> None:
    """Raise NotAllowed unless `actor` may do `action` to `obj`."""
    demand(why_not(actor, action, obj))


def authorize_role(actor: Any, action: str, model: type[models.Model]) -> None:
    """Raise NotAllowed unless a role of `actor` allows `action` on things nobody owns."""
    demand(why_not_role(actor, action, model))


def lock(obj: models.Model) -> None:
    """Reload `obj` with its row locked until the end of the transaction."""
    rows = type(obj)._default_manager.select_for_update(of=("self",))
    obj.refresh_from_db(from_queryset=rows)


def advance(obj: Flowing, name: str, *, actor: Any, **data: Any) -> None:
    """Lock `obj`, check who and when, move it along its flow, and record it.

    The only place where a status changes. Needs an open transaction; `obj` is reloaded.
    """
    lock(obj)
    authorize(actor, name, obj)
    move = obj.flow.move(name, obj.status)
    before, obj.status = obj.status, move.target
    obj.save(update_fields=["status"])
    verb = f"{obj._meta.app_label}.{name}"
    record(verb, obj, actor, f"{move.label}：{obj}", before=before, after=obj.status, **data)
