import pytest

from agencies.models import Region
from core.errors import DomainError
from plans.models import RuleProfile
from plans.reads import profile_for
from plans.services import sync_profiles
from tests.factories import RuleProfileFactory

CAPS = {
    "341300": (None, None, False),
    "130606": (None, None, False),
    "410200": (2, None, True),
    "370323": (None, None, False),
    "350322": (None, None, False),
}


def test_the_profiles_of_the_seeds_are_loaded_once(reference):
    assert sync_profiles() == sync_profiles() == RuleProfile.objects.count() == 5
    for region, expected in CAPS.items():
        profile = RuleProfile.objects.get(region=region)
        caps = profile.annual_cap_per_agency, profile.annual_cap_total, profile.forbids_repeat
        assert caps == expected
        assert (profile.inspectors_per_agency, profile.rounding) == (2, "up")
        assert profile.list_published == "after_onsite"
        assert profile.source


def test_a_version_in_use_is_not_changed(reference):
    sync_profiles()
    RuleProfile.objects.filter(region="341300").update(inspectors_per_agency=3)
    sync_profiles()
    assert RuleProfile.objects.get(region="341300").inspectors_per_agency == 3


def test_the_nearest_rules_bind(reference):
    sync_profiles()
    county = Region.objects.get(pk="341302")
    city = RuleProfile.objects.get(region="341300")
    assert profile_for(county) == city
    RuleProfileFactory(region=Region.objects.get(pk="340000"), version=9)
    assert profile_for(county) == city
    own = RuleProfileFactory(region=county, version=1)
    assert profile_for(county) == own
    newer = RuleProfileFactory(region=county, version=2)
    assert profile_for(county) == newer
    assert profile_for(county.parent) == city


def test_a_region_without_rules_gets_a_sentence(reference):
    sync_profiles()
    with pytest.raises(DomainError, match="还没有抽查规则"):
        profile_for(Region.objects.get(pk="130602"))


def test_a_snapshot_holds_plain_values(reference):
    sync_profiles()
    profile = RuleProfile.objects.get(region="410200")
    assert profile.snapshot() == {
        "profile": "开封规则（第1版）",
        "source": "《开封市公安局“双随机、一公开”监管工作细则（试行）》第十二条、第十三条",
        "inspectors_per_agency": 2,
        "annual_cap_per_agency": 2,
        "annual_cap_total": None,
        "forbids_repeat": True,
        "rounding": "up",
        "list_published": "after_onsite",
    }
