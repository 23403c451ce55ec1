"""Use cases on logging in: failures are counted, locks hold and open, all of it on the trail."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from agencies.models import LogInGuard, User
from agencies.services import (
    clear_guards,
    is_own_password,
    lift_lock,
    log_in,
)
from core import clock
from core.errors import DomainError, NotAllowed
from core.models import AuditEvent
from tests.factories import UserFactory
from tests.reference import lay_reference

GOOD, WRONG = "Bian-He 2021", "wrong"
HERE, THERE = "192.0.2.7", "198.51.100.4"


@pytest.fixture
def chen(reference):
    return UserFactory(username="chen", name="陈某", password=GOOD)


def fail(username="chen", password=WRONG, address=HERE):
    with pytest.raises(DomainError) as refused:
        log_in(username, password, address=address)
    return refused.value.message


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def age(**ago):
    """Let time pass for all guards."""
    for guard in LogInGuard.objects.all():
        guard.counting_since -= timedelta(**ago)
        if guard.locked_until:
            guard.locked_until -= timedelta(**ago)
        guard.save()


def test_a_log_in_is_on_the_trail_with_its_address(chen):
    assert log_in("chen", GOOD, address=HERE) == chen
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor, event.summary) == ("agencies.log_in", chen, "登录：陈某")
    assert event.subject == f"agencies.user:{chen.pk}"
    assert event.data == {"address": HERE, "failures": 0}


def test_a_failure_has_no_actor_and_no_password_on_the_trail(chen):
    fail(password="Secret-Attempt-1")
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor) == ("agencies.fail_log_in", None)
    assert event.subject == f"agencies.user:{chen.pk}"
    assert "口令不正确" in event.summary
    assert "Secret" not in event.summary + json.dumps(event.data)


def test_a_name_that_nobody_has_is_written_nowhere(reference):
    typed = "My-Secret-Password-1"
    assert "用户名或口令不正确" in fail(typed)
    fail(typed)
    fail("another")
    events = list(AuditEvent.objects.order_by("pk"))
    assert events[0].subject.startswith("agencies.loginguard:")
    assert events[0].subject == events[1].subject != events[2].subject
    stored = json.dumps([[e.summary, e.data, e.subject] for e in events], ensure_ascii=False)
    stored += str(list(LogInGuard.objects.values_list("key")))
    assert typed.lower() not in stored.lower()


def test_the_fifth_failure_locks_the_account_for_twenty_minutes(chen):
    words = [fail() for _ in range(5)]
    assert "再输错" not in words[1]
    assert "再输错 2 次，该账号将锁定 20 分钟" in words[2]
    assert "再输错 1 次" in words[3]
    assert "已锁定，请约 20 分钟后" in words[4]
    assert "系统管理员" in words[4]
    assert verbs() == ["agencies.fail_log_in"] * 5 + ["agencies.lock"]
    guard = LogInGuard.objects.get(user=chen)
    wait = guard.locked_until - clock.real_now()
    assert timedelta(minutes=19) < wait <= timedelta(minutes=20)


def test_a_locked_account_refuses_the_right_password_too_and_from_elsewhere(chen):
    for _ in range(5):
        fail()
    assert "已锁定" in fail(password=GOOD, address=THERE)
    assert len(verbs()) == 6  # attempts while locked are a number, not lines
    assert LogInGuard.objects.get(user=chen).refused == 1


def test_after_its_time_the_lock_is_over(chen):
    for _ in range(5):
        fail()
    age(minutes=19)
    assert "已锁定" in fail(password=GOOD)
    age(minutes=2)
    assert log_in("chen", GOOD, address=HERE) == chen


def test_after_its_time_there_are_five_attempts_again(chen):
    for _ in range(5):
        fail()
    age(minutes=21)
    assert "再输错" not in fail()
    assert log_in("chen", GOOD, address=HERE) == chen


def test_success_forgets_the_failures_of_the_account(chen):
    for _ in range(2):
        for _ in range(4):
            fail()
        log_in("chen", GOOD, address=HERE)
    assert "agencies.lock" not in verbs()
    assert AuditEvent.objects.filter(verb="agencies.log_in").first().data["failures"] == 4


def test_old_failures_do_not_count(chen):
    for _ in range(4):
        fail()
    age(minutes=21)
    assert "已锁定" not in fail()


def test_a_name_that_nobody_has_is_locked_like_any_other(chen):
    known = [fail() for _ in range(5)]
    unknown = [fail("nobody") for _ in range(5)]
    assert known == unknown


def test_spellings_do_not_give_more_attempts(chen):
    for name in ["chen", "CHEN", " Chen", "ｃｈｅｎ", "cHEN"]:
        words = fail(name)
    assert "已锁定" in words


def test_a_suspended_account_is_told_on_the_trail_only(chen):
    User.objects.update(is_active=False)
    assert "用户名或口令不正确" in fail(password=GOOD)
    assert "账号已停用" in AuditEvent.objects.get().summary


def test_many_names_from_one_address_lock_the_address(chen, settings):
    settings.PORTAL_LOCK_ADDRESS_AFTER = 6
    log_in("chen", GOOD, address=HERE)  # an attacker may own an account: it sets nothing back
    for number in range(3):
        fail(f"name{number}")
    log_in("chen", GOOD, address=HERE)
    for number in range(3, 6):
        words = fail(f"name{number}")
    assert "您所在的网络地址登录失败次数过多" in words
    assert "您所在的网络地址" in fail(password=GOOD)
    assert log_in("chen", GOOD, address=THERE) == chen
    lock = AuditEvent.objects.get(verb="agencies.lock")
    assert HERE in lock.summary


def test_a_locked_address_locks_no_accounts(chen, settings):
    settings.PORTAL_LOCK_ADDRESS_AFTER = 2
    for _ in range(20):
        fail()
    assert LogInGuard.objects.get(user=chen).failures == 2
    assert log_in("chen", GOOD, address=THERE) == chen


def test_without_an_address_the_account_counts(chen):
    for _ in range(5):
        words = fail(address="")
    assert "已锁定" in words


def test_a_system_administrator_lifts_a_lock(chen):
    sysadmin = UserFactory(agency=None, role="sysadmin", name="系某")
    for _ in range(7):
        fail()
    guard = LogInGuard.objects.get(user=chen)
    lift_lock(guard, actor=sysadmin)
    event = AuditEvent.objects.first()
    assert (event.verb, event.actor) == ("agencies.lift_lock", sysadmin)
    assert event.subject == f"agencies.user:{chen.pk}"
    assert event.data == {"refused": 2}
    assert log_in("chen", GOOD, address=HERE) == chen
    with pytest.raises(DomainError, match="现在没有锁定"):
        lift_lock(guard, actor=sysadmin)


@pytest.mark.parametrize("role", ["lead", "agency_admin", "secadmin", "auditor"])
def test_nobody_else_lifts_a_lock(chen, role):
    for _ in range(5):
        fail()
    before = verbs()
    with pytest.raises(NotAllowed):
        lift_lock(LogInGuard.objects.get(user=chen), actor=UserFactory(role=role))
    assert verbs() == before
    assert "已锁定" in fail(password=GOOD)


def test_nobody_lifts_the_own_lock(reference):
    sysadmin = UserFactory(agency=None, role="sysadmin")
    for _ in range(5):
        fail(sysadmin.username)
    with pytest.raises(DomainError, match="另一位系统管理员"):
        lift_lock(LogInGuard.objects.get(user=sysadmin), actor=sysadmin)
    assert LogInGuard.objects.get(user=sysadmin).is_closed


def test_an_account_opened_later_gets_the_guard_of_its_name(reference):
    fail("chen")
    chen = UserFactory(username="chen", password=GOOD)
    for _ in range(4):
        fail()
    assert LogInGuard.objects.get(user=chen).is_closed


@pytest.mark.django_db(transaction=True)
def test_attempts_at_once_do_not_outrun_the_limit():
    lay_reference()
    UserFactory(username="chen", password=GOOD)

    def one(_):
        try:
            return fail()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(24)))
    assert AuditEvent.objects.filter(verb="agencies.fail_log_in").count() == 5
    assert AuditEvent.objects.filter(verb="agencies.lock").count() == 1


# What is kept no longer -------------------------------------------------------------------------


def test_counts_that_are_over_are_forgotten_and_others_stay(chen):
    fail()
    fail("nobody", address=THERE)
    age(minutes=21)
    fail()
    for _ in range(5):
        fail("locked", address="192.0.2.8")
    LogInGuard.objects.filter(scope="address", key="192.0.2.8").delete()
    assert LogInGuard.objects.count() == 5
    assert clear_guards() == 2
    assert LogInGuard.objects.get(user=chen).failures == 1
    assert LogInGuard.objects.get(scope="address").key == HERE
    assert LogInGuard.objects.filter(locked_until__gt=clock.real_now()).count() == 1
    assert clear_guards() == 0


@pytest.mark.django_db(transaction=True)
def test_a_count_in_use_is_not_cleared_away():
    fail("nobody")
    age(minutes=21)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        LogInGuard.objects.select_for_update().get(scope="account")
        assert pool.submit(apart, clear_guards).result(timeout=60) == 1
    assert LogInGuard.objects.get().scope == "account"


def apart(call):
    try:
        return call()
    finally:
        connection.close()


def test_the_password_asked_for_again_is_counted_like_a_log_in(chen):
    for _ in range(5):
        assert not is_own_password(chen, WRONG, address=HERE)
    with pytest.raises(DomainError, match="已锁定"):
        is_own_password(chen, GOOD, address=HERE)
    assert verbs() == ["agencies.lock"]
    assert LogInGuard.objects.get(scope="address").failures == 5
    age(minutes=21)
    assert is_own_password(chen, GOOD, address="")
    assert LogInGuard.objects.get(user=chen).failures == 0
