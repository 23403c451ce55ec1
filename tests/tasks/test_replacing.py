"""名单有误: report, agree, the next ticket takes the place (2.8, T07)."""

import threading
from datetime import date
from hashlib import sha256

import pytest
from django.db import connections

from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import AuditEvent, Notice
from deadlines.models import Deadline
from draws import drs1
from draws.models import DrawEvent, DrawRecord
from draws.reads import certificates
from registries.models import GradingScheme, Target
from tasks import services
from tasks.flows import ConfirmationStatus, ReplacementStatus, TaskStatus
from tasks.models import ListStanding, Replacement, Selection
from tests import lists, suzhou
from tests.factories import UserFactory
from tests.inspections import camera


@pytest.fixture
def draw(task):
    return lists.confirming(task)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    }


def confirm_all(task):
    for confirmation in task.confirmations.select_related("agency"):
        services.confirm(
            confirmation, actor=suzhou.person(f"admin-{confirmation.agency.system_id}")
        )


def next_of_tier(draw, stratum):
    """Who has the next ticket, by the vectors' own implementation of the waiting list."""
    key = sha256(bytes.fromhex(draw.seed) + b"DRS1/target").digest()
    taken = set(Selection.every.filter(draw=draw).values_list("target__code", flat=True))
    rows = [line.split("\t") for line in draw.candidates_text.splitlines()[1:]]
    pool = [row[0] for row in rows if row[1] == stratum and row[2] == "P" and row[0] not in taken]
    return min(pool, key=lambda code: sha256(key + code.encode()).digest())


def test_the_next_ticket_of_the_tier_takes_the_place(task, draw):
    old = lists.with_waiting(task)
    expected = next_of_tier(draw, old.stratum)
    listed = task.selections.count()

    replacement = lists.agree(lists.report(old))

    new = replacement.successor
    assert new.target.code == expected
    assert (new.number, new.stratum, new.batch, new.how) == (
        listed + 1,
        old.stratum,
        old.batch,
        "replacement",
    )
    old.refresh_from_db(from_queryset=Selection.every)
    assert old.standing == ListStanding.REPLACED
    assert task.selections.count() == listed
    assert replacement.status == ReplacementStatus.AGREED
    assert replacement.event.line == f"replace\t{old.target.code}\t{expected}\tclosed"


def test_the_certificate_with_the_event_verifies_and_names_two_agencies(task, draw):
    lists.agree(lists.report(lists.with_waiting(task)))
    document = certificates.build(draw)
    assert drs1.verify(document).verdict == "passed"
    event = document["input"]["events"][0]
    assert event["proposed_by"] == "宿州市公安局"
    assert event["confirmed_by"] == "宿州市市场监督管理局"
    assert event["evidence_sha256"] == sha256(camera.jpeg()).hexdigest()


def test_the_log_holds_the_event_and_then_its_digest(task, draw):
    replacement = lists.agree(lists.report(lists.with_waiting(task)))
    kinds = list(DrawRecord.objects.filter(draw=draw).values_list("type", flat=True))
    assert kinds[-2:] == ["replace", "open"]
    last = DrawRecord.objects.filter(draw=draw).last()
    assert drs1.digest(last.body) == replacement.event.events_digest
    assert DrawRecord.objects.filter(draw=draw, type="replace").get().body == replacement.event.line


def test_a_replacement_may_itself_be_replaced(task, draw):
    first = lists.agree(lists.report(lists.with_waiting(task)))
    second = lists.agree(lists.report(first.successor, fault="moved_out", data=lists.PDF))
    assert second.successor.number == first.successor.number + 1
    assert drs1.verify(certificates.build(draw)).verdict == "passed"
    assert task.selections.count() == suzhou.EXPECT["tiered"]["total"]


def test_confirmations_already_given_reopen_with_new_clocks(task, draw, clock):
    row = lists.report(lists.with_waiting(task), "admin-shichang")
    police = task.confirmations.get(agency__system="gongan")
    services.confirm(police, actor=suzhou.person("admin-gongan"))
    clock("2021-07-16")
    lists.agree(row, "admin-gongan")
    police.refresh_from_db()
    assert (police.status, police.confirmed_by) == (ConfirmationStatus.PENDING, None)
    running = Deadline.objects.open().about(f"tasks.confirmation:{police.pk}").get()
    assert running.trigger_on == date(2021, 7, 16)
    told = Notice.objects.filter(recipient=suzhou.person("admin-shichang"), text__contains="递补")
    assert told.exists()


def test_a_list_that_was_not_seen_cannot_be_confirmed(task, draw):
    market = task.confirmations.get(agency__system="shichang")
    seen = task.selections.count()
    lists.agree(lists.report(lists.with_waiting(task)))
    with pytest.raises(IllegalMove, match="名单有变化"):
        services.confirm(market, seen=seen, actor=suzhou.person("admin-shichang"))
    market.refresh_from_db()
    assert market.status == ConfirmationStatus.PENDING
    services.confirm(market, seen=seen + 1, actor=suzhou.person("admin-shichang"))


def test_the_list_is_not_locked_while_a_report_is_open(task, draw):
    row = lists.report(lists.with_waiting(task))
    services.confirm(
        task.confirmations.get(agency__system="shichang"), actor=suzhou.person("admin-shichang")
    )
    with pytest.raises(DomainError, match="还没有复核，不能锁定"):
        services.lock_list(task, actor=suzhou.person("lead"))
    with pytest.raises(DomainError, match="还没有复核，不能确认"):
        services.confirm(
            task.confirmations.get(agency__system="gongan"), actor=suzhou.person("admin-gongan")
        )
    task.refresh_from_db()
    assert task.status == TaskStatus.CONFIRMING
    lists.agree(row)
    confirm_all(task)
    services.lock_list(task, actor=suzhou.person("lead"))


def test_a_list_of_aliases_is_replaced_by_alias(house):
    GradingScheme.objects.update(is_public=False)
    task = suzhou.draft_task(suzhou.published_line())
    draw = lists.confirming(task)
    assert draw.disclosure == "alias"
    old = task.selections.order_by("number").first()
    replacement = lists.agree(lists.report(old))
    fields = replacement.event.line.split("\t")
    assert draw.roster[fields[1]] == old.target_id
    assert replacement.successor is None or draw.roster[fields[2]] == (
        replacement.successor.target_id
    )
    assert old.target.code not in replacement.event.line
    assert drs1.verify(certificates.build(draw)).verdict == "passed"


def test_whoever_reports_after_confirming_has_to_confirm_again(task, draw):
    market = task.confirmations.get(agency__system="shichang")
    services.confirm(market, actor=suzhou.person("admin-shichang"))
    lists.report(lists.with_waiting(task), "admin-shichang")
    market.refresh_from_db()
    assert market.status == ConfirmationStatus.PENDING
    assert Deadline.objects.open().about(f"tasks.confirmation:{market.pk}").exists()


def test_a_tier_without_anybody_left_says_so_and_the_list_gets_shorter(task, draw):
    severe = task.selections.get(stratum="severe")
    before = task.selections.count()
    row = lists.agree(lists.report(severe))
    assert row.event.line == f"replace\t{severe.target.code}\t-\tclosed"
    assert row.successor is None
    assert task.selections.count() == before - 1
    assert AuditEvent.objects.filter(summary__contains="同档已没有候补").exists()
    assert drs1.verify(certificates.build(draw)).verdict == "passed"


def test_a_refused_report_leaves_the_list_as_it_is(task, draw):
    old = lists.with_waiting(task)
    row = lists.report(old)
    actor = suzhou.person("admin-shichang")
    with pytest.raises(DomainError, match="理由"):
        services.refuse_replacement(row, " ", actor=actor, agency=actor.agency)
    services.refuse_replacement(row, "当天正常营业", actor=actor, agency=actor.agency)
    row.refresh_from_db()
    assert row.status == ReplacementStatus.REFUSED
    assert old in task.selections.all()
    assert not DrawEvent.objects.exists()
    lists.report(old)  # with new evidence it may be reported again


@pytest.mark.parametrize("username", ["officer-gongan", "deputy-gongan", "lead", "supervisor"])
def test_who_may_not_report(task, draw, username):
    with pytest.raises(NotAllowed):
        lists.report(lists.with_waiting(task), username)
    assert not Replacement.objects.exists()


def test_the_reporting_agency_cannot_agree_not_even_by_another_person(task, draw):
    row = lists.report(lists.with_waiting(task))
    other = UserFactory(role="agency_admin", agency=suzhou.person("admin-gongan").agency)
    with pytest.raises(NotAllowed, match="不能自己复核"):
        services.agree_replacement(row, actor=other, agency=other.agency)
    assert not DrawEvent.objects.exists()


def test_a_stranger_cannot_agree(task, draw):
    row = lists.report(lists.with_waiting(task))
    far = UserFactory(role="agency_admin")
    with pytest.raises(NotAllowed):
        services.agree_replacement(row, actor=far, agency=far.agency)
    assert not DrawEvent.objects.exists()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "空文件"),
        (b"not a picture", "不是照片或 PDF"),
        (b"%PDF-1.4 cut off", "不是照片或 PDF"),
        (b"\x89PNG\r\n\x1a\n damaged", "不是照片或 PDF"),
        (lists.PDF[:-6] + b" " * (10 * 1024 * 1024) + b"%%EOF", "超过 10 MB"),
    ],
)
def test_evidence_that_is_none_is_refused(task, draw, data, message, tmp_path):
    with pytest.raises(DomainError, match=message):
        lists.report(lists.with_waiting(task), data=data)
    assert not Replacement.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_second_report_of_the_same_firm_leaves_no_file(task, draw, tmp_path):
    old = lists.with_waiting(task)
    lists.report(old)
    with pytest.raises(IllegalMove, match="没有重复提交"):
        lists.report(old, "admin-shichang")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_before_and_after_the_confirmation_nothing_is_replaced(task):
    suzhou.opened_draw(task)
    old = lists.with_waiting(task)
    with pytest.raises(IllegalMove, match="不在确认阶段"):
        lists.report(old)
    services.request_confirmation(task, actor=suzhou.person("lead"))
    confirm_all(task)
    services.lock_list(task, actor=suzhou.person("lead"))
    with pytest.raises(IllegalMove, match="不在确认阶段"):
        lists.report(old)
    assert not Replacement.objects.exists()


def test_without_an_explanation_or_a_known_fault_nothing_is_reported(task, draw):
    actor = suzhou.person("admin-gongan")
    for fault, note in (("closed", " "), ("bored", "不想查")):
        with pytest.raises(DomainError):
            services.report_target(
                lists.with_waiting(task),
                fault,
                note,
                lists.PDF,
                "a.pdf",
                actor=actor,
                agency=actor.agency,
            )
    assert not Replacement.objects.exists()


def test_a_voided_draw_cannot_be_replaced_into(task, draw):
    row = lists.report(lists.with_waiting(task))
    type(draw).objects.filter(pk=draw.pk).update(
        status="voided", void_reason="演练", voided_at="2021-07-15T08:00:00Z"
    )
    with pytest.raises(IllegalMove, match="已经作废"):
        lists.agree(row)
    row.refresh_from_db()
    assert row.status == ReplacementStatus.PROPOSED
    assert not DrawEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_agreements_at_once_give_one_event(clock, settings):
    clock("2021-07-15")
    task = suzhou.lay_task()
    lists.confirming(task)
    row = lists.report(lists.with_waiting(task))
    UserFactory(
        username="second-shichang",
        role="agency_admin",
        agency=suzhou.person("admin-shichang").agency,
    )
    start, outcomes = threading.Barrier(2), []

    def click(username):
        try:
            mine = Replacement.objects.get(pk=row.pk)
            start.wait()
            lists.agree(mine, username)
            outcomes.append("agreed")
        except IllegalMove:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=click, args=(name,))
        for name in ("admin-shichang", "second-shichang")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["agreed", "refused"]
    assert DrawEvent.objects.count() == 1
    assert Selection.every.filter(how="replacement").count() == 1
    assert Target.objects.count() == suzhou.SCENARIO["targets"]["base"]
