"""Handing in a section, and what the leader says of it."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from agencies.models import ROLE_PREFIX, User
from core import clock
from core.errors import DomainError, IllegalMove, demand, unique
from core.notices import notify
from core.workflow import advance, lock
from deadlines import services as deadlines
from deadlines.models import DeadlineKind, DeadlineRule, Trigger
from inspections.flows import HANDED_IN, InspectionStatus, SectionStatus
from inspections.models import Inspection, Section
from inspections.reads.form_state import Sheet
from inspections.reads.refusals import (
    why_not_approve,
    why_not_return,
    why_not_submit,
    why_not_work_on,
)
from inspections.rules import conclusion_of
from inspections.services.teams import lock_form, mover
from registries.models import ItemPass
from tasks import services as tasks
from tasks.flows import TaskStatus
from tasks.models import Task

SUBMISSION_ONCE = "inspections_section_submission_id_key"
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
    demand(why_not_work_on(section, "submit", actor))
    if section.submission_id == submission_id:
        return section
    demand(why_not_submit(Sheet.load(inspection.pk), section, actor))
    section.submitted_at, section.submitted_by = clock.now(), actor
    _claim(section, submission_id)
    advance(
        section,
        "submit",
        actor=mover(section, actor),
        submission=str(submission_id),
        because_of=actor.pk,
    )
    deadlines.meet(section, DeadlineKind.ONSITE)
    _tell_leaders(section)
    _complete_visit(inspection)
    return section


@transaction.atomic
def return_section(section: Section, reason: str, *, actor: User) -> None:
    """Send a submitted section back to its officers, who confirm it anew."""
    if not reason.strip():
        raise DomainError("请写明退回的理由，检查人员据此修改。")
    lock_form(section)
    demand(why_not_return(section, actor))
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
    lock_form(section)
    demand(why_not_approve(section, actor))
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


def _claim(section: Section, submission_id: UUID) -> None:
    """Take the number; it counts once in the whole portal."""
    section.submission_id = submission_id
    text = "提交编号已被使用，本次没有提交。请刷新页面后再提交一次。"
    with unique(SUBMISSION_ONCE, text, error=IllegalMove):
        section.save(update_fields=["submission_id", "submitted_at", "submitted_by"])


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
                agency.region_id, DeadlineKind.PUBLISH_RESULT, today
            )
        rule = rules[agency.pk]
        runs_from = rule.trigger if rule else Trigger.TASK_COMPLETED
        if runs_from == trigger and section.status != SectionStatus.PUBLISHED:
            deadlines.start(
                section,
                DeadlineKind.PUBLISH_RESULT,
                agency=agency,
                lead_agency=task.agency,
                trigger_on=today,
                title=str(section),
                link=_approval(section),
                cap_on=task.ends_on,
            )
