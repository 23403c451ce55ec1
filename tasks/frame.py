"""From the registries to frozen lists: who can be drawn, who is out and why (T05, F12-F16)."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet

from core.errors import DomainError
from registries.models import Inspector, Recusal, Target
from tasks import drs1
from tasks.ceremony import SHORT, Ceremony
from tasks.models import Selection, Task
from tasks.pool import registry
from tasks.pool.cautions import cautions
from tasks.pool.files import Frozen, freeze
from tasks.pool.passes import passed_items
from tasks.pool.plan import (
    Tier,
    batch_sizes,
    common,
    plan_text,
    systems,
    tiers_of,
    total_of,
)
from tasks.reasons import RECUSAL, place

__all__ = ["Frame", "Frozen", "Roster", "freeze", "of", "passed_items", "roster", "systems"]

NO_LIMIT = "999999"
LIST_STRATUM = "list"


@dataclass
class Frame:
    """The base of a task as counts, the tiers, and the allocation that follows from them."""

    task: Task
    tiers: list[Tier]
    cells: list[registry.Cell]
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
        return registry.who(self.task, "X", reason)


def of(task: Task) -> Frame:
    """The frame as the registry stands now: read-only, a constant number of queries."""
    tiers = tiers_of(task)
    draw_id = f"{task.number}-1"
    plan = drs1.parse_plan(plan_text(task, draw_id, tiers), draw_id)
    cells = registry.cells(task)
    counts: Counter = Counter()
    for cell in cells:
        counts[cell.stratum, cell.status] += cell.count
    return Frame(task, tiers, cells, plan, drs1.allot(plan, counts))


def people_plan_text(task: Task, draw_id: str, ceremony: Ceremony = SHORT) -> str:
    """The plan file of the second draw: everybody on the confirmed list gets m per system."""
    m = str(task.rules["inspectors_per_agency"])
    rows = [
        *common(task, ceremony),
        ("stratum", LIST_STRATUM, "up", "1000000", "0", "-", "0"),
        *(("agency", slug, m) for slug in systems(task)),
    ]
    return drs1.file_text("DRS1-plan", draw_id, rows)


@dataclass
class Roster:
    """The people of the second draw."""

    selections: list[Selection]
    inspectors: dict[str, Inspector]
    recusals: list[tuple[str, str]]
    short: list[tuple[Selection, str, int]]
    thin: list[tuple[Selection, str, int]]

    @property
    def codes(self) -> dict[str, int]:
        """Inspector pk by the code made for this draw."""
        return {code: inspector.pk for code, inspector in self.inspectors.items()}

    def texts(self, task: Task, draw_id: str, ceremony: Ceremony) -> dict[str, str]:
        """The four files of the second draw."""
        return {
            "plan": people_plan_text(task, draw_id, ceremony),
            "candidates": drs1.file_text(
                "DRS1-candidates",
                draw_id,
                (
                    (s.target.code, LIST_STRATUM, "P", "-", s.target.region_id, "-")
                    for s in self.selections
                ),
            ),
            "inspectors": drs1.file_text(
                "DRS1-inspectors",
                draw_id,
                (
                    (code, i.agency.system_id, i.agency.region_id, "*", NO_LIMIT, "0")
                    for code, i in self.inspectors.items()
                ),
            ),
            "recusals": drs1.file_text(
                "DRS1-recusals", draw_id, ((code, t, RECUSAL) for code, t in self.recusals)
            ),
        }


def roster(task: Task) -> Roster:
    """Who can be sent: certified through the last on-site day, of the county that executes."""
    selections = list(task.selections.select_related("target__region").order_by("number"))
    regions = {selection.target.region_id for selection in selections}
    people = (
        Inspector.objects.certified(task.onsite_until)
        .filter(
            agency__is_inspecting=True,
            agency__region__in=regions,
            agency__system__in=systems(task),
        )
        .select_related("agency__system", "agency__region")
        .order_by("pk")
    )
    inspectors = {f"R{n:04d}": inspector for n, inspector in enumerate(people, 1)}
    recusals = _recusals(inspectors, selections)
    free = _free(task, selections, inspectors, recusals)
    m = task.rules["inspectors_per_agency"]
    return Roster(
        selections,
        inspectors,
        recusals,
        short=[entry for entry in free if entry[2] < m],
        thin=[entry for entry in free if m <= entry[2] < m + 2],
    )


def _recusals(
    inspectors: dict[str, Inspector], selections: list[Selection]
) -> list[tuple[str, str]]:
    code_of = {inspector.pk: code for code, inspector in inspectors.items()}
    drawn = {selection.target_id: selection.target.code for selection in selections}
    standing = Recusal.objects.filter(inspector__in=code_of, ended_on=None)
    pairs = {
        (code_of[recusal.inspector_id], drawn.get(recusal.target_id, "*"))
        for recusal in standing
        if recusal.target_id is None or recusal.target_id in drawn
    }
    return sorted(pairs)


def _free(
    task: Task,
    selections: list[Selection],
    inspectors: dict[str, Inspector],
    recusals: list[tuple[str, str]],
) -> list[tuple[Selection, str, int]]:
    """How many eligible inspectors each target has per system."""
    banned = set(recusals)
    return [
        (
            selection,
            slug,
            sum(
                1
                for code, inspector in inspectors.items()
                if inspector.agency.system_id == slug
                and inspector.agency.region_id == selection.target.region_id
                and not banned & {(code, "*"), (code, selection.target.code)}
            ),
        )
        for selection in selections
        for slug in systems(task)
    ]


def must_be_staffed(task: Task, people: Roster) -> None:
    """Raise DomainError naming the targets that cannot get their inspectors, and what to do."""
    if not people.short:
        return
    names = {agency.system_id: agency.system.name for agency in task.agencies}
    lines = "；".join(
        f"{selection.target.name}缺{names[slug]}人员（可用 {count} 人）"
        for selection, slug, count in people.short[:10]
    )
    raise DomainError(
        f"有 {len(people.short)} 处无法配齐每户 {task.rules['inspectors_per_agency']} 名检查人员："
        f"{lines}。请补充人员名录、核对执法证有效期，或请上级单位增派。名单没有变化。"
    )
