"""Fixtures of the approval and public pages."""

import datetime

import pytest

from publication.services import approve
from tests.factories import UserFactory
from tests.publication.reading import FIRM
from tests.publication.world import World, publish


@pytest.fixture
def world(reference, clock):
    """Friday 8 October 2021, the on-site stage is over; the task has no draw yet."""
    clock("2021-10-08")
    world = World()
    world.make_task()
    return world


@pytest.fixture
def approve_as_leader():
    """`approve_as_leader(section)` publishes it like the leader of its agency."""

    def decide(section):
        leader = UserFactory(role="principal", agency=section.agency, name="高主任")
        return approve(section, actor=leader)

    return decide


@pytest.fixture
def published(world):
    """One firm, drawn, visited and published by two agencies; the list is public."""
    world.firm = world.target(FIRM)
    world.made = world.draw(world.firm)
    world.task.status = "completed"
    world.task.completed_on = datetime.date(2021, 9, 30)
    world.task.save()
    visit = world.visit(world.firm)
    by_police = world.section(visit, world.police, (world.items[0], "no_issue", [], ""))
    by_market = world.section(visit, world.market, (world.market_items[0], "no_issue", [], ""))
    world.row = publish(by_police)
    world.other = publish(
        by_market,
        result_codes=["not_disclosed"],
        has_problem=True,
        published_on=datetime.date(2021, 10, 21),
    )
    return world
