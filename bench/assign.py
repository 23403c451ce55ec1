"""Assignment of inspectors: the portal's search beside the plain one of the protocol, in one run.

    python -m bench.assign

Both must give the same teams. 3,000 targets and 300 inspectors, one in ten of them across
districts, have to be assigned within a minute.
"""

import sys
import time
from typing import Any

from draws import drs1

SIZES = ((300, 30), (1000, 100), (2000, 200))
LARGEST = (3000, 300)
MINUTE = 60.0
DISTRICTS = 10


class Plain(drs1.Teams):
    """2.9 word by word: the whole breadth-first search at every step, nothing left out."""

    def augment(self, start: str) -> bool:  # noqa: C901 one loop, as in the protocol
        parent: dict[str, str] = {}
        via: dict[str, str] = {}
        visited, frontier, depth, best = {start}, [start], 0, None
        while frontier:
            depth += 1
            found = []
            for w in frontier:
                for i in self.eligible[w]:
                    if i not in parent and i not in self.team[w]:
                        parent[i] = w
                        found.append(i)
            best = self._best_end(found, parent, depth, best)
            frontier = []
            for i in found:
                for _, w in self.on[i]:
                    if w not in visited:
                        visited.add(w)
                        via[w] = i
                        frontier.append(w)
        if best is None:
            entry = {"target": start, "targets": sorted(visited), "inspectors": sorted(parent)}
            self.hall.append(entry)
            return False
        self._shift(best[3], parent, via, start)
        return True


def world(targets: int, inspectors: int, cap: int = 999_999) -> dict[str, Any]:
    """Ten districts; every tenth inspector also serves two others."""
    regions = [f"{340_000 + n}" for n in range(DISTRICTS)]
    people = []
    for n in range(inspectors):
        own = {regions[n % DISTRICTS]}
        if n % 10 == 0:
            own |= {regions[(n // 10 + 3) % DISTRICTS], regions[(n // 10 * 3 + 1) % DISTRICTS]}
        people.append(drs1.Inspector(f"R{n:04d}", "gongan", tuple(sorted(own)), (), cap, 0))
    rows = [
        ("suite", drs1.SHA256),
        ("beacon", "none", "-"),
        ("stratum", "list", "up", "1000000", "0", "-", "0"),
        ("agency", "gongan", "2"),
    ]
    return {
        "plan": drs1.parse_plan(drs1.file_text("DRS1-plan", "bench", rows), "bench"),
        "agency": "gongan",
        "seed": b"\x01" * 32,
        "targets": [
            drs1.Candidate(f"T{n:05d}", "list", "P", "-", regions[n * 7 % DISTRICTS], ())
            for n in range(targets)
        ],
        "inspectors": people,
        "recusals": {},
    }


def timed(kind: type[drs1.Teams], data: dict[str, Any]) -> tuple[float, drs1.Teams]:
    """Seconds of processor time, and the teams."""
    start = time.process_time()
    teams = kind(**data)
    teams.fill()
    return time.process_time() - start, teams


def main() -> int:
    """Print a line per size; 1 where the teams differ or the largest takes too long."""
    failed = False
    for targets, inspectors in SIZES:
        data = world(targets, inspectors)
        plain, expected = timed(Plain, data)
        ours, teams = timed(drs1.Teams, data)
        same = teams.team == expected.team and teams.load == expected.load
        failed |= not same
        print(
            f"{targets} x {inspectors}: plain {plain:.2f} s, ours {ours:.2f} s, "
            f"ratio {plain / ours:.1f}, {'same teams' if same else 'TEAMS DIFFER'}",
            flush=True,
        )
    seconds, teams = timed(drs1.Teams, world(*LARGEST))
    spread = max(teams.load.values()) - min(teams.load.values())
    print(f"{LARGEST[0]} x {LARGEST[1]}: ours {seconds:.2f} s, loads differ by {spread}")
    return int(failed or seconds > MINUTE)


if __name__ == "__main__":
    sys.exit(main())
