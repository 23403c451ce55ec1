"""Pages on plans: find the object, call one service, render."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.reads import agency_of
from agencies.requests import StaffRequest
from core.errors import demand
from core.pages import attempt, paginate, searched
from plans import reads, services
from plans.flows import PlanStatus
from plans.forms import LineForm, PlanForm, PlanReturnForm, ProfileForm, RevisionForm
from plans.models import Plan, PlanLine, RuleProfile

WHY: dict[str, str] = {
    PlanStatus.DRAFT: "牵头单位经办填写计划项，完成后提交审批。",
    PlanStatus.SUBMITTED: "由本单位分管负责人或主要负责人批准，或写明原因退回；提交人不能审批。",
    PlanStatus.APPROVED: "由牵头单位经办公布；公布后向社会公开，不能再修改。",
    PlanStatus.PUBLISHED: "现行有效，可按计划项发起抽查任务；需要变动时调整计划，生成新版本。",
    PlanStatus.SUPERSEDED: "已被调整后的计划替代，仅供查阅。",
}
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


def visible_plan(request: StaffRequest, pk: int) -> Plan:
    """The plan, or 404: a plan the user may not see does not exist for them."""
    plans = Plan.objects.visible_to(request.user).select_related("agency__region")
    return get_object_or_404(plans, pk=pk)


def visible_line(request: StaffRequest, pk: int) -> PlanLine:
    """The line of a plan the user may see, or 404."""
    lines = PlanLine.objects.visible_to(request.user)
    return get_object_or_404(lines.select_related("plan__agency__region"), pk=pk)


@require_GET
def plan_list(request: StaffRequest) -> HttpResponse:
    """The plans this user may see, the own ones first."""
    text = searched(request)
    plans = Plan.objects.visible_to(request.user).own_first(request.user)
    key = ("foreign", "-year", "agency__code", "-version")
    context = {
        "page": paginate(plans.matching(text) if text else plans, request, key),
        "q": text,
        "why_not_add": reads.why_not_add(request.user.agency, request.user),
        "missing": reads.missing_year(request.user),
    }
    return render(request, "plans/list.html", context)


@require_GET
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One plan with its lines and the moves this user may make now."""
    return _plan_page(request, visible_plan(request, pk))


@require_http_methods(["GET", "POST"])
def create(request: StaffRequest) -> HttpResponse:
    """Draft the own agency's plan of a year."""
    agency = agency_of(request.user)
    demand(reads.why_not_add(agency, request.user))
    initial = reads.proposal(agency, copies=bool(request.GET.get("copy")))
    form = PlanForm(request.POST or None, agency=agency, initial=initial)
    if form.is_valid():
        asked = form.cleaned_data
        made = attempt(
            form,
            services.create_plan,
            agency,
            asked["year"],
            asked["title"],
            asked["note"],
            actor=request.user,
            copy_from=asked.get("copy_from"),
        )
        if made:
            messages.success(request, f"已新建“{made.result}”，请编辑计划项。")
            return redirect(made.result)
    return render(request, "plans/plan.html", {"form": form, "plan": None})


@require_http_methods(["GET", "POST"])
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct the title and the note of a draft."""
    plan = visible_plan(request, pk)
    demand(reads.why_not_change(plan, request.user))
    form = RevisionForm(request.POST or None, instance=plan)
    if form.is_valid():
        asked = form.cleaned_data
        services.revise_plan(plan, asked["title"], asked["note"], actor=request.user)
        messages.success(request, "计划说明已保存。")
        return redirect(plan)
    return render(request, "plans/plan.html", {"form": form, "plan": plan})


@require_POST
def adjust(request: StaffRequest, pk: int) -> HttpResponse:
    """Draft a new version of a published plan."""
    draft = services.adjust(visible_plan(request, pk), actor=request.user)
    messages.success(request, f"已生成第 {draft.version} 版草稿，公布前现行计划继续有效。")
    return redirect(draft)


@require_POST
def move(request: StaffRequest, pk: int, move: str) -> HttpResponse:
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
def line_add(request: StaffRequest, pk: int) -> HttpResponse:
    """Add a line to a draft."""
    plan = visible_plan(request, pk)
    demand(reads.why_not_change(plan, request.user))
    return _line_page(request, plan, PlanLine())


@require_http_methods(["GET", "POST"])
def line(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct a line of a draft."""
    found = visible_line(request, pk)
    demand(reads.why_not_change(found.plan, request.user))
    return _line_page(request, found.plan, found)


@require_POST
def line_delete(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a line out of a draft."""
    found = visible_line(request, pk)
    services.delete_line(found, actor=request.user)
    messages.success(request, f"已删除计划项“{found}”。")
    return redirect(found.plan)


def _return(request: StaffRequest, plan: Plan) -> HttpResponse:
    form = PlanReturnForm(request.POST)
    if not form.is_valid():
        demand(reads.why_not_return(plan, request.user))
        return _plan_page(request, plan, form)
    services.return_plan(plan, form.cleaned_data["reason"], actor=request.user)
    messages.success(request, f"“{plan}”已退回，经办人会收到您写的原因。")
    return redirect(plan)


def _plan_page(
    request: StaffRequest, plan: Plan, return_form: PlanReturnForm | None = None
) -> HttpResponse:
    user = request.user
    lines = plan.lines.select_related("trade", "scheme").prefetch_related(
        "items", "participants", "tiers__grade"
    )
    moves = reads.moves_of(plan, user)
    forms = {"return": return_form or PlanReturnForm()}
    context = {
        "plan": plan,
        "why": WHY[plan.status],
        "newer": reads.newer_version(plan, user),
        "steps": reads.steps_of(plan),
        "page": paginate(lines.with_task(), request, ("position", "pk")),
        "moves": [(move, ASK[move.name], forms.get(move.name)) for move in moves.open],
        "reasons": moves.reasons,
        "returned": reads.return_reason(plan) if plan.is_draft else "",
        "may_change": reads.why_not_change(plan, user) is None,
        "may_adjust": reads.why_not_adjust(plan, user) is None,
        "may_launch": reads.may_launch(plan, user),
        "own": plan.agency_id == user.agency_id,
    }
    return render(request, "plans/detail.html", context)


def _line_page(request: StaffRequest, plan: Plan, found: PlanLine) -> HttpResponse:
    form = LineForm(request.POST or None, instance=found, plan=plan)
    if form.is_valid():
        asked = form.cleaned_data
        saved = attempt(
            form,
            services.save_line,
            plan,
            form.instance,
            asked["items"],
            asked["participants"],
            asked["tiers"],
            actor=request.user,
        )
        if saved:
            line = saved.result
            messages.success(request, f"计划项“{line}”已保存，预估 {line.estimated} 户。")
            return redirect(plan)
    return render(request, "plans/line.html", {"form": form, "line": found, "plan": plan})


# The rules of a place ------------------------------------------------------------------------


@require_GET
def profiles(request: StaffRequest) -> HttpResponse:
    """The rules in force, to read and to copy, and what waits for a second person."""
    user = request.user
    page = paginate(reads.profiles_for(user), request, ("region_id", "-version"))
    rows = [(row, reads.why_not_decide_profile(row, "confirm", user)) for row in page.items]
    context = {
        "page": page,
        "rows": rows,
        "may_propose": reads.why_not_propose_profile(None, user) is None,
        "missing": reads.lacks_profile(user),
    }
    return render(request, "plans/profiles.html", context)


@require_http_methods(["GET", "POST"])
def profile_new(request: StaffRequest) -> HttpResponse:
    """Propose rules, from scratch or from those of another place."""
    demand(reads.why_not_propose_profile(None, request.user))
    agency = agency_of(request.user)
    copied = request.GET.get("copy", "")
    source = RuleProfile.objects.filter(pk=copied).first() if copied.isdigit() else None
    posted = request.POST if request.method == "POST" else None
    form = ProfileForm(posted, agency=agency, initial=reads.profile_proposal(agency, source))
    if form.is_valid() and attempt(
        form, services.propose_profile, form.instance, actor=request.user
    ):
        messages.success(request, "已拟定，等待第二人确认。确认以前，仍按原来的规则办理。")
        return redirect("plans:profiles")
    return render(request, "plans/profile.html", {"form": form, "source": source})


@require_POST
def profile_confirm(request: StaffRequest, pk: int) -> HttpResponse:
    """Put proposed rules into force."""
    profile = get_object_or_404(reads.profiles_for(request.user), pk=pk)
    services.confirm_profile(profile, actor=request.user)
    messages.success(request, f"{profile}已生效。已经发起的任务仍按各自的规则。")
    return redirect("plans:profiles")


@require_POST
def profile_refuse(request: StaffRequest, pk: int) -> HttpResponse:
    """Leave the rules as they are."""
    profile = get_object_or_404(reads.profiles_for(request.user), pk=pk)
    services.refuse_profile(profile, actor=request.user)
    messages.success(request, f"没有采用{profile}，原来的规则不变。")
    return redirect("plans:profiles")
