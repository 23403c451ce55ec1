"""Opening a large draw of people in the background: asked for, found, computed, stored.

Everything an opening needs is fixed and closed before it starts, so whoever computes it, and
however often, gets the same result; it is stored once. Progress is written outside the transaction
that stores, and a worker that is killed leaves a row that the sweep finds.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import QuerySet

from agencies.models import User
from core import clock
from core.errors import DomainError, IllegalMove, demand
from core.notices import notify
from draws import drs1
from draws.flows import DrawStatus
from draws.models import Draw, Opening
from draws.reads import certificates
from draws.reads.refusals import why_not_ask
from draws.services.freezing import CHAIN_LENGTH

AT_ONCE = 200  # targets x systems that one request can wait for
TELL_EVERY = 1.0  # seconds
TRY = "SELECT pg_try_advisory_lock(hashtext('tasks.opening'), %s)"
RELEASE = "SELECT pg_advisory_unlock(hashtext('tasks.opening'), %s)"
Computed = tuple[dict, drs1.Outcome]


def teams_of(draw: Draw) -> int:
    """How many teams a draw of people makes: targets x systems."""
    plan = drs1.parse_plan(draw.plan_text, draw.draw_id)
    return len(plan.agencies) * max(draw.candidates_text.count("\n") - 1, 0)


def steps_of(draw: Draw) -> int:
    """How many steps the assignment has: one for each inspector wanted."""
    plan = drs1.parse_plan(draw.plan_text, draw.draw_id)
    return sum(plan.agencies.values()) * max(draw.candidates_text.count("\n") - 1, 0)


def is_large(draw: Draw) -> bool:
    """Whether nobody should wait for it in front of the page."""
    return teams_of(draw) > AT_ONCE


def ask(draw: Draw, *, actor: User | None) -> Opening:
    """Leave the row by which a worker finds a held, closed and ready draw."""
    demand(why_not_ask(draw))
    opening, made = Opening.objects.get_or_create(
        draw=draw,
        defaults={
            "started_by": actor,
            "started_at": clock.now(),
            "total": steps_of(draw),
        },
    )
    if not made:
        opening.error, opening.done = "", 0
        opening.started_by, opening.started_at = actor, clock.now()
        opening.save(update_fields=["error", "done", "started_by", "started_at"])
    return opening


def waiting() -> QuerySet[Opening]:
    """Openings that somebody asked for and nobody has finished."""
    rows = Opening.objects.filter(draw__status=DrawStatus.FROZEN, error="").order_by("pk")
    return rows.select_related("draw__agency", "started_by")


def run(opening: Opening, store: Callable[[Draw, User | None, Computed], object]) -> bool:
    """Compute one opening and have it stored; False when another worker is at it or it is over.

    store: keeps the result in a transaction of its own, or raises because it is kept already.
    """
    with _alone(opening.pk) as mine:
        if not mine or not waiting().filter(pk=opening.pk).exists():
            return False
        draw, actor = opening.draw, opening.started_by
        try:
            store(draw, actor, _compute(opening, draw))
        except IllegalMove:
            return False  # voided or opened meanwhile
        except DomainError as error:
            _tell(opening, error=error.message[:1000])
            _say(draw, f"{draw} 没有完成：{error.message}")
            return False
        _tell(opening, done=opening.total)
        _say(draw, f"{draw} 已完成，请核对各户检查人员后派发。")
        return True


def _compute(opening: Opening, draw: Draw) -> Computed:
    """The whole draw from what is stored, with progress; no transaction is open meanwhile."""
    last = bytes.fromhex(draw.secret)
    draw.opened_secret = drs1.chain(draw.draw_id, last, CHAIN_LENGTH)[1]
    data = certificates.input_of(draw)
    done, told_at = 0, time.monotonic()

    def told() -> None:
        nonlocal done, told_at
        done += 1
        if time.monotonic() - told_at >= TELL_EVERY:
            _tell(opening, done=done)
            told_at = time.monotonic()

    try:
        return data, drs1.draw(data, told=told)
    except drs1.Refused:
        raise DomainError(
            "封存的内容没有通过核对，匹配没有完成。请保留现场，联系系统管理员。"
        ) from None


def _tell(opening: Opening, **fields: object) -> None:
    Opening.objects.filter(pk=opening.pk).update(**fields)


def _say(draw: Draw, text: str) -> None:
    leads = User.objects.with_role("lead").filter(agency=draw.agency)
    notify(leads, text, draw.link)


@contextmanager
def _alone(pk: int) -> Iterator[bool]:
    """Whether this worker alone has the opening; the lock ends with its session, killed or not."""
    with connection.cursor() as cursor:
        cursor.execute(TRY, [pk])
        mine = cursor.fetchone()[0]
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute(RELEASE, [pk])
