"""Where an inspector may be sent besides the own county, and when nobody can send them (G12, T12)."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction

from agencies.models import Region, User
from core import clock
from core.audit import record
from core.errors import demand
from core.workflow import lock
from registries import reads
from registries.models import Inspector, Leave
from registries.services.holding import share_registries


@transaction.atomic
def set_reach(inspector: Inspector, regions: Iterable[Region], *, actor: User | None) -> None:
    """Say where else an inspector may be drawn; it counts in every draw from now on."""
    share_registries()
    lock(inspector)
    wanted = sorted(set(regions), key=lambda region: region.code)
    demand(reads.why_not_set_reach(inspector, wanted, actor))
    inspector.also_in.set(wanted)
    names = "、".join(region.name for region in wanted) or "无"
    record(
        "registries.set_reach",
        inspector,
        actor,
        f"还可派往的县区：{inspector}，{names}",
        regions=[region.pk for region in wanted],
    )


@transaction.atomic
def add_leave(
    inspector: Inspector, starts_on: date, ends_on: date, reason: str, *, actor: User | None
) -> Leave:
    """Keep an inspector out of draws whose whole on-site stage lies in these days."""
    share_registries()
    lock(inspector)
    demand(reads.why_not_add_leave(inspector, starts_on, ends_on, actor))
    leave = Leave.objects.create(
        inspector=inspector, starts_on=starts_on, ends_on=ends_on, reason=reason.strip()
    )
    record("registries.add_leave", inspector, actor, f"登记请假：{leave}", leave=leave.pk)
    return leave


@transaction.atomic
def end_leave(leave: Leave, *, actor: User | None) -> None:
    """Back at work from today; one that has not begun is taken back."""
    share_registries()
    lock(leave)
    demand(reads.why_not_end_leave(leave, actor))
    today = clock.today()
    words = f"结束请假：{leave}"
    record("registries.end_leave", leave.inspector, actor, words, leave=leave.pk)
    if leave.starts_on >= today:
        leave.delete()
        return
    leave.ends_on = today - timedelta(days=1)
    leave.save(update_fields=["ends_on"])
