import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.db.utils import Error

from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import Notice
from draws import drs1
from draws import services as draws
from draws.flows import DrawStatus
from draws.models import Draw, DrawRecord
from draws.reads import certificates, evidence
from registries.models import Target
from registries.services import retire_target
from tasks import services
from tasks.eligibility import frame
from tasks.flows import TaskStatus
from tasks.models import Selection
from tests import suzhou

DRS1 = Path(drs1.__file__)
LABELS = {"good": "守信", "warning": "警示", "bad": "失信", "severe": "严重失信"}


def test_the_arithmetic_of_the_document(task):
    base = frame.of(task)
    assert base.total == suzhou.SCENARIO["targets"]["base"]
    tiered = dict(suzhou.EXPECT["tiered"])
    total = tiered.pop("total")
    shares = base.allocation.shares
    assert {LABELS[code]: share.quota for code, share in shares.items()} == tiered
    assert sum(share.quota for share in shares.values()) == total
    assert base.allocation.need == suzhou.EXPECT["flat_only"]
    assert base.allocation.deficit == 0


def test_the_arithmetic_is_shown(task):
    base = frame.of(task)
    strata = evidence.strata_of(base.allocation, base.names)
    assert [(s.name, s.calc, s.rounding) for s in strata] == [
        ("守信", "8 × 10% = 0.8", "进一"),
        ("警示", "3 × 30% = 0.9", "进一"),
        ("失信", "2 × 50% = 1.0", "恰为整数"),
        ("严重失信", "1 × 100% = 1.0", "恰为整数"),
    ]
    assert evidence.floor_sentence(base.plan, base.allocation) == (
        "总数下限：14 × 20% = 2.8，进一为 3 户。分档合计 4 户，已达到，不需补抽。"
    )


def test_who_is_gone_is_out_with_the_reason(task):
    gone = Target.objects.get(name="埇桥禾盾保安服务有限公司")
    Target.objects.filter(pk=gone.pk).update(status="deregistered")
    base = frame.of(task)
    assert list(base.out("deregistered")) == [gone]
    draw = suzhou.frozen_draw(task)
    assert f"{gone.code}\tgood\tX\tderegistered\t341302\t-\n" in draw.candidates_text


def test_freezing_publishes_one_digest_and_tells_the_participants(task):
    draw = suzhou.frozen_draw(task)
    task.refresh_from_db()
    assert (task.status, draw.status) == (TaskStatus.FROZEN, DrawStatus.FROZEN)
    assert draw.freeze_digest == drs1.digest(draw.freeze_text)
    assert DrawRecord.objects.get().body == draw.freeze_text
    told = Notice.objects.filter(text__contains=draw.freeze_digest[:16])
    assert {notice.recipient.username for notice in told} == {"admin-gongan", "admin-shichang"}


def test_an_empty_base_is_refused_and_leaves_nothing(task):
    Target.objects.update(status="closed")
    with pytest.raises(DomainError, match="没有可抽取的对象"):
        services.freeze_targets(task, actor=suzhou.person("lead"))
    assert_still(task, TaskStatus.DRAFT)
    assert not Draw.objects.exists()


def test_freezing_twice_is_refused(task):
    suzhou.frozen_draw(task)
    with pytest.raises(IllegalMove):
        services.freeze_targets(task, actor=suzhou.person("lead"))
    assert Draw.objects.count() == 1


@pytest.mark.parametrize("column", ["candidates_text", "plan_text", "freeze_digest", "anchor"])
def test_a_frozen_list_cannot_be_changed_with_sql(task, column):
    draw = suzhou.frozen_draw(task)
    with pytest.raises(Error, match="frozen list"), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).update(**{column: "x"})


def test_an_opened_draw_and_the_log_cannot_be_changed_with_sql(task):
    draw = suzhou.opened_draw(task)
    with pytest.raises(Error, match="opened draw"), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).update(seed="0" * 64)
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        DrawRecord.objects.all().delete()
    with pytest.raises(Error, match="kept"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM tasks_draw WHERE id = %s", [draw.pk])


@pytest.mark.parametrize(
    ("username", "error"),
    [
        ("lead", NotAllowed),
        ("officer-gongan", NotAllowed),
        ("deputy-gongan", NotAllowed),
        ("supervisor", NotAllowed),
    ],
)
def test_who_may_not_consent(task, username, error):
    draw = suzhou.frozen_draw(task)
    with pytest.raises(error):
        draws.consent(draw, actor=suzhou.person(username))
    draw.refresh_from_db()
    assert draw.consented_by is None


def test_nobody_consents_to_the_own_freeze(task):
    draw = suzhou.frozen_draw(task)
    Draw.objects.filter(pk=draw.pk).update(frozen_by=suzhou.person("admin-gongan"))
    with pytest.raises(DomainError, match="另一人"):
        draws.consent(draw, actor=suzhou.person("admin-gongan"))
    draw.refresh_from_db()
    assert draw.consented_by is None


def test_a_participant_may_consent_once(task):
    draw = suzhou.frozen_draw(task)
    draws.consent(draw, actor=suzhou.person("admin-shichang"))
    with pytest.raises(IllegalMove):
        draws.consent(draw, actor=suzhou.person("admin-gongan"))


def test_without_a_second_person_nothing_is_drawn(task):
    draw = suzhou.frozen_draw(task)
    with pytest.raises(DomainError, match="第二人同意"):
        services.open_targets(draw, actor=suzhou.person("lead"), **suzhou.WITNESS)
    assert_not_drawn(task)


@pytest.mark.parametrize("phrase", ["", "  ", "两行\n短语", "制表\t符", "字" * 67])
def test_a_phrase_that_cannot_be_used_draws_nothing(task, phrase):
    draw = suzhou.frozen_draw(task)
    draws.consent(draw, actor=suzhou.person("admin-gongan"))
    with pytest.raises(DomainError, match=r"短语[^a-z]*摇号没有开始"):
        services.open_targets(draw, witness="见证人", phrase=phrase, actor=suzhou.person("lead"))
    assert_not_drawn(task)


def test_opening_gives_the_list_and_an_honest_certificate(task, tmp_path):
    draw = suzhou.opened_draw(task)
    task.refresh_from_db()
    assert task.status == TaskStatus.OPENED
    assert task.selections.count() == suzhou.EXPECT["tiered"]["total"]
    assert sorted(task.selections.values_list("stratum", flat=True)) == sorted(LABELS)
    assert draw.assurance == certificates.build(draw)["assurance"] == "C"
    path = tmp_path / "certificate.json"
    path.write_text(json.dumps(certificates.build(draw), ensure_ascii=False))
    checked = subprocess.run(
        [sys.executable, str(DRS1), "verify", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_opening_twice_is_refused(task):
    draw = suzhou.opened_draw(task)
    before = draw.result_digest
    with pytest.raises(IllegalMove):
        services.open_targets(draw, witness="别人", phrase="另一句", actor=suzhou.person("lead"))
    draw.refresh_from_db()
    assert draw.result_digest == before


def test_the_secret_is_not_readable_in_the_database(task):
    draw = suzhou.frozen_draw(task)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM tasks_draw WHERE id = %s", [draw.pk])
        stored = cursor.fetchone()[0]
    assert len(bytes.fromhex(draw.secret)) == 32
    assert draw.secret not in stored


def test_only_the_own_agency_confirms_and_all_must(task):
    suzhou.opened_draw(task)
    lead = suzhou.person("lead")
    services.request_confirmation(task, actor=lead)
    police, market = task.confirmations.order_by("agency__code")
    with pytest.raises(NotAllowed):
        services.confirm(police, actor=suzhou.person("admin-shichang"))
    services.confirm(police, actor=suzhou.person("admin-gongan"))
    with pytest.raises(DomainError, match="宿州市市场监督管理局尚未确认"):
        services.lock_list(task, actor=lead)
    assert_still(task, TaskStatus.CONFIRMING)
    services.confirm(market, actor=suzhou.person("admin-shichang"))
    services.lock_list(task, actor=lead)
    assert_still(task, TaskStatus.LOCKED)


@pytest.mark.django_db(transaction=True)
def test_a_freeze_waits_for_whoever_writes_the_registries(clock):
    clock("2021-07-15")
    task = suzhou.lay_task()
    target = Target.objects.filter(status="active").earliest("pk")

    def freeze():
        try:
            suzhou.frozen_draw(task)
        finally:
            connections.close_all()

    freezing = threading.Thread(target=freeze)
    with transaction.atomic():
        retire_target(target, "closed", actor=None)
        freezing.start()
        freezing.join(timeout=1)
        assert freezing.is_alive()
    freezing.join()

    lines = Draw.objects.get().candidates_text.splitlines()
    row = next(line for line in lines if line.startswith(target.code))
    assert row.split("\t")[2:4] == ["X", "closed"]


@pytest.mark.django_db(transaction=True)
def test_ten_clicks_at_once_give_one_draw(clock):
    clock("2021-07-15")
    task = suzhou.lay_task()
    draw = suzhou.frozen_draw(task)
    draws.consent(draw, actor=suzhou.person("admin-gongan"))
    start, outcomes = threading.Barrier(10), []

    def click(number):
        try:
            start.wait()
            mine = Draw.objects.select_related("agency").get(pk=draw.pk)
            phrase = {"witness": "见证人", "phrase": f"第 {number} 句"}
            services.open_targets(mine, actor=suzhou.person("lead"), **phrase)
            outcomes.append("drawn")
        except IllegalMove:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["drawn", *["refused"] * 9]
    assert Selection.objects.count() == suzhou.EXPECT["tiered"]["total"]
    assert DrawRecord.objects.filter(type="open").count() == 1


def assert_still(task, status):
    task.refresh_from_db()
    assert task.status == status


def assert_not_drawn(task):
    assert_still(task, TaskStatus.FROZEN)
    draw = Draw.objects.get()
    assert (draw.status, draw.seed) == (DrawStatus.FROZEN, "")
    assert not draw.contributors.exclude(value="").exists()
    assert not Selection.objects.exists()
    assert not DrawRecord.objects.exclude(type="freeze").exists()
