"""Two bureaus of Suzhou with lists in force, their people, and a draft plan."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.services import publish_version
from plans.models import PlanLine
from plans.services import approve, publish, save_line, submit
from tests.factories import (
    CatalogVersionFactory,
    CheckpointFactory,
    ItemFactory,
    LegalBasisFactory,
    PlanFactory,
    TradeFactory,
    UserFactory,
    agency,
)


def listed(owner, *codes, number=1):
    """A list in force of `owner` with an item per code."""
    version = CatalogVersionFactory(agency=owner, number=number)
    for position, code in enumerate(codes, 1):
        item = ItemFactory(version=version, position=position, code=code, name=f"事项{code}")
        LegalBasisFactory(item=item)
        CheckpointFactory(item=item)
    publish_version(version, actor=None)
    return list(version.items.all())


def new_line(**more):
    """An unsaved line as a form would leave it."""
    values = {
        "title": "保安从业单位联合抽查",
        "trade": TradeFactory(),
        "scope": "全市保安从业单位",
        "ratio_ppm": 200_000,
        "estimated": 3,
        "month_from": 7,
        "month_until": 10,
    }
    return PlanLine(**values | more)


def published(plan):
    """`plan` with one line, moved into force by the system."""
    items = listed(plan.agency, "baoan-01", number=plan.agency.versions.count() + 1)
    save_line(plan, new_line(), items, [], [], actor=None)
    for step in (submit, approve, publish):
        step(plan, actor=None)
    return plan


@pytest.fixture
def bureau(reference):
    return agency("341300", "gongan", short_name="公安局")


@pytest.fixture
def market(reference):
    return agency("341300", "shichang", short_name="市场监管局")


@pytest.fixture
def lead(bureau):
    return UserFactory(role="lead", agency=bureau)


@pytest.fixture
def deputy(bureau):
    return UserFactory(role="deputy", agency=bureau)


@pytest.fixture
def officer(bureau):
    return UserFactory(role="officer", agency=bureau)


@pytest.fixture
def items(bureau):
    return listed(bureau, "baoan-01")


@pytest.fixture
def market_items(market):
    return listed(market, "dengji", "gongshi")


@pytest.fixture
def plan(bureau):
    return PlanFactory(agency=bureau, year=2021, version=1)


@pytest.fixture
def queries():
    """`queries(client, url)` counts what a page asks of the database once caches are warm."""

    def count(client, url):
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200
        return len(asked)

    return count
