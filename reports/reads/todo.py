"""One thing to do today, and the clocks beside it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, OuterRef, Q, QuerySet, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat

from core import clock
from deadlines.models import Deadline
from deadlines.rules import day_text
from inspections.models import Section


@dataclass(frozen=True, slots=True)
class Todo:
    """One line of the work list: what, why now, one action.

    kind: a slug. label: the words on the button. deadline: the clock that runs for it; until: the
    last day by plan or certificate, where no clock runs.
    """

    kind: str
    title: str
    why: str
    link: str
    label: str
    deadline: Deadline | None = None
    until: date | None = None

    @property
    def due_on(self) -> date:
        """For the order: without a date at the very end."""
        day = self.deadline.due_on if self.deadline else self.until
        return day or date.max


def by(deadline: Deadline | None, otherwise: str) -> str:
    """From when, how long, by which day at the latest, and by which rule.

    `otherwise` where no clock runs.
    """
    if deadline is None:
        return otherwise
    last = f"最晚 {day(deadline.due_on)}" if deadline.due_on else "节假日安排录入后确定日期"
    if deadline.amount is None:
        return f"{last}。依据：{deadline.source}"
    start = f"{day(deadline.trigger_on)}{deadline.get_trigger_display()}"
    period = f"{deadline.amount} {deadline.get_unit_display()}内"
    return f"{start}，{period}，{last}。依据：{deadline.source}"


def day(value: date) -> str:
    """`7月15日`, with the year when it is not this one."""
    return day_text(value, clock.today())


def names(words: Iterable[object], most: int = 3) -> str:
    """`甲、乙、丙等 5 户`."""
    texts = [str(word) for word in words]
    shown = "、".join(texts[:most])
    return f"{shown}等 {len(texts)} 户" if len(texts) > most else shown


def running(subjects: Iterable[str]) -> dict[str, Deadline]:
    """The most urgent open clock of each subject. One query."""
    found: dict[str, Deadline] = {}
    rows = Deadline.objects.open().filter(subject__in=list(subjects)).urgent_first()
    for deadline in rows:
        found.setdefault(deadline.subject, deadline)
    return found


def earliest(clocks: Iterable[Deadline | None]) -> Deadline | None:
    """The most urgent of some clocks."""
    return min(filter(None, clocks), key=lambda one: (one.urgent_on, one.pk), default=None)


def section_label(path: str) -> Concat:
    """How deadlines name a section, as an expression on the path to its key."""
    return Concat(Value(f"{Section._meta.label_lower}:"), Cast(F(path), CharField()))


def open_clocks(condition: Q | None = None) -> QuerySet:
    """For a subquery on sections that carry `label`: their open clocks, the most urgent first."""
    rows = Deadline.objects.open().filter(subject=OuterRef("label"))
    return rows.filter(condition or Q()).urgent_first()
