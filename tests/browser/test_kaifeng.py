"""The Kaifeng scenario by clicking: the annual cap, an exemption, no item twice, a substitution."""

import json
import re

import pytest
from playwright.sync_api import expect

from draws import drs1
from draws.models import Draw, DrawEvent, Purpose
from draws.reads import certificates
from inspections import services as field
from inspections.models import Inspection
from registries.models import Target
from tasks.models import Assignment, Substitution, Task
from tests import kaifeng

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ASKED = kaifeng.SCENARIO["task"]
CAPPED, EXEMPT, PASSED = kaifeng.SCENARIO["history"]
COUNTIES = len(kaifeng.counties())
BASE = COUNTIES * kaifeng.SCENARIO["targets"]["per_county"]
ELIGIBLE = BASE - 1
OUT = "年内已被抽取2次"
ARGUMENT = "今年收到投诉举报 3 件"
LEFT_OFF = f"{kaifeng.HOTELS}：龙亭区公安局今年3月20日已检查，未发现问题，本次不再检查"
ASKED_FOR = ["对娱乐场所的检查", "登记事项检查"]


@pytest.fixture
def line(clock):
    clock(str(kaifeng.TODAY))
    kaifeng.lay_house()
    return kaifeng.published_line()


def see(person, text):
    expect(person.page.get_by_text(text).first).to_be_visible()


def from_the_work_list(person, label):
    person.page.goto("/desk/")
    person.hands.follow(re.compile(rf"：\s*{label}$"))


def launch(lead, line):
    lead.page.goto(line.plan.get_absolute_url())
    hands = lead.hands
    hands.follow(re.compile("^发起任务"))
    hands.fill("任务名称", ASKED["title"])
    hands.date("抽查开始", ASKED["window"][0])
    hands.date("抽取阶段止", ASKED["window"][0])
    hands.date("现场检查起", ASKED["window"][0].replace(day=3))
    hands.date("现场检查止", ASKED["onsite_until"])
    hands.date("抽查结束", ASKED["window"][1])
    hands.fill("总抽查比例", ASKED["ratio"])
    hands.press("发起任务")
    lead.check()
    return Task.objects.get()


def see_who_is_out(lead, task, names):
    """The reason, how many, and each by name."""
    lead.page.goto(f"/desk/tasks/{task.number}/scope/")
    row = lead.page.get_by_role("row", name=OUT)
    expect(row).to_contain_text("年度频次上限")
    expect(row.get_by_role("cell", name=str(len(names)), exact=True)).to_be_visible()
    lead.hands.follow(re.compile(rf"^查看\s*{OUT}的名单$"))
    see(lead, f"{OUT}：{len(names)} 户")
    listed = lead.page.locator("#who ~ table tbody th")
    assert [text.split()[0] for text in listed.all_inner_texts()] == names
    lead.check()


def exempt(lead, target, ground, argument):
    """From the list that is open; the ground must be argued."""
    lead.hands.follow(re.compile(rf"^列为不受频次限制\s*：{target}$"))
    lead.hands.pick("情形", ground)
    lead.hands.press("列为不受频次限制")
    see(lead, "请填写“理由”。")
    lead.hands.pick("情形", ground)
    lead.hands.fill("理由", argument)
    lead.hands.press("列为不受频次限制")
    row = lead.page.get_by_role("row", name=str(target))
    expect(row.first).to_contain_text(ground)
    expect(row.first).to_contain_text(argument)
    lead.check()


def draw_targets(lead, admin, market):
    lead.hands.press("只用见证人（C 级，两分钟办完）")
    lead.hands.press(f"封存 {ELIGIBLE} 户的名单")
    from_the_work_list(admin, "查看并同意")
    admin.hands.press("同意按 C 级摇号")
    from_the_work_list(lead, "摇号")
    lead.hands.fill("见证人", kaifeng.WITNESS["witness"])
    lead.hands.fill("见证短语", kaifeng.WITNESS["phrase"])
    lead.hands.press(re.compile("^摇号，抽取"))
    see(lead, str(kaifeng.target(2)))
    assert str(kaifeng.target(1)) not in lead.page.content()
    lead.hands.press("送各部门确认")
    for who in (admin, market):
        from_the_work_list(who, "核对名单")
        who.hands.press("名单无误，确认")
    from_the_work_list(lead, "锁定名单")
    lead.hands.ask("锁定名单")


def draw_people(lead, market):
    lead.hands.press("封存人员名单")
    from_the_work_list(market, "查看并同意")
    market.hands.press("同意按 C 级摇号")
    from_the_work_list(lead, "匹配人员")
    lead.hands.fill("见证人", kaifeng.WITNESS["witness"])
    lead.hands.fill("见证短语", "小雨 9 度")
    lead.hands.press("随机匹配检查人员")
    lead.hands.press("派发到县区执行单位")
    see(lead, "现场检查进行中")
    lead.check()


def check_as_the_public(citizen, task):
    """Who was out and who was forced in stands on the page and in the certificate."""
    page, draw_id = citizen.page, f"{task.number}-1"
    page.goto(f"/draws/{draw_id}/")
    see(citizen, f"排除：{OUT}")
    see(citizen, f"列为必查：{EXEMPT['exempt']}")
    citizen.check()
    certificate = json.loads(page.request.get(f"/draws/{draw_id}/certificate.json").text())
    assert drs1.verify(certificate).verdict == "passed"
    lines = certificate["input"]["candidates"].splitlines()
    first, second = kaifeng.target(1).code, kaifeng.target(2).code
    assert f"{first}\tall\tX\tannual_cap_2\t{kaifeng.LONGTING}\t-" in lines
    assert f"{second}\tall\tF\texempt_complaints\t{kaifeng.LONGTING}\t-" in lines
    page.get_by_role("button", name="开始验算").click()
    expect(page.locator("[data-verify-verdict]")).to_contain_text("抽中结果一致")
    for code, said in (
        (first, "已排除，理由代码 annual_cap_2"),
        (second, "事先列为必查，理由代码 exempt_complaints"),
    ):
        page.get_by_label("查自己的抽签号").fill(code)
        page.get_by_role("button", name="查", exact=True).click()
        expect(page.locator("[data-verify-found]")).to_contain_text(said)
    citizen.check()


def test_a_third_draw_in_a_year_is_left_out_unless_the_lead_says_why(line, visitor, clock):
    lead, admin, market = (visitor(name) for name in ("lead", "admin-gongan", "admin-shichang"))
    task = launch(lead, line)
    kaifeng.lay_history(task)
    first, second = kaifeng.target(1), kaifeng.target(2)
    see_who_is_out(lead, task, [str(first), str(second)])
    exempt(lead, second, EXEMPT["exempt"], ARGUMENT)
    see_who_is_out(lead, task, [str(first)])
    draw_targets(lead, admin, market)
    draw_people(lead, market)
    drawn = Target.objects.filter(selections__task=task)
    assert first not in drawn
    assert second in drawn
    clock("2026-12-11")  # the task is over: the list is public
    check_as_the_public(visitor(), task)


# --- the visits ---------------------------------------------------------------------------------


@pytest.fixture
def visit(line):
    """The third hotel; the only one still open, so that chance must draw it."""
    task = kaifeng.draft_task(line)
    kaifeng.lay_history(task)
    third = kaifeng.target(3)
    Target.objects.exclude(pk=third.pk).update(status="closed")
    kaifeng.assigned(task)
    field.dispatch(task, actor=kaifeng.person("lead"))
    return Inspection.objects.get(selection__target=third)


def on_the_phone(visitor, assignment):
    officer = visitor(assignment.inspector.user.username, width=390)
    officer.page.goto("/m/")
    officer.hands.follow(str(assignment.selection.target))
    return officer


def test_an_item_passed_in_march_is_left_off_the_form_in_november(visit, visitor, clock):
    clock("2026-11-09")
    asked = []
    for system in ("gongan", "shichang"):
        team = visit.selection.assignments.filter(agency__system=system)
        officer = on_the_phone(visitor, team.select_related("inspector__user").first())
        see(officer, LEFT_OFF)
        if system == "gongan":
            officer.hands.check("执法证件")
            officer.hands.check("告知")
            officer.hands.press("进入检查")
        asked += officer.page.locator("#own fieldset.item > legend").all_inner_texts()
        officer.check()
    assert sorted(text.split()[-1] for text in asked) == sorted(ASKED_FOR)
    lead = visitor("lead")
    lead.page.goto(f"/desk/forms/{visit.pk}/")
    see(lead, LEFT_OFF)
    lead.check()


def apply_to_leave(officer, visit):
    officer.page.goto(visit.get_absolute_url())
    officer.hands.follow("申请回避或更换")
    officer.hands.check("工作冲突")
    officer.hands.fill("说明", "11月9日至27日另有专项任务")
    officer.hands.press("提交审批")
    see(officer, "批准前仍由原人员检查")
    expect(officer.page.get_by_role("button", name="同意更换")).to_have_count(0)
    officer.check()
    return Substitution.objects.latest("pk")


def approve_by_hand(officer, row):
    """Without the button: the answer to a request made up by the applicant."""
    page = officer.page
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    address = f"/desk/substitutions/{row.pk}/approve/"
    headers = {"Referer": page.url}
    return page.request.post(address, form={"csrfmiddlewaretoken": token}, headers=headers)


def follow_the_application(desk, title):
    desk.page.goto("/desk/")
    desk.hands.follow(title)


def refuse(desk, title):
    follow_the_application(desk, title)
    desk.hands.activate(desk.page.locator("summary.btn", has_text="不同意"))
    desk.hands.fill("不同意的理由", "专项任务已由他人承担")
    desk.hands.press("确认不同意")
    see(desk, "已答复不同意")


def approve(desk, title):
    follow_the_application(desk, title)
    desk.hands.press("同意更换")
    see(desk, "接替人员已按规程抽取")
    desk.check()


def test_a_substitute_comes_by_the_protocol_once_the_deputy_head_agrees(visit, visitor, clock):
    clock("2026-11-09")
    mine = visit.selection.assignments.filter(agency__system="gongan")
    team = list(mine.values_list("inspector", flat=True))
    one = mine.select_related("inspector__user").first()
    draw = Draw.objects.get(drawn_for__task=visit.selection.task, purpose=Purpose.INSPECTORS)
    officer = on_the_phone(visitor, one)
    desk = visitor(f"{kaifeng.LONGTING}-deputy-gongan")
    title = f"{one.inspector}申请更换：{visit.selection.target}"

    row = apply_to_leave(officer, visit)
    assert approve_by_hand(officer, row).status == 403
    refuse(desk, title)
    assert list(mine.values_list("inspector", flat=True)) == team
    assert not DrawEvent.objects.exists()
    assert certificates.build(draw)["claims"]["events"] == []

    row = apply_to_leave(officer, visit)
    approve(desk, title)
    row.refresh_from_db()
    newcomer = row.substitute.inspector
    assert newcomer.pk not in team
    assert newcomer.agency == one.inspector.agency
    assert not Assignment.objects.filter(pk=one.pk).exists()
    stands_in_the_certificate(draw, one.inspector, newcomer, visit.selection.target)
    is_seen(visitor, draw, one.inspector, row.substitute)


def is_seen(visitor, draw, old, newcomer):
    """By the lead on the page of the people, by the newcomer on the phone."""
    lead = visitor("lead")
    lead.page.goto(f"/desk/tasks/{draw.drawn_for.task.number}/people/")
    see(lead, f"{old} → {newcomer.inspector}")
    see(lead, "抽取以后发生的事")
    lead.check()
    see(on_the_phone(visitor, newcomer), LEFT_OFF)


def stands_in_the_certificate(draw, old, new, target):
    certificate = certificates.build(draw)
    assert drs1.verify(certificate).verdict == "passed"
    (event,) = certificate["input"]["events"]
    codes = {pk: code for code, pk in draw.roster.items()}
    assert (event["type"], event["target"]) == ("substitute", target.code)
    assert event["inspector"] == codes[old.pk]
    (line,) = certificate["claims"]["events"]
    assert codes[new.pk] in line
    teams = [row.split("\t") for row in certificate["claims"]["final_teams"]]
    members = [m.split(",") for _, code, system, m in teams if code == target.code]
    assert any(codes[new.pk] in team for team in members)
    assert not any(codes[old.pk] in team for team in members)
    bent = json.loads(json.dumps(certificate))
    bent["input"]["events"][0]["inspector"] = codes[new.pk]
    assert drs1.verify(bent).verdict != "passed"
