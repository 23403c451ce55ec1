"""What pages, reminders and other apps ask of the calendar and of running clocks."""

from datetime import date
from typing import Any

from agencies.models import ROLE_PREFIX, Agency, User
from core import clock
from core.errors import Refusal
from core.workflow import why_not_role
from deadlines import rules
from deadlines.arrangement import spans
from deadlines.flows import DeadlineStatus
from deadlines.models import CalendarYear, Deadline, DeadlineKind, Holiday

ACTING = {
    DeadlineKind.CONFIRM_LIST: ("agency_admin",),
    DeadlineKind.ONSITE: ("officer",),
    DeadlineKind.ENTER_RESULT: ("officer",),
    DeadlineKind.PUBLISH_RESULT: ("lead", "officer", "deputy"),
    DeadlineKind.PENALTY: ("officer",),
    DeadlineKind.REPORT: ("lead", "agency_admin"),
}
ANSWERABLE = {
    rules.ON_THE_DAY: ("deputy",),
    rules.AFTER: ("deputy", "principal"),
    rules.ESCALATED: ("deputy", "principal"),
}


# The calendar --------------------------------------------------------------------------------


def calendar() -> rules.Calendar:
    """The calendar as entered; a local day wins over the official one. Two queries."""
    off: dict[date, str] = {}
    work: dict[date, str] = {}
    days = Holiday.objects.order_by("is_local").values_list("date", "is_workday", "name")
    for day, is_workday, name in days:
        off.pop(day, None)
        work.pop(day, None)
        (work if is_workday else off)[day] = name
    years = frozenset(CalendarYear.objects.values_list("year", flat=True))
    return rules.Calendar(years, off, work)


def calendar_until() -> date | None:
    """The last day the calendar covers without a gap from today on."""
    years = frozenset(CalendarYear.objects.values_list("year", flat=True))
    return rules.Calendar(years).until(clock.today())


def year_of(entry: CalendarYear) -> dict[str, Any]:
    """A year for its page: its days joined into spans, and `stored`, the notice as it is typed."""
    days = list(entry.days.all())
    official = "\n".join(str(day) for day in days if not day.is_local)
    stored = {"year": entry.year, "source": entry.source, "url": entry.url, "days": official}
    return {"entry": entry, "spans": spans(days), "stored": stored}


def why_not_change_calendar(actor: User | None) -> Refusal | None:
    """Why `actor` cannot enter a year, nor set or clear a day, or None."""
    return why_not_role(actor, "change", CalendarYear)


def why_not_set_day(day: date, actor: User | None) -> Refusal | None:
    """Why a single day cannot be set for this place, or None: its year has to be known first."""
    refusal = why_not_change_calendar(actor)
    if refusal or CalendarYear.objects.filter(pk=day.year).exists():
        return refusal
    text = f"{rules.missing_text(day.year)}，请先录入全年安排。"
    return Refusal(text, field="date", code="missing_year", data={"year": day.year})


# Clocks --------------------------------------------------------------------------------------


def due_words(deadline: Deadline) -> str:
    """`2021年11月3日到期`, or which year's arrangement it waits for."""
    if deadline.due_on is None:
        return _waiting(deadline)
    return f"{rules.full_day(deadline.due_on)}到期"


def chip_of(deadline: Deadline, today: date, known: rules.Calendar | None) -> rules.DeadlineChip:
    """What the chip of a deadline says; `known` counts only while the clock runs with a date."""
    if deadline.status == DeadlineStatus.CANCELLED:
        return rules.DeadlineChip("", "x", "已取消")
    if deadline.is_late:
        return rules.DeadlineChip("", "check", "逾期完成")
    if deadline.status == DeadlineStatus.MET:
        return rules.DeadlineChip("done", "check", "按时完成")
    if deadline.due_on is None:
        return rules.DeadlineChip("", "alert", _waiting(deadline))
    return rules.chip(deadline.due_on, today, known or calendar())


def audience(deadline: Deadline, level: int | None) -> list[User]:
    """Who acts, and who answers for it in the agency: deputies on the last day, then principals."""
    answerable = ANSWERABLE.get(level, ()) if level is not None else ()
    return _holders(deadline.agency_id, *ACTING[DeadlineKind(deadline.kind)], *answerable)


def overseers(deadline: Deadline) -> list[User]:
    """The staff of the lead bureau that takes up what stays overdue; nobody where there is none."""
    bureau = _lead_bureau(deadline)
    return _holders(bureau.pk, "lead") if bureau else []


def _waiting(deadline: Deadline) -> str:
    return f"待定：{rules.missing_text(deadline.missing_year or 0)}"


def _lead_bureau(deadline: Deadline) -> Agency | None:
    """The agency that leads the task; where that is the late one itself, its system further up."""
    if deadline.lead_agency_id and deadline.lead_agency_id != deadline.agency_id:
        return deadline.lead_agency
    own = deadline.agency
    above = {own.region_id[:4] + "00", own.region_id[:2] + "0000"} - {own.region_id}
    found = Agency.objects.filter(system=own.system_id, region__in=above)
    return found.order_by("-region").first()


def _holders(agency_id: int, *slugs: str) -> list[User]:
    """The holders of these roles in an agency; everybody there where no role is held."""
    staff = User.objects.filter(agency=agency_id, is_active=True)
    chosen = staff.filter(groups__name__in=[f"{ROLE_PREFIX}{slug}" for slug in slugs]).distinct()
    return list(chosen) or list(staff)
