"""Pages of the leaders: what waits, one record beside its public form, the decision."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from agencies.requests import StaffRequest
from core.errors import DomainError, demand
from core.pages import attempt, one_of, paginate
from core.workflow import authorize_role
from deadlines.models import NEVER
from inspections.flows import SectionStatus
from inspections.models import Evidence, Section
from publication import rules, services
from publication.forms import ReturnForm
from publication.models import Approval
from publication.reads import approval_queue
from publication.reads.refusals import why_not_approve, why_not_return
from publication.reads.snapshot import draft, items_with_answers

TABS = 6
DECIDED = [SectionStatus.SUBMITTED, SectionStatus.RETURNED, SectionStatus.PUBLISHED]
JOINS = (
    "agency",
    "inspection__selection__target__region",
    "inspection__selection__task__trade",
    "inspection__selection__task__agency",
)


def visible_section(request: StaffRequest, pk: int) -> Section:
    """A section that has been handed in at least once, or 404."""
    rows = Section.objects.visible_to(request.user).filter(status__in=DECIDED)
    section: Section = get_object_or_404(rows.select_related(*JOINS), pk=pk)
    return section


@require_GET
def queue(request: StaffRequest) -> HttpResponse:
    """The two piles; the most urgent deadline first."""
    user = request.user
    waiting = approval_queue.waiting(user)
    counts = {
        approval_queue.PROBLEM: waiting.filter(is_open=True).count(),
        approval_queue.CLEAN: waiting.filter(is_open=False).count(),
    }
    chosen = one_of(request, "pile", counts, "分类") or approval_queue.first_pile(counts)
    rows = approval_queue.pile(user, chosen).select_related(*JOINS).prefetch_related("items")
    page = paginate(rows, request, approval_queue.ORDER)
    first = waiting.select_related("inspection").first()
    clocks = approval_queue.deadlines_of([*page.items, *([first] if first else [])])
    context = {
        "is_clean": chosen == approval_queue.CLEAN,
        "pile_label": approval_queue.LABELS[chosen],
        "total": sum(counts.values()),
        "counts": counts,
        "rows": [
            {"section": section, "deadline": clocks.get(section.pk)} for section in page.items
        ],
        "page": page,
        "urgent": clocks.get(first.pk) if first else None,
        "urgent_is_known": bool(first and first.urgent_on != NEVER),
        "last": Approval.objects.filter(section__agency=user.agency_id).order_by("-pk").first(),
        "bulk": approval_queue.bulk_of(user) if chosen == approval_queue.CLEAN else None,
    }
    return render(request, "approvals/list.html", context)


@require_GET
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One record beside what the public will see."""
    return show(request, visible_section(request, pk), ReturnForm())


def show(
    request: StaffRequest, section: Section, form: ReturnForm, status: int = 200
) -> HttpResponse:
    """The page of one record; 422 with the form when a decision was refused."""
    pile = approval_queue.pile_of(section)
    waits = section.status == SectionStatus.SUBMITTED
    published = section.status == SectionStatus.PUBLISHED
    tabs = approval_queue.pile(request.user, pile).select_related("inspection__selection__target")[
        :TABS
    ]
    no_approval = why_not_approve(section, request.user)
    no_return = why_not_return(section, request.user)
    publication = section.publication if published else draft(section)
    publication.is_named = publication.is_full  # as it stands once the list is public
    context = {
        "section": section,
        "inspection": section.inspection,
        "target": section.inspection.target,
        "items": items_with_answers(section),
        "signature": section.inspection.signatures.order_by("-pk").first(),
        "team": section.inspection.selection.assignments.filter(
            agency=section.agency_id
        ).select_related("inspector"),
        "publication": publication,
        "photos": Evidence.objects.visible_to(request.user).filter(section=section),
        "published": published,
        "deadline": approval_queue.deadlines_of([section]).get(section.pk),
        "hasty": rules.is_hasty(section.inspection.entered_at, section.submitted_at),
        "approvals": section.approvals.select_related("decided_by"),
        "tabs": tabs if waits else [],
        "mine": approval_queue.took_part(section, request.user),
        "no_approval": no_approval,
        "no_return": no_return,
        "blocked": no_approval if no_return is None else None,
        "form": form,
        "pile": pile,
        "pile_label": approval_queue.LABELS[pile],
    }
    return render(request, "approvals/detail.html", context, status=status)


@require_POST
def approve(request: StaffRequest, pk: int) -> HttpResponse:
    """Publish, and on to the next record of the same pile."""
    section = visible_section(request, pk)
    pile = approval_queue.pile_of(section)
    publication = services.approve(section, actor=request.user)
    messages.success(
        request, f"已公示：{section.inspection}（{publication.get_scope_display()}）。"
    )
    following = approval_queue.pile(request.user, pile).first()
    return redirect("approvals:detail", following.pk) if following else redirect("approvals:list")


@require_POST
def send_back(request: StaffRequest, pk: int) -> HttpResponse:
    """Send the record back with a reason."""
    section = visible_section(request, pk)
    demand(why_not_return(section, request.user))
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return show(request, section, form, status=422)
    reason = form.cleaned_data["reason"]
    done = attempt(form, services.return_section, section, reason, actor=request.user)
    if not done:
        return show(request, section, form, status=done.status)
    messages.success(request, f"已退回：{section.inspection}。检查人员已收到理由。")
    return redirect("approvals:list")


@require_POST
def approve_clean(request: StaffRequest) -> HttpResponse:
    """Publish every record without a problem that the leader was shown."""
    authorize_role(request.user, "approve", Section)
    sections = list(approval_queue.clean_for(request.user))
    confirmed = request.POST.get("count", "")
    same = request.POST.get("stamp", "") == rules.stamp(section.pk for section in sections)
    if not confirmed.isdecimal() or not same:
        raise DomainError(
            "待审批的记录在您打开页面之后有变化，没有公示任何一条。请回到“审核公示”，核对条数后再通过。"
        )
    done = services.approve_clean(sections, confirmed=int(confirmed), actor=request.user)
    messages.success(request, f"已公示 {len(done)} 条未发现问题的记录。")
    return redirect("approvals:list")
