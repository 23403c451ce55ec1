"""The regions that ship, and what an upgrade does to those that were changed here."""

import time

import pytest

from agencies.imports import shipped_regions
from agencies.models import Agency, Region, System
from agencies.rules import is_governed_by_province, region_above
from agencies.services import sync_reference, sync_regions
from agencies.services.places import ship_regions
from registries.models import Target
from registries.reads import regions_for
from registries.reads.inspectors import reachable
from registries.services import save_target
from tests.factories import InspectorFactory, TradeFactory, UserFactory, agency
from tests.laying import laid
from tests.registries.test_targets import draft

# What the portal shipped before it shipped all of them, and what its documents name.
NAMED = {"130606": "莲池区", "341302": "埇桥区", "350322": "仙游县", "410225": "兰考县"}
CITIES_WITHOUT_COUNTIES = {"441900", "442000", "460300", "460400", "620200"}


@pytest.fixture
def all_regions(db):
    """Everything that ships."""
    laid("all regions", sync_reference)


@pytest.fixture
def shipped():
    return {region.pk: region for region in shipped_regions()}


def test_every_place_ships_under_a_place_that_ships(shipped):
    assert all(region.parent_id in shipped for region in shipped.values() if region.parent_id)
    tops = [region.pk for region in shipped.values() if not region.parent_id]
    assert len(tops) == 34
    assert tops == [code for code in shipped if code.endswith("0000")]


def test_as_many_ship_as_there_were_on_the_day_of_the_source(shipped):
    """333 cities and 2,844 counties (民政部, end of June 2023); the two of 三沙 have no code there."""
    places = [region for region in shipped.values() if not region.is_zone]
    assert sum(len(region.prefix) == 4 for region in places) == 333
    assert sum(len(region.prefix) == 6 for region in places) == 2844 - 2


def test_headings_are_no_places(shipped):
    assert not {"110100", "500200", "419000", "659000", "620201"} & shipped.keys()
    assert NAMED.items() <= {code: one.name for code, one in shipped.items()}.items()


@pytest.mark.parametrize(
    ("code", "name", "above", "is_zone"),
    [
        ("441900", "东莞市", "440000", False),
        ("419001", "济源市", "410000", False),
        ("341371", "宿州马鞍山现代产业园区", "341300", True),
        ("110108", "海淀区", "110000", False),
    ],
)
def test_places_1_names_and_places_them(shipped, code, name, above, is_zone):
    region = shipped[code]
    assert (region.name, region.parent_id, region.is_zone) == (name, above, is_zone)


def test_what_lies_above_follows_from_the_code():
    assert region_above("410000", {"410000"}) is None
    assert region_above("410200", {"410000", "410200"}) == "410000"
    assert region_above("410225", {"410000", "410200"}) == "410200"
    assert region_above("419001", {"410000", "410200"}) == "410000"
    assert is_governed_by_province("419001")
    assert not is_governed_by_province("410225")


def test_places_1_where_inspections_happen(all_regions):
    counties = set(Region.objects.counties().values_list("pk", flat=True))
    assert {"419001", "341371", "110108"} | CITIES_WITHOUT_COUNTIES <= counties
    assert {code for code in counties if code.endswith("00")} == CITIES_WITHOUT_COUNTIES
    for code in ("441900", "419001", "341371", "110108", "341300", "440000", "710000"):
        assert Region.objects.get(pk=code).is_county == (code in counties)


@pytest.mark.parametrize("code", ["441900", "419001", "341371", "110108"])
def test_places_1_has_agencies_and_targets(all_regions, code):
    admin = UserFactory(agency=agency(code, "gongan"), role="agency_admin")
    region = admin.agency.region
    assert list(regions_for(admin.agency)) == [region]
    target = save_target(draft(admin.agency, trade=TradeFactory()), actor=admin)
    system = System.objects.get(pk="gongan")
    assert list(Agency.objects.executing(system, region)) == [admin.agency]
    for other, sees in [(region.parent_id, True), ("410200", False), ("429004", False)]:
        reader = UserFactory(agency=agency(other, "shichang"), role="supervisor")
        assert Target.objects.visible_to(reader).filter(pk=target.pk).exists() is sees


@pytest.mark.parametrize(
    ("code", "near", "far"),
    [
        ("419001", set(), {"410202"}),
        ("429004", set(), {"429005"}),
        ("441900", set(), {"440103"}),
        ("110108", {"110101"}, {"120101"}),
        ("500101", {"500229"}, {"510104"}),
        ("341302", {"341371"}, {"340102"}),
    ],
)
def test_people_are_lent_within_one_city(all_regions, code, near, far):
    found = {one.pk for one in reachable(InspectorFactory(agency=agency(code, "gongan")))}
    assert near <= found
    assert not found & (far | {code})
    assert near or not found


# An upgrade over local data (issue 8, Shows 4) ------------------------------------------------


def ship(**names):
    """An upgrade that ships these names for the codes, and no others."""
    ship_regions(
        [
            Region(code=code[1:], name=name, parent_id=None, is_local=False, shipped_name=name)
            for code, name in names.items()
        ]
    )


def region(code):
    return Region.objects.get(pk=code)


def differing():
    return set(Region.objects.differing().values_list("pk", flat=True))


@pytest.mark.django_db
def test_what_nobody_changed_follows_the_upgrade():
    ship(_341321="砀山县")
    ship(_341321="砀山市")
    assert (region("341321").name, differing()) == ("砀山市", set())


@pytest.mark.django_db
def test_what_was_imported_keeps_its_words_and_the_difference_is_known():
    sync_regions([{"code": "341321", "name": "砀山试验区"}])
    ship(_341321="砀山县", _341322="萧县")
    mine = region("341321")
    assert (mine.name, mine.shipped_name, mine.is_local) == ("砀山试验区", "砀山县", True)
    assert differing() == {"341321"}


@pytest.mark.django_db
def test_what_was_imported_in_the_same_words_is_no_longer_local():
    sync_regions([{"code": "341321", "name": "砀山县"}])
    assert region("341321").is_local
    ship(_341321="砀山县")
    assert not region("341321").is_local
    assert not differing()


@pytest.mark.django_db
def test_what_ships_no_longer_stays_and_is_told():
    ship(_341321="砀山县", _341322="萧县")
    ship(_341322="萧县")
    assert region("341321").name == "砀山县"
    assert differing() == {"341321"}


@pytest.mark.django_db
def test_syncing_again_writes_nothing(django_assert_max_num_queries):
    sync_reference()
    started = time.monotonic()
    with django_assert_max_num_queries(200) as asked:
        sync_reference()
    assert time.monotonic() - started < 5
    assert not [q for q in asked if "agencies_region" in q["sql"] and "SELECT" not in q["sql"]]
