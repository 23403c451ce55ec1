"""The public lists of item lists and plans need the same number of queries for one row and many."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.services import publish_version
from tests import factories as make

COUNTIES = ["341302", "341321", "341322", "341323", "341324"]


def item_list(region):
    version = make.CatalogVersionFactory(agency=make.agency(region, "gongan"))
    item = make.ItemFactory(version=version)
    make.LegalBasisFactory(item=item)
    make.CheckpointFactory(item=item)
    publish_version(version, actor=None)


def plan(region):
    published = make.PlanFactory(agency=make.agency(region, "gongan"))
    make.PlanLineFactory(plan=published)
    published.status = "published"
    published.published_on = datetime.date(2021, 1, 20)
    published.save()


def queries_of(client, url):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get(url)
    assert page.status_code == 200
    return len(asked), page.content.decode()


@pytest.mark.parametrize(("url", "make_row"), [("/items/", item_list), ("/plans/", plan)])
def test_one_row_asks_as_much_as_five(client, reference, url, make_row):
    first, *others = COUNTIES
    make_row(first)
    once, _ = queries_of(client, url)
    for region in others:
        make_row(region)
    again, text = queries_of(client, url)
    assert again == once
    assert all(str(make.agency(region, "gongan")) in text for region in COUNTIES)
