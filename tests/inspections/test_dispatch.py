import datetime

import pytest

from core import clock
from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import AuditEvent, Notice
from deadlines.models import Deadline
from inspections import services
from inspections.models import Document, Inspection, Section
from tasks.flows import TaskStatus
from tasks.models import Assignment, Selection
from tests.factories import UserFactory, agency
from tests.inspections.factories import SelectionFactory, assign


def test_dispatch_makes_a_form_per_firm_and_a_section_per_agency(assigned):
    second = SelectionFactory(task=assigned.task, number=2)
    for team in assigned.teams.values():
        assign(second, team)

    assert services.dispatch(assigned.task, actor=assigned.lead) == 2

    assigned.task.refresh_from_db()
    assert assigned.task.status == TaskStatus.DISPATCHED
    assert Inspection.objects.count() == 2
    for visit in Inspection.objects.all():
        sections = list(visit.sections.order_by("pk"))
        assert [one.agency for one in sections] == [assigned.police, assigned.market]
        assert list(sections[0].items.all()) == assigned.items["gongan"]
        assert set(sections[1].items.all()) == set(assigned.items["shichang"])


def test_dispatch_makes_the_two_papers(world):
    number = world.task.number
    papers = {paper.kind: paper for paper in Document.objects.all()}
    approval, notice = papers["approval"], papers["notice"]
    assert (approval.number, notice.number) == (f"{number}-1-S", f"{number}-1-T")
    assert approval.content["frequency"] == 1
    assert len(approval.content["agencies"][0]["officers"]) == 2
    assert notice.content["window"] == {"from": "2021-07-21", "until": "2021-09-30"}
    assert notice.content["items"][0]["bases"] == ["《保安服务管理条例》"]
    assert notice.content["materials"] == ["营业执照、许可证"]
    assert any("回避" in right for right in notice.content["rights"])


def test_dispatch_starts_the_onsite_clock_of_each_section(world):
    clocks = Deadline.objects.filter(kind="onsite")
    assert {(one.subject, one.agency_id, one.due_on) for one in clocks} == {
        (f"inspections.section:{one.pk}", one.agency_id, datetime.date(2021, 9, 30))
        for one in Section.objects.all()
    }


def test_officers_and_their_deputies_are_told_once(assigned):
    deputy = UserFactory(role="deputy", agency=assigned.police)
    UserFactory(role="deputy", agency=agency("341321", "gongan"))

    assigned.dispatch()

    officers = {one.user for team in assigned.teams.values() for one in team}
    told = [notice.recipient for notice in Notice.objects.filter(text__contains="已派发")]
    assert sorted(one.pk for one in told) == sorted(one.pk for one in officers | {deputy})
    assert "您有 1 户" in Notice.objects.get(recipient=assigned.officer()).text


def test_an_officer_without_account_is_sent_but_not_told(assigned):
    inspector = assigned.teams["gongan"][1]
    inspector.user = None
    inspector.save()
    assigned.dispatch()
    assert Inspection.objects.count() == 1
    assert Notice.objects.filter(text__contains="已派发").count() == 3


def test_renamed_systems_inspect_the_items_of_their_predecessors(assigned):
    old = assigned.items["shichang"][0].version.agency
    gongshang = agency("341300", "gongshang")
    gongshang.system.succeeded_by_id = "shichang"
    gongshang.system.save()
    assigned.items["shichang"][0].version.__class__.objects.filter(agency=old).update(
        agency=gongshang
    )
    assigned.dispatch()
    assert assigned.section("shichang").items.count() == 2


def one_officer(world):
    Assignment.objects.filter(inspector=world.teams["gongan"][1]).update(ended_at=clock.now())


def adviser(world):
    inspector = world.teams["gongan"][1]
    inspector.is_adviser = True
    inspector.save()


def no_market_team(world):
    Assignment.objects.filter(agency=world.market).update(ended_at=clock.now())


def no_market_items(world):
    world.task.items.set(world.items["gongan"])


def no_selection(world):
    Assignment.objects.update(ended_at=clock.now())
    Selection.objects.update(standing="void")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (one_officer, "只有 1 名检查人员"),
        (adviser, "只有 1 名检查人员"),
        (no_market_team, "还没有市场监管的检查人员"),
        (no_market_items, "没有需要.*检查的事项"),
        (no_selection, "没有抽中对象"),
    ],
)
def test_an_incomplete_task_is_not_dispatched(assigned, spoil, words):
    spoil(assigned)
    with pytest.raises(DomainError, match=words):
        services.dispatch(assigned.task, actor=assigned.lead)
    assert_nothing_happened(assigned.task)


@pytest.mark.parametrize("role", ["officer", "deputy", "agency_admin", None])
def test_only_the_lead_dispatches(assigned, role):
    actor = UserFactory(role=role, agency=assigned.task.agency)
    with pytest.raises(NotAllowed):
        services.dispatch(assigned.task, actor=actor)
    assert_nothing_happened(assigned.task)


def test_a_task_is_dispatched_once(world):
    with pytest.raises(IllegalMove):
        services.dispatch(world.task, actor=world.lead)
    assert Inspection.objects.count() == 1


def assert_nothing_happened(task):
    task.refresh_from_db()
    assert task.status == TaskStatus.ASSIGNED
    assert not Inspection.objects.exists()
    assert not Document.objects.exists()
    assert not Deadline.objects.exists()
    assert not AuditEvent.objects.filter(verb__startswith="inspections").exists()
    assert not Notice.objects.exists()
