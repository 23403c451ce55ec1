"""The base of a task: every registered target that concerns it, its stratum, and why it is out.

One SQL statement says it for lists of any size, so that pages, the rehearsal and the frozen file
cannot differ, and a freeze sees one moment of the registry (protocol section 7).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from catalog.flows import VersionStatus
from catalog.models import Item
from core import clock
from draws.reasons import EVERYBODY
from registries.models import FRESH_DAYS, Target, TargetKind
from tasks.eligibility.rules_file import systems
from tasks.models import Task

BUSINESSES = (TargetKind.ENTERPRISE, TargetKind.INDIVIDUAL)
PERSONS = (TargetKind.INDIVIDUAL, TargetKind.PRACTITIONER)
BETWEEN = " 、，,；;/和及与或"

# Precedence of reasons: what is not ours, what is gone, what we may not inspect; only then what an
# exemption lifts (F16): items passed this year (F17) and the annual caps (F15).
# Of the caps, only targets still listed count: replaced and voided ones were never visited.
BASE = """
WITH item AS (
    SELECT * FROM unnest(%(codes)s::text[], %(item_systems)s::text[], %(owners)s::bigint[])
        AS item (code, system_id, owner_id)
), passed AS (
    SELECT pass.target_id
    FROM registries_itempass pass
    JOIN agencies_agency agency ON agency.id = pass.agency_id
    JOIN registries_target target ON target.id = pass.target_id
    JOIN item ON item.code = pass.item_code AND (
        item.owner_id = agency.id
        OR (item.system_id = agency.system_id AND agency.region_id = target.region_id)
    )
    WHERE %(forbids_repeat)s AND pass.passed_on BETWEEN %(year_from)s AND %(year_until)s
    GROUP BY pass.target_id
    HAVING count(DISTINCT (item.code, item.owner_id)) = cardinality(%(codes)s::text[])
), drawn AS (
    SELECT selection.target_id, selection.task_id
    FROM tasks_selection selection
    JOIN tasks_task task ON task.id = selection.task_id
    WHERE selection.standing = 'listed' AND task.status <> 'cancelled' AND task.id <> %(task)s
        AND task.starts_on BETWEEN %(year_from)s AND %(year_until)s
), sent AS (
    SELECT task_id, coalesce(system.succeeded_by_id, system.slug) AS system_id
    FROM (
        SELECT id AS task_id, agency_id FROM tasks_task
        UNION
        SELECT task_id, agency_id FROM tasks_task_participants
    ) AS joined
    JOIN agencies_agency agency ON agency.id = joined.agency_id
    JOIN agencies_system system ON system.slug = agency.system_id
), times AS (
    SELECT target_id, count(DISTINCT task_id) AS n, %(cap_by_one)s::int AS cap
    FROM drawn JOIN sent USING (task_id)
    WHERE sent.system_id = ANY(%(systems)s)
    GROUP BY target_id, sent.system_id
    UNION ALL
    SELECT target_id, count(*), %(cap_by_all)s::int FROM drawn GROUP BY target_id
), capped AS (
    SELECT target_id, max(n) AS n FROM times WHERE n >= cap GROUP BY target_id
), base AS (
    SELECT
        target.id, target.code, target.region_id AS region,
        coalesce(grade.slug, %(default)s) AS stratum,
        CASE
            WHEN target.region_id NOT LIKE %(inside)s OR keeper.region_id NOT LIKE %(inside)s
                THEN E'X\\toutside_jurisdiction'
            WHEN target.status <> 'active' THEN E'X\\t' || target.status
            WHEN target.kind <> ALL(%(kinds)s) THEN E'X\\tnot_in_scope'
            WHEN target.kind <> ALL(%(served)s) THEN E'X\\titem_unpublished'
            WHEN exemption.ground IS NOT NULL THEN E'F\\texempt_' || exemption.ground
            WHEN passed.target_id IS NOT NULL THEN E'X\\titems_passed'
            WHEN capped.n IS NOT NULL THEN E'X\\tannual_cap_' || capped.n
            ELSE E'P\\t-'
        END AS verdict,
        target.kind = ANY(%(persons)s) AS is_person,
        target.refreshed_on < %(stale)s AS is_stale
    FROM registries_target target
    JOIN agencies_agency keeper ON keeper.id = target.agency_id
    LEFT JOIN registries_targetgrade graded
        ON graded.target_id = target.id AND graded.scheme_id = %(scheme)s
    LEFT JOIN registries_grade grade ON grade.id = graded.grade_id
    LEFT JOIN tasks_exemption exemption
        ON exemption.target_id = target.id AND exemption.task_id = %(task)s
    LEFT JOIN passed ON passed.target_id = target.id
    LEFT JOIN capped ON capped.target_id = target.id
    WHERE target.trade_id = %(trade)s
        AND (target.region_id LIKE %(inside)s OR keeper.region_id LIKE %(inside)s)
)
"""
CELLS = (
    BASE
    + """
SELECT stratum, verdict, region, count(*),
    count(*) FILTER (WHERE is_person), count(*) FILTER (WHERE is_stale)
FROM base GROUP BY stratum, verdict, region ORDER BY stratum, verdict, region
"""
)
LINES = (
    BASE
    + """
SELECT string_agg(
    code || E'\\t' || stratum || E'\\t' || verdict || E'\\t' || region || E'\\t-', E'\\n'
), bool_or(is_person) FROM base
"""
)
WHO = BASE + "SELECT id FROM base WHERE verdict = %(verdict)s"  # noqa: S608
ONE = BASE + "SELECT verdict FROM base WHERE id = %(target)s"  # noqa: S608


@dataclass(frozen=True)
class Cell:
    """How many targets share stratum, status, reason and county."""

    stratum: str
    status: str
    reason: str
    region: str
    count: int
    persons: int
    stale: int


def cells(task: Task) -> list[Cell]:
    """The base as counts."""
    with connection.cursor() as cursor:
        cursor.execute(CELLS, parameters(task))
        return [
            Cell(stratum, *verdict.split("\t"), *rest)
            for stratum, verdict, *rest in cursor.fetchall()
        ]


def lines(task: Task) -> tuple[list[str], bool]:
    """The lines of the candidate file, and whether any of them is a natural person.

    In one value, and in no order: Python puts a million lines into the order of bytes in half a
    second, the database takes several.
    """
    with connection.cursor() as cursor:
        cursor.execute(LINES, parameters(task))
        text, has_persons = cursor.fetchone()
    return sorted(text.split("\n")) if text else [], bool(has_persons)


def who(task: Task, status: str, reason: str) -> QuerySet[Target]:
    """The targets behind one reason; P and `-` are those that can be drawn."""
    values = parameters(task) | {"verdict": f"{status}\t{reason}"}
    found = RawSQL(*_positional(WHO, values))  # noqa: S611
    return Target.objects.filter(pk__in=found).select_related("region")


def verdict(task: Task, target: Target) -> tuple[str, str]:
    """Status and reason of one target; two empty texts when it is not of the base."""
    with connection.cursor() as cursor:
        cursor.execute(ONE, parameters(task) | {"target": target.pk})
        row = cursor.fetchone()
    status, reason = row[0].split("\t") if row else ("", "")
    return status, reason


def _positional(sql: str, values: dict[str, Any]) -> tuple[str, list[Any]]:
    """Named parameters as the ORM takes them: by position."""
    order: list[Any] = []

    class Taken(dict):
        def __missing__(self, name: str) -> str:
            order.append(values[name])
            return "%s"

    return sql.replace("%%", "%%%%") % Taken(), order


def parameters(task: Task) -> dict[str, Any]:
    """What the statement asks of the task: four queries."""
    items = list(task.items.select_related("version__agency__system"))
    known = published(items)
    served = [item for item in items if (item.version.agency_id, item.code) in known]
    year = task.starts_on.replace(month=1, day=1)
    return {
        "task": task.pk,
        "trade": task.trade_id,
        "scheme": task.scheme_id,
        "default": default_stratum(task),
        "inside": f"{task.agency.region.prefix}%",
        "kinds": sorted(kinds_of(items)),
        "served": sorted(kinds_of(served)),
        "persons": [*PERSONS],
        "codes": [item.code for item in items],
        "item_systems": [system_of(item) for item in items],
        "owners": [item.version.agency_id for item in items],
        "forbids_repeat": bool(task.rules["forbids_repeat"]),
        "cap_by_one": task.rules["annual_cap_per_agency"],
        "cap_by_all": task.rules["annual_cap_total"],
        "systems": systems(task),
        "year_from": year,
        "year_until": year.replace(month=12, day=31),
        "stale": clock.today() - timedelta(days=FRESH_DAYS),
    }


def published(items: list[Item]) -> set[tuple[int, str]]:
    """Agency and code of every item that lists in force hold, among the agencies of `items`."""
    owners = [item.version.agency_id for item in items]
    rows = Item.objects.filter(
        version__status=VersionStatus.PUBLISHED, version__agency__in=owners
    ).values_list("version__agency", "code")
    return {(owner, code) for owner, code in rows}


def default_stratum(task: Task) -> str:
    """Where targets without a grade belong."""
    if task.scheme_id is None:
        return EVERYBODY
    grades = task.scheme.grades
    found = grades.filter(is_default=True).first() or grades.first()
    return found.slug


def system_of(item: Item) -> str:
    """The line of government that inspects the item today."""
    system = item.version.agency.system
    return system.succeeded_by_id or system.slug


def kinds_of(items: Iterable[Item]) -> set[str]:
    """The kinds of targets that items are made for, by their field 检查对象 (G03).

    从业人员, 项目 and 行为 only where an item names them; any other word means businesses.
    """
    found: set[str] = set()
    for item in items:
        rest = item.target_kind
        for kind in TargetKind:
            if kind not in BUSINESSES and kind.label in rest:
                found.add(kind.value)
                rest = rest.replace(kind.label, "")
        if rest.strip(BETWEEN) or not item.target_kind:
            found.update(kind.value for kind in BUSINESSES)
    return found
