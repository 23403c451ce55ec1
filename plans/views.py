"""Pages on plans: find the object, call one service, render."""

from django.contrib import messages
from django.db.models import Max
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import clock
from core.errors import DomainError
from core.pages import paginate
from core.workflow import authorize, can, moves_for
from plans import services
from plans.flows import PlanStatus
from plans.forms import LineForm, PlanForm, PlanReturnForm, RevisionForm
from plans.models import Plan, PlanLine

WHY = {
    PlanStatus.DRAFT: "牵头单位经办填写计划项，完成后提交审批。",
    PlanStatus.SUBMITTED: "由本单位分管负责人或主要负责人批准，或写明原因退回；提交人不能审批。",
    PlanStatus.APPROVED: "由牵头单位经办公布；公布后向社会公开，不能再修改。",
    PlanStatus.PUBLISHED: "现行有效，可按计划项发起抽查任务；需要变动时调整计划，生成新版本。",
    PlanStatus.SUPERSEDED: "已被调整后的计划替代，仅供查阅。",
}
STEPS = [PlanStatus.DRAFT, PlanStatus.SUBMITTED, PlanStatus.APPROVED, PlanStatus.PUBLISHED]
STEP_LABELS = ["编制", "审批", "公布", "执行"]
MOVES = {
    "submit": (services.submit, "已提交，等待负责人审批。"),
    "approve": (services.approve, "已批准，由牵头单位经办公布。"),
    "publish": (services.publish, "已公布，公众页面随即可查。"),
}
ASK = {
    "submit": "提交后不能修改，负责人退回后才能再改。",
    "approve": "批准后由经办公布，内容不再改动。",
    "publish": "公布后向社会公开；本年度的前一版计划随即由这一版替代。",
    "return": "退回后由经办修改，再重新提交。",
}


def visible_plan(request, pk):
    """The plan, or 404: a plan the user may not see does not exist for them."""
    plans = Plan.objects.visible_to(request.user).select_related("agency__region")
    return get_object_or_404(plans, pk=pk)


def visible_line(request, pk):
    """The line of a plan the user may see, or 404."""
    lines = PlanLine.objects.visible_to(request.user)
    return get_object_or_404(lines.select_related("plan__agency__region"), pk=pk)


@require_GET
def plan_list(request):
    """The plans this user may see, the own ones first."""
    text = request.GET.get("q", "").strip()
    plans = Plan.objects.visible_to(request.user).own_first(request.user)
    key = ("foreign", "-year", "agency__code", "-version")
    context = {
        "page": paginate(plans.matching(text) if text else plans, request, key),
        "q": text,
        "may_add": _may_add(request.user),
        "missing": _missing(request.user),
    }
    return render(request, "plans/list.html", context)


@require_GET
def detail(request, pk):
    """One plan with its lines and the moves this user may make now."""
    return _plan_page(request, visible_plan(request, pk))


@require_http_methods(["GET", "POST"])
def create(request):
    """Draft the own agency's plan of a year."""
    agency = request.user.agency
    authorize(request.user, "add", Plan(agency=agency))
    form = PlanForm(request.POST or None, agency=agency, initial=_proposal(request, agency))
    if form.is_valid():
        asked = form.cleaned_data
        try:
            plan = services.create_plan(
                agency,
                asked["year"],
                asked["title"],
                asked["note"],
                actor=request.user,
                copy_from=asked.get("copy_from"),
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"已新建“{plan}”，请编辑计划项。")
            return redirect(plan)
    return render(request, "plans/plan.html", {"form": form, "plan": None})


@require_http_methods(["GET", "POST"])
def edit(request, pk):
    """Correct the title and the note of a draft."""
    plan = visible_plan(request, pk)
    services.check_editable(plan, actor=request.user)
    form = RevisionForm(request.POST or None, instance=plan)
    if form.is_valid():
        asked = form.cleaned_data
        services.revise_plan(plan, asked["title"], asked["note"], actor=request.user)
        messages.success(request, "计划说明已保存。")
        return redirect(plan)
    return render(request, "plans/plan.html", {"form": form, "plan": plan})


@require_POST
def adjust(request, pk):
    """Draft a new version of a published plan."""
    draft = services.adjust(visible_plan(request, pk), actor=request.user)
    messages.success(request, f"已生成第 {draft.version} 版草稿，公布前现行计划继续有效。")
    return redirect(draft)


@require_POST
def move(request, pk, move):
    """Move the plan along its flow."""
    plan = visible_plan(request, pk)
    if move == "return":
        return _return(request, plan)
    if move not in MOVES:
        raise Http404
    service, done = MOVES[move]
    service(plan, actor=request.user)
    messages.success(request, f"“{plan}”{done}")
    return redirect(plan)


@require_http_methods(["GET", "POST"])
def line_add(request, pk):
    """Add a line to a draft."""
    plan = visible_plan(request, pk)
    services.check_editable(plan, actor=request.user)
    return _line_page(request, plan, PlanLine())


@require_http_methods(["GET", "POST"])
def line(request, pk):
    """Correct a line of a draft."""
    found = visible_line(request, pk)
    services.check_editable(found.plan, actor=request.user)
    return _line_page(request, found.plan, found)


@require_POST
def line_delete(request, pk):
    """Take a line out of a draft."""
    found = visible_line(request, pk)
    services.delete_line(found, actor=request.user)
    messages.success(request, f"已删除计划项“{found}”。")
    return redirect(found.plan)


def _return(request, plan):
    form = PlanReturnForm(request.POST)
    if not form.is_valid():
        authorize(request.user, "return", plan)
        return _plan_page(request, plan, form)
    services.return_plan(plan, form.cleaned_data["reason"], actor=request.user)
    messages.success(request, f"“{plan}”已退回，经办人会收到您写的原因。")
    return redirect(plan)


def _plan_page(request, plan, return_form=None):
    user = request.user
    lines = plan.lines.select_related("trade", "scheme").prefetch_related(
        "items", "participants", "tiers__grade"
    )
    own = plan.agency_id == user.agency_id
    same_year = Plan.objects.visible_to(user).filter(agency=plan.agency_id, year=plan.year)
    newer = same_year.filter(version__gt=plan.version).order_by("-version").first()
    context = {
        "plan": plan,
        "why": WHY[plan.status],
        "newer": newer,
        "steps": _steps(plan),
        "page": paginate(lines.with_task(), request, ("position", "pk")),
        "moves": [
            (move, ASK[move.name])
            for move in moves_for(user, plan)
            if move.name != "submit" or lines.exists()
        ],
        "return_form": return_form or PlanReturnForm(),
        "returned": services.return_reason(plan) if plan.status == PlanStatus.DRAFT else "",
        "may_change": plan.status == PlanStatus.DRAFT and can(user, "change", plan),
        "may_adjust": plan.status == PlanStatus.PUBLISHED
        and newer is None
        and can(user, "add", plan),
        "may_launch": plan.status == PlanStatus.PUBLISHED
        and own
        and user.has_perm("tasks.add_task"),
        "own": own,
    }
    return render(request, "plans/detail.html", context)


def _line_page(request, plan, found):
    form = LineForm(request.POST or None, instance=found, plan=plan)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            saved = services.save_line(
                plan,
                form.instance,
                asked["items"],
                asked["participants"],
                asked["tiers"],
                actor=request.user,
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"计划项“{saved}”已保存，预估 {saved.estimated} 户。")
            return redirect(plan)
    return render(request, "plans/line.html", {"form": form, "line": found, "plan": plan})


def _steps(plan):
    """The steps of the plan's life with the current one marked."""
    at = STEPS.index(plan.status) if plan.status in STEPS else len(STEPS)
    states = ["done" if number < at else "current" for number in range(at + 1)]
    states += ["todo"] * len(STEPS)
    return [
        {"label": label, "state": state} for label, state in zip(STEP_LABELS, states, strict=False)
    ]


def _may_add(user):
    return user.agency is not None and can(user, "add", Plan(agency=user.agency))


def _missing(user):
    """This year and the last plan to copy, when the user may draft the year's missing plan."""
    year = clock.today().year
    if not _may_add(user):
        return None
    own = list(Plan.objects.filter(agency=user.agency).order_by("-year", "-version"))
    if any(plan.year == year for plan in own):
        return None
    return {"year": year, "source": own[0] if own else None}


def _proposal(request, agency):
    """What a new plan starts with: the next year without a plan, copied from the last one."""
    plans = Plan.objects.filter(agency=agency)
    last = plans.aggregate(year=Max("year"))["year"]
    year = max(clock.today().year, (last or 0) + 1)
    source = plans.order_by("-year", "-version").first()
    return {
        "year": year,
        "title": f"{agency}{year}年度随机抽查计划",
        "copy_from": source if request.GET.get("copy") else None,
    }
