"""Clocks: the rule of the place, the end of the task, the missing year, and who is told."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from agencies.models import Region
from core.errors import DomainError, IllegalMove
from core.models import AuditEvent, Notice
from deadlines import services
from deadlines.arrangement import Day
from deadlines.flows import DeadlineStatus
from deadlines.models import CalendarAlarm, Deadline, DeadlineRule
from tests.factories import UserFactory, agency

TASK = "tasks.task:1"


def start(bureau, kind="publish_result", on=date(2021, 9, 30), subject=TASK, **more):
    asked = {"cap_on": None, "lead_agency": None, "title": "保安单位抽查", "link": "/desk/"} | more
    return services.start(subject, kind, agency=bureau, trigger_on=on, **asked)


@pytest.mark.parametrize(
    ("region", "kind", "on", "due", "source"),
    [
        ("341300", "publish_result", "2021-09-30", "2021-11-03", "宿州方案五（三）"),
        ("341302", "publish_result", "2021-09-30", "2021-11-03", "宿州方案五（三）"),
        ("341302", "penalty", "2021-09-30", "2021-10-15", "宿州方案五（三）"),
        ("130606", "confirm_list", "2024-04-26", "2024-04-29", "莲池方案四（一）"),
        ("130606", "publish_result", "2024-09-30", "2024-10-18", "莲池方案五（三）"),
        ("130606", "enter_result", "2024-09-30", "2024-10-18", "莲池方案五（三）"),
        ("370323", "publish_result", "2021-09-12", "2021-10-08", "沂源指引四（四）"),
        ("410202", "publish_result", "2026-11-20", "2026-12-18", "开封细则第二十二条"),
        ("350322", "publish_result", "2024-09-30", "2024-11-01", "本平台默认值（当地文件未规定）"),
        (
            "350322",
            "confirm_list",
            "2024-04-09",
            "2024-04-11",
            "莲池方案四（一），未另行规定的地区照此执行",
        ),
    ],
)
def test_each_place_has_its_own_rule(calendar_rows, region, kind, on, due, source):
    deadline = start(agency(region), kind, date.fromisoformat(on))
    deadline.refresh_from_db()
    assert (deadline.due_on, deadline.source) == (date.fromisoformat(due), source)


def test_the_rule_in_force_on_the_day_of_the_event_counts(bureau):
    DeadlineRule.objects.create(
        region_id="341300",
        kind="publish_result",
        trigger="task_completed",
        amount=10,
        unit="working_day",
        source="新方案",
        effective_from=date(2022, 1, 1),
    )
    assert start(bureau).amount == 20
    assert start(bureau, on=date(2022, 1, 1), subject="tasks.task:2").source == "新方案"


def test_the_end_of_the_task_binds(bureau):
    deadline = start(bureau, cap_on=date(2021, 10, 20))
    assert deadline.due_on == date(2021, 10, 20)
    assert deadline.basis == (
        "2021年9月30日任务完成，此后 20 个工作日内，且不晚于任务截止日2021年10月20日。"
        "依据：宿州方案五（三）"
    )


def test_a_change_of_the_rule_does_not_move_what_runs(bureau):
    deadline = start(bureau)
    DeadlineRule.objects.update(amount=1)
    services.recompute()
    deadline.refresh_from_db()
    assert deadline.due_on == date(2021, 11, 3)


def test_start_is_on_the_trail_with_the_one_who_caused_it(bureau):
    officer = UserFactory(agency=bureau)
    deadline = start(bureau, actor=officer)
    event = AuditEvent.objects.get(verb="deadlines.start")
    assert (event.actor, event.subject) == (officer, f"deadlines.deadline:{deadline.pk}")
    assert event.data == {"due_on": "2021-11-03", "source": "宿州方案五（三）"}


def test_the_same_clock_does_not_start_twice(bureau):
    start(bureau)
    before = AuditEvent.objects.count()
    with pytest.raises(IllegalMove, match="不能重复开始"):
        start(bureau, on=date(2021, 10, 9))
    assert Deadline.objects.count() == 1
    assert AuditEvent.objects.count() == before


def test_an_object_may_be_the_subject(bureau):
    deadline = start(bureau, subject=bureau)
    assert deadline.subject == f"agencies.agency:{bureau.pk}"
    assert services.meet(bureau, "publish_result") == deadline


def test_a_long_title_is_cut_rather_than_refused(bureau):
    more = {"agency": bureau, "due_on": date(2021, 10, 31), "link": "/", "source": "方案"}
    assert len(services.start_fixed(TASK, "report", title="长" * 300, **more).title) == 200


def test_without_a_rule_nothing_starts(bureau):
    with pytest.raises(DomainError, match="没有“总结报送”的期限规则"):
        start(bureau, "report")
    assert not Deadline.objects.exists()


def test_a_fixed_date_never_moves(bureau):
    sunday = date(2021, 10, 31)
    deadline = services.start_fixed(
        TASK,
        "report",
        agency=bureau,
        due_on=sunday,
        title="总结和汇总表",
        link="/desk/",
        source="宿州方案六（三）",
    )
    assert services.recompute() == 0
    deadline.refresh_from_db()
    assert (deadline.due_on, deadline.basis) == (sunday, "宿州方案六（三）")


def test_a_fixed_date_needs_no_calendar(reference):
    deadline = services.start_fixed(
        TASK,
        "report",
        agency=agency("341300"),
        due_on=date(2031, 1, 1),
        title="总结",
        link="/desk/",
        source="方案",
    )
    assert deadline.due_on == date(2031, 1, 1)


@pytest.mark.parametrize(("on", "late"), [("2021-11-03", False), ("2021-11-04", True)])
def test_meeting_it_in_time_or_late(bureau, on, late):
    start(bureau)
    deadline = services.meet(TASK, "publish_result", on=date.fromisoformat(on))
    deadline.refresh_from_db()
    assert (deadline.status, deadline.is_late) == (DeadlineStatus.MET, late)
    assert AuditEvent.objects.get(verb="deadlines.meet").data["met_on"] == on


def test_meet_takes_the_business_date(bureau, clock):
    clock("2021-10-12")
    start(bureau)
    assert services.meet(TASK, "publish_result").met_on == date(2021, 10, 12)


def test_the_clocks_of_a_subject(bureau):
    penalty, publication = start(bureau, "penalty"), start(bureau)
    start(bureau, subject="tasks.task:2")
    assert set(Deadline.objects.about(TASK)) == {penalty, publication}
    assert Deadline.objects.about(TASK, "penalty").get() == penalty


def test_the_most_urgent_first_and_what_waits_last(bureau):
    waiting = start(bureau, on=date(2026, 12, 20))
    later, sooner = (
        start(bureau, on=day, subject=f"tasks.task:{day.day}")
        for day in (date(2024, 4, 10), date(2024, 4, 9))
    )
    assert list(Deadline.objects.urgent_first()) == [sooner, later, waiting]


def test_what_is_over_is_neither_met_nor_cancelled_again(bureau):
    start(bureau)
    services.cancel(TASK, "publish_result")
    before = AuditEvent.objects.count()
    assert services.meet(TASK, "publish_result") is None
    assert services.cancel(TASK, "publish_result") is None
    assert AuditEvent.objects.count() == before
    assert Deadline.objects.get().status == DeadlineStatus.CANCELLED


def test_a_clock_may_start_again_when_the_first_is_over(bureau):
    start(bureau)
    services.cancel(TASK, "publish_result")
    assert start(bureau).is_open


class TestMissingYear:
    @pytest.fixture(autouse=True)
    def today(self, bureau, sysadmin, clock):
        clock("2026-12-20")

    def test_the_clock_starts_and_waits_and_one_alarm_goes_out(self, bureau, sysadmin):
        one = start(bureau, on=date(2026, 12, 20))
        start(bureau, on=date(2026, 12, 21), subject="tasks.task:2")

        one.refresh_from_db()
        assert (one.due_on, one.missing_year) == (None, 2027)
        alarm = Notice.objects.get()
        assert alarm.recipient == sysadmin
        assert alarm.text.startswith("缺2027年节假日安排")
        assert alarm.link == "/desk/settings/calendar/"

    def test_it_is_computed_when_the_year_is_entered(self, bureau, sysadmin):
        officer = UserFactory(agency=bureau, role="officer")
        deadline = start(bureau, on=date(2026, 12, 20))

        services.enter_year(
            2027, [Day(date(2027, 1, 1), False, "元旦")], "国办通知", actor=sysadmin
        )

        deadline.refresh_from_db()
        assert (deadline.due_on, deadline.missing_year) == (date(2027, 1, 18), None)
        event = AuditEvent.objects.get(verb="deadlines.recompute")
        assert event.actor == sysadmin
        assert event.data == {"before": None, "after": "2027-01-18"}
        assert "由“待定：缺2027年节假日安排”改为“2027年1月18日到期”" in event.summary
        assert Notice.objects.get(recipient=officer).text.endswith("。")
        assert not CalendarAlarm.objects.exists()

    def test_what_was_done_while_waiting_gets_its_date_quietly(self, bureau, sysadmin):
        officer = UserFactory(agency=bureau, role="officer")
        start(bureau, on=date(2026, 12, 20))
        services.meet(TASK, "publish_result", on=date(2027, 2, 1))
        services.enter_year(2027, [Day(date(2027, 1, 1), False, "元旦")], "国办通知", actor=None)
        assert Deadline.objects.get().is_late
        assert not Notice.objects.filter(recipient=officer).exists()

    def test_a_task_that_ends_this_year_does_not_wait(self, bureau):
        deadline = start(bureau, on=date(2026, 12, 20), cap_on=date(2026, 12, 31))
        assert deadline.due_on == date(2026, 12, 31)

    def test_without_an_administrator_the_alarm_is_kept_for_later(self, bureau, sysadmin):
        sysadmin.groups.clear()
        start(bureau, on=date(2026, 12, 20))
        assert not CalendarAlarm.objects.exists()

    def test_a_day_changed_can_make_a_due_date_wait_again(self, bureau, sysadmin):
        deadline = start(bureau, on=date(2026, 12, 2))
        assert deadline.due_on == date(2026, 12, 30)
        for day in (30, 31):
            services.set_day(date(2026, 12, day), False, "停工", "通告", actor=sysadmin)
        deadline.refresh_from_db()
        assert (deadline.due_on, deadline.missing_year) == (None, 2027)
        assert Notice.objects.filter(recipient=sysadmin, text__startswith="缺2027年").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"due_on": None},
        {"kind": "unknown"},
        {"missing_year": 2027},
        {"amount": 3},
        {"status": "met"},
        {"status": "lost"},
    ],
)
def test_the_database_refuses_what_must_not_be(bureau, wrong):
    values = {
        "subject": TASK,
        "kind": "report",
        "agency": bureau,
        "title": "总结",
        "link": "/desk/",
        "source": "方案",
        "due_on": date(2021, 10, 31),
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Deadline.objects.create(**(values | wrong))


def test_an_unknown_kind_is_no_refusal_but_a_mistake(bureau):
    more = {"agency": bureau, "due_on": date(2021, 10, 31), "title": "总结", "link": "/"}
    with pytest.raises(IntegrityError, match="deadline_kind"):
        services.start_fixed(TASK, "unknown", source="方案", **more)


def test_one_country_rule_per_kind_and_day(calendar_rows):
    rule = DeadlineRule.objects.get(region=None, kind="penalty")
    rule.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        rule.save()


def test_rules_need_their_regions(reference):
    Region.objects.filter(pk="370323").delete()
    with pytest.raises(DomainError, match="缺少行政区划 370323"):
        services.sync_rules()
    assert not DeadlineRule.objects.exists()


def test_names(bureau):
    deadline = start(bureau)
    assert str(deadline) == "保安单位抽查（结果公示）"
    assert str(DeadlineRule.objects.get(region_id="370323")) == (
        "沂源县结果公示：20 日（沂源指引四（四））"
    )
    assert str(CalendarAlarm(year=2027)) == "缺2027年节假日安排"


def test_visible_are_the_own_and_those_of_the_system_below(calendar_rows):
    places = [
        ("341300", "gongan"),
        ("341302", "gongan"),
        ("341302", "shichang"),
        ("410202", "gongan"),
    ]
    for region, system in places:
        start(agency(region, system), subject=f"tasks.task:{region}{system}")

    def seen(user):
        found = Deadline.objects.visible_to(user).values_list("agency__code", flat=True)
        return set(found)

    city, county = UserFactory(agency=agency("341300")), UserFactory(agency=agency("341302"))
    province = UserFactory(agency=agency("340000"))
    assert seen(city) == seen(province) == {"341300-gongan", "341302-gongan"}
    assert seen(county) == {"341302-gongan"}
    assert seen(UserFactory(agency=None)) == set()
