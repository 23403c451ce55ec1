"""What an officer has to do: the visits of the own team, by the next step of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, Max, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from agencies.models import User
from core.audit import subject_of
from deadlines.models import Deadline
from inspections import rules
from inspections.flows import HANDED_IN, STOOD_FOR, InspectionStatus, SectionStatus
from inspections.models import OfficerConfirmation, Section, Signature
from reports.reads.todo import Todo, by, day, earliest, names, running
from tasks.models import Task


@dataclass(frozen=True, slots=True)
class StepWords:
    """The next step on a form: what is the matter, what to do, the words on the button."""

    what: str
    why: str
    label: str


STEPS = {
    "enter": StepWords("待检查", "到场出示证件、告知权利后进入检查", "打开表格"),
    "fill": StepWords("检查表没有填完", "每项都要选择结果", "继续填写"),
    "confirm": StepWords("等待您确认", "已填完，核对后用本人口令确认", "核对确认"),
    "wait": StepWords("等待同组人员确认", "您已确认", "查看"),
    "wait_agency": StepWords("等待其他部门确认", "各部门都确认后请企业签字", "查看"),
    "sign": StepWords("请企业签字", "各部门已确认；对方拒签的记录理由和见证人", "签字"),
    "submit": StepWords("可以提交审批", "检查人员已确认", "提交"),
}


def visits(user: User, today: date) -> Iterator[Todo]:
    """Own sections not yet handed in; those of one task at the same step stand together."""
    sections = list(_sections(user))
    clocks = running(subject_of(section) for section in sections)
    groups: dict[tuple, list[Section]] = {}
    for section in sections:
        step = step_of(section, today)
        if step == "returned":
            yield _returned(section, clocks.get(subject_of(section)))
        else:
            groups.setdefault((section.inspection.task, step), []).append(section)
    for (task, step), members in groups.items():
        deadline = earliest(clocks.get(subject_of(section)) for section in members)
        yield _group(task, step, members, deadline)


def _sections(user: User) -> QuerySet:
    siblings = Section.objects.filter(inspection=OuterRef("inspection"))
    stood_at = (
        OfficerConfirmation.objects.filter(section__inspection=OuterRef("inspection"))
        .order_by()
        .values("section__inspection")
        .annotate(last=Max("at"))
    )
    signed = Signature.objects.filter(
        inspection=OuterRef("inspection"), at__gte=OuterRef("stood_at")
    )
    return (
        Section.objects.worked_by(user)
        .exclude(status__in=HANDED_IN)
        .select_related("inspection__selection__target", "inspection__selection__task")
        .prefetch_related("items", "answers")
        .annotate(
            is_mine=Exists(
                OfficerConfirmation.objects.filter(section=OuterRef("pk"), inspector__user=user)
            ),
            others_open=Exists(siblings.exclude(pk=OuterRef("pk")).exclude(status__in=STOOD_FOR)),
            stood_at=Subquery(stood_at.values("last")),
            is_signed=Exists(signed),
        )
        .order_by("inspection__selection__task", "inspection__selection__number")
    )


def step_of(section: Section, today: date) -> str:
    """What the officer does next, as the form itself would say."""
    visit = section.inspection
    if section.status == SectionStatus.CONFIRMED:
        return _closing(section)
    if section.status == SectionStatus.RETURNED and not section.is_mine:
        return "returned"
    if visit.status == InspectionStatus.PENDING and not visit.is_ended:
        return "enter"
    if _lacks(section, today):
        return "fill"
    return "wait" if section.is_mine else "confirm"


def _closing(section: Section) -> str:
    if section.inspection.is_ended or (section.is_signed and not section.others_open):
        return "submit"
    return "wait_agency" if section.others_open else "sign"


def _lacks(section: Section, today: date) -> bool:
    visit = section.inspection
    entered = visit.entered_at
    findings = {answer.item_id: answer.finding for answer in section.answers.all()}
    items = [(item.pk, item.name) for item in section.items.all()]
    visited_on = timezone.localtime(entered).date() if entered else today
    return bool(rules.missing(findings, items, visit.outcome, visited_on))


def _returned(section: Section, deadline: Deadline | None) -> Todo:
    return Todo(
        "returned",
        f"{section.inspection}：检查记录被退回",
        f"理由：{section.return_reason}",
        reverse("inspections:form", args=[section.inspection_id]),
        "修改",
        deadline=deadline,
        until=section.inspection.task.onsite_until,
    )


def _group(task: Task, step: str, members: list[Section], deadline: Deadline | None) -> Todo:
    words = STEPS[step]
    when = by(deadline, f"现场检查至 {day(task.onsite_until)}")
    firms = [section.inspection for section in members]
    if len(firms) == 1:
        title, label = f"{firms[0]}：{words.what}", words.label
        link, about = reverse("inspections:form", args=[firms[0].pk]), str(task)
    else:
        title, label = f"{task}：{len(firms)} 户{words.what}", f"查看 {len(firms)} 户"
        link, about = reverse("inspections:today"), names(firms)
    why = f"{about}。{words.why}。{when}"
    return Todo(step, title, why, link, label, deadline=deadline, until=task.onsite_until)


OFFICER = (visits,)
