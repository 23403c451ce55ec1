"""One form as a whole: what stands on it, what is missing, and whose turn it is. Reads only."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.utils import timezone

from agencies.models import User
from catalog.models import Item
from core import clock
from core.errors import DomainError
from inspections import rules
from inspections.flows import HANDED_IN, STOOD_FOR, InspectionStatus, SectionStatus
from inspections.models import (
    Answer,
    Inspection,
    LeftOff,
    OfficerConfirmation,
    Section,
    Signature,
)
from registries.models import Inspector


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one next action of a person: the words on the button, why, and what the button does.

    form: the id of the form it sends; place: the part of the page it leads to.
    """

    slug: str
    label: str = ""
    note: str = ""
    form: str = ""
    place: str = ""

    @property
    def waits(self) -> bool:
        """Whether somebody else is next."""
        return self.slug == "wait"


@dataclass(frozen=True, slots=True)
class TeamMember:
    """One member of the team and whether they stand for the section as it is."""

    inspector: Inspector
    is_lead: bool
    confirmation: OfficerConfirmation | None
    assignment_id: int

    @property
    def words(self) -> str:
        """`10:21 已确认`."""
        return f"{timezone.localtime(self.confirmation.at):%H:%M} 已确认"


class Part:
    """One agency's section on the sheet. Reads only what `with_form` has fetched."""

    def __init__(self, sheet: "Sheet", section: Section) -> None:
        self.sheet = sheet
        self.section = section
        self.items = list(section.items.all())
        self.answers: dict[int, Answer] = {row.item_id: row for row in section.answers.all()}

    @cached_property
    def team(self) -> list[TeamMember]:
        """The officers the draw sent here, the lead first."""
        stand = {row.inspector_id: row for row in self.section.confirmations.all()}
        return [
            TeamMember(row.inspector, row.is_lead, stand.get(row.inspector_id), row.pk)
            for row in self.sheet.inspection.selection.assignments.all()
            if row.agency_id == self.section.agency_id
        ]

    @cached_property
    def findings(self) -> dict[int, rules.Finding]:
        """Item -> what was found."""
        return {pk: answer.finding for pk, answer in self.answers.items()}

    @cached_property
    def missing(self) -> list[tuple[int | None, str]]:
        """What the section still lacks; item and sentence."""
        named = [(item.pk, item.name) for item in self.items]
        return rules.missing(
            self.findings, named, self.sheet.inspection.outcome, self.sheet.visited_on
        )

    def lacks_of(self, item: Item) -> list[str]:
        """What an answer that was begun still needs; nothing for an item without a choice."""
        finding = self.findings.get(item.pk)
        if finding is None or self.sheet.inspection.is_ended:
            return []
        return rules.lacks(finding, self.sheet.visited_on)

    @property
    def digest(self) -> str:
        """What its officers stand for."""
        return self.sheet.digest_of([self])

    @property
    def codes(self) -> list[str]:
        """The result codes as they would be now; none while the section contradicts itself."""
        try:
            return rules.conclusion_of(self.findings.values(), self.sheet.inspection.outcome)
        except DomainError:
            return []

    @property
    def conclusion(self) -> str:
        """The result in Chinese."""
        return "；".join(rules.RESULT_LABELS[code] for code in self.codes)

    @property
    def rows(self) -> list[tuple[Item, Answer | None]]:
        """Each item with its answer."""
        return [(item, self.answers.get(item.pk)) for item in self.items]

    @property
    def answered(self) -> int:
        """How many items have a choice."""
        return len(self.answers)

    @property
    def total(self) -> int:
        """How many items there are."""
        return len(self.items)

    @property
    def left(self) -> int:
        """How many items have no choice yet."""
        return self.total - self.answered

    @property
    def is_open(self) -> bool:
        """Whether its team may still change it."""
        return self.section.status not in HANDED_IN

    @property
    def is_confirmed(self) -> bool:
        """Whether all its officers have confirmed, and nothing changed since."""
        return self.section.status == SectionStatus.CONFIRMED

    @property
    def is_done(self) -> bool:
        """Whether its officers stand for it."""
        return self.section.status in STOOD_FOR

    @property
    def waiting_for(self) -> list[Inspector]:
        """Officers who have not confirmed."""
        return [one.inspector for one in self.team if one.confirmation is None]

    @property
    def saved_at(self) -> datetime | None:
        """When its content was last changed."""
        return max((answer.updated_at for answer in self.answers.values()), default=None)

    @property
    def saved_words(self) -> str:
        """`10:21` today, `7月15日 10:21` later."""
        at = timezone.localtime(self.saved_at)
        return f"{at:%H:%M}" if at.date() == clock.today() else f"{at.month}月{at.day}日 {at:%H:%M}"

    @property
    def look(self) -> str:
        """The kind of its status chip."""
        return "ok" if self.is_done else "wait"

    @property
    def state(self) -> str:
        """Its state in a few words."""
        if self.section.status == SectionStatus.FILLING:
            return "填写中" if self.answers else "未填写"
        if self.section.status == SectionStatus.CONFIRMED:
            return "已确认"
        return self.section.get_status_display()

    def has_officer(self, user: User) -> bool:
        """Whether the user is on its team."""
        return any(one.inspector.user_id == user.pk for one in self.team)


class Sheet:
    """The whole form of one visit (一企一表)."""

    def __init__(self, inspection: Inspection) -> None:
        """`inspection` comes from `with_form`."""
        self.inspection = inspection
        self.parts = [Part(self, section) for section in inspection.sections.all()]

    @classmethod
    def load(cls, pk: int) -> "Sheet":
        """The form as it stands in the database now."""
        return cls(Inspection.objects.with_form().get(pk=pk))

    @property
    def left_off(self) -> list[LeftOff]:
        """Items of the task that this form does not ask for."""
        return list(self.inspection.left_off.all())

    def part_of(self, user: User) -> Part | None:
        """The section this person fills, None for those who only read."""
        return next((part for part in self.parts if part.has_officer(user)), None)

    def part(self, section: Section) -> Part:
        """The part that shows this section."""
        return next(part for part in self.parts if part.section.pk == section.pk)

    @property
    def visited_on(self) -> date:
        """The day of the visit; today while nobody has entered."""
        entered_at = self.inspection.entered_at
        return timezone.localtime(entered_at).date() if entered_at else clock.today()

    @property
    def is_entered(self) -> bool:
        """Whether the officers are inside."""
        return self.inspection.status != InspectionStatus.PENDING

    @property
    def answered(self) -> int:
        """Items with a choice, all agencies."""
        return sum(part.answered for part in self.parts)

    @property
    def total(self) -> int:
        """Items, all agencies."""
        return sum(part.total for part in self.parts)

    @property
    def officers(self) -> list[tuple[Part, TeamMember]]:
        """Everybody who was sent, by agency."""
        return [(part, officer) for part in self.parts for officer in part.team]

    @cached_property
    def digest(self) -> str:
        """What the firm signs."""
        return self.digest_of(self.parts)

    def digest_of(self, parts: list[Part]) -> str:
        """The fingerprint of some parts together with the outcome of the visit."""
        visit = self.inspection
        subject = f"{visit.task.number}/{visit.target.code}"
        sections = {
            part.section.agency.code: {
                item.code: part.findings[item.pk] for item in part.items if item.pk in part.findings
            }
            for part in parts
        }
        return rules.form_digest(subject, visit.outcome, visit.outcome_note, sections)

    @property
    def unconfirmed(self) -> list[Part]:
        """Parts whose officers do not yet stand for them."""
        return [part for part in self.parts if not part.is_done]

    @property
    def last_signature(self) -> Signature | None:
        """The latest signature or refusal, whatever it was under."""
        rows = list(self.inspection.signatures.all())
        return rows[-1] if rows else None

    @property
    def signature(self) -> Signature | None:
        """The signature or refusal under the form as it is now."""
        last = self.last_signature
        return last if last and last.digest == self.digest else None

    @property
    def needs_signature(self) -> bool:
        """Whether a section could not be handed in for want of a signature."""
        return not self.inspection.is_ended and self.signature is None

    @property
    def may_be_signed(self) -> bool:
        """Whether it is the firm's turn, or it may still sign anew."""
        if self.inspection.is_ended or self.unconfirmed:
            return False
        open_parts = [part for part in self.parts if part.is_open]
        return len(open_parts) == len(self.parts) if self.signature else bool(open_parts)

    def step_for(self, user: User) -> NextStep:
        """What this person does next on this form."""
        part = self.part_of(user)
        if part is None:
            return NextStep("read", note="仅供查看")
        if not part.is_open:
            return NextStep("done", note=part.section.get_status_display())
        if not self.is_entered and not self.inspection.is_ended:
            return NextStep("enter", "进入检查", "请先出示证件并告知", form="enter-form")
        if part.missing:
            left = f"还有 {len(part.missing)} 处要填"
            form = "section-form" if self.is_entered else ""
            return NextStep("save", "保存", left, form=form)
        return self._closing_step(part, user)

    def _closing_step(self, part: Part, user: User) -> NextStep:
        names = "、".join(inspector.name for inspector in part.waiting_for)
        if any(inspector.user_id == user.pk for inspector in part.waiting_for):
            return NextStep("confirm", "确认", "已填完，请检查人员确认", place="confirm")
        if names:
            return NextStep("confirm", "确认", f"等待{names}确认", place="confirm")
        if not self.needs_signature:
            return NextStep("submit", "提交", "已可提交审批")
        if self.unconfirmed:
            others = "、".join(one.section.agency.system.name for one in self.unconfirmed)
            return NextStep("wait", note=f"等待{others}确认后签字")
        return NextStep("sign", "签字", "请企业签字", place="sign")
