"""Use cases on single inspectors and their recusals."""

import datetime

import pytest
from django.db import connection

from core.errors import DomainError, NotAllowed
from core.models import AuditEvent
from registries.models import Inspector, Recusal
from registries.services import (
    declare_recusal,
    end_recusal,
    retire_inspector,
    reveal,
    save_inspector,
)
from tests.factories import (
    InspectorFactory,
    RegionFactory,
    TargetFactory,
    UserFactory,
    agency,
)

CHEN = "341399198503010010"
TODAY = datetime.date(2021, 7, 15)


def draft(owner, **more):
    values = {
        "agency": owner,
        "name": "陈某某",
        "citizen_id": CHEN,
        "department": "治安大队",
        "phone": "13800000000",
        "certificate_no": "皖L000001",
        "certificate_valid_until": datetime.date(2023, 12, 31),
    }
    return Inspector(**values | more)


@pytest.fixture
def inspector(admin):
    return InspectorFactory(agency=admin.agency, citizen_id=CHEN, phone="13800000000")


def test_an_inspector_is_registered_with_the_gender_of_the_number(admin):
    save_inspector(draft(admin.agency), actor=admin)
    found = Inspector.objects.get()
    assert (found.gender, found.citizen_id) == ("1", CHEN)
    assert AuditEvent.objects.get().verb == "registries.add_inspector"


def test_the_citizen_number_is_not_readable_in_the_database(admin):
    save_inspector(draft(admin.agency), actor=admin)
    with connection.cursor() as cursor:
        cursor.execute("SELECT citizen_id, phone, citizen_id_index FROM registries_inspector")
        stored = cursor.fetchone()
    assert CHEN not in str(stored)
    assert "13800000000" not in str(stored)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"citizen_id": "341399198503010011"}, "身份证号：校验位不正确，请核对最后一位。"),
        ({"gender": "2"}, "性别：与身份证号第 17 位不一致。"),
        (
            {"certificate_no": ""},
            "执法证号：执法检查人员须有执法证号，专家或辅助人员请注明。",
        ),
        ({"certificate_valid_until": None}, "执法证有效期至：没有填写执法证有效期。"),
    ],
)
def test_wrong_fields_are_told_and_leave_nothing(admin, more, message):
    with pytest.raises(DomainError) as refusal:
        save_inspector(draft(admin.agency, **more), actor=admin)
    assert refusal.value.message == message
    assert not Inspector.objects.exists()
    assert not AuditEvent.objects.exists()


def test_an_adviser_needs_no_certificate(admin):
    adviser = draft(admin.agency, is_adviser=True, certificate_no="", certificate_valid_until=None)
    assert save_inspector(adviser, actor=admin).pk


def test_a_person_is_registered_once(admin, inspector):
    with pytest.raises(DomainError, match="已登记在本单位的名录中") as refusal:
        save_inspector(draft(admin.agency), actor=admin)
    assert CHEN not in refusal.value.message
    Inspector.objects.update(agency=agency("341321"))
    with pytest.raises(DomainError, match="已登记在其他单位的名录中"):
        save_inspector(draft(admin.agency), actor=admin)
    assert Inspector.objects.count() == 1


def test_certificate_and_account_belong_to_one_person(admin):
    user = UserFactory(agency=admin.agency)
    InspectorFactory(agency=admin.agency, certificate_no="皖L000001", user=user)
    with pytest.raises(DomainError, match="执法证号 皖L000001 已登记"):
        save_inspector(draft(admin.agency), actor=admin)
    with pytest.raises(DomainError, match="该账号已与另一名"):
        save_inspector(draft(admin.agency, certificate_no="皖L000002", user=user), actor=admin)
    assert Inspector.objects.count() == 1


@pytest.mark.parametrize("role", ["lead", "officer", "deputy", "principal", "sysadmin", []])
def test_other_roles_do_not_maintain(admin, inspector, role):
    user = UserFactory(agency=admin.agency, role=role)
    refuse_all(inspector, user)


def test_nobody_maintains_another_agency(inspector):
    refuse_all(inspector, UserFactory(agency=agency("341300"), role="agency_admin"))


def refuse_all(inspector, user):
    inspector.position = "大队长"
    for attempt in (
        lambda: save_inspector(inspector, actor=user),
        lambda: retire_inspector(inspector, actor=user),
        lambda: reveal(inspector, "citizen_id", actor=user),
        lambda: declare_recusal(inspector, None, "亲属", actor=user),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    inspector.refresh_from_db()
    assert (inspector.position, inspector.is_active) == ("", True)
    assert not Recusal.objects.exists()
    assert not AuditEvent.objects.exists()


def test_an_inspector_is_not_moved_to_another_agency(admin, inspector):
    inspector.agency = agency("341321")
    with pytest.raises(NotAllowed):
        save_inspector(inspector, actor=admin)
    assert Inspector.objects.get().agency == admin.agency


def test_a_change_is_recorded_by_field_without_values(admin, inspector):
    inspector.phone = "13900001111"
    inspector.department = "禁毒大队"
    save_inspector(inspector, actor=admin)
    event = AuditEvent.objects.get()
    assert event.data == {"fields": ["department", "phone"]}
    assert "139" not in event.summary
    save_inspector(inspector, actor=admin)
    assert AuditEvent.objects.count() == 1


def test_an_inspector_leaves_once(admin, inspector):
    retire_inspector(inspector, actor=admin)
    assert not Inspector.objects.get().is_active
    with pytest.raises(DomainError, match="已不在岗"):
        retire_inspector(inspector, actor=admin)
    assert AuditEvent.objects.count() == 1


def test_only_certified_people_on_duty_count(admin):
    good = InspectorFactory(agency=admin.agency)
    InspectorFactory(agency=admin.agency, is_active=False)
    InspectorFactory(agency=admin.agency, is_adviser=True)
    late = InspectorFactory(agency=admin.agency, certificate_valid_until=datetime.date(2021, 7, 14))
    last = InspectorFactory(agency=admin.agency, certificate_valid_until=TODAY)
    assert set(Inspector.objects.certified(TODAY)) == {good, last}
    assert list(Inspector.objects.expired(TODAY)) == [late]
    assert late.certificate_state(TODAY) == "late"
    assert last.certificate_state(TODAY) == "soon"
    assert good.certificate_state(TODAY) == "plain"
    assert Inspector().certificate_state(TODAY) == "none"


def test_looking_at_a_citizen_number_is_recorded(admin, inspector):
    assert reveal(inspector, "citizen_id", actor=admin) == CHEN
    event = AuditEvent.objects.get()
    assert (event.verb, event.data) == ("registries.reveal", {"field": "citizen_id"})
    assert CHEN not in event.summary
    with pytest.raises(DomainError):
        reveal(inspector, "citizen_id_index", actor=admin)


def test_officers_declare_for_themselves(admin, inspector):
    officer = UserFactory(agency=admin.agency, role="officer")
    target = TargetFactory()
    with pytest.raises(NotAllowed):
        declare_recusal(inspector, target, "亲属", actor=officer)
    Inspector.objects.update(user=officer)
    recusal = declare_recusal(inspector, target, "亲属", actor=officer)
    assert (recusal.target, recusal.declared_on) == (target, TODAY)
    assert AuditEvent.objects.get().actor == officer
    with pytest.raises(NotAllowed):
        end_recusal(recusal, actor=officer)
    recusal.refresh_from_db()
    assert recusal.ended_on is None


@pytest.mark.parametrize("everything", [True, False])
def test_a_recusal_stands_once_and_ends_once(admin, inspector, everything):
    target = None if everything else TargetFactory()
    recusal = declare_recusal(inspector, target, "亲属", actor=None)
    with pytest.raises(DomainError, match="已申报回避"):
        declare_recusal(inspector, target, "亲属", actor=admin)
    end_recusal(recusal, actor=admin)
    with pytest.raises(DomainError, match="已经解除"):
        end_recusal(recusal, actor=admin)
    assert Recusal.objects.get().ended_on == TODAY
    declare_recusal(inspector, target, "又是亲属", actor=admin)
    assert Recusal.objects.filter(ended_on=None).count() == 1


def test_a_target_elsewhere_needs_no_recusal(admin, inspector):
    target = TargetFactory(region=RegionFactory(code="341321"))
    with pytest.raises(DomainError, match="无须申报回避"):
        declare_recusal(inspector, target, "亲属", actor=admin)
    assert not Recusal.objects.exists()


def test_nobody_ends_the_own_recusal(admin):
    own = InspectorFactory(agency=admin.agency, user=admin)
    recusal = declare_recusal(own, None, "亲属", actor=admin)
    with pytest.raises(NotAllowed, match="不能解除自己的回避"):
        end_recusal(recusal, actor=admin)
    recusal.refresh_from_db()
    assert recusal.ended_on is None
