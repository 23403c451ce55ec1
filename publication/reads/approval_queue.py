"""What waits for a leader's decision, in two piles: 未发现问题 and 发现问题 (product 4.3)."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields import CharField, DateField
from django.db.models.functions import Cast, Coalesce, Concat

from agencies.models import User
from core import clock
from core.audit import subject_of
from deadlines.models import NEVER, Deadline, DeadlineKind
from inspections.models import Answer, OfficerConfirmation, Section
from publication import rules
from tasks.models import Assignment

CLEAN, PROBLEM = "clean", "problem"
ORDER = ("urgent_on", "pk")


def waiting(user: User) -> QuerySet:
    """Submitted sections of the user's own agency with `urgent_on` and `is_open`, to be ordered.

    is_open: a problem was found, or the visit did not take its usual course; each is read alone.
    """
    label = Concat(Value(f"{Section._meta.label_lower}:"), Cast(OuterRef("pk"), CharField()))
    clocks = Deadline.objects.filter(subject=label, kind=DeadlineKind.PUBLISH_RESULT).order_by(
        "-pk"
    )
    answers = Answer.objects.filter(section=OuterRef("pk"))
    return (
        Section.objects.waiting_for_approval(user)
        .annotate(
            urgent_on=Coalesce(
                Subquery(clocks.values("urgent_on")[:1]), Value(NEVER), output_field=DateField()
            ),
            is_open=~Q(inspection__outcome="")
            | Exists(answers.filter(result="problem"))
            | ~Exists(answers),
        )
        .order_by(*ORDER)
    )


def pile(user: User, name: str) -> QuerySet:
    """One of the two piles."""
    return waiting(user).filter(is_open=name == PROBLEM)


def clean_for(user: User) -> QuerySet:
    """The records without a problem that the user may pass: none the user took part in."""
    return pile(user, CLEAN).exclude(taken_part_by(user))


def taken_part_by(user: User) -> Q:
    """Sections the user filled in, confirmed, submitted or was sent out for."""
    team = Assignment.objects.filter(
        selection=OuterRef("inspection__selection"),
        agency=OuterRef("agency"),
        inspector__user=user,
    )
    return (
        Q(submitted_by=user)
        | Exists(Answer.objects.filter(section=OuterRef("pk"), updated_by=user))
        | Exists(OfficerConfirmation.objects.filter(section=OuterRef("pk"), inspector__user=user))
        | Exists(team)
    )


def took_part(section: Section, user: User) -> bool:
    """Whether the user is one of the officers of the section."""
    return Section.objects.filter(taken_part_by(user), pk=section.pk).exists()


def deadlines_of(sections: list[Section]) -> dict[int, Deadline]:
    """The publication clock of each section, by the section's key. One query."""
    labels = {subject_of(section): section.pk for section in sections}
    found = Deadline.objects.filter(subject__in=labels, kind=DeadlineKind.PUBLISH_RESULT).order_by(
        "pk"
    )
    return {labels[deadline.subject]: deadline for deadline in found}


def due_on(section: Section) -> date | None:
    """Until when the section has to be published; None when no clock runs or a year is missing."""
    deadline = deadlines_of([section]).get(section.pk)
    return deadline.due_on if deadline else None


LABELS = {CLEAN: "未发现问题", PROBLEM: "发现问题"}


def pile_of(section: Section) -> str:
    """In which pile a section lies."""
    clean = not section.inspection.outcome and not any(
        answer.result == "problem" for answer in section.answers.all()
    )
    return CLEAN if clean else PROBLEM


def first_pile(counts: dict[str, int]) -> str:
    """The pile that needs reading, unless it is empty."""
    return PROBLEM if counts[PROBLEM] or not counts[CLEAN] else CLEAN


def bulk_of(user: User) -> dict[str, Any] | None:
    """What may be passed at once, with three records offered for a look; None for those who may not."""
    if not user.has_perm("inspections.approve_section"):
        return None
    rows = clean_for(user).select_related("inspection__selection__target")
    sections = list(rows)
    looked_at = set(rules.sample([section.pk for section in sections], clock.today()))
    return {
        "offer": f"全部通过，公示 {len(sections)} 条",
        "question": f"确认公示这 {len(sections)} 条",
        "count": len(sections),
        "stamp": rules.stamp(section.pk for section in sections),
        "samples": [section for section in sections if section.pk in looked_at],
        "hasty": sum(
            rules.is_hasty(section.inspection.entered_at, section.submitted_at)
            for section in sections
        ),
    }
