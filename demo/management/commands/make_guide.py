"""`python manage.py make_guide --settings config.settings_test`: the pictures of docs/guide, made anew.

Lays the demonstration in a database of its own, works through it in Chromium and photographs every
page of the journey at 1280 and 390 px. Needs what the browser tests need.
"""

import os
import re
import shutil
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.test.testcases import LiveServerThread
from django.test.utils import override_settings
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from agencies.models import User
from catalog.models import CatalogVersion
from demo.house import PASSWORD, STAR
from demo.story import DRAWING, FIELD, NEXT, PUBLISHED, WAITING
from inspections.models import Inspection, Section
from plans.models import Plan, PlanLine
from publication.models import Publication
from registries.models import Inspector, Target
from tasks.models import Task

TODAY = "2026-11-20"
FOLDER = Path(settings.BASE_DIR) / "docs" / "guide"
WIDTHS = (1280, 390)
PHONE = (390,)
TALLEST = 2400
HEAVIEST = 200_000
COLOURS = 96
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class Command(BaseCommand):
    """Only the folder docs/guide is written to; the database is dropped at the end."""

    help = "重新制作 docs/guide 中的图片。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Lay, serve, photograph, clean up."""
        chromium = os.environ.get("PORTAL_CHROMIUM") or shutil.which("chromium")
        if not chromium:
            raise CommandError("没有找到 chromium。请先安装，或设置 PORTAL_CHROMIUM。")
        with override_settings(PORTAL_DEMO=True, PORTAL_TODAY=TODAY, ALLOWED_HOSTS=["*"]):
            old = connection.settings_dict["NAME"]
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            try:
                call_command("load_demo")
                self._serve(chromium, addresses())
            finally:
                connections.close_all()
                connection.creation.destroy_test_db(old, verbosity=0)

    def _serve(self, chromium: str, at: dict[str, Any]) -> None:
        server = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={})
        server.daemon = True
        server.start()
        server.is_ready.wait()
        if server.error:
            raise server.error
        try:
            with sync_playwright() as playwright, tempfile.TemporaryDirectory() as made:
                browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
                tell(House(browser, f"http://127.0.0.1:{server.port}", Path(made)), at)
                browser.close()
                replace(Path(made))
        finally:
            server.terminate()
        sizes = [path.stat().st_size for path in FOLDER.glob("*.webp")]
        self.stdout.write(f"{len(sizes)} 张图片，共 {sum(sizes) / 1e6:.1f} MB，见 {FOLDER}。")


class Person:
    """Somebody at a screen; None is the public."""

    def __init__(self, browser: Browser, base: str, folder: Path, username: str | None) -> None:
        self.folder = folder
        context = browser.new_context(
            base_url=base, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
        )
        self.page: Page = context.new_page()
        if username:
            self.go("/login/")
            self.page.get_by_label("用户名").fill(username)
            self.page.get_by_label("口令").fill(PASSWORD)
            self.page.get_by_role("button", name="登录", exact=True).click()
            self.page.wait_for_url("**/desk/**")

    def go(self, path: str) -> "Person":
        """Open an address."""
        self.page.goto(path)
        return self

    def follow(self, name: str | re.Pattern[str]) -> "Person":
        """Go where a link leads."""
        with self.page.expect_navigation():
            self.page.get_by_role("main").get_by_role("link", name=name).first.click()
        return self

    def press(self, name: str, answer: str = "") -> "Person":
        """Press a button, answering the question behind it where there is one."""
        question = self.page.locator("summary.btn", has_text=name)
        if question.count():
            question.click()
        button = self.page.locator("main button", has_text=answer or name).filter(visible=True)
        with self.page.expect_navigation():
            button.first.click()
        return self

    def fill(self, **values: str) -> "Person":
        """Fill fields by their labels."""
        for label, value in values.items():
            self.page.get_by_label(label).fill(value)
        return self

    def shoot(self, name: str, widths: tuple[int, ...] = WIDTHS) -> "Person":
        """The page as it is, at each width; bars stand at the end, not across the middle."""
        for width in widths:
            self.page.set_viewport_size({"width": width, "height": 800})
            tall = self.page.evaluate("document.documentElement.scrollHeight")
            self.page.set_viewport_size({"width": width, "height": min(max(tall, 700), TALLEST)})
            keep(self.page.screenshot(), self.folder / f"{name}-{width}.webp")
        self.page.set_viewport_size({"width": 1280, "height": 800})
        return self


class House:
    """Everybody of the demonstration, logged in when first needed."""

    def __init__(self, browser: Browser, base: str, folder: Path) -> None:
        self.browser, self.base, self.folder = browser, base, folder
        self.people: dict[str | None, Person] = {}

    def __call__(self, username: str | None = None) -> Person:
        if username not in self.people:
            self.people[username] = Person(self.browser, self.base, self.folder, username)
        return self.people[username]


def keep(picture: bytes, path: Path) -> None:
    """As a small WebP with few colours; refuses one that is still too heavy."""
    image = Image.open(BytesIO(picture)).convert("RGB")
    few = image.quantize(COLOURS, dither=Image.Dither.NONE).convert("RGB")
    few.save(path, "WEBP", lossless=True, quality=90, method=4)
    if path.stat().st_size > HEAVIEST:
        image.save(path, "WEBP", quality=60, method=6)
    if path.stat().st_size > HEAVIEST:
        raise CommandError(f"{path.name} 超过 {HEAVIEST // 1000} kB。")


def replace(made: Path) -> None:
    """The new pictures for the old ones, now that all are there."""
    for old in FOLDER.glob("*.webp"):
        old.unlink()
    for path in made.iterdir():
        shutil.move(path, FOLDER / path.name)


def addresses() -> dict[str, Any]:
    """What the pictures are taken of, looked up before the browser starts."""
    star = Target.objects.get(name=STAR)
    numbers = {one.title: one.number for one in Task.objects.all()}
    visits = Inspection.objects.filter(selection__target=star)
    waiting = Section.objects.filter(status="submitted", inspection__selection__target=star)
    published = Publication.objects.filter(scope="full", details__icontains="problem")
    return {
        "draw": numbers[DRAWING.title],
        "field": numbers[FIELD.title],
        "done": numbers[PUBLISHED.title],
        "redrawn": numbers[WAITING.title],
        "star": star.pk,
        "uscc": star.code,
        "list": CatalogVersion.objects.get(agency__code="341300-gongan").pk,
        "plan": Plan.objects.get(year=2026).pk,
        "line": PlanLine.objects.get(title=NEXT).pk,
        "visit": visits.get(status="entered").pk,
        "wait": waiting.get(agency__code="341323-gongan").pk,
        "result": published.earliest("pk").pk,
        "inspector": Inspector.objects.get(user__username="officer-gongan").pk,
        "user": User.objects.get(username="officer-gongan").pk,
    }


def tell(house: House, at: dict[str, Any]) -> None:
    """The journey in the order of the manual."""
    house().go("/login/").shoot("login")
    _lists(house, at)
    _plan(house, at)
    _draw(house, at)
    _field(house, at)
    _public(house, at)
    _keepers(house, at)


def _lists(house: House, at: dict[str, Any]) -> None:
    lead, admin = house("lead"), house("admin-gongan")
    lead.go("/desk/").shoot("desk")
    lead.go("/desk/items/").shoot("items")
    lead.go(f"/desk/items/{at['list']}/").shoot("item-list")
    lead.go("/desk/targets/").shoot("targets")
    lead.go(f"/desk/targets/{at['star']}/").shoot("target")
    admin.go("/desk/targets/import/").shoot("import")
    house("principal-gongan").go("/desk/inspectors/").shoot("inspectors")
    house("principal-gongan").go(f"/desk/inspectors/{at['inspector']}/").shoot("inspector")


def _plan(house: House, at: dict[str, Any]) -> None:
    lead = house("lead")
    lead.go("/desk/plans/").shoot("plans")
    lead.go("/desk/plans/new/").shoot("plan-create")
    lead.go(f"/desk/plans/{at['plan']}/").shoot("plan")
    lead.go(f"/desk/tasks/new/{at['line']}/").shoot("task-create")
    lead.press("发起任务").shoot("task-scope")
    lead.go(f"/desk/plans/{at['plan']}/").press("调整计划", "生成新版本").shoot("plan-draft")
    lead.follow(re.compile(r"^修改\s*第 1 项")).shoot("plan-line")


def _draw(house: House, at: dict[str, Any]) -> None:
    """Both draws of the task that waits for two agencies to seal a value."""
    lead, admin, market = house("lead"), house("admin-gongan"), house("admin-shichang")
    sealers = (market, house("office"))
    draw, people = f"/desk/tasks/{at['draw']}/draw/", f"/desk/tasks/{at['draw']}/people/"
    lead.go("/desk/tasks/").shoot("tasks")
    market.go(draw).shoot("draw-seal")
    for who in sealers:
        who.go(draw).press("密封随机数")
    market.go(draw).shoot("draw-reveal")
    for who in sealers:
        who.go(draw).press("公开随机数")
    lead.go(draw).shoot("draw-open").go(f"{draw}screen/").shoot("draw-screen")
    lead.go(draw).press("摇号").shoot("draw-result")
    lead.press("送各部门确认")
    for number, who in enumerate((admin, market)):
        who.go(draw)
        if number == 0:
            who.shoot("draw-confirm")
        who.press("名单无误")
    lead.go(draw).press("锁定名单").go(people).shoot("people-freeze").press("封存人员名单")
    market.go(people).shoot("people-consent").press("同意")
    lead.go(people).fill(见证人="市司法局监督科", 见证短语="多云，26 度").shoot("people-open")
    lead.press("随机匹配")
    lead.shoot("people-result").press("派发")
    lead.go(f"/desk/tasks/{at['field']}/").shoot("task-progress")
    lead.go(f"/desk/tasks/{at['done']}/log/").shoot("task-log")
    lead.go("/desk/deadlines/").shoot("deadlines")
    lead.go("/desk/notices/").shoot("notices")


def _field(house: House, at: dict[str, Any]) -> None:
    officer, deputy = house("officer-gongan"), house("deputy-gongan")
    officer.go("/m/").shoot("today", PHONE)
    fresh = officer.page.locator(".visits li", has_text=DRAWING.title).get_by_role("link")
    officer.go(str(fresh.get_attribute("href"))).shoot("form-enter", PHONE)
    officer.go(f"/m/forms/{at['visit']}/").shoot("form", PHONE)
    officer.page.locator(".seg input[value=problem] + label").first.click()
    officer.shoot("form-problem", PHONE)
    house("lead").go(f"/desk/forms/{at['visit']}/").shoot("visit")
    deputy.go("/desk/").shoot("deputy-desk")
    deputy.go("/desk/approvals/?pile=problem").shoot("approvals")
    deputy.go(f"/desk/approvals/{at['wait']}/").shoot("approval")


def _public(house: House, at: dict[str, Any]) -> None:
    public = house()
    public.go("/").shoot("public-home")
    public.go("/results/?q=石铎").shoot("public-results")
    public.go(f"/results/{at['result']}/").shoot("public-result")
    public.go(f"/firms/{at['uscc']}/").shoot("public-firm")
    public.go(f"/tasks/{at['done']}/").shoot("public-task")
    public.go("/draws/").shoot("public-draws")
    public.go(f"/draws/{at['done']}-1/").shoot("public-draw")
    public.go(f"/draws/{at['redrawn']}-1/").shoot("public-void")
    public.go("/items/341300-gongan/v1/").shoot("public-items")
    public.go("/plans/341300-gongan/2026/").shoot("public-plan")
    public.go("/data/").shoot("public-data")
    public.go("/help/").shoot("public-help")


def _keepers(house: House, at: dict[str, Any]) -> None:
    house("lead").go("/desk/account/").shoot("account")
    house("sysadmin").go("/desk/settings/users/").shoot("users")
    house("secadmin").go(f"/desk/settings/users/{at['user']}/").shoot("user")
    house("sysadmin").go("/desk/settings/calendar/").shoot("calendar")
    house("auditor").go("/desk/trail/").shoot("trail")
