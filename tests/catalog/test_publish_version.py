import datetime

import pytest

from catalog.models import CatalogVersion
from catalog.services import create_version, publish_version
from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import AuditEvent, Notice
from tests.factories import (
    CatalogVersionFactory,
    CheckpointFactory,
    ItemFactory,
    LegalBasisFactory,
    UserFactory,
    agency,
)


def test_publishing_dates_records_and_announces(draft, admin, lead, clock):
    clock("2021-02-01")
    stranger = UserFactory(agency=agency("341300", "shichang"))

    publish_version(draft, actor=admin)

    draft.refresh_from_db()
    assert (draft.status, draft.published_on) == ("published", datetime.date(2021, 2, 1))
    event = AuditEvent.objects.get()
    assert (event.actor, event.verb) == (admin, "catalog.publish")
    assert {notice.recipient for notice in Notice.objects.all()} == {admin, lead}
    assert stranger.notices.count() == 0


def test_publishing_supersedes_the_version_in_force(bureau, draft, lead, admin):
    publish_version(draft, actor=admin)
    second = create_version(bureau, "事项清单", "", actor=lead, copy_from=draft)

    publish_version(second, actor=admin)

    draft.refresh_from_db()
    assert draft.status == "superseded"
    assert CatalogVersion.objects.in_force().get() == second
    trail = AuditEvent.objects.filter(verb="catalog.supersede").get()
    assert (trail.actor, trail.subject) == (None, f"catalog.catalogversion:{draft.pk}")


def test_an_empty_list_is_refused(bureau, admin):
    empty = CatalogVersionFactory(agency=bureau)
    with pytest.raises(DomainError, match="还没有抽查事项"):
        publish_version(empty, actor=admin)
    assert_nothing_happened(empty)


def test_items_without_basis_or_checkpoints_are_named(draft, admin):
    groundless = ItemFactory(version=draft, name="缺依据的事项")
    CheckpointFactory(item=groundless)
    pointless = ItemFactory(version=draft, name="缺要点的事项")
    LegalBasisFactory(item=pointless)

    with pytest.raises(DomainError) as refused:
        publish_version(draft, actor=admin)

    assert "缺依据的事项缺少抽查依据。缺要点的事项缺少检查要点。" in refused.value.message
    assert_nothing_happened(draft)


def test_many_gaps_are_counted(draft, admin):
    for number in range(7):
        CheckpointFactory(item=ItemFactory(version=draft, name=f"事项甲{number}"))
    with pytest.raises(DomainError, match="等 7 项缺少抽查依据"):
        publish_version(draft, actor=admin)


def test_publishing_twice_is_refused(draft, admin):
    publish_version(draft, actor=admin)
    with pytest.raises(IllegalMove):
        publish_version(draft, actor=admin)
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("role", ["officer", "principal", "supervisor"])
def test_other_roles_may_not(draft, bureau, role):
    with pytest.raises(NotAllowed):
        publish_version(draft, actor=UserFactory(role=role, agency=bureau))
    assert_nothing_happened(draft)


def test_an_agency_that_lost_its_standing_does_not_publish(draft, admin, bureau):
    bureau.is_inspecting = False
    bureau.save()
    with pytest.raises(DomainError, match="议事协调机构"):
        publish_version(draft, actor=admin)
    assert_nothing_happened(draft)


def assert_nothing_happened(version):
    version.refresh_from_db()
    assert (version.status, version.published_on) == ("draft", None)
    assert not AuditEvent.objects.exists()
    assert not Notice.objects.exists()
