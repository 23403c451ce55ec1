"""What an officer has to do, at every step of a visit."""

import pytest

from inspections import services
from inspections.models import Inspection
from tests.factories import UserFactory
from tests.inspections.factories import PASSWORD, SelectionFactory, assign, build_world
from tests.reports.conftest import kinds, only, todos


@pytest.fixture
def officer(world):
    return world.officer()


def confirm(world, place, system="gongan"):
    inspector = world.teams[system][place]
    section = world.section(system)
    services.confirm(section, inspector, password=PASSWORD, address="", actor=inspector.user)


def test_a_dispatched_visit_waits_for_its_officers_only(world, officer):
    todo = only(officer)
    firm = world.visit.target
    assert (todo.kind, todo.title) == ("enter", f"{firm}：待检查")
    assert todo.link == f"/m/forms/{world.visit.pk}/"
    assert todo.why.startswith(f"{world.task}。到场出示证件、告知权利后进入检查。最晚 9月30日")
    assert kinds(world.officer("shichang")) == ["enter"]
    colleague = UserFactory(role="officer", agency=officer.agency)
    assert todos(colleague) == []


def test_the_steps_of_a_form(world, officer):
    second, market = world.officer("gongan", 1), world.officer("shichang")
    world.enter()
    assert kinds(officer) == ["fill"]
    world.fill()
    assert kinds(officer) == ["confirm"]
    confirm(world, 0)
    assert (kinds(officer), kinds(second)) == (["wait"], ["confirm"])
    confirm(world, 1)
    assert (kinds(officer), kinds(market)) == (["wait_agency"], ["fill"])
    world.fill("shichang")
    world.confirm("shichang")
    assert (kinds(officer), kinds(market)) == (["sign"], ["sign"])
    world.sign()
    assert kinds(officer) == ["submit"]
    world.submit()
    assert todos(officer) == []
    assert kinds(market) == ["submit"]


def test_a_change_after_the_signature_asks_for_another(world, officer):
    world.ready()
    section = world.section()
    services.answer(
        section,
        section.items.get(),
        result="problem",
        problems=["pending_followup"],
        remark="未建立台账",
        version=1,
        actor=officer,
    )
    assert kinds(officer) == ["confirm"]
    world.confirm()
    assert kinds(officer) == ["sign"]


def test_a_problem_without_its_details_is_not_complete(world, officer):
    world.enter()
    section = world.section()
    services.answer(section, section.items.get(), result="problem", version=0, actor=officer)
    assert kinds(officer) == ["fill"]


def test_a_firm_that_cannot_be_reached_needs_no_signature(world, officer):
    services.set_outcome(world.visit, "unreachable", "两次上门无人", actor=officer)
    assert kinds(officer) == ["confirm"]
    world.confirm()
    assert kinds(officer) == ["submit"]


def test_a_returned_record_says_why(world, officer):
    world.ready()
    section = world.submit()
    deputy = UserFactory(role="deputy", agency=officer.agency)
    services.return_section(section, "照片缺失", actor=deputy)
    todo = only(officer)
    assert (todo.kind, todo.why, todo.label) == ("returned", "理由：照片缺失", "修改")
    confirm(world, 0)
    assert kinds(officer) == ["wait"]


def test_several_firms_at_the_same_step_stand_together(bureau):
    world = build_world(firms=5)
    world.dispatch()
    todo = only(world.officer())
    assert todo.title == f"{world.task}：5 户待检查"
    assert (todo.link, todo.label) == ("/m/", "查看 5 户")
    assert "等 5 户" in todo.why


def test_ten_visits_need_as_many_queries_as_one(bureau, asked):
    world = build_world(firms=1)
    for number in range(2, 11):
        selection = SelectionFactory(task=world.task, number=number)
        for team in world.teams.values():
            assign(selection, team)
    world.dispatch()
    officer = world.officer()
    ten = asked(todos, officer)
    for visit in Inspection.objects.order_by("pk")[1:]:
        for section in visit.sections.all():
            section.items.clear()
            section.delete()
    assert only(officer).title.endswith("：待检查")
    assert asked(todos, officer) == ten
