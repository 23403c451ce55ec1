"""Pages of the leaders: what waits, one record beside its public form, the decision."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from core import clock
from core.errors import DomainError
from core.pages import one_of, paginate
from core.workflow import authorize, authorize_role, can
from deadlines.models import NEVER
from inspections.flows import SectionStatus
from inspections.models import Evidence, Section
from publication import rules, services
from publication.forms import ReturnForm
from publication.models import Approval
from publication.reads import approval_queue

TABS = 6
DECIDED = [SectionStatus.SUBMITTED, SectionStatus.RETURNED, SectionStatus.PUBLISHED]
JOINS = (
    "agency",
    "inspection__selection__target__region",
    "inspection__selection__task__trade",
    "inspection__selection__task__agency",
)


def visible_section(request, pk):
    """A section that has been handed in at least once, or 404."""
    rows = Section.objects.visible_to(request.user).filter(status__in=DECIDED)
    return get_object_or_404(rows.select_related(*JOINS), pk=pk)


def pile_of(section):
    """In which pile a section lies."""
    clean = not section.inspection.outcome and not any(
        answer.result == "problem" for answer in section.answers.all()
    )
    return approval_queue.CLEAN if clean else approval_queue.PROBLEM


@require_GET
def queue(request):
    """The two piles; the most urgent deadline first."""
    user = request.user
    waiting = approval_queue.waiting(user)
    counts = {
        approval_queue.PROBLEM: waiting.filter(is_open=True).count(),
        approval_queue.CLEAN: waiting.filter(is_open=False).count(),
    }
    chosen = one_of(request, "pile", counts, "分类") or first_pile(counts)
    rows = approval_queue.pile(user, chosen).select_related(*JOINS).prefetch_related("items")
    page = paginate(rows, request, approval_queue.ORDER)
    first = waiting.select_related("inspection").first()
    clocks = approval_queue.deadlines_of([*page.items, *([first] if first else [])])
    context = {
        "chosen": chosen,
        "total": sum(counts.values()),
        "counts": counts,
        "rows": [
            {"section": section, "deadline": clocks.get(section.pk)} for section in page.items
        ],
        "page": page,
        "urgent": clocks.get(first.pk) if first else None,
        "urgent_is_known": bool(first and first.urgent_on != NEVER),
        "last": Approval.objects.filter(section__agency=user.agency_id).order_by("-pk").first(),
        "bulk": bulk_of(user) if chosen == approval_queue.CLEAN else None,
    }
    return render(request, "approvals/list.html", context)


def first_pile(counts):
    """The pile that needs reading, unless it is empty."""
    return (
        approval_queue.PROBLEM
        if counts[approval_queue.PROBLEM] or not counts[approval_queue.CLEAN]
        else approval_queue.CLEAN
    )


def bulk_of(user):
    """What may be passed at once, with three records offered for a look; None for those who may not."""
    if not user.has_perm("inspections.approve_section"):
        return None
    rows = approval_queue.clean_for(user).select_related("inspection__selection__target")
    sections = list(rows)
    looked_at = set(rules.sample([section.pk for section in sections], clock.today()))
    return {
        "count": len(sections),
        "stamp": rules.stamp(section.pk for section in sections),
        "samples": [section for section in sections if section.pk in looked_at],
        "hasty": sum(
            rules.is_hasty(section.inspection.entered_at, section.submitted_at)
            for section in sections
        ),
    }


@require_GET
def detail(request, pk):
    """One record beside what the public will see."""
    return show(request, visible_section(request, pk), ReturnForm())


def show(request, section, form, status=200):
    """The page of one record; 422 with the form when a decision was refused."""
    pile = pile_of(section)
    mine = approval_queue.took_part(section, request.user)
    waits = section.status == SectionStatus.SUBMITTED
    published = section.status == SectionStatus.PUBLISHED
    tabs = approval_queue.pile(request.user, pile).select_related("inspection__selection__target")[
        :TABS
    ]
    publication = section.publication if published else services.draft(section)
    publication.is_named = publication.is_full  # as it stands once the list is public
    context = {
        "section": section,
        "inspection": section.inspection,
        "target": section.inspection.target,
        "items": services.items_with_answers(section),
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
        "mine": mine,
        "may_decide": waits and not mine and can(request.user, "approve", section),
        "form": form,
        "pile": pile,
    }
    return render(request, "approvals/detail.html", context, status=status)


@require_POST
def approve(request, pk):
    """Publish, and on to the next record of the same pile."""
    section = visible_section(request, pk)
    pile = pile_of(section)
    publication = services.approve(section, actor=request.user)
    messages.success(
        request, f"已公示：{section.inspection}（{publication.get_scope_display()}）。"
    )
    following = approval_queue.pile(request.user, pile).first()
    return redirect("approvals:detail", following.pk) if following else redirect("approvals:list")


@require_POST
def send_back(request, pk):
    """Send the record back with a reason."""
    section = visible_section(request, pk)
    authorize(request.user, "return", section)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return show(request, section, form, status=422)
    services.return_section(section, form.cleaned_data["reason"], actor=request.user)
    messages.success(request, f"已退回：{section.inspection}。检查人员已收到理由。")
    return redirect("approvals:list")


@require_POST
def approve_clean(request):
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
