"""From the registries to frozen lists: who can be drawn, who is out and why (T05, F12-F16)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from core.errors import DomainError
from plans.rules import Risk, exempt_from_cap, within_cap
from registries.models import Inspector, Recusal, Target, TargetGrade, TargetStatus
from tasks import drs1
from tasks.ceremony import SHORT, Ceremony
from tasks.models import Selection, Task
from tasks.reasons import EVERYBODY, RECUSAL

NO_LIMIT = "999999"
LIST_STRATUM = "list"
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
        *_common(task, ceremony),
        ("floor", str(task.ratio_ppm), "0"),
        *(("stratum", code, mode, str(ppm), "0", "-", "1") for code, ppm in ratios.items()),
    ]
    return drs1.file_text("DRS1-plan", draw_id, rows)


def people_plan_text(task: Task, draw_id: str, ceremony: Ceremony = SHORT) -> str:
    """The plan file of the second draw: everybody on the confirmed list gets m per system."""
    m = str(task.rules["inspectors_per_agency"])
    rows = [
        *_common(task, ceremony),
        ("stratum", LIST_STRATUM, "up", "1000000", "0", "-", "0"),
        *(("agency", slug, m) for slug in systems(task)),
    ]
    return drs1.file_text("DRS1-plan", draw_id, rows)


def _common(task: Task, ceremony: Ceremony) -> list[tuple[str, ...]]:
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


def systems(task: Task) -> list[str]:
    """The systems that inspect, the lead's first."""
    return list(dict.fromkeys(agency.system_id for agency in task.agencies))


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
