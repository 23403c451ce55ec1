"""Clocks: start, meet, call off, compute again. Nobody else computes or compares due dates."""

from datetime import date

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse

from agencies.models import Agency, User
from core import clock
from core.audit import record, subject_of
from core.errors import DomainError, IllegalMove, unique
from core.notices import notify
from core.workflow import advance
from deadlines import rules
from deadlines.flows import DeadlineStatus
from deadlines.models import CalendarAlarm, Deadline, DeadlineKind, DeadlineRule
from deadlines.reads import audience, calendar, due_words


@transaction.atomic
def start(
    subject: models.Model | str,
    kind: str,
    *,
    agency: Agency,
    trigger_on: date,
    title: str,
    link: str,
    cap_on: date | None,
    lead_agency: Agency | None,
    actor: User | None = None,
) -> Deadline:
    """Let the clock run that the agency's jurisdiction sets for `kind`.

    trigger_on: the day of the event, not counted. cap_on: the end of the task; the earlier binds.
    lead_agency: who leads the task and takes it up when it stays overdue.
    A year without an arrangement leaves `due_on` empty and tells the administrators once.
    Raises DomainError without a rule, IllegalMove when the same clock already runs.
    """
    rule = DeadlineRule.objects.nearest(agency.region_id, kind, trigger_on)
    if rule is None:
        raise DomainError(
            f"{agency}没有“{DeadlineKind(kind).label}”的期限规则，页面上的补充功能尚未开通，请联系部署方装入规则。"
        )
    deadline = Deadline(
        subject=_label(subject),
        kind=kind,
        agency=agency,
        lead_agency=lead_agency,
        title=title[:200],
        link=link,
        trigger=rule.trigger,
        trigger_on=trigger_on,
        amount=rule.amount,
        unit=rule.unit,
        roll=rule.roll,
        source=rule.source,
        cap_on=cap_on,
    )
    _plan(deadline, calendar())
    _open(deadline, actor)
    if deadline.missing_year:
        alarm(deadline.missing_year)
    return deadline


@transaction.atomic
def start_fixed(
    subject: models.Model | str,
    kind: str,
    *,
    agency: Agency,
    due_on: date,
    title: str,
    link: str,
    source: str,
    lead_agency: Agency | None = None,
    actor: User | None = None,
) -> Deadline:
    """Let a clock run to a date that a document names; such a date never moves."""
    deadline = Deadline(
        subject=_label(subject),
        kind=kind,
        agency=agency,
        lead_agency=lead_agency,
        title=title[:200],
        link=link,
        due_on=due_on,
        roll=False,
        source=source,
    )
    _open(deadline, actor)
    return deadline


@transaction.atomic
def meet(subject: models.Model | str, kind: str, on: date | None = None) -> Deadline | None:
    """Stop the clock: what it asked for was done on `on` (today). None when none runs."""
    deadline = _running(subject, kind)
    if deadline:
        deadline.met_on = on or clock.today()
        deadline.save(update_fields=["met_on"])
        advance(deadline, "meet", actor=None, met_on=deadline.met_on.isoformat())
    return deadline


@transaction.atomic
def cancel(subject: models.Model | str, kind: str) -> Deadline | None:
    """Call the clock off: nothing has to be done any more. None when none runs."""
    deadline = _running(subject, kind)
    if deadline:
        advance(deadline, "cancel", actor=None)
    return deadline


@transaction.atomic
def recompute(*, actor: User | None = None) -> int:
    """Compute again what runs or waits for the calendar; returns how many due dates changed."""
    waiting = Q(due_on=None, status=DeadlineStatus.MET)
    rows = Deadline.objects.filter(Q(status=DeadlineStatus.OPEN) | waiting, amount__isnull=False)
    rows = rows.select_for_update(of=("self",)).select_related("agency").order_by("pk")
    known = calendar()
    return sum(_replan(deadline, known, actor) for deadline in rows)


def alarm(year: int) -> None:
    """Tell the system administrators once that a year is missing."""
    administrators = list(User.objects.with_role("sysadmin"))
    if administrators and CalendarAlarm.objects.get_or_create(year=year)[1]:
        text = f"{rules.missing_text(year)}，相关期限暂为“待定”。请到“设置—工作日历”录入。"
        notify(administrators, text, reverse("deadlines:calendar"))


def _label(subject: models.Model | str) -> str:
    return subject if isinstance(subject, str) else subject_of(subject)


def _running(subject: models.Model | str, kind: str) -> Deadline | None:
    rows = Deadline.objects.open().about(_label(subject), kind)
    return rows.select_for_update(of=("self",)).first()


def _plan(deadline: Deadline, known: rules.Calendar) -> None:
    """Compute the due date; one that a document names never moves."""
    if deadline.trigger_on is None or deadline.amount is None:
        return
    planned = rules.plan_due(
        deadline.trigger_on,
        deadline.amount,
        rules.Unit(deadline.unit),
        deadline.roll,
        known,
        deadline.cap_on,
    )
    deadline.due_on, deadline.missing_year = planned.due_on, planned.missing_year


def _open(deadline: Deadline, actor: User | None) -> None:
    twice = f"“{deadline}”的期限已在计算，不能重复开始。"
    with unique("deadline_one_open", twice, error=IllegalMove):
        deadline.save()
    record(
        "deadlines.start",
        deadline,
        actor,
        f"开始计算期限：{deadline}，{due_words(deadline)}",
        due_on=deadline.due_on and deadline.due_on.isoformat(),
        source=deadline.source,
    )


def _replan(deadline: Deadline, known: rules.Calendar, actor: User | None) -> bool:
    before, words = (deadline.due_on, deadline.missing_year), due_words(deadline)
    _plan(deadline, known)
    if (deadline.due_on, deadline.missing_year) == before:
        return False
    deadline.overdue_on = deadline.escalated_on = None
    deadline.save(update_fields=["due_on", "missing_year", "overdue_on", "escalated_on"])
    text = f"期限重新计算：{deadline}，由“{words}”改为“{due_words(deadline)}”"
    record(
        "deadlines.recompute",
        deadline,
        actor,
        text,
        before=before[0] and before[0].isoformat(),
        after=deadline.due_on and deadline.due_on.isoformat(),
    )
    if deadline.is_open:
        notify(audience(deadline, None), f"{text}。", deadline.link)
    if deadline.missing_year:
        alarm(deadline.missing_year)
    return True
