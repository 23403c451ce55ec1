"""Entering years and single days; what ships with the code."""

from datetime import date

import pytest

from core.errors import DomainError, NotAllowed
from core.models import AuditEvent
from deadlines import reads, services
from deadlines.arrangement import Day
from deadlines.models import CalendarYear, Deadline, Holiday
from deadlines.rules import is_working_day
from tests.factories import UserFactory

NEW_YEAR = [
    Day(date(2026, 12, 31), False, "元旦"),
    Day(date(2027, 1, 1), False, "元旦"),
    Day(date(2027, 1, 3), True, "调休上班"),
]


@pytest.fixture
def publication(bureau):
    """Due on 2021-11-03."""
    return services.start(
        "tasks.task:1",
        "publish_result",
        agency=bureau,
        cap_on=None,
        lead_agency=None,
        trigger_on=date(2021, 9, 30),
        title="保安单位抽查",
        link="/desk/",
    )


def test_what_ships_is_loaded_once(calendar_rows, china):
    assert reads.calendar() == china
    events = AuditEvent.objects.count()
    assert services.sync_calendar() == 0
    assert services.sync_rules() == 10
    assert AuditEvent.objects.count() == events


def test_what_ships_does_not_replace_what_a_person_entered(calendar_rows, sysadmin):
    services.enter_year(2026, [Day(date(2026, 1, 1), False, "元旦")], "更正", actor=sysadmin)
    assert services.sync_calendar() == 0
    assert Holiday.objects.filter(year=2026).count() == 1


def test_a_correction_of_what_ships_is_loaded(calendar_rows, publication):
    Holiday.objects.filter(date=date(2021, 10, 9)).delete()
    services.recompute()
    publication.refresh_from_db()
    assert publication.due_on == date(2021, 11, 4)
    assert services.sync_calendar() == 1
    publication.refresh_from_db()
    assert publication.due_on == date(2021, 11, 3)


def test_a_year_is_entered_and_may_change_the_december_before(calendar_rows, sysadmin, clock):
    clock("2026-11-20")
    assert reads.calendar_until() == date(2026, 12, 31)
    entry = services.enter_year(
        2027, NEW_YEAR, "国办通知", actor=sysadmin, url="https://www.gov.cn/"
    )

    assert reads.calendar_until() == date(2027, 12, 31)
    assert (entry.entered_by, entry.days.count()) == (sysadmin, 3)
    known = reads.calendar()
    assert not is_working_day(date(2026, 12, 31), known)
    assert is_working_day(date(2027, 1, 3), known)
    event = AuditEvent.objects.get(verb="deadlines.enter_year", subject__endswith=":2027")
    assert event.actor == sysadmin
    assert event.data["before"] == []
    assert event.data["after"] == [
        "2026-12-31 休 元旦",
        "2027-01-01 休 元旦",
        "2027-01-03 班 调休上班",
    ]


def test_entering_again_replaces_and_keeps_the_old_on_the_trail(calendar_rows, sysadmin):
    services.enter_year(2027, NEW_YEAR, "国办通知", actor=sysadmin)
    services.enter_year(2027, NEW_YEAR[1:], "国办更正", actor=sysadmin)
    event = AuditEvent.objects.filter(verb="deadlines.enter_year").first()
    assert len(event.data["before"]) == 3
    assert len(event.data["after"]) == 2
    assert CalendarYear.objects.get(pk=2027).source == "国办更正"


@pytest.mark.parametrize(
    ("days", "why"),
    [
        ([], "为空"),
        ([NEW_YEAR[0], NEW_YEAR[0]], "重复"),
        ([Day(date(2028, 1, 1), False, "元旦")], "其他年份"),
        ([Day(date(2026, 11, 30), False, "元旦")], "其他年份"),
    ],
)
def test_an_impossible_year_leaves_nothing_behind(sysadmin, days, why):
    with pytest.raises(DomainError, match=why):
        services.enter_year(2027, days, "国办通知", actor=sysadmin)
    assert_nothing_happened()


def test_a_day_of_another_years_notice_is_refused(calendar_rows, sysadmin):
    with pytest.raises(DomainError, match="2018-12-29 已在2019年节假日安排中"):
        services.enter_year(
            2018, [Day(date(2018, 12, 29), False, "停工")], "国办通知", actor=sysadmin
        )
    assert CalendarYear.objects.get(pk=2018).entered_by is None
    assert Holiday.objects.filter(year=2018).count() == 29


@pytest.mark.parametrize("role", ["lead", "officer", "secadmin", "auditor"])
def test_only_system_administrators_change_the_calendar(reference, role):
    user = UserFactory(role=role)
    with pytest.raises(NotAllowed):
        services.enter_year(2027, NEW_YEAR, "国办通知", actor=user)
    with pytest.raises(NotAllowed):
        services.set_day(date(2027, 1, 4), False, "停工", "通告", actor=user)
    with pytest.raises(NotAllowed):
        services.clear_day(date(2027, 1, 4), actor=user)
    assert_nothing_happened()


def test_a_local_day_moves_what_runs_and_its_removal_moves_it_back(publication, sysadmin):
    services.set_day(date(2021, 10, 20), False, "台风停工", "市政府通告", actor=sysadmin)
    publication.refresh_from_db()
    assert publication.due_on == date(2021, 11, 4)

    services.clear_day(date(2021, 10, 20), actor=sysadmin)
    publication.refresh_from_db()
    assert publication.due_on == date(2021, 11, 3)
    verbs = list(AuditEvent.objects.values_list("verb", flat=True)[:4])
    assert verbs == [
        "deadlines.recompute",
        "deadlines.clear_day",
        "deadlines.recompute",
        "deadlines.set_day",
    ]


def test_a_local_day_wins_over_the_official_one_and_survives_it(calendar_rows, sysadmin):
    day = date(2021, 10, 9)
    services.set_day(day, False, "台风停工", "市政府通告", actor=sysadmin)
    official = [Day(day, True, "调休上班")]
    services.enter_year(2021, official, "国办通知", actor=sysadmin)
    assert not is_working_day(day, reads.calendar())
    services.set_day(day, True, "照常上班", "市政府通告", actor=sysadmin)
    assert is_working_day(day, reads.calendar())
    assert Holiday.objects.filter(date=day).count() == 2


def test_local_days_need_their_year_and_exist_before_they_are_cleared(reference, sysadmin):
    with pytest.raises(DomainError, match="缺2027年节假日安排，请先录入全年安排"):
        services.set_day(date(2027, 1, 4), False, "停工", "通告", actor=sysadmin)
    with pytest.raises(DomainError, match="2027-01-04 没有地方调整"):
        services.clear_day(date(2027, 1, 4), actor=sysadmin)
    assert_nothing_happened()


def test_names(calendar_rows):
    assert str(CalendarYear.objects.get(pk=2021)) == "2021年节假日安排"
    assert str(Holiday.objects.get(date=date(2021, 10, 9))) == "2021-10-09 班 调休上班"


def assert_nothing_happened():
    assert not CalendarYear.objects.exists()
    assert not Holiday.objects.exists()
    assert not Deadline.objects.exists()
    assert not AuditEvent.objects.filter(verb__startswith="deadlines").exists()
