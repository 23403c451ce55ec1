"""The form on the phone: kept at once, sent when there is a network, never overwriting unseen."""

import re

import pytest
from playwright.sync_api import expect

from inspections import services
from inspections.models import Answer
from tests.inspections.factories import build_world
from tests.reference import lay_reference

SAVED = re.compile(r"已保存 \d\d:\d\d")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def inside(clock):
    lay_reference()
    clock("2021-07-21")
    world = build_world()
    world.dispatch()
    world.enter()
    return world


@pytest.fixture
def officer(inside, visitor):
    person = visitor(inside.officer().username, width=390)
    person.page.goto(inside.visit.get_absolute_url())
    return person


def choose(page, value):
    page.locator(f"[data-item] input[value={value}] + label").first.click()


def says(page, text):
    expect(page.locator("[data-sync]")).to_contain_text(text)


def test_a_choice_is_saved_by_itself_and_opens_what_belongs_to_it(inside, officer):
    page = officer.page
    expect(page.get_by_label("问题说明（必填）")).to_be_hidden()
    choose(page, "problem")
    says(page, SAVED)
    page.get_by_label("责令改正", exact=True).check()
    page.get_by_label("问题说明（必填）").fill("监控录像只保存 12 天。")
    page.get_by_label("改正期限").fill("2021-08-20")
    page.get_by_label("改正期限").blur()
    says(page, "已填完，请检查人员确认")
    row = Answer.objects.get()
    assert (row.problems, str(row.rectify_by)) == (["ordered_to_correct"], "2021-08-20")
    officer.check()


def test_without_network_nothing_is_lost(inside, officer):
    page = officer.page
    officer.context.set_offline(True)
    choose(page, "not_checked")
    page.get_by_label("未检查的原因（必填）").fill("设备停用")
    page.get_by_label("未检查的原因（必填）").blur()
    says(page, "网络已断开。")
    says(page, "联网后会自动上传，可以继续填写。")
    assert not Answer.objects.exists()
    officer.context.set_offline(False)
    says(page, SAVED)
    assert Answer.objects.get().remark == "设备停用"
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('form.'))") == []


def test_what_was_not_sent_is_there_after_reopening(inside, officer):
    page = officer.page
    officer.context.route("**/api/v1/**", lambda route: route.abort())
    choose(page, "not_checked")
    page.get_by_label("未检查的原因（必填）").fill("设备停用")
    says(page, "网络已断开。")
    officer.context.unroute("**/api/v1/**")
    page.reload()
    expect(page.get_by_label("未检查的原因（必填）")).to_have_value("设备停用")
    says(page, SAVED)
    assert Answer.objects.get().remark == "设备停用"


@pytest.mark.parametrize(("button", "kept"), [("保留我的", "我的"), ("采用对方的", "对方的")])
def test_two_versions_stand_side_by_side(inside, officer, button, kept):
    services.answer(
        inside.section(),
        inside.items["gongan"][0],
        result="not_checked",
        remark="对方的",
        version=0,
        actor=inside.officer("gongan", 1),
    )
    page = officer.page
    choose(page, "not_checked")
    page.get_by_label("未检查的原因（必填）").fill("我的")
    page.get_by_label("未检查的原因（必填）").blur()
    says(page, "有内容需要您选择")
    expect(page.locator(".versions")).to_contain_text("对方的")
    expect(page.locator(".versions")).to_contain_text("我的")
    assert Answer.objects.get().remark == "对方的"
    page.get_by_role("button", name=button).click()
    says(page, SAVED)
    assert Answer.objects.get().remark == kept


def test_an_empty_signature_is_not_sent(inside, officer):
    for system in inside.teams:
        inside.fill(system)
        inside.confirm(system)
    page = officer.page
    page.reload()
    page.get_by_label("签字人姓名").fill("赵某某")
    page.get_by_label("现场负责人").check()
    page.get_by_role("button", name="签字完成").click()
    expect(page.get_by_text("签名为空，请企业负责人在框内签字")).to_be_visible()
    assert not inside.visit.signatures.exists()
    officer.check()
