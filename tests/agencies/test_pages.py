"""Log-in, the own password, and the pages on accounts."""

import re

import pytest
from django.urls import reverse

from agencies.models import User
from agencies.services import open_account
from core.models import AuditEvent
from tests.factories import UserFactory, agency

GOOD = "Bian-He 2021"


def text(response):
    return response.content.decode()


@pytest.fixture
def account(reference):
    return UserFactory(username="chen", role="officer", password=GOOD)


def enter(client, username="chen", password=GOOD, **more):
    return client.post(reverse("login"), {"username": username, "password": password, **more})


def test_logging_in_leads_to_the_work_or_to_the_page_that_was_asked_for(client, account):
    assert enter(client).url == reverse("reports:worklist")
    wanted = reverse("registries:targets")
    assert enter(client, next=wanted).url == wanted
    assert enter(client, next="https://elsewhere.example/").url == reverse("reports:worklist")


def test_the_page_that_was_asked_for_stays_in_the_form(client, db):
    page = client.get(reverse("registries:targets"), follow=True)
    assert 'name="next" value="/desk/targets/"' in text(page)


@pytest.mark.parametrize(("username", "password"), [("chen", "wrong"), ("nobody", GOOD)])
def test_a_wrong_name_and_a_wrong_password_sound_alike(client, account, username, password):
    response = enter(client, username, password)
    assert "用户名或口令不正确" in text(response)
    assert "_auth_user_id" not in client.session


def test_a_suspended_account_does_not_get_in_and_falls_out(client, account):
    enter(client)
    User.objects.update(is_active=False)
    assert client.get(reverse("registries:targets")).url.startswith("/login/")
    client.logout()
    assert "用户名或口令不正确" in text(enter(client))
    assert "_auth_user_id" not in client.session


def test_log_out_is_by_post_and_leads_home(client, account):
    enter(client)
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).url == reverse("publication:home")
    assert "_auth_user_id" not in client.session


def test_demonstration_accounts_are_shown_in_a_demonstration_only(client, reference, settings):
    UserFactory(username="lead", name="陈某", role="lead")
    UserFactory(username="auditor", name="严某", role="auditor", is_active=False)
    UserFactory(username="stranger", name="外人")
    settings.PORTAL_DEMO = False
    page = text(client.get(reverse("login")))
    assert "选一个演示身份" not in page
    assert "demo-2021" not in page
    settings.PORTAL_DEMO = True
    page = text(client.get(reverse("login")))
    assert "选一个演示身份" in page
    assert "陈某" in page
    assert "编制计划" in page
    assert "严某" not in page
    assert "外人" not in page


@pytest.fixture
def newcomer(client, reference):
    sysadmin = UserFactory(agency=None, role="sysadmin")
    user = open_account(username="new", name="新人", agency=agency(), password=GOOD, actor=sysadmin)
    client.force_login(user)
    return user


PAGES = ["reports:worklist", "registries:targets", "inspections:today", "api-schema"]


@pytest.mark.parametrize("name", PAGES)
def test_an_initial_password_opens_only_the_page_that_changes_it(client, newcomer, name):
    assert client.get(reverse(name)).url == reverse("password_change")
    assert "这是初始口令" in text(client.get(reverse("password_change")))


def change(client, current=GOOD, new="Sui-He 2022x", again=None):
    data = {"current": current, "password": new, "again": again or new}
    return client.post(reverse("password_change"), data)


def test_the_new_password_opens_the_house_and_keeps_the_session(client, newcomer):
    assert change(client).url == reverse("reports:worklist")
    newcomer.refresh_from_db()
    assert newcomer.check_password("Sui-He 2022x")
    assert client.get(reverse("registries:targets")).status_code == 200
    assert AuditEvent.objects.first().verb == "agencies.change_password"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"current": "wrong"}, "当前口令不正确"),
        ({"again": "Sui-He 2023x"}, "两次输入的新口令不一致"),
        ({"new": "short1"}, "口令至少 9 个字符"),
        ({"new": GOOD}, "新口令不能与当前口令相同"),
    ],
)
def test_a_wrong_new_password_is_told_and_changes_nothing(client, newcomer, more, message):
    assert message in text(change(client, **more))
    newcomer.refresh_from_db()
    assert newcomer.check_password(GOOD)
    assert newcomer.must_change_password


def test_accounts_are_listed_and_searched(as_role):
    client = as_role("sysadmin", agency=None)
    UserFactory(username="chen", name="陈某某")
    UserFactory(username="lin", name="林某某", is_active=False)
    url = reverse("agencies:users")
    assert reverse("agencies:user_create") in text(client.get(url))
    for query, expected in [("?q=CHE", ["chen"]), ("?q=林", ["lin"]), ("?tab=suspended", ["lin"])]:
        found = client.get(url + query).context["page"].items
        assert [user.username for user in found] == expected
    assert "没有这样的账号" in text(client.get(url + "?q=zzz"))


def test_the_list_needs_a_constant_number_of_queries(as_role, django_assert_num_queries):
    client = as_role("secadmin", agency=None)
    url = reverse("agencies:users")
    UserFactory.create_batch(2, role="officer")
    client.get(url)
    with django_assert_num_queries(30, exact=False) as few:
        client.get(url)
    UserFactory.create_batch(18, role="officer")
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(url)


def test_the_system_administrator_opens_suspends_restores_and_resets(as_role, reference):
    client = as_role("sysadmin", agency=None)
    data = {"username": "chen", "name": "陈某某", "agency": agency().pk, "password": GOOD}
    response = client.post(reverse("agencies:user_create"), data)
    user = User.objects.get(username="chen")
    assert response.url == reverse("agencies:user", args=[user.pk])
    page = text(client.get(response.url))
    assert "停用账号" in page
    assert "保存角色" not in page

    client.post(reverse("agencies:user_suspend", args=[user.pk]))
    assert not User.objects.get(pk=user.pk).is_active
    client.post(reverse("agencies:user_restore", args=[user.pk]))
    assert User.objects.get(pk=user.pk).is_active
    client.post(reverse("agencies:user_reset", args=[user.pk]), {"password": "Sui-He 2022x"})
    assert User.objects.get(pk=user.pk).check_password("Sui-He 2022x")


def test_the_mail_address_is_entered_at_the_opening_and_corrected(as_role):
    client = as_role("sysadmin", agency=None)
    data = {"username": "chen", "name": "陈某某", "password": GOOD, "email": "chen@example.org"}
    client.post(reverse("agencies:user_create"), data)
    user = User.objects.get(username="chen")
    assert user.email == "chen@example.org"

    url = reverse("agencies:user_email", args=[user.pk])
    response = client.post(url, {"email": "not an address"})
    assert response.status_code == 422
    assert 'value="not an address"' in text(response)
    assert User.objects.get(pk=user.pk).email == "chen@example.org"

    assert client.post(url, {"email": "chen.m@example.org"}).status_code == 302
    assert User.objects.get(pk=user.pk).email == "chen.m@example.org"
    event = AuditEvent.objects.first()
    assert (event.verb, event.summary) == ("agencies.set_email", "登记邮箱：陈某某")
    assert "example.org" not in str(event.data)


def test_a_random_initial_password_is_offered_and_not_cached(as_role):
    client = as_role("sysadmin", agency=None)
    url = reverse("agencies:user_create")
    offered = {re.search(r'name="password" value="(.+?)"', text(client.get(url)))[1] for _ in "ab"}
    assert len(offered) == 2
    assert "no-store" in client.get(url)["Cache-Control"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"username": "taken"}, "用户名“taken”已被使用"),
        ({"username": "陈"}, "用户名应为 3 至 40 个小写字母"),
        ({"password": "short1"}, "口令至少 9 个字符"),
        ({"name": ""}, "请填写“姓名”。"),
    ],
)
def test_a_wrong_account_is_told_and_kept(as_role, more, message):
    client = as_role("sysadmin", agency=None)
    UserFactory(username="taken")
    data = {"username": "chen", "name": "陈某某", "agency": "", "password": GOOD} | more
    response = client.post(reverse("agencies:user_create"), data)
    assert message in text(response)
    assert f'value="{data["username"]}"' in text(response)
    assert not User.objects.filter(username="chen").exists()
    assert not AuditEvent.objects.exists()


def test_the_security_administrator_grants_roles(as_role):
    client = as_role("secadmin", agency=None)
    user = UserFactory()
    page = text(client.get(reverse("agencies:user", args=[user.pk])))
    assert "保存角色" in page
    assert "停用账号" not in page
    url = reverse("agencies:user_roles", args=[user.pk])
    assert client.post(url, {"roles": ["officer", "agency_admin"]}).status_code == 302
    assert User.objects.get(pk=user.pk).roles == ["agency_admin", "officer"]


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        (["sysadmin", "secadmin"], "须由三人分任"),
        (["auditor", "officer"], "三员不得兼任业务角色"),
        (["nonsense"], "nonsense"),
    ],
)
def test_roles_that_must_not_meet_are_told(as_role, roles, message):
    client = as_role("secadmin", agency=None)
    user = UserFactory()
    response = client.post(reverse("agencies:user_roles", args=[user.pk]), {"roles": roles})
    assert response.status_code == 422
    assert message in text(response)
    assert User.objects.get(pk=user.pk).roles == []


def test_nobody_grants_to_oneself(as_role):
    client = as_role("secadmin", agency=None)
    me = as_role.user
    assert "由另一位安全管理员办理" in text(client.get(reverse("agencies:user", args=[me.pk])))
    response = client.post(reverse("agencies:user_roles", args=[me.pk]), {"roles": ["auditor"]})
    assert response.status_code == 422
    assert User.objects.get(pk=me.pk).roles == ["secadmin"]


def test_a_weak_reset_is_told(as_role):
    client = as_role("sysadmin", agency=None)
    user = UserFactory()
    url = reverse("agencies:user_reset", args=[user.pk])
    response = client.post(url, {"password": "short1"})
    assert response.status_code == 422
    assert "口令至少 9 个字符" in text(response)
    assert not User.objects.get(pk=user.pk).must_change_password


ALL = [
    ("get", "users"),
    ("get", "user_create"),
    ("get", "user"),
    ("post", "user_create"),
    ("post", "user_roles"),
    ("post", "user_suspend"),
    ("post", "user_restore"),
    ("post", "user_email"),
    ("post", "user_reset"),
]


def call(client, method, name, user):
    args = [] if name in {"users", "user_create"} else [user.pk]
    return getattr(client, method)(reverse(f"agencies:{name}", args=args), {"password": GOOD})


@pytest.mark.parametrize(("method", "name"), ALL)
@pytest.mark.parametrize("role", ["lead", "agency_admin", "officer", "supervisor", "auditor"])
def test_other_roles_get_none_of_it(as_role, method, name, role):
    user = UserFactory()
    assert call(as_role(role), method, name, user).status_code == 403
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("role", "forbidden"),
    [
        ("sysadmin", {"user_roles"}),
        ("secadmin", {"user_create", "user_suspend", "user_restore", "user_reset"}),
    ],
)
def test_the_administrators_do_not_do_each_others_work(as_role, role, forbidden):
    client = as_role(role, agency=None)
    user = UserFactory()
    for method, name in ALL:
        if name in forbidden:
            assert call(client, method, name, user).status_code == 403
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(("method", "name"), ALL)
def test_strangers_must_log_in(client, reference, method, name):
    response = call(client, method, name, UserFactory())
    assert response.status_code == 302
    assert response.url.startswith("/login/")
