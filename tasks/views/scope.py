"""Scope and ratios: who can be drawn, before the freeze and after it."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from core.pages import one_of
from tasks import evidence, frame
from tasks.models import Purpose, Task
from tasks.reasons import REASONS
from tasks.views.base import page, visible_task
from tasks.views.choice import choice, given


@require_GET
def scope(request: HttpRequest, number: str) -> HttpResponse:
    """Who can be drawn, who is out and why, and the arithmetic of the strata."""
    return scope_page(request, visible_task(request, number))


def scope_page(request: HttpRequest, task: Task, status: int = 200, **more: object) -> HttpResponse:
    """The page of the scope. more: what a refused form of it brings along."""
    frozen = task.draws.live().filter(purpose=Purpose.TARGETS).first()
    if frozen:
        return page(
            request, task, "scope", {"evidence": evidence.of(frozen, names=False), "draw": frozen}
        )
    base = frame.of(task)
    reason = one_of(request, "reason", REASONS, "原因")
    context = {
        "draw": None,
        "frame": base,
        "strata": evidence.strata_of(base.allocation, base.names),
        "floor_text": evidence.floor_sentence(base.plan, base.allocation),
        "total_quota": max(
            sum(share.quota for share in base.allocation.shares.values()), base.allocation.need
        ),
        "excluded": [
            {"code": code, "label": label, "basis": basis, "count": base.reasons[code]}
            for code, (label, basis) in REASONS.items()
            if base.reasons[code]
        ],
        "shown_reason": REASONS.get(reason, ("",))[0],
        "shown": base.out(reason)[:200] if reason in REASONS else [],
        "entries": [entry for entry in base.entries if not entry.reason][:200],
    }
    context |= more or choice(given(request, task))
    response = page(request, task, "scope", context)
    response.status_code = status
    return response
