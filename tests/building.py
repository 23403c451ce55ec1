"""What the scenarios build their houses from: agencies with their people, lists, plans."""

from agencies.models import Agency, Region, System
from agencies.services import found_agency
from catalog.models import Item
from catalog.services import create_version, publish_version, save_item
from plans import services as plans
from plans.models import Plan, PlanLine
from registries.models import Target, TargetGrade
from tests.factories import InspectorFactory, UserFactory, uscc

SYSTEMS = {
    "公安": "gongan",
    "市场监管": "shichang",
    "消防救援": "xiaofang",
    "卫生健康": "weijian",
    "人力资源社会保障": "renshe",
}
FIELD_ROLES = ("deputy", "principal")


def found(name, region, slug):
    """An agency of the document."""
    return found_agency(
        f"{region}-{slug}",
        name,
        name,
        Region.objects.get(code=region),
        System.objects.get(slug=slug),
        is_inspecting=True,
    )


def staff(agency, prefix, *roles):
    """One account for each role: `admin-gongan`, `deputy-gongan`; the prefix is for the counties."""
    for role in roles:
        short = "admin" if role == "agency_admin" else role
        UserFactory(
            username=f"{prefix}{short}-{agency.system_id}",
            name=f"{short}某",
            role=role,
            agency=agency,
        )


def inspectors(agency, prefix, count, until):
    """Officers with accounts and certificates."""
    for number in range(1, count + 1):
        user = UserFactory(
            username=f"{prefix}officer-{agency.system_id}-{number}", role="officer", agency=agency
        )
        InspectorFactory(agency=agency, user=user, name=user.name, certificate_valid_until=until)


def item_list(agency, rows):
    """The agency's published list; rows: code, name."""
    version = create_version(agency, f"{agency}随机抽查事项清单", "首次公布。", actor=None)
    for code, name in rows:
        item = Item(
            code=code,
            name=name,
            target_kind="企业",
            subject=agency.name,
            content=name,
            methods=["onsite"],
        )
        save_item(version, item, [("《优化营商环境条例》", "")], [(name, "", "")], actor=None)
    publish_version(version, actor=None)


def targets(agency, region, trade, count, checked_on, first=1):
    """Fictitious businesses, one after the other."""
    return Target.objects.bulk_create(
        Target(
            code=uscc(number, region),
            name=f"演示{trade}{number:03d}店",
            agency=agency,
            region_id=region,
            address=f"演示路{number}号",
            person_in_charge="张某某",
            trade=trade,
            refreshed_on=checked_on,
        )
        for number in range(first, first + count)
    )


def grade(found_targets, given, graded_on):
    """The same grade for each."""
    TargetGrade.objects.bulk_create(
        TargetGrade(target=target, scheme=given.scheme, grade=given, graded_on=graded_on)
        for target in found_targets
    )


def published_line(line, year, participants, tiers, *, lead, leader):
    """A plan with one line over every published item, approved and published."""
    plan = plans.create_plan(lead.agency, year, f"{year}年度抽查计划", "", actor=lead)
    items = Item.objects.filter(version__status="published")
    plans.save_line(plan, line, items, participants, tiers, actor=lead)
    plans.submit(plan, actor=lead)
    plans.approve(plan, actor=leader)
    plans.publish(plan, actor=lead)
    return PlanLine.objects.get(plan=Plan.objects.get(pk=plan.pk))


def agencies(codes):
    """By code, in the order asked for."""
    return [Agency.objects.get(code=code) for code in codes]
