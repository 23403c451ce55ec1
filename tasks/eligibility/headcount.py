"""Whether there are enough people for what may be drawn, county by county and system by system."""

from collections import Counter
from dataclasses import dataclass

from registries.models import Inspector, Recusal
from tasks.eligibility import targets
from tasks.eligibility.rules_file import systems
from tasks.models import Task

SPARE = 2  # with fewer to spare an outsider can guess who comes (2.9: thin pool)


@dataclass(frozen=True)
class Thin:
    """One system in one county: how many people can go, and to how many targets that is too few."""

    system: str
    region: str
    people: int
    targets: int


def staff(task: Task) -> dict[tuple[str, str], set[int]]:
    """Inspectors (by pk) that can be sent, by system and county; certified through the last day."""
    people = Inspector.objects.certified(task.onsite_until).filter(
        agency__is_inspecting=True, agency__system__in=systems(task)
    )
    barred = Recusal.objects.filter(target=None, ended_on=None).values("inspector")
    people = people.exclude(pk__in=barred)
    found: dict[tuple[str, str], set[int]] = {}
    homes = people.values_list("pk", "agency__system_id", "agency__region_id")
    lent = people.filter(also_in__isnull=False)
    for pk, system, region in [
        *homes,
        *lent.values_list("pk", "agency__system_id", "also_in"),
    ]:
        found.setdefault((system, region), set()).add(pk)
    return found


def thin_pools(task: Task, cells: list[targets.Cell]) -> list[Thin]:
    """Where fewer than m + 2 people are eligible for targets that can be selected: four queries."""
    people = staff(task)
    enough = task.rules["inspectors_per_agency"] + SPARE
    targets: Counter = Counter()
    for cell in cells:
        if cell.status != "X":
            targets[cell.region] += cell.count
    recused = _recused(task, people)
    found = []
    for system in systems(task):
        for region in sorted(targets):
            count = len(people.get((system, region), ()))
            short = sum(
                1
                for (one, place, _), banned in recused.items()
                if (one, place) == (system, region) and count - banned < enough
            )
            if count < enough or short:
                amount = targets[region] if count < enough else short
                found.append(Thin(system, region, count, amount))
    return found


def _recused(task: Task, people: dict[tuple[str, str], set[int]]) -> Counter:
    """How many of the people of (system, county) may not go to a target of the pool."""
    rows = Recusal.objects.filter(
        ended_on=None, target__in=targets.who(task, "P", "-").values("pk")
    ).values_list("inspector_id", "target_id", "target__region_id")
    found: Counter = Counter()
    for inspector, target, region in rows:
        for system in systems(task):
            if inspector in people.get((system, region), ()):
                found[system, region, target] += 1
    return found
