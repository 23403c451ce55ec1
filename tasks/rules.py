"""Rules of tasks. Pure: no database, no clock, no Django."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

FULL = "full"
FEWEST = 2  # officers of one agency at a target (I03)


def names_are_public(list_is_public: bool, scopes: Iterable[str], scheme_is_public: bool) -> bool:
    """Whether the drawn firms may be named.

    list_is_public: the time of the list has come. scopes: of publication, one for each item.
    With a limited or withheld item, or a grading that is not public, only the certificate with
    aliases is public (contracts section 4).
    """
    return list_is_public and scheme_is_public and all(scope == FULL for scope in scopes)


class Pass(NamedTuple):
    """An item that an agency inspected at a target without findings."""

    item: str
    agency: int
    system: str
    region: str


class WantedItem(NamedTuple):
    """An item of a task: its stable code, the system that executes it, the agency that owns it."""

    code: str
    system: str
    owner: int


def annual_cap_reached(
    draws: Collection[Collection[str]],
    systems: Collection[str],
    per_agency: int | None,
    over_all: int | None,
) -> int:
    """How often a target was drawn this year where that reaches a cap (F15), or 0.

    draws: for each other task of the year on whose list the target still stands, the systems that
    take part; a joint task counts once. systems: those that come now. The caps are per system and
    over all of them; None is no cap. The twin of `capped` in `tasks/eligibility/targets.py`.
    """
    times = [(sum(one in joined for joined in draws), per_agency) for one in set(systems)]
    times.append((len(draws), over_all))
    return max((n for n, cap in times if n and cap is not None and n >= cap), default=0)


def all_items_passed(items: Collection[WantedItem], passes: Collection[Pass], region: str) -> bool:
    """Whether nothing is left to inspect at a target this year (F17, contracts section 4).

    passes: those of the same calendar year. An item is passed where the agency that owns it found
    nothing, or the one of its system in the target's own county. The twin of `passed` in
    `tasks/eligibility/targets.py`.
    """
    done = {
        (item.code, item.owner)
        for item in items
        for one in passes
        if one.item == item.code
        and (one.agency == item.owner or (one.system, one.region) == (item.system, region))
    }
    return bool(items) and len(done) == len(items)
