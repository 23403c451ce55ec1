import datetime
from uuid import UUID

import pytest

from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import AuditEvent, Notice
from deadlines.models import Deadline
from inspections import services
from inspections.flows import InspectionStatus, SectionStatus
from inspections.models import Section, Signature
from inspections.reads.form_state import Sheet
from registries.models import ItemPass
from tasks.flows import TaskStatus
from tests.factories import UserFactory
from tests.inspections.factories import SelectionFactory, assign
from tests.inspections.test_visiting import strangers

DAY = datetime.date


@pytest.fixture
def ready(deadlines, world):
    """Filled, confirmed and signed."""
    world.ready()
    return world


@pytest.fixture
def deputy(world):
    return UserFactory(role="deputy", agency=world.police)


def clocks(kind="publish_result"):
    return Deadline.objects.filter(kind=kind)


def submit(world, number=1, system="gongan", actor=None):
    return services.submit(
        world.section(system), submission_id=UUID(int=number), actor=actor or world.officer(system)
    )


# Handing in


def test_a_section_is_handed_in(ready, deputy):
    section = submit(ready)
    assert section.status == SectionStatus.SUBMITTED
    assert section.submission_id == UUID(int=1)
    assert section.submitted_by == ready.officer()
    assert ready.visit.status == InspectionStatus.SIGNED
    assert Deadline.objects.get(
        kind="onsite", subject=f"inspections.section:{section.pk}"
    ).met_on == DAY(2021, 7, 21)
    notice = Notice.objects.get(recipient=deputy, text__contains="请审批")
    assert notice.link == f"/desk/approvals/{section.pk}/"
    assert not clocks().exists()


def test_the_same_number_again_changes_nothing(ready):
    submit(ready)
    assert submit(ready).status == SectionStatus.SUBMITTED
    assert submit(ready, actor=ready.officer("gongan", 1)).submitted_by == ready.officer()
    assert AuditEvent.objects.filter(verb="inspections.submit").count() == 1


def test_another_number_after_handing_in_is_refused(ready):
    submit(ready)
    with pytest.raises(IllegalMove, match="已提交审批"):
        submit(ready, 2)
    assert ready.section().submission_id == UUID(int=1)


def test_a_number_counts_once_in_the_whole_portal(ready):
    submit(ready)
    with pytest.raises(IllegalMove, match="提交编号已被使用"):
        submit(ready, 1, "shichang")
    section = ready.section("shichang")
    assert (section.status, section.submission_id) == (SectionStatus.CONFIRMED, None)


def test_unconfirmed_sections_are_not_handed_in(inside):
    inside.fill()
    with pytest.raises(IllegalMove, match="还没有全部确认"):
        submit(inside)
    assert_not_handed_in(inside)


def test_unsigned_forms_are_not_handed_in(inside):
    for system in inside.teams:
        inside.fill(system)
        inside.confirm(system)
    with pytest.raises(IllegalMove, match="还没有签字"):
        submit(inside)
    assert_not_handed_in(inside, SectionStatus.CONFIRMED)


def test_a_signature_under_other_content_does_not_count(ready):
    services.answer(
        ready.section("shichang"),
        ready.items["shichang"][0],
        result="not_checked",
        remark="账册送审",
        version=1,
        actor=ready.officer("shichang"),
    )
    ready.confirm("shichang")
    with pytest.raises(IllegalMove, match="签字后内容有修改"):
        submit(ready)
    assert_not_handed_in(ready, SectionStatus.CONFIRMED)
    ready.sign()
    assert submit(ready).status == SectionStatus.SUBMITTED


@pytest.mark.parametrize("who", ["colleague", "lead", "deputy", "foreign"])
def test_only_the_team_hands_in(ready, who):
    with pytest.raises(NotAllowed):
        submit(ready, actor=strangers(ready)[who])
    assert_not_handed_in(ready, SectionStatus.CONFIRMED)


def test_a_refused_signature_is_enough(deadlines, inside):
    for system in inside.teams:
        inside.fill(system)
        inside.confirm(system)
    services.refuse_signature(
        inside.visit, reason="有异议", witness="社区李某", actor=inside.officer()
    )
    assert submit(inside).status == SectionStatus.SUBMITTED


# The visit and the task


def test_the_last_section_completes_visit_and_task(ready, clock):
    submit(ready)
    clock("2021-09-30")
    submit(ready, 2, "shichang")

    visit = ready.visit
    assert (visit.status, visit.completed_on) == (InspectionStatus.COMPLETED, DAY(2021, 9, 30))
    ready.task.refresh_from_db()
    assert (ready.task.status, ready.task.completed_on) == (
        TaskStatus.COMPLETED,
        DAY(2021, 9, 30),
    )
    # 20 working days after 09-30 are 11-03; the task ends on 10-20, which is earlier.
    assert {(one.agency_id, one.due_on, one.link) for one in clocks()} == {
        (one.agency_id, DAY(2021, 10, 20), f"/desk/approvals/{one.pk}/")
        for one in Section.objects.all()
    }


def test_the_task_waits_for_its_last_visit(deadlines, assigned):
    second = SelectionFactory(task=assigned.task, number=2)
    for team in assigned.teams.values():
        assign(second, team)
    assigned.dispatch()
    number = iter(range(1, 5))
    for selection in assigned.task.selections.all():
        visit = selection.inspection
        assigned.ready(visit)
        assigned.task.refresh_from_db()
        assert assigned.task.status == TaskStatus.DISPATCHED
        assert not clocks().exists()
        for system in assigned.teams:
            assigned.submit(system, next(number), visit)
    assigned.task.refresh_from_db()
    assert assigned.task.status == TaskStatus.COMPLETED
    assert clocks().count() == 4


def test_where_the_rule_says_so_the_clock_runs_per_form(deadlines, assigned):
    """002: within 20 calendar days of the end of the check of this firm."""
    rule = Deadline._meta.apps.get_model("deadlines.DeadlineRule")
    rule.objects.filter(kind="publish_result").update(
        trigger="form_completed", unit="calendar_day", amount=20
    )
    second = SelectionFactory(task=assigned.task, number=2)
    for team in assigned.teams.values():
        assign(second, team)
    assigned.dispatch()
    assigned.ready()
    assigned.submit("gongan", 1)
    assert not clocks().exists()
    assigned.submit("shichang", 2)

    assigned.task.refresh_from_db()
    assert assigned.task.status == TaskStatus.DISPATCHED
    assert [one.due_on for one in clocks()] == [DAY(2021, 8, 10)] * 2


def test_an_ended_visit_is_handed_in_without_entry_or_signature(deadlines, world):
    services.set_outcome(world.visit, "unreachable", "两次上门无人", actor=world.officer())
    for number, system in enumerate(world.teams, 1):
        world.confirm(system)
        submit(world, number, system)
    assert world.visit.status == InspectionStatus.COMPLETED
    assert Sheet.load(world.visit.pk).parts[0].codes == ["unreachable"]
    assert clocks().count() == 2


# Return and approval


def test_a_section_is_returned_with_its_reason(ready, deputy):
    submit(ready)
    services.return_section(ready.section(), " 照片与说明不符 ", actor=deputy)
    section = ready.section()
    assert (section.status, section.return_reason) == (SectionStatus.RETURNED, "照片与说明不符")
    assert not section.confirmations.exists()
    told = Notice.objects.filter(text__contains="被退回").values_list("recipient", flat=True)
    assert set(told) == {one.user_id for one in ready.teams["gongan"]}


def test_a_returned_section_is_confirmed_and_handed_in_again(ready, deputy):
    submit(ready)
    submit(ready, 2, "shichang")
    services.return_section(ready.section(), "请补充说明", actor=deputy)

    assert submit(ready).status == SectionStatus.RETURNED  # a late copy of the first one
    ready.confirm()
    section = submit(ready, 3)

    assert section.status == SectionStatus.SUBMITTED
    assert ready.visit.status == InspectionStatus.COMPLETED
    assert Signature.objects.count() == 1  # nothing changed, so the firm need not sign again
    assert clocks().count() == 2


def test_changed_after_a_return_the_form_is_signed_again(ready, deputy, clock):
    submit(ready)
    submit(ready, 2, "shichang")
    services.return_section(ready.section(), "请补充说明", actor=deputy)
    clock("2021-08-02")
    services.answer(
        ready.section(),
        ready.items["gongan"][0],
        result="no_issue",
        remark="台账齐全",
        version=1,
        actor=ready.officer(),
    )
    ready.confirm()
    with pytest.raises(IllegalMove, match="签字后内容有修改"):
        submit(ready, 3)
    ready.sign()
    submit(ready, 3)

    visit = ready.visit
    assert (visit.status, visit.completed_on) == (InspectionStatus.COMPLETED, DAY(2021, 7, 21))
    ready.task.refresh_from_db()
    assert ready.task.status == TaskStatus.COMPLETED
    assert clocks().count() == 2


def test_a_return_needs_a_reason(ready, deputy):
    submit(ready)
    with pytest.raises(DomainError, match="退回的理由"):
        services.return_section(ready.section(), "  ", actor=deputy)
    assert ready.section().status == SectionStatus.SUBMITTED
    assert ready.section().confirmations.count() == 2


def test_a_section_is_approved(ready, deputy):
    submit(ready)
    services.approve_section(ready.section(), actor=deputy)
    assert ready.section().status == SectionStatus.PUBLISHED
    assert AuditEvent.objects.get(verb="inspections.approve").actor == deputy


def test_what_was_found_in_order_is_noted_when_it_is_approved(ready, deputy):
    submit(ready)
    section = ready.section()
    assert not ItemPass.objects.exists()
    services.approve_section(section, actor=deputy)
    assert {
        (one.target, one.agency, one.item_code, one.task_number) for one in ItemPass.objects.all()
    } == {
        (section.inspection.target, section.agency, item.code, ready.task.number)
        for item in section.items.all()
    }


def test_no_clock_starts_for_what_is_already_public(ready, deputy):
    submit(ready)
    services.approve_section(ready.section(), actor=deputy)
    submit(ready, 2, "shichang")
    assert clocks().get().agency == ready.market


def test_published_sections_are_closed(ready, deputy):
    submit(ready)
    services.approve_section(ready.section(), actor=deputy)
    with pytest.raises(IllegalMove, match="更正功能尚未开通"):
        services.answer_rest_no_issue(ready.section(), actor=ready.officer())
    with pytest.raises(IllegalMove):
        services.return_section(ready.section(), "再看看", actor=deputy)


@pytest.mark.parametrize("who", ["colleague", "lead", "foreign"])
def test_only_a_leader_of_the_agency_decides(ready, who):
    submit(ready)
    actor = strangers(ready)[who]
    with pytest.raises(NotAllowed):
        services.approve_section(ready.section(), actor=actor)
    with pytest.raises(NotAllowed):
        services.return_section(ready.section(), "理由", actor=actor)
    assert ready.section().status == SectionStatus.SUBMITTED


def test_the_leader_of_another_agency_does_not_decide(ready):
    submit(ready)
    with pytest.raises(NotAllowed):
        services.approve_section(
            ready.section(), actor=UserFactory(role="deputy", agency=ready.market)
        )
    assert ready.section().status == SectionStatus.SUBMITTED


def test_nobody_approves_the_own_record(deadlines, assigned):
    both = UserFactory(role=["officer", "deputy"], agency=assigned.police)
    inspector = assigned.teams["gongan"][0]
    inspector.user = both
    inspector.save()
    assigned.dispatch()
    assigned.ready()
    submit(assigned)
    with pytest.raises(NotAllowed, match="不能审批自己的记录"):
        services.approve_section(assigned.section(), actor=both)
    with pytest.raises(NotAllowed, match="不能审批自己的记录"):
        services.return_section(assigned.section(), "理由", actor=both)
    assert assigned.section().status == SectionStatus.SUBMITTED


def assert_not_handed_in(world, status=SectionStatus.FILLING):
    section = world.section()
    assert (section.status, section.submission_id) == (status, None)
    assert not AuditEvent.objects.filter(verb="inspections.submit").exists()
    assert not Notice.objects.filter(text__contains="请审批").exists()
