"""A dispatched joint task without its draws: firms, two officers per agency and firm."""

import datetime
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import factory
from factory.django import DjangoModelFactory

from agencies.models import Agency, User
from agencies.services import grant_joint_access
from catalog.models import Item
from core import clock
from inspections import services
from inspections.models import Answer, Inspection, Section
from registries.models import Inspector
from tasks.flows import TaskStatus
from tasks.models import Assignment, Selection, Task
from tests.factories import (
    CatalogVersionFactory,
    CheckpointFactory,
    InspectorFactory,
    ItemFactory,
    LegalBasisFactory,
    PlanFactory,
    PlanLineFactory,
    RuleProfileFactory,
    TargetFactory,
    UserFactory,
    agency,
)

DAY = datetime.date
PASSWORD = "demo-2021"
STROKES = [[[100, 100], [300, 140], [420, 90]], [[200, 60], [210, 260]]]


class TaskFactory(DjangoModelFactory):
    """A task whose teams are assigned, with the dates of Suzhou 2021."""

    class Meta:
        model = Task

    line = factory.SubFactory(PlanLineFactory)
    agency = factory.SelfAttribute("line.plan.agency")
    number = factory.Sequence(lambda n: f"341300-2021-{n:03d}")
    title = "全市保安从业单位“双随机、一公开”部门联合抽查"
    trade = factory.SelfAttribute("line.trade")
    starts_on = DAY(2021, 7, 15)
    draw_until = DAY(2021, 7, 20)
    onsite_from = DAY(2021, 7, 21)
    onsite_until = DAY(2021, 9, 30)
    ends_on = DAY(2021, 10, 20)
    ratio_ppm = 200_000
    profile = factory.SubFactory(RuleProfileFactory)
    rules = factory.LazyAttribute(lambda o: o.profile.snapshot())
    status = TaskStatus.ASSIGNED


class SelectionFactory(DjangoModelFactory):
    class Meta:
        model = Selection

    task = factory.SubFactory(TaskFactory)
    target = factory.SubFactory(TargetFactory)
    number = factory.Sequence(lambda n: n + 1)
    stratum = "good"
    how = "draw"
    ticket = "0" * 64


def assign(selection: Selection, team: list[Inspector]) -> None:
    """Put a team on a firm; its first member leads."""
    for place, inspector in enumerate(team):
        Assignment.objects.create(
            selection=selection,
            agency=inspector.agency,
            inspector=inspector,
            is_lead=place == 0,
        )


def assign_more(selection: Selection, inspector: Inspector) -> None:
    """Put one more officer on a firm."""
    Assignment.objects.create(selection=selection, agency=inspector.agency, inspector=inspector)


@dataclass
class World:
    """A joint task of 公安 and 市场监管 of 宿州, executed in 埇桥区."""

    task: Task
    lead: User
    police: Agency
    market: Agency
    teams: dict[str, list[Inspector]]
    items: dict[str, list[Item]] = field(default_factory=dict)

    def officer(self, system: str = "gongan", place: int = 0) -> User:
        """The account of a member of the county team."""
        return self.teams[system][place].user

    def dispatch(self) -> None:
        """Send the task out."""
        services.dispatch(self.task, actor=self.lead)

    @property
    def visit(self) -> Inspection:
        """The first visit."""
        return Inspection.objects.order_by("selection__number").first()

    def section(self, system: str = "gongan", visit: Inspection | None = None) -> Section:
        """The section of a system on the first visit."""
        return (visit or self.visit).sections.get(agency__system=system)

    # The steps of a visit, so that a test starts where it is about something.

    def enter(self, visit: Inspection | None = None) -> None:
        """Both teams are inside."""
        services.enter(
            visit or self.visit, certificates_shown=True, rights_told=True, actor=self.officer()
        )

    def fill(self, system: str = "gongan", visit: Inspection | None = None) -> None:
        """Nothing was found."""
        services.answer_rest_no_issue(self.section(system, visit), actor=self.officer(system))

    def confirm(self, system: str = "gongan", visit: Inspection | None = None) -> None:
        """Both officers stand for their section."""
        for inspector in self.teams[system]:
            services.confirm(
                self.section(system, visit),
                inspector,
                password=PASSWORD,
                address="",
                actor=inspector.user,
            )

    def sign(self, visit: Inspection | None = None) -> None:
        """The firm signs."""
        services.sign(
            visit or self.visit,
            signer_name="赵某某",
            signer_role="onsite",
            strokes=STROKES,
            actor=self.officer(),
        )

    def submit(self, system: str = "gongan", number: int = 1, visit=None) -> Section:
        """Hand a section in."""
        return services.submit(
            self.section(system, visit),
            submission_id=UUID(int=number),
            actor=self.officer(system),
        )

    def ready(self, visit: Inspection | None = None) -> None:
        """Everything is done but handing in."""
        self.enter(visit)
        for system in self.teams:
            self.fill(system, visit)
            self.confirm(system, visit)
        self.sign(visit)


def build_world(firms: int = 1) -> World:
    """Needs the `reference` fixture. The task is assigned, not yet dispatched."""
    city_police, city_market = agency("341300", "gongan"), agency("341300", "shichang")
    police, market = agency("341302", "gongan"), agency("341302", "shichang")
    items = {
        "gongan": _items(city_police, ["保安服务公司监督检查"]),
        "shichang": _items(city_market, ["登记事项检查", "公示信息检查"]),
    }
    line = PlanLineFactory(plan=PlanFactory(agency=city_police))
    task = TaskFactory(line=line)
    task.items.set([item for found in items.values() for item in found])
    task.participants.set([city_market])
    grant_joint_access(task, [city_market])
    teams = {"gongan": _team(police), "shichang": _team(market)}
    for number in range(1, firms + 1):
        selection = SelectionFactory(task=task, number=number)
        for team in teams.values():
            assign(selection, team)
    lead = UserFactory(role="lead", agency=city_police)
    return World(task, lead, police, market, teams, items)


def add_visits(world: World, count: int, handed_in: bool = False) -> None:
    """More firms on a dispatched task, for lists."""
    last = world.task.selections.count()
    for number in range(last + 1, last + count + 1):
        selection = SelectionFactory(task=world.task, number=number)
        visit = Inspection.objects.create(selection=selection)
        for system, team in world.teams.items():
            assign(selection, team)
            section = Section.objects.create(
                inspection=visit,
                agency=team[0].agency,
                status="submitted" if handed_in else "filling",
                submission_id=uuid4() if handed_in else None,
            )
            section.items.set(world.items[system])
            for item in world.items[system]:
                Answer.objects.create(
                    section=section,
                    item=item,
                    result="no_issue",
                    updated_by=team[0].user,
                    updated_at=clock.now(),
                )


def _items(owner: Agency, names: list[str]) -> list[Item]:
    version = CatalogVersionFactory(agency=owner)
    found = [
        ItemFactory(version=version, name=name, position=place, code=f"{owner.system_id}-{place}")
        for place, name in enumerate(names, 1)
    ]
    for item in found:
        LegalBasisFactory(item=item)
        CheckpointFactory(item=item, standard="证照齐全", materials="营业执照、许可证")
    return found


def _team(agency: Agency, size: int = 2) -> list[Inspector]:
    return [
        InspectorFactory(agency=agency, user=UserFactory(role="officer", agency=agency))
        for _ in range(size)
    ]
