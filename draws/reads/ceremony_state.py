"""A ceremony as the people in the hall follow it: who has given what, what is still missing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from draws.ceremony_plan import CLOSING_TIME, DICE, beacon_name, is_expected, outlook
from draws.flows import DrawStatus
from draws.models import WEAKEST, AbsenceRule, BeaconKind, ContributionKind, Contributor, Draw
from draws.times import time_text

CONSENT = "保证等级为 C，须由第二人同意"


@dataclass(frozen=True)
class PartyState:
    """One contributor. level: done, soon or late, as the chip beside it."""

    row: Contributor
    level: str
    word: str
    note: str = ""
    value: str = ""


@dataclass(frozen=True)
class Hall:
    """Everything about a draw that is not opened yet, or was not."""

    draw: Draw
    now: datetime
    parties: list[PartyState]
    needs: list[str]
    grade: str
    sentence: str

    @property
    def is_weak(self) -> bool:
        """Whether a second person has to agree."""
        return self.grade == WEAKEST

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing any more."""
        return not self.needs

    @property
    def speaks_last(self) -> bool:
        """Whether the witness speaks as the lead opens: nobody seals, and no beacon follows."""
        return _speaks_last(self.draw, [party.row for party in self.parties])

    @property
    def headline(self) -> str:
        """The state in one line."""
        if self.draw.beacon_kind != BeaconKind.NONE:
            return "已经齐备，正在自动开启" if self.is_ready else "还不能摇号"
        return "可以摇号" if self.is_ready else "还不能摇号"

    @property
    def beacon(self) -> str:
        """The public beacon with its issue; empty without one."""
        return beacon_name(self.draw.beacon_kind, self.draw.beacon_ref)

    @property
    def deadlines(self) -> list[tuple[str, datetime, str]]:
        """What runs out: label, instant, how far away it is."""
        draw = self.draw
        given = (
            ("密封截止", draw.commit_until),
            ("公开截止", draw.reveal_until),
            ("公共随机源产生", draw.beacon_at),
        )
        return [(label, at, away(at, self.now)) for label, at in given if at]


def of(draw: Draw, now: datetime) -> Hall:
    """The state of a draw. Two queries."""
    grade, sentence = outlook(draw, now)
    grade = draw.assurance or grade
    rows = list(draw.contributors.all())
    parties = [_party(row, draw, now) for row in rows]
    needs = _needs(draw, rows, grade, now) if draw.status == DrawStatus.FROZEN else []
    return Hall(draw, now, parties, needs, grade, sentence)


def away(at: datetime, now: datetime) -> str:
    """`还有 1 小时 20 分`, or that it is over."""
    minutes = int((at - now).total_seconds()) // 60
    if at <= now:
        return "已到"
    if minutes < 1:
        return "不到 1 分钟"
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [(days, "天"), (hours, "小时"), (0 if days else minutes, "分")]
    return "还有 " + " ".join(f"{n} {unit}" for n, unit in parts if n)


def _party(row: Contributor, draw: Draw, now: datetime) -> PartyState:
    if row.way == ContributionKind.OPEN:
        return _witness(row, draw, now)
    sealed = f"密封值 {time_text(row.committed_at)} 提交" if row.commit else ""
    if row.value:
        return PartyState(
            row, "done", "已公开", f"{sealed}，{time_text(row.revealed_at)} 公开", row.value
        )
    if not is_expected(row, draw, now):
        return PartyState(row, "late", "缺席", sealed or "没有在截止以前密封")
    if row.commit:
        return PartyState(row, "soon", "已密封，待公开", sealed, row.commit)
    return PartyState(row, "soon", "待密封", f"{time_text(draw.commit_until)} 截止")


def _witness(row: Contributor, draw: Draw, now: datetime) -> PartyState:
    if row.value:
        note = f"{row.speaker}，{time_text(row.revealed_at)} 录入"
        return PartyState(row, "done", "已录入", note, row.value)
    if not is_expected(row, draw, now):
        return PartyState(row, "late", "缺席")
    return PartyState(row, "soon", "待录入", "当场念出，由牵头单位经办录入")


def _needs(draw: Draw, rows: list[Contributor], grade: str, now: datetime) -> list[str]:
    """What is still missing, in the order of the ceremony."""
    needs = list(_contributions_missing(draw, rows, now))
    if draw.beacon_kind != BeaconKind.NONE and not draw.beacon_value:
        when = f"{time_text(draw.beacon_at)} 产生"
        what = f"{beacon_name(draw.beacon_kind, draw.beacon_ref)}，"
        needs.append(
            f"{what}{when}，此后由两人分别录入"
            if now < draw.beacon_at
            else f"{what}已经产生，须由两人分别录入一致"
        )
    if grade == "C" and draw.consented_by_id is None:
        needs.append(CONSENT)
    return needs


def _contributions_missing(draw: Draw, rows: list[Contributor], now: datetime) -> Iterator[str]:
    if draw.closed_digest:
        return
    absent = [row.code for row in rows if not is_expected(row, draw, now)]
    if draw.beacon_at and now >= draw.beacon_at:
        yield "各方随机数没有赶在公共随机源产生之前截止，只能提请作废"
    elif absent and draw.missing == AbsenceRule.VOID:
        yield f"{'、'.join(absent)}缺席，按封存时的约定只能提请作废"
    else:
        speaks_last = _speaks_last(draw, rows)
        yield from (
            _wanted(row)
            for row in rows
            if not row.value and row.code not in absent and not speaks_last
        )
        if draw.beacon_kind != BeaconKind.NONE:
            last = draw.reveal_until or draw.beacon_at - CLOSING_TIME
            yield f"各方随机数截止并公布（到齐即截止，最晚 {time_text(last)}）"


def _speaks_last(draw: Draw, rows: list[Contributor]) -> bool:
    no_beacon = draw.beacon_kind == BeaconKind.NONE
    return no_beacon and all(row.way == ContributionKind.OPEN for row in rows)


def _wanted(row: Contributor) -> str:
    if row.way == ContributionKind.OPEN:
        return f"录入{row.code}的{'点数' if row.code == DICE else '短语'}"
    return f"{row.code}{'公开' if row.commit else '密封'}随机数"
