import pytest
from django.urls import reverse

from catalog.models import CatalogVersion, Item
from catalog.services import publish_version
from tests.factories import (
    CatalogVersionFactory,
    CheckpointFactory,
    ItemFactory,
    LegalBasisFactory,
    UserFactory,
    agency,
)

ITEM = {
    "name": "保安培训单位监督检查",
    "code": "baoan-02",
    "category": "general",
    "target_kind": "保安培训单位",
    "subject": "市、县公安机关",
    "content": "是否合法",
    "methods": ["onsite", "document"],
    "publish_scope": "full",
    "bases": "《保安服务管理条例》|第三十七条",
    "checkpoints": "许可是否合法|证照齐全|许可证",
}


@pytest.fixture
def as_lead(lead, log_in):
    return log_in(lead)


def url(name, *args):
    return reverse(f"catalog:{name}", args=args)


def test_the_list_shows_own_versions_first(as_lead, draft, lead):
    other = CatalogVersionFactory(agency=agency("110000", "gongan"), number=1)
    item = ItemFactory(version=other)
    LegalBasisFactory(item=item)
    CheckpointFactory(item=item)
    publish_version(other, actor=None)

    answer = as_lead.get(url("list"))

    assert [version.pk for version in answer.context["page"].items] == [draft.pk, other.pk]
    assert reverse("registries:targets") in answer.text
    assert reverse("registries:inspectors") in answer.text


def test_the_list_finds_by_code_and_part_of_the_name(as_lead, draft):
    for text in ["341300-g", draft.title[2:6], draft.agency.name[1:4]]:
        assert as_lead.get(url("list"), {"q": text}).context["page"].items == [draft]
    empty = as_lead.get(url("list"), {"q": "没有的"})
    assert "没有找到符合的清单" in empty.text


def test_an_empty_list_says_what_to_do(as_lead):
    answer = as_lead.get(url("list"))
    assert "还没有抽查事项清单" in answer.text
    assert answer.text.count(url("create")) == 2


def test_list_and_detail_need_a_constant_number_of_queries(as_lead, draft, queries):
    pages = [url("list"), draft.get_absolute_url()]
    few = [queries(as_lead, page) for page in pages]
    for number in range(2, 14):
        CatalogVersionFactory(agency=agency("341302", "gongan"), number=number)
        item = ItemFactory(version=draft, position=number)
        LegalBasisFactory.create_batch(2, item=item)
        CheckpointFactory.create_batch(3, item=item)
    assert [queries(as_lead, page) for page in pages] == few


def test_the_draft_of_another_agency_does_not_exist(as_lead):
    foreign = CatalogVersionFactory(agency=agency("341300", "shichang"))
    item = ItemFactory(version=foreign)
    for name, pk in [("detail", foreign.pk), ("edit", foreign.pk), ("item_add", foreign.pk)]:
        assert as_lead.get(url(name, pk)).status_code == 404
    assert as_lead.get(url("item", item.pk)).status_code == 404
    assert as_lead.post(url("publish", foreign.pk)).status_code == 404
    assert as_lead.post(url("item_delete", item.pk)).status_code == 404
    assert Item.objects.count() == 1


def test_a_lead_drafts_the_first_version(as_lead, bureau):
    assert bureau.name in as_lead.get(url("create")).text
    answer = as_lead.post(url("create"), {"title": "事项清单", "note": ""})
    version = CatalogVersion.objects.get()
    assert answer.url == version.get_absolute_url()
    assert (version.agency, version.title) == (bureau, "事项清单")


def test_the_next_version_starts_from_the_one_in_force(as_lead, draft):
    publish_version(draft, actor=None)
    as_lead.post(url("create"), {"title": "事项清单", "note": "法规修订", "copy": "on"})
    assert [item.code for item in CatalogVersion.objects.get(number=2).items.all()] == ["baoan-01"]


def test_a_refused_creation_keeps_the_input(as_lead, draft):
    answer = as_lead.post(url("create"), {"title": "另一版清单", "note": ""})
    assert answer.status_code == 200
    assert "还在编制中" in answer.text
    assert "另一版清单" in answer.text
    assert CatalogVersion.objects.count() == 1


def test_a_lead_corrects_title_and_note(as_lead, draft):
    assert as_lead.get(url("edit", draft.pk)).status_code == 200
    assert as_lead.post(url("edit", draft.pk), {"title": "", "note": ""}).status_code == 200
    as_lead.post(url("edit", draft.pk), {"title": "改后", "note": "说明"})
    draft.refresh_from_db()
    assert (draft.title, draft.note) == ("改后", "说明")


def test_a_lead_adds_an_item_with_all_its_parts(as_lead, draft):
    assert as_lead.get(url("item_add", draft.pk)).status_code == 200
    answer = as_lead.post(url("item_add", draft.pk), ITEM)
    assert answer.url == draft.get_absolute_url()
    item = draft.items.get(code="baoan-02")
    assert item.methods == ["onsite", "document"]
    assert str(item.bases.get()) == "《保安服务管理条例》第三十七条"
    assert item.checkpoints.get().materials == "许可证"


def test_wrong_lines_are_named_and_the_input_is_kept(as_lead, draft):
    answer = as_lead.post(
        url("item_add", draft.pk), ITEM | {"bases": "|第三条", "code": "中文", "methods": []}
    )
    assert answer.status_code == 200
    assert "第 1 行：缺少法规名称。" in answer.text
    assert "事项编码只能用字母、数字、连字符和下划线" in answer.text
    assert "保安培训单位监督检查" in answer.text
    assert draft.items.count() == 1


def test_a_code_used_twice_is_an_error_of_the_form(as_lead, draft):
    answer = as_lead.post(url("item_add", draft.pk), ITEM | {"code": "baoan-01"})
    assert "已有编码为“baoan-01”的事项" in answer.text
    assert draft.items.count() == 1


def test_an_item_shows_its_lines_for_editing(as_lead, draft):
    item = draft.items.get()
    assert "《保安服务管理条例》" in as_lead.get(url("item", item.pk)).text
    as_lead.post(url("item", item.pk), ITEM | {"code": item.code})
    item.refresh_from_db()
    assert item.name == "保安培训单位监督检查"


def test_an_item_is_deleted(as_lead, draft):
    answer = as_lead.post(url("item_delete", draft.items.get().pk))
    assert answer.url == draft.get_absolute_url()
    assert not draft.items.exists()


def test_an_admin_publishes(admin, log_in, draft):
    page = log_in(admin).get(draft.get_absolute_url())
    assert url("publish", draft.pk) in page.text
    log_in(admin).post(url("publish", draft.pk))
    draft.refresh_from_db()
    assert draft.status == "published"


def test_what_is_missing_stands_where_the_button_would_be(admin, log_in, draft):
    ItemFactory(version=draft, name="残缺事项")
    page = log_in(admin).get(draft.get_absolute_url())
    assert "残缺事项缺少抽查依据。" in page.text
    assert url("publish", draft.pk) not in page.text
    assert log_in(admin).post(url("publish", draft.pk)).status_code == 422


def test_a_published_item_is_a_record(as_lead, draft):
    publish_version(draft, actor=None)
    page = as_lead.get(url("item", draft.items.get().pk))
    assert page.status_code == 200
    assert '<form method="post" novalidate>' not in page.text
    assert as_lead.post(url("item", draft.items.get().pk), ITEM).status_code == 409
    assert as_lead.get(url("item_add", draft.pk)).status_code == 409
    assert "新建下一版" in as_lead.get(draft.get_absolute_url()).text


def test_an_officer_reads_only(officer, log_in, draft):
    client = log_in(officer)
    assert client.get(url("list")).status_code == 200
    page = client.get(draft.get_absolute_url())
    assert page.status_code == 200
    assert url("item_add", draft.pk) not in page.text
    item = draft.items.get()
    assert client.get(url("item", item.pk)).status_code == 200
    for name, pk in [("edit", draft.pk), ("item_add", draft.pk)]:
        assert client.get(url(name, pk)).status_code == 403
    assert client.get(url("create")).status_code == 403
    assert client.post(url("create"), {"title": "x"}).status_code == 403
    assert client.post(url("item", item.pk), ITEM).status_code == 403
    assert client.post(url("item_delete", item.pk)).status_code == 403
    assert client.post(url("publish", draft.pk)).status_code == 403
    assert CatalogVersion.objects.get().status == "draft"
    assert Item.objects.get().name == "保安服务公司监督检查"


def test_people_without_an_agency_see_published_lists_only(draft, log_in):
    client = log_in(UserFactory(role="auditor", agency=None))
    assert client.get(url("list")).context["page"].items == []
    assert client.get(url("create")).status_code == 403


def test_strangers_log_in_first(client, draft):
    assert client.get(url("list")).status_code == 302


def test_no_second_draft_is_offered_and_the_page_says_why(as_lead, draft):
    page = as_lead.get(url("list"))
    assert url("create") not in page.text
    assert f"“{draft}”还在编制中，请在该版本上修改" in page.text
    publish_version(draft, actor=None)
    assert url("create") in as_lead.get(draft.get_absolute_url()).text
    as_lead.post(url("create"), {"title": "下一版", "note": ""})
    assert url("create") not in as_lead.get(draft.get_absolute_url()).text


def test_a_coordinating_agency_reads_why_it_has_no_list(reference, log_in):
    office = agency("341300", "zonghe", is_inspecting=False)
    page = log_in(UserFactory(role="lead", agency=office)).get(url("list"))
    assert url("create") not in page.text
    assert "议事协调机构" in page.text
