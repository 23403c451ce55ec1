"""From an empty portal to three administrators at their desks, with a code and a browser (issue Start)."""

import pytest

from agencies.services import make_set_up_code
from tests.browser.test_every_page import at_each_width, by_keys, in_each_mode

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "Kai-men-2027"


def look_at(page):
    """The page as it stands, in every mode and at every width; what is typed stays."""
    faults = [*in_each_mode(page), *at_each_width(page)]
    page.set_viewport_size({"width": 1280, "height": 900})
    assert faults == []


def step_through(page):
    """By the keys alone, from the top of a page that nobody has touched yet."""
    page.goto(page.url.partition("#")[0])
    assert list(by_keys(page)) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(page.url.partition("#")[0])


def test_a_portal_begins_without_a_shell(reference, visitor):
    founder = visitor()
    codes = set_up(founder, make_set_up_code())
    founder.check()
    for letter, whose in zip(codes, ("赵某", "钱某", "孙某"), strict=True):
        activate(visitor(width=390), letter, whose)


def set_up(founder, code):
    """The four pages; the codes of the three letters."""
    page, hands = founder.page, founder.hands
    page.goto(f"/setup/#{code}")
    assert page.get_by_label("设置码").input_value() == code, "the address brings it along"
    assert code not in page.url
    look_at(page)
    hands.press("开始设置")

    page.wait_for_url("**/setup/place/**")
    step_through(page)
    page.get_by_role("searchbox").fill("埇桥")
    page.get_by_role("button", name="查找").click()
    page.get_by_label("安徽省宿州市埇桥区（341302）").check()
    look_at(page)
    hands.press("下一步：执法单位")

    page.wait_for_url("**/setup/agencies/**")
    step_through(page)
    for system in ("公安", "市场监管", "综合协调"):
        page.get_by_label(system, exact=True).check()
    look_at(page)
    hands.press("下一步：三员")
    return three_letters(page, hands)


def three_letters(page, hands):
    page.wait_for_url("**/setup/people/**")
    step_through(page)
    for heading, name in (("系统管理员", "赵某"), ("安全管理员", "钱某"), ("审计管理员", "孙某")):
        page.get_by_role("region", name=heading).get_by_label("姓名").fill(name)
    look_at(page)
    hands.press("完成设置，领取三封激活信")
    letters = page.get_by_role("region", name="的激活信")
    letters.first.wait_for()
    look_at(page)
    return letters.locator("b").all_inner_texts()


def activate(person, letter, whose):
    """One of the three takes over the own account on a phone."""
    page = person.page
    page.goto("/login/")
    page.get_by_role("link", name="用激活码激活账号").click()
    page.get_by_label("激活码").fill(letter)
    page.get_by_label("口令（必填）", exact=True).fill(PASSWORD)
    page.get_by_label("再输一次口令").fill(PASSWORD)
    look_at(page)
    page.set_viewport_size({"width": 390, "height": 844})
    person.hands.press("激活账号")
    page.wait_for_url("**/desk/**")
    assert whose in page.content()
    person.check()
