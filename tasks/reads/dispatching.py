"""Who is sent to which target with which items, and why a task cannot be sent out (T08, T09, T11)."""

from collections.abc import Sequence

from agencies.models import Agency, User
from catalog.models import Item
from core.errors import Refusal
from core.workflow import why_not_move
from tasks.eligibility import frame
from tasks.models import Assignment, Selection, Task
from tasks.rules import FEWEST

Teams = dict[Agency, list[Assignment]]


def why_not_dispatch(task: Task, actor: User | None) -> Refusal | None:
    """Why the task cannot be sent out: every target needs a team of each system that has an item."""
    if refusal := why_not_move(task, "dispatch", actor):
        return refusal
    selections, items = selections_of(task), items_of(task)
    if not selections:
        text = "这个任务没有抽中对象，不能派发。请先摇号并锁定名单。"
        return Refusal(text, code="nobody")
    refusals = (_why_not_send(one, teams_of(one, task), items) for one in selections)
    return next(filter(None, refusals), None) or _why_nothing_left(task, selections, items)


def items_of(task: Task) -> list[Item]:
    """What is inspected, with everything that the forms show of it."""
    return list(
        task.items.select_related("version__agency__system")
        .prefetch_related("bases", "checkpoints")
        .order_by("version", "position")
    )


def selections_of(task: Task) -> list[Selection]:
    """The listed targets with their teams."""
    return list(
        task.selections.select_related("target", "task__agency__system", "task__line__plan")
        .prefetch_related("assignments__agency__system", "assignments__inspector")
        .order_by("number")
    )


def teams_of(selection: Selection, task: Task) -> Teams:
    """Agency -> its officers; the system that leads the task comes first."""
    found: Teams = {}
    for assignment in selection.assignments.all():
        found.setdefault(assignment.agency, []).append(assignment)
    lead = task.agency.system_id
    order = sorted(found, key=lambda agency: (agency.system_id != lead, agency.code))
    return {agency: found[agency] for agency in order}


def system_of(item: Item) -> str:
    """The line of government that inspects the item today."""
    system = item.version.agency.system
    return system.succeeded_by_id or system.slug


def _why_not_send(selection: Selection, teams: Teams, items: Sequence[Item]) -> Refusal | None:
    target = selection.target
    wanted = {system_of(item): item.version.agency.system.name for item in items}
    missing = wanted.keys() - {agency.system_id for agency in teams}
    for slug, name in wanted.items():
        if slug in missing:
            text = f"“{target}”还没有{name}的检查人员，不能派发。请先匹配检查人员。"
            return Refusal(text, code="no_team")
    for agency, team in teams.items():
        if agency.system_id not in wanted:
            text = f"“{target}”没有需要{agency}检查的事项，不能派发。请核对抽查事项。"
            return Refusal(text, code="no_item")
        counted = sum(not one.inspector.is_adviser for one in team)
        if counted < FEWEST:
            text = (
                f"“{target}”的{agency}只有 {counted} 名检查人员，至少需要 {FEWEST} 名，不能派发。"
                "请先补充检查人员。"
            )
            return Refusal(text, code="too_few")
    return None


def _why_nothing_left(
    task: Task, selections: Sequence[Selection], items: Sequence[Item]
) -> Refusal | None:
    """What an agency found in order this year is left off; of some task nothing remains (F17)."""
    passed = frame.passed_items(task, [one.target for one in selections])
    asked = {item.pk for item in items}
    if any(asked - passed.get(one.target_id, {}).keys() for one in selections):
        return None
    text = "抽中对象的本次事项今年都已检查、未发现问题，没有需要派发的检查。"
    return Refusal(text, code="all_passed")
