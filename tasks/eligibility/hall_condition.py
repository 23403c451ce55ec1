"""Whether every target can get its people, whatever the seed says (protocol 2.9, Hall's condition).

The draw finds an assignment whenever one exists, so this needs no seed: it asks a flow whether the
demand fits, and where it does not, which targets jointly lack people.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

Group = tuple[set[str], set[str]]


def shortages(free: Mapping[str, Sequence[str]], demand: int, cap: int | None) -> list[Group]:
    """Groups of (targets, people who could go there) that cannot be staffed; empty when all can.

    free: target -> people who may go there. demand: people per target. cap: targets per person.
    Groups share neither a target nor a person.
    """
    if cap is None:
        groups = [({t}, set(people)) for t, people in free.items() if len(set(people)) < demand]
    else:
        groups = _Flow(free, demand, cap).blocked()
    return _merged(groups)


class _Flow:
    """Maximum flow by augmenting paths: targets -> people, each person up to the cap."""

    def __init__(self, free: Mapping[str, Sequence[str]], demand: int, cap: int) -> None:
        self.free, self.demand, self.cap = free, demand, cap
        self.team: dict[str, set[str]] = {target: set() for target in free}
        self.on: dict[str, set[str]] = {person: set() for all_ in free.values() for person in all_}

    def blocked(self) -> list[Group]:
        found = []
        for target in sorted(self.free, key=lambda t: (len(self.free[t]), t)):
            for _ in range(self.demand):
                group = self._augment(target)
                if group:
                    found.append(group)
                    break
        return found

    def _augment(self, start: str) -> Group | None:
        parent: dict[str, str] = {}
        via: dict[str, str] = {}
        seen, queue = {start}, deque([start])
        while queue:
            target = queue.popleft()
            for person in self.free[target]:
                if person in parent or person in self.team[target]:
                    continue
                parent[person] = target
                if len(self.on[person]) < self.cap:
                    self._shift(person, parent, via, start)
                    return None
                for other in self.on[person] - seen:
                    seen.add(other)
                    via[other] = person
                    queue.append(other)
        return seen, {person for target in seen for person in self.free[target]}

    def _shift(self, person: str, parent: dict[str, str], via: dict[str, str], start: str) -> None:
        while True:
            target = parent[person]
            self.team[target].add(person)
            self.on[person].add(target)
            if target == start:
                return
            leaving = via[target]
            self.team[target].discard(leaving)
            self.on[leaving].discard(target)
            person = leaving


def _merged(groups: Iterable[Group]) -> list[Group]:
    """Groups that share a target or a person, put together; those without anybody too."""
    found: list[Group] = []
    for targets, people in groups:
        apart = []
        for other in found:
            if other[0] & targets or other[1] & people or not other[1] and not people:
                targets, people = targets | other[0], people | other[1]
            else:
                apart.append(other)
        found = [*apart, (targets, people)]
    return found
