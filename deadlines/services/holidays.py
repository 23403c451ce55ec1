"""The working-day calendar: a year's arrangement, single days, and what ships with the code."""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from agencies.models import Region, User
from core import clock
from core.audit import record
from core.errors import DomainError, demand
from deadlines import reads, rules
from deadlines.arrangement import Day
from deadlines.models import CalendarAlarm, CalendarYear, DeadlineRule, Holiday
from deadlines.services.clocks import recompute

DATA = Path(__file__).parent.parent / "data"
MAKE_UP = "调休上班"


@transaction.atomic
def enter_year(
    year: int, days: Iterable[Day], source: str, *, actor: User | None, url: str = ""
) -> CalendarYear:
    """Enter or replace a year's official arrangement; local days stay.

    Raises NotAllowed without the permission, DomainError when a day belongs to another year's
    arrangement or is no part of this one.
    """
    demand(reads.why_not_change_calendar(actor))
    entry = _lay(year, list(days), source, url, actor)
    recompute(actor=actor)
    return entry


@transaction.atomic
def set_day(day: date, is_workday: bool, name: str, source: str, *, actor: User | None) -> Holiday:
    """Set one day for this place, such as a closure for a typhoon; it wins over the official one."""
    demand(reads.why_not_set_day(day, actor))
    holiday, _ = Holiday.objects.update_or_create(
        date=day,
        is_local=True,
        defaults={
            "is_workday": is_workday,
            "name": name,
            "source": source,
            "year_id": day.year,
        },
    )
    record("deadlines.set_day", holiday, actor, f"地方调整：{holiday}（{source}）")
    recompute(actor=actor)
    return holiday


@transaction.atomic
def clear_day(day: date, *, actor: User | None) -> None:
    """Take a local day back; the official arrangement holds again."""
    demand(reads.why_not_change_calendar(actor))
    holiday = Holiday.objects.select_for_update().filter(date=day, is_local=True).first()
    if holiday is None:
        raise DomainError(f"{day} 没有地方调整。", field="date")
    record("deadlines.clear_day", holiday, actor, f"撤销地方调整：{holiday}")
    holiday.delete()
    recompute(actor=actor)


@transaction.atomic
def sync_calendar() -> int:
    """Load the arrangements that ship with the code; returns how many years changed.

    A year that a person has entered is left alone. Idempotent.
    """
    changed = 0
    for row in json.loads((DATA / "holidays.json").read_text()):
        entry = CalendarYear.objects.filter(pk=row["year"]).first()
        days = list(_shipped_days(row))
        if entry and (entry.entered_by_id or _same(entry, row, days)):
            continue
        _lay(row["year"], days, row["source"], row["url"], None)
        changed += 1
    if changed:
        recompute()
    return changed


@transaction.atomic
def sync_rules() -> int:
    """Load the jurisdictions' rules that ship with the code; returns how many there are."""
    rows = json.loads((DATA / "rules.json").read_text())
    codes = {row["region"] for row in rows if row["region"]}
    missing = codes - set(Region.objects.filter(pk__in=codes).values_list("pk", flat=True))
    if missing:
        raise DomainError(f"缺少行政区划 {'、'.join(sorted(missing))}，请先导入行政区划。")
    for row in rows:
        DeadlineRule.objects.update_or_create(
            region_id=row["region"],
            kind=row["kind"],
            effective_from=row["effective_from"],
            defaults={key: row[key] for key in ("trigger", "amount", "unit", "source")},
        )
    return len(rows)


def _lay(year: int, days: list[Day], source: str, url: str, actor: User | None) -> CalendarYear:
    """Write the official days of a year in place of those that were there."""
    dates = [day.date for day in days]
    if not days or len(set(dates)) < len(dates):
        raise DomainError(f"{year}年的安排为空或有重复的日期，请核对。", field="days")
    if any(day.year != year and (day.year, day.month) != (year - 1, 12) for day in dates):
        raise DomainError(f"{year}年的安排中有其他年份的日期，请核对。", field="days")
    entry, _ = CalendarYear.objects.update_or_create(
        year=year,
        defaults={"source": source, "url": url, "entered_by": actor, "entered_at": clock.now()},
    )
    old = Holiday.objects.filter(year=entry, is_local=False)
    before = [str(day) for day in old]
    old.delete()
    taken = Holiday.objects.filter(date__in=dates, is_local=False).first()
    if taken:
        raise DomainError(f"{taken.date} 已在{taken.year}中，请先核对两年的通知。", field="days")
    Holiday.objects.bulk_create(
        Holiday(date=day.date, is_workday=day.is_workday, name=day.name, source=source, year=entry)
        for day in days
    )
    CalendarAlarm.objects.filter(year=year).delete()
    record(
        "deadlines.enter_year",
        entry,
        actor,
        f"录入{entry}，共 {len(days)} 天（{source}）",
        before=before,
        after=[str(day) for day in sorted(days, key=lambda day: day.date)],
    )
    return entry


def _shipped_days(row: dict[str, Any]) -> Iterable[Day]:
    for span in row["off"]:
        day, last = date.fromisoformat(span["from"]), date.fromisoformat(span["to"])
        while day <= last:
            yield Day(day, False, span["name"])
            day += rules.DAY
    for text in row["work"]:
        yield Day(date.fromisoformat(text), True, MAKE_UP)


def _same(entry: CalendarYear, row: dict[str, Any], days: list[Day]) -> bool:
    stored = {str(day) for day in entry.days.filter(is_local=False)}
    wanted = {str(day) for day in days}
    return (entry.source, entry.url, stored) == (row["source"], row["url"], wanted)
