"""A draw as people can follow it: what was frozen, who contributed, the arithmetic, the tickets.

Read from the exact frozen texts, never from the registries, so that a page shows what was drawn.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from registries.models import Grade, Target
from tasks import drs1
from tasks.models import Disclosure, Draw, DrawRecord, Way
from tasks.pool.plan import batch_sizes, total_of
from tasks.reasons import described, place

ROUNDING = {"up": "进一", "down": "舍去", "half": "四舍五入", "lr": "最大余数", "fixed": "定数"}
GRADES = {
    "A": "公共随机源或外部参与方保证，组织者无法操纵。",
    "B": "两个以上外部参与方按时公开，未用公共随机源。",
    "C": "可被操作员操纵：没有外部密封贡献，也没有公共随机源。",
}
EVENTS = {
    "freeze": "封存名单、比例和规则，公布总指纹。",
    "commit": "参与方提交密封值。",
    "reveal": "见证人当场念出短语，录入。",
    "closed": "贡献截止，公布截止指纹。",
    "open": "开启系统随机数，形成种子和结果。",
    "publish": "化名与对象的对照表交审计保存，公布其指纹。",
}


@dataclass(frozen=True)
class Ticket:
    """One candidate's number: `percent` is its place between 0 and 2^256, as SVG text."""

    id: str
    name: str
    region: str
    ticket: str
    percent: str
    drawn: bool


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
    forced: int = 0
    taken: int = 0
    cut: str | None = None
    cut_percent: str | None = None
    tickets: list[Ticket] = field(default_factory=list)


@dataclass(frozen=True)
class Contribution:
    """What one contributor added to the seed."""

    who: str
    way: str
    value: str
    at: datetime | None


@dataclass(frozen=True)
class Drawn:
    """One drawn target."""

    number: int
    id: str
    name: str
    stratum_name: str
    region: str
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
    selected: list[Drawn]
    log: list[tuple[datetime, str]]

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


def percent_text(ppm: int) -> str:
    """200000 → 20%, 33333 → 3.3333%."""
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + "%"


def calculation(base: int, ppm: int) -> str:
    """`14 × 20% = 2.8`: exact, with one decimal unless more are needed."""
    product = base * ppm
    whole, rest = divmod(product, drs1.PPM)
    decimals = f"{rest:06d}".rstrip("0") or "0"
    return f"{base} × {percent_text(ppm)} = {whole}.{decimals}"


def rounding_text(mode: str, base: int, ppm: int) -> str:
    """How a share was rounded; 恰为整数 where nothing had to be."""
    if mode != "fixed" and base * ppm % drs1.PPM == 0:
        return "恰为整数"
    return ROUNDING[mode]


def batch_sentence(sizes: list[int]) -> str:
    """`按抽签号先后分两批：第一批 14 户，第二批 13 户。`; nothing for a single batch."""
    if len(sizes) < 2:
        return ""
    parts = "，".join(f"第{_ordinal(n)}批 {size} 户" for n, size in enumerate(sizes, 1))
    count = "两" if len(sizes) == 2 else _ordinal(len(sizes))
    return f"按抽签号先后分{count}批：{parts}。"


def _ordinal(number: int) -> str:
    """1 to 99 in Chinese."""
    tens, ones = divmod(number, 10)
    digits = "零一二三四五六七八九"
    head = "" if not tens else ("" if tens == 1 else digits[tens]) + "十"
    return head + (digits[ones] if ones or not tens else "")


def strata_of(allocation: drs1.Allocation, names: dict[str, str]) -> list[StratumEvidence]:
    """The strata table from an allocation, in the order of the grades."""
    order = {code: place for place, code in enumerate(names)}
    shares = sorted(allocation.shares.values(), key=lambda s: order.get(s.stratum.code, 99))
    return [
        StratumEvidence(
            code=share.stratum.code,
            name=names.get(share.stratum.code, share.stratum.code),
            base=share.base,
            **_arithmetic(share),
            quota=share.quota,
            forced=share.forced,
        )
        for share in shares
    ]


def _arithmetic(share: drs1.Share) -> dict:
    """How the share of a stratum came about: a ratio of its base, or a fixed count."""
    value, mode = share.stratum.value, share.stratum.mode
    if mode == "fixed":
        return {"ratio_ppm": 0, "ratio_text": "定数", "calc": f"{value} 户", "rounding": "不取整"}
    return {
        "ratio_ppm": value,
        "ratio_text": percent_text(value),
        "calc": calculation(share.base, value),
        "rounding": rounding_text(mode, share.base, value),
    }


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


def of(draw: Draw, names: bool) -> Evidence:
    """The evidence of a draw of targets.

    names: whether firms may be named; without names and tickets the numbers still stand.
    """
    plan = drs1.parse_plan(draw.plan_text, draw.draw_id)
    candidates = drs1.parse_candidates(draw.candidates_text, draw.draw_id, plan)
    allocation = drs1.allocate(plan, candidates)
    labels = _stratum_names(draw, plan, names)
    strata = strata_of(allocation, labels)
    selection = None
    if draw.seed:
        selection = drs1.select(plan, candidates, bytes.fromhex(draw.seed), allocation)
        _take(strata, selection, named=_known(draw, candidates) if names else None)
    known = _known(draw, candidates) if names and selection else {}
    return Evidence(
        files=_files(draw, plan, candidates, labels),
        contributions=_contributions(draw),
        strata=strata,
        total_base=sum(stratum.base for stratum in strata),
        total_quota=total_of(allocation),
        floor_text=floor_sentence(plan, allocation),
        batch_text=batch_sentence(batch_sizes(total_of(allocation), plan.batches)),
        excluded=_counted(candidates, "X"),
        forced=_counted(candidates, "F"),
        assurance=draw.assurance,
        assurance_text=GRADES.get(draw.assurance, ""),
        seed=draw.seed,
        system_open=draw.opened_secret,
        selected=_drawn(selection, known, labels) if names and selection else [],
        log=_log(draw),
    )


def _stratum_names(draw: Draw, plan: drs1.Plan, names: bool) -> dict[str, str]:
    """Names in the order of the grades; 第 1 档 where a grading is not public and no firm is named."""
    scheme = draw.task.scheme
    if scheme and (names or scheme.is_public):
        if draw.disclosure == Disclosure.ALIAS:
            return draw.labels["strata"]
        grades = Grade.objects.filter(scheme=scheme).order_by("position")
        return {grade.slug: grade.name for grade in grades if grade.slug in plan.strata}
    return {
        code: f"第 {number} 档" if scheme else "全部对象"
        for number, code in enumerate(plan.strata, 1)
    }


def _known(draw: Draw, candidates: list[drs1.Candidate]) -> dict[str, Target]:
    """The target behind every id: a code, or an alias."""
    targets = Target.objects.select_related("region")
    if draw.disclosure == Disclosure.ALIAS:
        found = targets.in_bulk(draw.roster.values())
        return {alias: found[pk] for alias, pk in draw.roster.items()}
    return {target.code: target for target in targets.filter(code__in=[c.id for c in candidates])}


def _take(
    strata: list[StratumEvidence], selection: drs1.Selection, named: dict[str, Target] | None
) -> None:
    by_code = {stratum.code: stratum for stratum in strata}
    drawn = {chosen.id for chosen in selection.chosen}
    for ticket, candidate in selection.tickets:
        if candidate.status == "X":
            continue
        stratum = by_code[candidate.stratum]
        is_drawn = candidate.id in drawn
        percent = f"{int.from_bytes(ticket[:4], 'big') / 2**32 * 100:.2f}"
        if is_drawn:
            stratum.taken += 1
            stratum.cut, stratum.cut_percent = ticket.hex(), percent
        if named is not None:
            target = named[candidate.id]
            stratum.tickets.append(
                Ticket(
                    candidate.id, target.name, target.region.name, ticket.hex(), percent, is_drawn
                )
            )


def _drawn(
    selection: drs1.Selection, known: dict[str, Target], labels: dict[str, str]
) -> list[Drawn]:
    return [
        Drawn(
            chosen.number,
            chosen.id,
            known[chosen.id].name,
            labels.get(chosen.stratum, chosen.stratum),
            known[chosen.id].region.name,
            chosen.ticket,
        )
        for chosen in selection.chosen
    ]


def _files(
    draw: Draw, plan: drs1.Plan, candidates: list[drs1.Candidate], labels: dict[str, str]
) -> list[tuple[str, str, str]]:
    out = sum(1 for c in candidates if c.status == "X")
    ratios = "、".join(
        f"{labels.get(code, code)} {_asked(stratum)}" for code, stratum in _ordered(plan, labels)
    )
    rules = f"{ratios}；总数不低于 {percent_text(plan.floor[0])}；小数{ROUNDING[_mode(plan)]}"
    return [
        (
            "检查对象名单",
            f"{len(candidates)} 户，排除 {out} 户",
            drs1.digest(draw.candidates_text),
        ),
        ("比例与规则", rules, drs1.digest(draw.plan_text)),
        ("系统随机数（封存）", "", draw.anchor),
        ("总指纹", "", draw.freeze_digest),
    ]


def _ordered(plan: drs1.Plan, labels: dict[str, str]) -> list[tuple[str, drs1.Stratum]]:
    order = {code: place for place, code in enumerate(labels)}
    return sorted(plan.strata.items(), key=lambda pair: order.get(pair[0], 99))


def _asked(stratum: drs1.Stratum) -> str:
    return f"{stratum.value} 户" if stratum.mode == "fixed" else percent_text(stratum.value)


def _mode(plan: drs1.Plan) -> str:
    """The rounding of the ratios; tiers with a fixed count have none."""
    modes = [stratum.mode for stratum in plan.strata.values() if stratum.mode != "fixed"]
    return modes[0] if modes else "fixed"


def _contributions(draw: Draw) -> list[Contribution]:
    ways = {Way.SEALED: "密封", Way.OPEN: "当场念出"}
    return [
        Contribution(c.speaker or c.code, ways[c.way], c.value, c.revealed_at)
        for c in draw.contributors.all()
        if c.value
    ]


def _counted(candidates: list[drs1.Candidate], status: str) -> list[tuple[str, str, int]]:
    counts = Counter(c.reason for c in candidates if c.status == status)
    return [(*described(code), counts[code]) for code in sorted(counts, key=place)]


def _log(draw: Draw) -> list[tuple[datetime, str]]:
    records = DrawRecord.objects.filter(draw=draw).order_by("seq")
    lines = [(record.at, EVENTS[record.type]) for record in records]
    if draw.consented_at:
        lines.append(
            (draw.consented_at, f"{draw.consented_by.agency}一名工作人员同意按等级 C 摇号。")
        )
    return sorted(lines, key=lambda line: line[0])
