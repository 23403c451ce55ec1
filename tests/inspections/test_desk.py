import pytest
from django.urls import reverse

from inspections.models import Inspection
from tasks.flows import TaskStatus
from tests.factories import UserFactory, agency
from tests.inspections.factories import build_world


def text(response):
    return response.content.decode()


def viewer(world, role):
    owner = {"lead": world.task.agency, "supervisor": world.task.agency}.get(role, world.police)
    return UserFactory(role=role, agency=owner)


@pytest.mark.parametrize("role", ["lead", "supervisor", "deputy", "principal", "officer"])
def test_the_record_is_read_by_those_who_oversee_it(world, log_in, role):
    world.ready()
    client = log_in(viewer(world, role))
    page = text(client.get(reverse("inspections:detail", args=[world.visit.pk])))
    assert "登记事项检查" in page
    assert "保安服务公司监督检查" in page
    assert "结论：未发现问题" in page
    assert "赵某某（现场负责人）" in page
    assert "亮证进入" in page
    assert f"{world.task.number}-1-T" in page


def test_the_record_of_a_problem(inside, log_in):
    from_market = inside.officer("shichang")
    client = log_in(from_market)
    pk = inside.items["shichang"][0].pk
    client.post(
        reverse("inspections:save", args=[inside.visit.pk]),
        {
            f"i{pk}-result": "problem",
            f"i{pk}-problems": ["not_disclosed"],
            f"i{pk}-remark": "年报未公示",
            f"i{pk}-rectify_by": "2021-08-20",
        },
    )
    page = text(client.get(reverse("inspections:detail", args=[inside.visit.pk])))
    assert "按现有内容，结论为：未按规定公示应当公示的信息" in page
    assert "年报未公示" in page
    assert "改正期限 2021年8月20日" in page
    assert "填写</a>" in page


@pytest.mark.parametrize("name", ["detail", "form"])
def test_elsewhere_the_record_does_not_exist(world, log_in, name):
    for user in (
        UserFactory(role="deputy", agency=agency("341321", "gongan")),
        UserFactory(role="lead", agency=agency("130606", "gongan")),
        UserFactory(role="sysadmin", agency=None),
    ):
        response = log_in(user).get(reverse(f"inspections:{name}", args=[world.visit.pk]))
        assert response.status_code == 404


def test_the_list_is_filtered_by_task_name_and_code(world, log_in):
    target = world.visit.target
    client = log_in(world.lead)
    address = reverse("inspections:list")
    for query in (
        "",
        f"?task={world.task.number}",
        f"?q={target.name[2:8]}",
        f"?q={target.code[:6].lower()}",
    ):
        assert target.name in text(client.get(address + query)), query
    nothing = text(client.get(f"{address}?q=没有这家"))
    assert target.name not in nothing
    assert "没有找到符合条件的检查记录" in nothing
    assert client.get(f"{address}?task=999999-2021-001").status_code == 404


def test_the_list_is_empty_before_anything_is_dispatched(assigned, log_in):
    assert "还没有检查记录" in text(log_in(assigned.lead).get(reverse("inspections:list")))


def test_pages_of_twenty(assigned, log_in):
    world = build_world(firms=21)
    world.dispatch()
    client = log_in(world.lead)
    first = client.get(reverse("inspections:list"))
    assert len(first.context["sheets"]) == 20
    second = client.get(f"{reverse('inspections:list')}?{first.context['page'].next}")
    assert len(second.context["sheets"]) == 1


def test_the_visits_of_a_task_for_its_page(world, log_in):
    address = reverse("inspections:of_task", args=[world.task.number])
    client = log_in(world.lead)
    page = text(client.get(address))
    assert "<!doctype html>" in page
    part = text(client.get(address, headers={"HX-Request": "true"}))
    assert "<!doctype html>" not in part
    assert world.visit.target.name in part
    assert "未填写" in part


def test_before_dispatch_the_part_says_so(assigned, log_in):
    address = reverse("inspections:of_task", args=[assigned.task.number])
    assert "任务派发后" in text(log_in(assigned.lead).get(address))


def test_executing_agencies_see_the_task_after_dispatch(assigned, log_in):
    address = reverse("inspections:of_task", args=[assigned.task.number])
    client = log_in(assigned.officer("shichang"))
    assert client.get(address).status_code == 404
    assigned.dispatch()
    assert assigned.visit.target.name in text(client.get(address))


# 派发


def test_the_lead_dispatches(assigned, log_in):
    response = log_in(assigned.lead).post(
        reverse("inspections:dispatch", args=[assigned.task.number])
    )
    assert response.url == assigned.task.get_absolute_url()
    assert Inspection.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "system", "status"), [("supervisor", "gongan", 403), ("lead", "shichang", 403)]
)
def test_others_do_not_dispatch(assigned, log_in, role, system, status):
    user = UserFactory(role=role, agency=agency("341300", system))
    response = log_in(user).post(reverse("inspections:dispatch", args=[assigned.task.number]))
    assert response.status_code == status
    assert_not_dispatched(assigned)


def test_a_stranger_finds_no_task_to_dispatch(assigned, log_in):
    user = UserFactory(role="lead", agency=agency("130606", "gongan"))
    response = log_in(user).post(reverse("inspections:dispatch", args=[assigned.task.number]))
    assert response.status_code == 404
    assert_not_dispatched(assigned)


def test_dispatching_is_no_link(assigned, log_in):
    response = log_in(assigned.lead).get(
        reverse("inspections:dispatch", args=[assigned.task.number])
    )
    assert response.status_code == 405
    assert_not_dispatched(assigned)


def assert_not_dispatched(world):
    world.task.refresh_from_db()
    assert world.task.status == TaskStatus.ASSIGNED
    assert not Inspection.objects.exists()
