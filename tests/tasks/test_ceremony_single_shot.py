"""One draw, once: serials, constraints, triggers, the encrypted secret, a crash, ten at a time."""

import threading

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.utils import Error

from core.errors import IllegalMove
from core.models import Notice
from draws import drs1
from draws import services as draws
from draws.flows import DrawStatus
from draws.models import Contributor, Draw, DrawEvent, DrawRecord
from draws.services import OPENING_DAYS
from plans.models import PlanLine
from tasks import services
from tasks.jobs import sweep_draws
from tasks.models import Assignment, Selection, Task
from tasks.services import opening
from tests import suzhou
from tests.factories import PlanFactory
from tests.tasks import ceremonies as play


@pytest.fixture
def morning(task, clock):
    clock(play.MORNING)
    return task


def sql(text, *values):
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall() if cursor.description else None


def refused(words, text, *values):
    with pytest.raises(Error, match=words), transaction.atomic():
        sql(text, *values)


@pytest.mark.parametrize(
    "change",
    [
        "plan_text = 'x'",
        "candidates_text = 'x'",
        "inspectors_text = 'x'",
        "recusals_text = 'x'",
        "freeze_text = 'x'",
        "freeze_digest = 'x'",
        "anchor = 'x'",
        "prev = 'x'",
        "secret = 'x'",
        "frozen_at = now()",
        "missing = 'proceed'",
        "beacon_kind = 'ssq'",
        "beacon_at = now()",
        "serial = 9",
        "draw_id = 'x'",
        "roster = '{\"a\": 1}'",
        "labels = '{\"a\": 1}'",
        "status = 'draft'",
    ],
)
def test_sql_changes_nothing_that_was_frozen(morning, change):
    draw = suzhou.frozen_draw(morning)
    refused("frozen list", f"UPDATE tasks_draw SET {change} WHERE id = %s", draw.pk)  # noqa: S608


def test_sql_changes_no_closed_contribution(morning, clock):
    draw = play.freeze(morning, play.plan(morning, play.market()))
    clock("2021-07-15T10:31")
    draws.close_due(draw, actor=None)
    for column in ("closed_text", "closed_digest"):
        refused(
            "closed contributions",
            f"UPDATE tasks_draw SET {column} = 'x' WHERE id = %s",  # noqa: S608
            draw.pk,
        )


def test_sql_changes_no_contributor(morning):
    draw = play.freeze(morning, play.plan(morning, play.market()))
    play.seal(draw, play.market())
    row = Contributor.objects.get(draw=draw, way="sealed")
    for change in ("commit = 'x'", "code = 'x'", "way = 'open'", "is_outside = false"):
        refused("kept", f"UPDATE tasks_contributor SET {change} WHERE id = %s", row.pk)  # noqa: S608
    refused("kept", "DELETE FROM tasks_contributor WHERE id = %s", row.pk)
    witness = Contributor.objects.get(draw=draw, way="open")
    play.speak(draw)
    refused("kept", "UPDATE tasks_contributor SET value = 'x' WHERE id = %s", witness.pk)


@pytest.mark.parametrize(
    "change",
    ["seed", "result_text", "result_digest", "opened_secret", "assurance", "beacon_value"],
)
def test_sql_changes_no_result(morning, change):
    draw = suzhou.opened_draw(morning)
    refused("opened draw", f"UPDATE tasks_draw SET {change} = 'x' WHERE id = %s", draw.pk)  # noqa: S608
    refused("opened draw", "UPDATE tasks_draw SET status = 'frozen' WHERE id = %s", draw.pk)


def test_sql_changes_no_selection_and_no_assignment(morning):
    suzhou.assigned(morning)
    chosen, sent = Selection.objects.first(), Assignment.objects.first()
    refused("kept", "UPDATE tasks_selection SET ticket = 'x' WHERE id = %s", chosen.pk)
    refused("kept", "DELETE FROM tasks_selection WHERE id = %s", chosen.pk)
    refused(
        "kept", "UPDATE tasks_assignment SET inspector_id = inspector_id + 1 WHERE id = %s", sent.pk
    )
    refused("kept", "DELETE FROM tasks_assignment WHERE id = %s", sent.pk)


def test_a_voided_target_never_comes_back(morning):
    play.void(suzhou.opened_draw(morning))
    refused("kept", "UPDATE tasks_selection SET standing = 'listed'")


def test_sql_changes_no_event_and_no_record(morning):
    draw = suzhou.opened_draw(morning)
    DrawEvent.objects.create(
        draw=draw, number=1, kind="replace", body={}, line="x", events_digest="x", at=draw.opened_at
    )
    for table in ("tasks_drawevent", "tasks_drawrecord"):
        refused("append-only", f"UPDATE {table} SET draw_id = draw_id")  # noqa: S608
        refused("append-only", f"DELETE FROM {table}")  # noqa: S608


def test_sql_changes_no_void(morning):
    draw = play.void(suzhou.frozen_draw(morning))
    for change in ("void_reason = 'x'", "voided_at = now()"):
        refused("voided draw", f"UPDATE tasks_draw SET {change} WHERE id = %s", draw.pk)  # noqa: S608
    refused("opened draw", "UPDATE tasks_draw SET status = 'opened' WHERE id = %s", draw.pk)
    refused("kept", "DELETE FROM tasks_draw WHERE id = %s", draw.pk)


COPY = """
    INSERT INTO tasks_draw ({columns}) SELECT {values} FROM tasks_draw WHERE id = %s
"""


def copied(draw, **changes):
    """A second row of the same draw, by SQL."""
    columns = [f.column for f in Draw._meta.concrete_fields if f.column != "id"]
    changes = {"supersedes_id": None} | changes
    literals = {name: "NULL" if new is None else f"'{new}'" for name, new in changes.items()}
    values = [literals.get(name, name) for name in columns]
    sql(COPY.format(columns=", ".join(columns), values=", ".join(values)), draw.pk)


def test_one_live_draw_per_line_period_and_batch_even_with_sql(morning):
    draw = suzhou.frozen_draw(morning)
    with pytest.raises(IntegrityError, match="one_live_draw"), transaction.atomic():
        copied(draw, draw_id="x", serial=2)
    with pytest.raises(IntegrityError, match="draw_serial_no_double"), transaction.atomic():
        copied(draw, draw_id="x", batch=2)
    copied(draw, draw_id="x", serial=2, batch=2)
    assert Draw.objects.count() == 2


def test_after_a_void_one_more_draw_is_allowed(morning):
    play.void(suzhou.frozen_draw(morning))
    morning.refresh_from_db()
    second = suzhou.frozen_draw(morning)
    assert second.serial == 2
    with pytest.raises(IntegrityError, match="one_live_draw"), transaction.atomic():
        copied(second, draw_id="x", serial=3)


def test_the_database_alone_cannot_open_a_draw(morning):
    draw = suzhou.frozen_draw(morning)
    [(stored,)] = sql("SELECT secret FROM tasks_draw WHERE id = %s", draw.pk)
    assert draw.secret not in stored
    values = drs1.chain(draw.draw_id, bytes.fromhex(draw.secret))
    assert values[0] == draw.anchor
    everything = " ".join(
        str(row)
        for table in TABLES
        for row in sql(f"SELECT * FROM {table}")  # noqa: S608
    )
    assert draw.anchor in everything
    assert not [value for value in values[1:] if value in everything]


TABLES = ["tasks_draw", "tasks_contributor", "tasks_drawrecord", "core_auditevent", "core_notice"]


def test_a_draw_that_is_not_opened_is_marked_and_everybody_sees_why(morning, clock):
    assert OPENING_DAYS == 3
    draw = play.freeze(morning, play.plan(morning, play.market()))
    clock("2021-07-18T10:29")
    sweep_draws()
    draw.refresh_from_db()
    assert draw.overdue_since is None
    clock("2021-07-18T10:30")
    sweep_draws()
    sweep_draws()
    draw.refresh_from_db()
    assert draw.overdue_since == play.at("2021-07-18T10:30")
    told = Notice.objects.filter(text__contains="逾期未开")
    assert sorted(n.recipient.username for n in told) == ["lead", "supervisor"]
    draws.consent(draw, actor=suzhou.person("admin-gongan"))
    services.open_targets(draw, actor=suzhou.person("lead"))
    assert draw.status == DrawStatus.OPENED


def test_after_a_crash_the_draw_is_opened_or_voided_never_drawn_again(morning, monkeypatch):

    draw = suzhou.frozen_draw(morning)
    draws.consent(draw, actor=suzhou.person("admin-gongan"))

    def killed(*args):
        raise KeyboardInterrupt

    lead = suzhou.person("lead")
    with monkeypatch.context() as patch:
        patch.setattr(opening, "list_drawn", killed)
        with pytest.raises(KeyboardInterrupt):
            services.open_targets(draw, actor=lead, **suzhou.WITNESS)
    fresh = Draw.objects.get(pk=draw.pk)
    assert (fresh.status, fresh.seed, fresh.closed_digest) == (DrawStatus.FROZEN, "", "")
    assert not Selection.every.exists()
    morning.refresh_from_db()
    with pytest.raises(IllegalMove):
        suzhou.frozen_draw(morning)
    point = transaction.savepoint()
    services.open_targets(fresh, actor=lead, **suzhou.WITNESS)
    first = fresh.result_digest
    transaction.savepoint_rollback(point)
    fresh = Draw.objects.get(pk=draw.pk)
    services.open_targets(fresh, actor=lead, **suzhou.WITNESS)
    assert fresh.result_digest == first
    play.void(fresh)
    assert Draw.objects.get(pk=draw.pk).result_digest == first


@pytest.mark.django_db(transaction=True)
def test_ten_freezes_at_once_get_ten_numbers_without_a_gap(clock):
    clock(play.MORNING)
    first = suzhou.lay_task()
    plan = PlanFactory(agency=first.agency, year=2022)
    tasks = [first, *(another(first, plan, number) for number in range(2, 11))]
    start, failed = threading.Barrier(10), []

    def freeze(pk):
        try:
            start.wait()
            suzhou.frozen_draw(Task.objects.get(pk=pk))
        except Exception as error:  # noqa: BLE001 told below
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=freeze, args=(task.pk,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(Draw.objects.values_list("serial", flat=True)) == list(range(1, 11))
    records = list(DrawRecord.objects.order_by("seq"))
    assert [record.seq for record in records] == list(range(1, 11))
    assert [record.prev for record in records] == [
        drs1.ZERO,
        *(record.head for record in records[:-1]),
    ]
    assert all(draw.prev == draw.records.get(type="freeze").prev for draw in Draw.objects.all())


def another(task, plan, number):
    """The same task again on a line of its own, in a plan that is still being made."""
    items, tiers = list(task.items.all()), list(task.tiers.all())
    line = PlanLine.objects.get(pk=task.line_id)
    line.pk, line.plan, line.position, line._state.adding = None, plan, number, True
    line.save()
    made = Task.objects.get(pk=task.pk)
    made.pk, made.line, made.number = None, line, f"341300-2021-{number:03d}"
    made._state.adding = True
    made.save()
    made.items.set(items)
    for tier in tiers:
        tier.pk, tier.task, tier._state.adding = None, made, True
        tier.save()
    return made
