"""Where an inspector may be sent besides the own county, and when nobody can send them (G12, T12)."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction

from agencies.models import Region, User
from core import clock
from core.audit import record
from core.errors import DomainError
from core.workflow import authorize, lock
from registries.models import Inspector, Leave
from registries.services.access import hold_registries


def reachable(inspector: Inspector) -> list[Region]:
    """The counties where an inspector of the agency may be sent: those of the same city."""
    own = inspector.agency.region
    prefix = own.code[:2] if own.code.endswith("0000") else own.code[:4]
    regions = Region.objects.filter(code__startswith=prefix).exclude(code=own.code)
    return [region for region in regions if not region.code.endswith("00")]


@transaction.atomic
def set_reach(inspector: Inspector, regions: Iterable[Region], *, actor: User | None) -> None:
    """Say where else an inspector may be drawn; it counts in every draw from now on."""
    hold_registries()
    lock(inspector)
    authorize(actor, "change", inspector)
    wanted = sorted(set(regions), key=lambda region: region.code)
    strange = {region.pk for region in wanted} - {region.pk for region in reachable(inspector)}
    if strange:
        raise DomainError("只能派往本市的其他县区，没有改动。")
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
    hold_registries()
    lock(inspector)
    authorize(actor, "change", inspector)
    if ends_on < starts_on:
        raise DomainError("结束日期不能早于开始日期，没有登记。")
    if ends_on < clock.today():
        raise DomainError("这段时间已经过去，没有登记。请核对日期。")
    if inspector.leaves.during(starts_on, ends_on).exists():
        raise DomainError("这段时间与已登记的请假重叠，没有登记。请先结束原来的请假。")
    leave = Leave.objects.create(
        inspector=inspector, starts_on=starts_on, ends_on=ends_on, reason=reason.strip()
    )
    record("registries.add_leave", inspector, actor, f"登记请假：{leave}", leave=leave.pk)
    return leave


@transaction.atomic
def end_leave(leave: Leave, *, actor: User | None) -> None:
    """Back at work from today; one that has not begun is taken back."""
    hold_registries()
    lock(leave)
    authorize(actor, "change", leave.inspector)
    today = clock.today()
    if leave.ends_on < today:
        raise DomainError("这次请假已经结束，没有改动。")
    words = f"结束请假：{leave}"
    record("registries.end_leave", leave.inspector, actor, words, leave=leave.pk)
    if leave.starts_on >= today:
        leave.delete()
        return
    leave.ends_on = today - timedelta(days=1)
    leave.save(update_fields=["ends_on"])
