"""Sessions: on the trail, idle ones end, all of a user's end at once, none needs Redis."""

import time

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from agencies.jobs import clear_sessions
from agencies.middleware import SEEN
from agencies.models import LogInGuard, PastPassword, User
from agencies.services import change_password
from core.errors import DomainError
from core.models import AuditEvent
from tests.factories import UserFactory

GOOD = "Bian-He 2021"
DESK = "/desk/targets/"


def text(response):
    return response.content.decode()


@pytest.fixture
def chen(reference):
    return UserFactory(username="chen", name="陈某", role="officer", password=GOOD)


def enter(client, password=GOOD, username="chen"):
    return client.post(reverse("login"), {"username": username, "password": password}, follow=True)


@pytest.fixture
def inside(client, chen):
    enter(client)
    return client


def idle(client, minutes):
    session = client.session
    session[SEEN] = int(time.time()) - minutes * 60
    session.save()


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_coming_and_going_is_on_the_trail(inside, chen):
    inside.post(reverse("logout"))
    events = list(AuditEvent.objects.order_by("pk"))
    assert [event.verb for event in events] == ["agencies.log_in", "agencies.log_out"]
    assert [event.actor for event in events] == [chen, chen]
    assert [event.data["address"] for event in events] == ["127.0.0.1", "127.0.0.1"]


def test_the_page_says_how_long_an_account_is_locked_and_whom_to_ask(client, chen):
    for _ in range(5):
        page = text(enter(client, "wrong"))
    assert "该账号连续登录失败次数过多，已锁定，请约 20 分钟后" in page
    assert "联系系统管理员解除锁定" in page
    assert "已锁定" in text(enter(client))
    assert "_auth_user_id" not in client.session


def test_the_address_is_the_one_our_proxy_saw(client, chen, settings):
    claim = {"HTTP_X_FORWARDED_FOR": "6.6.6.6, 192.0.2.7"}
    data = {"username": "chen", "password": GOOD}
    client.post(reverse("login"), data, **claim)
    settings.PORTAL_PROXIES = 1
    client.post(reverse("login"), data, **claim)
    new, old = AuditEvent.objects.filter(verb="agencies.log_in")
    assert (old.data["address"], new.data["address"]) == ("127.0.0.1", "192.0.2.7")


@pytest.mark.parametrize("data", [{}, {"username": "chen"}, {"username": "a\0b", "password": "x"}])
def test_half_a_form_is_told(client, chen, data):
    response = client.post(reverse("login"), data)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert verbs() == []


def test_an_idle_session_ends_and_says_why(inside, chen):
    idle(inside, 29)
    assert inside.get(DESK).status_code == 200
    idle(inside, 31)
    response = inside.get(DESK)
    assert response.url == f"/login/?next={DESK}"
    assert "较长时间没有操作" in text(inside.get(response.url))
    assert "较长时间没有操作" not in text(inside.get(response.url))
    event = AuditEvent.objects.first()
    assert (event.verb, event.actor) == ("agencies.log_out_idle", None)
    assert event.subject == f"agencies.user:{chen.pk}"


def test_sessions_keep_real_time(inside, clock):
    clock("2021-07-15")
    assert inside.get(DESK).status_code == 200
    clock("2030-01-01")
    assert inside.get(DESK).status_code == 200


def test_an_act_keeps_the_session_and_a_page_by_itself_does_not(inside):
    idle(inside, 20)
    inside.get(DESK, HTTP_X_BACKGROUND="1")
    left = inside.get(reverse("session"), HTTP_X_BACKGROUND="1").json()["left"]
    assert 590 <= left <= 600
    assert inside.get(reverse("session")).json()["left"] >= 1790


def test_the_state_of_a_session_names_user_and_token(inside, chen):
    state = inside.get(reverse("session"))
    assert state.json()["user"] == chen.pk
    assert len(state.json()["csrf"]) == 64
    assert "no-store" in state["Cache-Control"]
    assert Client().get(reverse("session")).json() == {"user": None, "left": 0, "csrf": ""}


def test_the_interface_refuses_an_idle_session(inside):
    idle(inside, 31)
    assert inside.get(reverse("session"), HTTP_X_BACKGROUND="1").json()["user"] is None


def test_logging_out_everywhere_ends_every_session_of_the_user_only(inside, chen):
    phone, other = Client(), Client()
    enter(phone)
    UserFactory(username="lin", password=GOOD)
    enter(other, username="lin")
    response = inside.post(reverse("agencies:end_sessions"), follow=True)
    assert "已在全部设备上退出登录" in text(response)
    assert inside.get(DESK).status_code == 302
    assert phone.get(DESK).status_code == 302
    assert other.get(DESK).status_code == 200
    assert AuditEvent.objects.first().verb == "agencies.log_out_everywhere"
    enter(phone)
    assert phone.get(DESK).status_code == 200


def test_a_new_password_ends_the_other_sessions(inside, chen):
    phone = Client()
    enter(phone)
    new = "Sui-He 2022x"
    data = {"current": GOOD, "password": new, "again": new}
    inside.post(reverse("password_change"), data)
    assert inside.get(DESK).status_code == 200
    assert phone.get(DESK).status_code == 302


def test_sessions_survive_a_new_secret_key(inside, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-for-this-test-" * 3
    assert inside.get(DESK).status_code == 200


def test_the_account_page_shows_who_came_under_the_own_name(inside, chen):
    enter(Client(), "wrong")
    UserFactory(username="lin", name="林某", password=GOOD)
    enter(Client(), username="lin")
    page = text(inside.get(reverse("agencies:account")))
    assert "登录：陈某" in page
    assert "登录失败：陈某" in page
    assert "127.0.0.1" in page
    assert "林某" not in page
    assert "退出全部设备" in page
    assert "该换了" not in page


def test_an_old_password_is_pointed_out_and_still_works(client, chen, settings):
    settings.PORTAL_PASSWORD_DAYS = 90
    User.objects.update(password_set_at="2020-01-01T00:00Z")
    page = text(enter(client))
    assert "建议在“我的账号”中修改" in page
    assert "口令该换了" in text(client.get(reverse("agencies:account")))
    change_password(User.objects.get(pk=chen.pk), "Sui-He 2022x")
    assert "建议在" not in text(enter(client, "Sui-He 2022x"))


def test_the_administrator_lifts_the_lock_on_the_page_of_the_account(as_role, chen):
    client = as_role("sysadmin", agency=None)
    url = reverse("agencies:user", args=[chen.pk])
    assert "解除登录锁定" not in text(client.get(url))
    for _ in range(5):
        enter(Client(), "wrong")
    page = text(client.get(url))
    assert "登录已锁定" in page
    guard = LogInGuard.objects.get(user=chen)
    assert client.post(reverse("agencies:lift_lock", args=[guard.pk])).url == url
    assert enter(Client()).redirect_chain
    assert "现在可以再试" in text(client.get(url))
    assert "解除登录锁定" not in text(client.get(url))


def test_the_administrator_lifts_the_lock_of_an_address(as_role, chen, settings):
    settings.PORTAL_LOCK_ADDRESS_AFTER = 2
    client = as_role("sysadmin", agency=None)
    for _ in range(2):
        enter(Client(), "wrong")
    users = reverse("agencies:users")
    assert "网络地址 127.0.0.1 登录已锁定" in text(client.get(users))
    guard = LogInGuard.objects.get(scope="address")
    assert client.post(reverse("agencies:lift_lock", args=[guard.pk])).url == users
    assert "登录已锁定" not in text(client.get(users))


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("suihe2021", "大写字母、小写字母、数字、符号中的三种"),
        ("X-chen.1-Y", "太相近"),
        ("Superman1", "太常见"),
    ],
)
def test_a_weak_password_is_refused_in_words(reference, password, message):
    user = UserFactory(username="chen.1", password=GOOD)
    with pytest.raises(DomainError, match=message):
        change_password(user, password)
    assert User.objects.get(pk=user.pk).check_password(GOOD)
    assert not PastPassword.objects.exists()


def test_one_of_the_last_five_passwords_is_refused(chen):
    for number in range(4):
        change_password(chen, f"Sui-He 202{number}x")
    before = verbs()
    for old in [GOOD, "Sui-He 2020x", "Sui-He 2023x"]:
        with pytest.raises(DomainError, match="最近用过的 5 个口令"):
            change_password(chen, old)
    assert verbs() == before
    assert User.objects.get(pk=chen.pk).check_password("Sui-He 2023x")
    change_password(chen, "Sui-He 2024x")
    change_password(chen, GOOD)


def test_the_entrance_does_not_need_redis(settings, inside):
    assert settings.SESSION_ENGINE == "django.contrib.sessions.backends.db"
    assert "redis" not in str(settings.CACHES).lower()
    assert Session.objects.exists()


def test_sessions_that_are_over_are_forgotten(inside):
    Session.objects.update(expire_date="2020-01-01T00:00Z")
    enter(Client())
    clear_sessions()
    assert Session.objects.count() == 1
