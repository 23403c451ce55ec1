"""Personal data in full: only for those who maintain the registry, and never without a trace."""

from django.db import transaction

from agencies.models import User
from core.audit import record
from core.errors import DomainError
from core.workflow import authorize
from registries.models import Inspector, Target
from registries.services.access import require_maintain
from registries.services.changes import label_of

FIELDS = {Target: frozenset({"phone"}), Inspector: frozenset({"citizen_id", "phone"})}


@transaction.atomic
def reveal(obj: Target | Inspector, field: str, *, actor: User) -> str:
    """The full value of a masked field; who looked at it stays on the trail (PIPL article 51).

    Raises NotAllowed unless the actor maintains the row: inspectors of the own agency, targets of
    the own region.
    """
    if isinstance(obj, Target):
        require_maintain(actor, "change", obj.region_id)
    else:
        authorize(actor, "change", obj)
    if field not in FIELDS[type(obj)]:
        raise DomainError("没有可以查看的内容，请返回后重试。")
    record(
        "registries.reveal",
        obj,
        actor,
        f"查看完整{label_of(obj, field)}：{obj}",
        field=field,
    )
    return getattr(obj, field)
