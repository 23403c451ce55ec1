import pytest

from catalog.models import Item
from catalog.services import delete_item, publish_version, save_item
from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import AuditEvent
from tests.factories import ItemFactory

BASES = [("《保安服务管理条例》", "第三十七条"), ("《公安机关实施保安服务管理条例办法》", "")]
CHECKPOINTS = [("许可、变更登记是否合法", "证照齐全", "许可证"), ("服务是否合法", "", "")]


def new_item(**more):
    values = {
        "code": "baoan-02",
        "name": "保安培训单位监督检查",
        "target_kind": "保安培训单位",
        "subject": "市、县公安机关",
        "content": "是否合法",
        "methods": ["onsite"],
    }
    return Item(**values | more)


def test_an_item_is_saved_with_its_parts_and_recorded(draft, lead):
    item = save_item(draft, new_item(), BASES, CHECKPOINTS, actor=lead)

    assert (item.version, item.position) == (draft, 2)
    assert [(basis.law, basis.article) for basis in item.bases.all()] == BASES
    points = [(p.position, p.text, p.standard, p.materials) for p in item.checkpoints.all()]
    assert points == [
        (1, "许可、变更登记是否合法", "证照齐全", "许可证"),
        (2, "服务是否合法", "", ""),
    ]
    event = AuditEvent.objects.get()
    assert (event.actor, event.verb, event.data) == (
        lead,
        "catalog.add_item",
        {"code": "baoan-02"},
    )
    assert event.subject == f"catalog.catalogversion:{draft.pk}"


def test_saving_again_replaces_the_parts_and_keeps_the_place(draft, lead):
    item = draft.items.get()
    item.name = "改名"

    save_item(draft, item, BASES[:1], CHECKPOINTS, actor=lead)

    item.refresh_from_db()
    assert (item.name, item.position, item.bases.count(), item.checkpoints.count()) == (
        "改名",
        1,
        1,
        2,
    )
    assert AuditEvent.objects.get().verb == "catalog.change_item"


def test_a_code_is_used_once(draft, lead):
    with pytest.raises(DomainError, match="baoan-01"):
        save_item(draft, new_item(code="baoan-01"), BASES, CHECKPOINTS, actor=lead)
    assert draft.items.count() == 1
    assert not AuditEvent.objects.exists()


def test_a_limited_scope_needs_its_reason(draft, lead):
    limited = new_item(publish_scope="limited")
    with pytest.raises(DomainError, match="依据"):
        save_item(draft, limited, BASES, CHECKPOINTS, actor=lead)
    assert draft.items.count() == 1


def test_a_published_list_is_closed(draft, lead):
    publish_version(draft, actor=None)
    with pytest.raises(IllegalMove, match="新建版本"):
        save_item(draft, new_item(), BASES, CHECKPOINTS, actor=lead)
    with pytest.raises(IllegalMove):
        delete_item(draft.items.get(), actor=lead)
    assert draft.items.count() == 1


def test_an_officer_may_not(draft, officer):
    with pytest.raises(NotAllowed):
        save_item(draft, new_item(), BASES, CHECKPOINTS, actor=officer)
    with pytest.raises(NotAllowed):
        delete_item(draft.items.get(), actor=officer)
    assert draft.items.count() == 1
    assert not AuditEvent.objects.exists()


def test_deleting_closes_the_gap(draft, lead):
    last = ItemFactory(version=draft, position=2)

    delete_item(draft.items.get(position=1), actor=lead)

    last.refresh_from_db()
    assert last.position == 1
    assert AuditEvent.objects.get().verb == "catalog.delete_item"
