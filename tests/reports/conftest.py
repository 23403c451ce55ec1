"""宿州市公安局 on 2021-07-15, its neighbour, and rows to make work for their people."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import User
from catalog.flows import VersionStatus
from catalog.models import CatalogVersion
from deadlines.models import DeadlineKind
from deadlines.services import start_fixed, sync_calendar, sync_rules
from draws.flows import DrawStatus
from plans.flows import PlanStatus
from plans.models import Plan
from reports.reads import worklist
from tests.factories import (
    TODAY,
    CatalogVersionFactory,
    DrawFactory,
    PlanFactory,
    PlanLineFactory,
    TradeFactory,
    UserFactory,
    agency,
)
from tests.inspections.factories import TaskFactory, build_world


@pytest.fixture
def bureau(reference, clock):
    """The city's police bureau."""
    sync_calendar()
    sync_rules()
    clock("2021-07-15")
    return agency("341300", "gongan")


@pytest.fixture
def other(bureau):
    """The city's market bureau: another system, so it sees nothing of the first by itself."""
    return agency("341300", "shichang")


@pytest.fixture
def world(bureau):
    """A joint task of both bureaus, sent to one county on 2021-07-15; one firm."""
    made = build_world()
    Plan.objects.update(status=PlanStatus.PUBLISHED)
    CatalogVersion.objects.update(status=VersionStatus.PUBLISHED, published_on=TODAY)
    made.dispatch()
    return made


def todos(user):
    """The work list as a fresh request sees it."""
    return worklist(User.objects.get(pk=user.pk))


def kinds(user):
    return [todo.kind for todo in todos(user)]


def only(user):
    """The one thing the user has to do."""
    (todo,) = todos(user)
    return todo


def person(role, owner):
    return UserFactory(role=role, agency=owner)


def published_plan(owner, lines=0, **more):
    """A plan in force with lines for July to October unless told otherwise."""
    plan = PlanFactory(agency=owner, year=more.pop("year", 2021))
    made = [PlanLineFactory(plan=plan, position=n + 1, **more) for n in range(lines)]
    Plan.objects.filter(pk=plan.pk).update(status=PlanStatus.PUBLISHED)
    return made


def task(owner, status, **more):
    """A task of a plan in force."""
    (line,) = published_plan(owner, 1)
    return TaskFactory(line=line, status=status, **more)


def tasks(owner, status, number):
    """Several tasks of one plan in force."""
    return [TaskFactory(line=line, status=status) for line in published_plan(owner, number)]


def frozen_draw(made, purpose="targets", **more):
    return DrawFactory(task=made, purpose=purpose, status=DrawStatus.FROZEN, **more)


def item_list(owner):
    TradeFactory()
    return CatalogVersionFactory(agency=owner)


def clock_of(owner, due_on, name="甲"):
    return start_fixed(
        f"demo.thing:{name}{due_on}",
        DeadlineKind.PUBLISH_RESULT,
        agency=owner,
        due_on=due_on,
        title=f"{name}公司",
        link="/",
        source="方案",
    )


@pytest.fixture
def asked():
    """`asked(function, *args)`: how many queries the call makes."""

    def count(function, *args):
        with CaptureQueriesContext(connection) as seen:
            function(*args)
        return len(seen)

    return count
