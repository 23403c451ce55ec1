"""An agency with its people and a list that is ready to be published."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import (
    CatalogVersionFactory,
    CheckpointFactory,
    ItemFactory,
    LegalBasisFactory,
    UserFactory,
    agency,
)


@pytest.fixture
def bureau(reference):
    return agency("341300", "gongan")


@pytest.fixture
def lead(bureau):
    return UserFactory(role="lead", agency=bureau)


@pytest.fixture
def admin(bureau):
    return UserFactory(role="agency_admin", agency=bureau)


@pytest.fixture
def officer(bureau):
    return UserFactory(role="officer", agency=bureau)


@pytest.fixture
def draft(bureau):
    """A draft with one complete item."""
    version = CatalogVersionFactory(agency=bureau, number=1)
    item = ItemFactory(version=version, position=1, code="baoan-01", name="保安服务公司监督检查")
    LegalBasisFactory(item=item)
    CheckpointFactory(item=item, position=1)
    return version


@pytest.fixture
def queries():
    """`queries(client, url)` counts what a page asks of the database once caches are warm."""

    def count(client, url):
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200
        return len(asked)

    return count
