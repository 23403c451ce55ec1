import pytest

from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import AuditEvent
from plans.models import PlanLine
from plans.services import delete_line, save_line, submit
from tests.factories import (
    CatalogVersionFactory,
    GradeFactory,
    GradingSchemeFactory,
    ItemFactory,
    PlanFactory,
    RuleProfileFactory,
    TargetFactory,
    TargetGradeFactory,
    UserFactory,
    agency,
)
from tests.plans.conftest import listed, new_line

RATIOS = {"good": 100_000, "warning": 300_000, "bad": 500_000, "severe": 1_000_000}


def tiers():
    return [(GradeFactory(slug=slug), ratio) for slug, ratio in RATIOS.items()]


def refused(match, *args, actor):
    before = PlanLine.objects.count(), AuditEvent.objects.count()
    with pytest.raises(DomainError, match=match):
        save_line(*args, actor=actor)
    assert (PlanLine.objects.count(), AuditEvent.objects.count()) == before


def test_a_joint_line_is_saved_with_everything_and_recorded(
    plan, items, market, market_items, lead
):
    line = new_line(scheme=GradingSchemeFactory())
    save_line(plan, line, items + market_items, [market], tiers(), actor=lead)

    saved = plan.lines.get()
    assert (saved.position, saved.estimated, saved.ratio_ppm) == (1, 3, 200_000)
    assert set(saved.items.all()) == {*items, *market_items}
    assert list(saved.participants.all()) == [market]
    assert {tier.grade.slug: tier.ratio_ppm for tier in saved.tiers.all()} == RATIOS
    event = AuditEvent.objects.filter(subject=f"plans.plan:{plan.pk}").get()
    assert (event.actor, event.verb) == (lead, "plans.add_line")


def test_saving_again_replaces_the_parts(plan, items, market, market_items, lead):
    line = new_line(scheme=GradingSchemeFactory())
    save_line(plan, line, items + market_items, [market], tiers(), actor=lead)
    line.scheme = None

    save_line(plan, line, items, [], [], actor=lead)

    saved = plan.lines.get()
    assert list(saved.items.all()) == items
    assert not saved.participants.exists()
    assert not saved.tiers.exists()
    assert AuditEvent.objects.first().verb == "plans.change_line"


def test_items_outside_the_lists_in_force_are_refused(plan, bureau, items, lead):
    drafted = ItemFactory(version=CatalogVersionFactory(agency=bureau, number=2), name="未公布事项")
    refused("“未公布事项”不在现行公布的", plan, new_line(), [drafted], [], [], actor=lead)
    listed(bureau, "baoan-09", number=3)
    refused("“事项baoan-01”不在现行公布的", plan, new_line(), items, [], [], actor=lead)


def test_a_line_without_items_is_refused(plan, lead):
    refused("至少选择一项", plan, new_line(), [], [], [], actor=lead)


def test_items_of_an_agency_that_does_not_join_are_refused(plan, items, market, market_items, lead):
    mixed = items + market_items
    refused("列为参与部门", plan, new_line(), mixed, [], [], actor=lead)


def test_a_coordinating_agency_cannot_join(plan, items, lead):
    office = agency("341300", "zonghe", is_inspecting=False)
    refused("议事协调机构", plan, new_line(), items, [office], [], actor=lead)


def test_the_initiator_does_not_join_itself(plan, bureau, items, lead):
    refused("发起部门", plan, new_line(), items, [bureau], [], actor=lead)


def test_a_coordinating_agency_plans_for_those_who_inspect(market, market_items):
    office = agency("341300", "zonghe", is_inspecting=False)
    plan = PlanFactory(agency=office)
    clerk = UserFactory(role="lead", agency=office)

    save_line(plan, new_line(), market_items, [market], [], actor=clerk)

    assert list(plan.lines.get().participants.all()) == [market]


def test_tiers_need_their_scheme(plan, items, lead):
    refused("请选择分级体系", plan, new_line(), items, [], tiers(), actor=lead)


def test_tiers_cover_every_grade_once(plan, items, lead):
    given = tiers()
    line = new_line(scheme=GradingSchemeFactory())
    refused("还缺严重失信的比例", plan, line, items, [], given[:3], actor=lead)
    refused("每个等级一行", plan, line, items, [], [*given, given[0]], actor=lead)
    other = GradeFactory(scheme=GradingSchemeFactory(slug="risk", name="风险"), slug="good")
    refused("按“公共信用等级”的等级", plan, line, items, [], [(other, 1)], actor=lead)


def test_a_plan_on_its_way_is_closed(plan, items, lead):
    line = save_line(plan, new_line(), items, [], [], actor=lead)
    submit(plan, actor=lead)
    with pytest.raises(IllegalMove, match="待审批，不能修改"):
        save_line(plan, new_line(), items, [], [], actor=lead)
    with pytest.raises(IllegalMove):
        delete_line(line, actor=lead)
    assert PlanLine.objects.count() == 1


def test_an_officer_may_not(plan, items, officer, lead):
    with pytest.raises(NotAllowed):
        save_line(plan, new_line(), items, [], [], actor=officer)
    line = save_line(plan, new_line(), items, [], [], actor=lead)
    with pytest.raises(NotAllowed):
        delete_line(line, actor=officer)
    assert PlanLine.objects.count() == 1


def test_deleting_closes_the_gap(plan, items, lead):
    lines = [save_line(plan, new_line(), items, [], [], actor=lead) for _ in range(3)]

    delete_line(lines[0], actor=lead)

    assert list(plan.lines.values_list("pk", "position")) == [(lines[1].pk, 1), (lines[2].pk, 2)]
    assert AuditEvent.objects.first().verb == "plans.delete_line"


# The estimate --------------------------------------------------------------------------------


def test_a_missing_estimate_comes_from_the_registry(plan, items, lead):
    TargetFactory.create_batch(14)
    TargetFactory(status="deregistered")
    line = save_line(plan, new_line(estimated=None), items, [], [], actor=lead)
    assert line.estimated == 3


def test_a_missing_estimate_of_tiers_counts_each_grade(plan, items, lead):
    grades = dict(tiers())
    counts = {"good": 8, "warning": 3, "bad": 2, "severe": 1}
    for grade in grades:
        for _ in range(counts[grade.slug]):
            TargetGradeFactory(grade=grade)
    line = new_line(estimated=None, scheme=GradingSchemeFactory())
    assert save_line(plan, line, items, [], grades.items(), actor=lead).estimated == 4


def test_ungraded_targets_count_with_the_default_grade(plan, items, lead):
    default = GradeFactory(slug="good", is_default=True)
    severe = GradeFactory(slug="severe")
    TargetFactory.create_batch(9)
    TargetGradeFactory(grade=severe)
    line = new_line(estimated=None, scheme=GradingSchemeFactory(), ratio_ppm=10_000)
    given = [(default, 500_000), (severe, 1_000_000)]
    assert save_line(plan, line, items, [], given, actor=lead).estimated == 6


def test_the_rounding_of_the_place_is_used(plan, items, lead, bureau):
    RuleProfileFactory(region=bureau.region, rounding="down")
    TargetFactory.create_batch(14)
    line = save_line(plan, new_line(estimated=None), items, [], [], actor=lead)
    assert line.estimated == 2


def test_an_empty_registry_asks_for_the_estimate(plan, items, lead):
    line = new_line(estimated=None)
    refused("名录库中还没有“保安服务”", plan, line, items, [], [], actor=lead)
