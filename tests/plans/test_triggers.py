"""The database refuses what the services would never do."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from plans.models import Plan, PlanLine, PlanTier
from plans.services import approve, publish, save_line, submit
from tests.factories import GradeFactory, PlanFactory, PlanLineFactory
from tests.plans.conftest import new_line, published


@pytest.fixture
def full(plan, items, market, market_items):
    """A draft with a line that has items, a participant and tiers."""
    grade = GradeFactory()
    line = new_line(scheme=grade.scheme)
    save_line(plan, line, items + market_items, [market], [(grade, 100_000)], actor=None)
    return plan


def run(sql, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


STATEMENTS = [
    "UPDATE plans_plan SET title = 'x'",
    "UPDATE plans_plan SET note = 'x'",
    "UPDATE plans_plan SET year = 2022",
    "DELETE FROM plans_plan",
    "UPDATE plans_planline SET ratio_ppm = 1",
    "DELETE FROM plans_planline",
    "UPDATE plans_plantier SET ratio_ppm = 1",
    "DELETE FROM plans_plantier",
    "DELETE FROM plans_planline_items",
    "DELETE FROM plans_planline_participants",
    "UPDATE plans_planline_items SET item_id = (SELECT min(id) FROM catalog_item)",
]


@pytest.mark.parametrize("steps", [[submit], [submit, approve], [submit, approve, publish]])
@pytest.mark.parametrize("sql", STATEMENTS)
def test_a_plan_on_its_way_cannot_be_changed(full, sql, steps):
    for step in steps:
        step(full, actor=None)
    with pytest.raises(IntegrityError, match="cannot be changed"):
        run(sql)
    line = Plan.objects.get().lines.get()
    assert (line.items.count(), line.participants.count()) == (3, 1)
    assert (line.ratio_ppm, line.tiers.get().ratio_ppm) == (200_000, 100_000)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE plans_plan SET published_on = '2020-01-01'",
        "UPDATE plans_plan SET published_on = NULL",
        "UPDATE plans_plan SET status = 'draft'",
    ],
)
def test_a_published_plan_keeps_date_and_status(plan, sql, clock):
    clock("2021-01-20")
    published(plan)
    with pytest.raises(IntegrityError):
        run(sql)
    kept = Plan.objects.get()
    assert (kept.status, kept.published_on) == ("published", datetime.date(2021, 1, 20))


def test_nothing_can_be_added_to_a_published_plan(plan, market):
    line = published(plan).lines.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanLineFactory(plan=plan)
    with pytest.raises(IntegrityError), transaction.atomic():
        line.participants.add(market)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanTier.objects.create(line=line, grade=GradeFactory(), ratio_ppm=1)
    assert PlanLine.objects.get().participants.count() == 0


def test_a_line_cannot_move_into_a_published_plan(plan, bureau):
    published(plan)
    stray = PlanLineFactory(plan=PlanFactory(agency=bureau, year=2022))
    with pytest.raises(IntegrityError):
        run("UPDATE plans_planline SET plan_id = %s WHERE id = %s", plan.pk, stray.pk)


def test_a_superseded_plan_stays_superseded(plan):
    published(plan)
    run("UPDATE plans_plan SET status = 'superseded'")
    with pytest.raises(IntegrityError):
        run("UPDATE plans_plan SET status = 'published'")


def test_a_draft_stays_open(full):
    run("UPDATE plans_planline SET title = '改名'")
    run("UPDATE plans_plan SET title = '新名'")
    full.refresh_from_db()
    assert full.title == "新名"
    full.delete()
    assert not PlanLine.objects.exists()
