import threading

import pytest
from django.db import connections

from agencies.models import Agency
from catalog.services import create_version, publish_version
from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import AuditEvent
from deadlines.models import Deadline
from plans import services as plans
from plans.models import PlanLine
from tasks import services
from tasks.flows import TaskStatus
from tasks.models import Task
from tasks.reads.timetable import proposal
from tests import suzhou


def test_everything_comes_from_the_plan_line(task):
    assert task.number == "341300-2021-001"
    assert task.status == TaskStatus.DRAFT
    assert [item.code for item in task.items.order_by("code")] == [
        "ga-baoan",
        "sj-dengji",
        "sj-gongshi",
    ]
    assert [agency.code for agency in task.agencies] == ["341300-gongan", "341300-shichang"]
    assert {tier.grade.slug: tier.ratio_ppm for tier in task.tiers.all()} == suzhou.TIERS
    assert task.rules["inspectors_per_agency"] == 2
    assert not task.rules["is_restricted"]


def test_participants_see_the_task_through_their_group(task):
    participant = suzhou.person("admin-shichang")
    stranger = suzhou.person("officer-shichang")
    assert task in Task.objects.visible_to(participant)
    assert task not in Task.objects.visible_to(stranger)


def test_numbers_have_no_gaps(task):
    assert services.life.next_number(task.agency.region, 2021) == "341300-2021-002"
    assert services.life.next_number(task.agency.region, 2022) == "341300-2022-001"


def test_only_the_lead_of_the_agency_may_launch(line):
    for username in ("admin-gongan", "officer-gongan", "admin-shichang", "sysadmin"):
        with pytest.raises(NotAllowed):
            services.create_task(proposal(line), line, actor=suzhou.person(username))
    assert_nothing_happened()


def test_an_item_that_is_no_longer_published_may_not_be_inspected(line):
    lead = suzhou.person("lead")
    old = lead.agency.versions.get()
    new = create_version(lead.agency, "第二版", "", actor=lead, copy_from=old)
    publish_version(new, actor=lead)
    with pytest.raises(DomainError, match="保安服务公司监督检查.*不得检查"):
        services.create_task(proposal(line), line, actor=lead)
    assert_nothing_happened()


def test_a_coordinating_agency_cannot_inspect(line):
    Agency.objects.filter(code="341300-shichang").update(is_inspecting=False)
    with pytest.raises(DomainError, match="议事协调机构"):
        services.create_task(proposal(line), line, actor=suzhou.person("lead"))
    assert_nothing_happened()


def test_an_unpublished_plan_launches_nothing(line):
    lead = suzhou.person("lead")
    line.plan.status = "approved"
    with pytest.raises(DomainError, match="计划尚未公布"):
        services.create_task(proposal(line), line, actor=lead)
    assert_nothing_happened()


def test_a_draft_can_be_cancelled_and_launched_again(task):
    services.cancel_task(task, actor=suzhou.person("lead"))
    again = suzhou.draft_task(task.line)
    assert again.number == "341300-2021-002"


def assert_nothing_happened():
    assert not Task.objects.exists()
    assert not Deadline.objects.filter(subject__startswith="tasks.").exists()
    assert not AuditEvent.objects.filter(verb__startswith="tasks.").exists()


def test_a_line_launches_one_task_also_after_an_adjustment(task):
    lead = suzhou.person("lead")
    with pytest.raises(DomainError, match="已发起任务 341300-2021-001"):
        suzhou.draft_task(task.line)
    plan = plans.adjust(task.line.plan, actor=lead)
    plans.submit(plan, actor=lead)
    plans.approve(plan, actor=suzhou.person("leader"))
    plans.publish(plan, actor=lead)
    with pytest.raises(DomainError, match="已发起任务 341300-2021-001"):
        suzhou.draft_task(plan.lines.get())
    assert Task.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_launch_one_task(clock):
    clock("2021-07-15")
    suzhou.lay_house()
    line = suzhou.published_line()
    start, outcomes = threading.Barrier(4), []

    def click():
        try:
            start.wait()
            suzhou.draft_task(PlanLine.objects.get(pk=line.pk))
            outcomes.append("launched")
        except DomainError as error:
            outcomes.append(error.message)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    told = "该计划项已发起任务 341300-2021-001，不能重复发起。"
    assert sorted(outcomes) == ["launched", *[told] * 3]
    assert Task.objects.count() == 1


def test_the_report_is_handed_in_once_after_the_visits(task):
    lead = suzhou.person("lead")
    with pytest.raises(DomainError, match="还没有全部完成"):
        services.hand_in_report(task, actor=lead)
    suzhou.assigned(task)
    services.dispatch(task, actor=lead)
    services.complete(task, on=suzhou.TODAY)
    services.hand_in_report(task, actor=lead)
    with pytest.raises(IllegalMove):
        services.hand_in_report(task, actor=lead)
