"""A draw and the voided one it follows: who was drawn and no longer is, what lists and rules differ (2.11)."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.core.cache import cache

from draws.models import Disclosure, Draw
from draws.reads.known import Known, Named
from draws.reads.rule_words import words_of

SHOWN = 500


@dataclass(frozen=True)
class Difference:
    """Ids that only one of the two has: how many, and the first of them as targets."""

    count: int
    targets: list[Named]


@dataclass(frozen=True)
class Changes:
    """What differs between a draw and its voided predecessor; the drawn only once both are opened."""

    before: Draw
    after: Draw
    is_opened: bool
    gone: Difference
    come: Difference
    stayed: int
    left: Difference
    joined: Difference
    regrouped: Difference
    rules_out: list[str] = field(default_factory=list)
    rules_in: list[str] = field(default_factory=list)

    @property
    def is_same_list(self) -> bool:
        """Whether both were frozen with the same candidates, each in the same tier."""
        return not (self.left.count or self.joined.count or self.regrouped.count)


def of(draw: Draw, known: Known) -> Changes | None:
    """The difference to the draw it follows; None for a first draw. A constant number of queries.

    known: who is behind the ids, also where the files hold aliases.
    """
    before = draw.supersedes
    if before is None:
        return None
    is_opened = bool(draw.result_digest)
    old, new = (drawn(before, known), drawn(draw, known)) if is_opened else (set(), set())
    lists = _lists(before, draw, known)
    found = _targets(known, old - new, new - old, *lists)
    lines = list(difflib.ndiff(_rules(before), _rules(draw)))
    strata = _strata(draw, known)
    return Changes(
        before=before,
        after=draw,
        is_opened=is_opened,
        gone=_difference(old - new, found),
        come=_difference(new - old, found),
        stayed=len(old & new),
        left=_difference(lists[0], found),
        joined=_difference(lists[1], found),
        regrouped=_difference(lists[2], found),
        rules_out=[words_of(line[2:], strata) for line in lines if line.startswith("- ")],
        rules_in=[words_of(line[2:], strata) for line in lines if line.startswith("+ ")],
    )


def drawn(draw: Draw, known: Known) -> set[str]:
    """The codes of those whom the stored result draws, also where the files hold aliases."""
    ids = {
        line.split("\t")[2]
        for line in draw.result_text.splitlines()
        if line.startswith("selected\t")
    }
    code_of = _codes(draw, ids, known)
    return {code_of[id_] for id_ in ids}


def _codes(draw: Draw, ids: set[str], known: Known) -> dict[str, str]:
    """The code behind each id of the files."""
    if draw.disclosure != Disclosure.ALIAS:
        return {id_: id_ for id_ in ids}
    by_pk = known.codes([draw.roster[id_] for id_ in ids])
    return {id_: by_pk[draw.roster[id_]] for id_ in ids}


def _lists(before: Draw, after: Draw, known: Known) -> tuple[set[str], set[str], set[str]]:
    """Codes that left the list, joined it, or stand in it otherwise; read once per process."""
    key = f"draw-lists:{before.freeze_digest}:{after.freeze_digest}"
    return cache.get_or_set(key, lambda: _compared(before, after, known), None)


def _compared(before: Draw, after: Draw, known: Known) -> tuple[set[str], set[str], set[str]]:
    old, new = dict(_candidates(before, known)), dict(_candidates(after, known))
    changed = {code for code in old.keys() & new.keys() if old[code] != new[code]}
    return old.keys() - new.keys(), new.keys() - old.keys(), changed


def _candidates(draw: Draw, known: Known) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each code of the list with its tier, status and reason; tiers by their names where opaque."""
    rows = [line.split("\t") for line in draw.candidates_text.splitlines()[1:]]
    code_of = _codes(draw, {row[0] for row in rows}, known)
    names = draw.labels.get("strata", {})
    for id_, stratum, status, reason, *_ in rows:
        yield code_of[id_], (names.get(stratum, stratum), status, reason)


def _targets(known: Known, *groups: set[str]) -> Mapping[str, Named]:
    """The first of each group by code, in one query."""
    return known.by_code({code for group in groups for code in sorted(group)[:SHOWN]})


def _difference(codes: set[str], found: Mapping[str, Named]) -> Difference:
    shown = sorted(codes)[:SHOWN]
    return Difference(len(codes), [found[code] for code in shown if code in found])


def _rules(draw: Draw) -> list[str]:
    """The lines of the plan file without its header."""
    return draw.plan_text.splitlines()[1:]


def _strata(draw: Draw, known: Known) -> Mapping[str, str]:
    """The names of the tiers by their codes; none where the files hide them."""
    return {} if draw.disclosure == Disclosure.ALIAS else known.tiers(draw).names
