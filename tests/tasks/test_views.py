import pytest
from django.urls import reverse

from draws.models import Draw, Purpose
from tasks.flows import TaskStatus
from tasks.models import Task
from tests import suzhou

TABS = ["detail", "scope", "draw", "people", "log"]


def url(name, task, *args):
    return reverse(f"tasks:{name}", args=[task.number, *args])


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_before_the_draw(task, log_in, tab):
    page = log_in(suzhou.person("lead")).get(url(tab, task))
    assert page.status_code == 200
    assert task.title in page.content.decode()


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_after_the_second_draw(task, log_in, tab):
    suzhou.assigned(task)
    assert log_in(suzhou.person("lead")).get(url(tab, task)).status_code == 200


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("username", ["officer-gongan", "sysadmin"])
def test_who_has_no_part_sees_nothing(task, log_in, tab, username):
    assert log_in(suzhou.person(username)).get(url(tab, task)).status_code == 404


def test_the_form_is_prefilled_and_launches(line, log_in):
    client = log_in(suzhou.person("lead"))
    page = client.get(reverse("tasks:create", args=[line.pk]))
    form = page.context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    assert data["title"] == line.title
    answer = client.post(reverse("tasks:create", args=[line.pk]), data)
    task = Task.objects.get()
    assert answer.url == url("scope", task)


def test_a_title_pasted_with_a_tab_can_still_be_drawn(line, log_in):
    client = log_in(suzhou.person("lead"))
    form = client.get(reverse("tasks:create", args=[line.pk])).context["form"]
    data = {name: form[name].value() or "" for name in form.fields} | {"title": "保安\t联合抽查"}
    client.post(reverse("tasks:create", args=[line.pk]), data)
    task = Task.objects.get()
    assert task.title == "保安 联合抽查"
    assert client.get(url("scope", task)).status_code == 200


def test_stages_out_of_order_are_refused_with_a_sentence(line, log_in):
    client = log_in(suzhou.person("lead"))
    form = client.get(reverse("tasks:create", args=[line.pk])).context["form"]
    data = {name: form[name].value() or "" for name in form.fields} | {
        "starts_on": "2021-07-15",
        "draw_until": "2021-08-01",
        "onsite_from": "2021-07-21",
        "onsite_until": "2021-09-30",
        "ends_on": "2021-10-20",
    }
    page = client.post(reverse("tasks:create", args=[line.pk]), data)
    assert page.context["form"].errors == {
        "onsite_from": ["现场检查起须晚于抽取阶段止（2021-08-01）。"]
    }
    assert not Task.objects.exists()


def test_the_draw_is_opened_by_post_only(task, log_in):
    suzhou.frozen_draw(task)
    client = log_in(suzhou.person("lead"))
    assert client.get(url("open", task, "targets")).status_code == 405
    assert client.get(url("draw", task)).status_code == 200
    assert Draw.objects.get().seed == ""


def test_a_refused_opening_keeps_what_was_typed(task, log_in):
    suzhou.frozen_draw(task)
    page = log_in(suzhou.person("lead")).post(url("open", task, "targets"), suzhou.WITNESS)
    assert page.status_code == 422
    assert "第二人同意" in page.content.decode()


def test_a_second_click_says_that_the_status_has_changed(task, log_in):
    suzhou.opened_draw(task)
    page = log_in(suzhou.person("lead")).post(url("open", task, "targets"), suzhou.WITNESS)
    assert page.status_code == 409
    assert "请刷新页面" in page.content.decode()


def test_a_participant_cannot_freeze(task, log_in):
    assert log_in(suzhou.person("admin-shichang")).post(url("freeze", task)).status_code == 403
    task.refresh_from_db()
    assert task.status == TaskStatus.DRAFT


def test_an_unknown_purpose_or_move_does_not_exist(task, log_in):
    client = log_in(suzhou.person("lead"))
    assert client.post(url("consent", task, "nonsense")).status_code == 404
    assert client.post(url("move", task, "complete")).status_code == 404


def test_the_whole_way_by_posts(task, log_in):
    lead, admin, market = (suzhou.person(n) for n in ("lead", "admin-gongan", "admin-shichang"))
    log_in(lead).post(url("freeze", task), suzhou.SHORT)
    log_in(admin).post(url("consent", task, "targets"))
    log_in(lead).post(url("open", task, "targets"), suzhou.WITNESS)
    log_in(lead).post(url("move", task, "request_confirmation"))
    log_in(admin).post(url("confirm", task))
    log_in(market).post(url("confirm", task))
    log_in(lead).post(url("move", task, "lock"))
    log_in(lead).post(url("freeze_people", task))
    log_in(market).post(url("consent", task, "inspectors"))
    log_in(lead).post(url("open", task, "inspectors"), suzhou.WITNESS)
    task.refresh_from_db()
    assert task.status == TaskStatus.ASSIGNED
    assert task.draws.get(purpose=Purpose.INSPECTORS).assurance == "C"


def test_the_list_needs_a_constant_number_of_queries(task, log_in, django_assert_max_num_queries):
    client = log_in(suzhou.person("lead"))
    client.get(reverse("tasks:list"))
    with django_assert_max_num_queries(20) as first:
        client.get(reverse("tasks:list"))
    for number in range(2, 12):
        Task.objects.filter(pk=task.pk).update(status="cancelled")
        task.pk, task.number, task.status = None, f"341300-2021-{number:03d}", "cancelled"
        task._state.adding = True
        task.save()
    with django_assert_max_num_queries(len(first)):
        page = client.get(reverse("tasks:list"))
    assert len(page.context["page"].items) == 11


@pytest.mark.parametrize(
    ("query", "found"), [("341300-2021", 1), ("联合抽查", 1), ("2021", 0), ("\0", 1)]
)
def test_tasks_are_found_by_number_or_title(task, log_in, query, found):
    page = log_in(suzhou.person("lead")).get(reverse("tasks:list"), {"q": query})
    assert len(page.context["page"].items) == found


def test_an_unknown_status_is_said(task, log_in):
    page = log_in(suzhou.person("lead")).get("/desk/tasks/?status=fertig")
    assert "没有“fertig”这个状态，没有按它筛选。" in page.content.decode()
    assert task.title in page.content.decode()
    assert "没有按它筛选" not in page.client.get("/desk/tasks/?status=draft").content.decode()
