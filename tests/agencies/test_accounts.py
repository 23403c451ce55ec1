"""Use cases on accounts: three administrators kept apart, refusals that leave nothing."""

import pytest

from agencies.models import Region, System, User
from agencies.roles import ROLES, conflict
from agencies.services import (
    assign_roles,
    change_password,
    found_agency,
    open_account,
    reset_password,
    restore,
    suspend,
)
from core.errors import DomainError, NotAllowed
from core.models import AuditEvent, Notice
from tests.factories import UserFactory, agency

GOOD = "Bian-He 2021"


@pytest.fixture
def sysadmin(reference):
    return UserFactory(agency=None, role="sysadmin")


@pytest.fixture
def secadmin(reference):
    return UserFactory(agency=None, role="secadmin")


def open_one(actor, **more):
    values = {"username": "chen", "name": "陈某某", "agency": agency(), "password": GOOD}
    return open_account(**values | more, actor=actor)


def test_an_account_starts_without_roles_and_with_a_password_to_change(sysadmin):
    user = open_one(sysadmin)
    assert user.check_password(GOOD)
    assert user.must_change_password
    assert user.roles == []
    assert user.groups.get() == user.agency.group
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor) == ("agencies.open_account", sysadmin)
    assert GOOD not in event.summary


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"username": "taken"}, "用户名“taken”已被使用"),
        ({"password": "short1"}, "口令至少 9 个字符"),
        ({"password": "password123"}, "太常见"),
        ({"password": "1357924680135"}, "不能全是数字"),
        ({"username": "zhangsan2021", "password": "zhangsan2021"}, "太相近"),
    ],
)
def test_a_taken_name_or_a_weak_password_is_refused(sysadmin, more, message):
    UserFactory(username="taken")
    before = User.objects.count()
    with pytest.raises(DomainError, match=message):
        open_one(sysadmin, **more)
    assert User.objects.count() == before
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("role", [slug for slug in ROLES if slug != "sysadmin"])
def test_only_the_system_administrator_keeps_accounts(reference, role):
    actor, user = UserFactory(role=role), UserFactory()
    for attempt in (
        lambda: open_one(actor),
        lambda: suspend(user, actor=actor),
        lambda: restore(user, actor=actor),
        lambda: reset_password(user, GOOD, actor=actor),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    user.refresh_from_db()
    assert user.is_active
    assert not user.check_password(GOOD)
    assert not User.objects.filter(username="chen").exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("role", [slug for slug in ROLES if slug != "secadmin"])
def test_only_the_security_administrator_grants_roles(reference, role):
    user = UserFactory()
    with pytest.raises(NotAllowed):
        assign_roles(user, ["officer"], actor=UserFactory(role=role))
    assert User.objects.get(pk=user.pk).roles == []
    assert not AuditEvent.objects.exists()


def test_roles_are_replaced_and_recorded(secadmin):
    user = UserFactory(role="officer")
    assign_roles(user, ["lead", "agency_admin"], actor=secadmin)
    fresh = User.objects.get(pk=user.pk)
    assert fresh.roles == ["lead", "agency_admin"]
    assert fresh.groups.filter(pk=fresh.agency.group_id).exists()
    event = AuditEvent.objects.get()
    assert event.data == {"before": ["officer"], "after": ["agency_admin", "lead"]}


def test_nobody_changes_the_own_roles(secadmin):
    with pytest.raises(DomainError, match="不能修改自己的角色"):
        assign_roles(secadmin, ["secadmin", "auditor"], actor=secadmin)
    assert User.objects.get(pk=secadmin.pk).roles == ["secadmin"]


@pytest.mark.parametrize(
    "roles",
    [
        ["sysadmin", "secadmin"],
        ["sysadmin", "auditor"],
        ["secadmin", "auditor"],
        ["sysadmin", "officer"],
        ["auditor", "lead"],
        ["nonsense"],
    ],
)
def test_the_three_administrators_stay_apart(secadmin, roles):
    user = UserFactory(role="officer")
    with pytest.raises(DomainError):
        assign_roles(user, roles, actor=secadmin)
    assert User.objects.get(pk=user.pk).roles == ["officer"]
    assert not AuditEvent.objects.exists()


def test_no_role_holds_the_power_of_two_administrators():
    powers = {
        "agencies.add_user",
        "agencies.assign_roles_user",
        "core.view_auditevent",
    }
    for role in ROLES.values():
        assert len(role.permissions & powers) <= 1
    assert conflict(frozenset({"lead", "officer"})) is None


def test_an_account_is_suspended_and_restored(sysadmin):
    user = UserFactory()
    suspend(user, actor=sysadmin)
    assert not User.objects.get(pk=user.pk).is_active
    restore(user, actor=sysadmin)
    assert User.objects.get(pk=user.pk).is_active
    assert AuditEvent.objects.count() == 2


def test_nobody_suspends_or_resets_oneself(sysadmin):
    with pytest.raises(DomainError, match="不能停用自己"):
        suspend(sysadmin, actor=sysadmin)
    with pytest.raises(DomainError, match="自己的口令"):
        reset_password(sysadmin, GOOD, actor=sysadmin)
    assert User.objects.get(pk=sysadmin.pk).is_active
    assert not AuditEvent.objects.exists()


def test_a_forgotten_password_is_replaced_by_an_initial_one(sysadmin):
    user = UserFactory(role="officer")
    reset_password(user, GOOD, actor=sysadmin)
    fresh = User.objects.get(pk=user.pk)
    assert fresh.check_password(GOOD)
    assert fresh.must_change_password


def test_nobody_resets_a_password_unnoticed(sysadmin):
    leader = UserFactory(name="周某", username="zhou", role="principal")
    guards = [UserFactory(agency=None, role="secadmin") for _ in range(2)]
    UserFactory(agency=None, role="auditor")
    reset_password(leader, GOOD, actor=sysadmin)
    told = {notice.recipient: notice for notice in Notice.objects.all()}
    assert set(told) == {leader, *guards}
    assert all(notice.is_urgent for notice in told.values())
    assert f"已由{sysadmin}重置" in told[leader].text
    assert told[leader].link == "/desk/account/"
    assert f"{sysadmin}重置了周某（zhou，主要负责人）的口令" in told[guards[0]].text
    assert told[guards[0]].link == f"/desk/settings/users/{leader.pk}/"
    assert GOOD not in "".join(notice.text for notice in told.values())


def test_a_refused_reset_tells_nobody(sysadmin):
    UserFactory(agency=None, role="secadmin")
    with pytest.raises(DomainError):
        reset_password(UserFactory(role="officer"), "short", actor=sysadmin)
    with pytest.raises(NotAllowed):
        reset_password(UserFactory(role="officer"), GOOD, actor=UserFactory(role="lead"))
    assert not Notice.objects.exists()


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditor"])
def test_the_password_of_an_administrator_is_not_reset(sysadmin, role):
    other = UserFactory(agency=None, role=role)
    with pytest.raises(DomainError, match="三员的口令"):
        reset_password(other, GOOD, actor=sysadmin)
    assert not User.objects.get(pk=other.pk).check_password(GOOD)


def test_an_administrator_belongs_to_no_agency(sysadmin):
    user = open_one(sysadmin, agency=None)
    assert (user.agency, user.groups.count()) == (None, 0)


def test_an_agency_is_founded_with_the_group_through_which_tasks_are_shared(reference):
    region, system = Region.objects.get(pk="341302"), System.objects.get(pk="xiaofang")
    names = ("341302-xiaofang", "埇桥区消防救援大队", "埇桥消防")
    found = found_agency(*names, region, system, is_inspecting=True)
    assert found.is_inspecting
    assert found.group.name == "agency:341302-xiaofang"


def test_the_own_new_password_must_be_strong(reference):
    user = UserFactory(must_change_password=True)
    with pytest.raises(DomainError):
        change_password(user, "short")
    assert User.objects.get(pk=user.pk).must_change_password
    change_password(user, GOOD)
    assert not User.objects.get(pk=user.pk).must_change_password
