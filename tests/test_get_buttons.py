"""No button sends a form by GET whose token would stand in the address and in every log."""

import re

import pytest
from django.conf import settings

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
FORM = re.compile(r"<form\b.*?</form>", re.S | re.I)
OPENING = re.compile(r"<form\b(?:{%.*?%}|{{.*?}}|[^>])*>", re.S | re.I)
GETS = re.compile(r"""formmethod\s*=\s*["']?get""", re.I)
FETCHES = re.compile(r"\bhx-get\b", re.I)


def faults(text):
    """What a template does that sends a token by GET, in words."""
    if GETS.search(text):  # of a form that may stand in another template
        yield "a button sends its form by GET"
    for form in FORM.findall(text):
        head = OPENING.match(form)[0]
        posts = re.search(r"""method\s*=\s*["']?post""", head, re.I)
        if FETCHES.search(head) and posts:
            yield "htmx fetches with all values of a form that posts"
        if "csrf_token" in form and not posts:
            yield "a form that is sent by GET holds a token"
        if posts and re.search(r"<[^>]*\bhx-get\b[^>]*hx-include", form):
            yield "htmx includes values of a form that posts"


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR))
)
def test_no_token_reaches_an_address(path):
    assert list(faults(path.read_text())) == []


@pytest.mark.parametrize(
    "bad",
    [
        '<form method="post">{% csrf_token %}<button formmethod="get" formaction="/x">看</button></form>',
        '<form method="post" hx-get="/x" hx-trigger="change">{% csrf_token %}</form>',
        '<form action="/find">{% csrf_token %}<input name="q"></form>',
    ],
)
def test_the_check_fails_on_a_bad_sample(bad):
    assert list(faults(bad))


def test_a_search_stays_a_search():
    assert not list(faults('<form role="search"><input name="q"><button>查找</button></form>'))
