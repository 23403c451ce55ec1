"""No button that is offered is refused for a reason the page could have known."""

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.urls import path

from agencies.models import User
from config.urls import urlpatterns as portal
from core.errors import DomainError, IllegalMove, NotAllowed
from tests.access import ACCESS
from tests.buttons import Crawl
from tests.demonstration import lay_demonstration
from tests.factories import UserFactory

FAKE = '<form method="post" action="/desk/fake/press/{0}/"><input name="note"><button>办理</button></form>'
REFUSALS = {"access": NotAllowed, "state": IllegalMove, "rule": DomainError}


def fake_page(request, word):
    """A page with one button."""
    return HttpResponse(FAKE.format(word))


def fake_press(request, word):
    """What its button does: refused for what the page could have known, or only for the data."""
    if word in REFUSALS:
        raise REFUSALS[word]("不能办理。")
    if word == "data":
        raise DomainError(f"“{request.POST['note']}”不对。")
    return HttpResponse("")


urlpatterns = [
    path("desk/fake/<slug:word>/", fake_page, name="fake"),
    path("desk/fake/press/<slug:word>/", fake_press, name="fake_press"),
    *portal,
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("word", "faults"), [("access", 1), ("state", 1), ("rule", 1), ("data", 0), ("fine", 0)]
)
def test_a_button_that_is_refused_for_what_was_known_is_a_fault(reference, settings, word, faults):
    settings.ROOT_URLCONF = __name__
    crawl = Crawl().of(UserFactory(role="lead"), starts=(f"/desk/fake/{word}/",))
    assert crawl.pressed["fake"] == 1
    assert len(crawl.faults) == faults


@pytest.fixture(scope="module")
def demonstration(django_db_setup, django_db_blocker):
    """The demonstration, laid once for all tests of this module."""
    with django_db_blocker.unblock():
        assert connection.settings_dict["NAME"].startswith("test_")
        block = transaction.atomic()
        block._from_testcase = True  # as Django's TestCase does, so that durable services run
        with pytest.MonkeyPatch.context() as patch, block:
            from django.conf import settings  # noqa: PLC0415 settings are ready only now

            patch.setattr(settings, "PORTAL_DEMO", True)
            patch.setattr(settings, "PORTAL_TODAY", "2026-11-20")
            lay_demonstration()
            yield
            transaction.set_rollback(True)


@pytest.mark.django_db  # so that pytest-django makes the database that `demonstration` fills
def test_the_database_is_there():
    assert connection.is_usable()


def test_no_offered_button_is_refused_for_what_the_page_knows(demonstration):
    crawl = Crawl()
    for user in User.objects.filter(is_active=True).order_by("pk"):
        crawl.of(user)
    print(report(crawl))  # noqa: T201
    assert len(crawl.pages) >= 40  # so that it cannot go blind
    assert len(crawl.done) >= 25
    assert sum(crawl.pressed.values()) >= 120
    assert not crawl.faults, "\n".join(sorted(set(crawl.faults)))


def report(crawl):
    """How many buttons were reached on each page, and what was not."""
    posts = {name for name, access in ACCESS.items() if access.method != "get"}
    lines = [
        f"{route}: {crawl.pressed[route]} buttons on {n} pages"
        for route, n in sorted(crawl.pages.items())
    ]
    lines += [f"never met: {name}" for name in sorted(posts - crawl.routes)]
    lines += [f"never went through: {name}" for name in sorted(crawl.routes - crawl.done)]
    lines += [f"could not press: {text}" for text in sorted(crawl.unreached)]
    lines += [f"no valid data: {text}" for text in sorted(crawl.unfilled)]
    total = f"{sum(crawl.pressed.values())} presses, {len(crawl.pages)} pages, {len(crawl.routes)} routes"
    return "\n".join([*lines, total])
