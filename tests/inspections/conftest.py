"""A dispatched task to work on."""

import pytest

from deadlines.services import sync_calendar, sync_rules
from tests.inspections.factories import build_world


@pytest.fixture
def assigned(reference, clock):
    """A task whose teams are known, before dispatch, on 2021-07-21."""
    clock("2021-07-21")
    return build_world()


@pytest.fixture
def deadlines(reference):
    """The calendar and the rules of the jurisdictions, for tests that complete a visit."""
    sync_calendar()
    sync_rules()


@pytest.fixture
def world(assigned):
    """The same, dispatched: one firm, one form, two sections."""
    assigned.dispatch()
    return assigned


@pytest.fixture
def inside(world):
    """The officers are inside the firm."""
    world.enter()
    return world
