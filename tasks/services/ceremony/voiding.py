"""Void a draw in public: two people, the secret opened, the would-have-been result kept (2.11).

What kills "draw again until the friend escapes" is that the first result is published all the same.
"""

from django.db import transaction

from agencies.models import User
from core import clock
from core.audit import record
from core.errors import DomainError, IllegalMove
from core.notices import notify
from core.workflow import advance, authorize, lock
from deadlines import services as deadlines
from deadlines.models import Kind
from tasks import drs1
from tasks.flows import DrawStatus, TaskStatus
from tasks.models import Assignment, BeaconKind, Draw, Purpose, Selection, Standing
from tasks.services.ceremony.contributions import fix
from tasks.services.ceremony.freeze import draw_url
from tasks.services.ceremony.opening import CLOSED, OPENED, disclose
from tasks.services.draw_log import log
from tasks.times import time_text

LIVE = {DrawStatus.FROZEN, DrawStatus.OPENED}
SENT = {TaskStatus.DISPATCHED, TaskStatus.COMPLETED}
LEFT_AS_IS = "抽取没有变化。"


@transaction.atomic
def propose_void(draw: Draw, reason: str, *, actor: User | None) -> None:
    """The lead asks to void a draw and says why; a deputy or the principal decides."""
    authorize(actor, "propose_void", draw)
    _hold(draw)
    if draw.void_proposed_at:
        raise IllegalMove("已经提请作废，正在等待负责人决定。")
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
    record("tasks.propose_void", draw, actor, f"提请作废：{draw}", reason=reason)
    notify(_leaders(draw), f"{draw} 提请作废：{reason}。请决定。", draw_url(draw), urgent=True)


@transaction.atomic
def refuse_void(draw: Draw, *, actor: User | None) -> None:
    """The draw stands; nothing of it was opened."""
    authorize(actor, "void", draw)
    _hold(draw)
    _must_be_proposed(draw)
    asked_by = draw.void_proposed_by
    draw.void_reason, draw.void_proposed_by, draw.void_proposed_at = "", None, None
    draw.save(update_fields=["void_reason", "void_proposed_by", "void_proposed_at"])
    record("tasks.refuse_void", draw, actor, f"不同意作废：{draw}")
    if asked_by:
        notify([asked_by], f"{draw} 没有作废，照常进行。", draw_url(draw))


@transaction.atomic(durable=True)
def void(draw: Draw, *, actor: User | None) -> Draw:
    """Void a draw that a second person asked to void, and let its task start over.

    The secret is opened, what would have been drawn is computed, stored and logged.
    Raises DomainError while the beacon is still to come, and after dispatch.
    """
    authorize(actor, "void", draw)
    _hold(draw)
    _must_be_proposed(draw)
    if actor is not None and actor.pk == draw.void_proposed_by_id:
        raise DomainError(f"提请作废的人不能自己同意，请由另一名负责人办理。{LEFT_AS_IS}")
    was_opened = draw.status == DrawStatus.OPENED
    if not was_opened:
        _open_all_the_same(draw, actor)
    draw.voided_by, draw.voided_at = actor, clock.now()
    draw.save(update_fields=["voided_by", "voided_at"])
    log(draw, "void", draw.void_reason)
    advance(draw, "void", actor=actor, reason=draw.void_reason, result=draw.result_digest)
    if draw.purpose == Purpose.TARGETS:
        _take_back_list(draw)
    elif was_opened:
        _take_back_teams(draw)
    _tell(draw)
    return draw


def _hold(draw: Draw) -> None:
    """Lock task and draw; refuse what can no longer be voided, and say what to do instead."""
    lock(draw.task)
    lock(draw)
    if draw.status not in LIVE:
        raise IllegalMove("本次抽取已经作废，请刷新页面后查看最新状态。")
    if draw.task.status in SENT:
        raise IllegalMove(
            "任务已经派发，不能作废抽取。个别企业停业、迁出的在检查记录中如实登记，"
            "检查人员须回避的申请更换；整个任务有误的，请层报负责人另行处理。"
        )
    people = draw.task.draws.live().filter(purpose=Purpose.INSPECTORS)
    if draw.purpose == Purpose.TARGETS and people.exists():
        raise DomainError(f"检查人员已经在这份名单上抽取，请先作废检查人员的抽取。{LEFT_AS_IS}")


def _must_be_proposed(draw: Draw) -> None:
    if not draw.void_proposed_at:
        raise IllegalMove("没有待决定的作废申请，请刷新页面后查看最新状态。")


def _open_all_the_same(draw: Draw, actor: User | None) -> None:
    """What would have been drawn, from the contributions that are there."""
    if draw.beacon_kind != BeaconKind.NONE and not draw.beacon_value:
        if clock.now() < draw.beacon_at:
            raise DomainError(
                f"公共随机源要到 {time_text(draw.beacon_at)} 才产生。作废也要公开本来会抽中谁，"
                f"请在两人录入其值以后再同意。{LEFT_AS_IS}"
            )
        raise DomainError(
            f"作废也要公开本来会抽中谁，请先由两人录入公共随机源的值，再同意作废。{LEFT_AS_IS}"
        )
    if not draw.closed_digest:
        fix(draw)
        draw.save(update_fields=CLOSED)
    disclose(draw, actor=actor, voided=True)
    draw.save(update_fields=OPENED)


def _take_back_list(draw: Draw) -> None:
    Selection.objects.filter(draw=draw).update(standing=Standing.VOID)
    for confirmation in draw.task.confirmations.all():
        deadlines.cancel(confirmation, Kind.CONFIRM_LIST)
        confirmation.delete()  # the trail keeps it; the successor's list is confirmed anew
    advance(draw.task, "start_over", actor=None, voided=draw.draw_id)


def _take_back_teams(draw: Draw) -> None:
    teams = Assignment.objects.filter(selection__task=draw.task)
    teams.update(ended_at=clock.now())
    advance(draw.task, "unassign", actor=None, voided=draw.draw_id)


def _leaders(draw: Draw) -> list[User]:
    holders = User.objects.with_role("deputy") | User.objects.with_role("principal")
    return list(holders.filter(agency=draw.agency).distinct())


def _tell(draw: Draw) -> None:
    agencies = {agency.pk for agency in draw.task.agencies}
    agencies |= set(draw.contributors.exclude(agency=None).values_list("agency_id", flat=True))
    holders = User.objects.with_role("lead") | User.objects.with_role("agency_admin")
    people = holders.filter(agency__in=agencies).distinct()
    text = f"{draw} 已作废：{draw.void_reason}。本来会抽中的结果照样公开。"
    notify(people, text, draw_url(draw))
