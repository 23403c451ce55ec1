"""Seals chain the lines of the trail; whatever is done to a line or a seal afterwards is found."""

import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from hashlib import sha256
from importlib import import_module
from threading import Event, Lock

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import Error

from config.celery import app
from core import trail
from core.audit import record
from core.errors import DomainError, NotAllowed
from core.jobs import check_trail, seal_trail
from core.models import AuditEvent, AuditSeal, Notice
from tests.factories import UserFactory
from tests.reference import lay_reference

INSERT = """
INSERT INTO core_auditevent ({} at, recorded_at, verb, subject, summary, data)
VALUES ({} now(), now(), 'tasks.open', 'tasks.task:1', '补写的一行', '{{}}')
"""
CHANGE_LINE = "UPDATE core_auditevent SET {} WHERE id = %s"
CHANGE_SEAL = "UPDATE core_auditseal SET {} WHERE number = 2"


def write(number, **data):
    """So many lines, each committed by itself; their ids."""
    person = UserFactory()
    for _ in range(number):
        record("tasks.open", person, person, "打开", **data)
    return sorted(AuditEvent.objects.values_list("pk", flat=True))[-number:]


def roll_back_a_line():
    with transaction.atomic():
        record("tasks.open", UserFactory(), None, "没有发生")
        transaction.set_rollback(True)


def command(*arguments):
    """What `verify_trail` says: exit code, standard output, standard error."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("verify_trail", *arguments, stdout=out, stderr=err)
    except SystemExit as stop:
        code = stop.code
    return code, out.getvalue(), err.getvalue()


def found():
    """The fault that the command names, or nothing."""
    code, out, err = command()
    assert (code == 0) is (err == "")
    return err.strip()


@contextmanager
def session(**more):
    """A cursor in a transaction of its own on the database of this test."""
    known = connection.get_connection_params()
    names = {"dbname", "host", "port", "user", "password"} & known.keys()
    other = psycopg2.connect(**{name: known[name] for name in names} | more)
    try:
        with other, other.cursor() as cursor:
            yield cursor
    finally:
        other.close()


def tamper(query, *values):
    """Run SQL as a superuser with the triggers switched off."""
    with session(user="postgres") as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(query, values)
        assert superuser.rowcount == 1


# The chain -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_seals_follow_each_other_without_a_gap():
    first, *_, last = write(5)
    assert trail.seal(size=2) == 5
    seals = AuditSeal.objects.order_by("number")
    assert [seal.number for seal in seals] == [1, 2, 3]
    assert [seal.first_id for seal in seals] == [1, first + 2, first + 4]
    assert [seal.last_id for seal in seals] == [first + 1, first + 3, last]
    assert seals[0].previous == "0" * 64
    assert [seal.previous for seal in seals[1:]] == [seal.digest for seal in seals[:2]]


@pytest.mark.django_db
def test_what_a_digest_covers():
    """Written out by hand, so that others can recompute it and seals already made stay true."""
    person = UserFactory()
    at = datetime(2021, 7, 15, 2, 3, 4, 5, tzinfo=UTC)  # 1626314584 seconds after 1970
    line = AuditEvent.objects.create(
        at=at, actor=person, verb="a.b", subject="c:1", summary="“摘要”", data={"乙": 1.50, "a": [None]}
    )  # fmt: skip
    whole, micro = divmod(int(line.recorded_at.timestamp() * 10**6 + 0.5), 10**6)
    text = (
        f'[{line.pk},"1626314584.000005","{whole}.{micro:06d}",{person.pk},"a.b","c:1","“摘要”",'
        '"{\\"a\\": [null], \\"乙\\": 1.5}"]'
    )
    expected = sha256(text.encode()).digest()
    assert list(trail.digests_of(AuditEvent.objects.all())) == [(line.pk, expected)]

    trail.seal()
    seal = AuditSeal.objects.get()
    whole, micro = divmod(int(seal.sealed_at.timestamp() * 10**6 + 0.5), 10**6)
    head = f'["trail-1",1,1,{line.pk},"{"0" * 64}","{whole}.{micro:06d}"]\n'
    lines = line.pk.to_bytes(8, "big") + expected
    assert bytes(seal.lines) == lines
    assert seal.digest == sha256(head.encode() + lines).hexdigest()


def test_no_column_is_left_out():
    """A new column of a line needs a new scheme of digests (ADR 11)."""
    columns = [column.name for column in AuditEvent._meta.concrete_fields]
    assert columns == ["id", "at", "recorded_at", "actor", "verb", "subject", "summary", "data"]


@pytest.mark.django_db
def test_sealing_again_changes_nothing():
    write(3)
    assert seal_trail() == 3
    assert seal_trail() == 0
    assert AuditSeal.objects.count() == 1


@pytest.mark.django_db
def test_an_empty_trail_has_no_seal():
    assert seal_trail() == 0
    assert command() == (0, "一致：0 条留痕与写入时一致，共 0 张封条，另有 0 条尚未加封。\n", "")


@pytest.mark.django_db
def test_lines_not_yet_sealed_are_counted():
    write(2)
    seal_trail()
    write(3)
    head = AuditSeal.objects.get()
    assert command() == (
        0,
        f"一致：2 条留痕与写入时一致，共 1 张封条，另有 3 条尚未加封。\n第 1 号封条 {head.digest}\n",
        "",
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", [lambda rows: rows.update(digest="0" * 64), lambda rows: rows.delete()]
)
def test_seals_are_append_only_in_the_database(change):
    write(1)
    seal_trail()
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        change(AuditSeal.objects.all())
    assert found() == ""


def test_the_timetable_names_jobs_that_exist():
    for entry in app.conf.beat_schedule.values():
        module, name = entry["task"].rsplit(".", 1)
        assert getattr(import_module(module), name).name == entry["task"]
    assert app.conf.beat_schedule["seal-trail"]["task"] == "core.jobs.seal_trail"


# Several at once -------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_rolled_back_lines_leave_gaps_that_break_nothing():
    write(1)
    roll_back_a_line()
    seal_trail()
    roll_back_a_line()
    last = write(1)[-1]
    seal_trail()
    assert AuditEvent.objects.count() < last
    assert [len(seal.lines) for seal in AuditSeal.objects.all()] == [40, 40]
    assert found() == ""


@pytest.mark.django_db(transaction=True)
def test_a_line_committed_late_is_waited_for():
    """A lower id that commits after a higher one must not fall out of the chain."""
    write(1)
    with session() as slow:
        slow.execute(INSERT.format("", ""))
        (after,) = write(1)
        assert AuditEvent.objects.count() == 2
        assert trail.seal() == 0
        assert trail.seal() == 0
        slow.connection.commit()
    assert trail.seal() == 3
    assert AuditSeal.objects.get().last_id == after
    assert command()[1].startswith("一致：3 条留痕与写入时一致，共 1 张封条，另有 0 条尚未加封。")


@pytest.mark.django_db(transaction=True)
def test_a_sealer_waits_for_who_was_writing_and_for_nobody_else():
    """There is always somebody who writes; lines are sealed all the same, one time later."""
    write(1)
    with session() as slow, session() as later:
        slow.execute(INSERT.format("", ""))
        write(1)
        assert trail.seal() == 0
        later.execute(INSERT.format("", ""))
        assert trail.seal() == 0
        slow.connection.commit()
        assert trail.seal() == 3
        write(1)
        assert trail.seal() == 0  # `later` was writing when the third line had been sealed
        later.connection.commit()
    assert trail.seal() == 2
    assert found() == ""


@pytest.mark.django_db(transaction=True)
def test_no_writer_waits_for_a_sealer():
    write(1)
    with session() as slow, session() as other:
        slow.execute(INSERT.format("", ""))
        assert trail.seal() == 0
        other.execute("SET lock_timeout = '1ms'")
        other.execute(INSERT.format("", ""))
        assert other.rowcount == 1


def in_thread(call):
    try:
        return call()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_sealers_at_once_make_one_chain():
    write(40)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(in_thread, [lambda: trail.seal(size=3)] * 4))
    assert sum(done) == 40
    numbers = AuditSeal.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 15))
    assert found() == ""


@pytest.mark.django_db(transaction=True)
def test_writers_and_sealers_at_once_leave_no_line_out():
    """Transactions of several lines, some rolled back, end in an order that is not that of ids."""
    ended, tried, one_by_one = Event(), Event(), Lock()
    person = UserFactory()

    def writer(seed):
        for turn in range(25):
            with one_by_one if turn % 2 else nullcontext(), transaction.atomic():
                for _ in range(1 + (turn + seed) % 3):
                    record("tasks.open", person, None, "一行")
                tried.clear()
                assert tried.wait(60)  # somebody tries to seal while these lines are not visible
                transaction.set_rollback((turn + seed) % 4 == 0)

    def sealer():
        total = 0
        while not ended.is_set():
            total += trail.seal(size=5)
            tried.set()
        return total

    with ThreadPoolExecutor(6) as pool:
        sealers = [pool.submit(in_thread, sealer) for _ in range(2)]
        writers = [pool.submit(in_thread, lambda seed=seed: writer(seed)) for seed in range(4)]
        try:
            for one in writers:
                one.result()
        finally:
            ended.set()
        sealed = sum(one.result() for one in sealers)
    assert sealed + trail.seal() == AuditEvent.objects.count()
    verdict = trail.verify("")
    assert (verdict.fault, verdict.unsealed) == ("", 0)
    assert verdict.lines == AuditEvent.objects.count()


# What a superuser with the triggers switched off does ------------------------------------------


@pytest.fixture
def sealed(transactional_db):
    """Six lines below three seals, with a gap after the third; their ids."""
    ids = write(3, n=1)
    roll_back_a_line()
    ids += write(3, n=1)
    assert trail.seal(size=2) == 6
    assert found() == ""
    return ids


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 microsecond'",
        "at = 'infinity'",
        "recorded_at = recorded_at - interval '1 day'",
        "actor_id = NULL",
        "verb = 'tasks.opem'",
        "subject = 'tasks.task:2'",
        "summary = summary || ' '",
        """data = '{"n": 2}'""",
        """data = '{"n": "1"}'""",
        """data = '{"n": 1.0}'""",
        """data = '{"n": 1e5000}'""",
        "data = '{}'",
    ],
)
def test_a_changed_line_is_named(sealed, change):
    tamper(CHANGE_LINE.format(change), sealed[3])
    assert found() == f"不一致：编号 {sealed[3]} 的留痕被改动。此前 3 条与写入时一致。"


def test_the_first_of_several_is_named(sealed):
    for pk in (sealed[4], sealed[1]):
        tamper("UPDATE core_auditevent SET summary = '改' WHERE id = %s", pk)
    assert found() == f"不一致：编号 {sealed[1]} 的留痕被改动。此前 1 条与写入时一致。"


def test_a_deleted_line_is_named(sealed):
    tamper("DELETE FROM core_auditevent WHERE id = %s", sealed[5])
    assert found() == f"不一致：编号 {sealed[5]} 的留痕缺失。此前 5 条与写入时一致。"


def test_a_line_given_another_number_is_named(sealed):
    tamper("UPDATE core_auditevent SET id = %s WHERE id = %s", sealed[2] + 1, sealed[2])
    assert found() == f"不一致：编号 {sealed[2]} 的留痕缺失。此前 2 条与写入时一致。"


@pytest.mark.parametrize(("place", "before"), [(lambda ids: ids[2] + 1, 3), (lambda ids: -5, 0)])
def test_a_line_inserted_between_sealed_ones_is_named(sealed, place, before):
    pk = place(sealed)
    tamper(INSERT.format("id,", f"{pk},"))
    fault = f"不一致：编号 {pk} 的留痕是加封之后插入的。此前 {before} 条与写入时一致。"
    assert found() == fault
    seal_trail()
    assert found() == fault


@pytest.mark.parametrize(
    "change",
    [
        "first_id = first_id - 1",
        "last_id = last_id + 1",
        "lines = substring(lines for 40)",
        "lines = set_byte(lines, 8, get_byte(lines, 8) # 1)",
        "previous = repeat('1', 64)",
        "digest = repeat('1', 64)",
        "sealed_at = sealed_at - interval '1 second'",
        "sealed_at = 'infinity'",
    ],
)
def test_a_changed_seal_is_named(sealed, change):
    tamper(CHANGE_SEAL.format(change))
    assert found() == "不一致：第 2 号封条被改动。此前 2 条与写入时一致。"


def test_a_deleted_seal_is_named(sealed):
    tamper("DELETE FROM core_auditseal WHERE number = 2")
    assert found() == "不一致：第 2 号封条缺失。此前 2 条与写入时一致。"


def test_a_line_and_its_seal_rewritten_together_do_not_fit_the_next_seal(sealed):
    tamper("UPDATE core_auditevent SET summary = '改' WHERE id = %s", sealed[0])
    seal = AuditSeal.objects.get(number=1)
    digests = trail.digests_of(AuditEvent.objects.filter(pk__lte=seal.last_id).order_by("pk"))
    seal.lines = b"".join(trail.LINE.pack(*pair) for pair in digests)
    ours = seal.sealed_at.timestamp()
    digest = trail.seal_digest(seal, f"{ours:.6f}")
    tamper("UPDATE core_auditseal SET lines = %s, digest = %s WHERE number = 1", seal.lines, digest)
    assert found() == "不一致：第 1 号封条与第 2 号封条记下的指纹不符。此前 2 条与写入时一致。"


def test_a_chain_rewritten_whole_lacks_the_digest_noted_down(sealed):
    noted = AuditSeal.objects.first().digest
    assert command("--noted", f"{noted[:32]} {noted[32:].upper()}")[0] == 0
    tamper("UPDATE core_auditevent SET summary = '改' WHERE id = %s", sealed[0])
    for number in (1, 2, 3):
        tamper("DELETE FROM core_auditseal WHERE number = %s", number)
    assert trail.seal(size=2) == 6
    assert found() == ""  # without a note nobody can know
    code, out, err = command("--noted", noted)
    assert (code, out) == (1, "")
    assert f"记下的指纹 {noted} 已不在链上" in err


@pytest.mark.parametrize("typed", ["abc", "g" * 64, "0" * 65])
@pytest.mark.django_db
def test_a_digest_typed_wrongly_is_explained(typed):
    assert command("--noted", typed) == (
        2,
        "",
        "refused: 指纹应为 64 位十六进制数字，请核对后重新输入。\n",
    )


# Every night, and out of the house -------------------------------------------------------------


@pytest.mark.django_db
def test_the_nightly_check_is_on_the_trail():
    write(2)
    seal_trail()
    assert check_trail() is True
    event = AuditEvent.objects.get(verb="core.verify_trail")
    head = AuditSeal.objects.get()
    assert event.data == {"ok": True, "seal": 1, "digest": head.digest}
    assert event.summary.startswith("核验留痕：一致：2 条")
    assert not Notice.objects.exists()


@pytest.mark.django_db
def test_nothing_sealed_is_nothing_to_check():
    write(1)
    assert check_trail() is True
    assert AuditEvent.objects.count() == 1


def test_auditors_are_told_of_a_fault(sealed):
    lay_reference()
    auditor = UserFactory(role="auditor", agency=None)
    UserFactory(role="lead")
    tamper("DELETE FROM core_auditevent WHERE id = %s", sealed[1])
    assert check_trail() is False
    notice = Notice.objects.get()
    assert (notice.recipient, notice.link) == (auditor, "/desk/trail/")
    assert f"编号 {sealed[1]} 的留痕缺失" in notice.text
    assert AuditEvent.objects.first().data["ok"] is False


def test_a_chain_rewritten_whole_is_found_the_next_night(sealed):
    assert check_trail() is True
    noted = AuditSeal.objects.first().digest
    tamper("UPDATE core_auditevent SET summary = '改' WHERE id = %s", sealed[0])
    for number in (1, 2, 3):
        tamper("DELETE FROM core_auditseal WHERE number = %s", number)
    assert check_trail() is False  # without seals
    assert seal_trail() == 8
    assert check_trail() is False  # with others
    assert noted in AuditEvent.objects.first().summary


@pytest.mark.django_db
def test_an_export_is_on_the_trail_and_not_in_itself(reference):
    ids = write(3)
    auditor = UserFactory(role="auditor", agency=None)
    lines = AuditEvent.objects.filter(verb="tasks.open")
    rows = trail.export(lines, {"verb": "tasks."}, actor=auditor)
    assert sorted(row.pk for row in rows) == ids
    event = AuditEvent.objects.first()
    assert (event.verb, event.actor, event.summary) == (
        "core.export_trail",
        auditor,
        "导出留痕 3 条",
    )
    assert event.subject == f"core.auditevent:{ids[-1]}"
    assert event.data == {"lines": 3, "filter": {"verb": "tasks."}}


@pytest.mark.django_db
def test_a_refused_export_leaves_nothing(reference):
    write(1)
    auditor, lead = UserFactory(role="auditor", agency=None), UserFactory(role="lead")
    with pytest.raises(NotAllowed):
        trail.export(AuditEvent.objects.all(), {}, actor=lead)
    with pytest.raises(DomainError, match="没有符合条件的记录"):
        trail.export(AuditEvent.objects.none(), {}, actor=auditor)
    assert AuditEvent.objects.count() == 1
