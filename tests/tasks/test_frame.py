import pytest

from registries.models import Target
from tasks import frame, services
from tasks.models import Selection, Task
from tests import suzhou


@pytest.fixture
def capped(task):
    """The rules of 开封: at most twice a year by one agency (F15)."""
    task.rules = task.rules | {"annual_cap_per_agency": 2}
    task.save()
    return task


def drawn_before(task, target, times):
    """Earlier joint tasks of the year that drew the target."""
    for number in range(times):
        earlier = Task.objects.get(pk=task.pk)
        earlier.pk, earlier.number, earlier.status = None, f"earlier-{number}", "cancelled"
        earlier._state.adding = True
        earlier.save()
        earlier.participants.set(task.participants.all())
        Selection.objects.create(
            task=earlier, target=target, number=1, stratum="good", how="draw", ticket="0" * 64
        )


@pytest.mark.parametrize(("times", "is_out"), [(1, False), (2, True), (3, True)])
def test_the_annual_cap_counts_a_joint_task_once(capped, times, is_out):
    target = Target.objects.get(name="埇桥禾盾保安服务有限公司")
    drawn_before(capped, target, times)
    assert (target in frame.of(capped).out("annual_cap")) is is_out


@pytest.mark.parametrize("risk", ["is_key", "is_abnormal", "is_blacklisted"])
def test_who_is_exempt_stays_in_the_pool(capped, risk):
    target = Target.objects.get(name="埇桥禾盾保安服务有限公司")
    Target.objects.filter(pk=target.pk).update(**{risk: True})
    drawn_before(capped, target, 2)
    assert frame.of(capped).out("annual_cap") == []


def test_without_a_cap_nobody_is_out(task):
    target = Target.objects.get(name="埇桥禾盾保安服务有限公司")
    drawn_before(task, target, 5)
    assert frame.of(task).eligible == suzhou.SCENARIO["targets"]["base"]


def test_the_total_over_all_agencies_counts_too(task):
    target = Target.objects.get(name="埇桥禾盾保安服务有限公司")
    task.rules = task.rules | {"annual_cap_total": 4}
    task.save()
    drawn_before(task, target, 4)
    assert frame.of(task).out("annual_cap") == [target]


@pytest.mark.parametrize("name", ["埇桥北汴护卫有限公司", "灵璧石铎保安服务有限公司"])
def test_dishonest_firms_are_not_protected_by_the_cap(capped, name):
    target = Target.objects.get(name=name)
    drawn_before(capped, target, 3)
    assert frame.of(capped).out("annual_cap") == []


def test_names_wait_until_the_last_visit_is_done(task, clock):
    suzhou.assigned(task)
    services.dispatch(task, actor=suzhou.person("lead"))
    for day, is_public in (("2021-09-30", False), ("2021-10-01", False), ("2021-10-21", True)):
        clock(day)
        assert task.list_is_public is is_public, day
    clock("2021-10-01")
    services.complete(task, on=suzhou.TODAY)
    assert task.list_is_public
    clock("2021-09-30")
    assert not task.list_is_public
