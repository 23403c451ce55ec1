"""What of a task and its draw the public may see now (contracts section 4)."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta

from draws.flows import DrawStatus
from draws.models import Disclosure as DrawDisclosure
from draws.models import Draw
from draws.reads.comparison import Changes
from draws.reads.evidence import Drawn
from plans.models import ListPublished
from publication import rules
from publication.models import PublicationQuerySet
from tasks.models import Selection, Task
from tasks.reads.draws import changes_of


@dataclass(frozen=True, slots=True)
class Visibility:
    """Whether something is shown; why not, as a sentence; since when, where a date is known."""

    shown: bool
    why: str
    since: date | None


NEVER = (
    "这次抽查含限定公开或不予公开的事项，或者使用了不公开的等级，"
    "抽中企业的名称、抽签号和种子不公开；化名证书另行公布。"
)
ALIAS = (
    "这次抽取以化名公开：每户以一个只有它自己能认出的化名参加，任何人都能重算抽签，"
    "但看不出是哪一户。企业凭组织单位给的凭条可以找到自己。"
)
AT_LOCK = "抽中名单在各部门确认并锁定后公开，届时公布企业名称、抽签号、种子和证书。"


def names_of(task: Task) -> Visibility:
    """Whether drawn firms may be named, and why not; asks `Task.list_is_public`."""
    if not task.may_ever_name_firms:
        return Visibility(False, NEVER, None)
    since = _since(task)
    if task.list_is_public:
        return Visibility(True, "", since)
    if since is None:
        return Visibility(False, AT_LOCK, None)
    text = (
        f"抽中名单在现场检查阶段结束后公开（{since.year}年{since.month}月{since.day}日起），"
        "届时公布企业名称、抽签号、种子和证书。"
    )
    return Visibility(False, text, since)


def scheme_is_public(task: Task) -> bool:
    """Whether the grades of the task may be named."""
    return task.scheme is None or task.scheme.is_public


def evidence_of(draw: Draw) -> Visibility:
    """Whether seed, tickets, lists and certificate are shown. No query.

    A draw by aliases names nobody, so it is open as soon as it is drawn. Nobody is visited after
    a voided draw, so what it would have drawn is told at once (protocol 2.11).
    """
    if draw.disclosure == DrawDisclosure.ALIAS:
        return Visibility(True, ALIAS, None)
    if draw.status == DrawStatus.VOIDED and draw.drawn_for.task.may_ever_name_firms:
        return Visibility(True, "", None)
    return names_of(draw.drawn_for.task)


def _since(task: Task) -> date | None:
    if task.rules["list_published"] == ListPublished.AT_LOCK:
        return None
    return task.onsite_until + timedelta(days=1)


def drawn_name(selection: Selection) -> str:
    """The name of a drawn target as the public reads it."""
    target = selection.target
    return rules.public_name(target.kind, target.name, target.person_in_charge)


def drawn_code(selection: Selection) -> str:
    """The code of a drawn target; empty for natural persons."""
    target = selection.target
    return rules.public_code(target.kind, target.code, target.name, target.person_in_charge)


OPEN_FILES = ("plan", "freeze", "closed")
LIST_FILES = ("candidates", "inspectors", "recusals", "result")


def files(draw: Draw, shown: bool) -> list[str]:
    """The names of the files that can be had now. Reads none of the texts."""
    held = () if shown else held_back(draw)
    there = {
        "closed": bool(draw.closed_digest),
        "result": draw.status in (DrawStatus.OPENED, DrawStatus.VOIDED),
    }
    return [
        name for name in (*OPEN_FILES, *LIST_FILES) if there.get(name, True) and name not in held
    ]


def held_back(draw: Draw) -> tuple[str, ...]:
    """Files that wait for the names; the rules do too where they name secret grades.

    The closed file holds the contributions only: without the system's secret no seed follows.
    """
    return LIST_FILES if scheme_is_public(draw.drawn_for.task) else ("plan", *LIST_FILES)


@dataclass(frozen=True, slots=True)
class ShownComparison:
    """A voided draw beside its successor, and what of the difference is shown."""

    changes: Changes
    names: bool
    rules: bool


def comparisons(draw: Draw) -> list[ShownComparison]:
    """The difference to the draw before and to the one after; wants both and the task joined.

    Firms are named where both lists are public and by name; the rules unless they are held back.
    """
    found = []
    for after in (draw, getattr(draw, "successor", None)):
        if after is None or after.supersedes is None:
            continue
        before = after.supersedes
        before.drawn_for = after.drawn_for = draw.drawn_for
        seen = evidence_of(after)
        by_name = {before.disclosure, after.disclosure} == {DrawDisclosure.FULL}
        names = seen.shown and by_name and evidence_of(before).shown
        found.append(ShownComparison(changes_of(after), names, "plan" in files(after, seen.shown)))
    return found


def drawn(selections: list[Selection], published: PublicationQuerySet) -> list[dict]:
    """The drawn firms of one page as the public reads them; `published`: results are out.

    One query.
    """
    codes = [drawn_code(selection) for selection in selections]
    out = _out(codes, published)
    return [
        {
            "number": selection.number,
            "name": drawn_name(selection),
            "code": code,
            "region": selection.target.region.name,
            "published": code in out,
        }
        for selection, code in zip(selections, codes, strict=True)
    ]


def selected(rows: list[Drawn], published: PublicationQuerySet) -> list[dict]:
    """The drawn firms of an open draw; `published`: results are out. One query."""
    out = _out([row.id for row in rows], published)
    return [asdict(row) | {"published": row.id in out} for row in rows]


def _out(codes: list[str], published: PublicationQuerySet) -> set[str]:
    known = [code for code in codes if code]
    return set(published.filter(uscc__in=known).values_list("uscc", flat=True)) if known else set()
