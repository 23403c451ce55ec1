import pytest

from catalog.models import CatalogVersion, Item
from catalog.services import create_version, publish_version, revise_version
from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import AuditEvent
from tests.factories import CatalogVersionFactory, UserFactory, agency


def test_the_first_version_is_empty_and_recorded(bureau, lead):
    version = create_version(bureau, "事项清单", "首次编制", actor=lead)

    assert (version.number, version.status, version.published_on) == (1, "draft", None)
    assert not version.items.exists()
    event = AuditEvent.objects.get()
    assert (event.actor, event.verb) == (lead, "catalog.create_version")
    assert event.summary == "新建清单：事项清单（第1版）"


def test_the_next_version_copies_the_one_in_force(bureau, lead, draft):
    publish_version(draft, actor=None)

    version = create_version(bureau, "事项清单", "", actor=lead, copy_from=draft)

    assert version.number == 2
    item = version.items.get()
    assert (item.code, item.name, item.position) == ("baoan-01", "保安服务公司监督检查", 1)
    assert [basis.law for basis in item.bases.all()] == ["《保安服务管理条例》"]
    assert item.checkpoints.count() == 1
    assert Item.objects.count() == 2


def test_a_second_draft_is_refused(bureau, lead, draft):
    with pytest.raises(DomainError, match="还在编制中"):
        create_version(bureau, "另一版", "", actor=lead)
    assert CatalogVersion.objects.get() == draft
    assert not AuditEvent.objects.exists()


def test_a_coordinating_agency_has_no_list(reference):
    office = agency("341300", "zonghe", is_inspecting=False)
    with pytest.raises(DomainError, match="议事协调机构"):
        create_version(office, "清单", "", actor=UserFactory(role="lead", agency=office))
    assert not CatalogVersion.objects.exists()


def test_the_list_of_another_agency_is_not_copied(bureau, lead):
    other = CatalogVersionFactory(agency=agency("341300", "shichang"))
    with pytest.raises(DomainError, match="本单位"):
        create_version(bureau, "清单", "", actor=lead, copy_from=other)
    assert CatalogVersion.objects.get() == other


@pytest.mark.parametrize("role", ["officer", "deputy", "supervisor", "auditor"])
def test_other_roles_may_not(bureau, role):
    with pytest.raises(NotAllowed):
        create_version(bureau, "清单", "", actor=UserFactory(role=role, agency=bureau))
    assert not CatalogVersion.objects.exists()


def test_a_lead_of_another_agency_may_not(bureau):
    stranger = UserFactory(role="lead", agency=agency("341300", "shichang"))
    with pytest.raises(NotAllowed):
        create_version(bureau, "清单", "", actor=stranger)
    assert not CatalogVersion.objects.exists()


def test_title_and_note_of_a_draft_can_be_corrected(draft, lead):
    revise_version(draft, "改后的名称", "说明", actor=lead)
    draft.refresh_from_db()
    assert (draft.title, draft.note) == ("改后的名称", "说明")


def test_title_of_a_published_list_cannot(draft, lead):
    publish_version(draft, actor=None)
    title = draft.title
    with pytest.raises(IllegalMove, match="已公布"):
        revise_version(draft, "改", "", actor=lead)
    draft.refresh_from_db()
    assert draft.title == title
