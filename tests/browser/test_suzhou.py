"""The whole Suzhou scenario, with a mouse and by keys alone: plan, task, both draws, form, approvals, public pages."""

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from catalog.models import Item
from deadlines.models import Deadline
from demo.house import STAR
from draws import drs1
from inspections import services as field
from inspections.models import Inspection
from tasks.models import Task
from tests import suzhou
from tests.browser.hands import Keyboard, Mouse

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TITLE = suzhou.SCENARIO["task"]["title"]
STAGES = suzhou.SCENARIO["task"]["stages"]
PASSWORD = "demo-2021"
EXPECT = suzhou.EXPECT


@pytest.fixture
def house(clock):
    clock("2021-07-15")
    suzhou.lay_house()


def see(person, text):
    expect(person.page.get_by_text(text).first).to_be_visible()


def go_to(person, path):
    """The address bar."""
    person.page.goto(path)


def from_the_work_list(person, label):
    """The work list says what is to do and leads there."""
    go_to(person, "/desk/")
    person.hands.follow(re.compile(rf"：\s*{label}$"))


def plan_the_year(lead, leader):
    hands = lead.hands
    hands.follow(re.compile("^计划$"))
    hands.follow(re.compile("^(新建|编制)计划$"))
    hands.fill("年度", "2021")
    hands.fill("名称", "2021年度部门联合抽查计划")
    hands.press("新建计划")
    hands.follow("新增计划项")
    hands.fill("任务名称", TITLE)
    hands.pick("开始月份", "7月")
    hands.pick("结束月份", "10月")
    hands.pick("检查对象行业", "保安服务")
    hands.fill("抽查范围", "全市保安从业单位")
    hands.fill("抽查比例", "20%")
    hands.pick("分级体系", "公共信用等级")
    hands.fill("各等级比例", "守信 10%\n警示 30%\n失信 50%\n严重失信 100%")
    hands.fill("预估数量", "3")
    hands.check("宿州市市场监督管理局")
    for item in Item.objects.all():
        hands.check(item.name)
    hands.press("保存计划项")
    hands.ask("提交审批")
    lead.check()
    from_the_work_list(leader, "审批计划")
    leader.hands.ask("批准计划")
    from_the_work_list(lead, "公布计划")
    hands.ask("公布计划")
    lead.check()


def launch(lead):
    lead.hands.follow(re.compile("^发起任务"))
    for label, day in (
        ("抽查开始", STAGES["draw"][0]),
        ("抽取阶段止", STAGES["draw"][1]),
        ("现场检查起", STAGES["onsite"][0]),
        ("现场检查止", STAGES["onsite"][1]),
        ("抽查结束", STAGES["publication"][1]),
        ("总结报送日期", suzhou.SCENARIO["task"]["report_due"]),
    ):
        lead.hands.date(label, day)
    lead.hands.press("发起任务")
    see(lead, f"从 {suzhou.SCENARIO['targets']['base']} 户中抽取 {EXPECT['tiered']['total']} 户")
    see(lead, f"14 × 20% = 2.8，进一为 {EXPECT['flat_only']} 户")
    lead.check()
    return Task.objects.get()


def draw_targets(lead, admin, market):
    lead.hands.press("只用见证人（C 级，两分钟办完）")
    lead.hands.press("封存 14 户的名单")
    see(lead, "须由第二人同意")
    from_the_work_list(admin, "查看并同意")
    admin.hands.press("同意按 C 级摇号")
    from_the_work_list(lead, "摇号")
    lead.hands.fill("见证人", "市保安协会见证人")
    lead.hands.fill("见证短语", "704218")
    lead.hands.press("摇号，抽取 4 户")
    see(lead, "抽中的 4 户")
    see(lead, STAR)
    lead.check()
    lead.hands.press("送各部门确认")
    for who in (admin, market):
        from_the_work_list(who, "核对名单")
        who.hands.press("名单无误，确认")
    from_the_work_list(lead, "锁定名单")
    lead.hands.ask("锁定名单")


def draw_people(lead, market):
    see(lead, "为 4 户企业匹配检查人员")
    lead.hands.press("封存人员名单")
    from_the_work_list(market, "查看并同意")
    market.hands.press("同意按 C 级摇号")
    from_the_work_list(lead, "匹配人员")
    lead.hands.fill("见证人", "市保安协会见证人")
    lead.hands.fill("见证短语", "多云 26 度")
    lead.hands.press("随机匹配检查人员")
    see(lead, "各户检查人员")
    lead.check()
    lead.hands.press("派发到县区执行单位")
    see(lead, "现场检查进行中")


def sign_on_the_pad(page):
    pad = page.locator("[data-pad] canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    for start, end in (((0.2, 0.3), (0.5, 0.7)), ((0.5, 0.2), (0.7, 0.8))):
        page.mouse.move(box["x"] + box["width"] * start[0], box["y"] + box["height"] * start[1])
        page.mouse.down()
        page.mouse.move(
            box["x"] + box["width"] * end[0], box["y"] + box["height"] * end[1], steps=8
        )
        page.mouse.up()


def sign(officer):
    """The firm signs by hand on the pad; where nobody can draw, what it declines is put on record."""
    hands = officer.hands
    if not hands.can_draw:
        hands.activate(officer.page.locator("summary.btn", has_text="拒签"))
        hands.fill("理由", "负责人称须请示总部，拒绝签字。")
        hands.fill("见证人", "社区工作人员")
        hands.press("记录拒签")
        return
    hands.fill("签字人姓名", "江某")
    hands.check("现场负责人")
    sign_on_the_pad(officer.page)
    hands.press("签字完成")


def choose(person, item, label):
    """One of the three choices of an item."""
    item = person.page.get_by_role("group", name=item)
    person.hands.tick(item.get_by_role("radio", name=re.compile(rf"^{label[:-2]}\s*{label[-2:]}$")))
    return item


def save(page):
    """The bar at the bottom goes on to the next step once everything is on the server."""
    expect(page.locator("#sync")).to_contain_text("已保存")
    expect(page.locator("#sync").get_by_role("link", name="确认")).to_be_visible()


def confirm(person, *names):
    """Everybody of the team stands for the section, each with the own password."""
    for name in names:
        form = person.page.locator(f"#confirm form:has(label:text-is('{name}的登录口令'))")
        if not form.is_visible():
            person.hands.activate(person.page.locator("#confirm summary.btn", has_text=name))
        person.hands.fill("登录口令", PASSWORD, within=form)
        person.hands.press("我已核对", within=form)


def fill_the_first_section(visitor, hands):
    police = visitor("officer-gongan", width=390, hands=hands)
    go_to(police, "/m/")
    police.hands.follow(STAR)
    police.hands.check("执法证件")
    police.hands.check("告知")
    police.hands.press("进入检查")
    item = choose(police, "保安服务公司监督检查", "发现问题")
    police.hands.check("责令改正", within=item.get_by_role("group", name="问题类型"))
    police.hands.fill("问题说明", "三名保安员未随身携带保安员证。", within=item)
    police.hands.date("改正期限", date(2021, 10, 8), within=item)
    save(police.page)
    police.check()
    confirm(police, "李某", "周某")
    police.check()
    return police


def fill_the_second_section(visitor, hands, police):
    market = visitor("officer-shichang", width=390, hands=hands)
    go_to(market, "/m/")
    market.hands.follow(STAR)
    choose(market, "登记事项检查", "未发现问题")
    choose(market, "公示信息检查", "未发现问题")
    save(market.page)
    confirm(market, "吴某")
    second = visitor("officer-shichang-2", width=390, hands=hands)
    go_to(second, "/m/")
    second.hands.follow(STAR)
    confirm(second, "徐某")

    market.page.reload()
    sign(market)
    market.hands.press("提交")
    market.check()
    police.page.reload()
    police.hands.press("提交")
    police.check()


def fill_the_others(task, visit):
    """The other firms of the task, through the services."""
    for other in Inspection.objects.filter(selection__task=task).exclude(pk=visit.pk):
        teams = {
            section: [
                assignment.inspector
                for assignment in other.selection.assignments.filter(
                    agency=section.agency
                ).select_related("inspector__user")
            ]
            for section in other.sections.select_related("agency")
        }
        first = next(iter(teams.values()))[0].user
        field.enter(other, certificates_shown=True, rights_told=True, actor=first)
        for section, team in teams.items():
            field.answer_rest_no_issue(section, actor=team[0].user)
            for inspector in team:
                field.confirm(section, inspector, password=PASSWORD, address="", actor=team[0].user)
        field.refuse_signature(other, reason="负责人不在场", witness="社区工作人员", actor=first)
        for section, team in teams.items():
            field.submit(section, submission_id=uuid4(), actor=team[0].user)


def approve_at_home(visitor, hands):
    for username in ("deputy-gongan", "deputy-shichang"):
        deputy = visitor(username, hands=hands)
        deputy.hands.follow("审核公示")
        if deputy.page.get_by_role("link", name=STAR).count() == 0:
            deputy.hands.follow("发现问题")
        deputy.hands.follow(STAR)
        see(deputy, "公众将看到")
        deputy.check()
        deputy.hands.press("通过并公示")


def look_as_the_public(visitor, hands, task):
    citizen = visitor(hands=hands)
    go_to(citizen, "/")
    citizen.hands.fill("企业名称或统一社会信用代码", "石铎")
    citizen.hands.press("查询")
    see(citizen, "发现问题")
    citizen.hands.follow(STAR)
    see(citizen, "灵璧")
    citizen.check()
    citizen.hands.follow(TITLE)
    see(citizen, TITLE)
    citizen.hands.follow(f"{task.number}-1")
    see(citizen, "可被操作员操纵")
    expect(citizen.page.get_by_role("link", name=STAR).first).to_be_visible()
    citizen.check()
    return citizen


def verify_as_the_public(citizen, task, tmp_path):
    page = citizen.page
    page.set_viewport_size({"width": 390, "height": 844})
    citizen.check()
    answer = page.request.get(f"/draws/{task.number}-1/certificate.json")
    certificate = tmp_path / "certificate.json"
    certificate.write_bytes(answer.body())
    assert json.loads(answer.body())["assurance"] == "C"
    command = [sys.executable, str(Path(drs1.__file__)), "verify", str(certificate)]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize("hands", [Mouse, Keyboard])
def test_the_whole_scenario(hands, house, visitor, clock, tmp_path):
    lead, leader, admin, market = (
        visitor(username, hands=hands)
        for username in ("lead", "leader", "admin-gongan", "admin-shichang")
    )
    plan_the_year(lead, leader)
    task = launch(lead)
    draw_targets(lead, admin, market)
    draw_people(lead, market)

    visit = Inspection.objects.get(selection__target__name=STAR)
    assert visit.selection.assignments.count() == EXPECT["inspectors_per_target"]
    clock("2021-09-15")
    fill_the_second_section(visitor, hands, fill_the_first_section(visitor, hands))

    clock("2021-09-30")
    fill_the_others(task, visit)
    task.refresh_from_db()
    assert (task.status, task.completed_on) == ("completed", date(2021, 9, 30))
    clocks = Deadline.objects.filter(kind="publish_result")
    assert {deadline.due_on for deadline in clocks} == {
        EXPECT["effective_publication_deadline_if_completed_2021-09-30"]
    }

    clock("2021-10-08")
    approve_at_home(visitor, hands)
    verify_as_the_public(look_as_the_public(visitor, hands, task), task, tmp_path)
