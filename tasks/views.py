"""Pages on tasks: find the object, call one service, render."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.audit import subject_of
from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import AuditEvent
from core.pages import one_of, paginate
from core.workflow import REFUSED, authorize, can, has_role_permission, moves_for
from deadlines.models import Deadline, Kind
from plans.models import PlanLine
from tasks import evidence, frame, services
from tasks.flows import ConfirmationStatus, DrawStatus, TaskStatus
from tasks.forms import PhraseForm, TaskForm
from tasks.models import Draw, Purpose, Task
from tasks.reasons import REASONS
from tasks.timetable import proposal

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
SIMPLE_MOVES = {
    "request_confirmation": (services.request_confirmation, "已送各部门比对和确认。"),
    "lock": (services.lock_list, "名单已锁定，可以匹配检查人员。"),
    "cancel": (services.cancel_task, "任务已取消。"),
    "hand_in_report": (services.hand_in_report, "已标记总结报送。"),
}
AFTER_MOVE = {"request_confirmation": "tasks:draw", "lock": "tasks:people"}
OPENERS = {Purpose.TARGETS: services.open_targets, Purpose.INSPECTORS: services.open_people}


def visible_task(request: HttpRequest, number: str) -> Task:
    """The task, or 404: a task the user may not see does not exist for them."""
    tasks = Task.objects.visible_to(request.user).select_related(
        "agency__region", "agency__system", "line__plan", "trade", "scheme", "profile"
    )
    return get_object_or_404(tasks, number=number)


def page(request: HttpRequest, task: Task, name: str, context: dict) -> HttpResponse:
    """Render a tab of the task with what all tabs share."""
    shared = {
        "task": task,
        "tab": name,
        "steps": steps(task),
        "moves": {move.name for move in moves_for(request.user, task)},
    }
    return render(request, f"tasks/{name}.html", shared | context)


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


@require_GET
def list_(request: HttpRequest) -> HttpResponse:
    """The tasks the user may see, newest first."""
    tasks = Task.objects.visible_to(request.user).select_related("agency", "trade")
    status = one_of(request, "status", TaskStatus.values, "状态")
    if status:
        tasks = tasks.filter(status=status)
    text = request.GET.get("q", "").strip()[:120].replace("\0", "")
    if text:
        tasks = tasks.matching(text)
    context = {
        "page": paginate(tasks, request),
        "q": text,
        "status": status,
        "statuses": TaskStatus.choices,
    }
    return render(request, "tasks/list.html", context)


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, line_pk: int) -> HttpResponse:
    """Launch a task from a line of a published plan; everything is prefilled."""
    lines = PlanLine.objects.select_related(
        "plan__agency__region", "trade", "scheme"
    ).prefetch_related("items", "participants", "tiers__grade")
    line = get_object_or_404(
        lines, pk=line_pk, plan__agency=request.user.agency_id, plan__status="published"
    )
    task = proposal(line)
    if not can(request.user, "add", task):
        raise NotAllowed(REFUSED)
    form = TaskForm(request.POST or None, instance=task)
    if form.is_valid():
        try:
            services.create_task(form.instance, line, actor=request.user)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"任务已发起，编号 {form.instance.number}。")
            return redirect("tasks:scope", number=form.instance.number)
    context = {"form": form, "line": line, "profile": task.profile}
    return render(request, "tasks/create.html", context)


@require_GET
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One task: what it is, how far it is, what comes next."""
    task = visible_task(request, number)
    items = task.items.select_related("version__agency").prefetch_related("checkpoints")
    deadlines = list(Deadline.objects.about(subject_of(task)))
    context = {
        "items": items,
        "participants": task.participants.all(),
        "draws": {draw.purpose: draw for draw in task.draws.all()},
        "drawn": task.selections.count(),
        "deadlines": deadlines,
        "may_report": task.status == TaskStatus.COMPLETED
        and can(request.user, "change", task)
        and any(deadline.is_open and deadline.kind == Kind.REPORT for deadline in deadlines),
    }
    return page(request, task, "detail", context)


@require_GET
def scope(request: HttpRequest, number: str) -> HttpResponse:
    """Who can be drawn, who is out and why, and the arithmetic of the strata."""
    task = visible_task(request, number)
    frozen = task.draws.filter(purpose=Purpose.TARGETS).first()
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
    return page(request, task, "scope", context)


@require_POST
def freeze(request: HttpRequest, number: str) -> HttpResponse:
    """Freeze the list and publish its digest."""
    draw_ = services.freeze_targets(visible_task(request, number), actor=request.user)
    messages.success(request, f"名单和规则已封存并公布，指纹 {draw_.freeze_digest[:16]}…。")
    return redirect("tasks:draw", number=number)


@require_GET
def draw(request: HttpRequest, number: str) -> HttpResponse:
    """The first draw: before, the readiness list; after, the list and its evidence."""
    task = visible_task(request, number)
    draw_ = task.draws.filter(purpose=Purpose.TARGETS).select_related("consented_by").first()
    return draw_page(request, task, draw_, PhraseForm())


def draw_page(
    request: HttpRequest, task: Task, draw_: Draw | None, form: PhraseForm, status: int = 200
) -> HttpResponse:
    """The page of the first draw."""
    context = {"draw": draw_, "form": form}
    if draw_:
        draw_.task = task
        context["evidence"] = evidence.of(draw_, names=True)
        context |= ceremony(request, task, draw_)
    if task.status != TaskStatus.DRAFT:
        confirmations = list(task.confirmations.select_related("agency", "confirmed_by"))
        context["confirmations"] = confirmations
        context["may_confirm"] = any(
            c.status == ConfirmationStatus.PENDING and can(request.user, "confirm", c)
            for c in confirmations
        )
        context["all_confirmed"] = bool(confirmations) and all(
            c.status == ConfirmationStatus.CONFIRMED for c in confirmations
        )
    response = page(request, task, "draw", context)
    response.status_code = status
    return response


def ceremony(request: HttpRequest, task: Task, draw_: Draw) -> dict:
    """What this user may do in the ceremony now."""
    frozen = draw_.status == DrawStatus.FROZEN
    mine = request.user.agency_id in {agency.pk for agency in task.agencies}
    return {
        "may_consent": frozen
        and draw_.consented_by_id is None
        and mine
        and has_role_permission(request.user, "consent", Draw)
        and draw_.frozen_by_id != request.user.pk,
        "may_open": frozen and can(request.user, "open", draw_),
    }


@require_GET
def people(request: HttpRequest, number: str) -> HttpResponse:
    """The second draw: who can be sent, the ceremony, the teams."""
    task = visible_task(request, number)
    draw_ = task.draws.filter(purpose=Purpose.INSPECTORS).select_related("consented_by").first()
    return people_page(request, task, draw_, PhraseForm())


def people_page(
    request: HttpRequest, task: Task, draw_: Draw | None, form: PhraseForm, status: int = 200
) -> HttpResponse:
    """The page of the second draw."""
    context: dict = {"draw": draw_, "form": form}
    if draw_ is None and task.status == TaskStatus.LOCKED:
        context["roster"] = frame.roster(task)
        context["system_names"] = {a.system_id: a.system.name for a in task.agencies}
    if draw_:
        context |= ceremony(request, task, draw_)
        context["roster_size"] = len(draw_.roster)
        context["grade_text"] = evidence.GRADES.get(draw_.assurance, "")
        context["teams"] = task.selections.select_related("target__region").prefetch_related(
            "assignments__inspector", "assignments__agency"
        )
    response = page(request, task, "people", context)
    response.status_code = status
    return response


@require_POST
def freeze_people(request: HttpRequest, number: str) -> HttpResponse:
    """Freeze the roster for the second draw."""
    services.freeze_people(visible_task(request, number), actor=request.user)
    messages.success(request, "人员名单和回避关系已封存。")
    return redirect("tasks:people", number=number)


def visible_draw(request: HttpRequest, number: str, purpose: str) -> Draw:
    """A draw of a visible task, or 404."""
    if purpose not in Purpose.values:
        raise Http404
    return get_object_or_404(
        visible_task(request, number).draws.select_related("task__agency", "agency"),
        purpose=purpose,
    )


@require_POST
def consent(request: HttpRequest, number: str, purpose: str) -> HttpResponse:
    """A second person's consent to a draw of grade C."""
    services.consent(visible_draw(request, number, purpose), actor=request.user)
    messages.success(request, "已同意。同意人的单位将在公开页上显示。")
    return back_to(purpose, number)


@require_POST
def open_(request: HttpRequest, number: str, purpose: str) -> HttpResponse:
    """Open a draw with the phrase of a witness; a refused phrase keeps what was typed."""
    draw_ = visible_draw(request, number, purpose)
    authorize(request.user, "open", draw_)
    form = PhraseForm(request.POST)
    if form.is_valid():
        try:
            OPENERS[purpose](draw_, actor=request.user, **form.cleaned_data)
        except (NotAllowed, IllegalMove):
            raise
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return back_to(purpose, number)
    task = visible_task(request, number)
    fresh = task.draws.select_related("consented_by").get(purpose=purpose)
    show = draw_page if purpose == Purpose.TARGETS else people_page
    return show(request, task, fresh, form, status=422)


def back_to(purpose: str, number: str) -> HttpResponse:
    """The page of that draw."""
    name = "tasks:draw" if purpose == Purpose.TARGETS else "tasks:people"
    return redirect(name, number=number)


@require_POST
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """The user's agency confirms the list."""
    task = visible_task(request, number)
    confirmation = get_object_or_404(
        task.confirmations.select_related("task__agency"), agency=request.user.agency_id
    )
    services.confirm(confirmation, actor=request.user)
    messages.success(request, "已确认名单。")
    return redirect("tasks:draw", number=number)


@require_POST
def move(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """A move that needs no input."""
    if move not in SIMPLE_MOVES:
        raise Http404
    service, sentence = SIMPLE_MOVES[move]
    service(visible_task(request, number), actor=request.user)
    messages.success(request, sentence)
    return redirect(AFTER_MOVE.get(move, "tasks:detail"), number=number)


@require_GET
def log(request: HttpRequest, number: str) -> HttpResponse:
    """Everything that happened to this task and its draws."""
    task = visible_task(request, number)
    subjects = [subject_of(task), *(subject_of(d) for d in task.draws.all())]
    subjects += [subject_of(c) for c in task.confirmations.all()]
    events = AuditEvent.objects.filter(subject__in=subjects).select_related("actor__agency")
    return page(request, task, "log", {"page": paginate(events, request)})
