"""A dispatched task to work on."""

import pytest

from agencies.services import sync_reference
from deadlines.services import sync_calendar, sync_rules
from tests.inspections.factories import build_world
from tests.laying import laid


@pytest.fixture
def assigned(db, clock):
    """A task whose teams are known, before dispatch, on 2021-07-21."""
    clock("2021-07-21")
    return laid("assigned world", _assigned)


def _assigned():
    laid("reference", sync_reference)
    return build_world()


@pytest.fixture
def deadlines(reference):
    """The calendar and the rules of the jurisdictions, for tests that complete a visit."""
    sync_calendar()
    sync_rules()


@pytest.fixture
def world(db, clock):
    """The same, dispatched: one firm, one form, two sections."""
    clock("2021-07-21")
    return laid("dispatched world", _dispatched)


def _dispatched():
    made = _assigned()
    made.dispatch()
    return made


@pytest.fixture
def inside(world):
    """The officers are inside the firm."""
    world.enter()
    return world
