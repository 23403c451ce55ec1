"""Where inspectors may be sent besides their own county, and their leave."""

import pytest
from django.urls import reverse

from agencies.models import Region
from core.errors import DomainError, NotAllowed
from core.models import AuditEvent
from registries import reads, services
from registries.models import Leave
from tests.factories import InspectorFactory, RegionFactory, UserFactory, agency

DAYS = {"starts_on": "2021-08-01", "ends_on": "2021-08-10"}


@pytest.fixture
def inspector(reference, clock):
    clock("2021-07-15")
    return InspectorFactory(agency=agency("341302", "gongan"))


@pytest.fixture
def admin(inspector):
    return UserFactory(role="agency_admin", agency=inspector.agency)


def leave(inspector, admin, first="2021-08-01", last="2021-08-10"):
    from datetime import date  # noqa: PLC0415

    return services.add_leave(
        inspector, date.fromisoformat(first), date.fromisoformat(last), "培训", actor=admin
    )


def test_other_counties_of_the_city_and_no_others(inspector, admin):
    RegionFactory(code="341321")
    RegionFactory(code="410202")
    codes = {region.pk for region in reads.reachable(inspector)}
    assert "341321" in codes
    assert not codes & {"341302", "341300", "410202"}
    services.set_reach(inspector, Region.objects.filter(pk="341321"), actor=admin)
    assert [region.pk for region in inspector.also_in.all()] == ["341321"]
    with pytest.raises(DomainError, match="没有改动"):
        services.set_reach(inspector, Region.objects.filter(pk="410202"), actor=admin)
    assert [region.pk for region in inspector.also_in.all()] == ["341321"]


def test_only_the_own_administrator(inspector):
    for actor in (
        UserFactory(role="officer", agency=inspector.agency),
        UserFactory(role="agency_admin", agency=agency("341321", "gongan")),
    ):
        with pytest.raises(NotAllowed):
            leave(inspector, actor)
        with pytest.raises(NotAllowed):
            services.set_reach(inspector, [], actor=actor)
    assert not Leave.objects.exists()


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        ("2021-08-10", "2021-08-01", "不能早于"),
        ("2021-07-01", "2021-07-14", "已经过去"),
        ("2021-08-10", "2021-08-20", "重叠"),
    ],
)
def test_leave_that_cannot_be_is_refused(inspector, admin, first, last, message):
    leave(inspector, admin)
    with pytest.raises(DomainError, match=message):
        leave(inspector, admin, first, last)
    assert Leave.objects.count() == 1


def test_ending_leave(inspector, admin, clock):
    future, running = leave(inspector, admin), leave(inspector, admin, "2021-07-01", "2021-07-30")
    services.end_leave(future, actor=admin)
    services.end_leave(running, actor=admin)
    assert [(str(one.starts_on), str(one.ends_on)) for one in Leave.objects.all()] == [
        ("2021-07-01", "2021-07-14")
    ]
    with pytest.raises(DomainError, match="已经结束"):
        services.end_leave(running, actor=admin)
    assert AuditEvent.objects.filter(verb="registries.end_leave").count() == 2


def test_the_page(inspector, admin, log_in):
    client = log_in(admin)
    page = reverse("registries:inspector", args=[inspector.pk])
    assert "没有登记请假" in client.get(page).content.decode()
    add = reverse("registries:leave_add", args=[inspector.pk])
    assert client.post(add, DAYS | {"why": ""}).status_code == 422
    assert (
        client.post(add, {"starts_on": "2021-02-30", "ends_on": "", "why": "x"}).status_code == 422
    )
    client.post(add, DAYS | {"why": "培训"})
    text = client.get(page).content.decode()
    assert "2021年8月1日至2021年8月10日" in text
    assert "未开始" in text
    RegionFactory(code="341321", name="砀山县")
    client.post(reverse("registries:inspector_reach", args=[inspector.pk]), {"regions": "341321"})
    assert "341321" in {region.pk for region in inspector.also_in.all()}
    refused = client.post(
        reverse("registries:inspector_reach", args=[inspector.pk]), {"regions": "410202"}
    )
    assert refused.status_code == 422
    client.post(reverse("registries:leave_end", args=[Leave.objects.get().pk]))
    assert not Leave.objects.exists()
