"""Personal data in full: only for those who maintain the registry, and never without a trace."""

from django.db import transaction

from agencies.models import User
from core.audit import record
from core.errors import demand
from registries import reads
from registries.models import Inspector, Target
from registries.reads.changes import label_of


@transaction.atomic
def reveal(obj: Target | Inspector, field: str, *, actor: User) -> str:
    """The full value of a masked field; who looked at it stays on the trail (PIPL article 51).

    Raises NotAllowed unless the actor maintains the row: inspectors of the own agency, targets of
    the own region.
    """
    demand(reads.why_not_reveal(obj, field, actor))
    record(
        "registries.reveal",
        obj,
        actor,
        f"查看完整{label_of(obj, field)}：{obj}",
        field=field,
    )
    return str(getattr(obj, field))
