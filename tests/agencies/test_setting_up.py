"""The first run: from nothing to three administrators without a shell, and nobody holds three passwords."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client

from agencies import services
from agencies.models import Activation, Agency, LogInGuard, Region, SetUpCode, User
from agencies.services.setting_up import ACTIVATION_DAYS
from core import clock
from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import AuditEvent, Portal

pytestmark = pytest.mark.django_db
STRONG = "Kai-men-2027"
PEOPLE = {"sysadmin": "赵某", "secadmin": "钱某", "auditor": "孙某"}


@pytest.fixture
def code(reference):
    return services.make_set_up_code()


def journey(code, client=None, *, region="341300", q="宿州"):
    """The four pages as a newcomer fills them in; the last answer."""
    client = client or Client()
    client.post("/setup/", {"code": code})
    client.post(f"/setup/place/?q={q}", {"region": region, "site": "宿州双随机"})
    page = client.get("/setup/agencies/")
    given = {"gongan-is_chosen": "on", "shichang-is_chosen": "on", "zonghe-is_chosen": "on"}
    for name, value in re.findall(r'name="(\w+-name)" value="([^"]*)"', page.text):
        given[name] = value
    client.post("/setup/agencies/", given)
    return client.post("/setup/people/", people())


def people(**changed):
    given = {f"{role}-name": name for role, name in PEOPLE.items()}
    given |= {f"{role}-username": role for role in PEOPLE}
    return given | changed


def codes_in(page):
    return re.findall(r"<b>([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})</b>", page.text)


def nothing_was_made():
    return not (User.objects.exists() or Agency.objects.exists() or Portal.objects.exists())


def test_four_pages_make_a_portal(code):
    done = journey(code)
    assert done.status_code == 200
    assert Portal.objects.get().name == "宿州双随机"
    agencies = {one.code: (one.name, one.is_inspecting) for one in Agency.objects.all()}
    assert agencies == {
        "341300-gongan": ("宿州市公安局", True),
        "341300-shichang": ("宿州市市场监督管理局", True),
        "341300-zonghe": ("宿州市“双随机、一公开”监管联席会议办公室", False),
    }
    users = {user.username: (user.name, user.roles) for user in User.objects.all()}
    assert users == {role: (name, [role]) for role, name in PEOPLE.items()}
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert len(codes_in(done)) == 3
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"agencies.set_up", "core.name_portal", "agencies.open_account"} <= verbs


def test_each_activates_alone_and_once(code):
    letters = codes_in(journey(code))
    for letter in letters:
        client = Client()
        again = {"code": letter.lower().replace("-", " "), "password": STRONG, "again": STRONG}
        come = client.post("/activate/", again)
        assert come["Location"] == "/desk/"
        assert client.get("/desk/").status_code == 200
        assert "激活码不正确、已使用过或已过期" in Client().post("/activate/", again).text
    assert all(user.check_password(STRONG) for user in User.objects.all())
    assert not User.objects.filter(must_change_password=True).exists()


def test_codes_are_kept_as_digests_only(code):
    letters = codes_in(journey(code))
    kept = "".join(str(row) for row in Activation.objects.values_list())
    told = "".join(str(row) for row in AuditEvent.objects.values_list())
    assert not any(letter in kept + told for letter in [code, *letters])
    assert not SetUpCode.objects.exists()


def test_it_is_open_once(code):
    journey(code)
    for path in ("/setup/", "/setup/place/", "/setup/agencies/", "/setup/people/"):
        page = Client().get(path)
        assert page.status_code == 409
        assert "平台已经完成首次设置" in page.text
    with pytest.raises(IllegalMove):
        services.make_set_up_code()
    with pytest.raises(SystemExit) as refused:
        call_command("set_up_code")
    assert refused.value.code == 2


def test_a_wrong_code_leads_nowhere(code):
    client = Client()
    page = client.post("/setup/", {"code": "AAAA-AAAA-AAAA"})
    assert "设置码不正确" in page.text
    assert client.get("/setup/place/")["Location"] == "/setup/"
    assert client.post("/setup/people/", people())["Location"] == "/setup/agencies/"
    assert nothing_was_made()


def test_a_new_code_ends_the_one_before(code):
    client = Client()
    client.post("/setup/", {"code": code})
    services.make_set_up_code()
    assert "设置码不正确" in journey(code, client).text
    assert nothing_was_made()


def test_guessing_codes_closes_the_address(code, settings):
    settings.PORTAL_LOCK_ADDRESS_AFTER = 3
    for _ in range(3):
        Client().post("/setup/", {"code": "AAAA-AAAA-AAAA"})
    assert "已暂停登录" in Client().post("/setup/", {"code": code}).text
    assert (
        "已暂停登录"
        in Client().post("/activate/", {"code": code, "password": STRONG, "again": STRONG}).text
    )
    assert LogInGuard.objects.get().is_closed


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"secadmin-username": "sysadmin"}, "三员的用户名不能相同"),
        ({"secadmin-name": "赵某"}, "三员须由三个人分别担任"),
        ({"auditor-name": ""}, "姓名"),
        ({"auditor-username": "审计"}, "用户名应为 3 至 40 个小写字母"),
    ],
)
def test_three_roles_are_three_people(code, changed, sentence):
    client = Client()
    journey(code, client, q="nowhere", region="")  # stops at the place
    client.post("/setup/place/?q=宿州", {"region": "341300", "site": "宿州"})
    client.post("/setup/agencies/", {"gongan-is_chosen": "on", "gongan-name": "宿州市公安局"})
    page = client.post("/setup/people/", people(**changed))
    assert sentence in page.text
    assert nothing_was_made()
    assert len(codes_in(client.post("/setup/people/", people()))) == 3


def test_agencies_have_names_and_at_least_one_is_ticked(code):
    client = Client()
    client.post("/setup/", {"code": code})
    client.post("/setup/place/?q=宿州", {"region": "341300", "site": "宿州"})
    assert "请至少选择一个执法单位" in client.post("/setup/agencies/", {}).text
    page = client.post("/setup/agencies/", {"gongan-is_chosen": "on", "gongan-name": ""})
    assert "请填写公安单位的全称" in page.text
    twice = {f"{one}-{name}": "同名局" for one in ("gongan", "shichang") for name in ("name",)}
    twice |= {"gongan-is_chosen": "on", "shichang-is_chosen": "on"}
    assert "出现了两次" in client.post("/setup/agencies/", twice).text
    assert client.get("/setup/people/")["Location"] == "/setup/agencies/"


def test_a_place_is_found_by_name_or_code_and_nothing_says_so(code):
    client = Client()
    client.post("/setup/", {"code": code})
    assert Region.objects.get(pk="341302").name in client.get("/setup/place/?q=3413").text
    assert "没有找到“月球”" in client.get("/setup/place/?q=月球").text
    assert "请先查找，再选择" in client.post("/setup/place/?q=宿州", {"site": "某市"}).text


def activated(code):
    """The three, each with a password of their own."""
    for letter in codes_in(journey(code)):
        services.activate(letter, STRONG, address="")
    return {user.username: user for user in User.objects.all()}


def test_a_weak_password_leaves_the_code_as_it_was(code):
    letter = codes_in(journey(code))[0]
    page = Client().post("/activate/", {"code": letter, "password": "short", "again": "short"})
    assert "口令至少 9 个字符" in page.text
    assert (
        "两次输入的口令不一致"
        in Client()
        .post("/activate/", {"code": letter, "password": STRONG, "again": STRONG + "x"})
        .text
    )
    assert services.activate(letter, STRONG, address="").check_password(STRONG)


def test_a_code_lasts_a_week(code, monkeypatch):
    letter = codes_in(journey(code))[0]
    now = clock.real_now()
    monkeypatch.setattr(clock, "real_now", lambda: now + timedelta(days=ACTIVATION_DAYS, seconds=1))
    with pytest.raises(DomainError, match="已过期"):
        services.activate(letter, STRONG, address="")


def test_a_lost_letter_of_an_administrator_is_written_anew_on_the_server_only(code, capsys):
    lost = codes_in(journey(code))[0]
    sysadmin, secadmin = (User.objects.get(username=name) for name in ("sysadmin", "secadmin"))
    with pytest.raises(DomainError, match="只能在服务器上"):
        services.issue_activation(secadmin, actor=sysadmin)
    with pytest.raises(NotAllowed):
        services.issue_activation(sysadmin, actor=secadmin)
    call_command("activation_code", "sysadmin")
    fresh = capsys.readouterr().out.split("\t")[1]
    with pytest.raises(DomainError, match="激活码不正确"):
        services.activate(lost, STRONG, address="")
    assert services.activate(fresh, STRONG, address="") == sysadmin
    with pytest.raises(SystemExit):
        call_command("activation_code", "sysadmin")
    assert "已经激活" in capsys.readouterr().err


def test_a_suspended_account_is_not_activated(code):
    people = activated(code)
    opened = User.objects.create(username="late", name="李某")
    opened.set_unusable_password()
    opened.save()
    letter = services.issue_activation(opened, actor=people["sysadmin"])
    services.suspend(opened, actor=people["sysadmin"])
    with pytest.raises(DomainError, match="激活码不正确"):
        services.activate(letter.code, STRONG, address="")


def test_a_letter_opens_nothing_once_the_account_has_a_password(code):
    sysadmin = activated(code)["sysadmin"]
    late = User.objects.create(username="late", name="李某")
    late.set_unusable_password()
    late.save()
    letter = services.issue_activation(late, actor=sysadmin)
    services.reset_password(late, "Xin-kou-ling-9", actor=sysadmin)
    with pytest.raises(DomainError, match="激活码不正确"):
        services.activate(letter.code, STRONG, address="")
    late.refresh_from_db()
    assert late.check_password("Xin-kou-ling-9")
