"""What is fixed about a draw before its freeze: who adds to the seed, and the public beacon (2.5).

Also which grade such a choice can reach (3.4), and what is missing for a better one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from agencies.models import Agency
from draws import drs1
from draws.models import WEAKEST, AbsenceRule, BeaconKind, ContributionKind, Contributor, Draw
from draws.times import utc

WITNESS = "见证人"
DICE = "见证骰子"
CLOSING_TIME = timedelta(minutes=5)  # between the last reveal and the beacon: several sweeps
DICE_ROLLS = 10  # at least: 6^10 outcomes cannot be tried by hand


@dataclass(frozen=True)
class Party:
    """One contributor. `code` is its name in the plan file; a witness has no agency."""

    code: str
    way: str = ContributionKind.OPEN
    agency_id: int | None = None
    is_outside: bool = False


def sealed(agency: Agency, lead_id: int) -> Party:
    """An agency as sealed contributor; it is outside when it is not the one that draws."""
    return Party(agency.name, ContributionKind.SEALED, agency.pk, agency.pk != lead_id)


@dataclass(frozen=True)
class Ceremony:
    """Contributors, what a missing one does, until when, and the beacon (times are aware)."""

    parties: tuple[Party, ...] = (Party(WITNESS),)
    missing: str = AbsenceRule.VOID
    commit_until: datetime | None = None
    reveal_until: datetime | None = None
    beacon_kind: str = BeaconKind.NONE
    beacon_ref: str = "-"
    beacon_at: datetime | None = None

    @property
    def lines(self) -> list[tuple[str, ...]]:
        """The lines of the plan file, in any order."""
        deadlines = {
            "commit": self.commit_until,
            "reveal": self.reveal_until,
            "beacon": self.beacon_at,
        }
        return [
            ("beacon", self.beacon_kind, self.beacon_ref),
            ("missing", self.missing),
            *(("contributor", party.code, party.way) for party in self.parties),
            *(("outside", party.code) for party in self.parties if party.is_outside),
            *(("deadline", name, utc(at)) for name, at in deadlines.items() if at),
        ]

    @property
    def sealed(self) -> list[Party]:
        """Who seals a value beforehand."""
        return [party for party in self.parties if party.way == ContributionKind.SEALED]

    @property
    def outside(self) -> int:
        """How many sealed contributors do not belong to the agency that draws."""
        return sum(party.is_outside for party in self.sealed)

    @property
    def is_weak(self) -> bool:
        """Whether a second person has to agree."""
        return self.grade == WEAKEST

    @property
    def grade(self) -> str:
        """The grade if everybody keeps to the plan."""
        return grade_of(self.beacon_kind, self.outside)

    @property
    def sentence(self) -> str:
        """Why this grade."""
        return sentence_of(self.grade, self.beacon_kind, self.outside)

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        """What is wrong with the choice: the field and a sentence."""
        if not self.parties and self.beacon_kind == BeaconKind.NONE:
            yield "witness", "没有任何人为种子提供随机数，请至少选一个参与方、见证人或公共随机源。"
        if len({party.code for party in self.parties}) < len(self.parties):
            yield "agencies", "两个参与单位的名称相同，封存文件中无法区分，请只选一个。"
        yield from self._times_at_fault(now)
        yield from self._beacon_at_fault(now)

    def _times_at_fault(self, now: datetime) -> Iterator[tuple[str, str]]:
        if not self.sealed:
            return
        if self.commit_until is None or self.commit_until <= now:
            yield "commit_until", "有单位密封随机数，请填写密封截止时间，须晚于现在。"
        elif self.reveal_until is None or self.reveal_until <= self.commit_until:
            yield "reveal_until", "请填写公开截止时间，须晚于密封截止时间。"

    def _beacon_at_fault(self, now: datetime) -> Iterator[tuple[str, str]]:
        if self.beacon_kind == BeaconKind.NONE:
            return
        try:
            drs1.BEACONS[self.beacon_kind].check_ref(self.beacon_ref)
        except drs1.Refused:
            yield "beacon_ref", REF_FORMS[self.beacon_kind]
            return
        if self.beacon_at is None:
            yield "beacon_at", "请填写公共随机源产生的时间。"
            return
        is_drand = self.beacon_kind == BeaconKind.DRAND
        if is_drand and utc(self.beacon_at) != drs1.drand_time(int(self.beacon_ref)):
            yield "beacon_at", "drand 的轮次与时间不符，请重新核对。"
        start = self.reveal_until if self.sealed and self.reveal_until else now
        if self.beacon_at < start + CLOSING_TIME:
            minutes = CLOSING_TIME // timedelta(minutes=1)
            after = "公开截止时间" if start is self.reveal_until else "现在"
            yield (
                "beacon_at",
                f"公共随机源须在{after}至少 {minutes} 分钟以后产生，这样各方随机数先固定、先公布。",
            )


SHORT = Ceremony()

REF_FORMS = {
    BeaconKind.SSQ: "双色球期号应为 5 至 7 位数字，例如 2021080。",
    BeaconKind.DLT: "大乐透期号应为 5 至 7 位数字，例如 21080。",
    BeaconKind.BOTH: "请依次填写双色球和大乐透的期号，用加号连接，例如 2021080+21080。",
    BeaconKind.DICE: "请填写掷骰次数，1 至 200 之间的整数。",
    BeaconKind.DRAND: "drand 轮次应为正整数。",
}
VALUE_FORMS = {
    BeaconKind.SSQ: "双色球应写成六个红球从小到大、加号、一个蓝球，每个号码两位，例如 02-15-19-24-31-32+04。",
    BeaconKind.DLT: "大乐透应写成五个前区号码、加号、两个后区号码，都从小到大、每个两位，例如 03-11-18-27-35+02-09。",
    BeaconKind.BOTH: "应先写双色球、再写大乐透，中间用斜线，例如 02-15-19-24-31-32+04/03-11-18-27-35+02-09。",
    BeaconKind.DICE: "骰子点数应连写成一串 1 至 6 的数字，个数与封存时约定的次数相同。",
    BeaconKind.DRAND: "drand 随机数应为 64 位小写十六进制。",
}


def beacon_name(kind: str, ref: str) -> str:
    """`双色球第 2021080 期`, `当众掷骰子 10 次`."""
    names = {
        BeaconKind.SSQ: f"双色球第 {ref} 期",
        BeaconKind.DLT: f"大乐透第 {ref} 期",
        BeaconKind.BOTH: "双色球第 {}、大乐透第 {} 期".format(*f"{ref}+".split("+")),
        BeaconKind.DICE: f"当众掷骰子 {ref} 次",
        BeaconKind.DRAND: f"drand 第 {ref} 轮",
    }
    return names.get(kind, "")


def drand_round(at: datetime) -> int:
    """The first drand quicknet round that is made at `at` or later."""
    seconds = int(at.timestamp()) - drs1.DRAND_GENESIS
    return max(1, 1 + -(-seconds // drs1.DRAND_PERIOD))


def grade_of(beacon_kind: str, outside: int, *, in_time: bool = True) -> str:
    """The grade of 3.4, where freeze and closed file are published.

    outside: sealed contributors from outside who revealed; in_time: both before the beacon.
    """
    if beacon_kind != BeaconKind.NONE:
        if not in_time:
            return "C"
        if beacon_kind in drs1.STRONG_BEACONS or outside:
            return "A"
    return "B" if outside >= 2 else "C"


def sentence_of(grade: str, beacon_kind: str, outside: int) -> str:
    """One sentence on why a draw has its grade, for everybody."""
    if grade == "A":
        return "公共随机源在名单和各方随机数固定以后才产生，组织单位无法操纵。"
    if grade == "B":
        return f"{outside} 个不属于组织单位的参与方密封了随机数，除非全部串通，否则无法操纵。"
    if beacon_kind != BeaconKind.NONE:
        return "只有一个可选结果较少的公共随机源，没有外部密封贡献，仍可被操作员操纵。"
    if outside:
        return "只有一个外部密封贡献，组织单位与其串通即可操纵结果。"
    return "没有外部密封贡献，也没有公共随机源，结果可被操作员操纵。"


def wanting(beacon_kind: str, outside: int) -> tuple[str, str] | None:
    """The next better grade and what is missing for it; None for A."""
    grade = grade_of(beacon_kind, outside)
    if grade == "A":
        return None
    if grade == "B":
        return "A", "再约定一个公共随机源，即为 A 级。"
    if beacon_kind != BeaconKind.NONE:
        return "A", "再有一个不属于本单位的参与方密封随机数，即为 A 级。"
    return "B", f"再有 {2 - outside} 个不属于本单位的参与方密封随机数，即为 B 级。"


def outlook(draw: Draw, now: datetime) -> tuple[str, str]:
    """The grade a frozen draw can still reach, with its sentence; that of an opened one is stored."""
    outside = sum(c.is_outside and is_expected(c, draw, now) for c in draw.contributors.all())
    in_time = draw.beacon_at is None or (draw.closed_at or now) < draw.beacon_at
    grade = grade_of(draw.beacon_kind, outside, in_time=in_time)
    if not in_time:
        return grade, "各方随机数没有赶在公共随机源产生之前截止，结果可被操作员操纵。"
    return grade, sentence_of(grade, draw.beacon_kind, outside)


def is_expected(contributor: Contributor, draw: Draw, now: datetime) -> bool:
    """Whether a contribution is there or can still come."""
    if contributor.value:
        return True
    if draw.closed_digest:
        return False
    if contributor.way == ContributionKind.OPEN:
        return True
    if not contributor.commit:
        return draw.commit_until is not None and now < draw.commit_until
    return draw.reveal_until is not None and now < draw.reveal_until
