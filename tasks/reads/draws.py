"""Draws of tasks as pages show them: what the registries know of the ids in their files.

Also why a draw of a task cannot be opened or taken back.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from agencies.models import User
from core.errors import DomainError, IllegalMove, Refusal
from core.workflow import why_not, why_not_move
from draws.models import Draw, Purpose
from draws.reads import comparison, evidence, minutes, refusals
from draws.reads.comparison import Changes
from draws.reads.evidence import Evidence
from draws.reads.known import Line, Tiers
from registries.models import Grade, Target
from tasks.flows import TaskStatus
from tasks.models import Replacement, Task

SENT = frozenset({TaskStatus.DISPATCHED, TaskStatus.COMPLETED})
TOO_LATE = (
    "任务已经派发，不能作废抽取。个别企业停业、迁出的在检查记录中如实登记，"
    "检查人员须回避的申请更换；整个任务有误的，请层报负责人另行处理。"
)
OPENS = {Purpose.TARGETS: "open", Purpose.INSPECTORS: "assign"}  # how the task moves on
PEOPLE_FIRST = "检查人员已经在这份名单上抽取，请先作废检查人员的抽取。抽取没有变化。"


@dataclass(frozen=True)
class Registries:
    """What the registries know of the draws of one task (`draws.reads.known.Known`)."""

    task: Task

    def codes(self, pks: Collection[int]) -> dict[int, str]:
        """Codes by key; joins nothing, for there may be a million."""
        return dict(Target.objects.filter(pk__in=pks).values_list("pk", "code"))

    def by_pk(self, pks: Collection[int]) -> Mapping[int, Target]:
        """Targets with their counties by key."""
        return Target.objects.select_related("region").in_bulk(pks)

    def by_code(self, codes: Collection[str]) -> Mapping[str, Target]:
        """Targets with their counties by code."""
        rows = Target.objects.select_related("region").filter(code__in=codes)
        return {target.code: target for target in rows}

    def tiers(self, draw: Draw) -> Tiers:
        """The grades of the scheme of the task, in their order."""
        if self.task.scheme is None:
            return Tiers()
        grades = Grade.objects.filter(scheme=self.task.scheme_id).order_by("position")
        return Tiers(dict(grades.values_list("slug", "name")), self.task.scheme.is_public)

    def lines(self, draw: Draw) -> list[Line]:
        """Who took whose place."""
        rows = Replacement.objects.filter(draw=draw, event__isnull=False)
        return [
            Line(row.decided_at, _words(row))
            for row in rows.select_related("selection__target", "successor__target")
        ]


def _words(row: Replacement) -> str:
    if row.successor:
        return f"{row.selection.target}由{row.successor.target}递补。"
    return f"{row.selection.target}所在档已无候补，不再递补。"


def evidence_of(draw: Draw, *, names: bool, tickets: bool | None = None) -> Evidence:
    """The evidence of a draw of targets; names: whether firms may be named."""
    known = Registries(draw.drawn_for.task)
    return evidence.of(draw, names=names, tickets=tickets, known=known)


def changes_of(draw: Draw) -> Changes | None:
    """What differs from the voided draw before it; None for a first draw."""
    return comparison.of(draw, Registries(draw.drawn_for.task))


def minutes_of(draw: Draw) -> bytes:
    """The minutes as a PDF; the seed waits for the list."""
    task = draw.drawn_for.task
    return minutes.pdf_of(draw, shows_seed=task.list_is_public, known=Registries(task))


def is_in_hand(draw: Draw) -> bool:
    """Whether a void is still a question: the draw counts, and its task was not sent out."""
    return draw.status in refusals.LIVE and draw.drawn_for.task.status not in SENT


def why_not_open(draw: Draw, actor: User | None) -> Refusal | None:
    """Why `actor` cannot open a draw of a task, which moves the task on."""
    task = draw.drawn_for.task
    return (
        refusals.why_not_open(draw, actor)
        or refusals.why_not_ask(draw)
        or why_not_move(task, OPENS[Purpose(draw.purpose)], actor)
    )


def why_not_propose_void(draw: Draw, actor: User | None) -> Refusal | None:
    """Why `actor` cannot ask to void a draw of a task."""
    return (
        why_not(actor, "propose_void", draw)
        or why_not_take_back(draw)
        or refusals.why_not_propose_void(draw, actor)
    )


def why_not_refuse_void(draw: Draw, actor: User | None) -> Refusal | None:
    """Why `actor` cannot let a draw of a task stand that somebody asked to void."""
    return (
        why_not(actor, "void", draw)
        or why_not_take_back(draw)
        or refusals.why_not_refuse_void(draw, actor)
    )


def why_not_void(draw: Draw, actor: User | None) -> Refusal | None:
    """Why `actor` cannot void a draw of a task."""
    return (
        why_not(actor, "void", draw)
        or why_not_take_back(draw)
        or refusals.why_not_void(draw, actor)
    )


def why_not_take_back(draw: Draw) -> Refusal | None:
    """Why what a draw brought cannot be taken back any more, whoever asks; or None."""
    task = draw.drawn_for.task
    if task.status in SENT:
        return Refusal(TOO_LATE, code="dispatched", error=IllegalMove)
    people = task.draws.live().filter(purpose=Purpose.INSPECTORS)
    if draw.purpose == Purpose.TARGETS and people.exists():
        return Refusal(PEOPLE_FIRST, code="people_first", error=DomainError)
    return None
