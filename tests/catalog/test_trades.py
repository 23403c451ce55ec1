"""设置—行业: the words of trades, here and in what ships."""

import pytest
from django.urls import reverse

from catalog.models import Trade
from catalog.services import (
    TradeWords,
    add_trade,
    adopt_trade,
    change_trade,
    keep_trade,
    ship_trades,
    sync_trades,
)
from core.errors import DomainError, NotAllowed
from core.models import AuditEvent
from registries.reads.words import target_words
from tests.factories import UserFactory, agency


@pytest.fixture
def admin(reference):
    sync_trades()
    return UserFactory(role="sysadmin", agency=None)


def words(name, *synonyms, gb_code="", parent=None):
    return TradeWords(name, gb_code, parent, list(synonyms))


def trade(slug):
    return Trade.objects.get(pk=slug)


def ship(**names):
    """An upgrade that ships these trades and no others."""
    ship_trades(
        [
            Trade(slug=slug, name=name, shipped_name=name, is_local=False)
            for slug, name in names.items()
        ]
    )


def test_a_sheet_may_say_the_synonym(admin):
    known = target_words(agency("341302", "gongan"))["trade"]
    assert known.find("网吧") == known.find("互联网上网服务") == trade("wangba")


def test_a_local_trade_is_added_with_its_line_on_the_trail(admin):
    added = add_trade("jianshen", words("健身场所", "健身房", gb_code="8930"), actor=admin)
    assert (added.is_local, added.synonyms) == (True, ["健身房"])
    line = AuditEvent.objects.get()
    assert line.verb == "catalog.add_trade"
    assert line.data["after"] == {
        "name": "健身场所",
        "gb_code": "8930",
        "synonyms": ["健身房"],
        "parent": None,
    }
    assert target_words(agency("341302", "gongan"))["trade"].find("健身房") == added


@pytest.mark.parametrize(
    ("given", "field"),
    [(words("网吧"), "name"), (words("网咖店", "ＫＴＶ", "旅 馆"), "synonyms")],
)
def test_a_word_means_one_trade_only(admin, given, field):
    with pytest.raises(DomainError, match="已指行业") as refused:
        add_trade("new", given, actor=admin)
    assert refused.value.field == field
    assert not Trade.objects.filter(pk="new").exists()
    assert not AuditEvent.objects.exists()


def test_a_trade_is_never_above_itself(admin):
    change_trade(trade("baoan-peixun"), words("保安培训", parent=trade("baoan")), actor=admin)
    with pytest.raises(DomainError, match="不能作它的上级"):
        change_trade(trade("baoan"), words("保安服务", parent=trade("baoan-peixun")), actor=admin)
    assert trade("baoan").parent is None


def test_local_words_survive_an_upgrade_and_the_difference_is_offered(admin):
    """Issue 8, Shows 4."""
    change_trade(trade("wangba"), words("上网服务场所", "网吧"), actor=admin)
    add_trade("jianshen", words("健身场所"), actor=admin)
    sync_trades()
    kept = trade("wangba")
    assert (kept.name, kept.synonyms, kept.is_differing) == ("上网服务场所", ["网吧"], False)
    ship(wangba="互联网营业场所", jixiu="机动车修理")
    assert trade("wangba").name == "上网服务场所"
    assert trade("wangba").is_differing
    assert trade("jixiu").name == "机动车修理"
    assert trade("jianshen").is_local
    keep_trade(trade("wangba"), actor=admin)
    assert not trade("wangba").is_differing
    ship(wangba="上网营业场所")
    adopt_trade(trade("wangba"), actor=admin)
    assert (trade("wangba").name, trade("wangba").synonyms) == ("上网营业场所", ["网吧"])
    with pytest.raises(DomainError, match="没有待定的不同"):
        adopt_trade(trade("wangba"), actor=admin)


def test_what_ships_under_a_name_that_is_taken_here_waits(admin):
    add_trade("jianshen", words("健身场所"), actor=admin)
    ship(gym="健身场所", wangba="互联网上网服务")
    assert not Trade.objects.filter(pk="gym").exists()


@pytest.mark.parametrize("role", ["lead", "secadmin"])
def test_nobody_else_changes_a_trade(admin, role):
    other = UserFactory(role=role)
    for act in (
        lambda: add_trade("new", words("新行业"), actor=other),
        lambda: change_trade(trade("baoan"), words("新名"), actor=other),
        lambda: adopt_trade(trade("baoan"), actor=other),
        lambda: keep_trade(trade("baoan"), actor=other),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert not AuditEvent.objects.exists()


# Pages ---------------------------------------------------------------------------------------


def test_the_administrator_adds_and_changes_a_trade_in_the_browser(admin, log_in):
    client = log_in(admin)
    data = {
        "slug": "jianshen",
        "name": "健身场所",
        "synonyms": "健身房、健身俱乐部",
        "parent": "yule",
    }
    page = client.post(reverse("catalog:trade_add"), data, follow=True)
    assert "已增加行业“健身场所”" in page.content.decode()
    assert trade("jianshen").synonyms == ["健身房", "健身俱乐部"]
    edit = reverse("catalog:trade_edit", args=["jianshen"])
    page = client.post(edit, {"name": "健身房", "synonyms": "网吧"})
    assert "“网吧”已指行业“互联网上网服务”" in str(page.context["form"].errors["synonyms"])
    page = client.post(edit, {"name": "健身服务", "gb_code": "x1"})
    assert "2 至 4 位数字" in page.content.decode()
    page = client.post(edit, {"name": "健身服务"}, follow=True)
    assert "行业“健身服务”已保存" in page.content.decode()


def test_a_difference_is_decided_on_its_page(admin, log_in):
    change_trade(trade("wangba"), words("上网服务场所"), actor=admin)
    ship(wangba="互联网营业场所")
    client = log_in(admin)
    assert "与随附数据不同" in client.get(reverse("catalog:trades")).content.decode()
    client.post(reverse("catalog:trade_keep", args=["wangba"]))
    assert "与随附数据不同" not in client.get(reverse("catalog:trades")).content.decode()


def test_others_look(admin, log_in):
    client = log_in(UserFactory(role="officer"))
    page = client.get(reverse("catalog:trades")).content.decode()
    assert "网吧" in page
    assert "增加行业" not in page
    assert "修改" not in client.get(reverse("catalog:trade", args=["wangba"])).content.decode()
