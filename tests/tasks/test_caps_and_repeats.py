"""The annual cap (F15) and the rule of no repeat (F17): the pure rule and the SQL agree."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.eligibility.targets import BASE
from tasks.rules import Pass, WantedItem, all_items_passed, annual_cap_reached

SYSTEMS = ["gongan", "shichang", "xiaofang"]
CODES = ["A", "B", "C"]
quick = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
caps = st.none() | st.integers(1, 3)


def part(first, after):
    """The text of the SQL from one named query to the next."""
    return BASE[BASE.index(f"{first} AS (") : BASE.index(f"), {after} AS (")] + ")"


def rows(given_rows, named_queries, answer, values):
    """The answer of named queries of the SQL over rows that stand in for the tables."""
    with connection.cursor() as cursor:
        cursor.execute(" ".join([given_rows, named_queries, answer]), values)
        return cursor.fetchall()


@pytest.mark.django_db
@quick
@given(
    st.lists(st.sets(st.sampled_from(SYSTEMS), min_size=1), max_size=5),
    st.sets(st.sampled_from(SYSTEMS), min_size=1),
    caps,
    caps,
)
def test_the_cap_of_the_rule_is_the_cap_of_the_sql(draws, systems, by_one, by_all):
    pairs = [(task, system) for task, joined in enumerate(draws) for system in sorted(joined)]
    given_rows = (
        "WITH drawn AS (SELECT 1 AS target_id, unnest(%(tasks)s::int[]) AS task_id), sent AS ("
        "SELECT * FROM unnest(%(of)s::int[], %(joined)s::text[]) AS sent (task_id, system_id)),"
    )
    values = {
        "tasks": list(range(len(draws))),
        "of": [task for task, _ in pairs],
        "joined": [system for _, system in pairs],
        "systems": sorted(systems),
        "cap_by_one": by_one,
        "cap_by_all": by_all,
    }
    found = rows(given_rows, part("times", "base"), "SELECT n FROM capped", values)
    assert annual_cap_reached(draws, systems, by_one, by_all) == (found[0][0] if found else 0)


agencies = st.tuples(st.integers(1, 3), st.sampled_from(SYSTEMS), st.sampled_from(["1", "2"]))


@pytest.mark.django_db
@quick
@given(
    st.lists(
        st.builds(WantedItem, st.sampled_from(CODES), st.sampled_from(SYSTEMS), st.integers(1, 3)),
        min_size=1,
        max_size=3,
        unique_by=lambda item: (item.code, item.owner),
    ),
    st.lists(agencies, min_size=1, max_size=3, unique_by=lambda agency: agency[0]),
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from(CODES)), max_size=5),
)
def test_what_the_rule_calls_passed_is_what_the_sql_calls_passed(items, houses, done):
    done = [(houses[at % len(houses)], code) for at, code in done]
    given_rows = (
        "WITH item AS (SELECT * FROM unnest(%(codes)s::text[], %(owning)s::text[],"
        " %(owners)s::bigint[]) AS item (code, system_id, owner_id)), registries_target AS ("
        "SELECT 1 AS id, '1' AS region_id), agencies_agency AS (SELECT * FROM unnest("
        "%(ids)s::bigint[], %(systems)s::text[], %(regions)s::text[])"
        " AS agency (id, system_id, region_id)), registries_itempass AS ("
        "SELECT 1 AS target_id, *, 2021 AS passed_on FROM unnest(%(by)s::bigint[],"
        " %(of)s::text[]) AS pass (agency_id, item_code)),"
    )
    values = {
        "codes": [item.code for item in items],
        "owning": [item.system for item in items],
        "owners": [item.owner for item in items],
        "ids": [house[0] for house in houses],
        "systems": [house[1] for house in houses],
        "regions": [house[2] for house in houses],
        "by": [house[0] for house, _ in done],
        "of": [code for _, code in done],
        "forbids_repeat": True,
        "year_from": 2021,
        "year_until": 2021,
    }
    passes = [Pass(code, *house) for house, code in done]
    found = rows(given_rows, part("passed", "drawn"), "SELECT * FROM passed", values)
    assert all_items_passed(items, passes, "1") == bool(found)


def test_a_joint_task_counts_once_and_a_cap_is_reached_when_it_is_full():
    assert annual_cap_reached([SYSTEMS], ["gongan"], 2, 2) == 0
    assert annual_cap_reached([SYSTEMS, ["gongan"]], ["gongan"], 2, None) == 2
    assert annual_cap_reached([["gongan"], ["shichang"]], ["xiaofang"], 1, 3) == 0
