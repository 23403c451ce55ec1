"""The search for buttons that are refused for a reason the page could have known finds them."""

import pytest
from django.http import HttpResponse
from django.urls import path

from config.urls import urlpatterns as portal
from core.errors import DomainError, IllegalMove, NotAllowed
from tests.buttons import Crawl
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
