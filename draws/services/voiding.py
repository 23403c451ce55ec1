"""Void a draw in public: two people, the secret opened, the would-have-been result kept (2.11).

What kills "draw again until the friend escapes" is that the first result is published all the same.
"""

from django.db import transaction

from agencies.models import User
from core import clock
from core.audit import record
from core.errors import DomainError, demand
from core.notices import notify
from core.workflow import advance, lock
from draws import drs1
from draws.flows import DrawStatus
from draws.models import Draw
from draws.reads.refusals import (
    LEFT_AS_IS,
    why_not_propose_void,
    why_not_refuse_void,
    why_not_void,
)
from draws.services.contributions import fix
from draws.services.opening import CLOSED, OPENED, disclose
from draws.services.public_log import log


@transaction.atomic
def propose_void(draw: Draw, reason: str, *, actor: User | None) -> None:
    """The lead asks to void a draw and says why; a deputy or the principal decides."""
    lock(draw)
    demand(why_not_propose_void(draw, actor))
    reason = " ".join(reason.split())
    if not reason:
        raise DomainError(f"请写明作废理由，理由将公开。{LEFT_AS_IS}")
    if len(reason.encode()) > 200:
        raise DomainError(f"作废理由过长，请控制在 66 个汉字以内。{LEFT_AS_IS}")
    if drs1.FORBIDDEN.search(reason):
        raise DomainError(f"作废理由含有看不见的字符，不能写入证书，请重新输入。{LEFT_AS_IS}")
    draw.void_reason, draw.void_proposed_by = reason, actor
    draw.void_proposed_at = clock.now()
    draw.save(update_fields=["void_reason", "void_proposed_by", "void_proposed_at"])
    record("draws.propose_void", draw, actor, f"提请作废：{draw}", reason=reason)
    notify(_leaders(draw), f"{draw} 提请作废：{reason}。请决定。", draw.link, urgent=True)


@transaction.atomic
def refuse_void(draw: Draw, *, actor: User | None) -> None:
    """The draw stands; nothing of it was opened."""
    lock(draw)
    demand(why_not_refuse_void(draw, actor))
    asked_by = draw.void_proposed_by
    draw.void_reason, draw.void_proposed_by, draw.void_proposed_at = "", None, None
    draw.save(update_fields=["void_reason", "void_proposed_by", "void_proposed_at"])
    record("draws.refuse_void", draw, actor, f"不同意作废：{draw}")
    if asked_by:
        notify([asked_by], f"{draw} 没有作废，照常进行。", draw.link)


@transaction.atomic
def void(draw: Draw, *, actor: User | None) -> None:
    """Void a draw that a second person asked to void; the caller takes back what it brought.

    The secret is opened, what would have been drawn is computed, stored and logged.
    Raises DomainError while the beacon is still to come.
    """
    lock(draw)
    demand(why_not_void(draw, actor))
    if draw.status != DrawStatus.OPENED:
        _open_all_the_same(draw, actor)
    draw.voided_by, draw.voided_at = actor, clock.now()
    draw.save(update_fields=["voided_by", "voided_at"])
    log(draw, "void", draw.void_reason)
    advance(draw, "void", actor=actor, reason=draw.void_reason, result=draw.result_digest)
    _tell(draw)


def _open_all_the_same(draw: Draw, actor: User | None) -> None:
    """What would have been drawn, from the contributions that are there."""
    if not draw.closed_digest:
        fix(draw)
        draw.save(update_fields=CLOSED)
    disclose(draw, actor=actor, voided=True)
    draw.save(update_fields=OPENED)


def _leaders(draw: Draw) -> list[User]:
    holders = User.objects.with_role("deputy") | User.objects.with_role("principal")
    return list(holders.filter(agency=draw.agency).distinct())


def _tell(draw: Draw) -> None:
    agencies = {agency.pk for agency in draw.taking_part.all()}
    agencies |= set(draw.contributors.exclude(agency=None).values_list("agency_id", flat=True))
    holders = User.objects.with_role("lead") | User.objects.with_role("agency_admin")
    people = holders.filter(agency__in=agencies).distinct()
    text = f"{draw} 已作废：{draw.void_reason}。本来会抽中的结果照样公开。"
    notify(people, text, draw.link)
