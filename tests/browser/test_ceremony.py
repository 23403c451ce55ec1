"""The whole ceremony in a hall: three agencies, sealed values, a witness, dice read by two people."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from draws.flows import DrawStatus
from draws.models import Contributor, Draw
from tasks.jobs import sweep_draws
from tests import suzhou
from tests.tasks import ceremonies as play

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROLLS = "3162544135"
SERIOUS = {"serious", "critical"}


@pytest.fixture
def task(clock):
    clock("2021-07-15")
    task = suzhou.lay_task()
    clock(play.MORNING)
    play.fire(task)
    return task


def press(page, name):
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def see(page, text):
    expect(page.get_by_text(text).first).to_be_visible()


def accessible(person):
    person.check()
    found = Axe().run(person.page).response["violations"]
    assert [v["id"] for v in found if v["impact"] in SERIOUS] == []


def choose_and_freeze(lead, task):
    page = lead.page
    page.goto(f"/desk/tasks/{task.number}/scope/")
    see(page, "保证等级 B")
    page.get_by_text("由谁提供随机数").click()
    page.get_by_label("密封截止").fill("2021-07-15T10:00")
    page.get_by_label("公开截止").fill("2021-07-15T10:30")
    page.get_by_label("公共随机源（必填）", exact=True).select_option("dice")
    see(page, "保证等级 A")
    page.get_by_label("期号或次数").fill(str(len(ROLLS)))
    page.get_by_label("公共随机源产生的时间").fill("2021-07-15T10:40")
    accessible(lead)
    press(page, "封存 14 户的名单")
    see(page, "还不能摇号")
    see(page, "宿州市消防救援支队密封随机数")
    accessible(lead)


def seal(person, task):
    page = person.page
    page.goto("/desk/")
    page.get_by_role("link", name=re.compile("密封$")).click()
    press(page, "密封随机数")
    see(page, "已密封，待公开")
    accessible(person)


def reveal(person, task):
    page = person.page
    page.goto(f"/desk/tasks/{task.number}/draw/")
    press(page, "公开随机数")
    see(page, "已公开，与密封值一致")
    person.check()


def read_dice(person, task, value):
    page = person.page
    page.goto(f"/desk/tasks/{task.number}/draw/")
    page.get_by_label("值", exact=False).first.fill(value)
    page.get_by_label("来源").fill("摇号现场，骰盅直播")
    press(page, "录入")
    person.check()


def test_three_agencies_a_witness_and_dice(visitor, task, clock):
    lead = visitor("lead")
    market, fire = visitor("admin-shichang"), visitor("admin-xiaofang")
    wall, phone = visitor("supervisor", width=1920), visitor("supervisor", width=390)
    choose_and_freeze(lead, task)
    draw = Draw.objects.get()
    for person in (wall, phone):
        person.page.goto(f"/desk/tasks/{task.number}/draw/screen/")
        see(person.page, draw.freeze_digest[:8])
        accessible(person)

    seal(market, task)
    see(wall.page, "已密封，待公开")  # by itself, without a reload
    seal(fire, task)
    assert not Contributor.objects.exclude(value="").exists()
    speak(lead, task)
    slip(market, task)
    reveal(market, task)
    reveal(fire, task)
    draw.refresh_from_db()
    assert draw.closed_digest
    clock("2021-07-15T10:40")
    agree_on_the_dice(lead, market, task)
    assert sweep_draws() == 1
    draw.refresh_from_db()
    assert (draw.status, draw.assurance) == (DrawStatus.OPENED, "A")

    for person in (wall, phone):
        expect(person.page.get_by_role("heading", name="抽中的 4 户")).to_be_visible()
        assert "石铎" not in person.page.content()
        accessible(person)
    lead.page.reload()
    see(lead.page, "抽中的 4 户")
    see(lead.page, ROLLS)
    accessible(lead)


def speak(lead, task):
    page = lead.page
    page.goto(f"/desk/tasks/{task.number}/draw/")
    page.get_by_label("见证人").fill("市保安协会见证人")
    page.get_by_label("见证短语").fill("今天多云 704218")
    press(page, "录入短语")


def agree_on_the_dice(lead, market, task):
    """The first misreads them; both values are shown, and the one who was wrong corrects it."""
    read_dice(lead, task, ROLLS[::-1])
    read_dice(market, task, ROLLS)
    lead.page.reload()
    see(lead.page, "录入的值不一致")
    accessible(lead)
    lead.page.get_by_label("值", exact=False).first.fill(ROLLS)
    press(lead.page, "更正")


def slip(person, task):
    """The value leaves this browser on a slip and comes back from it; another slip is refused."""
    page = person.page
    page.goto(f"/desk/tasks/{task.number}/draw/")
    with page.expect_download() as download:
        page.get_by_role("button", name="保存密封凭条").click()
    text = download.value.path().read_text()
    value = re.search(r"^随机数\t([0-9a-f]{64})$", text, re.M)[1]
    page.evaluate("localStorage.clear()")
    page.reload()
    expect(page.get_by_role("button", name="公开随机数")).to_be_disabled()
    field = page.get_by_label("从凭条恢复")
    wrong = text.replace(value, "0" * 64).encode()
    field.set_input_files({"name": "x.txt", "mimeType": "text/plain", "buffer": wrong})
    see(page, "没有采用")
    expect(page.get_by_role("button", name="公开随机数")).to_be_disabled()
    field.set_input_files({"name": "x.txt", "mimeType": "text/plain", "buffer": text.encode()})
    expect(page.get_by_role("button", name="公开随机数")).to_be_enabled()


def test_a_void_with_its_successor(visitor, task):
    lead, leader = visitor("lead"), visitor("leader")
    page = lead.page
    page.goto(f"/desk/tasks/{task.number}/scope/")
    press(page, "只用见证人（C 级，两分钟办完）")
    press(page, "封存 14 户的名单")
    page.locator("summary", has_text="提请作废").click()
    page.get_by_label("作废理由").fill("名录漏了一个县区")
    press(page, "提请作废")
    see(page, "已提请作废")
    accessible(lead)
    leader.page.goto(f"/desk/tasks/{task.number}/draw/")
    leader.page.locator("summary", has_text="同意作废").click()
    press(leader.page, "同意作废")
    see(leader.page, "本来会抽中的 4 户")
    accessible(leader)
    page.goto(f"/desk/tasks/{task.number}/scope/")
    press(page, "只用见证人（C 级，两分钟办完）")
    press(page, "封存 14 户的名单")
    see(page, "与作废的抽取")
    see(page, "名录漏了一个县区")
    first, second = Draw.objects.order_by("pk")
    assert second.supersedes == first
    lead.check()


def test_without_script_the_grade_is_worked_out_by_a_round_trip(visitor, task):
    lead = visitor("lead", javascript=False)
    page = lead.page
    page.goto(f"/desk/tasks/{task.number}/scope/")
    see(page, "保证等级 B")
    press(page, "约定双色球和大乐透")
    see(page, "保证等级 A")
    see(page, "请依次填写双色球和大乐透的期号")
    page.goto(f"/desk/tasks/{task.number}/scope/")
    press(page, "只用见证人（C 级，两分钟办完）")
    see(page, "保证等级 C")
    press(page, "请市消防密封")
    see(page, "只有一个外部密封贡献")


def test_the_replay_shows_the_stored_tickets_is_short_and_can_be_skipped(visitor, task):
    suzhou.opened_draw(task)
    lead = visitor("lead")
    page = lead.page
    address = f"/desk/tasks/{task.number}/draw/"
    hidden = page.locator(".is-waiting")
    page.goto(address)
    see(page, "抽签号")
    expect(page.get_by_role("button", name="回放抽签号")).to_have_count(0)  # less motion is wanted
    expect(hidden).to_have_count(0)

    page.emulate_media(reduced_motion="no-preference")
    page.clock.install()
    page.goto(address)
    page.clock.pause_at(page.evaluate("Date.now()") + 100)
    assert hidden.count() > 0
    before = page.locator(".strips circle.drawn").evaluate_all(
        "all => all.map((one) => one.getAttribute('cx'))"
    )
    page.clock.run_for(2100)
    expect(hidden).to_have_count(0)
    expect(page.get_by_role("button", name="回放抽签号")).to_be_visible()
    page.get_by_role("button", name="回放抽签号").click()
    page.clock.run_for(50)
    assert hidden.count() > 0
    page.get_by_role("button", name="跳过").click()
    expect(hidden).to_have_count(0)
    after = page.locator(".strips circle.drawn").evaluate_all(
        "all => all.map((one) => one.getAttribute('cx'))"
    )
    assert after == before
    lead.check()
