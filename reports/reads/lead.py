"""What the lead agency's staff has to do: from the plan line to the published results."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Prefetch
from django.urls import reverse

from agencies.models import User
from catalog.flows import VersionStatus
from catalog.models import CatalogVersion
from core import clock
from core.audit import subject_of
from deadlines.models import Deadline
from draws.flows import DrawStatus
from draws.models import Draw, Purpose
from draws.reads import ceremony_state
from plans.flows import PlanStatus
from plans.models import Plan, PlanLine
from reports.reads.ceremony import TEXTS
from reports.reads.progress import Progress, progress_of, unpublished_clocks
from reports.reads.todo import Todo, by, day, earliest, running
from tasks.flows import ConfirmationStatus, TaskStatus
from tasks.models import Confirmation, Task

NEAR = timedelta(days=14)
UNDER_WAY = [
    TaskStatus.DRAFT,
    TaskStatus.FROZEN,
    TaskStatus.OPENED,
    TaskStatus.CONFIRMING,
    TaskStatus.LOCKED,
    TaskStatus.ASSIGNED,
    TaskStatus.DISPATCHED,
    TaskStatus.COMPLETED,
]
IN_FIELD = {TaskStatus.DISPATCHED, TaskStatus.COMPLETED}


@dataclass
class TaskOutlook:
    """A task with everything that decides what comes next."""

    task: Task
    today: date
    progress: Progress
    clocks: dict[str, Deadline]
    publish: tuple[int, Deadline | None] = (0, None)
    draws: dict[str, Draw] = field(default_factory=dict)

    def todo(self, kind: str, what: str, why: str, page: str, label: str, **due: object) -> Todo:
        """A line about this task; the end of the draw stage binds unless told otherwise."""
        link = reverse(f"tasks:{page}", args=[self.task.number])
        due = due or {"until": self.task.draw_until}
        return Todo(kind, f"{self.task}：{what}", why, link, label, **due)


def lines_to_launch(user: User, today: date) -> Iterator[Todo]:
    """Lines of this year's published plan whose months have come and that have no task yet."""
    lines = (
        PlanLine.objects.with_task()
        .filter(
            task_number=None,
            plan__agency=user.agency_id,
            plan__status=PlanStatus.PUBLISHED,
            plan__year=today.year,
            month_from__lte=today.month,
        )
        .annotate(joining=Count("participants"))
        .order_by("month_from", "position", "pk")
    )
    for line in lines:
        joining = f"参与部门 {line.joining} 个" if line.joining else "本部门单独抽查"
        yield Todo(
            "launch",
            f"计划第 {line.position} 项：{line}，可以发起",
            f"计划 {line.month_from}月至 {line.month_until}月，预估 {line.estimated} 户，{joining}",
            reverse("tasks:create", args=[line.pk]),
            "发起",
            until=_launch_until(line, today),
        )


def _launch_until(line: PlanLine, today: date) -> date:
    """The end of the first planned month while it lasts, then that of the last one."""
    month = line.month_from if line.month_from >= today.month else line.month_until
    return date(today.year, month, monthrange(today.year, month)[1])


def plans_to_move(user: User, today: date) -> Iterator[Todo]:
    """Own plans that wait for their drafter: to be submitted, or approved and to be published."""
    words = {
        PlanStatus.DRAFT: ("plan_draft", "编制完成后提交审批", "编制中，尚未提交审批", "继续编制"),
        PlanStatus.APPROVED: ("plan_publish", "已批准，可以公布", "公布后才能发起任务", "公布计划"),
    }
    plans = Plan.objects.filter(agency=user.agency_id, status__in=list(words))
    for plan in plans.order_by("year", "pk"):
        kind, what, why, label = words[plan.status]
        yield Todo(kind, f"{plan}：{what}", why, reverse("plans:detail", args=[plan.pk]), label)


def lists_to_publish(user: User, today: date) -> Iterator[Todo]:
    """Drafts of the own item list."""
    drafts = CatalogVersion.objects.filter(agency=user.agency_id, status=VersionStatus.DRAFT)
    for version in drafts.order_by("pk"):
        yield Todo(
            "list_draft",
            f"{version}：补齐后公布",
            "编制中。只有公布的清单才能用于检查",
            reverse("catalog:detail", args=[version.pk]),
            "继续编制",
        )


def tasks_to_move(user: User, today: date) -> Iterator[Todo]:
    """The next step of every task the agency leads."""
    draws = Draw.objects.live().defer(*TEXTS).prefetch_related("contributors")
    confirmations = Confirmation.objects.select_related("agency").order_by("pk")
    tasks = list(
        Task.objects.filter(agency=user.agency_id, status__in=UNDER_WAY)
        .prefetch_related(Prefetch("draws", draws), Prefetch("confirmations", confirmations))
        .order_by("pk")
    )
    subjects = [subject_of(task) for task in tasks]
    subjects += [subject_of(one) for task in tasks for one in task.confirmations.all()]
    clocks = running(subjects)
    progress = progress_of(tasks)
    publish = unpublished_clocks([task for task in tasks if task.status in IN_FIELD])
    for task in tasks:
        standing = TaskOutlook(
            task,
            today,
            progress[task.pk],
            clocks,
            publish.get(task.pk, (0, None)),
            {draw.purpose: draw for draw in task.draws.all()},
        )
        yield from STEPS[task.status](standing)


def _draft(now: TaskOutlook) -> Iterator[Todo]:
    why = f"{day(now.task.draw_until)}前抽取。核对谁能被抽到、各档抽多少，再封存名单"
    yield now.todo("freeze", "核对范围并封存名单", why, "scope", "核对范围")


def _frozen(now: TaskOutlook) -> Iterator[Todo]:
    yield from _ceremony(now, Purpose.TARGETS, "draw", "可以摇号", "摇号")


def _ceremony(now: TaskOutlook, purpose: str, page: str, what: str, label: str) -> Iterator[Todo]:
    draw = now.draws.get(purpose)
    needs = ceremony_state.of(draw, clock.now()).needs if draw else []
    if draw and not needs:
        spoken = "已封存并有第二人同意，请见证人念短语后开启"
        why = spoken if draw.consented_by_id else "各方随机数已到齐，可以开启"
        yield now.todo(page, what, why, page, label)
    elif needs == [ceremony_state.CONSENT]:
        why = "保证等级 C 的摇号须由任务部门的另一人同意，封存人不能自己同意"
        yield now.todo(f"wait_{page}", "等待第二人同意", why, page, "查看")
    else:
        yield now.todo(
            f"wait_{page}", "已封存，还不能摇号", f"还差：{'；'.join(needs)}", page, "查看"
        )


def _opened(now: TaskOutlook) -> Iterator[Todo]:
    why = f"已抽中 {now.progress.total} 户，各部门比对名录后确认"
    yield now.todo("send", "送各部门确认名单", why, "draw", "送确认")


def _confirming(now: TaskOutlook) -> Iterator[Todo]:
    every = list(now.task.confirmations.all())
    pending = [one for one in every if one.status == ConfirmationStatus.PENDING]
    if not pending:
        why = f"{len(every)} 个部门均已确认，锁定后只能检查，不能再调整"
        yield now.todo("lock", "锁定名单", why, "draw", "锁定名单")
        return
    deadline = earliest(now.clocks.get(subject_of(one)) for one in pending)
    who = "、".join(one.agency.short_name for one in pending)
    done = f"其余 {len(every) - len(pending)} 个部门已确认；" if len(every) > len(pending) else ""
    why = done + by(deadline, f"{day(now.task.draw_until)}前确认")
    due = {"deadline": deadline} if deadline else {}
    yield now.todo("wait_confirm", f"名单待{who}确认", why, "draw", "查看", **due)


def _locked(now: TaskOutlook) -> Iterator[Todo]:
    draw = now.draws.get(Purpose.INSPECTORS)
    if draw and draw.status == DrawStatus.FROZEN:
        yield from _ceremony(now, Purpose.INSPECTORS, "people", "可以匹配检查人员", "匹配人员")
        return
    why = f"为 {now.progress.total} 户随机匹配检查人员，先封存人员名单和回避关系"
    yield now.todo("people_freeze", "匹配检查人员", why, "people", "匹配人员")


def _assigned(now: TaskOutlook) -> Iterator[Todo]:
    why = f"{now.progress.total} 户已配齐人员，{day(now.task.onsite_from)}起现场检查"
    due = {"until": now.task.onsite_from}
    yield now.todo("dispatch", "派发到执行单位", why, "people", "派发", **due)


def _watch(now: TaskOutlook) -> Iterator[Todo]:
    """Only what comes near: visits, publication and the report of a dispatched task."""
    task, left = now.task, now.progress.total - now.progress.inspected
    horizon = now.today + NEAR
    if left and task.onsite_until <= horizon:
        why = f"现场检查至 {day(task.onsite_until)}，已检查 {now.progress.inspected}/{now.progress.total} 户"
        due = {"until": task.onsite_until}
        yield now.todo("watch_onsite", f"还有 {left} 户没有检查", why, "detail", "查看进度", **due)
    number, deadline = now.publish
    if _is_near(deadline, horizon):
        yield now.todo(
            "watch_publish",
            f"{number} 条检查结果待公示",
            by(deadline, ""),
            "detail",
            "查看进度",
            deadline=deadline,
        )
    deadline = now.clocks.get(subject_of(task))
    if _is_near(deadline, horizon):
        what = f"{deadline.get_kind_display()}"
        yield now.todo("report", what, by(deadline, ""), "detail", "查看任务", deadline=deadline)


def _is_near(deadline: Deadline | None, horizon: date) -> bool:
    return deadline is not None and deadline.due_on is not None and deadline.due_on <= horizon


STEPS = {
    TaskStatus.DRAFT: _draft,
    TaskStatus.FROZEN: _frozen,
    TaskStatus.OPENED: _opened,
    TaskStatus.CONFIRMING: _confirming,
    TaskStatus.LOCKED: _locked,
    TaskStatus.ASSIGNED: _assigned,
    TaskStatus.DISPATCHED: _watch,
    TaskStatus.COMPLETED: _watch,
}
LEAD = (tasks_to_move, lines_to_launch, plans_to_move, lists_to_publish)
