"""The database refuses what the services would never do."""

import pytest
from django.db import IntegrityError, connection, transaction

from catalog.models import CatalogVersion, Checkpoint, Item, LegalBasis
from catalog.services import publish_version
from tests.factories import CatalogVersionFactory, CheckpointFactory, ItemFactory, LegalBasisFactory


@pytest.fixture
def published(draft):
    publish_version(draft, actor=None)
    return draft


def run(sql, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


STATEMENTS = [
    "UPDATE catalog_catalogversion SET title = 'x'",
    "UPDATE catalog_catalogversion SET note = 'x'",
    "UPDATE catalog_catalogversion SET number = 9",
    "UPDATE catalog_catalogversion SET published_on = '2020-01-01'",
    "UPDATE catalog_catalogversion SET status = 'draft'",
    "UPDATE catalog_catalogversion SET status = 'superseded', title = 'x'",
    "DELETE FROM catalog_catalogversion",
    "UPDATE catalog_item SET name = 'x'",
    "DELETE FROM catalog_item",
    "UPDATE catalog_legalbasis SET law = 'x'",
    "DELETE FROM catalog_legalbasis",
    "UPDATE catalog_checkpoint SET text = 'x'",
    "DELETE FROM catalog_checkpoint",
]


@pytest.mark.parametrize("sql", STATEMENTS)
def test_a_published_list_cannot_be_changed(published, sql):
    with pytest.raises(IntegrityError, match="cannot be changed"):
        run(sql)
    kept = CatalogVersion.objects.get()
    assert (kept.title, kept.note, kept.number) == (published.title, published.note, 1)
    assert kept.status == "published"
    assert Item.objects.get().name == "保安服务公司监督检查"
    assert LegalBasis.objects.get().law == "《保安服务管理条例》"
    assert Checkpoint.objects.count() == 1


@pytest.mark.parametrize("factory", [ItemFactory, LegalBasisFactory, CheckpointFactory])
def test_nothing_can_be_added_to_a_published_list(published, factory):
    part = {"version": published} if factory is ItemFactory else {"item": published.items.get()}
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        factory(**part)
    assert Item.objects.count() == LegalBasis.objects.count() == Checkpoint.objects.count() == 1


def test_an_item_cannot_move_into_a_published_list(published):
    stray = ItemFactory(version=CatalogVersionFactory(agency=published.agency, number=2))
    with pytest.raises(IntegrityError):
        run("UPDATE catalog_item SET version_id = %s WHERE id = %s", published.pk, stray.pk)


def test_a_published_list_may_be_superseded_once(published):
    run("UPDATE catalog_catalogversion SET status = 'superseded'")
    with pytest.raises(IntegrityError):
        run("UPDATE catalog_catalogversion SET status = 'published'")
    assert CatalogVersion.objects.get().status == "superseded"


def test_a_draft_stays_open(draft):
    run("UPDATE catalog_item SET name = '改名'")
    run("UPDATE catalog_catalogversion SET title = '新名'")
    draft.refresh_from_db()
    assert draft.title == "新名"
    draft.delete()
    assert not Item.objects.exists()
