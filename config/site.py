"""What every page needs: name, date, the rail of the user's roles."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from agencies.reads import organisers
from core import clock
from core.models import IDENTITY, Notice, Portal
from reports import reads

STAFF = frozenset(
    {"lead", "agency_admin", "officer", "deputy", "principal", "supervisor", "coordinator"}
)
MINUTE = 60
RAIL = [
    ("工作台", "home", "reports:worklist", None),
    ("一单两库", "books", "catalog:list", STAFF),
    ("计划", "cal", "plans:list", STAFF),
    ("抽查规则", "gear", "plans:profiles", frozenset({"coordinator"})),
    ("抽查任务", "target", "tasks:list", STAFF),
    ("现场录入", "pen", "inspections:today", frozenset({"officer"})),
    ("检查记录", "list", "inspections:list", STAFF - {"officer"}),
    ("审核公示", "stamp", "approvals:list", frozenset({"deputy", "principal"})),
    ("期限", "clock", "deadlines:list", STAFF),
    ("设置", "gear", "agencies:users", frozenset({"sysadmin"})),
    ("账号", "user", "agencies:users", frozenset({"secadmin"})),
    ("工作日历", "cal", "deadlines:calendar", frozenset({"sysadmin"})),
    ("邮件", "mail", "reports:mail", frozenset({"sysadmin"})),
    ("留痕", "log", "reports:trail", frozenset({"auditor"})),
]
# Pages that belong to an entry although their address does not begin with its own.
BELOW = {
    "catalog:list": (
        "/desk/targets/",
        "/desk/inspectors/",
        "/desk/imports/",
        "/desk/recusals/",
    ),
    "deadlines:list": ("/desk/settings/calendar/",),
    "agencies:users": ("/desk/settings/regions/", "/desk/settings/trades/"),
}


def site(request: HttpRequest) -> dict[str, Any]:
    """Context of every page; two queries for staff, none for the public.

    The numbers in the rail cost a constant number more, where the rail is shown: the phone and the
    parts that htmx swaps never ask for them.
    """
    context: dict[str, Any] = {
        "demo": settings.PORTAL_DEMO,
        "portal_name": SimpleLazyObject(lambda: identity()["name"]),
        "organisers": SimpleLazyObject(lambda: identity()["organisers"]),
        "today": clock.today(),
        "nav": [],
        "inbox_count": 0,
        "idle_seconds": settings.PORTAL_IDLE_MINUTES * 60,
    }
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and _is_staff_path(request.path):
        context["nav"] = rail(user.roles, request.path, _numbers(request))
        context["inbox_count"] = Notice.objects.filter(recipient=user, read_at=None).count()
    return context


def identity() -> dict[str, str]:
    """The name of the portal and who runs it; asked once a minute by each process, not by each page."""
    known: dict[str, str] | None = cache.get(IDENTITY)
    if known is None:
        known = {"name": Portal.objects.title(), "organisers": organisers()}
        cache.set(IDENTITY, known, MINUTE)
    return known


def _is_staff_path(path: str) -> bool:
    return path.startswith(("/desk/", "/m/", "/password/"))


def _numbers(request: HttpRequest) -> dict[str, Callable[[], int]]:
    """The numbers of the rail; the work list page has its own list already."""
    numbers = reads.counts(request.user)
    todos = getattr(request, "worklist", None)
    if todos is not None:
        numbers["reports:worklist"] = lambda: len(todos)
    return numbers


def rail(
    roles: list[str], path: str, numbers: Mapping[str, Callable[[], int]] | None = None
) -> list[dict[str, Any]]:
    """The entries of the rail for these roles; the longest matching one is current.

    numbers: URL name -> how many things wait there, asked once when the entry is shown.
    """
    numbers = numbers or {}
    home = reverse("reports:worklist")
    pages, entries = {}, []
    for label, icon, name, allowed in RAIL:
        if allowed is None or allowed & set(roles):
            entry = {"url": reverse(name), "label": label, "icon": icon}
            if name in numbers:
                entry["count"] = SimpleLazyObject(numbers[name])
            entries.append(entry)
            pages |= dict.fromkeys((entry["url"], *BELOW.get(name, ())), entry["url"])
    fitting = [page for page in pages if path.startswith(page) and (page != home or path == home)]
    current = pages[max(fitting, key=len)] if fitting else None
    return [entry | {"current": entry["url"] == current} for entry in entries]
