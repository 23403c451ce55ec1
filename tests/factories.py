"""One factory per model. Each makes a valid object by default; a test states what it is about."""

import datetime

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from agencies.models import AGENCY_PREFIX, ROLE_PREFIX, Agency, Region, System, User
from catalog.models import CatalogVersion, Checkpoint, Item, LegalBasis, Trade
from core.fields import blind_index
from draws.models import Draw
from plans.models import Plan, PlanLine, RuleProfile
from registries.models import (
    Grade,
    GradingScheme,
    Inspector,
    ItemPass,
    Target,
    TargetGrade,
)
from tasks.models import Exemption, TaskDraw
from tasks.services import occasion_of

TODAY = datetime.date(2021, 7, 15)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc(number, region="341302"):
    """A fictitious unified code with a right check character (GB 32100-2015)."""
    body = f"91{region}MAXX{number:05d}"
    total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + ALPHABET[(31 - total % 31) % 31]


def citizen_id(number):
    """A fictitious citizen number of an unassigned county; the demonstration's are younger."""
    body = f"341399196503{number % 28 + 1:02d}{number // 28 % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(c) * w for c, w in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


class RegionFactory(DjangoModelFactory):
    """埇桥区 unless told otherwise."""

    class Meta:
        model = Region
        django_get_or_create = ["code"]

    code = "341302"
    name = factory.LazyAttribute(lambda o: f"区划{o.code}")


class SystemFactory(DjangoModelFactory):
    class Meta:
        model = System
        django_get_or_create = ["slug"]

    slug = "gongan"
    name = factory.LazyAttribute(
        lambda o: {"gongan": "公安", "shichang": "市场监管"}.get(o.slug, o.slug)
    )


class AgencyFactory(DjangoModelFactory):
    """Code, name and group follow from region and system."""

    class Meta:
        model = Agency
        django_get_or_create = ["code"]

    region = factory.SubFactory(RegionFactory)
    system = factory.SubFactory(SystemFactory)
    code = factory.LazyAttribute(lambda o: f"{o.region.code}-{o.system.slug}")
    name = factory.LazyAttribute(lambda o: f"{o.region.name}{o.system.name}局")
    short_name = factory.LazyAttribute(lambda o: o.name)
    group = factory.LazyAttribute(
        lambda o: Group.objects.get_or_create(name=f"{AGENCY_PREFIX}{o.code}")[0]
    )


def agency(region="341302", system="gongan", **more):
    """An agency by region code and system slug."""
    return AgencyFactory(
        region=RegionFactory(code=region), system=SystemFactory(slug=system), **more
    )


class UserFactory(DjangoModelFactory):
    """`UserFactory(role="lead")`; needs the `reference` fixture for the role's permissions."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    name = factory.Sequence(lambda n: f"演示用户{n}")
    agency = factory.SubFactory(AgencyFactory)
    password = factory.django.Password("demo-2021")

    @factory.post_generation
    def role(self, create, extracted, **kwargs):
        roles = [extracted] if isinstance(extracted, str) else extracted or []
        for slug in roles:
            self.groups.add(Group.objects.get_or_create(name=f"{ROLE_PREFIX}{slug}")[0])
        if self.agency:
            self.groups.add(self.agency.group)


class TradeFactory(DjangoModelFactory):
    class Meta:
        model = Trade
        django_get_or_create = ["slug"]

    slug = "baoan"
    name = factory.LazyAttribute(lambda o: {"baoan": "保安服务"}.get(o.slug, o.slug))


class CatalogVersionFactory(DjangoModelFactory):
    class Meta:
        model = CatalogVersion

    agency = factory.SubFactory(AgencyFactory)
    number = factory.Sequence(lambda n: n + 1)
    title = factory.LazyAttribute(lambda o: f"{o.agency}随机抽查事项清单")


class ItemFactory(DjangoModelFactory):
    class Meta:
        model = Item

    version = factory.SubFactory(CatalogVersionFactory)
    position = factory.Sequence(lambda n: n + 1)
    code = factory.Sequence(lambda n: f"item-{n}")
    name = factory.Sequence(lambda n: f"抽查事项{n}")
    target_kind = "企业"
    subject = "县级公安机关"
    content = "是否合法"
    methods = ["onsite"]


class LegalBasisFactory(DjangoModelFactory):
    class Meta:
        model = LegalBasis

    item = factory.SubFactory(ItemFactory)
    law = "《保安服务管理条例》"


class CheckpointFactory(DjangoModelFactory):
    class Meta:
        model = Checkpoint

    item = factory.SubFactory(ItemFactory)
    position = factory.Sequence(lambda n: n + 1)
    text = factory.Sequence(lambda n: f"检查要点{n}")


class GradingSchemeFactory(DjangoModelFactory):
    class Meta:
        model = GradingScheme
        django_get_or_create = ["slug"]

    slug = "credit"
    name = "公共信用等级"
    is_public = True


class GradeFactory(DjangoModelFactory):
    class Meta:
        model = Grade
        django_get_or_create = ["scheme", "slug"]

    scheme = factory.SubFactory(GradingSchemeFactory)
    slug = "good"
    name = factory.LazyAttribute(
        lambda o: {"good": "守信", "warning": "警示", "bad": "失信", "severe": "严重失信"}[o.slug]
    )
    position = factory.LazyAttribute(lambda o: ["good", "warning", "bad", "severe"].index(o.slug))


class TargetFactory(DjangoModelFactory):
    class Meta:
        model = Target

    code = factory.Sequence(uscc)
    name = factory.Sequence(lambda n: f"演示保安服务有限公司{n}")
    region = factory.SubFactory(RegionFactory)
    agency = factory.LazyAttribute(lambda o: AgencyFactory(region=o.region))
    address = "演示路1号"
    person_in_charge = "张某某"
    phone = "13800000000"
    trade = factory.SubFactory(TradeFactory)
    refreshed_on = TODAY


class TargetGradeFactory(DjangoModelFactory):
    class Meta:
        model = TargetGrade

    target = factory.SubFactory(TargetFactory)
    grade = factory.SubFactory(GradeFactory)
    scheme = factory.SelfAttribute("grade.scheme")
    graded_on = TODAY


class InspectorFactory(DjangoModelFactory):
    class Meta:
        model = Inspector

    agency = factory.SubFactory(AgencyFactory)
    name = factory.Sequence(lambda n: f"演示人员{n}")
    citizen_id = factory.Sequence(citizen_id)
    citizen_id_index = factory.LazyAttribute(lambda o: blind_index(o.citizen_id))
    gender = "1"
    department = "治安大队"
    certificate_no = factory.Sequence(lambda n: f"皖L{n:06d}")
    certificate_valid_until = datetime.date(2023, 12, 31)


class RuleProfileFactory(DjangoModelFactory):
    class Meta:
        model = RuleProfile

    region = factory.SubFactory(RegionFactory, code="341300")
    name = "宿州"
    version = factory.Sequence(lambda n: n + 1)
    source = "宿州方案"


class PlanFactory(DjangoModelFactory):
    class Meta:
        model = Plan

    agency = factory.SubFactory(AgencyFactory)
    year = 2021
    version = factory.Sequence(lambda n: n + 1)
    title = "2021年度随机抽查计划"


class PlanLineFactory(DjangoModelFactory):
    class Meta:
        model = PlanLine

    plan = factory.SubFactory(PlanFactory)
    position = factory.Sequence(lambda n: n + 1)
    title = "保安从业单位联合抽查"
    trade = factory.SubFactory(TradeFactory)
    scope = "全市保安从业单位"
    ratio_ppm = 200_000
    estimated = 3
    month_from = 7
    month_until = 10


class ItemPassFactory(DjangoModelFactory):
    """`ItemPassFactory(target=…, agency=…, item_code=…)`: found in order on TODAY."""

    class Meta:
        model = ItemPass

    passed_on = TODAY
    task_number = factory.Sequence(lambda n: f"earlier-{n}")


class ExemptionFactory(DjangoModelFactory):
    """`ExemptionFactory(task=…, target=…)`."""

    class Meta:
        model = Exemption

    ground = "complaints"
    argument = "今年收到投诉 3 件"
    decided_at = datetime.datetime(2021, 7, 15, 9, tzinfo=datetime.UTC)


class DrawFactory(DjangoModelFactory):
    """A draw without files, where a test is about its place in the process only."""

    class Meta:
        model = Draw

    task = None  # always given
    agency = factory.SelfAttribute("task.agency")
    purpose = "targets"
    occasion = factory.LazyAttribute(lambda o: f"plans.planline:{o.task.line_id}")
    reference = factory.SelfAttribute("task.number")
    title = factory.SelfAttribute("task.title")
    link = factory.LazyAttribute(lambda o: occasion_of(o.task, o.purpose).link)
    draw_id = factory.LazyAttribute(
        lambda o: f"{o.task.number}-{1 if o.purpose == 'targets' else 2}"
    )
    year = 2021
    serial = factory.Sequence(lambda n: n + 1)
    period = factory.LazyAttribute(lambda o: f"{o.task.starts_on}/{o.task.ends_on}")
    secret = "00" * 32

    @classmethod
    def _create(cls, model_class, *args, task, **fields):
        draw = super()._create(model_class, *args, **fields)
        hold(draw, task)
        return draw


def hold(draw, task):
    """Make a draw one of the task's."""
    TaskDraw.objects.create(draw=draw, task=task)
    draw.taking_part.set(task.agencies)
