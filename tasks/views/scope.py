"""Scope and ratios: who can be drawn, before the freeze and after it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.requests import StaffRequest
from core.errors import demand_access
from core.pages import one_of, paginate
from draws.arithmetic import batch_sentence
from draws.models import Purpose
from draws.reads import evidence
from draws.reasons import REASONS, described, label
from registries.models import Target
from tasks import services
from tasks.eligibility import frame, targets
from tasks.eligibility.grounds import grounds_of
from tasks.eligibility.rehearsal import rehearse
from tasks.flows import TaskStatus
from tasks.forms import ExemptForm
from tasks.models import Task
from tasks.reads.draws import evidence_of
from tasks.reads.refusals import (
    can_be_forced,
    why_not_change,
    why_not_draw_from,
    why_not_exempt,
    why_not_freeze_targets,
    why_not_revoke_exemption,
)
from tasks.views.base import attempt_now, page, visible_task
from tasks.views.choice import choice, form_for


@require_GET
def scope(request: StaffRequest, number: str) -> HttpResponse:
    """Who can be drawn, who is out and why, and the arithmetic of the strata."""
    return scope_page(request, visible_task(request, number))


def scope_page(
    request: StaffRequest, task: Task, status: int = 200, **more: object
) -> HttpResponse:
    """The page of the scope. more: what a refused form of it brings along."""
    frozen = task.draws.live().filter(purpose=Purpose.TARGETS).first()
    if frozen:
        return page(
            request, task, "scope", {"evidence": evidence_of(frozen, names=False), "draw": frozen}
        )
    base = frame.of(task)
    no_freeze = why_not_freeze_targets(task, request.user)
    context: dict[str, Any] = {
        "draw": None,
        "frame": base,
        "strata": evidence.strata_of(base.allocation, base.names),
        "floor_text": evidence.floor_sentence(base.plan, base.allocation),
        "batch_text": batch_sentence(base.batches),
        "total_quota": base.quota,
        "rounding": services.ROUNDING[task.rules["rounding"]],
        "cautions": base.cautions,
        "excluded": rows_of(base.reasons),
        "exemptions": task.exemptions.select_related("target__region", "decided_by"),
        "may_change": why_not_change(task, request.user) is None,
        "may_revoke": why_not_revoke_exemption(task, request.user) is None,
        "no_freeze": no_freeze or why_not_draw_from(base),
    }
    context |= who(request, task, base)
    context |= more or choice(form_for(task))
    response = page(request, task, "scope", context)
    response.status_code = status
    return response


def rows_of(counts: dict[str, int]) -> list[dict[str, Any]]:
    """Reasons with what they say and how many they concern."""
    return [
        {"code": code, "label": described(code)[0], "basis": described(code)[1], "count": count}
        for code, count in counts.items()
    ]


def who(request: StaffRequest, task: Task, base: frame.Frame) -> dict[str, Any]:
    """Twenty names of the pool, or of those behind the reason that was asked for."""
    reason = one_of(request, "reason", {**REASONS, **base.reasons}, "原因")
    status, code = ("X", reason) if base.reasons[reason] else ("P", "-")
    listed = paginate(targets.who(task, status, code), request, ("code",))
    refusal = why_not_revoke_exemption(task, request.user)
    may_exempt = refusal is None and can_be_forced(status, reason)
    grounds = grounds_of(listed.items) if may_exempt else {}
    return {
        "shown_reason": label(reason) if status == "X" else "",
        "page": listed,
        "listed": [(target, grounds.get(target.pk, [])) for target in listed.items],
        "may_exempt": may_exempt,
    }


@require_GET
def rehearsal(request: StaffRequest, number: str) -> HttpResponse:
    """演练一次: visits and loads by these rules, without names and without a trace."""
    task = visible_task(request, number)
    if task.status != TaskStatus.DRAFT:
        return page(request, task, "rehearsal", {"rehearsal": None})
    return page(request, task, "rehearsal", {"rehearsal": rehearse(task)})


@require_http_methods(["GET", "POST"])
def exempt(request: StaffRequest, number: str, target_pk: int) -> HttpResponse:
    """List a target as not bound by ratio and cap; the ground that the registry shows is preset."""
    task = visible_task(request, number)
    target = get_object_or_404(Target.objects.visible_to(request.user), pk=target_pk)
    refusal = why_not_exempt(task, target, request.user)
    demand_access(refusal)
    facts = grounds_of([target])[target.pk]
    form = ExemptForm(request.POST or None, initial={"ground": facts[0] if facts else ""})
    if form.is_valid():
        asked = form.cleaned_data
        given = asked["ground"], asked["argument"]
        if attempt_now(form, services.exempt, task, target, *given, actor=request.user):
            messages.success(request, f"“{target}”已列为不受频次限制，封存后写入证书。")
            return redirect("tasks:scope", number=number)
    context = {"form": form, "target": target, "facts": facts, "refusal": refusal}
    return page(request, task, "exempt", context)


@require_POST
def exempt_remove(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """Take an exemption back."""
    task = visible_task(request, number)
    exemption = get_object_or_404(task.exemptions.select_related("target", "task"), pk=pk)
    services.revoke_exemption(exemption, actor=request.user)
    messages.success(request, f"“{exemption.target}”不再列为不受频次限制。")
    return redirect("tasks:scope", number=number)
