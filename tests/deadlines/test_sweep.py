"""The sweep: each reminder once, however often and however many at a time it runs."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from core.models import AuditEvent, Notice
from deadlines import reads, services
from deadlines.jobs import sweep_deadlines
from deadlines.models import CalendarAlarm, CalendarYear, Deadline, Reminder
from deadlines.services.reminders import remind
from tests.factories import UserFactory, agency
from tests.reference import lay_reference


def publication(bureau, number=1, on=date(2021, 9, 30)):
    """Due on 2021-11-03 when the event is on 2021-09-30."""
    return services.start(
        f"tasks.task:{number}",
        "publish_result",
        agency=bureau,
        cap_on=None,
        lead_agency=None,
        trigger_on=on,
        title="保安单位抽查",
        link="/desk/tasks/1/",
    )


@pytest.fixture
def team(bureau):
    """One of each: who acts, and who answers for it."""
    roles = ("officer", "lead", "deputy", "principal", "agency_admin")
    return {role: UserFactory(agency=bureau, role=role) for role in roles}


def told(team):
    return {role for role, user in team.items() if user.notices.exists()}


@pytest.mark.parametrize(
    ("today", "level", "words", "roles"),
    [
        ("2021-10-25", 7, "还剩 7 个工作日，2021年11月3日到期", {"officer", "lead", "deputy"}),
        ("2021-10-29", 3, "还剩 3 个工作日", {"officer", "lead", "deputy"}),
        ("2021-11-01", 3, "还剩 2 个工作日", {"officer", "lead", "deputy"}),
        ("2021-11-02", 1, "还剩 1 个工作日", {"officer", "lead", "deputy"}),
        ("2021-11-03", 0, "今天到期", {"officer", "lead", "deputy"}),
        ("2021-11-04", -1, "已逾期 1 个工作日", {"officer", "lead", "deputy", "principal"}),
    ],
)
def test_who_is_told_what_and_when(bureau, team, clock, today, level, words, roles):
    deadline = publication(bureau)
    clock(today)
    assert services.sweep() == 1
    assert services.sweep() == 0

    reminder = Reminder.objects.get()
    assert (reminder.level, reminder.due_on) == (level, date(2021, 11, 3))
    assert str(reminder) == f"保安单位抽查（结果公示）：{level}"
    assert told(team) == roles
    text = Notice.objects.first().text
    assert words in text
    assert text.endswith("依据：宿州方案五（三）。")
    deadline.refresh_from_db()
    assert (deadline.overdue_on is not None) == (level == -1)


def test_nothing_is_said_too_early_or_after_it_is_done(bureau, team, clock):
    publication(bureau)
    clock("2021-10-21")
    assert services.sweep() == 0
    services.meet("tasks.task:1", "publish_result")
    clock("2021-11-10")
    assert services.sweep() == 0
    assert not Notice.objects.exists()


def test_what_was_done_between_the_look_and_the_lock_is_left_alone(bureau):
    deadline = publication(bureau)
    services.meet("tasks.task:1", "publish_result")
    today = date(2021, 11, 3)
    assert remind(deadline.pk, today, reads.calendar()) is False
    assert not Reminder.objects.exists()


def test_every_level_in_turn(bureau, clock):
    publication(bureau)
    for day in range(1, 32):
        clock(f"2021-10-{day:02d}")
        services.sweep()
    for day in range(1, 15):
        clock(f"2021-11-{day:02d}")
        services.sweep()
    levels = list(Reminder.objects.order_by("pk").values_list("level", flat=True))
    assert levels == [7, 3, 1, 0, -1, -3]
    assert AuditEvent.objects.filter(verb="deadlines.overdue").count() == 1


def test_where_no_role_is_held_everybody_is_told(bureau, clock):
    user = UserFactory(agency=bureau)
    UserFactory(agency=bureau, is_active=False)
    publication(bureau)
    clock("2021-11-03")
    services.sweep()
    assert [notice.recipient for notice in Notice.objects.all()] == [user]


def test_a_due_date_that_moves_is_reminded_anew(bureau, sysadmin, clock):
    deadline = publication(bureau)
    clock("2021-11-04")
    services.sweep()
    services.set_day(date(2021, 11, 3), False, "停工", "通告", actor=sysadmin)
    deadline.refresh_from_db()
    assert (deadline.due_on, deadline.overdue_on) == (date(2021, 11, 4), None)
    assert services.sweep() == 1
    assert list(Reminder.objects.order_by("pk").values_list("level", flat=True)) == [-1, 0]


@pytest.mark.parametrize(("today", "year"), [("2026-11-01", 2027), ("2027-01-04", 2027)])
def test_the_missing_arrangement_is_asked_for_once(calendar_rows, sysadmin, clock, today, year):
    clock(today)
    services.sweep()
    services.sweep()
    assert CalendarAlarm.objects.get().year == year
    assert Notice.objects.get().recipient == sysadmin


def test_in_october_nobody_is_asked_yet(calendar_rows, sysadmin, clock):
    clock("2026-10-31")
    services.sweep()
    assert not CalendarAlarm.objects.exists()


def test_what_started_while_the_year_was_being_entered_is_computed(bureau, clock):
    clock("2026-12-20")
    deadline = publication(bureau, on=date(2026, 12, 20))
    CalendarYear.objects.create(year=2027, source="国办通知")
    services.sweep()
    deadline.refresh_from_db()
    assert deadline.due_on == date(2027, 1, 15)


def test_the_number_of_queries_does_not_grow_with_what_was_already_said(
    bureau, clock, django_assert_num_queries
):
    for number in range(5):
        publication(bureau, number)
    clock("2021-11-03")
    assert services.sweep() == 5
    with django_assert_num_queries(5):
        services.sweep()


def test_the_job_runs_the_sweep(bureau, clock):
    publication(bureau)
    clock("2021-11-03")
    assert sweep_deadlines() == 1


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_say_it_once(settings):
    lay_reference()
    services.sync_calendar()
    services.sync_rules()
    bureau = agency("341300")
    user = UserFactory(agency=bureau, role="officer")
    for number in range(3):
        publication(bureau, number)
    settings.PORTAL_TODAY = "2021-11-04"

    made = at_once(services.sweep, 4)

    assert sum(made) == 3
    assert Reminder.objects.count() == user.notices.count() == 3


@pytest.mark.django_db(transaction=True)
def test_clocks_started_at_once_raise_one_alarm(settings):
    lay_reference()
    services.sync_calendar()
    services.sync_rules()
    admin = UserFactory(role="sysadmin", agency=None)
    bureau = agency("341300")
    settings.PORTAL_TODAY = "2026-12-20"
    numbers = iter(range(4))

    at_once(lambda: publication(bureau, next(numbers), on=date(2026, 12, 20)), 4)

    assert Deadline.objects.pending().count() == 4
    assert admin.notices.count() == 1


def at_once(work, threads):
    """Run `work` in several threads that start together; what each returned."""
    barrier, results = Barrier(threads), []

    def run():
        try:
            barrier.wait(10)
            results.append(work())
        finally:
            connection.close()

    crew = [Thread(target=run) for _ in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join(30)
    assert len(results) == threads
    return results


def test_the_same_rule_subject_level_and_day_is_said_once(bureau, team, clock):
    """A clock that is called off and started anew for the same day is marked, not repeated."""
    publication(bureau)
    clock("2021-11-04")
    assert services.sweep() == 1
    services.cancel("tasks.task:1", "publish_result")
    anew = publication(bureau)
    assert services.sweep() == 0
    anew.refresh_from_db()
    assert anew.overdue_on == date(2021, 11, 4)
    assert Notice.objects.filter(recipient=team["officer"]).count() == 1


def test_the_database_refuses_the_second_row(bureau, clock):
    publication(bureau)
    clock("2021-11-04")
    services.sweep()
    row = Reminder.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError, match="reminder_once"), transaction.atomic():
        row.save()


@pytest.mark.parametrize(
    ("today", "urgent"),
    [
        ("2021-10-25", False),
        ("2021-10-29", False),
        ("2021-11-02", True),
        ("2021-11-03", True),
        ("2021-11-04", True),
        ("2021-11-08", True),
    ],
)
def test_only_what_is_near_or_late_is_a_mail_at_once(bureau, team, clock, today, urgent):
    publication(bureau)
    clock(today)
    services.sweep()
    assert set(Notice.objects.values_list("is_urgent", flat=True)) == {urgent}


LATE = "2021-11-08"  # the third working day after 2021-11-03


def county_and_city(lead_agency=None):
    """A late clock of a county bureau, its officer, and the lead staff of the city above it."""
    county = agency("341323", "gongan")
    officer = UserFactory(agency=county, role="officer")
    city = UserFactory(agency=agency("341300", "gongan"), role="lead")
    UserFactory(agency=agency("341300", "gongan"), role="officer")
    UserFactory(agency=agency("341300", "shichang"), role="lead")
    deadline = services.start_fixed(
        "inspections.section:1",
        "onsite",
        agency=county,
        due_on=date(2021, 11, 3),
        title="灵璧石铎",
        link="/desk/forms/1/",
        source="任务",
        lead_agency=lead_agency,
    )
    return deadline, officer, city


def test_what_stays_overdue_goes_to_the_same_system_one_region_up(calendar_rows, clock):
    deadline, officer, city = county_and_city()
    clock("2021-11-05")
    services.sweep()
    assert {notice.recipient for notice in Notice.objects.all()} == {officer}
    clock(LATE)
    services.sweep()
    services.sweep()

    deadline.refresh_from_db()
    assert deadline.overdue_on == date(2021, 11, 5)
    assert deadline.escalated_on == date(2021, 11, 8)
    assert city.notices.get().text == (
        f"{deadline.agency}已逾期 3 个工作日：灵璧石铎（现场检查），2021年11月3日到期，请督办。依据：任务。"
    )
    assert officer.notices.count() == 2
    assert Notice.objects.count() == 3
    event = AuditEvent.objects.get(verb="deadlines.escalate")
    assert event.summary == f"逾期升级：灵璧石铎（现场检查），上报{city.agency}"


def test_the_agency_that_leads_the_task_takes_it_up(calendar_rows, clock):
    leading = agency("341300", "xiaofang")
    lead = UserFactory(agency=leading, role="lead")
    deadline, _, city = county_and_city(lead_agency=leading)
    assert deadline not in Deadline.objects.visible_to(lead)
    clock(LATE)
    services.sweep()
    assert lead.notices.count() == 1
    assert city.notices.count() == 0
    assert deadline in Deadline.objects.visible_to(lead)


def test_a_lead_that_is_late_itself_answers_to_its_own_system_above(calendar_rows, clock):
    county = agency("341323", "gongan")
    deadline, officer, city = county_and_city(lead_agency=county)
    clock(LATE)
    services.sweep()
    assert (officer.notices.count(), city.notices.count()) == (1, 1)


def test_nobody_above_is_no_error(bureau, team, clock):
    deadline = publication(bureau)
    clock(LATE)
    assert services.sweep() == 1
    assert services.sweep() == 0
    deadline.refresh_from_db()
    assert (deadline.overdue_on, deadline.escalated_on) == (date(2021, 11, 8), None)
    assert not AuditEvent.objects.filter(verb="deadlines.escalate").exists()
    assert team["principal"].notices.count() == 1


def test_a_due_date_that_moves_takes_the_escalation_back(bureau, sysadmin, clock):
    UserFactory(agency=agency("340000", "gongan"), role="lead")
    deadline = publication(bureau)
    clock(LATE)
    services.sweep()
    deadline.refresh_from_db()
    assert deadline.escalated_on == date(2021, 11, 8)
    services.set_day(date(2021, 11, 3), False, "停工", "通告", actor=sysadmin)
    deadline.refresh_from_db()
    assert (deadline.overdue_on, deadline.escalated_on) == (None, None)
