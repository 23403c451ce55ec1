"""A draw as people can follow it: what was frozen, who contributed, the arithmetic, the tickets.

Read from the exact frozen texts, never from the registries, so that a page shows what was drawn.
The texts never change, so what is counted in a long list is counted once per process.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.core.cache import cache

from draws import drs1
from draws.arithmetic import (
    ROUNDING,
    arithmetic,
    batch_sentence,
    batch_sizes,
    calculation,
    percent_text,
    total_of,
)
from draws.ceremony_plan import outlook
from draws.models import WEAKEST, ContributionKind, Disclosure, Draw
from draws.reads import history
from draws.reads.known import NOBODY, Known, Line, Named, Tiers, behind
from draws.reasons import EVERYBODY, described, place

MANY = 500  # a page shows no more tickets than this; the certificate holds them all


@dataclass(frozen=True)
class Ticket:
    """One candidate's number: `percent` is its place between 0 and 2^256, as SVG text.

    `name` is empty where only its id in the files may be shown.
    """

    id: str
    name: str
    region: str
    ticket: str
    percent: str
    drawn: bool

    @property
    def label(self) -> str:
        """The name, or the beginning of the alias."""
        return self.name or f"{self.id[:8]}…"


@dataclass
class StratumEvidence:
    """One line of the strata table and its strip."""

    code: str
    name: str
    base: int
    ratio_ppm: int
    ratio_text: str
    calc: str
    rounding: str
    quota: int
    taken: int = 0
    cut: str | None = None
    cut_percent: str | None = None
    tickets: list[Ticket] = field(default_factory=list)


@dataclass(frozen=True)
class Contribution:
    """What one contributor has promised and added to the seed; empty where nothing came yet."""

    who: str
    way: str
    is_sealed: bool
    is_outside: bool
    commit: str
    value: str
    committed_at: datetime | None
    revealed_at: datetime | None


@dataclass(frozen=True)
class Drawn:
    """One drawn target; `name` is empty where only its id in the files may be shown."""

    number: int
    id: str
    name: str
    stratum_name: str
    region: str
    batch: int
    ticket: str


@dataclass
class Evidence:
    """Everything a page about a draw shows."""

    files: list[tuple[str, str, str]]
    contributions: list[Contribution]
    strata: list[StratumEvidence]
    total_base: int
    total_quota: int
    floor_text: str
    batch_text: str
    excluded: list[tuple[str, str, int]]
    forced: list[tuple[str, str, int]]
    assurance: str
    assurance_text: str
    seed: str
    system_open: str
    total_taken: int
    selected: list[Drawn]
    log: list[Line]

    @property
    def is_weak(self) -> bool:
        """Grade C: whoever operates the portal could have chosen (2.11)."""
        return self.assurance == WEAKEST

    @property
    def forced_count(self) -> int:
        """How many were forced in."""
        return sum(count for _, _, count in self.forced)

    @property
    def quota_text(self) -> str:
        """How many are drawn, with the unit."""
        return f"{self.total_quota} 户"

    @property
    def tickets(self) -> list[Ticket]:
        """All tickets of the pool, ascending."""
        every = [ticket for stratum in self.strata for ticket in stratum.tickets]
        return sorted(every, key=lambda ticket: (ticket.ticket, ticket.id))


def strata_of(allocation: drs1.Allocation, names: dict[str, str]) -> list[StratumEvidence]:
    """The strata table from an allocation, in the order of the grades."""
    order = {code: place for place, code in enumerate(names)}
    shares = sorted(allocation.shares.values(), key=lambda s: order.get(s.stratum.code, 99))
    return [
        StratumEvidence(
            code=share.stratum.code,
            name=names.get(share.stratum.code, share.stratum.code),
            base=share.base,
            **arithmetic(share),
            quota=share.quota,
        )
        for share in shares
    ]


def floor_sentence(plan: drs1.Plan, allocation: drs1.Allocation) -> str:
    """The overall floor as a sentence with its arithmetic (F14)."""
    ppm, minimum = plan.floor
    total = sum(share.base for share in allocation.shares.values())
    if not ppm and not minimum:
        return ""
    text = f"总数下限：{calculation(total, ppm)}，进一为 {allocation.need} 户。"
    if allocation.deficit:
        return text + f"分档合计 {allocation.have} 户，还差 {allocation.deficit} 户，按抽签号补抽。"
    return text + f"分档合计 {allocation.have} 户，已达到，不需补抽。"


def of(draw: Draw, *, names: bool, tickets: bool | None = None, known: Known = NOBODY) -> Evidence:
    """The evidence of a draw of targets.

    names: whether firms may be named. tickets: whether ids, tickets and seed may be shown; as
    `names` unless told. Without both the numbers still stand. known: who is behind the ids.
    """
    tickets = names if tickets is None else tickets
    plan = drs1.parse_plan(draw.plan_text, draw.draw_id)
    counts = _counts(draw)
    allocation = drs1.allocate_counts(plan, counts.strata)
    labels = _stratum_names(draw, plan, known.tiers(draw), names)
    strata = strata_of(allocation, labels)
    rows = list(_selected(draw)) if draw.seed else []
    _take(strata, rows)
    shown = rows[:MANY] if tickets else []
    found = behind(known, draw, [row[1] for row in shown]) if names else {}
    if tickets and draw.seed:
        _plot(strata, draw, plan, rows, known if names else NOBODY)
    return Evidence(
        files=_files(draw, plan, counts, labels),
        contributions=_contributions(draw),
        strata=strata,
        total_base=sum(stratum.base for stratum in strata),
        total_quota=total_of(allocation),
        floor_text=floor_sentence(plan, allocation),
        batch_text=batch_sentence(batch_sizes(total_of(allocation), plan.batches)),
        excluded=counts.by_reason("X"),
        forced=counts.by_reason("F"),
        assurance=draw.assurance,
        assurance_text=outlook(draw, draw.opened_at)[1] if draw.opened_at else "",
        seed=draw.seed,
        system_open=draw.opened_secret,
        total_taken=len(rows),
        selected=[_drawn(row, found, labels) for row in shown],
        log=history.of(draw, known=known if names else NOBODY),
    )


@dataclass(frozen=True)
class Counts:
    """What a list holds: candidates by stratum and status, and those out or forced in by reason."""

    strata: Counter
    reasons: Counter

    @property
    def total(self) -> int:
        """All lines of the list."""
        return self.strata.total()

    @property
    def excluded(self) -> int:
        """How many are out."""
        return sum(count for (_, status), count in self.strata.items() if status == "X")

    def by_reason(self, status: str) -> list[tuple[str, str, int]]:
        """What each reason of a status says, its basis, and how many it concerns."""
        codes = [code for one, code in self.reasons if one == status]
        return [(*described(code), self.reasons[status, code]) for code in sorted(codes, key=place)]


def _counts(draw: Draw) -> Counts:
    """The counts of a frozen list; the text is read only the first time."""
    found = cache.get_or_set(
        f"draw-reasons:{draw.freeze_digest}", lambda: _count(draw.candidates_text), None
    )
    return Counts(*found)


def _count(text: str) -> tuple[Counter, Counter]:
    strata: Counter = Counter()
    reasons: Counter = Counter()
    lines = iter(text.splitlines())
    next(lines)
    for line in lines:
        _, stratum, status, reason, _ = line.split("\t", 4)
        strata[stratum, status] += 1
        if status != "P":
            reasons[status, reason] += 1
    return strata, reasons


def _selected(draw: Draw) -> Iterator[list[str]]:
    """The `selected` lines of the result: number, id, stratum, how, batch, ticket (2.11)."""
    for line in draw.result_text.splitlines():
        if line.startswith("selected\t"):
            yield line.split("\t")[1:]


def _stratum_names(draw: Draw, plan: drs1.Plan, tiers: Tiers, names: bool) -> dict[str, str]:
    """Names in the order of the grades; 第 1 档 where a grading is not public and no firm is named."""
    shows = names or tiers.is_public
    if draw.disclosure == Disclosure.ALIAS:
        given = draw.labels.get("strata", {})
        ordered = [code for code in given if code in plan.strata]
        return {
            code: given[code] if shows else f"第 {number} 档"
            for number, code in enumerate(ordered, 1)
        }
    if tiers.names and shows:
        return {code: name for code, name in tiers.names.items() if code in plan.strata}
    return {
        code: "全部对象" if code == EVERYBODY else f"第 {number} 档"
        for number, code in enumerate(plan.strata, 1)
    }


def _take(strata: list[StratumEvidence], rows: list[list[str]]) -> None:
    """How many each stratum gave, and the last ticket that was drawn by quota."""
    by_code = {stratum.code: stratum for stratum in strata}
    for _, _, code, how, _, ticket in rows:
        stratum = by_code[code]
        stratum.taken += 1
        if how != "forced":
            stratum.cut, stratum.cut_percent = ticket, _percent(ticket)


def _percent(ticket: str) -> str:
    return f"{int(ticket[:8], 16) / 2**32 * 100:.2f}"


def _plot(
    strata: list[StratumEvidence],
    draw: Draw,
    plan: drs1.Plan,
    rows: list[list[str]],
    known: Known,
) -> None:
    """The points of the strips: everybody on a short list, only the drawn on a long one."""
    by_code = {stratum.code: stratum for stratum in strata}
    drawn = {row[1] for row in rows}
    if sum(stratum.base for stratum in strata) <= MANY:
        candidates = drs1.parse_candidates(draw.candidates_text, draw.draw_id, plan)
        selection = drs1.select(
            plan, candidates, bytes.fromhex(draw.seed), drs1.allocate(plan, candidates)
        )
        points = [
            (ticket.hex(), c.id, c.stratum) for ticket, c in selection.tickets if c.status != "X"
        ]
    else:
        points = [(ticket, id_, code) for _, id_, code, _, _, ticket in rows[:MANY]]
    found = behind(known, draw, [id_ for _, id_, _ in points])
    for ticket, id_, code in points:
        target = found.get(id_)
        by_code[code].tickets.append(
            Ticket(
                id_,
                target.name if target else "",
                target.region.name if target else "",
                ticket,
                _percent(ticket),
                id_ in drawn,
            )
        )


def _drawn(row: list[str], found: dict[str, Named], labels: dict[str, str]) -> Drawn:
    number, id_, code, _, batch, ticket = row
    target = found.get(id_)
    return Drawn(
        number=int(number),
        id=target.code if target else id_,
        name=target.name if target else "",
        stratum_name=labels.get(code, code),
        region=target.region.name if target else "",
        batch=int(batch),
        ticket=ticket,
    )


def _files(
    draw: Draw, plan: drs1.Plan, counts: Counts, labels: dict[str, str]
) -> list[tuple[str, str, str]]:
    frozen = dict(line.split("\t")[:2] for line in draw.freeze_text.splitlines()[1:])
    ratios = "、".join(
        f"{labels.get(code, code)} {_share_text(s)}" for code, s in _ordered(plan, labels)
    )
    rules = f"{ratios}；总数不低于 {percent_text(plan.floor[0])}；小数{ROUNDING[_mode(plan)]}"
    if plan.batches > 1:
        rules += f"；按抽签号先后分 {plan.batches} 批"
    return [
        (
            "检查对象名单",
            f"{counts.total} 户，排除 {counts.excluded} 户",
            frozen["candidates"],
        ),
        ("比例与规则", rules, frozen["plan"]),
        ("系统随机数（封存）", "", draw.anchor),
        ("总指纹", "", draw.freeze_digest),
    ]


def _share_text(stratum: drs1.Stratum) -> str:
    return f"{stratum.value} 户" if stratum.mode == "fixed" else percent_text(stratum.value)


def _ordered(plan: drs1.Plan, labels: dict[str, str]) -> list[tuple[str, drs1.Stratum]]:
    order = {code: place for place, code in enumerate(labels)}
    return sorted(plan.strata.items(), key=lambda pair: order.get(pair[0], 99))


def _mode(plan: drs1.Plan) -> str:
    modes = [stratum.mode for stratum in plan.strata.values() if stratum.mode != "fixed"]
    return modes[0] if modes else "fixed"


def _contributions(draw: Draw) -> list[Contribution]:
    ways = {ContributionKind.SEALED: "密封", ContributionKind.OPEN: "当场念出"}
    return [
        Contribution(
            c.speaker or c.code,
            ways[c.way],
            c.way == ContributionKind.SEALED,
            c.is_outside,
            c.commit,
            c.value,
            c.committed_at,
            c.revealed_at,
        )
        for c in draw.contributors.all()
    ]
