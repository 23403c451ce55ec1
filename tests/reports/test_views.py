"""The pages: who gets them, what they show, and that looking changes nothing."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.roles import ROLES
from core.audit import record
from core.models import AuditEvent, Notice
from core.notices import notify
from publication.services import approve
from tasks.flows import TaskStatus
from tests.factories import InspectorFactory, PlanFactory, TargetFactory, UserFactory, agency
from tests.inspections.factories import SelectionFactory, build_world
from tests.reports.conftest import clock_of, person, published_plan, task, tasks

DESK = "/desk/"


@pytest.fixture
def lead(bureau):
    return person("lead", bureau)


# The work list ---------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [*ROLES, None])
def test_everybody_has_a_desk(bureau, log_in, role):
    page = log_in(UserFactory(role=role, agency=bureau)).get(DESK)
    assert page.status_code == 200
    assert "2021年7月15日，星期四 · 本月还有 11 个工作日" in page.content.decode()


def test_strangers_log_in_first(client, db):
    for name in ("worklist", "search", "notices", "trail", "help"):
        page = client.get(reverse(f"reports:{name}"))
        assert (page.status_code, page.url.startswith("/login/")) == (302, True)


def test_the_list_says_how_many_things_there_are(bureau, lead, log_in):
    (line, _) = published_plan(bureau, 2)
    html = log_in(lead).get(DESK).content.decode()
    assert "今天有 2 件事" in html
    assert f"/desk/tasks/new/{line.pk}/" in html
    assert "7月30日" not in html
    assert "7月31日" in html
    assert "待办 2" in html  # the header
    assert '工作台<span class="count">2</span>' in html


def test_what_has_no_date_says_so(bureau, lead, log_in):
    PlanFactory(agency=bureau)
    html = log_in(lead).get(DESK).content.decode()
    assert "编制完成后提交审批" in html
    assert "不限期" in html


def test_a_finished_task_is_marked_as_in_time(world, log_in):
    world.ready()
    for number, system in enumerate(("gongan", "shichang"), 1):
        section = world.submit(system, number)
        approve(section, actor=person("deputy", section.agency))
    html = log_in(world.lead).get(DESK).content.decode()
    assert "全部按时" in html
    assert "各部门进度" not in html


def test_the_rail_counts_what_waits(world, log_in):
    html = log_in(world.officer()).get(DESK).content.decode()
    assert '现场录入<span class="count">1</span>' in html
    assert '抽查任务<span class="count">1</span>' in html
    world.ready()
    world.submit()
    html = log_in(person("deputy", world.police)).get("/desk/deadlines/").content.decode()
    assert '审核公示<span class="count">1</span>' in html
    assert "待办 1" in html


def test_a_day_without_work_names_the_next_deadline(bureau, log_in):
    deputy = person("deputy", bureau)
    clock_of(agency("341302", "gongan"), date(2021, 8, 18))
    html = log_in(deputy).get(DESK).content.decode()
    assert "今天没有待办。下一个期限：8月18日“甲公司”结果公示。" in html


def test_an_account_without_a_role_is_told_whom_to_ask(bureau, log_in):
    html = log_in(UserFactory(agency=bureau)).get(DESK).content.decode()
    assert "您的账号还没有角色" in html


def test_officers_have_a_way_to_the_phone_pages(bureau, log_in):
    html = log_in(person("officer", bureau)).get(DESK).content.decode()
    assert 'class="btn btn--primary" href="/m/">今日检查' in html
    assert "进行中的任务" not in html


def test_the_overview_shows_progress_and_shares(world, log_in):
    html = log_in(world.lead).get(DESK).content.decode()
    for text in ("进行中的任务", "0/1", "各部门进度", world.police.name, world.market.name):
        assert text in html


def test_the_page_needs_a_constant_number_of_queries(bureau, lead, log_in, asked):
    client = log_in(lead)
    for made in tasks(bureau, TaskStatus.DISPATCHED, 1):
        SelectionFactory(task=made)
    one = asked(client.get, DESK)
    for made in tasks(agency("341321", "gongan"), TaskStatus.DISPATCHED, 9):
        SelectionFactory(task=made)
    assert asked(client.get, DESK) == one


def test_looking_writes_nothing(world, log_in):
    lines = AuditEvent.objects.count()
    for page in (DESK, "/desk/search/?q=演示", "/desk/notices/", "/desk/help/"):
        assert log_in(world.lead).get(page).status_code == 200
    assert AuditEvent.objects.count() == lines


@pytest.mark.parametrize("name", ["worklist", "search", "notices", "trail", "help"])
def test_pages_only_look(as_role, name):
    assert as_role("auditor").post(reverse(f"reports:{name}")).status_code == 405


# Search ----------------------------------------------------------------------------------------


@pytest.fixture
def things(bureau):
    """A dispatched task with one firm and its people, and the like elsewhere."""
    world = build_world()
    world.dispatch()
    return world


def find(client, text):
    return client.get("/desk/search/", {"q": text}).content.decode()


def test_search_finds_all_kinds(things, log_in):
    client = log_in(things.lead)
    visit = things.visit
    html = find(client, visit.target.code[:12].lower())
    assert reverse("registries:target", args=[visit.target.pk]) in html
    assert reverse("inspections:detail", args=[visit.pk]) in html
    officer = things.teams["gongan"][0]
    assert reverse("registries:inspector", args=[officer.pk]) in find(client, officer.name)
    assert reverse("tasks:detail", args=[things.task.number]) in find(client, things.task.number)
    assert reverse("tasks:detail", args=[things.task.number]) in find(client, "保安从业")


def test_search_respects_what_one_may_see(things, log_in):
    stranger = person("lead", agency("341200", "xiaofang"))
    client = log_in(stranger)
    for text in (things.visit.target.name, things.task.number, things.teams["gongan"][0].name):
        html = find(client, text)
        assert "没有找到符合的" in html
        assert "<table" not in html


def test_search_shows_ten_and_a_way_to_the_rest(bureau, lead, log_in):
    for number in range(11):
        TargetFactory(name=f"同名公司{number:02d}")
        InspectorFactory(agency=bureau, name=f"同名人员{number:02d}")
    html = find(log_in(lead), "同名公司")
    assert html.count('scope="row"') == 10
    assert '/desk/targets/?q=%E5%90%8C%E5%90%8D%E5%85%AC%E5%8F%B8"' in html


@pytest.mark.parametrize("text", ["", "   ", "\0", "长" * 61])
def test_search_for_nothing_or_for_nonsense(lead, log_in, text):
    page = log_in(lead).get("/desk/search/", {"q": text})
    assert page.status_code == 200
    assert "<table" not in page.content.decode()


def test_search_keeps_what_was_typed(lead, log_in):
    assert 'value="&lt;b&gt;"' in find(log_in(lead), "<b>")


def test_search_needs_a_constant_number_of_queries(bureau, lead, log_in, asked):
    client = log_in(lead)
    TargetFactory(name="同名公司")
    InspectorFactory(agency=bureau, name="同名公司人员")
    one = asked(find, client, "同名")
    for number in range(9):
        TargetFactory(name=f"同名公司{number}")
        InspectorFactory(agency=bureau, name=f"同名公司人员{number}")
    assert asked(find, client, "同名") == one


# Notices ---------------------------------------------------------------------------------------


def test_the_inbox_holds_the_own_notices_only(bureau, lead, log_in):
    notify([lead], "名单已确认", "/desk/tasks/1/")
    notify([person("lead", bureau)], "给别人的", "/desk/")
    html = log_in(lead).get("/desk/notices/").content.decode()
    assert '<a href="/desk/tasks/1/">名单已确认</a>' in html
    assert "1 条未读" in html
    assert "给别人的" not in html


def test_an_empty_inbox_says_what_will_be_there(lead, log_in):
    assert "还没有通知" in log_in(lead).get("/desk/notices/").content.decode()


def test_all_own_notices_are_marked_as_read(bureau, lead, log_in):
    colleague = person("lead", bureau)
    notify([lead, colleague], "名单已确认", "/desk/")
    page = log_in(lead).post("/desk/notices/read/", follow=True)
    assert "已将 1 条通知标为已读。" in page.content.decode()
    assert "没有未读的通知" in page.content.decode()
    assert list(Notice.objects.filter(read_at=None)) == [Notice.objects.get(recipient=colleague)]


def test_notices_are_not_read_by_looking(lead, log_in):
    notify([lead], "名单已确认", "/desk/")
    assert log_in(lead).get("/desk/notices/read/").status_code == 405
    log_in(lead).get("/desk/notices/")
    assert Notice.objects.filter(read_at=None).count() == 1


def test_the_inbox_turns_pages(lead, log_in, asked):
    notify([lead] * 21, "名单已确认", "/desk/")
    client = log_in(lead)
    page = client.get("/desk/notices/")
    assert len(page.context["page"].items) == 20
    assert len(client.get(f"/desk/notices/?{page.context['page'].next}").context["page"].items) == 1


# The trail -------------------------------------------------------------------------------------


@pytest.fixture
def auditor(reference):
    return UserFactory(role="auditor", agency=None)


@pytest.fixture
def lines(reference, clock):
    """Three lines on three days by two people and the system."""
    bureau = agency("341300", "gongan")
    lead = UserFactory(username="chen", name="陈某", role="lead", agency=bureau)
    made = task(bureau, TaskStatus.DRAFT)
    for day, verb, actor in [
        ("2021-07-14", "tasks.open", lead),
        ("2021-07-15", "tasks.freeze", UserFactory(name="李某")),
        ("2021-07-16", "deadlines.start", None),
    ]:
        clock(day)
        record(verb, made, actor, f"{verb} 的一行")
    return made


def shown(client, **asked):
    page = client.get("/desk/trail/", asked)
    assert page.status_code == 200
    return [line.verb for line in page.context["page"].items]


@pytest.mark.parametrize("role", [*sorted(set(ROLES) - {"auditor"}), None])
def test_only_the_auditor_reads_the_trail(lines, log_in, role):
    page = log_in(UserFactory(role=role)).get("/desk/trail/")
    assert page.status_code == 403
    assert "的一行" not in page.content.decode()


def test_a_line_says_who_what_and_when(lines, auditor, log_in):
    html = log_in(auditor).get("/desk/trail/").content.decode()
    for text in ("陈某", "宿州市", "tasks.open", f"tasks.task:{lines.pk}", "系统", "2021年7月14日"):
        assert text in html


@pytest.mark.parametrize(
    ("asked", "verbs"),
    [
        ({}, ["deadlines.start", "tasks.freeze", "tasks.open"]),
        ({"verb": "tasks."}, ["tasks.freeze", "tasks.open"]),
        ({"verb": "tasks.open"}, ["tasks.open"]),
        ({"actor": "陈"}, ["tasks.open"]),
        ({"actor": "chen"}, ["tasks.open"]),
        ({"since": "2021-07-15"}, ["deadlines.start", "tasks.freeze"]),
        ({"until": "2021-07-15"}, ["tasks.freeze", "tasks.open"]),
        ({"since": "2021-07-15", "until": "2021-07-15"}, ["tasks.freeze"]),
        ({"verb": "catalog."}, []),
    ],
)
def test_the_trail_can_be_narrowed(lines, auditor, log_in, asked, verbs):
    assert shown(log_in(auditor), **asked) == verbs


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"since": "2021-09-31"}, "起始日期：“2021-09-31”这一天不存在，是否指 2021-09-30？"),
        ({"until": "昨天"}, 'value="昨天"'),
        ({"since": "2021-07-16", "until": "2021-07-15"}, "起始日期晚于截止日期"),
        ({"verb": "任务"}, "动作由小写字母、下划线和点组成"),
        ({"actor": "\0"}, "操作人"),
    ],
)
def test_a_wrong_filter_is_explained(lines, auditor, log_in, asked, words):
    page = log_in(auditor).get("/desk/trail/", asked)
    html = page.content.decode()
    assert page.status_code == 200
    assert "处需要修改" in html
    assert words in html
    assert "的一行" not in html


def test_the_trail_turns_pages_with_its_filter(lines, auditor, log_in, asked):
    for _ in range(20):
        record("tasks.open", lines, None, "又一行")
    client = log_in(auditor)
    one = asked(client.get, "/desk/trail/?verb=tasks.")
    page = client.get("/desk/trail/?verb=tasks.").context["page"]
    assert (len(page.items), page.total) == (20, 22)
    rest = client.get(f"/desk/trail/?{page.next}").context["page"]
    assert [line.verb for line in rest.items] == ["tasks.freeze", "tasks.open"]
    assert asked(client.get, "/desk/trail/?verb=deadlines.") == one


def test_a_line_of_midnight_belongs_to_its_local_day(auditor, log_in):
    event = AuditEvent.objects.create(
        at=timezone.datetime.fromisoformat("2021-07-15T23:30:00+08:00"),
        verb="tasks.open",
        subject="tasks.task:1",
        summary="深夜",
    )
    client = log_in(auditor)
    assert shown(client, since="2021-07-15", until="2021-07-15") == [event.verb]
    assert shown(client, since="2021-07-16") == []


def test_help_marks_the_own_role(lead, log_in):
    html = log_in(lead).get("/desk/help/").content.decode()
    assert "<b>牵头单位经办</b>（您的角色）" in html
    assert "<b>审计管理员</b>（您的角色）" not in html
