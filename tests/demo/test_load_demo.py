from datetime import date

import pytest
from django.core.management import CommandError, call_command

from agencies.models import User
from core.clock import now as clock_now
from core.models import Notice
from deadlines.models import Deadline
from draws import drs1
from draws.reads import certificates
from inspections.models import Inspection, Section, Signature
from plans.models import Plan
from publication.models import Publication
from tasks.models import Task
from tests.demonstration import lay_demonstration

pytestmark = pytest.mark.django_db
CONTRACT = [
    "lead",
    "admin-gongan",
    "admin-shichang",
    "officer-gongan",
    "officer-gongan-2",
    "officer-shichang",
    "officer-shichang-2",
    "deputy-gongan",
    "deputy-shichang",
    "principal-gongan",
    "principal-shichang",
    "supervisor",
    "sysadmin",
    "secadmin",
    "auditor",
]


@pytest.fixture(autouse=True)
def demonstration(settings):
    settings.PORTAL_DEMO = True


@pytest.mark.parametrize("today", ["2026-11-21", "2026-12-20", "2026-01-02", "2026-02-14"])
def test_every_role_has_something_to_do_on_any_day(clock, today):
    clock(today)
    lay_demonstration()
    statuses = Task.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["completed", "completed", "completed", "dispatched", "frozen"]
    published, overdue, waiting, in_the_field, _ = Task.objects.order_by("pk")
    assert set(sections(published).values_list("status", flat=True)) == {"published"}
    assert Publication.objects.filter(task_number=published.number).count() == 8
    assert sections(overdue).get(status="returned").agency.code == "341323-shichang"
    assert set(sections(waiting).values_list("status", flat=True)) == {"submitted"}
    entered = Inspection.objects.filter(selection__task=in_the_field, status="entered")
    assert sections(in_the_field).filter(inspection__in=entered, answers__isnull=False).exists()
    assert Plan.objects.filter(status="published").exists()
    for username in CONTRACT:
        assert User.objects.get(username=username).check_password("demo-2021")


def sections(task):
    return Section.objects.filter(inspection__selection__task=task)


def test_what_goes_wrong_is_there_to_be_seen(clock):
    clock("2026-11-20")
    lay_demonstration()
    assert Inspection.objects.get(outcome="unreachable").signatures.count() == 0
    assert Signature.objects.get(kind="refused").reason
    late = Deadline.objects.filter(kind="publish_result", status="open", due_on__lt="2026-11-20")
    assert late.get().escalated_on == date(2026, 11, 20)
    told = Notice.objects.filter(recipient__username="lead", is_urgent=True)
    assert told.exists()


def test_the_draws_show_what_the_ceremony_can_do(clock):
    clock("2026-11-20")
    lay_demonstration()
    published, overdue, waiting, in_the_field, drawing = Task.objects.order_by("pk")
    for task, grade in ((published, "B"), (overdue, "C"), (waiting, "B"), (in_the_field, "B")):
        draw = task.draws.live().get(purpose="targets")
        assert draw.assurance == grade
        assert drs1.verify(certificates.build(draw)).verdict == "passed"
    again = waiting.draws.live().get(purpose="targets")
    voided = again.supersedes
    assert (voided.status, voided.draw_id[-2:], again.draw_id[-2:]) == ("voided", "-1", "-3")
    assert drs1.verify(certificates.build(voided)).verdict == "passed"
    assert voided.void_reason
    assert voided.voided_by != voided.void_proposed_by
    frozen = drawing.draws.get()
    sealing = frozen.contributors.filter(way="sealed", is_outside=True, commit="")
    agencies = set(sealing.values_list("agency__code", flat=True))
    assert agencies == {"341300-shichang", "341300-zonghe"}
    assert frozen.commit_until > clock_now()
    assert User.objects.get(username="office").check_password("demo-2021")


def test_two_working_days_are_left_to_approve(clock):
    clock("2026-11-20")  # a Friday: the second working day after it is Tuesday
    lay_demonstration()
    waiting = Task.objects.get(title__contains="第二轮")
    subjects = [f"inspections.section:{section.pk}" for section in sections(waiting)]
    clocks = Deadline.objects.filter(subject__in=subjects, kind="publish_result")
    assert {deadline.due_on for deadline in clocks} == {date(2026, 11, 24)}


def test_a_year_without_a_calendar_waits_and_alarms_once(clock):
    """2026-12-20: stages fall into 2027, whose arrangement nobody has announced."""
    clock("2026-12-20")
    lay_demonstration()
    drawing = Task.objects.get(status="frozen")
    assert drawing.ends_on.year == 2027
    alarms = Notice.objects.filter(recipient__username="sysadmin", text__contains="2027")
    assert alarms.get().text.startswith("缺2027年节假日安排")


def test_a_second_call_changes_nothing(clock):
    clock("2026-11-20")
    lay_demonstration()
    before = Deadline.objects.count(), Notice.objects.count()
    call_command("load_demo")
    assert (Deadline.objects.count(), Notice.objects.count()) == before


def test_outside_a_demonstration_nothing_is_laid(settings):
    settings.PORTAL_DEMO = False
    with pytest.raises(CommandError, match="演示"):
        call_command("load_demo")
    assert not User.objects.exists()


def test_other_data_is_never_mixed_with_the_demonstration(clock):
    User.objects.create(username="somebody", name="某人")
    with pytest.raises(CommandError, match="--reset"):
        call_command("load_demo")
    assert not Task.objects.exists()
