"""Handing in a section, and what the leader says of it."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from agencies.models import ROLE_PREFIX, User
from core import clock
from core.errors import DomainError, IllegalMove, NotAllowed
from core.notices import notify
from core.workflow import advance, lock
from deadlines import services as deadlines
from deadlines.models import DeadlineRule, Kind, Trigger
from inspections.flows import HANDED_IN, InspectionStatus, SectionStatus
from inspections.models import Inspection, Section
from inspections.reads.form_state import Sheet
from inspections.rules import conclusion_of
from inspections.services.teams import (
    authorize_team,
    handed_in_text,
    is_on_team,
    lock_form,
    mover,
)
from registries.models import ItemPass
from tasks import services as tasks
from tasks.flows import TaskStatus
from tasks.models import Task

LEADERS = [f"{ROLE_PREFIX}deputy", f"{ROLE_PREFIX}principal"]


@transaction.atomic
def submit(section: Section, *, submission_id: UUID, actor: User) -> Section:
    """Hand the section in for approval, once however often the button is pressed.

    submission_id: made by the client; the same one again returns the section unchanged. The last
    section completes the visit, the last visit the task, and the publication clock starts as the
    rule of the jurisdiction says (contracts section 5).
    Raises IllegalMove when it was handed in already or is not yet confirmed and signed.
    """
    inspection = lock_form(section)
    authorize_team(section, "submit", actor)
    if section.submission_id == submission_id:
        return section
    handed_in = handed_in_text(section)
    if handed_in:
        raise IllegalMove(handed_in)
    if section.status != SectionStatus.CONFIRMED:
        raise IllegalMove("检查人员还没有全部确认，不能提交。已填内容都已保存。")
    if Sheet.load(inspection.pk).needs_signature:
        raise IllegalMove(_unsigned(inspection))
    section.submitted_at, section.submitted_by = clock.now(), actor
    _claim(section, submission_id)
    advance(
        section,
        "submit",
        actor=mover(section, actor),
        submission=str(submission_id),
        because_of=actor.pk,
    )
    deadlines.meet(section, Kind.ONSITE)
    _tell_leaders(section)
    _complete_visit(inspection)
    return section


@transaction.atomic
def return_section(section: Section, reason: str, *, actor: User) -> None:
    """Send a submitted section back to its officers, who confirm it anew."""
    if not reason.strip():
        raise DomainError("请写明退回的理由，检查人员据此修改。")
    _refuse_own(section, actor)
    lock_form(section)
    advance(section, "return", actor=actor)
    section.return_reason = reason.strip()
    section.save(update_fields=["return_reason"])
    section.confirmations.all().delete()
    team = User.objects.filter(
        inspector__assignments__selection__inspection=section.inspection_id,
        inspector__assignments__agency=section.agency_id,
        inspector__assignments__ended_at=None,
    )
    text = f"“{section.inspection}”的检查记录被退回：{section.return_reason}"
    link = reverse("inspections:form", args=[section.inspection_id])
    notify(team.distinct(), text, link, urgent=True)


@transaction.atomic
def approve_section(section: Section, *, actor: User) -> None:
    """Agree to publication; what is published is the business of the caller.

    What a section without findings checked is not inspected again this year where the rules say
    so (F17).
    """
    _refuse_own(section, actor)
    lock_form(section)
    advance(section, "approve", actor=actor)
    _note_passes(section)


def _note_passes(section: Section) -> None:
    """One row per item found in order, if the section as a whole found nothing."""
    inspection, answers = section.inspection, list(section.answers.select_related("item"))
    findings = [answer.finding for answer in answers]
    if conclusion_of(findings, inspection.outcome) != ["no_issue"]:
        return
    entered = inspection.entered_at
    ItemPass.objects.bulk_create(
        [
            ItemPass(
                target=inspection.target,
                agency=section.agency,
                item_code=answer.item.code,
                passed_on=timezone.localtime(entered).date() if entered else clock.today(),
                task_number=inspection.task.number,
            )
            for answer in answers
            if answer.result == "no_issue"
        ],
        ignore_conflicts=True,
    )


def _refuse_own(section: Section, actor: User) -> None:
    if is_on_team(section, actor):
        raise NotAllowed("您是这份记录的检查人员，不能审批自己的记录，请由另一位负责人审批。")


def _unsigned(inspection: Inspection) -> str:
    if inspection.signatures.exists():
        return "签字后内容有修改，原签字不再对应现在的内容。请企业重新签字，或记录拒签后再提交。"
    return "企业还没有签字，不能提交。请企业签字；如对方拒签，请点“拒签”并写明原因和见证人。"


def _claim(section: Section, submission_id: UUID) -> None:
    """Take the number; it counts once in the whole portal."""
    section.submission_id = submission_id
    try:
        with transaction.atomic():
            section.save(update_fields=["submission_id", "submitted_at", "submitted_by"])
    except IntegrityError:
        raise IllegalMove("提交编号已被使用，本次没有提交。请刷新页面后再提交一次。") from None


def _tell_leaders(section: Section) -> None:
    leaders = User.objects.filter(
        agency=section.agency_id, is_active=True, groups__name__in=LEADERS
    ).distinct()
    text = f"“{section.inspection}”的检查记录已提交，请审批公示。"
    notify(leaders, text, _approval(section))


def _approval(section: Section) -> str:
    return f"/desk/approvals/{section.pk}/"


def _complete_visit(inspection: Inspection) -> None:
    """With its last section the visit is over; a visit that comes back is not counted again."""
    if inspection.sections.exclude(status__in=HANDED_IN).exists():
        return
    if inspection.status == InspectionStatus.COMPLETED:
        return
    advance(inspection, "complete", actor=None)
    if inspection.completed_on:
        return
    today = clock.today()
    inspection.completed_on = today
    inspection.save(update_fields=["completed_on"])
    sections = inspection.sections.select_related("agency")
    _start_publication_deadlines(sections, inspection.task, Trigger.FORM_COMPLETED, today)
    _complete_task(inspection.task, today)


def _complete_task(task: Task, today: date) -> None:
    """With its last visit the task is done; its row is locked, so that two last ones see each other."""
    lock(task)
    unfinished = Inspection.objects.filter(selection__task=task, completed_on=None)
    if task.status != TaskStatus.DISPATCHED or unfinished.exists():
        return
    tasks.complete(task, on=today)
    sections = Section.objects.filter(inspection__selection__task=task).select_related(
        "agency", "inspection__selection__target"
    )
    _start_publication_deadlines(sections, task, Trigger.TASK_COMPLETED, today)


def _start_publication_deadlines(
    sections: Iterable[Section], task: Task, trigger: Trigger, today: date
) -> None:
    """Start the publication clocks whose rule runs from `trigger`."""
    rules = {}
    for section in sections:
        agency = section.agency
        if agency.pk not in rules:
            rules[agency.pk] = DeadlineRule.objects.nearest(
                agency.region_id, Kind.PUBLISH_RESULT, today
            )
        rule = rules[agency.pk]
        runs_from = rule.trigger if rule else Trigger.TASK_COMPLETED
        if runs_from == trigger and section.status != SectionStatus.PUBLISHED:
            deadlines.start(
                section,
                Kind.PUBLISH_RESULT,
                agency=agency,
                lead_agency=task.agency,
                trigger_on=today,
                title=str(section),
                link=_approval(section),
                cap_on=task.ends_on,
            )
