"""Pages that only look: the work list, search, inbox, trail, help."""

from django.contrib import messages
from django.http import (
    Http404,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.template import Context
from django.views.decorators.http import require_GET, require_POST

from agencies.requests import StaffRequest
from agencies.roles import ROLES
from core import clock, heartbeat, mail, notices
from core import trail as evidence
from core.models import AuditEvent, Notice
from core.pages import paginate
from core.workflow import authorize_role
from deadlines.templatetags.deadlines import calendar_of
from reports import reads, rules
from reports.forms import AREAS, SearchForm, TrailForm
from reports.reads import exports, verbs

OVERVIEW = frozenset({"lead", "agency_admin", "deputy", "principal", "supervisor"})
ACTIONS = {
    "officer": ("inspections:today", "今日检查"),
    "lead": ("plans:list", "发起联合抽查"),
    "deputy": ("approvals:list", "审批检查结果"),
    "principal": ("approvals:list", "审批检查结果"),
    "agency_admin": ("registries:targets", "维护名录库"),
    "supervisor": ("deadlines:list", "查看期限"),
    "coordinator": ("plans:profiles", "抽查规则"),
    "sysadmin": ("agencies:users", "管理账号"),
    "secadmin": ("agencies:users", "授予角色"),
    "auditor": ("reports:trail", "查看留痕"),
}


class WorklistRequest(StaffRequest):
    """Keeps the work list, so that the rail counts it without asking again."""

    worklist: list[reads.Todo]


@require_GET
def worklist(request: WorklistRequest) -> HttpResponse:
    """What the user has to do today, and how far the tasks are."""
    user = request.user
    request.worklist = todos = reads.worklist(user)
    task = reads.newest_dispatched(user) if "lead" in user.roles else None
    context = {
        "todos": todos,
        "foundations": reads.foundations(user),
        "note": rules.day_note(clock.today(), calendar_of(Context({"request": request}))),
        "action": next((ACTIONS[role] for role in ACTIONS if role in user.roles), None),
        "next_deadline": None if todos else reads.next_deadline(user),
        "has_overview": bool(OVERVIEW & set(user.roles)),
        "running": reads.running_tasks(user, clock.today()) if OVERVIEW & set(user.roles) else [],
        "task": task,
        "shares": reads.by_agency(task) if task else [],
    }
    return render(request, "reports/worklist.html", context)


@require_GET
def search(request: StaffRequest) -> HttpResponse:
    """Tasks, firms, people and visits by number, code or name."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    groups = reads.search(request.user, text) if text else []
    context = {"form": form, "text": text, "groups": groups}
    return render(request, "reports/search.html", context)


@require_GET
def notice_list(request: StaffRequest) -> HttpResponse:
    """The user's inbox, the newest first."""
    inbox = Notice.objects.filter(recipient=request.user)
    unread = inbox.filter(read_at=None).count()
    return render(
        request, "reports/notices.html", {"page": paginate(inbox, request), "unread": unread}
    )


@require_POST
def notices_read(request: StaffRequest) -> HttpResponse:
    """Everything in the inbox has been read."""
    count = notices.mark_read(request.user)
    messages.success(request, f"已将 {count} 条通知标为已读。" if count else "没有未读的通知。")
    return redirect("reports:notices")


@require_GET
def trail(request: StaffRequest) -> HttpResponse:
    """Who did what, for the audit administrator."""
    authorize_role(request.user, "view", AuditEvent)
    form = TrailForm(request.GET)
    page = None
    if form.is_valid():
        lines = AuditEvent.objects.filter(form.condition()).select_related("actor__agency")
        page = paginate(lines, request)
        for line in page.items:
            line.words = verbs.label(line.verb)
    context = {
        "form": form,
        "page": page,
        "areas": AREAS,
        "verbs": sorted(verbs.labels().items()),
        "asked": any(request.GET.values()),
        "standing": reads.trail_standing(),
    }
    return render(request, "reports/trail.html", context)


@require_GET
def trail_csv(request: StaffRequest) -> HttpResponseBase:
    """The trail as CSV, with the same filter as the page; the download is a line itself."""
    form = TrailForm(request.GET)
    if not form.is_valid():
        return trail(request)
    lines = AuditEvent.objects.filter(form.condition())
    rows = evidence.export(lines, form.asked(), actor=request.user)
    name = f"trail-{clock.today():%Y%m%d}.csv"
    return StreamingHttpResponse(
        exports.trail_lines(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_GET
def mail_list(request: StaffRequest) -> HttpResponse:
    """Mails that did not arrive, for the system administrator."""
    authorize_role(request.user, "change", Notice)
    tab = "waiting" if request.GET.get("tab") == "waiting" else ""
    numbers = {"": reads.undelivered(), "waiting": reads.put_off()}
    context = {
        "letters": reads.letters(failed=not tab),
        "tab": tab,
        "tabs": [("", "未送达", numbers[""]), ("waiting", "稍后重试", numbers["waiting"])],
        "number": numbers[tab],
        "silent": heartbeat.silent(),
        "attempts": mail.LAST_ATTEMPT,
    }
    return render(request, "reports/mail.html", context)


@require_POST
def mail_resend(request: StaffRequest, kind: str, pk: int) -> HttpResponse:
    """Try one letter again at once."""
    authorize_role(request.user, "change", Notice)
    if kind not in reads.KINDS:
        raise Http404
    row = get_object_or_404(reads.KINDS[kind], pk=pk)
    notices.resend(row, actor=request.user)
    messages.success(request, f"给{row.recipient}的邮件将在半分钟内重新发送。")
    return redirect("reports:mail")


@require_POST
def mail_resend_failed(request: StaffRequest) -> HttpResponse:
    """Try everything again that was given up."""
    count = notices.resend_failed(actor=request.user)
    messages.success(request, f"{count} 封邮件将从现在起重新发送。")
    return redirect("reports:mail")


@require_GET
def help_page(request: StaffRequest) -> HttpResponse:
    """Short help for staff: who does what, in which order, with which keys."""
    return render(request, "reports/help.html", {"roles": ROLES, "own": request.user.roles})
