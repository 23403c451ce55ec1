"""Pages on deadlines and the calendar: find, call one service, render."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import clock
from core.pages import one_of, paginate, render_page
from core.workflow import authorize_role, has_role_permission
from deadlines import services
from deadlines.arrangement import doubts, spans
from deadlines.forms import ClearForm, DayForm, YearForm
from deadlines.models import CalendarYear, Deadline

TABS = [("", "全部", "total"), ("overdue", "已逾期", "overdue"), ("pending", "待定", "pending")]


@require_GET
def deadline_list(request):
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
        "tabs": [(slug, label, tally[name]) for slug, label, name in TABS],
    }
    return render_page(request, "deadlines/list", context)


@require_http_methods(["GET", "POST"])
def calendar(request):
    """The years whose arrangement is known; system administrators enter another."""
    if request.method == "POST":
        authorize_role(request.user, "change", CalendarYear)
    form = YearForm(request.POST or None)
    if form.is_valid():
        return _enter(request, form)
    until = services.calendar_until()
    context = {
        "years": CalendarYear.objects.with_counts(),
        "waiting": Deadline.objects.waiting_years(),
        "until": until,
        "days_left": (until - clock.today()).days if until else None,
        "form": form,
        "may_change": has_role_permission(request.user, "change", CalendarYear),
    }
    return render_page(request, "deadlines/calendar", context)


@require_http_methods(["GET", "POST"])
def calendar_year(request, year):
    """The days of one year; system administrators replace the arrangement or set a local day."""
    entry = get_object_or_404(CalendarYear, pk=year)
    if request.method == "GET":
        return _year_page(request, entry)
    authorize_role(request.user, "change", CalendarYear)
    typed = request.POST.copy()
    typed["year"] = year
    form = YearForm(typed)
    if form.is_valid():
        return _enter(request, form)
    return _year_page(request, entry, form=form)


@require_POST
def set_day(request, year):
    """Set one day for this place."""
    entry = get_object_or_404(CalendarYear, pk=year)
    authorize_role(request.user, "change", CalendarYear)
    form = DayForm(request.POST, auto_id="day_%s")
    if not form.is_valid():
        return _year_page(request, entry, day_form=form)
    asked = form.cleaned_data
    is_workday = asked["state"] == "work"
    day = services.set_day(
        asked["date"], is_workday, asked["name"], asked["source"], actor=request.user
    )
    messages.success(request, f"已设置：{day}。未完成的期限已重新计算。")
    return redirect("deadlines:calendar_year", year=day.date.year)


@require_POST
def clear_day(request, year):
    """Take a local day back."""
    entry = get_object_or_404(CalendarYear, pk=year)
    authorize_role(request.user, "change", CalendarYear)
    form = ClearForm(request.POST)
    if not form.is_valid():
        return _year_page(request, entry)
    services.clear_day(form.cleaned_data["date"], actor=request.user)
    messages.success(request, "已撤销地方调整，未完成的期限已重新计算。")
    return redirect("deadlines:calendar_year", year=year)


def _enter(request, form):
    asked = form.cleaned_data
    entry = services.enter_year(
        asked["year"], asked["days"], asked["source"], actor=request.user, url=asked["url"]
    )
    messages.success(
        request, f"{entry}已录入，共 {len(asked['days'])} 天。未完成的期限已重新计算。"
    )
    for doubt in doubts(asked["days"]):
        messages.warning(request, doubt)
    return redirect("deadlines:calendar_year", year=entry.year)


def _year_page(request, entry, form=None, day_form=None):
    days = list(entry.days.all())
    official = "\n".join(str(day) for day in days if not day.is_local)
    stored = {"year": entry.year, "source": entry.source, "url": entry.url, "days": official}
    context = {
        "entry": entry,
        "spans": spans(days),
        "form": form or YearForm(initial=stored),
        "day_form": day_form or DayForm(auto_id="day_%s"),
        "may_change": has_role_permission(request.user, "change", CalendarYear),
    }
    return render_page(request, "deadlines/calendar_year", context)
