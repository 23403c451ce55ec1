"""Two presses at once give one submission; two last visits complete the task once."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection

from core.errors import DomainError
from core.models import AuditEvent
from deadlines.models import Deadline
from deadlines.services import sync_calendar, sync_rules
from inspections import services
from inspections.flows import SectionStatus
from inspections.models import Answer, Section
from tasks.flows import TaskStatus
from tests.inspections.factories import build_world
from tests.reference import lay_reference

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ready(clock):
    """Two firms, everything done but handing in."""
    lay_reference()
    sync_calendar()
    sync_rules()
    clock("2021-07-21")
    world = build_world(firms=2)
    world.dispatch()
    for selection in world.task.selections.all():
        world.ready(selection.inspection)
    return world


def at_once(*calls):
    """Run the calls in threads of their own; what each returned, or its refusal."""

    def run(call):
        try:
            return call()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def submission(world, pk, number, system="gongan"):
    def call():
        return services.submit(
            Section.objects.get(pk=pk), submission_id=UUID(int=number), actor=world.officer(system)
        )

    return call


def test_two_presses_give_one_submission(ready):
    pk = ready.section().pk
    done = at_once(*[submission(ready, pk, 1)] * 4)
    assert [one.status for one in done] == [SectionStatus.SUBMITTED] * 4
    assert AuditEvent.objects.filter(verb="inspections.submit").count() == 1


def test_two_phones_give_one_submission(ready):
    pk = ready.section().pk
    done = at_once(*[submission(ready, pk, number) for number in (1, 2, 3, 4)])
    assert sum(isinstance(one, Section) for one in done) == 1
    assert sum(getattr(one, "status", 0) == 409 for one in done) == 3
    assert AuditEvent.objects.filter(verb="inspections.submit").count() == 1


def test_the_last_two_visits_complete_the_task_once(ready):
    visits = [one.inspection for one in ready.task.selections.all()]
    for number, visit in enumerate(visits, 1):
        ready.submit("gongan", number, visit)
    at_once(
        *[
            submission(ready, ready.section("shichang", visit).pk, number, "shichang")
            for number, visit in enumerate(visits, 11)
        ]
    )
    ready.task.refresh_from_db()
    assert ready.task.status == TaskStatus.COMPLETED
    assert Deadline.objects.filter(kind="publish_result").count() == 4
    assert AuditEvent.objects.filter(verb="tasks.complete").count() == 1


def test_two_first_answers_at_once_give_one_and_a_conflict(ready):
    Answer.objects.all().delete()
    pk, item = ready.section().pk, ready.items["gongan"][0]

    def answer(remark):
        def call():
            return services.answer(
                Section.objects.get(pk=pk),
                item,
                result="not_checked",
                remark=remark,
                version=0,
                actor=ready.officer(),
            )

        return call

    done = at_once(answer("甲"), answer("乙"))
    assert sorted(type(one).__name__ for one in done) == ["Answer", "AnswerConflict"]
    assert Answer.objects.filter(section=pk).count() == 1
