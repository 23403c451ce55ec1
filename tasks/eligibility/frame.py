"""From the registries to frozen lists: who can be drawn, who is out and why (T05, F12-F16)."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet

from draws import drs1
from draws.arithmetic import batch_sizes, total_of
from draws.reasons import place
from registries.models import Target
from tasks.eligibility import targets
from tasks.eligibility.cautions import cautions
from tasks.eligibility.files import Frozen, freeze
from tasks.eligibility.no_repeat import passed_items
from tasks.eligibility.rules_file import Tier, common, plan_text, systems, tiers_of
from tasks.models import Task

__all__ = ["Frame", "Frozen", "common", "freeze", "of", "passed_items", "systems"]


@dataclass
class Frame:
    """The base of a task as counts, the tiers, and the allocation that follows from them."""

    task: Task
    tiers: list[Tier]
    cells: list[targets.Cell]
    plan: drs1.Plan
    allocation: drs1.Allocation

    def count(self, status: str) -> int:
        """How many of the base are in the pool (P), forced in (F) or out (X)."""
        return sum(cell.count for cell in self.cells if cell.status == status)

    @property
    def total(self) -> int:
        """Everybody of the base."""
        return sum(cell.count for cell in self.cells)

    @property
    def eligible(self) -> int:
        """How many can be selected: drawn, or forced in."""
        return self.count("P") + self.count("F")

    @property
    def excluded_count(self) -> int:
        """How many are out."""
        return self.count("X")

    @property
    def forced_count(self) -> int:
        """How many are forced in."""
        return self.count("F")

    @cached_property
    def reasons(self) -> Counter:
        """How many are out, by reason, in the order of the published table."""
        return self._by_reason("X")

    @cached_property
    def forced(self) -> Counter:
        """How many are forced in, by reason."""
        return self._by_reason("F")

    def _by_reason(self, status: str) -> Counter:
        found: Counter = Counter()
        for cell in sorted(self.cells, key=lambda cell: place(cell.reason)):
            if cell.status == status:
                found[cell.reason] += cell.count
        return found

    @property
    def names(self) -> dict[str, str]:
        """Names by stratum code, in the order of the grades."""
        return {tier.code: tier.name for tier in self.tiers}

    @property
    def quota(self) -> int:
        """How many will be selected."""
        return total_of(self.allocation)

    @property
    def batches(self) -> list[int]:
        """How many fall into each batch (2.7)."""
        return batch_sizes(self.quota, self.task.batches)

    @property
    def is_covered(self) -> bool:
        """Whether the public files will hold aliases (2.12)."""
        return bool(self.task.rules.get("is_restricted")) or any(c.persons for c in self.cells)

    @property
    def cautions(self) -> list[str]:
        """What should be known before the freeze."""
        return cautions(self.task, self.tiers, self.cells, self.allocation)

    def out(self, reason: str) -> QuerySet[Target]:
        """Who is out for one reason."""
        return targets.who(self.task, "X", reason)


def of(task: Task) -> Frame:
    """The frame as the registry stands now: read-only, a constant number of queries."""
    tiers = tiers_of(task)
    draw_id = f"{task.number}-1"
    plan = drs1.parse_plan(plan_text(task, draw_id, tiers), draw_id)
    cells = targets.cells(task)
    counts: Counter = Counter()
    for cell in cells:
        counts[cell.stratum, cell.status] += cell.count
    return Frame(task, tiers, cells, plan, drs1.allocate_counts(plan, counts))
