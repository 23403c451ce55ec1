"""试算: what a draw by these rules would mean in visits and loads. Numbers only, never names.

The candidates are anonymous, the draw id starts with REHEARSAL-, the seed is thrown away, and
nothing is stored (protocol 2.5, 2.11).
"""

import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from agencies.models import Region, System
from draws import drs1
from tasks.eligibility import targets
from tasks.eligibility.headcount import staff
from tasks.eligibility.rules_file import plan_text, systems, tiers_of
from tasks.models import Task


@dataclass(frozen=True)
class County:
    """One county: how many are expected of each tier, and how many this rehearsal drew."""

    name: str
    expected: list[str]
    total: str
    drawn: int


@dataclass(frozen=True)
class Load:
    """One system in one county: visits, who can go, and visits per person."""

    county: str
    system: str
    visits: int
    people: int
    load: str


@dataclass(frozen=True)
class Rehearsal:
    """One rehearsal."""

    draw_id: str
    tiers: list[str]
    counties: list[County]
    loads: list[Load]
    drawn: int
    visits: int


def rehearse(task: Task) -> Rehearsal:
    """Draw once with nobody's name and no secret; another time gives other numbers."""
    draw_id = f"{drs1.REHEARSAL}{task.number}"
    tiers, cells = tiers_of(task), targets.cells(task)
    plan = drs1.parse_plan(plan_text(task, draw_id, tiers), draw_id)
    candidates = list(_anonymous(cells))
    shares = drs1.allocate(plan, candidates)
    expected = _expected(cells, shares)
    region_of = {candidate.id: candidate.region for candidate in candidates}
    selection = drs1.select(plan, candidates, secrets.token_bytes(32), shares)
    drawn = Counter(region_of[one.id] for one in selection.chosen)
    regions = Region.objects.in_bulk({cell.region for cell in cells if cell.status != "X"})
    counties = [
        _county(regions[code], [tier.code for tier in tiers], expected, drawn[code])
        for code in sorted(regions)
    ]
    loads = list(_loads(task, regions, drawn))
    return Rehearsal(
        draw_id,
        [tier.name for tier in tiers],
        counties,
        loads,
        len(selection.chosen),
        sum(load.visits for load in loads),
    )


def _anonymous(cells: list[targets.Cell]) -> Iterator[drs1.Candidate]:
    """As many candidates as there are, numbered."""
    number = 0
    for cell in cells:
        for _ in range(cell.count):
            number += 1
            yield drs1.Candidate(
                f"{number:07d}", cell.stratum, cell.status, cell.reason, cell.region, ()
            )


def _expected(cells: list[targets.Cell], shares: drs1.Allocation) -> dict[tuple[str, str], float]:
    """By county and tier: the even share of the quota, and everybody who is forced in."""
    found: dict[tuple[str, str], float] = {}
    for cell in cells:
        share, key = shares.shares[cell.stratum], (cell.region, cell.stratum)
        if cell.status == "P":
            found[key] = found.get(key, 0.0) + share.quota * cell.count / share.pool
        elif cell.status == "F":
            found[key] = found.get(key, 0.0) + cell.count
    return found


def _county(
    region: Region,
    tiers: list[str],
    expected: dict[tuple[str, str], float],
    drawn: int,
) -> County:
    numbers = [expected.get((region.pk, code), 0.0) for code in tiers]
    return County(region.name, [f"{n:.1f}" for n in numbers], f"{sum(numbers):.1f}", drawn)


def _loads(task: Task, regions: dict[str, Region], drawn: Counter) -> Iterator[Load]:
    people, m = staff(task), task.rules["inspectors_per_agency"]
    kinds = System.objects.in_bulk(systems(task))
    for code, region in sorted(regions.items()):
        for system in systems(task):
            count = len(people.get((system, code), ()))
            load = f"{drawn[code] * m / count:.1f}" if count else "—"
            yield Load(region.name, kinds[system].name, drawn[code], count, load)
