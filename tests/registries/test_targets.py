"""Use cases on single targets, and who may see what."""

import datetime

import pytest

from core.errors import DomainError, NotAllowed
from core.models import AuditEvent
from registries.models import Grade, GradingScheme, Target, TargetGrade
from registries.services import (
    grade_target,
    retire_target,
    reveal,
    save_target,
    sync_grades,
)
from tests.factories import (
    RegionFactory,
    TargetFactory,
    TradeFactory,
    UserFactory,
    agency,
)

CODE = "91341302MAXXXX031T"
TODAY = datetime.date(2021, 7, 15)


def draft(owner, **more):
    values = {
        "code": CODE,
        "name": "埇桥甲保安服务有限公司",
        "agency": owner,
        "region": owner.region,
        "address": "汴河路1号",
        "person_in_charge": "张某",
        "phone": "13800000000",
        "trade": TradeFactory(),
        "refreshed_on": TODAY,
    }
    return Target(**values | more)


@pytest.fixture
def target(admin):
    return save_target(draft(admin.agency), actor=admin)


def test_a_target_is_registered_and_recorded(admin):
    target = save_target(draft(admin.agency), actor=admin)
    assert Target.objects.get() == target
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor) == ("registries.add_target", admin)


@pytest.mark.parametrize("role", ["lead", "agency_admin"])
def test_the_city_maintains_the_targets_of_its_counties(admin, role):
    """G18: lead and participant build the registry together."""
    user = UserFactory(agency=agency("341300", "shichang"), role=role)
    assert save_target(draft(admin.agency), actor=user).pk


@pytest.mark.parametrize("role", ["officer", "deputy", "principal", "supervisor", "sysadmin", []])
def test_other_roles_do_not_maintain(admin, role):
    user = UserFactory(agency=admin.agency, role=role)
    with pytest.raises(NotAllowed):
        save_target(draft(admin.agency), actor=user)
    assert not Target.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("region", ["341321", "130606"])
def test_nobody_maintains_outside_the_own_region(target, region):
    user = UserFactory(agency=agency(region), role="agency_admin")
    target.name = "改名"
    with pytest.raises(NotAllowed):
        save_target(target, actor=user)
    with pytest.raises(NotAllowed):
        retire_target(target, "closed", actor=user)
    with pytest.raises(NotAllowed):
        grade_target(target, Grade.objects.first(), TODAY, "", actor=user)
    with pytest.raises(NotAllowed):
        reveal(target, "phone", actor=user)
    target.refresh_from_db()
    assert (target.name, target.status) == ("埇桥甲保安服务有限公司", "active")
    assert AuditEvent.objects.count() == 1


def test_a_target_is_not_moved_out_of_the_own_region(target, admin):
    target.region = RegionFactory(code="341321")
    with pytest.raises(NotAllowed):
        save_target(target, actor=admin)
    assert Target.objects.get().region_id == "341302"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"code": "911100001000050066"}, "统一社会信用代码：校验位不正确，请核对最后一位。"),
        ({"registration_no": "341302999990024"}, "注册号：应为 15 位数字，且校验位正确。"),
        ({"refreshed_on": datetime.date(2021, 7, 16)}, "信息核对日期：不能晚于今天。"),
    ],
)
def test_wrong_fields_are_told_and_leave_nothing(admin, more, message):
    with pytest.raises(DomainError) as refusal:
        save_target(draft(admin.agency, **more), actor=admin)
    assert refusal.value.message == message
    assert not Target.objects.exists()


def test_region_and_agency_must_fit(admin):
    user = UserFactory(agency=agency("341300"), role="agency_admin")
    city, other = RegionFactory(code="341300"), RegionFactory(code="341321")
    with pytest.raises(DomainError, match="应填到县区"):
        save_target(draft(user.agency, region=city), actor=user)
    with pytest.raises(DomainError, match="不管辖"):
        save_target(draft(admin.agency, region=other), actor=user)
    assert not Target.objects.exists()


def test_a_taken_code_is_told(target, admin):
    with pytest.raises(DomainError, match="已在名录中"):
        save_target(draft(admin.agency), actor=admin)
    assert Target.objects.count() == 1


def test_the_code_stays(target, admin):
    target.code = "91341302MAXXXX04XJ"
    with pytest.raises(DomainError, match="不能修改"):
        save_target(target, actor=admin)
    assert Target.objects.get().code == CODE


def test_a_change_is_recorded_by_field_without_values(target, admin):
    target.person_in_charge = "李某"
    target.phone = "13900001111"
    save_target(target, actor=admin)
    event = AuditEvent.objects.first()
    assert event.data == {"fields": ["person_in_charge", "phone"]}
    assert "李某" not in event.summary
    assert "139" not in event.summary


def test_saving_without_a_change_leaves_no_line(target, admin):
    save_target(target, actor=admin)
    assert AuditEvent.objects.count() == 1


def test_the_form_does_not_change_the_status(target, admin):
    Target.objects.update(status="closed")
    target.name = "改名"
    save_target(target, actor=admin)
    assert Target.objects.get().status == "closed"


def test_a_target_is_retired_and_comes_back(target, admin):
    retire_target(target, "deregistered", actor=admin)
    assert Target.objects.get().status == "deregistered"
    event = AuditEvent.objects.first()
    assert (event.verb, event.data) == (
        "registries.retire_target",
        {"before": "active", "after": "deregistered"},
    )
    retire_target(target, "active", actor=admin)
    assert Target.objects.get().status == "active"


@pytest.mark.parametrize(("status", "message"), [("gone", "没有这样的"), ("active", "没有改动")])
def test_a_status_that_means_nothing_is_refused(target, admin, status, message):
    with pytest.raises(DomainError, match=message):
        retire_target(target, status, actor=admin)
    assert AuditEvent.objects.count() == 1


def test_a_grade_replaces_the_one_of_its_scheme_only(target, admin):
    good, bad = Grade.objects.get(slug="good"), Grade.objects.get(slug="bad")
    risk = Grade.objects.get(scheme="credit_risk", slug="c")
    for grade in (good, risk, bad):
        grade_target(target, grade, TODAY, "信用平台", actor=admin)
    standing = TargetGrade.objects.order_by("scheme").values_list("scheme", "grade__slug")
    assert list(standing) == [("credit", "bad"), ("credit_risk", "c")]
    assert "守信 → 失信" in AuditEvent.objects.first().summary


def test_a_grade_of_tomorrow_is_refused(target, admin):
    with pytest.raises(DomainError, match="不能晚于今天"):
        grade_target(target, Grade.objects.first(), datetime.date(2021, 7, 16), "", actor=admin)
    assert not TargetGrade.objects.exists()


def test_looking_at_a_phone_is_recorded(target, admin):
    assert reveal(target, "phone", actor=admin) == "13800000000"
    event = AuditEvent.objects.first()
    assert (event.verb, event.actor, event.data) == (
        "registries.reveal",
        admin,
        {"field": "phone"},
    )
    assert "13800000000" not in event.summary


def test_nothing_but_masked_fields_is_revealed(target, admin):
    with pytest.raises(DomainError):
        reveal(target, "name", actor=admin)
    assert AuditEvent.objects.count() == 1


def test_grades_of_the_code_are_synced_again_and_again(db):
    assert sync_grades() == sync_grades() == 3
    schemes = GradingScheme.objects.values_list("slug", "is_public")
    assert list(schemes) == [("credit", True), ("credit_risk", False), ("venue", False)]
    defaults = Grade.objects.filter(is_default=True).values_list("scheme", "name")
    assert dict(defaults) == {"credit": "警示", "credit_risk": "B", "venue": "B"}


def test_own_region_and_below_is_visible(bureau):
    inside, outside = TargetFactory(), TargetFactory(region=RegionFactory(code="341321"))
    county = UserFactory(agency=bureau)
    city = UserFactory(agency=agency("341300", "weijian"))
    homeless = UserFactory(agency=None)
    assert set(Target.objects.visible_to(county)) == {inside}
    assert set(Target.objects.visible_to(city)) == {inside, outside}
    assert not Target.objects.visible_to(homeless).exists()


def test_search_by_the_start_of_the_code_or_a_part_of_the_name(bureau):
    target = TargetFactory(code=CODE, name="埇桥甲保安服务有限公司")
    TargetFactory()
    for text in ("91341302maxxxx03", "甲保安"):
        assert list(Target.objects.matching(text)) == [target]
    assert not Target.objects.matching("XXXX031T").exists()


def test_a_target_is_stale_after_a_year(bureau):
    old = TargetFactory(refreshed_on=datetime.date(2020, 7, 14))
    fresh = TargetFactory(refreshed_on=datetime.date(2020, 7, 15))
    TargetFactory(refreshed_on=datetime.date(2019, 1, 1), status="closed")
    assert list(Target.objects.stale(TODAY)) == [old]
    assert (old.is_stale(TODAY), fresh.is_stale(TODAY)) == (True, False)
