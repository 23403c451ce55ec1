"""The Lianchi scenario by clicking: an impossible day, four tiers, two batches, five agencies, aliases."""

import json
import re
from collections import Counter
from datetime import date

import pytest
from playwright.sync_api import expect

from catalog.models import Trade
from deadlines.models import Deadline
from draws import drs1
from draws.models import Draw, Purpose
from inspections.models import Inspection
from registries.models import Target
from tasks import services as tasks
from tasks.models import Task
from tests import lianchi

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EXPECT = lianchi.EXPECT
ASKED = lianchi.SCENARIO["task"]
LINE = lianchi.SCENARIO["plan_line"]
BASE = sum(lianchi.SCENARIO["targets"]["by_risk_class"].values())
TIERS = {name: count for name, count in EXPECT["tiered"].items() if name != "total"}
TOTAL = EXPECT["tiered"]["total"]
RATIOS = "\n".join(f"{name} {ratio}" for name, ratio in ASKED["tier_ratio"].items())
BATCHES = {1: 14, 2: 13}
SYSTEMS = ["公安", "消防救援", "市场监管", "卫生健康", "人力资源社会保障"]


@pytest.fixture
def house(clock):
    clock(str(lianchi.TODAY))
    lianchi.lay_house()


def see(person, text):
    expect(person.page.get_by_text(text).first).to_be_visible()


def from_the_work_list(person, label):
    person.page.goto("/desk/")
    person.hands.follow(re.compile(rf"：\s*{label}$"))


def plan_the_year(lead, leader):
    hands, page = lead.hands, lead.page
    hands.follow(re.compile("^计划$"))
    hands.follow(re.compile("^(新建|编制)计划$"))
    hands.fill("年度", str(LINE["year"]))
    hands.fill("名称", "2024年度部门联合抽查计划")
    hands.press("新建计划")
    hands.follow("新增计划项")
    hands.fill("任务名称", LINE["title"])
    hands.pick("开始月份", f"{LINE['months'][0]}月")
    hands.pick("结束月份", f"{LINE['months'][1]}月")
    hands.pick("检查对象行业", Trade.objects.get(slug="teye").name)
    hands.fill("抽查范围", "全区娱乐场所和特种行业")
    hands.fill("抽查比例", LINE["ratio"])
    hands.pick("分级体系", lianchi.SCENARIO["targets"]["grading_scheme"]["name"])
    hands.fill("各等级比例", RATIOS)
    joining = page.get_by_role("group", name="参与部门")
    for name in ASKED["participants"]:
        hands.check(name, within=joining)
    items = page.get_by_role("group", name="抽查事项")
    for box in items.get_by_role("checkbox").all():
        hands.tick(box)
    hands.press("保存计划项")
    see(lead, f"预估 {LINE['estimated']} 户")  # nobody typed it: the portal counted the registry
    hands.ask("提交审批")
    from_the_work_list(leader, "审批计划")
    leader.hands.ask("批准计划")
    from_the_work_list(lead, "公布计划")
    hands.ask("公布计划")
    lead.check()


def launch(lead):
    """The document ends on a day that does not exist."""
    hands = lead.hands
    hands.follow(re.compile("^发起任务"))
    hands.fill("任务名称", ASKED["title"])
    hands.date("抽查开始", ASKED["window"][0])
    hands.date("抽取阶段止", date(2024, 4, 15))
    hands.date("现场检查起", date(2024, 4, 16))
    hands.date("现场检查止", date(2024, 8, 31))
    hands.fill("分几批检查", str(ASKED["batches"]))
    give_the_day_of_the_document(lead)
    hands.fill("抽查结束", str(ASKED["window"][1]))
    hands.press("发起任务")
    task = Task.objects.get()
    assert [task.starts_on, task.ends_on] == ASKED["window"]
    return task


PICK = """(one, day) => { one.value = day; one.dispatchEvent(new Event("change")); }"""


def give_the_day_of_the_document(lead):
    """In figures and in Chinese; the calendar beside it fills the text."""
    page, field = lead.page, lead.page.get_by_label("抽查结束")
    day = ASKED["window_as_written"][1]
    for written in (day, "{}年{}月{}日".format(*map(int, day.split("-")))):
        lead.hands.fill("抽查结束", written)
        lead.hands.press("发起任务")
        see(lead, f"抽查结束：“{written}”这一天不存在，是否指 {ASKED['window'][1]}？")
        expect(page.get_by_label("抽查结束")).to_have_value(written)
        lead.check()
    assert not Task.objects.exists()
    calendar = field.locator("xpath=following-sibling::input[@type='date']")
    expect(page.get_by_role("button", name="选择日期").first).to_be_visible()
    calendar.evaluate(PICK, "2024-08-30")
    expect(field).to_have_value("2024-08-30")
    expect(field).to_be_focused()


def read_the_scope(lead):
    see(lead, f"从 {BASE} 户中抽取 {TOTAL} 户")
    for name, count in TIERS.items():
        row = (
            lead.page.get_by_role("table", name="各档应抽")
            .locator("tbody tr")
            .filter(has=lead.page.get_by_role("rowheader", name=name, exact=True))
        )
        expect(row.locator(".take")).to_have_text(str(count))
    see(
        lead,
        f"{BASE} × 5% = 15.6，进一为 {EXPECT['floor']} 户。分档合计 {TOTAL} 户，已达到，不需补抽。",
    )
    see(lead, f"按抽签号先后分两批：第一批 {BATCHES[1]} 户，第二批 {BATCHES[2]} 户。")
    lead.check()


def draw_targets(lead, admin, task):
    lead.hands.press("只用见证人（C 级，两分钟办完）")
    lead.hands.press(f"封存 {BASE} 户的名单")
    from_the_work_list(admin, "查看并同意")
    admin.hands.press("同意按 C 级摇号")
    from_the_work_list(lead, "摇号")
    lead.hands.fill("见证人", lianchi.WITNESS["witness"])
    lead.hands.fill("见证短语", lianchi.WITNESS["phrase"])
    lead.hands.press(f"摇号，抽取 {TOTAL} 户")
    see(lead, f"抽中的 {TOTAL} 户")
    lead.check()
    drawn = task.selections.select_related("target")
    assert Counter(one.target.grades.get().grade.name for one in drawn) == TIERS
    assert Counter(one.batch for one in drawn) == BATCHES
    assert len({one.target_id for one in drawn}) == TOTAL


def confirm_and_lock(lead, admin, task):
    lead.hands.press("送各部门确认")
    clocks = Deadline.objects.filter(kind="confirm_list")
    assert {one.due_on for one in clocks} == {EXPECT["working_days"]["2024-04-09 +2"]}
    from_the_work_list(admin, "核对名单")
    admin.hands.press("名单无误，确认")
    for one in task.confirmations.filter(status="pending").select_related("agency"):
        actor = lianchi.person(f"admin-{one.agency.system_id}")
        tasks.confirm(one, actor=actor)
    from_the_work_list(lead, "锁定名单")
    lead.hands.ask("锁定名单")


def draw_people(lead, market, task):
    see(lead, f"为 {TOTAL} 户企业匹配检查人员")
    lead.hands.press("封存人员名单")
    from_the_work_list(market, "查看并同意")
    market.hands.press("同意按 C 级摇号")
    from_the_work_list(lead, "匹配人员")
    lead.hands.fill("见证人", lianchi.WITNESS["witness"])
    lead.hands.fill("见证短语", "晴 19 度")
    lead.hands.press("随机匹配检查人员")
    see(lead, "各户检查人员")
    lead.check()
    for selection in task.selections.all():
        team = Counter(one.agency.system.name for one in selection.assignments.all())
        assert team == dict.fromkeys(SYSTEMS, 2)
        assert team.total() == EXPECT["inspectors_per_target"]
    lead.hands.press("派发到县区执行单位")
    see(lead, "现场检查进行中")


def open_the_form(visitor, task):
    """One form for a firm, with a section for each agency."""
    visits = Inspection.objects.filter(selection__task=task)
    assert visits.count() == TOTAL
    visit = visits.select_related("selection__target").first()
    team = visit.selection.assignments.filter(agency__system="gongan")
    officer = visitor(team.select_related("inspector__user").first().inspector.user.username, 390)
    officer.page.goto("/m/")
    officer.hands.follow(str(visit.selection.target))
    expect(officer.page.get_by_role("heading", name="一企一表")).to_be_visible()
    expect(officer.page.locator("#own-title")).to_contain_text("公安")
    sections = officer.page.locator("#own-title, #others summary").all_inner_texts()
    assert len(sections) == EXPECT["one_form_per_enterprise_with_sections"]
    assert all(sum(system in text for text in sections) == 1 for system in SYSTEMS)
    officer.check()


def look_as_the_public(citizen, task):
    """Numbers and aliases; no name, no code, no grade of a firm on any page about the task."""
    page = citizen.page
    secret = [text for target in Target.objects.all() for text in (target.name, target.code)]
    draw = f"/draws/{task.number}-1/"
    for path in (draw, f"/tasks/{task.number}/", "/draws/"):
        page.goto(path)
        content = page.content()
        assert task.number in content
        assert [text for text in secret if text in content] == []
        citizen.check()
    answer = page.request.get(f"{draw}certificate.json").text()
    assert [text for text in secret if text in answer] == []
    certificate = json.loads(answer)
    assert certificate["disclosure"] == "alias"
    assert drs1.verify(certificate).verdict == "passed"
    page.goto(draw)
    see(citizen, "以化名公开")


def find_oneself(citizen, task):
    """A firm has its code and its own salt: it finds its number, and nobody else's."""
    page = citizen.page
    draw = Draw.objects.get(drawn_for__task=task, purpose=Purpose.TARGETS)
    master = bytes.fromhex(draw.master)
    page.get_by_role("button", name="开始验算").click()
    verdict = page.locator("[data-verify-verdict]")
    expect(verdict).to_contain_text(f"{BASE} 个抽签号一致，{TOTAL} 户抽中结果一致。")
    batches = {}
    for one in task.selections.select_related("target").order_by("number"):
        batches.setdefault(one.batch, one.target)
    for batch, target in batches.items():
        look_up(page, target.code, drs1.salt(master, target.code).hex())
        expect(page.locator("[data-verify-found]")).to_contain_text(f"第 {batch} 批")
        expect(page.locator("[data-verify-found]")).to_contain_text("抽中了。")
    one, other = Target.objects.exclude(selections__task=task).order_by("code")[:2]
    look_up(page, one.code, drs1.salt(master, one.code).hex())
    expect(page.locator("[data-verify-found]")).to_contain_text("没有抽中。")
    look_up(page, one.code, drs1.salt(master, other.code).hex())
    expect(page.locator("[data-verify-found]")).to_contain_text("算出的化名不在名单里")
    citizen.check()


def look_up(page, code, salt):
    page.get_by_label("查自己的抽签号").fill(code)
    page.get_by_label("本企业的盐值").fill(salt)
    page.get_by_role("button", name="查", exact=True).click()


def test_the_whole_scenario(house, visitor, clock):
    lead, leader = visitor("lead"), visitor("leader")
    admin, market = visitor("admin-gongan"), visitor("admin-shichang")
    plan_the_year(lead, leader)
    task = launch(lead)
    read_the_scope(lead)
    clock("2024-04-09")
    draw_targets(lead, admin, task)
    confirm_and_lock(lead, admin, task)
    draw_people(lead, market, task)
    clock("2024-04-16")
    open_the_form(visitor, task)
    citizen = visitor()
    look_as_the_public(citizen, task)
    find_oneself(citizen, task)
