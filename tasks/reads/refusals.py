"""Why an act on a task cannot be done now, from the plan line to the report: one answer per act."""

from typing import Any

from agencies.models import User
from catalog.flows import VersionStatus
from core.audit import subject_of
from core.errors import IllegalMove, Refusal
from core.workflow import why_not, why_not_move
from deadlines.models import Deadline, DeadlineKind
from draws.models import Purpose
from draws.reasons import CAP, PASSED, described
from plans.flows import PlanStatus
from plans.models import PlanLine
from registries.models import Target
from tasks.eligibility import targets
from tasks.eligibility.frame import Frame, Frozen
from tasks.eligibility.inspectors import NAMES, Roster
from tasks.flows import TaskStatus
from tasks.models import Task


def why_not_create(line: PlanLine, actor: User | None) -> Refusal | None:
    """Why no task can be launched from a line of a plan (T01, T02, X09)."""
    refusal = why_not(actor, "add", Task(agency=line.plan.agency))
    return refusal or _why_not_launch(line) or _why_not_items(line) or _why_not_agencies(line)


def _why_not_launch(line: PlanLine) -> Refusal | None:
    if line.plan.status != PlanStatus.PUBLISHED:
        text = "所属计划尚未公布，或已被调整后的计划替代，请从现行计划发起任务。"
        return Refusal(text, code="plan_not_in_force")
    known: Any = PlanLine.objects.with_task().get(pk=line.pk)
    if known.task_number:
        text = f"该计划项已发起任务 {known.task_number}，不能重复发起。"
        return Refusal(text, code="launched")
    return None


def _why_not_items(line: PlanLine) -> Refusal | None:
    items = list(line.items.select_related("version"))
    stale = [item.name for item in items if item.version.status != VersionStatus.PUBLISHED]
    if items and not stale:
        return None
    names = f"“{'”“'.join(stale)}”" if stale else "计划项"
    text = f"{names}没有现行公布的抽查事项，不得检查。请先公布清单并调整计划。"
    return Refusal(text, code="items_not_published")


def _why_not_agencies(line: PlanLine) -> Refusal | None:
    agencies = [line.plan.agency, *line.participants.all()]
    barred = [agency.name for agency in agencies if not agency.is_inspecting]
    if not barred:
        return None
    text = f"{'、'.join(barred)}是议事协调机构，不具有行政检查主体资格，不能实施检查。"
    return Refusal(text, code="not_inspecting")


def why_not_change(task: Task, actor: User | None) -> Refusal | None:
    """Why ratios, batches and dates cannot be corrected any more."""
    text = "名单已经封存，任务不能再改，请刷新页面后查看最新状态。"
    return why_not(actor, "change", task) or _why_not_draft(task, text)


def why_not_cancel(task: Task, actor: User | None) -> Refusal | None:
    """Why the task cannot be given up."""
    return why_not_move(task, "cancel", actor)


def why_not_revoke_exemption(task: Task, actor: User | None) -> Refusal | None:
    """Why the exemptions of the task stay as they are (F16)."""
    text = "名单已经封存，不能再增减不受频次限制的对象，请刷新页面后查看最新状态。"
    return why_not(actor, "change", task) or _why_not_draft(task, text)


def why_not_exempt(task: Task, target: Target, actor: User | None) -> Refusal | None:
    """Why a target cannot be forced in (F16): only what may be inspected at all can."""
    refusal = why_not_revoke_exemption(task, actor)
    if refusal:
        return refusal
    if task.exemptions.filter(target=target).exists():
        text = f"“{target}”已经列为不受频次限制，不必重复办理。"
        return Refusal(text, code="exempt_once")
    status, reason = targets.verdict(task, target)
    if not status:
        text = f"“{target}”不在本次任务的行业和辖区内，不能列入。请核对名录。"
        return Refusal(text, code="not_in_base")
    if can_be_forced(status, reason):
        return None
    text = f"“{target}”{described(reason)[0]}，不能检查，也就不能列入。请先核对名录。"
    return Refusal(text, code="not_inspectable")


def can_be_forced(status: str, reason: str) -> bool:
    """Whether an exemption lifts what keeps a target out: a cap or this year's passes (F16, F17)."""
    return status != "X" or reason == PASSED or reason.startswith(CAP)


def _why_not_draft(task: Task, text: str) -> Refusal | None:
    if task.status == TaskStatus.DRAFT:
        return None
    return Refusal(text, code="frozen", error=IllegalMove)


def why_not_freeze_targets(task: Task, actor: User | None) -> Refusal | None:
    """Why the list cannot be frozen, whatever is on it."""
    return why_not_move(task, "freeze", actor)


def why_not_draw_from(base: Frame | Frozen) -> Refusal | None:
    """Why a frame gives no draw: nobody is left in it."""
    if base.eligible:
        return None
    text = (
        f"按当前条件没有可抽取的对象：名录共 {base.total} 户，全部被排除。"
        "请核对行业类别、登记状态和年度频次，名单没有封存。"
    )
    return Refusal(text, code="nobody")


def why_not_freeze_people(task: Task, actor: User | None) -> Refusal | None:
    """Why no people can be frozen for the list, whoever they are."""
    if refusal := why_not(actor, "assign", task):
        return refusal
    if task.status != TaskStatus.LOCKED:
        text = "名单锁定后才能匹配检查人员，请刷新页面后查看最新状态。"
        return Refusal(text, code="not_locked", error=IllegalMove)
    if _has_people(task):
        text = "人员名单已经封存，不能再次封存。"
        return Refusal(text, code="people_frozen", error=IllegalMove)
    return None


def why_not_staff(roster: Roster) -> Refusal | None:
    """Why these people do not staff the list: the targets without inspectors, and what to do."""
    if not roster.short:
        return None
    texts = "".join(one.text for one in roster.short[:NAMES])
    return Refusal(f"{texts}名单没有封存，没有任何变化。", code="short")


def why_not_arrange_staffing(task: Task, actor: User | None) -> Refusal | None:
    """Why the load cap and the specialties cannot be set."""
    if refusal := why_not(actor, "assign", task):
        return refusal
    if task.status == TaskStatus.LOCKED and not _has_people(task):
        return None
    text = "只能在名单锁定后、人员封存前调整，没有改动。请刷新页面。"
    return Refusal(text, code="not_open", error=IllegalMove)


def _has_people(task: Task) -> bool:
    return bool(task.draws.live().filter(purpose=Purpose.INSPECTORS).exists())


def why_not_hand_in_report(task: Task, actor: User | None) -> Refusal | None:
    """Why the lead cannot say that the summary has been handed in (X02)."""
    if refusal := why_not(actor, "change", task):
        return refusal
    if task.status != TaskStatus.COMPLETED:
        text = "现场检查还没有全部完成，不能标记总结已报送。"
        return Refusal(text, code="visits_open")
    if not is_report_due(task):
        return Refusal("没有待报送的总结，或已经标记过。", code="not_due", error=IllegalMove)
    return None


def is_report_due(task: Task) -> bool:
    """Whether a summary is still to be handed in (X02)."""
    return Deadline.objects.about(subject_of(task), DeadlineKind.REPORT).open().exists()
