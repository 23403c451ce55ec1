"""A firm is named by nobody before the list of its task may be: no page, file, feed or search."""

import datetime
import html
import itertools
import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.urls import get_resolver

from publication.models import Publication
from tasks.models import Task
from tests import pdf
from tests.publication.reading import FIRM, page_urls, read, text_of
from tests.publication.world import item_list, publish

ROOT = Path(__file__).parents[2]
LINK = re.compile(r'href="([^"#]+)')
ECHO = "没有找到"  # the page says again what was asked for


def before_the_last_visit(world):
    """The stage on site is not over."""
    world.task.onsite_until = datetime.date(2021, 10, 15)


def with_a_late_visit(world):
    """The stage is over and a visit is not done."""


def restricted(world):
    """What was frozen may never be told."""
    world.task.rules["is_restricted"] = True
    world.task.status = "completed"


def secret_grades(world):
    """The grading was taken back from the public after the draw."""
    world.task.status = "completed"
    world.grades[0].scheme.__class__.objects.update(is_public=False)


def secret_item(world):
    """Another agency's item is of limited publication."""
    world.task.status = "completed"
    world.task.items.add(
        *item_list(
            world.police,
            {
                "code": "xianding-1",
                "publish_scope": "limited",
                "publish_reason": "仙游细则三（一）",
            },
        )
    )


CASES = [before_the_last_visit, with_a_late_visit, restricted, secret_grades, secret_item]


@pytest.fixture
def unnamed(world, request):
    """A drawn firm with a published result of full scope, in a task that names nobody yet."""
    world.firm = world.target(FIRM)
    world.made = world.draw(world.firm)
    section = world.section(
        world.visit(world.firm), world.police, (world.items[0], "problem", ["pending_followup"], "")
    )
    world.row = publish(
        section,
        details={
            "items": [{**ITEM, "remark": f"{FIRM}的门卫没有登记"}],
            "outcome": "",
        },
    )
    request.param(world)
    world.task.save()
    return world


ITEM = {
    "code": "baoan-1",
    "name": "保安服务公司监督检查",
    "list": {"agency": "341300-gongan", "number": 1},
    "checkpoints": 2,
    "result": "problem",
    "label": "发现问题",
    "problems": [],
}


def crawl(client, first):
    """The text of every public page that a chain of links leads to, by address.

    A link that narrows a list is followed from the whole list only: filters multiply.
    """
    seen, waiting = {}, list(first)
    while waiting:
        url = waiting.pop()
        if url in seen or url.startswith(("/desk/", "/login", "/static/", "http", "mailto")):
            continue
        answer = client.get(url)
        seen[url] = words_of(answer)
        if answer.get("Content-Type", "").startswith("text/html"):
            links = [urljoin(url, html.unescape(link)) for link in LINK.findall(seen[url])]
            waiting += [link for link in links if "?" not in link or "?" not in url]
    return seen


def words_of(answer):
    """The text of a page or a file; of a PDF the words that are set."""
    if answer.get("Content-Type") == "application/pdf":
        return pdf.text_of(b"".join(answer.streaming_content))
    return text_of(answer)


def searches(world):
    """What somebody who guesses might ask."""
    asked = (
        "石铎",
        FIRM,
        world.firm.code,
        world.firm.code[:9],
        f"{world.firm.code[:9]}&choose=item",
    )
    for text in asked:
        yield f"/results/?q={text}"
        yield f"/data/results.csv?q={text}"
    yield f"/results/?task={world.task.number}"
    yield f"/data/results.csv?task={world.task.number}"
    yield f"/tasks/?q={FIRM}"


def own(text, world):
    """The page without what it only repeats of the question."""
    for words in (FIRM, world.firm.code):
        text = text.replace(f"{ECHO}“{words}”", "").replace(f'value="{words}"', "")
        text = text.replace(f"“{words}”", "")
        text = text.replace(f"q={words}", "")
    return text


@pytest.mark.parametrize("unnamed", CASES, indirect=True, ids=lambda case: case.__name__)
def test_no_public_address_names_a_firm_of_a_list_that_waits(client, unnamed):
    world = unnamed
    pages = crawl(client, [*page_urls(world), *searches(world)])

    assert len(pages) > 40
    found = [
        url
        for url, text in pages.items()
        if not url.startswith(f"/firms/{world.firm.code}")
        for secret in (FIRM, world.firm.code, world.made.seed)
        if secret in own(text, world)
    ]
    assert found == []
    assert FIRM not in pages[f"/firms/{world.firm.code}/"]
    assert "暂不列企业名称的检查结果" in pages["/results/"]
    assert "目前不列企业名称" in pages[f"/tasks/{world.task.number}/"]


def test_the_crawl_reaches_every_public_route(client, published):
    """What the test above does not visit, it cannot judge."""
    pages = crawl(client, [*page_urls(published), *searches(published)])
    routes = get_resolver("publication.urls").url_patterns
    missed = [
        route.name
        for route in routes
        if not any(route.resolve(url.partition("?")[0][1:]) for url in pages)
    ]
    assert missed == []


def test_the_crawl_finds_the_firm_once_the_list_is_public(client, published):
    pages = crawl(client, page_urls(published))
    naming = {url for url, text in pages.items() if FIRM in text}
    assert {"/", "/results/", f"/tasks/{published.task.number}/"} <= naming
    assert FIRM in read(client, "results_csv")


def test_the_search_finds_nothing_by_a_name_that_waits(client, world):
    world.firm = world.target(FIRM)
    section = world.section(
        world.visit(world.firm), world.police, (world.items[0], "no_issue", [], "")
    )
    publish(section)
    for query in ({"q": "石铎"}, {"q": world.firm.code}, {"task": world.task.number}):
        assert client.get("/results/", query).context["page"].total == 0
    assert client.get(f"/firms/{world.firm.code}/").status_code == 404
    world.task.status = "completed"
    world.task.save()
    assert client.get("/results/", {"q": "石铎"}).context["page"].total == 1


def test_the_answer_is_the_same_in_python_and_in_the_database(world, clock):
    """`Task.list_is_public` and `TaskQuerySet.naming_firms`, over everything they look at."""
    scheme = world.grades[0].scheme
    secret = item_list(
        world.police,
        {"code": "xianding-1", "publish_scope": "withheld", "publish_reason": "仙游细则三（一）"},
    )
    named = 0
    for status, listed, restricted, is_public, hidden, day in itertools.product(
        ("frozen", "confirming", "locked", "assigned", "dispatched", "completed"),
        ("after_onsite", "at_lock"),
        (None, False, True),
        (None, False, True),
        (False, True),
        ("2021-09-30", "2021-10-01", "2021-10-20", "2021-10-21"),
    ):
        task = world.task
        task.status, task.scheme = status, None if is_public is None else scheme
        task.rules = {"list_published": listed}
        if restricted is not None:
            task.rules["is_restricted"] = restricted
        task.save()
        scheme.is_public = bool(is_public)
        scheme.save()
        task.items.set([*world.items, *(secret if hidden else [])])
        clock(day)
        answer = Task.objects.get(pk=task.pk).list_is_public
        assert Task.objects.naming_firms().exists() == answer
        named += answer
    assert named > 0


def test_a_row_that_nobody_asked_about_names_nobody(published):
    row = Publication.objects.get(pk=published.row.pk)
    assert (row.heading, row.shown_code) == ("暂不列企业名称的检查结果", "")


NAMES = re.compile(r"firm_name|\buscc\b|target\.(name|code)|person_in_charge|drawn_(name|code)")
SPEAKS = {
    "publication/models.py": "holds the columns and the answer",
    "publication/rules.py": "masks natural persons before anything is stored",
    "publication/reads/snapshot.py": "makes the snapshot that is stored",
    "publication/reads/disclosure.py": "asks before it names",
    "publication/public.py": "the address of a firm",
    "publication/urls.py": "the address of a firm",
    "publication/views.py": "the desk of the leaders",
}


def test_public_modules_read_no_name_except_through_the_answer():
    """Whoever needs a name asks `is_named` or `disclosure`; a new reader has to stand here."""
    modules = [
        path for path in (ROOT / "publication").rglob("*.py") if "migrations" not in path.parts
    ]
    found = {
        str(path.relative_to(ROOT)) for path in modules if NAMES.search(path.read_text("utf-8"))
    }
    assert found <= set(SPEAKS)
    pages = [*(ROOT / "templates/publication").glob("*.html"), ROOT / "templates/public.html"]
    named = re.compile(r"\.firm_name|\.uscc|target\.name|target\.code|\.details\b(?!\.outcome)")
    assert [page.name for page in pages if named.search(page.read_text("utf-8"))] == []
