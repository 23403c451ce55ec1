"""A real browser against a live server in the same process as the fixtures."""

import os
import re
import shutil
import threading
import time

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from agencies.models import User
from tests.browser.hands import Mouse

CHROMIUM = os.environ.get("PORTAL_CHROMIUM") or shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session", autouse=True)
def _database_from_the_playwright_thread():
    """Playwright runs an event loop in this thread; our database calls are synchronous all the same."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def browser():
    assert CHROMIUM, "chromium is missing: ./test installs it, or set PORTAL_CHROMIUM"
    with sync_playwright() as playwright:
        expect.set_options(timeout=15_000)
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


class Visitor:
    """One person at one screen; every page is watched for script errors and sideways scrolling."""

    def __init__(self, browser, base, width, javascript=True, hands=Mouse):
        self.context = browser.new_context(
            base_url=base,
            locale="zh-CN",
            reduced_motion="reduce",
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": 844 if width < 500 else 900},
            java_script_enabled=javascript,
            has_touch=width < 500,
        )
        self.context.set_default_timeout(20_000)
        self.page = self.context.new_page()
        self.base = base
        self.hands = hands(self.page)
        self.faults = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._listen)

    def _listen(self, message):
        if message.type == "error" and "status of 4" not in message.text:
            self.faults.append(message.text)

    def admit(self, username):
        """Start at the desk with a session given: logged in this morning."""
        client = Client()
        client.force_login(User.objects.get(username=username))
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.base}]
        )
        self.page.goto("/desk/")
        return self.page

    def log_in(self, username):
        """By the page, as everybody does."""
        self.page.goto("/login/")
        self.hands.fill("用户名", username)
        self.hands.fill("口令", "demo-2021")
        self.hands.press(re.compile("^登录$"))
        self.page.wait_for_url("**/desk/**")
        return self.page

    def check(self):
        """No script error so far, and nothing wider than the screen."""
        assert self.faults == []
        wider = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wider <= 0, f"{self.page.url} scrolls sideways by {wider} px"


@pytest.fixture
def visitor(browser, live_server):
    """`visitor("lead", width=390)` is logged in; `visitor()` is the public.

    The page of the log-in is worked by keys, without script, and where a test is about it.
    """
    visitors = []

    def enter(username=None, width=1280, javascript=True, hands=Mouse):
        person = Visitor(browser, live_server.url, width, javascript, hands)
        visitors.append(person)
        if username:
            (person.admit if javascript and hands is Mouse else person.log_in)(username)
        return person

    yield enter
    for person in visitors:
        person.page.goto("about:blank")
        person.context.close()
    wait_for_the_server()


def wait_for_the_server():
    """Requests that the browser no longer waits for must be over before the tables are emptied."""
    busy = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND state <> 'idle'"
    )
    quiet, pause, until = 0, threading.Event(), time.monotonic() + 20
    while quiet < 4 and time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(busy)
            quiet = 0 if cursor.fetchone()[0] else quiet + 1
        pause.wait(0.05)
