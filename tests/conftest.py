"""Fixtures shared by all tests."""

import time

import pytest
from django.conf import settings as portal
from django.core.cache import cache
from hypothesis import HealthCheck
from hypothesis import settings as properties

from agencies.middleware import SEEN
from config.settings import mail_server
from core.models import IDENTITY, NAMELESS
from tests.factories import UserFactory
from tests.laying import laid
from tests.office import Office
from tests.reference import lay_reference

# A property holds or does not, however busy the machine is that asks.
properties.register_profile("portal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
properties.load_profile("portal")
WAITING = ("tests/infra/test_outage.py", "tests/infra/test_run.py")


def pytest_collection_modifyitems(items):
    """What waits for minutes by the clock begins first, while the other process works through the rest.

    At the end it would be waited for alone. It has servers of its own and touches no database here.
    """
    items.sort(key=lambda item: not item.nodeid.startswith(WAITING))


@pytest.fixture(autouse=True)
def _nothing_kept():
    """What a process keeps for a minute does not outlive a test; its name it has long looked up."""
    cache.clear()
    cache.set(IDENTITY, {"name": NAMELESS, "organisers": ""})


@pytest.fixture
def reference(db):
    """Regions, systems and roles as shipped."""
    laid("reference", lay_reference)


@pytest.fixture
def clock(settings):
    """`clock("2021-07-15")` moves the business date, as often as a test likes."""
    settings.PORTAL_TODAY = settings.PORTAL_TODAY  # one layer; each further one is a call deeper

    def move(day):
        portal.PORTAL_TODAY = day

    return move


@pytest.fixture
def log_in(client):
    """`log_in(user)` gives the client of that user."""

    def enter(user):
        client.force_login(user)
        session = client.session
        session[SEEN] = int(time.time())  # so that the first page asks what every page asks
        session.save()
        return client

    return enter


@pytest.fixture
def as_role(reference, log_in):
    """`as_role("officer", agency=...)` makes a user with that role and logs them in."""

    def enter(role, **more):
        user = UserFactory(role=role, **more)
        enter.user = user
        return log_in(user)

    return enter


@pytest.fixture
def office(settings):
    """The portal's mail goes to this server."""
    one = Office()
    for name, value in mail_server(f"smtp://127.0.0.1:{one.port}").items():
        setattr(settings, name, value)
    settings.PORTAL_MAIL_DOMAIN = "portal.example"
    settings.PORTAL_URL = "https://portal.example"
    settings.DEFAULT_FROM_EMAIL = "portal@portal.example"
    yield one
    one.close()
