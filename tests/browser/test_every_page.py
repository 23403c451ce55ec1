"""Every page anybody can open: accessible in each mode, by keys alone, on a phone, without script.

The pages are those of the table of access (tests/access.py), so that no new address is forgotten;
STATES adds the same pages at other moments of the story.
"""

from itertools import chain

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import reverse

from agencies.models import User
from catalog.services import create_version
from core import clock
from core.models import Notice
from demo.house import HOME, STAR
from inspections.models import Inspection, Section
from inspections.services import attach, request_substitution
from plans import services as plans
from plans.models import PlanLine
from publication.models import Publication
from registries.models import Inspector, Target
from registries.services import keep_upload
from tasks.models import Assignment, Task
from tests import suzhou
from tests.access import ACCESS, CLOSED, readers
from tests.browser.hands import skip, walk
from tests.demonstration import lay_demonstration
from tests.factories import UserFactory
from tests.inspections import camera
from tests.laying import laid

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MODES = ["dark", "elder", "contrast"]
SERIOUS = {"serious", "critical"}
# What a mode can change: colours, sizes, and with them what scrolls.
OF_MODES = ["color-contrast", "link-in-text-block", "scrollable-region-focusable"]
FILES = {
    "healthz",
    "session",
    "api-schema",
    "api-inspection",
    "publication:results_csv",
    "publication:certificate",
    "publication:draw_file",
    "publication:minutes",
    "publication:drs1",
    "publication:verify_page",
    "tasks:grade",
    "tasks:screen_now",
    "tasks:opening",
    "tasks:minutes",
    "tasks:report_evidence",
    "registries:annotated",
    "registries:template",
    "reports:trail_csv",
    "inspections:form_pdf",
    "inspections:approval_pdf",
    "inspections:notice_pdf",
    "inspections:evidence",
    "inspections:evidence_small",
}
PAGES = [
    name
    for name, access in ACCESS.items()
    if access.method == "get" and access.rule != CLOSED and name not in FILES
]
ON_PAPER = [
    *("tasks:detail", "tasks:scope", "tasks:draw", "tasks:people", "tasks:log"),
    *("plans:detail", "catalog:detail", "catalog:item", "registries:target"),
    *("registries:inspector", "inspections:detail", "inspections:of_task", "approvals:detail"),
    *("publication:task", "publication:draw", "publication:result", "publication:firm"),
    *("publication:plan", "publication:item_list"),
]
WORDS: dict = {}
A4 = 658  # what lies between the margins, in CSS pixels
CLICKABLE = "nav, button, input, select, textarea, .btn, .link, summary.btn"
ROWS = """统一社会信用代码,名称,登记状态
91341323MA2TSCLD7F,灵璧新安保安服务有限公司,存续
12345,没有代码的企业,存续
"""


@pytest.fixture
def story(settings):
    """The demonstration, and a draft of whatever can be edited; the words of addresses by name."""
    settings.PORTAL_DEMO = True
    settings.PORTAL_TODAY = "2026-11-20"
    laid("story of every page", lambda: WORDS.update(tell()))
    return WORDS


def tell():
    """Lay it, and say which keys everything got."""
    lay_demonstration()
    lead, admin = suzhou.person("lead"), suzhou.person("admin-gongan")
    *_, in_the_field, drawing = Task.objects.order_by("pk")
    visit = Inspection.objects.get(status="entered")
    officer = suzhou.person("officer-gongan")
    for seed in (1, 2):
        attach(visit.sections.get(agency=officer.agency), camera.jpeg(seed=seed), actor=officer)
    draft = plans.adjust(in_the_field.line.plan, actor=lead)
    version = create_version(
        lead.agency, "第二版", "", actor=lead, copy_from=lead.agency.versions.get()
    )
    published = Publication.objects.filter(scope="full").first()
    ahead = Assignment.objects.filter(
        selection__task=in_the_field,
        selection__inspection__entered_at=None,
        inspector__user__isnull=False,
    ).first()
    away = ahead.inspector.user
    inspector = Inspector.objects.get(user=officer)
    UserFactory(username="home-admin", role="agency_admin", agency=inspector.agency)
    refuse_a_letter()
    return {
        "publication": published.pk,
        "firm": published.uscc,
        "task": published.task_number,
        "draw": f"{published.task_number}-1",
        "agency": lead.agency.code,
        "user": officer.pk,
        "county": HOME,
        "trade": "baoan",
        "year": 2026,
        2021: 2026,
        "version": version.pk,
        "item": version.items.get().pk,
        "published_item": lead.agency.versions.get(number=1).items.get().pk,
        "target": Target.objects.get(name=STAR).pk,
        "inspector": inspector.pk,
        "upload": keep_upload("target", "名录.csv", ROWS.encode(), actor=admin).pk,
        "plan": draft.pk,
        "line": draft.lines.first().pk,
        "free_line": PlanLine.objects.with_task()
        .get(task_number=None, plan__status="published")
        .pk,
        "visit": visit.pk,
        "readers": {"assignment": away.username, "substitution": away.username},
        "listed": Task.objects.get(number=published.task_number).selections.first().pk,
        "assignment": ahead.pk,
        "substitution": request_substitution(ahead, "health", "住院", actor=away).pk,
        "section": Section.objects.get(
            status="submitted",
            agency__code=f"{HOME}-gongan",
            inspection__selection__target__name=STAR,
        ).pk,
        "in_the_field": in_the_field.number,
        "drawing": drawing.number,
    }


def refuse_a_letter():
    """So that the page of undelivered mail has a line, as long as they come."""
    person = User.objects.get(username="officer-gongan")
    person.email = "wangjianguo@suzhou.gov.example"
    person.save()
    Notice.objects.create(
        recipient=person,
        text="到期提醒",
        link="/desk/",
        attempts=8,
        last_error=f"SMTPRecipientsRefused: 550 5.1.1 <{person.email}>: Recipient address rejected",
        failed_at=clock.now(),
    )


def states(story):
    """The same pages at other moments, by who looks; None is the public."""
    task = f"/desk/tasks/{story['in_the_field']}/"
    drawing = f"/desk/tasks/{story['drawing']}/"
    overdue = Section.objects.get(status="returned").inspection
    return {
        None: [
            "/results/?q=没有这家企业",
            f"/tasks/{story['drawing']}/",
            f"/draws/{story['drawing']}-1/",
            "/no-such-page/",
        ],
        "lead": [
            "/desk/search/?q=石铎",
            "/desk/tasks/?q=没有",
            *(task + tab for tab in ("", "scope/", "draw/", "people/")),
            f"{drawing}draw/",
            f"{drawing}people/",
            f"/desk/forms/{overdue.pk}/",
            f"/desk/items/item/{story['published_item']}/",
            "/desk/no-such-page/",
        ],
        "officer-gongan": ["/m/", "/m/?tab=done"],
        "officer-shichang": ["/m/", overdue.get_absolute_url()],
        "deputy-gongan": ["/desk/", "/desk/approvals/?pile=problem", "/desk/approvals/?pile=clean"],
        "admin-gongan": ["/desk/", f"{drawing}draw/", "/desk/inspectors/"],
        "sysadmin": [
            "/desk/",
            "/desk/settings/calendar/",
            "/desk/settings/regions/?tab=zones",
            "/desk/settings/regions/341300/",
        ],
        "auditor": ["/desk/trail/?verb=tasks.freeze"],
    }


def address(name, story):
    access = ACCESS[name]
    words = [*([access.args] if access.args else []), *access.more]
    return reverse(name, args=[story.get(word, word) for word in words])


def addresses(story):
    """Every page of the table and every further state, once, by who looks."""
    found = states(story)
    for name in PAGES:
        path = address(name, story)
        there = story["readers"].get(ACCESS[name].args)
        for username in [there] if there else readers(name) or [None]:
            found.setdefault(username, []).append(path)
    return {username: list(dict.fromkeys(paths)) for username, paths in found.items()}


def axe(page, options):
    """What axe finds serious, as one line each."""
    found = page.evaluate(
        "async (options) => (await axe.run(options)).violations",
        {"resultTypes": ["violations"], "preload": False} | options,
    )
    return [
        f"{page.url} {one['id']}: {one['nodes'][0]['html'][:120]}"
        for one in found
        if one["impact"] in SERIOUS
    ]


def in_each_mode(page):
    page.evaluate(AXE_SCRIPT)
    yield from axe(page, {})
    for mode in MODES:
        page.evaluate("mode => { document.documentElement.className = mode }", mode)
        yield from (f"{mode}: {fault}" for fault in axe(page, {"runOnly": OF_MODES}))
    page.evaluate("document.documentElement.className = ''")


def at_each_width(page):
    for mode in ("", "elder"):
        page.evaluate("mode => { document.documentElement.className = mode }", mode)
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            wider = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if wider > 0:
                yield f"{page.url} {mode} is {wider} px wider than {width} px"
    page.evaluate("document.documentElement.className = ''")


def by_keys(page):
    """Down the page by Tab on a phone, where bars lie over it; and past the navigation."""
    page.set_viewport_size({"width": 390, "height": 844})
    yield from walk(page)
    if not skip(page):
        yield f"{page.url}: the skip link does not lead into the main part"


def look(visitor, paths):
    """Everything that is wrong with the pages of one reader."""
    page, faults = visitor.page, []
    for path in paths:
        page.set_viewport_size({"width": 1280, "height": 900})
        answer = page.goto(path)
        expected = 404 if "no-such" in path else 200
        assert answer.status == expected, f"{path}: {answer.status}"
        assert answer.header_value("content-type").startswith("text/html"), f"{path} is no page"
        faults += chain(in_each_mode(page), at_each_width(page), by_keys(page))
    return faults + visitor.faults


def test_public_pages(story, visitor):
    faults = look(visitor(), addresses(story)[None])
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("at_the_lead", [True, False])
def test_desk_and_phone_pages(at_the_lead, story, visitor):
    faults = []
    for username, paths in addresses(story).items():
        if username and (username == "lead") == at_the_lead:
            faults += look(visitor(username), paths)
    assert not faults, "\n".join(faults)


def test_reading_pages_work_without_script(story, visitor):
    citizen = visitor(javascript=False)
    for path in addresses(story)[None]:
        citizen.page.goto(path)
        main = citizen.page.locator("main")
        assert main.locator("h1").first.inner_text().strip(), path
    citizen.page.goto("/")
    citizen.page.get_by_label("企业名称或统一社会信用代码").fill("石铎")
    citizen.page.get_by_role("button", name="查询").click()
    assert "石铎" in citizen.page.locator("main table").inner_text()


def test_detail_pages_on_paper(story, visitor):
    """Black on white also in dark mode, nothing to click, nothing wider than the sheet."""
    people, faults = {}, []
    for name in ON_PAPER:
        username, path = (readers(name) or [None])[0], address(name, story)
        if name == "catalog:item":
            path = f"/desk/items/item/{story['published_item']}/"
        person = people.setdefault(username, None) or visitor(username, width=A4)
        people[username] = person
        page = person.page
        page.goto(path)
        page.evaluate("document.documentElement.className = 'dark'")
        page.emulate_media(media="print")
        seen = page.locator(f":is({CLICKABLE}):visible").all_inner_texts()
        wider = page.evaluate("document.documentElement.scrollWidth") - A4
        ink = page.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
        )
        page.emulate_media(media="screen")
        faults += [f"{path}: {text!r} on paper" for text in seen]
        faults += [f"{path}: {wider} px cut off"] if wider > 0 else []
        faults += [f"{path}: {ink}"] if ink != ["rgb(0, 0, 0)", "rgb(255, 255, 255)"] else []
    assert not faults, "\n".join(faults)
