"""The list of tasks, one task, its log, and the moves that need no input."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from agencies.requests import StaffRequest
from core.audit import subject_of, trail_names
from core.models import AuditEvent
from core.pages import one_of, paginate, render_page, searched
from deadlines.models import Deadline
from registries.models import Target
from tasks import services
from tasks.flows import TaskStatus
from tasks.models import Task
from tasks.reads.drawn import selections_of
from tasks.reads.next_step import next_step
from tasks.reads.refusals import (
    is_report_due,
    why_not_cancel,
    why_not_freeze_targets,
    why_not_hand_in_report,
)
from tasks.views.base import page, visible_task

SIMPLE_MOVES = {
    "request_confirmation": (services.request_confirmation, "已送各部门比对和确认。"),
    "lock": (services.lock_list, "名单已锁定，可以匹配检查人员。"),
    "cancel": (services.cancel_task, "任务已取消。"),
    "hand_in_report": (services.hand_in_report, "已标记总结报送。"),
}
AFTER_MOVE = {"request_confirmation": "tasks:draw", "lock": "tasks:people"}


@require_GET
def list_(request: StaffRequest) -> HttpResponse:
    """The tasks the user may see, newest first."""
    tasks = Task.objects.visible_to(request.user).select_related("agency", "trade")
    status = one_of(request, "status", TaskStatus.values, "状态")
    if status:
        tasks = tasks.filter(status=status)
    text = searched(request)
    if text:
        tasks = tasks.matching(text)
    context = {
        "page": paginate(tasks, request),
        "q": text,
        "status": status,
        "statuses": TaskStatus.choices,
    }
    return render(request, "tasks/list.html", context)


@require_GET
def detail(request: StaffRequest, number: str) -> HttpResponse:
    """One task: what it is, how far it is, what comes next."""
    task = visible_task(request, number)
    items = task.items.select_related("version__agency").prefetch_related("checkpoints")
    no_report = why_not_hand_in_report(task, request.user)
    context = {
        "next": next_step(task, request.user),
        "items": items,
        "participants": task.participants.all(),
        "draws": {draw.purpose: draw for draw in task.draws.order_by("pk")},
        "drawn": task.selections.count(),
        "deadlines": Deadline.objects.about(subject_of(task)),
        "may_report": no_report is None,
        "no_report": no_report if is_report_due(task) else None,
        "may_cancel": why_not_cancel(task, request.user) is None,
        "may_freeze": why_not_freeze_targets(task, request.user) is None,
    }
    return page(request, task, "detail", context)


@require_POST
def move(request: StaffRequest, number: str, move: str) -> HttpResponse:
    """A move that needs no input."""
    if move not in SIMPLE_MOVES:
        raise Http404
    service, sentence = SIMPLE_MOVES[move]
    service(visible_task(request, number), actor=request.user)
    messages.success(request, sentence)
    return redirect(AFTER_MOVE.get(move, "tasks:detail"), number=number)


@require_GET
def log(request: StaffRequest, number: str) -> HttpResponse:
    """Everything that happened to this task and its draws."""
    task = visible_task(request, number)
    subjects = [subject_of(task), *(name for d in task.draws.all() for name in trail_names(d))]
    subjects += [subject_of(c) for c in task.confirmations.all()]
    events = AuditEvent.objects.filter(subject__in=subjects).select_related("actor__agency")
    return page(request, task, "log", {"page": paginate(events, request)})


@require_GET
def of_target(request: StaffRequest, pk: int) -> HttpResponse:
    """The tasks that drew a target, for its page in the registry."""
    target = get_object_or_404(Target.objects.visible_to(request.user), pk=pk)
    context = {"target": target, "selections": selections_of(target, request.user)}
    return render_page(request, "tasks/of_target", context)
