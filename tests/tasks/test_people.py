from collections import Counter

import pytest

from core.errors import DomainError, IllegalMove, NotAllowed
from draws.models import Draw, Purpose
from registries.models import Inspector, Recusal
from tasks import services
from tasks.flows import TaskStatus
from tasks.models import Assignment, Task
from tests import suzhou

STAR = "灵璧石铎保安服务有限公司"


def test_two_of_each_agency_from_the_county_that_executes(task):
    suzhou.assigned(task)
    task.refresh_from_db()
    assert task.status == TaskStatus.ASSIGNED
    for selection in task.selections.select_related("target"):
        team = list(selection.assignments.select_related("agency", "inspector__agency"))
        assert len(team) == suzhou.EXPECT["inspectors_per_target"]
        assert Counter(a.agency.system_id for a in team) == {"gongan": 2, "shichang": 2}
        assert {a.agency.region_id for a in team} == {selection.target.region_id}
        assert all(a.inspector.agency_id == a.agency_id for a in team)
        assert Counter(a.agency_id for a in team if a.is_lead) == Counter(
            {a.agency_id for a in team}
        )


def test_recused_officers_are_never_sent(task):
    suzhou.assigned(task)
    star = task.selections.get(target__name=STAR)
    sent = {a.inspector.user.username for a in star.assignments.select_related("inspector__user")}
    assert sent == {
        "officer-gongan",
        "officer-gongan-2",
        "officer-shichang",
        "officer-shichang-2",
    }


def test_names_and_numbers_of_officers_are_not_in_the_files(task):
    suzhou.assigned(task)
    draw = task.draws.get(purpose=Purpose.INSPECTORS)
    text = draw.inspectors_text + draw.result_text
    for inspector in Inspector.objects.all():
        assert inspector.police_no == "" or inspector.police_no not in text
        assert inspector.certificate_no not in text


def test_a_county_that_cannot_staff_its_targets_is_named(task):
    suzhou.locked(task)
    star = task.selections.get(target__name=STAR)
    short = Inspector.objects.get(user__username="officer-gongan")
    Inspector.objects.filter(pk=short.pk).update(certificate_valid_until="2021-09-29")
    with pytest.raises(
        DomainError,
        match=f"公安部门有 1 户无法配齐每户 2 名检查人员（{star.target.name}）：可派的只有周某；",
    ):
        services.freeze_people(task, actor=suzhou.person("lead"))
    task.refresh_from_db()
    assert task.status == TaskStatus.LOCKED
    assert not Draw.objects.filter(purpose=Purpose.INSPECTORS).exists()


def test_a_general_recusal_keeps_an_officer_out_of_everything(task):
    suzhou.locked(task)
    star = task.selections.get(target__name=STAR)
    Recusal.objects.create(
        inspector=Inspector.objects.get(user__username="officer-gongan"),
        reason="借调",
        declared_on=suzhou.TODAY,
    )
    with pytest.raises(DomainError, match=star.target.name):
        services.freeze_people(task, actor=suzhou.person("lead"))


def test_people_come_after_the_lock_and_once(task):
    suzhou.opened_draw(task)
    lead = suzhou.person("lead")
    with pytest.raises(IllegalMove, match="锁定后"):
        services.freeze_people(task, actor=lead)
    assert Draw.objects.count() == 1


def test_the_roster_is_frozen_once_by_the_lead_only(task):
    suzhou.locked(task)
    with pytest.raises(NotAllowed):
        services.freeze_people(task, actor=suzhou.person("admin-gongan"))
    services.freeze_people(task, actor=suzhou.person("lead"))
    with pytest.raises(IllegalMove, match="已经封存"):
        services.freeze_people(task, actor=suzhou.person("lead"))
    assert not Assignment.objects.exists()


def test_executing_agencies_see_the_task_after_dispatch(task):
    suzhou.assigned(task)
    officer = suzhou.person("officer-shichang")
    assert task not in Task.objects.visible_to(officer)
    services.dispatch(task, actor=suzhou.person("lead"))
    assert task in Task.objects.visible_to(officer)
