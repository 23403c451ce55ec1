"""A device left alone: the warning, and what was typed before it."""

import time

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from agencies.middleware import SEEN
from tests.factories import UserFactory
from tests.reference import lay_reference

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MINUTE = 60_000


@pytest.fixture
def desk(visitor):
    """A page with a form half filled, the browser's clock in our hands."""
    lay_reference()
    UserFactory(username="lead", name="陈某", agency=None, role="sysadmin")
    person = visitor()
    person.page.clock.install()
    person.log_in("lead")
    person.page.goto("/desk/settings/users/new/")
    person.page.get_by_label("姓名").fill("半个名字")
    return person


def left_alone(minutes):
    """What the server remembers of the last act."""
    for row in Session.objects.all():
        data = row.get_decoded()
        if SEEN in data:
            data[SEEN] = int(time.time()) - minutes * 60
            store = Session.get_session_store_class()(row.session_key)
            store.update(data)
            store.save()


def log_in_beside(page):
    """Log in again in a second window and come back."""
    with page.expect_popup() as popup:
        page.get_by_role("link", name="在新窗口重新登录").click()
    second = popup.value
    second.get_by_label("用户名").fill("lead")
    second.get_by_label("口令").fill("demo-2021")
    second.get_by_role("button", name="登录", exact=True).click()
    second.wait_for_url("**/desk/**")
    second.close()
    page.bring_to_front()
    page.clock.fast_forward(20_000)


def test_the_warning_comes_two_minutes_before_and_loses_nothing(desk):
    page, dialog = desk.page, desk.page.locator("#idle")
    page.clock.fast_forward(27 * MINUTE)
    expect(dialog).to_be_hidden()
    left_alone(28)
    page.clock.fast_forward(MINUTE + 2000)
    expect(page.get_by_role("heading", name="即将自动退出")).to_be_visible()
    expect(dialog).to_contain_text("2 分钟")
    stay = page.get_by_role("button", name="继续使用")
    expect(stay).to_be_focused()
    stay.click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("姓名")).to_have_value("半个名字")
    desk.check()


def test_after_the_end_the_form_waits_for_a_new_log_in(desk):
    page, dialog = desk.page, desk.page.locator("#idle")
    token = page.locator("main [name=csrfmiddlewaretoken]").first
    before = token.input_value()
    left_alone(31)
    page.clock.fast_forward(31 * MINUTE)
    expect(page.get_by_role("heading", name="已自动退出")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    log_in_beside(page)
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("姓名")).to_have_value("半个名字")
    assert token.input_value() != before
    page.get_by_label("用户名").fill("newcomer")
    page.get_by_role("button", name="开通账号").click()
    expect(page.get_by_role("heading", name="半个名字")).to_be_visible()
    desk.check()


def test_a_form_sent_after_an_unnoticed_end_waits_for_the_log_in(desk):
    page, dialog = desk.page, desk.page.locator("#idle")
    page.get_by_label("用户名").fill("newcomer")
    Session.objects.all().delete()
    page.clock.fast_forward(10_000)
    page.get_by_role("button", name="开通账号").click()
    expect(page.get_by_role("heading", name="已自动退出")).to_be_visible()
    log_in_beside(page)
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("姓名")).to_have_value("半个名字")
    page.clock.fast_forward(10_000)
    page.get_by_role("button", name="开通账号").click()
    expect(page.get_by_role("heading", name="半个名字")).to_be_visible()
    desk.check()


def test_typing_keeps_a_session_without_a_request_of_its_own(desk):
    page = desk.page
    left_alone(20)
    page.clock.fast_forward(3 * MINUTE)
    with page.expect_response("**/session/") as answer:
        page.get_by_label("姓名").press("End")
        page.clock.fast_forward(2000)
    assert answer.value.json()["left"] > 1700
