"""What the portal is called and who runs it: from the database, not from the code."""

import re
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import call_command

from agencies.models import Region, System
from agencies.reads import organisers
from agencies.services import found_agency, name_portal
from core.errors import DomainError, NotAllowed
from core.mail import FOOT, Mail, Outbox
from core.models import NAMELESS, AuditEvent, Portal
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]


def agency(region, system, name, *, is_inspecting=True):
    return found_agency(
        f"{region}-{system}",
        name,
        name[:6],
        Region.objects.get(code=region),
        System.objects.get(slug=system),
        is_inspecting=is_inspecting,
    )


def test_a_name_in_the_database_wins_over_the_setting(settings):
    settings.PORTAL_SITE_NAME = ""
    assert Portal.objects.title() == NAMELESS == "双随机、一公开监管平台"
    settings.PORTAL_SITE_NAME = "开封市监管"
    assert Portal.objects.title() == "开封市监管"
    name_portal("保定市监管", None)
    assert Portal.objects.title() == "保定市监管"


@pytest.mark.parametrize("page", ["/", "/login/"])
def test_pages_show_the_name(client, page):
    name_portal("保定市监管", None)
    assert "· 保定市监管</title>" in client.get(page).content.decode()


def test_letters_end_with_the_name(office, reference):
    name_portal("保定市监管", None)
    with Outbox() as outbox:
        outbox.send(Mail(key="k", to="a@portal.example", subject="抽查", text="请确认。"))
    text = office.last.get_content().replace("\r\n", "\n")
    assert text.rstrip().endswith(f"{FOOT}\n保定市监管")


def test_the_name_is_the_system_administrators_and_is_in_the_trail(reference):
    with pytest.raises(NotAllowed):
        name_portal("保定市监管", UserFactory(role="officer"))
    portal = name_portal(" 保定市监管 ", UserFactory(role="sysadmin"))
    assert portal.name == "保定市监管"
    assert AuditEvent.objects.get(verb="core.name_portal").summary == "平台名称改为：保定市监管"


@pytest.mark.parametrize("name", ["", "  ", "长" * 41])
def test_a_name_is_needed_and_fits(name):
    with pytest.raises(DomainError) as refused:
        name_portal(name, None)
    assert refused.value.field == "name"
    assert not Portal.objects.exists()


def test_the_command_names_the_portal(capsys):
    call_command("name_portal", "保定市监管")
    call_command("name_portal", "保定市联合监管")
    assert Portal.objects.get().name == "保定市联合监管"
    with pytest.raises(SystemExit) as ended:
        call_command("name_portal", " ")
    assert ended.value.code == 2


def test_the_agencies_of_the_highest_region_run_it(reference, client):
    cache.clear()
    assert organisers() == ""
    assert "主办：" not in client.get("/login/").content.decode()
    agency("341323", "gongan", "灵璧县公安局")
    assert organisers() == "灵璧县公安局"
    agency("341300", "shichang", "宿州市市场监督管理局")
    agency("341300", "gongan", "宿州市公安局")
    agency("341300", "zonghe", "宿州市联席会议办公室", is_inspecting=False)
    assert organisers() == "宿州市公安局、宿州市市场监督管理局"
    assert "主办：" not in client.get("/login/").content.decode()  # as it was a minute ago
    cache.clear()
    assert f"主办：{organisers()}" in client.get("/login/").content.decode()


def test_many_organisers_are_counted(reference):
    for system in System.objects.values_list("slug", flat=True)[:6]:
        agency("341300", system, f"宿州市{system}局")
    assert organisers().endswith("等 6 个单位")


def test_settings_carry_no_citys_name():
    """No city, county or province of the shipped data in what a deployment starts from."""
    sources = [ROOT / "config" / "settings.py", ROOT / ".env.example", ROOT / "docker-compose.yml"]
    for source in sources:
        assert not re.search(r"[一-龥]{2,}[市县省](?!场|级)", source.read_text()), source.name
