"""Whose turn it is, from the first step to the last."""

import datetime

import pytest

from inspections import services
from inspections.models import Inspection
from inspections.reads.form_state import Sheet
from tests.factories import UserFactory
from tests.inspections.factories import PASSWORD


def step(world, user=None):
    found = Sheet.load(world.visit.pk).step_for(user or world.officer())
    return found.slug, found.note


def test_every_step_of_a_visit(deadlines, world):
    first, second = world.teams["gongan"]
    assert step(world) == ("enter", "请先出示证件并告知")
    world.enter()
    assert step(world) == ("save", "还有 1 处要填")
    world.fill()
    assert step(world) == ("confirm", "已填完，请检查人员确认")
    services.confirm(world.section(), first, password=PASSWORD, address="", actor=first.user)
    assert step(world) == ("confirm", f"等待{second}确认")
    services.confirm(world.section(), second, password=PASSWORD, address="", actor=first.user)
    assert step(world) == ("wait", "等待市场监管确认后签字")
    world.fill("shichang")
    world.confirm("shichang")
    assert step(world) == ("sign", "请企业签字")
    world.sign()
    assert step(world) == ("submit", "已可提交审批")
    world.submit()
    assert step(world) == ("done", "待审批")
    assert step(world, world.officer("shichang")) == ("submit", "已可提交审批")
    assert step(world, UserFactory(role="deputy", agency=world.police)) == ("read", "仅供查看")


def test_an_ended_visit_goes_straight_to_the_end(world):
    services.set_outcome(world.visit, "moved_out", "已迁往外市", actor=world.officer())
    assert step(world)[0] == "confirm"
    world.confirm()
    assert step(world)[0] == "submit"


def test_a_contradiction_has_no_conclusion(inside):
    services.answer(
        inside.section(),
        inside.items["gongan"][0],
        result="problem",
        problems=["pending_followup"],
        remark="另案处理",
        version=0,
        actor=inside.officer(),
    )
    services.set_outcome(inside.visit, "no_relevant_business", "已转产", actor=inside.officer())
    part = Sheet.load(inside.visit.pk).parts[0]
    assert part.codes == []
    assert part.conclusion == ""
    assert "不能同时成立" in part.missing[0][1]


def test_the_day_of_the_visit_is_the_day_of_entry(world, clock):
    assert Sheet.load(world.visit.pk).visited_on == datetime.date(2021, 7, 21)
    world.enter()
    clock("2021-08-02")
    assert Sheet.load(world.visit.pk).visited_on == datetime.date(2021, 7, 21)


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditor"])
def test_the_three_administrators_see_no_visit(world, role):
    user = UserFactory(role=role, agency=None)
    assert not Inspection.objects.visible_to(user).exists()
    assert not world.section().__class__.objects.visible_to(user).exists()


def test_rows_have_names(world):
    world.ready()
    section, visit = world.section(), world.visit
    assert str(visit) == visit.target.name
    assert str(section) == f"{visit.target.name}　{world.police}"
    assert str(section.answers.get()) == "保安服务公司监督检查：未发现问题"
    assert str(section.confirmations.first()) == f"{world.teams['gongan'][0]}确认{section}"
    assert str(visit.signatures.get()) == f"{visit}　已签字"
    assert str(visit.documents.get(kind="notice")).startswith("行政检查通知书 ")
