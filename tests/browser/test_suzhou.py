"""The whole Suzhou scenario by clicking: plan, task, both draws, form, approvals, public pages."""

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
from inspections import services as field
from inspections.models import Inspection
from plans.models import Plan
from tasks import drs1
from tasks.models import Task
from tests import suzhou

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TITLE = suzhou.SCENARIO["task"]["title"]
STAGES = suzhou.SCENARIO["task"]["stages"]
PASSWORD = "demo-2021"
EXPECT = suzhou.EXPECT


@pytest.fixture
def house(clock):
    clock("2021-07-15")
    suzhou.lay_house()


def press(page, name):
    """Press a button that sends a form."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def ask(page, name):
    """Open the question behind a button and answer it with the button of the same name."""
    page.locator("summary.btn", has_text=name).click()
    with page.expect_navigation():
        page.locator("details[open]").get_by_role("button", name=name).click()


def see(page, text):
    expect(page.get_by_text(text).first).to_be_visible()


def plan_the_year(lead, leader):
    page = lead.page
    page.get_by_role("link", name="计划", exact=True).click()
    page.goto("/desk/plans/new/")
    page.get_by_label("年度").fill("2021")
    page.get_by_label("名称").fill("2021年度部门联合抽查计划")
    press(page, "新建计划")
    page.get_by_role("link", name="新增计划项").first.click()
    page.get_by_label("任务名称").fill(TITLE)
    page.get_by_label("开始月份").select_option("7")
    page.get_by_label("结束月份").select_option("10")
    page.get_by_label("检查对象行业").select_option(label="保安服务")
    page.get_by_label("抽查范围").fill("全市保安从业单位")
    page.get_by_label("抽查比例").fill("20%")
    page.get_by_label("分级体系").select_option(label="公共信用等级")
    page.get_by_label("各等级比例").fill("守信 10%\n警示 30%\n失信 50%\n严重失信 100%")
    page.get_by_label("预估数量").fill("3")
    page.get_by_text("宿州市市场监督管理局", exact=True).click()
    for item in Item.objects.all():
        page.get_by_label(item.name).check()
    press(page, "保存计划项")
    ask(page, "提交审批")
    lead.check()
    plan = Plan.objects.get()
    leader.page.goto(plan.get_absolute_url())
    ask(leader.page, "批准计划")
    page.reload()
    ask(page, "公布计划")
    lead.check()
    return plan


def launch(lead, plan):
    page = lead.page
    page.goto(plan.get_absolute_url())
    page.get_by_role("link", name="发起任务").first.click()
    for label, day in (
        ("抽查开始", STAGES["draw"][0]),
        ("抽取阶段止", STAGES["draw"][1]),
        ("现场检查起", STAGES["onsite"][0]),
        ("现场检查止", STAGES["onsite"][1]),
        ("抽查结束", STAGES["publication"][1]),
        ("总结报送日期", suzhou.SCENARIO["task"]["report_due"]),
    ):
        page.get_by_label(label).fill(str(day))
    press(page, "发起任务")
    see(page, f"从 {suzhou.SCENARIO['targets']['base']} 户中抽取 {EXPECT['tiered']['total']} 户")
    see(page, f"14 × 20% = 2.8，进一为 {EXPECT['flat_only']} 户")
    lead.check()
    return Task.objects.get()


def draw_targets(lead, admin, market, task):
    page = lead.page
    press(page, "只用见证人（C 级，两分钟办完）")
    press(page, "封存 14 户的名单")
    see(page, "须由第二人同意")
    admin.page.goto(f"/desk/tasks/{task.number}/draw/")
    press(admin.page, "同意按 C 级摇号")
    page.reload()
    page.get_by_label("见证人").fill("市保安协会见证人")
    page.get_by_label("见证短语").fill("704218")
    press(page, "摇号，抽取 4 户")
    see(page, "抽中的 4 户")
    see(page, STAR)
    lead.check()
    press(page, "送各部门确认")
    for who in (admin, market):
        who.page.goto(f"/desk/tasks/{task.number}/draw/")
        press(who.page, "名单无误，确认")
    page.reload()
    ask(page, "锁定名单")


def draw_people(lead, market, task):
    page = lead.page
    see(page, "为 4 户企业匹配检查人员")
    press(page, "封存人员名单")
    market.page.goto(f"/desk/tasks/{task.number}/people/")
    press(market.page, "同意按 C 级摇号")
    page.reload()
    page.get_by_label("见证人").fill("市保安协会见证人")
    page.get_by_label("见证短语").fill("多云 26 度")
    press(page, "随机匹配检查人员")
    see(page, "各户检查人员")
    lead.check()
    press(page, "派发到县区执行单位")
    see(page, "现场检查进行中")


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


def choose(page, item, label):
    """Press one of the three choices of an item with the thumb."""
    item = page.locator("fieldset.item", has_text=item)
    item.locator(".seg label").filter(has_text=re.compile(rf"^\s*{label}\s*$")).click()
    return item


def save(page):
    """The bar at the bottom goes on to the next step once everything is on the server."""
    expect(page.locator("#sync")).to_contain_text("已保存")
    expect(page.locator("#sync").get_by_role("link", name="确认")).to_be_visible()


def confirm(page, *names):
    """Everybody of the team stands for the section, each with the own password."""
    for name in names:
        form = page.locator(f"#confirm form:has(label:text-is('{name}的登录口令'))")
        if not form.is_visible():
            page.locator("#confirm summary.btn", has_text=name).click()
        form.get_by_label("登录口令").fill(PASSWORD)
        with page.expect_navigation():
            form.get_by_role("button", name="我已核对").click()


def fill_the_first_section(visitor):
    police = visitor("officer-gongan", width=390)
    page = police.page
    page.goto("/m/")
    page.get_by_role("link", name=STAR).click()
    page.get_by_label("执法证件").check()
    page.get_by_label("告知").check()
    press(page, "进入检查")
    item = choose(page, "保安服务公司监督检查", "发现问题")
    item.locator(".pick label:has(input[value=ordered_to_correct])").click()
    item.get_by_label("问题说明").fill("三名保安员未随身携带保安员证。")
    item.get_by_label("改正期限").fill("2021-10-08")
    save(page)
    police.check()
    confirm(page, "李某", "周某")
    police.check()
    return police


def fill_the_second_section(visitor, visit, police):
    market = visitor("officer-shichang", width=390)
    page = market.page
    page.goto(visit.get_absolute_url())
    choose(page, "登记事项检查", "未发现问题")
    choose(page, "公示信息检查", "未发现问题")
    save(page)
    confirm(page, "吴某")
    second = visitor("officer-shichang-2", width=390)
    second.page.goto(visit.get_absolute_url())
    confirm(second.page, "徐某")

    page.reload()
    page.get_by_label("签字人姓名").fill("江某")
    page.get_by_label("现场负责人").check()
    sign_on_the_pad(page)
    press(page, "签字完成")
    press(page, "提交")
    market.check()
    police.page.reload()
    press(police.page, "提交")
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
                field.confirm(section, inspector, password=PASSWORD, actor=team[0].user)
        field.refuse_signature(other, reason="负责人不在场", witness="社区工作人员", actor=first)
        for section, team in teams.items():
            field.submit(section, submission_id=uuid4(), actor=team[0].user)


def approve_at_home(visitor, visit):
    for username in ("deputy-gongan", "deputy-shichang"):
        deputy = visitor(username)
        page = deputy.page
        page.get_by_role("link", name="审核公示").first.click()
        page.goto(
            f"/desk/approvals/{visit.sections.get(agency=suzhou.person(username).agency).pk}/"
        )
        see(page, "公众将看到")
        deputy.check()
        press(page, "通过并公示")


def look_as_the_public(visitor, task, tmp_path):
    citizen = visitor()
    page = citizen.page
    page.goto("/")
    page.get_by_label("企业名称或统一社会信用代码").fill("石铎")
    press(page, "查询")
    see(page, "发现问题")
    page.get_by_role("link", name=STAR).first.click()
    see(page, "灵璧")
    citizen.check()
    page.goto(f"/tasks/{task.number}/")
    see(page, TITLE)
    page.goto(f"/draws/{task.number}-1/")
    see(page, "可被操作员操纵")
    expect(page.get_by_role("link", name=STAR).first).to_be_visible()
    citizen.check()
    page.set_viewport_size({"width": 390, "height": 844})
    citizen.check()
    answer = page.request.get(f"/draws/{task.number}-1/certificate.json")
    certificate = tmp_path / "certificate.json"
    certificate.write_bytes(answer.body())
    assert json.loads(answer.body())["assurance"] == "C"
    command = [sys.executable, str(Path(drs1.__file__)), "verify", str(certificate)]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    for path in ("/items/", "/plans/", "/items/341300-gongan/v1/", "/plans/341300-gongan/2021/"):
        page.goto(path)
        citizen.check()


def test_the_whole_scenario(house, visitor, clock, tmp_path):
    lead, leader = visitor("lead"), visitor("leader")
    admin, market = visitor("admin-gongan"), visitor("admin-shichang")
    task = launch(lead, plan_the_year(lead, leader))
    draw_targets(lead, admin, market, task)
    draw_people(lead, market, task)

    visit = Inspection.objects.get(selection__target__name=STAR)
    assert visit.selection.assignments.count() == EXPECT["inspectors_per_target"]
    clock("2021-09-15")
    fill_the_second_section(visitor, visit, fill_the_first_section(visitor))

    clock("2021-09-30")
    fill_the_others(task, visit)
    task.refresh_from_db()
    assert (task.status, task.completed_on) == ("completed", date(2021, 9, 30))
    clocks = Deadline.objects.filter(kind="publish_result")
    assert {deadline.due_on for deadline in clocks} == {
        EXPECT["effective_publication_deadline_if_completed_2021-09-30"]
    }

    clock("2021-10-08")
    approve_at_home(visitor, visit)
    look_as_the_public(visitor, task, tmp_path)
