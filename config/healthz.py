"""`GET /healthz`: is the portal well? For the supervisor, the proxy and whoever looks after it.

The answer comes from rows that jobs write; the request itself never calls the broker.
"""

import shutil
import subprocess
from ctypes.util import find_library
from datetime import date
from functools import cache

from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseFailure
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import clock, heartbeat
from core.models import Heartbeat
from deadlines.reads import calendar_until

PROCESSES = ("worker", "beat")
SILENT = {"alive": False, "last_seen": None}
NO_CALENDAR = {"until": None, "days_left": None}


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the portal works (ok or degraded), 503 only without its database."""
    try:
        found = {"database": True, **pulses(), "calendar": calendar()}
    except DatabaseFailure:
        found = {
            "database": False,
            "broker": False,
            **dict.fromkeys(PROCESSES, SILENT),
            "calendar": NO_CALENDAR,
        }
    found["fonts"] = fonts()
    return JsonResponse(
        {"status": status_of(found), **found}, status=200 if found["database"] else 503
    )


def status_of(found: dict) -> str:
    """down without a database, degraded when anything else is not as it should be."""
    if not found["database"]:
        return "down"
    days_left = found["calendar"]["days_left"]
    well = (
        found["broker"]
        and all(found[name]["alive"] for name in PROCESSES)
        and all(found["fonts"].values())
        and days_left is not None
        and days_left >= 0
    )
    return "ok" if well else "degraded"


def pulses() -> dict:
    """Whether broker, worker and beat were seen lately; what beat cannot reach has no row."""
    now = clock.real_now()
    seen = dict(Heartbeat.objects.values_list("name", "seen_at"))
    found = {
        name: {
            "alive": heartbeat.is_fresh(seen.get(name), now),
            "last_seen": seen[name].isoformat(timespec="seconds") if name in seen else None,
        }
        for name in PROCESSES
    }
    return {"broker": heartbeat.is_fresh(seen.get("broker"), now), **found}


def calendar() -> dict:
    """How far the working-day calendar reaches."""
    until: date | None = calendar_until()
    if until is None:
        return NO_CALENDAR
    return {"until": until.isoformat(), "days_left": (until - clock.today()).days}


@cache
def fonts() -> dict:
    """What papers in Chinese need, looked up once per process: nothing warns when it is absent."""
    fc_list = shutil.which("fc-list")
    known = (
        subprocess.run(  # noqa: S603 - fixed arguments
            [fc_list, ":lang=zh", "family"], capture_output=True, check=False, timeout=30
        ).stdout
        if fc_list
        else b""
    )
    return {"cjk": bool(known.strip()), "subset": find_library("harfbuzz-subset") is not None}
