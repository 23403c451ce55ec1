"""What the pages of one task share: the object, the tabs, the stepper."""

from collections.abc import Callable
from typing import Any

from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from agencies.requests import StaffRequest
from core.errors import IllegalMove
from core.pages import Answer, Outcome, attempt
from draws.models import Draw, Purpose
from tasks.flows import TaskStatus
from tasks.models import Task

TABS = [
    ("detail", "概览"),
    ("scope", "范围与比例"),
    ("draw", "摇号与名单"),
    ("people", "检查人员"),
    ("log", "留痕"),
]
STEPS = [
    ("设置任务", "tasks:detail", set()),
    ("范围与比例", "tasks:scope", {TaskStatus.DRAFT}),
    ("摇号", "tasks:draw", {TaskStatus.FROZEN}),
    ("确认与锁定", "tasks:draw", {TaskStatus.OPENED, TaskStatus.CONFIRMING}),
    ("配人", "tasks:people", {TaskStatus.LOCKED}),
    ("派发", "tasks:people", {TaskStatus.ASSIGNED}),
    ("现场检查", "tasks:detail", {TaskStatus.DISPATCHED}),
    ("结果公示", "tasks:detail", {TaskStatus.COMPLETED}),
]


def visible_task(request: StaffRequest, number: str) -> Task:
    """The task, or 404: a task the user may not see does not exist for them."""
    tasks = Task.objects.visible_to(request.user).select_related(
        "agency__region", "agency__system", "line__plan", "trade", "scheme", "profile"
    )
    return get_object_or_404(tasks, number=number)


def visible_draw(request: StaffRequest, number: str, purpose: str) -> Draw:
    """The live draw of a visible task, or the last one that was voided, or 404."""
    if purpose not in Purpose.values:
        raise Http404
    draw = current(visible_task(request, number), purpose)
    if draw is None:
        raise Http404
    return draw


def current(task: Task, purpose: str) -> Draw | None:
    """The draw that counts; where every one was voided, the last of them."""
    draws = task.draws.filter(purpose=purpose).select_related(
        "drawn_for__task__agency", "agency", "consented_by__agency"
    )
    return draws.live().first() or draws.first()


PLAIN = ("scope", "freeze", "grade", "screen", "screen_now", "minutes", "slip", "opening", "people")
OF_A_DRAW = ("commit", "reveal", "consent", "beacon", "close", "open", "speak", "propose_void")


def acts_of(task: Task, draw: Draw | None) -> dict[str, str]:
    """The addresses that the parts of a draw's page link and post to; they know no task."""
    found = {name: reverse(f"tasks:{name}", args=[task.number]) for name in PLAIN}
    if draw is None:
        return found
    given = [task.number, draw.purpose]
    found |= {name: reverse(f"tasks:{name}", args=given) for name in OF_A_DRAW}
    for answer in ("agree", "refuse"):
        found[f"{answer}_void"] = reverse("tasks:decide_void", args=[*given, answer])
    return found


def attempt_now(
    form: BaseForm, act: Callable[..., Answer], /, *args: Any, **more: Any
) -> Outcome[Answer]:
    """`attempt`; what has moved on meanwhile is told by a page of its own, not in a form."""
    outcome = attempt(form, act, *args, **more)
    if isinstance(outcome.error, IllegalMove):
        raise outcome.error
    return outcome


def page(request: StaffRequest, task: Task, name: str, context: dict) -> HttpResponse:
    """Render a tab of the task with what all tabs share."""
    shared = {
        "task": task,
        "tabs": tabs(task, name),
        "steps": steps(task),
        "acts": acts_of(task, context.get("draw")),
    }
    return render(request, f"tasks/{name}.html", shared | context)


def tabs(task: Task, current: str) -> list[tuple[str, str, bool]]:
    """The pages of a task: address, word, whether this is the one."""
    return [
        (reverse(f"tasks:{name}", args=[task.number]), label, name == current)
        for name, label in TABS
    ]


def steps(task: Task) -> list[dict]:
    """The stepper: what is done, where we are."""
    current = next((i for i, (_, _, on) in enumerate(STEPS) if task.status in on), None)
    return [
        {
            "label": label,
            "state": "done"
            if current is not None and i < current
            else "current"
            if i == current
            else "todo",
        }
        for i, (label, _, _) in enumerate(STEPS)
    ]
