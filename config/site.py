"""What every page needs: name, date, the rail of the user's roles."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from core import clock
from core.models import Notice

STAFF = frozenset({"lead", "agency_admin", "officer", "deputy", "principal", "supervisor"})
RAIL = [
    ("工作台", "home", "reports:worklist", None),
    ("一单两库", "books", "catalog:list", STAFF),
    ("计划", "cal", "plans:list", STAFF),
    ("抽查任务", "target", "tasks:list", STAFF),
    ("现场录入", "pen", "inspections:today", frozenset({"officer"})),
    ("检查记录", "list", "inspections:list", STAFF - {"officer"}),
    ("审核公示", "stamp", "approvals:list", frozenset({"deputy", "principal"})),
    ("期限", "clock", "deadlines:list", STAFF),
    ("账号", "user", "agencies:users", frozenset({"sysadmin", "secadmin"})),
    ("工作日历", "cal", "deadlines:calendar", frozenset({"sysadmin"})),
    ("留痕", "log", "reports:trail", frozenset({"auditor"})),
]


def site(request: HttpRequest) -> dict[str, Any]:
    """Context of every page; two queries for staff, none for the public."""
    context: dict[str, Any] = {
        "demo": settings.PORTAL_DEMO,
        "site_name": settings.PORTAL_SITE_NAME,
        "today": clock.today(),
        "nav": [],
        "inbox_count": 0,
    }
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and _is_staff_path(request.path):
        context["nav"] = rail(user.roles, request.path)
        context["inbox_count"] = Notice.objects.filter(recipient=user, read_at=None).count()
    return context


def _is_staff_path(path: str) -> bool:
    return path.startswith(("/desk/", "/m/", "/password/"))


def rail(roles: list[str], path: str) -> list[dict[str, Any]]:
    """The entries of the rail for these roles; the longest matching one is current."""
    entries = [
        {"url": reverse(name), "label": label, "icon": icon}
        for label, icon, name, allowed in RAIL
        if allowed is None or allowed & set(roles)
    ]
    fitting = [entry["url"] for entry in entries if path.startswith(entry["url"])]
    current = max(fitting, key=len, default=None)
    return [entry | {"current": entry["url"] == current} for entry in entries]
