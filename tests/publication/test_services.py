import datetime

import pytest
from django.db import DatabaseError, transaction

from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import AuditEvent, Notice
from deadlines.models import Deadline
from inspections.models import Section
from publication.models import Approval, Publication
from publication.reads.snapshot import draft
from publication.services import approve, approve_clean, return_section
from tests.factories import UserFactory
from tests.publication.world import item_list

OK = ("no_issue", [], "")


@pytest.fixture
def leader(world):
    return UserFactory(role="deputy", agency=world.police, name="高分管")


def handed_in(world, name="埇桥戈澜保安服务有限公司", result=OK, agency=None, items=None, **more):
    target = world.target(name, person_in_charge="郑大山")
    visit = world.visit(target, **more)
    agency = agency or world.police
    return world.section(visit, agency, *[(item, *result) for item in items or world.items])


def nothing_happened(section):
    section.refresh_from_db()
    assert section.status == "submitted"
    assert not Publication.objects.exists()
    assert not Approval.objects.exists()
    assert not Notice.objects.exists()
    assert not AuditEvent.objects.filter(verb__startswith="publication.").exists()


def test_approve_publishes_a_snapshot(world, leader):
    result = ("problem", ["ordered_to_correct"], "郑大山未在岗，由钱立新告知。")
    section = handed_in(world, result=result)
    world.clock_for(section, datetime.date(2021, 10, 20))

    approve(section, actor=leader)

    row = Publication.objects.get()
    target = section.inspection.selection.target
    assert (row.scope, row.uscc, row.firm_name) == ("full", target.code, target.name)
    assert (row.region, row.agency) == (world.county, world.police)
    assert (row.task_number, row.trade_name) == ("341300-2021-001", "保安服务")
    assert row.item_codes == ["baoan-1"]
    assert row.result_codes == ["ordered_to_correct"]
    assert row.has_problem
    assert row.inspected_on == datetime.date(2021, 9, 8)
    assert row.published_on == datetime.date(2021, 10, 8)
    assert row.due_on == datetime.date(2021, 10, 20)
    item = row.details["items"][0]
    assert (item["checkpoints"], item["label"]) == (2, "发现问题")
    assert item["list"] == {"agency": "341300-gongan", "number": 1}
    assert item["remark"] == "郑某未在岗，由钱某告知。"


def test_approve_decides_stops_the_clock_and_tells_the_officers(world, leader):
    section = handed_in(world)
    world.clock_for(section, datetime.date(2021, 10, 20))

    approve(section, actor=leader)

    section.refresh_from_db()
    assert section.status == "published"
    approval = Approval.objects.get()
    assert (approval.decision, approval.decided_by) == ("approved", leader)
    deadline = Deadline.objects.get()
    assert (deadline.status, deadline.met_on) == ("met", datetime.date(2021, 10, 8))
    told = Notice.objects.filter(text__contains="已审批通过并公示")
    assert sorted(told.values_list("recipient__name", flat=True)) == ["赵秋实", "钱立新"]
    event = AuditEvent.objects.get(verb="publication.publish")
    assert event.actor == leader
    assert event.data["results"] == ["no_issue"]


def test_approve_twice_publishes_once(world, leader):
    section = handed_in(world)
    approve(section, actor=leader)
    with pytest.raises(IllegalMove):
        approve(section, actor=leader)
    assert Publication.objects.count() == 1
    assert Approval.objects.count() == 1


@pytest.mark.parametrize("role", ["officer", "lead", "agency_admin", "supervisor"])
def test_only_leaders_approve(world, role):
    section = handed_in(world)
    with pytest.raises(NotAllowed):
        approve(section, actor=UserFactory(role=role, agency=world.police))
    nothing_happened(section)


def test_a_leader_of_another_agency_does_not_approve(world):
    section = handed_in(world)
    with pytest.raises(NotAllowed):
        approve(section, actor=UserFactory(role="principal", agency=world.lead))
    nothing_happened(section)


def test_nobody_approves_the_own_work(world):
    section = handed_in(world)
    actor = section.submitted_by
    actor.groups.set(UserFactory(role="deputy", agency=world.police).groups.all())
    with pytest.raises(NotAllowed, match="另一位负责人"):
        approve(section, actor=actor)
    with pytest.raises(NotAllowed, match="另一位负责人"):
        return_section(section, "依据或处置不当", actor=actor)
    nothing_happened(section)


def test_a_section_without_any_result_is_not_published(world, leader):
    section = handed_in(world, result=("not_checked", [], "停电"))
    with pytest.raises(DomainError, match="没有检查结果"):
        approve(section, actor=leader)
    nothing_happened(section)


@pytest.mark.parametrize("scope", ["limited", "withheld"])
def test_one_limited_item_redacts_the_whole_section(world, leader, scope):
    secret = item_list(
        world.police,
        {
            "code": "qiangzhi-1",
            "name": "枪支管理检查",
            "publish_scope": scope,
            "publish_reason": "仙游细则三（一）",
        },
    )
    result = ("problem", ["pending_followup"], "在演示路1号发现问题。")
    section = handed_in(world, result=result, items=[*world.items, *secret])

    row = approve(section, actor=leader)

    assert (row.scope, row.uscc, row.firm_name) == (scope, "", "")
    assert row.scope_reason == "仙游细则三（一）"
    assert row.inspected_on == datetime.date(2021, 9, 1)
    held = repr({field.name: getattr(row, field.name) for field in row._meta.fields[3:]})
    target = section.inspection.selection.target
    for secret_text in (target.name, target.code, target.address, "发现问题。", "郑大山"):
        assert secret_text not in held
    if scope == "withheld":
        assert row.result_codes == []
        assert row.item_names == []


def test_the_draft_is_what_gets_published(world, leader):
    section = handed_in(world)
    shown = draft(section)
    published = approve(section, actor=leader)
    same = ("scope", "uscc", "firm_name", "details", "result_codes", "inspected_on", "published_on")
    assert [getattr(shown, name) for name in same] == [getattr(published, name) for name in same]


def test_a_gone_firm_is_published_with_its_outcome(world, leader):
    target = world.target("宿州稷卫保安服务有限公司")
    visit = world.visit(target, outcome="closed", outcome_note="门店已拆", entered_at=None)
    section = world.section(visit, world.police)
    section.items.set(world.items)

    row = approve(section, actor=leader)

    assert row.result_codes == ["closed"]
    assert row.details["outcome"] == "已关闭停业或正在组织清算"
    assert "门店已拆" not in repr(row.details)


def test_return_needs_a_reason_and_tells_the_officers(world, leader):
    section = handed_in(world)
    with pytest.raises(DomainError, match="理由"):
        return_section(section, "  ", actor=leader)
    nothing_happened(section)

    return_section(section, "依据或处置不当：请补条款", actor=leader)

    section.refresh_from_db()
    assert (section.status, section.return_reason) == ("returned", "依据或处置不当：请补条款")
    approval = Approval.objects.get()
    assert (approval.decision, approval.reason) == ("returned", "依据或处置不当：请补条款")
    assert Notice.objects.filter(text__contains="请补条款").count() == 2
    assert not Publication.objects.exists()


def test_what_is_published_cannot_be_returned(world, leader):
    section = handed_in(world)
    approve(section, actor=leader)
    with pytest.raises(IllegalMove):
        return_section(section, "其他：再看看", actor=leader)
    assert Approval.objects.count() == 1


def test_clean_records_pass_at_once_when_the_count_is_right(world, leader):
    sections = [handed_in(world, name=f"演示保安{n}") for n in range(3)]
    with pytest.raises(DomainError, match="2 条变为 3 条"):
        approve_clean(sections, confirmed=2, actor=leader)
    assert not Publication.objects.exists()

    done = approve_clean(sections, confirmed=3, actor=leader)

    assert len(done) == Publication.objects.count() == 3
    assert Section.objects.filter(status="published").count() == 3


def test_a_problem_never_passes_in_bulk(world, leader):
    clean = handed_in(world, name="演示保安1")
    bad = handed_in(world, name="演示保安2", result=("problem", ["pending_followup"], ""))
    with pytest.raises(DomainError, match="逐户审批"):
        approve_clean([clean, bad], confirmed=2, actor=leader)
    with pytest.raises(DomainError, match="逐户审批"):
        approve_clean([], confirmed=0, actor=leader)
    assert not Publication.objects.exists()


@pytest.mark.parametrize("model", [Publication, Approval])
def test_rows_cannot_be_changed_or_deleted(world, leader, model):
    approve(handed_in(world), actor=leader)
    for change in (
        lambda: model.objects.update(id=99),
        lambda: model.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert model.objects.count() == 1
