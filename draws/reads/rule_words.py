"""The lines of a plan file as words, for people who compare two of them (2.3)."""

from collections.abc import Callable
from datetime import datetime

from draws.arithmetic import ROUNDING, percent_text
from draws.ceremony_plan import beacon_name
from draws.models import AbsenceRule, ContributionKind
from draws.reasons import EVERYBODY
from draws.times import time_text

DEADLINES = {"commit": "密封截止", "reveal": "公开截止", "beacon": "公共随机源产生"}


def words_of(line: str, strata: dict[str, str]) -> str:
    """One line of the file; a kind that has no words stands as it is. strata: names by code."""
    kind, *values = line.split("\t")
    if kind == "stratum":
        return _stratum(strata, *values)
    return WORDS[kind](*values) if kind in WORDS else " ".join([kind, *values])


def _stratum(strata: dict[str, str], code: str, mode: str, value: str, *_: str) -> str:
    name = "全部对象" if code == EVERYBODY else strata.get(code, code)
    if mode == "fixed":
        return f"{name}：{value} 户"
    return f"{name}：{percent_text(int(value))}，{ROUNDING[mode]}"


def _contributor(who: str, way: str) -> str:
    return f"{who}{'密封' if way == ContributionKind.SEALED else '当场提供'}随机数"


def _deadline(name: str, at: str) -> str:
    return f"{DEADLINES[name]} {time_text(datetime.fromisoformat(at))}"


WORDS: dict[str, Callable[..., str]] = {
    "floor": lambda ppm, _: f"总数不低于 {percent_text(int(ppm))}",
    "batches": lambda count: f"分 {count} 批",
    "contributor": _contributor,
    "outside": lambda who: f"{who}不属于组织单位",
    "missing": lambda rule: AbsenceRule(rule).label,
    "deadline": _deadline,
    "beacon": lambda kind, ref: beacon_name(kind, ref) or "不使用公共随机源",
    "period": lambda days: f"检查期间 {days.replace('/', ' 至 ')}",
    "title": lambda title: f"任务名称：{title}",
}
