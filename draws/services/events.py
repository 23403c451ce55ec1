"""What happens to an opened draw: an event is computed by the protocol, logged, and kept (2.8-2.11)."""

from dataclasses import dataclass
from typing import Any

from core import clock
from core.errors import DomainError, demand
from core.workflow import lock
from draws import drs1
from draws.models import Draw, DrawEvent, EventKind
from draws.reads import certificates
from draws.reads.refusals import why_not_add_event
from draws.services.freezing import CHAIN_LENGTH
from draws.services.public_log import log

BROKEN = "已开启的抽取没有通过核对，没有任何变化。请保留现场，联系系统管理员核对抽取记录。"


@dataclass(frozen=True)
class Happened:
    """An event as it was kept, the whole draw after it, and the teams before it."""

    event: DrawEvent
    outcome: drs1.Outcome
    teams_before: list[str]

    @property
    def fields(self) -> list[str]:
        """The fields of the event line."""
        return self.event.line.split("\t")


def hold(draw: Draw) -> None:
    """Lock an opened draw, so that events come one after the other. Raises IllegalMove otherwise."""
    lock(draw)
    demand(why_not_add_event(draw))


def add_event(
    draw: Draw,
    body: dict[str, Any],
    *,
    opened_secret: str = "",
    so_far: drs1.Outcome | None = None,
) -> Happened:
    """Let one event happen to a held draw, and log its digest before anything else is opened.

    opened_secret: the next value of the chain, for a substitution. so_far: the draw as it was after
    the event before, computed in this transaction, for one more substitution.
    """
    before = list(draw.events.all())
    teams_before = before[-1].final_teams if before else certificates.first_teams(draw.result_text)
    try:
        outcome = _after(draw, body, opened_secret, so_far)
    except drs1.Refused as error:
        raise DomainError(BROKEN) from error
    event = DrawEvent.objects.create(
        draw=draw,
        number=len(before) + 1,
        kind=EventKind(body["type"]),
        body=body,
        line=outcome.events[-1],
        opened_secret=opened_secret,
        events_digest=outcome.events_digest,
        final_teams=outcome.final_teams,
        at=clock.now(),
    )
    if event.kind == EventKind.REPLACE:
        log(draw, "replace", event.line)
    log(draw, "open", drs1.events_text(draw.draw_id, outcome.result, outcome.events))
    return Happened(event, outcome, teams_before)


def _after(
    draw: Draw, body: dict[str, Any], opened_secret: str, so_far: drs1.Outcome | None
) -> drs1.Outcome:
    if so_far is not None:
        drs1.substitute_next(so_far, body, bytes.fromhex(opened_secret))
        return so_far
    data = certificates.input_of(draw)
    data["events"].append(body)
    if opened_secret:
        data["chain"].append(opened_secret)
    return drs1.draw(data)


def must_hold(draw: Draw) -> None:
    """Raise DomainError unless the whole draw, computed anew, ends where its last event says."""
    last = draw.events.last()
    try:
        outcome = drs1.draw(certificates.input_of(draw))
    except drs1.Refused as error:
        raise DomainError(BROKEN) from error
    if (outcome.events_digest, outcome.final_teams) != (last.events_digest, last.final_teams):
        raise DomainError(BROKEN)


def next_secret(draw: Draw) -> str:
    """The chain value that the next substitution opens (2.4, 2.10): x_1 is the draw's own."""
    count = draw.events.filter(kind=EventKind.SUBSTITUTE).count()
    values = drs1.chain(draw.draw_id, bytes.fromhex(draw.secret), CHAIN_LENGTH)
    if count + 2 >= len(values):
        raise DomainError("这次抽取的更换次数已用完，没有任何变化。请联系牵头单位作废后重新匹配。")
    return values[count + 2]
