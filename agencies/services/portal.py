"""Use cases on the portal itself."""

from django.core.cache import cache
from django.db import transaction

from agencies.models import User
from agencies.reads import why_not_name_portal
from core.audit import record
from core.errors import demand
from core.models import IDENTITY, Portal


@transaction.atomic
def name_portal(name: str, actor: User | None) -> Portal:
    """Give the portal its name: letters show it at once, the pages of other processes within a minute."""
    demand(why_not_name_portal(name, actor))
    portal, _ = Portal.objects.update_or_create(number=1, defaults={"name": name.strip()})
    cache.delete(IDENTITY)
    transaction.on_commit(lambda: cache.delete(IDENTITY))  # somebody may have asked meanwhile
    record("core.name_portal", portal, actor, f"平台名称改为：{portal}")
    return portal
