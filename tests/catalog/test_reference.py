from catalog.models import CatalogVersion, Method, Trade
from catalog.services import publish_version, sync_trades
from tests.factories import (
    CatalogVersionFactory,
    CheckpointFactory,
    ItemFactory,
    LegalBasisFactory,
)


def test_the_trades_of_the_seeds_are_loaded_once(db):
    assert sync_trades() == sync_trades() == Trade.objects.count()
    names = dict(Trade.objects.values_list("slug", "name"))
    assert names["baoan"] == "保安服务"
    assert names["yule"] == "娱乐场所"
    assert names["qiangzhi"] == "民用枪支弹药"
    assert {"lvguan", "jixiu", "gongzhang", "diandang", "yayun", "xiaofang", "wangba"} <= set(names)


def test_a_renamed_trade_is_put_right(db):
    Trade.objects.create(slug="baoan", name="旧名", shipped_name="旧名", is_local=False)
    sync_trades()
    assert Trade.objects.get(pk="baoan").name == "保安服务"


def test_words_of_an_item(db):
    item = ItemFactory(name="甲", methods=[Method.ONSITE, Method.NETWORK])
    assert (str(item), item.method_labels) == ("甲", "现场检查、网络监测")


def test_what_anybody_may_read(db):
    version = CatalogVersionFactory(number=3, title="清单")
    assert str(version) == "清单（第3版）"
    assert str(Trade(slug="baoan", name="保安服务")) == "保安服务"
    assert not CatalogVersion.objects.public().exists()
    LegalBasisFactory(item=(item := ItemFactory(version=version)))
    CheckpointFactory(item=item, text="要点")
    publish_version(version, actor=None)
    assert CatalogVersion.objects.public().get() == version
    assert str(item.checkpoints.get()) == "要点"
