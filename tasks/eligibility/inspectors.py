"""From the registry of inspectors to the files of the second draw: who can be sent where, and who
cannot (T06, T12-T14, G10-G12)."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from agencies.models import Agency, System
from draws import drs1
from draws.ceremony_plan import SHORT, Ceremony
from draws.reasons import RECUSAL, SubstitutionReason
from registries.models import Inspector, Leave, Recusal
from tasks.eligibility import hall_condition
from tasks.eligibility.frame import common
from tasks.models import Selection, Task

NO_LIMIT = 999_999
LIST_STRATUM = "list"
NAMES = 5
SEPARATORS = re.compile(r"[\s、，,；;/]+")
ADVICE = "可延长检查时间、调整负荷上限，或请上级单位增派。"


def tags(specialty: str) -> set[str]:
    """The specialties that stand in the registry's free text, each a tag of the draw files."""
    return {tag for tag in SEPARATORS.split(specialty) if tag}


def successors() -> dict[str, System]:
    """Every system -> the one that does its work today (工商 -> 市场监管)."""
    every = {system.pk: system for system in System.objects.all()}
    found = {}
    for slug, system in every.items():
        while system.succeeded_by_id:
            system = every[system.succeeded_by_id]
        found[slug] = system
    return found


def systems(task: Task) -> dict[str, System]:
    """The systems that inspect, as they are today, the lead's first."""
    today = successors()
    found = (today[agency.system_id] for agency in task.agencies)
    return {system.pk: system for system in found}


@dataclass(frozen=True)
class Member:
    """One line of the inspector file."""

    inspector: Inspector
    system: str
    regions: tuple[str, ...]
    skills: tuple[str, ...]
    cap: int

    def row(self, code: str) -> tuple[str, ...]:
        """The line under the code made for this draw."""
        return (
            code,
            self.system,
            ",".join(self.regions),
            ",".join(self.skills) or "-",
            str(self.cap),
            "0",
        )


@dataclass(frozen=True)
class Absent:
    """An inspector of the place who cannot be drawn, and why."""

    inspector: Inspector
    system: str
    regions: tuple[str, ...]
    why: str
    words: str


@dataclass(frozen=True)
class Shortage:
    """Targets of one system that jointly lack people: the Hall set, and what takes people away."""

    system: System
    demand: int
    targets: list[Selection]
    people: list[Inspector]
    cap: int | None
    reasons: dict[str, int]

    @property
    def text(self) -> str:
        """The whole in a sentence, with what to do."""
        firms = "、".join(one.target.name for one in self.targets[:NAMES])
        if len(self.targets) > NAMES:
            firms += "等"
        people = "、".join(str(one) for one in self.people[:NAMES])
        if len(self.people) > NAMES:
            people += f"等 {len(self.people)} 人"
        limit = f"，每人最多 {self.cap} 户" if self.cap and self.people else ""
        pool = f"可派的只有{people}{limit}" if self.people else "没有可派的人员"
        lost = "、".join(f"{count} 人{why}" for why, count in self.reasons.items() if count)
        return (
            f"{self.system}部门有 {len(self.targets)} 户无法配齐每户 {self.demand} 名检查人员"
            f"（{firms}）：{pool}{f'；{lost}' if lost else ''}。{ADVICE}"
        )


@dataclass(frozen=True)
class Thin:
    """A target with so few people that the drawn ones can be guessed (2.9)."""

    selection: Selection
    system: System
    count: int


@dataclass
class Roster:
    """The people of the second draw."""

    task: Task
    selections: list[Selection]
    systems: dict[str, System]
    members: dict[str, Member]
    needs: dict[str, list[str]]
    recusals: list[tuple[str, str]]
    absent: list[Absent]
    partly: list[Leave]
    short: list[Shortage] = field(default_factory=list)
    thin: list[Thin] = field(default_factory=list)

    @property
    def codes(self) -> dict[str, int]:
        """Inspector pk by the code made for this draw."""
        return {code: member.inspector.pk for code, member in self.members.items()}

    @property
    def specialties(self) -> dict[str, list[str]]:
        """The specialties that people of each system have."""
        found: dict[str, set[str]] = {slug: set() for slug in self.systems}
        for member in self.members.values():
            found[member.system] |= tags(member.inspector.specialty)
        return {slug: sorted(words) for slug, words in found.items()}

    @property
    def needs_text(self) -> str:
        """The field of the candidate file: the same needs for every target of the task."""
        pairs = sorted(f"{slug}:{tag}" for slug, found in self.needs.items() for tag in found)
        return ",".join(pairs) or "-"

    def texts(self, task: Task, draw_id: str, ceremony: Ceremony) -> dict[str, str]:
        """The four files of the second draw."""
        candidates = (
            (s.target.code, LIST_STRATUM, "P", "-", s.target.region_id, self.needs_text)
            for s in self.selections
        )
        inspectors = (member.row(code) for code, member in self.members.items())
        recusals = ((code, target, RECUSAL) for code, target in self.recusals)
        return {
            "plan": plan_text(task, draw_id, self.systems, ceremony),
            "candidates": drs1.file_text("DRS1-candidates", draw_id, candidates),
            "inspectors": drs1.file_text("DRS1-inspectors", draw_id, inspectors),
            "recusals": drs1.file_text("DRS1-recusals", draw_id, recusals),
        }


def plan_text(
    task: Task, draw_id: str, slugs: dict[str, System], ceremony: Ceremony = SHORT
) -> str:
    """The plan file of the second draw: everybody on the confirmed list gets m per system."""
    m = str(task.rules["inspectors_per_agency"])
    rows = [
        *common(task, ceremony),
        ("stratum", LIST_STRATUM, "up", "1000000", "0", "-", "0"),
        *(("agency", slug, m) for slug in slugs),
        *(("reason", cause) for cause in SubstitutionReason.values),
    ]
    return drs1.file_text("DRS1-plan", draw_id, rows)


def of(task: Task) -> Roster:
    """The roster as the registry stands now: read-only, a constant number of queries.

    Who is certified through the last on-site day, of the executing county or sent there from
    elsewhere (also_in), and not away during the whole on-site stage.
    """
    selections = list(task.selections.select_related("target__region").order_by("number"))
    regions = {selection.target.region_id for selection in selections}
    today, own = successors(), systems(task)
    needs: dict[str, list[str]] = defaultdict(list)
    for need in task.needs.all():
        needs[today[need.system_id].pk].append(need.specialty)
    people = list(_reachable(task, [slug for slug in today if today[slug].pk in own], regions))
    leaves = _leaves(task, people)
    members, absent = {}, []
    for inspector in people:
        system = today[inspector.agency.system_id].pk
        reach = tuple(sorted({r.pk for r in _places(inspector)} & regions))
        why = _away(inspector, task, leaves.get(inspector.pk, []))
        if why:
            absent.append(Absent(inspector, system, reach, *why))
            continue
        skills = tuple(sorted(tags(inspector.specialty) & set(needs[system])))
        cap = task.load_cap or NO_LIMIT
        members[f"R{len(members) + 1:04d}"] = Member(inspector, system, reach, skills, cap)
    drawn = {member.inspector.pk for member in members.values()}
    partly = [leave for pk, found in leaves.items() if pk in drawn for leave in found]
    recusals = _recusals(members, selections)
    roster = Roster(task, selections, own, members, dict(needs), recusals, absent, partly)
    _staff(roster)
    return roster


def _reachable(task: Task, slugs: list[str], regions: set[str]) -> QuerySet[Inspector]:
    """Inspectors on duty of these systems who belong to one of the regions or are sent there."""
    return (
        Inspector.objects.filter(is_active=True, is_adviser=False)
        .exclude(certificate_no="")
        .filter(agency__is_inspecting=True, agency__system__in=slugs)
        .filter(
            Q(agency__region__in=regions)
            | Q(pk__in=Inspector.objects.filter(also_in__in=regions).values("pk"))
        )
        .select_related("agency__system", "agency__region")
        .prefetch_related("also_in")
        .order_by("pk")
    )


def _places(inspector: Inspector) -> list:
    return [inspector.agency.region, *inspector.also_in.all()]


def _leaves(task: Task, people: list[Inspector]) -> dict[int, list[Leave]]:
    found: dict[int, list[Leave]] = defaultdict(list)
    rows = Leave.objects.during(task.onsite_from, task.onsite_until).filter(inspector__in=people)
    for leave in rows.select_related("inspector").order_by("starts_on"):
        found[leave.inspector_id].append(leave)
    return found


def _away(inspector: Inspector, task: Task, leaves: list[Leave]) -> tuple[str, str] | None:
    """Why an inspector cannot be drawn: in short, and for the list."""
    until = inspector.certificate_valid_until
    if until is None or until < task.onsite_until:
        return "执法证到期", f"执法证 {until:%Y-%m-%d} 到期" if until else "没有执法证有效期"
    if _covered(leaves, task.onsite_from, task.onsite_until):
        return "请假", f"现场检查期间{leaves[0].reason}"
    return None


def _covered(leaves: list[Leave], first: date, last: date) -> bool:
    """Whether leave takes every day of a period; `leaves` are in the order of their start."""
    day = first
    for leave in leaves:
        if leave.starts_on > day:
            return False
        day = max(day, leave.ends_on + timedelta(days=1))
    return day > last


def _recusals(members: dict[str, Member], selections: list[Selection]) -> list[tuple[str, str]]:
    code_of = {member.inspector.pk: code for code, member in members.items()}
    drawn = {selection.target_id: selection.target.code for selection in selections}
    standing = Recusal.objects.filter(inspector__in=code_of, ended_on=None)
    pairs = {
        (code_of[recusal.inspector_id], drawn.get(recusal.target_id, "*"))
        for recusal in standing
        if recusal.target_id is None or recusal.target_id in drawn
    }
    return sorted(pairs)


def _staff(roster: Roster) -> None:
    """Find the targets that cannot be staffed, and those where it is narrow."""
    demand = roster.task.rules["inspectors_per_agency"]
    banned = set(roster.recusals)
    everywhere = {code for code, target in roster.recusals if target == "*"}
    by_target = {selection.target.code: selection for selection in roster.selections}
    for slug, system in roster.systems.items():
        wanted = set(roster.needs.get(slug, ()))
        by_region: dict[str, list[str]] = defaultdict(list)
        for code, member in roster.members.items():
            if member.system == slug and wanted <= set(member.skills) and code not in everywhere:
                for region in member.regions:
                    by_region[region].append(code)
        free = {
            target: [
                code
                for code in by_region[selection.target.region_id]
                if (code, target) not in banned
            ]
            for target, selection in by_target.items()
        }
        for group in hall_condition.shortages(free, demand, roster.task.load_cap):
            roster.short.append(_shortage(roster, system, demand, group))
        roster.thin += [
            Thin(by_target[target], system, len(codes))
            for target, codes in free.items()
            if demand <= len(codes) < demand + 2
        ]


def _shortage(
    roster: Roster, system: System, demand: int, group: tuple[set[str], set[str]]
) -> Shortage:
    targets = [one for one in roster.selections if one.target.code in group[0]]
    regions = {one.target.region_id for one in targets}
    reasons = Counter(
        one.why for one in roster.absent if one.system == system.pk and regions & set(one.regions)
    )
    near = {
        code: member
        for code, member in roster.members.items()
        if member.system == system.pk and regions & set(member.regions)
    }
    wanted = set(roster.needs.get(system.pk, ()))
    recused = {code for code, target in roster.recusals if target in {"*", *group[0]}}
    reasons["须回避"] = len(recused & set(near))
    reasons["专业不符"] = sum(1 for member in near.values() if not wanted <= set(member.skills))
    people = [roster.members[code].inspector for code in sorted(group[1])]
    return Shortage(system, demand, targets, people, roster.task.load_cap, dict(reasons))


def executing_agencies(task: Task) -> dict[tuple[str, str], Agency]:
    """(system, region) -> the agency that executes there; people sent from elsewhere join it."""
    today = successors()
    regions = task.selections.values("target__region")
    found: dict[tuple[str, str], Agency] = {}
    agencies = Agency.objects.inspecting().filter(region__in=regions).select_related("system")
    for agency in agencies.order_by("code"):
        key = (today[agency.system_id].pk, agency.region_id)
        if key not in found or agency.system_id == key[0]:
            found[key] = agency
    return found
