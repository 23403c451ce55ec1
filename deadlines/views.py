"""Pages on deadlines and the calendar: find, call one service, render."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.requests import StaffRequest
from core import clock
from core.errors import demand
from core.pages import attempt, one_of, paginate, render_page
from deadlines import reads, services
from deadlines.arrangement import doubts
from deadlines.forms import ClearForm, DayForm, YearForm
from deadlines.models import CalendarYear, Deadline

NOTHING = {"overdue": "没有逾期的期限。", "pending": "没有待定的期限：需要的节假日安排都已录入。"}
TABS = [("", "全部", "total"), ("overdue", "已逾期", "overdue"), ("pending", "待定", "pending")]


@require_GET
def deadline_list(request: StaffRequest) -> HttpResponse:
    """The clocks that run for the user's agency and those below it, the most urgent first."""
    today = clock.today()
    visible = Deadline.objects.visible_to(request.user)
    chosen = {"overdue": visible.overdue(today), "pending": visible.pending()}
    tab = one_of(request, "tab", chosen, "分类")
    rows = chosen.get(tab, visible.open()).select_related("agency")
    tally = visible.tally(today)
    context = {
        "page": paginate(rows, request, key=("urgent_on", "pk")),
        "tab": tab,
        "waits": tab == "pending",
        "nothing": NOTHING.get(tab, ""),
        "tabs": [(slug, label, tally[name]) for slug, label, name in TABS],
    }
    return render_page(request, "deadlines/list", context)


@require_http_methods(["GET", "POST"])
def calendar(request: StaffRequest) -> HttpResponse:
    """The years whose arrangement is known; system administrators enter another."""
    if request.method == "POST":
        demand(reads.why_not_change_calendar(request.user))
    form = YearForm(request.POST or None)
    if form.is_valid() and (way_on := _entered(request, form)):
        return way_on
    until = reads.calendar_until()
    context = {
        "years": CalendarYear.objects.with_counts(),
        "waiting": Deadline.objects.waiting_years(),
        "until": until,
        "days_left": (until - clock.today()).days if until else None,
        "form": form,
        "may_change": reads.why_not_change_calendar(request.user) is None,
    }
    return render_page(request, "deadlines/calendar", context)


@require_http_methods(["GET", "POST"])
def calendar_year(request: StaffRequest, year: int) -> HttpResponse:
    """The days of one year; system administrators replace the arrangement or set a local day."""
    entry = get_object_or_404(CalendarYear, pk=year)
    if request.method == "GET":
        return _year_page(request, entry)
    demand(reads.why_not_change_calendar(request.user))
    typed = request.POST.copy()
    typed["year"] = str(year)
    form = YearForm(typed)
    if form.is_valid() and (way_on := _entered(request, form)):
        return way_on
    return _year_page(request, entry, form=form)


@require_POST
def set_day(request: StaffRequest, year: int) -> HttpResponse:
    """Set one day for this place."""
    entry = get_object_or_404(CalendarYear, pk=year)
    demand(reads.why_not_change_calendar(request.user))
    form = DayForm(request.POST, auto_id="day_%s")
    if not form.is_valid():
        return _year_page(request, entry, day_form=form)
    asked = form.cleaned_data
    is_workday = asked["state"] == "work"
    told = attempt(
        form,
        services.set_day,
        asked["date"],
        is_workday,
        asked["name"],
        asked["source"],
        actor=request.user,
    )
    if not told:
        return _year_page(request, entry, day_form=form, status=told.status)
    day = told.result
    messages.success(request, f"已设置：{day}。未完成的期限已重新计算。")
    return redirect("deadlines:calendar_year", year=day.date.year)


@require_POST
def clear_day(request: StaffRequest, year: int) -> HttpResponse:
    """Take a local day back."""
    entry = get_object_or_404(CalendarYear, pk=year)
    demand(reads.why_not_change_calendar(request.user))
    form = ClearForm(request.POST)
    if not form.is_valid():
        return _year_page(request, entry)
    services.clear_day(form.cleaned_data["date"], actor=request.user)
    messages.success(request, "已撤销地方调整，未完成的期限已重新计算。")
    return redirect("deadlines:calendar_year", year=year)


def _entered(request: StaffRequest, form: YearForm) -> HttpResponse | None:
    """The way on once the service took the year; None when it stands refused in the form."""
    asked = form.cleaned_data
    entered = attempt(
        form,
        services.enter_year,
        asked["year"],
        asked["days"],
        asked["source"],
        actor=request.user,
        url=asked["url"],
    )
    if not entered:
        return None
    entry = entered.result
    messages.success(
        request, f"{entry}已录入，共 {len(asked['days'])} 天。未完成的期限已重新计算。"
    )
    for doubt in doubts(asked["days"]):
        messages.warning(request, doubt)
    return redirect("deadlines:calendar_year", year=entry.year)


def _year_page(
    request: StaffRequest,
    entry: CalendarYear,
    form: YearForm | None = None,
    day_form: DayForm | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = reads.year_of(entry)
    context = {
        **shown,
        "form": form or YearForm(initial=shown["stored"]),
        "day_form": day_form or DayForm(auto_id="day_%s"),
        "may_change": reads.why_not_change_calendar(request.user) is None,
    }
    return render_page(request, "deadlines/calendar_year", context, status=status)
