import base64
import json

import pytest
from django.test import RequestFactory

from agencies.models import Region
from core.pages import paginate
from tests.factories import RegionFactory

pytestmark = pytest.mark.django_db
KEY = ("name", "pk")


@pytest.fixture
def regions():
    """Forty-five regions, many with the same name."""
    return [RegionFactory(code=f"{410000 + n}", name=f"县{n // 10}") for n in range(45)]


def page(query=""):
    return paginate(Region.objects.all(), RequestFactory().get(f"/?{query}"), key=KEY)


def test_every_row_once_there_and_back(regions):
    expected = [region.pk for region in Region.objects.order_by(*KEY)]
    seen, current, pages = [], page(), []
    while True:
        pages.append(current)
        seen += [region.pk for region in current.items]
        if current.next is None:
            break
        current = page(current.next)
    assert seen == expected
    assert [len(one.items) for one in pages] == [20, 20, 5]
    back = page(pages[2].previous)
    assert [r.pk for r in back.items] == [r.pk for r in pages[1].items]
    assert pages[0].previous is None
    assert page(back.previous).previous is None


def test_filters_survive_the_turn_of_a_page(regions):
    assert "status=draft" in page("status=draft").next


def cursor(values):
    return "after=" + base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


@pytest.mark.parametrize(
    "query",
    [
        "after=nonsense",
        "after=%FF",
        cursor([1]),
        cursor(["a", {"x": 1}]),
        cursor("ab"),
        cursor(None),
    ],
)
def test_a_damaged_position_shows_the_first_page(regions, query):
    assert [r.pk for r in page(query).items] == [r.pk for r in page().items]


def test_counts_stop_at_ten_thousand(monkeypatch, regions):
    assert page().total_text == "45"
    monkeypatch.setattr("core.pages.COUNT_LIMIT", 40)
    assert page().total_text == "超过1万"
