"""Inspectors for their pages, and why an act on an inspector cannot be done now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from agencies.models import Region, User
from agencies.rules import is_governed_by_province
from core import clock
from core.errors import NotAllowed, Refusal
from core.fields import blind_index
from core.workflow import NOT_YOURS
from registries import rules
from registries.models import Inspector, Leave, Recusal, Target
from registries.reads.access import (
    covers,
    trail_of,
    why_not_add_inspector,
    why_not_change_inspector,
)
from registries.reads.changes import told

CHECKED = ("citizen_id", "gender", "is_adviser", "certificate_no", "certificate_valid_until")


def inspector_problems(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every field of an inspector that cannot stand, and why."""
    number = values.get("citizen_id", "")
    problem = rules.explain_citizen_id(number, clock.today()) if number else None
    if problem:
        yield "citizen_id", problem
    elif number and values.get("gender") not in {None, "", rules.gender_of_citizen_id(number)}:
        yield "gender", "与身份证号第 17 位不一致"
    if values.get("is_adviser"):
        return
    if not values.get("certificate_no"):
        yield "certificate_no", "执法检查人员须有执法证号，专家或辅助人员请注明"
    if not values.get("certificate_valid_until"):
        yield "certificate_valid_until", "没有填写执法证有效期"


# Why not -------------------------------------------------------------------------------------


def why_not_save_inspector(
    inspector: Inspector, stored: Inspector | None, actor: User | None
) -> Refusal | None:
    """Why a validated inspector cannot stand in the registry, or None.

    stored: what stands there now, locked; None for a new one.
    """
    if stored is None:
        refusal = why_not_add_inspector(inspector.agency, actor)
    else:
        refusal = why_not_change_inspector(stored, actor) or why_not_change_inspector(
            inspector, actor
        )
    if refusal:
        return refusal
    problems = dict(inspector_problems({name: getattr(inspector, name) for name in CHECKED}))
    if problems:
        return Refusal(told(inspector, problems), code="problems")
    return _why_taken(inspector)


def _why_taken(inspector: Inspector) -> Refusal | None:
    others = Inspector.objects.exclude(pk=inspector.pk)
    same = others.filter(citizen_id_index=blind_index(inspector.citizen_id)).first()
    if same:
        where = "本单位" if same.agency_id == inspector.agency_id else "其他单位"
        return Refusal(
            f"该身份证号已登记在{where}的名录中，没有重复登记。请核对号码；"
            "如人员已调动，请联系原单位；调出功能尚未开通。",
            field="citizen_id",
            code="citizen_id_taken",
        )
    number = inspector.certificate_no
    if number and others.filter(certificate_no=number).exists():
        text = f"执法证号 {number} 已登记在另一人名下，请核对。"
        return Refusal(text, field="certificate_no", code="certificate_taken")
    if inspector.user_id and others.filter(user=inspector.user_id).exists():
        text = "该账号已与另一名执法检查人员关联，请核对。"
        return Refusal(text, field="user", code="account_taken")
    return None


def why_not_retire(inspector: Inspector, actor: User | None) -> Refusal | None:
    """Why `actor` cannot take the inspector off duty, or None."""
    refusal = why_not_change_inspector(inspector, actor)
    if refusal or inspector.is_active:
        return refusal
    return Refusal(f"{inspector}已不在岗，没有改动。", code="off_duty")


def why_not_declare(inspector: Inspector, actor: User | None) -> Refusal | None:
    """Why `actor` cannot declare a recusal of the inspector at all, or None.

    Officers declare for themselves, administrators for the people of their agency.
    """
    if actor is None:
        return None
    if not actor.has_perm("registries.add_recusal"):
        return NOT_YOURS
    if inspector.user_id == actor.pk:
        return None
    return why_not_change_inspector(inspector, actor)


def why_not_recuse(
    inspector: Inspector, target: Target | None, actor: User | None
) -> Refusal | None:
    """Why the inspector cannot be kept away from `target` (all when None), or None (T14)."""
    refusal = why_not_declare(inspector, actor)
    if refusal:
        return refusal
    if target is not None and not _may_be_sent(inspector, target.region_id):
        text = f"{target}不在本单位的区域内，不会抽到，无须申报回避。"
        return Refusal(text, field="target", code="out_of_reach")
    if inspector.recusals.filter(ended_on=None, target=target).exists():
        text = "该人员对该对象已申报回避，无须重复申报。"
        return Refusal(text, field="target", code="recusal_once")
    return None


def why_not_end_recusals(inspector: Inspector, actor: User | None) -> Refusal | None:
    """Why `actor` cannot end recusals of the inspector at all, or None: nobody judges the own case."""
    refusal = why_not_change_inspector(inspector, actor)
    if refusal or actor is None or inspector.user_id != actor.pk:
        return refusal
    text = "不能解除自己的回避，请由本单位其他管理员办理。"
    return Refusal(text, code="own_recusal", error=NotAllowed)


def why_not_end_recusal(recusal: Recusal, actor: User | None) -> Refusal | None:
    """Why `actor` cannot let the recusal end, or None."""
    refusal = why_not_end_recusals(recusal.inspector, actor)
    if refusal or recusal.ended_on is None:
        return refusal
    return Refusal("该回避已经解除，没有改动。", code="ended")


def why_not_set_reach(
    inspector: Inspector, regions: Iterable[Region], actor: User | None
) -> Refusal | None:
    """Why the inspector cannot be sent to these counties too, or None (G12)."""
    refusal = why_not_change_inspector(inspector, actor)
    if refusal:
        return refusal
    strange = {region.pk for region in regions} - {region.pk for region in reachable(inspector)}
    if not strange:
        return None
    text = "只能派往本市的其他县区，没有改动。"
    return Refusal(text, field="regions", code="out_of_reach")


def why_not_add_leave(
    inspector: Inspector, starts_on: date, ends_on: date, actor: User | None
) -> Refusal | None:
    """Why leave of these days cannot be entered, or None."""
    refusal = why_not_change_inspector(inspector, actor)
    if refusal:
        return refusal
    if ends_on < starts_on:
        text = "结束日期不能早于开始日期，没有登记。"
        return Refusal(text, field="ends_on", code="leave_in_order")
    if ends_on < clock.today():
        text = "这段时间已经过去，没有登记。请核对日期。"
        return Refusal(text, field="ends_on", code="over")
    if inspector.leaves.during(starts_on, ends_on).exists():
        text = "这段时间与已登记的请假重叠，没有登记。请先结束原来的请假。"
        return Refusal(text, field="starts_on", code="overlap")
    return None


def why_not_end_leave(leave: Leave, actor: User | None) -> Refusal | None:
    """Why the leave cannot end today, or None."""
    refusal = why_not_change_inspector(leave.inspector, actor)
    if refusal or leave.ends_on >= clock.today():
        return refusal
    return Refusal("这次请假已经结束，没有改动。", code="over")


def _may_be_sent(inspector: Inspector, region_id: str) -> bool:
    return covers(inspector.agency, region_id) or inspector.also_in.filter(code=region_id).exists()


# What a page shows ---------------------------------------------------------------------------


def reachable(inspector: Inspector) -> list[Region]:
    """The counties where an inspector of the agency may be sent: those of the same city.

    A place directly below its province (419001) is in no city: from there, nowhere else.
    """
    own = inspector.agency.region
    if is_governed_by_province(own.code):
        return []
    around = own if own.code.endswith("00") else own.parent or own
    counties = Region.objects.inside(around).counties().standing(clock.today())
    return list(counties.exclude(code=own.code))


@dataclass(frozen=True, slots=True)
class LeaveLine:
    """Leave as its line shows it: tone, words and icon of its state, and whether it can be ended."""

    leave: Leave
    tone: str
    words: str
    icon: str
    may_end: bool


def leave_lines(inspector: Inspector, reader: User) -> list[LeaveLine]:
    """The leave of an inspector, the latest first."""
    return [_leave_line(leave, reader) for leave in inspector.leaves.select_related("inspector")]


def _leave_line(leave: Leave, reader: User) -> LeaveLine:
    today = clock.today()
    may_end = why_not_end_leave(leave, reader) is None
    if leave.ends_on < today:
        return LeaveLine(leave, "neutral", "已结束", "minus", may_end)
    if leave.starts_on > today:
        return LeaveLine(leave, "neutral", "未开始", "", may_end)
    return LeaveLine(leave, "wait", "请假中", "", may_end)


def inspector_page(inspector: Inspector, reader: User) -> dict[str, Any]:
    """One inspector: data, recusals and leave; the trail for those who maintain the row."""
    may_change = why_not_change_inspector(inspector, reader) is None
    return {
        "inspector": inspector,
        "recusals": inspector.recusals.select_related("target").order_by("-declared_on", "-pk"),
        "leaves": leave_lines(inspector, reader),
        "also_in": inspector.also_in.all(),
        "may_change": may_change,
        "may_retire": why_not_retire(inspector, reader) is None,
        "may_declare": why_not_declare(inspector, reader) is None,
        "may_end": why_not_end_recusals(inspector, reader) is None,
        "trail": trail_of(inspector) if may_change else [],
    }
