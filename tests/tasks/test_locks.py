"""Opposite acts at the same moment: no deadlock, one winner, and the other is told.

Every use case takes its locks in one order: task, registries, draw, log of the agency. Both acts
are stopped in front of one of these locks, in a known order, and let go together.
"""

import threading

import pytest
from django.db import connection, connections, transaction

from core.errors import DomainError
from draws import services as draws
from draws.flows import DrawStatus
from draws.models import Draw, Purpose
from inspections import services as field
from tasks import services
from tasks.flows import TaskStatus
from tasks.models import Assignment, Selection, Substitution, Task
from tests import lists, suzhou
from tests.laying import laid

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = """SELECT pg_stat_clear_snapshot();
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'"""
TRIES = 20_000  # questions of well under a millisecond each: far more than any act needs


def person(username):
    return suzhou.person(username)


def the_task():
    return Task.objects.get()


def live(purpose):
    return Draw.objects.live().select_related("agency").get(purpose=purpose)


# --- what is held when both arrive -------------------------------------------------------------------


def task_row():
    Task.objects.select_for_update().get()


def draw_row():
    list(Draw.objects.live().select_for_update(of=("self",)))


def agency_row():
    type(the_task().agency).objects.select_for_update(no_key=True).get(pk=the_task().agency_id)


# --- what is laid ------------------------------------------------------------------------------------


def frozen():
    """A draw that can be opened, and that somebody has asked to void."""
    draw = suzhou.frozen_draw(suzhou.lay_task())
    draws.consent(draw, actor=person("admin-gongan"))
    services.propose_void(draw, "名录漏了一个县区", actor=person("lead"))


def confirmed():
    """A list that everybody has confirmed."""
    task = suzhou.lay_task()
    lists.confirming(task)
    for one in task.confirmations.select_related("agency"):
        services.confirm(one, actor=person(f"admin-{one.agency.system_id}"))


def locked():
    """A locked list, whose draw somebody has asked to void."""
    task = suzhou.locked(suzhou.lay_task())
    services.propose_void(live(Purpose.TARGETS), "名录漏了一个县区", actor=person("lead"))
    return task


def assigned():
    """Teams that can be sent, whose draw somebody has asked to void."""
    suzhou.assigned(suzhou.lay_task())
    services.propose_void(live(Purpose.INSPECTORS), "人员有误", actor=person("lead"))


def vacated():
    """The teams were voided while a deputy had still to decide on an application to leave one."""
    task = suzhou.lay_task()
    suzhou.assigned(task)
    one = Assignment.objects.filter(inspector__agency=person("deputy-gongan").agency).first()
    field.request_substitution(one, "health", "住院", actor=one.inspector.user)
    services.propose_void(live(Purpose.INSPECTORS), "人员有误", actor=person("lead"))
    services.void(live(Purpose.INSPECTORS), actor=person("leader"))


# --- the acts ------------------------------------------------------------------------------------------


def open_targets():
    services.open_targets(live(Purpose.TARGETS), actor=person("lead"), **suzhou.WITNESS)


def void_targets():
    services.void(live(Purpose.TARGETS), actor=person("leader"))


def keep_targets():
    services.refuse_void(live(Purpose.TARGETS), actor=person("leader"))


def freeze_people():
    services.freeze_people(the_task(), actor=person("lead"))


def void_people():
    services.void(live(Purpose.INSPECTORS), actor=person("leader"))


def dispatch():
    field.dispatch(the_task(), actor=person("lead"))


def report():
    lists.report(lists.with_waiting(the_task()))


def lock_list():
    services.lock_list(the_task(), actor=person("lead"))


def approve_substitution():
    row = Substitution.objects.select_related("assignment__selection__task").get()
    field.approve_substitution(row, actor=person("deputy-gongan"))


# --- the two of them -----------------------------------------------------------------------------------


@pytest.fixture
def laid_by(clock):
    """`laid_by(stage)`: the house as far as that, on the day of the document."""
    clock("2021-07-15T09:00")
    return lambda stage: laid(f"locks-{stage.__name__}", stage)


def crossed(gate, first, second):
    """Both are stopped in front of what `gate` holds, the first before the second; what came of each."""
    outcomes = {}

    def run(act):
        try:
            act()
            outcomes[act] = "done"
        except DomainError as refused:
            outcomes[act] = refused.message
        except Exception as error:  # noqa: BLE001 a deadlock; told by the comparison
            outcomes[act] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in (first, second)]
    with transaction.atomic():
        gate()
        for number, thread in enumerate(threads, 1):
            thread.start()
            until_stopped(number, outcomes)
    for thread in threads:
        thread.join()
    return outcomes[first], outcomes[second]


def until_stopped(number, outcomes):
    """Until so many acts wait for a lock, or are over."""
    with connection.cursor() as cursor:
        for _ in range(TRIES):
            cursor.execute(WAITING)
            if cursor.fetchone()[0] + len(outcomes) >= number:
                return
    raise AssertionError(f"only {len(outcomes)} over, the others neither wait nor end")


EITHER_OR = [
    (frozen, void_targets, keep_targets),
    (locked, freeze_people, void_targets),
    (assigned, void_people, dispatch),
    (confirmed, report, lock_list),
    (vacated, freeze_people, approve_substitution),
]
CASES = [
    pytest.param(gate, stage, *acts, id=f"{acts[0].__name__}-{acts[1].__name__}-{gate.__name__}")
    for stage, one, other in EITHER_OR
    for acts in ((one, other), (other, one))
    for gate in (task_row, agency_row)
]


@pytest.mark.parametrize(("gate", "stage", "first", "second"), CASES)
def test_of_two_acts_that_exclude_each_other_one_is_done(gate, stage, first, second, laid_by):
    laid_by(stage)
    outcomes = crossed(gate, first, second)
    assert sorted(map(str, outcomes)).count("done") == 1, outcomes
    refused = next(one for one in outcomes if one != "done")
    assert isinstance(refused, str), outcomes


@pytest.mark.parametrize("gate", [task_row, draw_row, agency_row])
@pytest.mark.parametrize("opening_first", [True, False])
def test_a_draw_that_is_opened_and_voided_at_once_has_one_result_and_no_list(
    gate, opening_first, laid_by
):
    laid_by(frozen)
    acts = [open_targets, void_targets] if opening_first else [void_targets, open_targets]
    outcomes = dict(zip(acts, crossed(gate, *acts), strict=True))
    assert outcomes[void_targets] == "done"
    assert (outcomes[open_targets] == "done") == opening_first
    draw = Draw.objects.get()
    assert draw.status == DrawStatus.VOIDED
    assert draw.records.filter(type="open").count() == 1
    assert the_task().status == TaskStatus.DRAFT
    assert not Selection.objects.exists()
