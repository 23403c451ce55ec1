"""What a task waits for, in words for its page."""

from dataclasses import dataclass, replace

from django.urls import reverse

from agencies.models import User
from core.templatetags.portal import cn_date
from tasks.flows import TaskStatus
from tasks.models import Task
from tasks.reads.refusals import why_not_freeze_targets


@dataclass(frozen=True)
class NextStep:
    """A notice: its lead in bold, more words, and the page where it goes on."""

    lead: str
    text: str = ""
    page: str = ""
    link: str = ""
    icon: str = "info"
    look: str = ""
    url: str = ""


S = TaskStatus
STEPS = {
    S.DRAFT: NextStep(
        "下一步：核对范围，封存名单。",
        "封存前名录的变化会反映到名单；封存后不能再改。",
        "scope",
        "核对范围与比例",
    ),
    S.FROZEN: NextStep(
        "下一步：摇号。",
        "名单已封存并公布指纹；各方随机数和还差什么，见摇号页。",
        "draw",
        "去摇号",
        icon="lock",
    ),
    S.OPENED: NextStep("下一步：送各部门比对和确认。", page="draw", link="查看抽中名单"),
    S.CONFIRMING: NextStep(
        "下一步：各部门管理员确认名单。",
        "须在期限内比对和确认；逾期通知其分管负责人，不会自动视为确认。",
        "draw",
        "查看确认情况",
        icon="clock",
    ),
    S.LOCKED: NextStep(
        "下一步：匹配检查人员。", "名单已锁定，不能再改。", "people", "去配人", icon="lock"
    ),
    S.ASSIGNED: NextStep("下一步：派发到县区执行单位。", page="people", link="核对人员并派发"),
    S.DISPATCHED: NextStep(
        "现场检查进行中。",
        "现场检查阶段到 {until}为止；全部完成后开始计算公示期限。",
        icon="pen",
    ),
    S.COMPLETED: NextStep(
        "现场检查已全部完成。", "各部门负责人审批后结果自动公示。", icon="check", look="ok"
    ),
}


def next_step(task: Task, user: User) -> NextStep | None:
    """The notice at the head of a task's page; None when it was cancelled.

    The way to the scope is offered to those who may seal the list.
    """
    step = STEPS.get(TaskStatus(task.status))
    if step is None:
        return None
    page = step.page
    if task.is_draft and why_not_freeze_targets(task, user):
        page = ""
    return replace(
        step,
        text=step.text.format(until=cn_date(task.onsite_until)),
        url=reverse(f"tasks:{page}", args=[task.number]) if page else "",
    )
