"""设置—行政区划: looking is open to all, changing is the system administrator's."""

import datetime

import pytest
from django.urls import reverse

from agencies.models import Region
from agencies.services import (
    add_region,
    adopt_region,
    found_agency,
    keep_region,
    rename_region,
    restore_region,
    retire_region,
)
from agencies.services.places import ship_regions
from core.errors import DomainError, NotAllowed
from core.models import AuditEvent
from registries.models import Target
from registries.services import save_target
from tests.factories import SystemFactory, TargetFactory, UserFactory, agency
from tests.registries.test_targets import draft

TODAY = datetime.date(2021, 7, 15)


@pytest.fixture
def admin(reference, clock):
    clock("2021-07-15")
    return UserFactory(role="sysadmin", agency=None)


def region(code):
    return Region.objects.get(pk=code)


def trail():
    return [(line.verb, line.data) for line in AuditEvent.objects.order_by("pk")]


def ship(code, name):
    """An upgrade that ships one name anew, and everything else as before."""
    rows = list(Region.objects.exclude(shipped_name=""))
    shipped = [
        Region(
            code=row.pk,
            name=name if row.pk == code else row.shipped_name,
            parent_id=row.parent_id,
            is_zone=row.is_zone,
            is_local=False,
            shipped_name=name if row.pk == code else row.shipped_name,
        )
        for row in rows
        if name or row.pk != code
    ]
    ship_regions(shipped)


# Services ------------------------------------------------------------------------------------


def test_a_local_place_is_added_with_its_line_on_the_trail(admin):
    added = add_region("341373", "宿州新区", "341300", is_zone=True, actor=admin)
    assert (added.is_local, added.parent_id, added.is_county) == (True, "341300", True)
    after = {"code": "341373", "name": "宿州新区", "parent": "341300", "is_zone": True}
    assert trail() == [("agencies.add_region", {"after": after})]


@pytest.mark.parametrize(
    ("code", "name", "parent", "words"),
    [
        ("341302", "新区", "341300", "已是“埇桥区”"),
        ("341373", "新区", "999999", "没有代码为 999999 的区划"),
        ("341373", "新区", "340000", "属于宿州市（341300），不属于安徽省"),
        ("341373", "新区", "410200", "不属于开封市"),
        ("341373", "埇桥区", "341300", "同一上级下已有“埇桥区”（341302）"),
    ],
)
def test_a_place_that_cannot_be_is_refused_and_nothing_stays(admin, code, name, parent, words):
    count = Region.objects.count()
    with pytest.raises(DomainError, match=words):
        add_region(code, name, parent, is_zone=False, actor=admin)
    assert Region.objects.count() == count
    assert not AuditEvent.objects.exists()


def test_places_1_a_city_without_counties_gets_zones_only(admin):
    Region.objects.create(code="440000", name="广东省")
    Region.objects.create(code="441900", name="东莞市", parent_id="440000")
    with pytest.raises(DomainError, match="东莞市不设县区"):
        add_region("441971", "松山湖", "441900", is_zone=False, actor=admin)
    assert add_region("441971", "松山湖", "441900", is_zone=True, actor=admin).is_county
    assert region("441900").is_county


def test_a_corrected_name_survives_the_upgrade_until_something_else_ships(admin):
    """Issue 8, Shows 4."""
    mine = region("341321")
    rename_region(mine, "砀山试验县", actor=admin)
    assert trail() == [("agencies.rename_region", {"before": "砀山县", "after": "砀山试验县"})]
    ship("341321", "砀山县")
    assert (region("341321").name, Region.objects.differing().count()) == ("砀山试验县", 0)
    ship("341321", "砀山市")
    assert region("341321").name == "砀山试验县"
    assert [one.pk for one in Region.objects.differing()] == ["341321"]


@pytest.mark.parametrize("shipped", ["砀山市", ""])
def test_what_ships_newer_is_kept_away_once_and_offered_again(admin, shipped):
    rename_region(region("341321"), "砀山试验县", actor=admin)
    ship("341321", shipped)
    if not shipped:
        Region.objects.filter(pk="341321").update(is_local=False)
    keep_region(region("341321"), actor=admin)
    ship("341321", shipped)
    assert not Region.objects.differing().exists()
    assert region("341321").name == "砀山试验县"
    with pytest.raises(DomainError, match="没有待定的不同"):
        keep_region(region("341321"), actor=admin)


def test_what_ships_newer_is_adopted(admin):
    rename_region(region("341321"), "砀山试验县", actor=admin)
    ship("341321", "砀山市")
    adopt_region(region("341321"), actor=admin)
    assert region("341321").name == "砀山市"
    assert trail()[-1] == (
        "agencies.adopt_region",
        {"before": "砀山试验县", "after": "砀山市"},
    )
    ship("341321", "砀山新市")
    assert region("341321").name == "砀山新市"


def test_what_ships_no_longer_is_retired_when_that_is_adopted(admin):
    ship("341321", "")
    assert region("341321").retired_on is None
    adopt_region(region("341321"), actor=admin)
    assert region("341321").retired_on == TODAY
    assert not Region.objects.differing().exists()


def test_places_2_a_retired_county_takes_nothing_new_and_keeps_what_it_has(admin, clock):
    keeper = UserFactory(agency=agency("341321", "gongan"), role="agency_admin")
    old = TargetFactory(region_id="341321", agency=keeper.agency)
    retire_region(region("341321"), datetime.date(2021, 7, 20), actor=admin)
    kept = save_target(draft(keeper.agency, code="91341302MAXXXX031T"), actor=keeper)
    clock("2021-07-20")
    keeper.agency.region.refresh_from_db()
    with pytest.raises(DomainError, match="砀山县已于 2021-07-20 撤销"):
        save_target(draft(keeper.agency, code="91110000600037341L"), actor=keeper)
    with pytest.raises(DomainError, match="不能登记新的单位"):
        found_agency(
            "341321-new", "新局", "新局", region("341321"), SystemFactory(), is_inspecting=True
        )
    assert Target.objects.count() == 2
    old.refresh_from_db()
    old.address = "新址"
    save_target(old, actor=keeper)
    assert kept.region.name == "砀山县"
    restore_region(region("341321"), actor=admin)
    keeper.agency.region.refresh_from_db()
    assert save_target(draft(keeper.agency, code="91110000600037341L"), actor=keeper).pk


def test_a_city_is_retired_after_its_counties(admin):
    with pytest.raises(DomainError, match="下面还有 7 个区划没有登记撤销"):
        retire_region(region("341300"), TODAY, actor=admin)
    assert region("341300").retired_on is None


@pytest.mark.parametrize("role", ["lead", "secadmin", "auditor"])
def test_nobody_else_changes_a_region(admin, role):
    other = UserFactory(role=role)
    one = region("341321")
    for act in (
        lambda: add_region("341373", "新区", "341300", is_zone=True, actor=other),
        lambda: rename_region(one, "新名", actor=other),
        lambda: retire_region(one, TODAY, actor=other),
        lambda: restore_region(one, actor=other),
        lambda: adopt_region(one, actor=other),
        lambda: keep_region(one, actor=other),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert not AuditEvent.objects.exists()


# Pages ---------------------------------------------------------------------------------------


def test_the_provinces_lead_down_to_the_counties(admin, log_in):
    client = log_in(UserFactory(role="officer"))
    page = client.get(reverse("agencies:regions")).content.decode()
    assert "安徽省" in page
    assert "341302" not in page
    assert "增加区划" not in page
    city = client.get(reverse("agencies:region", args=["341300"])).content.decode()
    assert "宿州马鞍山现代产业园区" in city
    assert "功能区（不在国家标准内）" in city
    assert "修改名称" not in city


@pytest.mark.parametrize(("asked", "found"), [("341302", 1), ("3413", 8), ("埇桥", 1), ("无", 0)])
def test_regions_are_found_by_code_and_name(admin, log_in, asked, found):
    page = log_in(admin).get(reverse("agencies:regions"), {"q": asked})
    assert len(page.context["lines"]) == found


def test_the_administrator_adds_corrects_retires_in_the_browser(admin, log_in):
    client = log_in(admin)
    data = {"code": "341373", "name": "宿州新区", "parent": "341300", "is_zone": "on"}
    page = client.post(reverse("agencies:region_add"), data, follow=True)
    assert "已增加“宿州新区”" in page.content.decode()
    for name, sent, words in [
        ("region_rename", {"name": "宿州高新区"}, "名称已改为“宿州高新区”"),
        ("region_retire", {"retired_on": "2021-07-15"}, "自 2021-07-15 起撤销"),
        ("region_restore", {}, "已恢复"),
    ]:
        page = client.post(reverse(f"agencies:{name}", args=["341373"]), sent, follow=True)
        assert words in page.content.decode()


def test_a_refusal_stands_at_its_field_and_what_was_typed_stays(admin, log_in):
    data = {"code": "341302", "name": "某区", "parent": "341300"}
    page = log_in(admin).post(reverse("agencies:region_add"), data)
    assert "已是“埇桥区”，没有增加" in str(page.context["form"].errors["code"])
    assert 'value="某区"' in page.content.decode()
    rename = reverse("agencies:region_rename", args=["341302"])
    page = log_in(admin).post(rename, {"name": "泗县"})
    assert page.status_code == 422
    assert "同一上级下已有“泗县”" in page.content.decode()


def test_a_difference_is_decided_on_its_page(admin, log_in):
    rename_region(region("341321"), "砀山试验县", actor=admin)
    ship("341321", "砀山市")
    client = log_in(admin)
    assert "有 1 个区划与随附数据不同" in client.get(reverse("agencies:regions")).content.decode()
    page = client.get(reverse("agencies:region", args=["341321"])).content.decode()
    assert "随附名称是“砀山市”，本地是“砀山试验县”" in page
    client.post(reverse("agencies:region_adopt", args=["341321"]))
    assert region("341321").name == "砀山市"
