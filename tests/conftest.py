"""Fixtures shared by all tests."""

import time

import pytest

from agencies.middleware import SEEN
from agencies.services import sync_reference
from tests.factories import UserFactory


@pytest.fixture
def reference(db):
    """Regions, systems and roles as shipped."""
    sync_reference()


@pytest.fixture
def clock(settings):
    """`clock("2021-07-15")` moves the business date."""

    def move(day):
        settings.PORTAL_TODAY = day

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
