"""From the registries to frozen lists: who can be drawn, who is out and why (T05, F12-F16)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from plans.rules import Risk, exempt_from_cap, within_cap
from registries.models import Target, TargetGrade, TargetStatus
from tasks import drs1
from tasks.ceremony import SHORT, Ceremony
from tasks.models import Selection, Task
from tasks.reasons import EVERYBODY

DISHONEST = frozenset({"bad", "severe"})  # 失信、严重失信 of 公共信用等级 lift the cap (F16)


@dataclass(frozen=True)
class Entry:
    """One target of the base with its stratum, and the reason why it is out, if it is."""

    target: Target
    stratum: str
    reason: str

    @property
    def row(self) -> tuple[str, ...]:
        """The line of the candidate file."""
        status, reason = ("X", self.reason) if self.reason else ("P", "-")
        return (self.target.code, self.stratum, status, reason, self.target.region_id, "-")


@dataclass
class Frame:
    """The base of a task: its entries, the names of its strata, and the allocation."""

    entries: list[Entry]
    names: dict[str, str]
    ratios: dict[str, int]
    plan: drs1.Plan
    allocation: drs1.Allocation
    reasons: Counter = field(default_factory=Counter)

    @property
    def eligible(self) -> int:
        """How many can be drawn."""
        return sum(1 for entry in self.entries if not entry.reason)

    def texts(self, task: Task, draw_id: str, ceremony: Ceremony) -> dict[str, str]:
        """The four files of the first draw, which has no inspectors."""
        return {
            "plan": plan_text(task, draw_id, self.ratios, ceremony),
            "candidates": candidates_text(draw_id, self.entries),
            "inspectors": drs1.file_text("DRS1-inspectors", draw_id, []),
            "recusals": drs1.file_text("DRS1-recusals", draw_id, []),
        }

    def out(self, reason: str) -> list[Target]:
        """Who is out for one reason."""
        return [entry.target for entry in self.entries if entry.reason == reason]


def base(task: Task) -> QuerySet[Target]:
    """Every registered target of the task's trade inside the lead agency's region."""
    return (
        Target.objects.filter(trade=task.trade, region__code__startswith=task.agency.region.prefix)
        .select_related("region")
        .order_by("code")
    )


def strata(task: Task) -> tuple[dict[str, str], dict[str, int]]:
    """Names and ratios (ppm) by stratum code; one stratum for everybody without a grading."""
    if task.scheme_id is None:
        return {EVERYBODY: "全部对象"}, {EVERYBODY: task.ratio_ppm}
    tiers = {tier.grade_id: tier.ratio_ppm for tier in task.tiers.all()}
    grades = list(task.scheme.grades.all())
    names = {grade.slug: grade.name for grade in grades}
    return names, {grade.slug: tiers.get(grade.pk, task.ratio_ppm) for grade in grades}


def of(task: Task) -> Frame:
    """The frame as the registry stands now: read-only, four queries."""
    names, ratios = strata(task)
    graded = dict(
        TargetGrade.objects.filter(scheme=task.scheme).values_list("target_id", "grade__slug")
    )
    default = EVERYBODY
    if task.scheme_id:
        fallback = task.scheme.grades.filter(is_default=True).first()
        default = fallback.slug if fallback else next(iter(names))
    capped = over_cap(task)
    placed = ((target, graded.get(target.pk, default)) for target in base(task))
    entries = [
        Entry(target, stratum, _reason(target, stratum, capped)) for target, stratum in placed
    ]
    text = plan_text(task, f"{task.number}-1", ratios)
    plan = drs1.parse_plan(text, f"{task.number}-1")
    rows = drs1.parse_candidates(
        candidates_text(f"{task.number}-1", entries), f"{task.number}-1", plan
    )
    reasons = Counter(entry.reason for entry in entries if entry.reason)
    return Frame(entries, names, ratios, plan, drs1.allocate(plan, rows), reasons)


def _reason(target: Target, stratum: str, capped: set[int]) -> str:
    if target.status != TargetStatus.ACTIVE:
        return target.status
    is_free = target.pk not in capped or exempt_from_cap(risk_of(target, stratum))
    return "" if is_free else "annual_cap"


def risk_of(target: Target, stratum: str) -> Risk:
    """What the registry knows of a target that lifts the cap (F16)."""
    return Risk(
        key_field=target.is_key,
        complaints=target.complaints,
        abnormal=target.is_abnormal,
        dishonest=stratum in DISHONEST,
        serious=target.is_blacklisted,
    )


def over_cap(task: Task) -> set[int]:
    """Targets drawn this year as often as the rules allow; a joint task counts once (F15)."""
    per_agency, total = task.rules["annual_cap_per_agency"], task.rules["annual_cap_total"]
    if per_agency is None and total is None:
        return set()
    ours = {agency.pk for agency in task.agencies}
    drawn: dict[int, dict[int, set[int]]] = {}
    rows = (
        Selection.objects.filter(task__starts_on__year=task.starts_on.year)
        .exclude(task=task)
        .values_list("target_id", "task_id", "task__agency_id", "task__participants")
    )
    for target, other, lead, participant in rows:
        drawn.setdefault(target, {}).setdefault(other, set()).update({lead, participant})
    return {
        target
        for target, tasks in drawn.items()
        if not within_cap(_most_by_one(tasks, ours), len(tasks), per_agency, total)
    }


def _most_by_one(tasks: dict[int, set[int]], ours: set[int]) -> int:
    """How often the one of our agencies that came most often has come this year."""
    times = Counter(agency for agencies in tasks.values() for agency in agencies & ours)
    return max(times.values(), default=0)


def plan_text(task: Task, draw_id: str, ratios: dict[str, int], ceremony: Ceremony = SHORT) -> str:
    """The plan file of the first draw: ratios by stratum, the flat ratio as the overall floor."""
    mode = task.rules["rounding"]
    rows = [
        *common(task, ceremony),
        ("floor", str(task.ratio_ppm), "0"),
        *(("stratum", code, mode, str(ppm), "0", "-", "1") for code, ppm in ratios.items()),
    ]
    return drs1.file_text("DRS1-plan", draw_id, rows)


def common(task: Task, ceremony: Ceremony) -> list[tuple[str, ...]]:
    """What the plan files of both draws say alike."""
    return [
        ("suite", drs1.SHA256),
        *ceremony.lines,
        ("title", task.title),
        ("authority", task.agency.name),
        ("period", f"{task.starts_on}/{task.ends_on}"),
    ]


def candidates_text(draw_id: str, entries: Iterable[Entry]) -> str:
    """The candidate file of the first draw."""
    return drs1.file_text("DRS1-candidates", draw_id, (entry.row for entry in entries))
