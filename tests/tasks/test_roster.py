"""Who can be sent where, who cannot, and which targets jointly lack people (T06, T12, G10-G12)."""

from datetime import date
from itertools import combinations

import pytest

from agencies.models import Region, System
from core.errors import DomainError, IllegalMove, NotAllowed
from draws import services as draws
from draws.models import Draw, Purpose
from registries.models import Inspector, Leave, Recusal
from tasks import services
from tasks.eligibility import hall_condition, inspectors
from tasks.models import Assignment
from tests import suzhou
from tests.factories import InspectorFactory, agency

STAR = "灵璧石铎保安服务有限公司"
HOME = "341323"
DRAWN = suzhou.EXPECT["tiered"]["total"]


@pytest.fixture
def locked(task):
    return suzhou.locked(task)


def home(n, system="gongan"):
    """One of the four officers of the star's county; 1 and 2 have accounts of the contract."""
    name = {1: f"officer-{system}", 2: f"officer-{system}-2"}.get(n, f"{HOME}-{system}-{n}")
    return Inspector.objects.get(user__username=name)


def codes(people):
    return {member.inspector.pk for member in people.members.values()}


def row_of(people, inspector):
    return next(
        member.row(code)
        for code, member in people.members.items()
        if member.inspector.pk == inspector.pk
    )


def free(task):
    """End the recusals that make the star's team known."""
    Recusal.objects.update(ended_on=suzhou.TODAY)


# Leave and certificates


@pytest.mark.parametrize(
    ("periods", "is_out"),
    [
        ([("2021-07-21", "2021-09-30")], True),
        ([("2021-07-01", "2021-08-15"), ("2021-08-16", "2021-10-08")], True),
        ([("2021-07-01", "2021-08-15"), ("2021-08-17", "2021-10-08")], False),
        ([("2021-07-22", "2021-09-30")], False),
        ([("2021-08-02", "2021-08-06")], False),
        ([("2021-10-01", "2021-12-31")], False),
    ],
)
def test_leave_of_the_whole_on_site_stage_takes_out(locked, periods, is_out):
    free(locked)
    officer = home(1)
    for first, last in periods:
        Leave.objects.create(inspector=officer, starts_on=first, ends_on=last, reason="产假")
    people = inspectors.of(locked)
    assert (officer.pk not in codes(people)) is is_out
    touching = [p for p in periods if p[0] <= "2021-09-30" and p[1] >= "2021-07-21"]
    assert len(people.partly) == (0 if is_out else len(touching))
    assert [one.why for one in people.absent] == (["请假"] if is_out else [])


def test_a_certificate_must_last_through_the_last_on_site_day(locked):
    free(locked)
    Inspector.objects.filter(pk=home(1).pk).update(certificate_valid_until="2021-09-30")
    Inspector.objects.filter(pk=home(2).pk).update(certificate_valid_until="2021-09-29")
    people = inspectors.of(locked)
    assert home(1).pk in codes(people)
    assert [(one.inspector, one.why) for one in people.absent] == [(home(2), "执法证到期")]


# Regions


def test_people_of_another_county_come_where_they_may_be_sent(locked):
    # 公安 of a county without drawn targets, and of the city, whose region no target has
    far, city = agency("341302", "gongan"), agency("341300", "gongan")
    drawn = {s.target.region_id for s in locked.selections.select_related("target")}
    lent, chief = InspectorFactory(agency=far), InspectorFactory(agency=city)
    assert chief.pk not in codes(inspectors.of(locked))
    for inspector in (lent, chief):
        inspector.also_in.add(Region.objects.get(code=HOME))
    people = inspectors.of(locked)
    assert {lent.pk, chief.pk} <= codes(people)
    assert row_of(people, chief)[2] == HOME
    assert row_of(people, lent)[2] == ",".join(sorted({HOME, "341302"} & drawn))


def test_a_lent_officer_joins_the_agency_that_executes(locked):
    lead = suzhou.person("lead")
    for n in (1, 2):
        Inspector.objects.filter(pk=home(n).pk).update(is_active=False)
    city = agency("341300", "gongan")
    lent = [InspectorFactory(agency=city) for _ in range(2)]
    for inspector in lent:
        inspector.also_in.add(Region.objects.get(code=HOME))
    draw = services.freeze_people(locked, actor=lead)
    draws.consent(draw, actor=suzhou.person("admin-shichang"))
    services.open_people(draw, actor=lead, **suzhou.WITNESS)
    team = Assignment.objects.filter(
        selection__target__name=STAR, inspector__agency__system="gongan"
    )
    assert {one.inspector_id for one in team} == {one.pk for one in lent}
    assert {one.agency.code for one in team.select_related("agency")} == {f"{HOME}-gongan"}


def test_systems_that_were_merged_stand_under_todays_name(locked):
    bureau = agency(HOME, "gongshang")
    assert System.objects.get(pk="gongshang").succeeded_by_id == "shichang"
    clerk = InspectorFactory(agency=bureau)
    people = inspectors.of(locked)
    assert row_of(people, clerk)[1] == "shichang"


# Specialties and caps


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("治安管理", {"治安管理"}),
        ("消防、治安管理，特种设备", {"消防", "治安管理", "特种设备"}),
        ("消防 治安管理", {"消防", "治安管理"}),
        ("", set()),
        ("、，", set()),
    ],
)
def test_a_specialty_is_split_into_tags(text, expected):
    assert inspectors.tags(text) == expected


def test_a_need_leaves_only_those_who_have_it(locked):
    free(locked)
    Inspector.objects.filter(pk__in=[home(1).pk, home(2).pk]).update(specialty="消防、治安管理")
    services.arrange_staffing(locked, None, [("gongan", "消防")], actor=suzhou.person("lead"))
    people = inspectors.of(locked)
    assert row_of(people, home(1))[3] == "消防"
    assert row_of(people, home(3))[3] == "-"
    counties = {s.target.region_id for s in locked.selections.select_related("target")}
    short = people.short
    assert {s.target.region_id for one in short for s in one.targets} == counties - {HOME}
    assert all(one.reasons["专业不符"] for one in short)
    texts = people.texts(locked, "x", inspectors.SHORT)
    assert "\tgongan:消防\n" in texts["candidates"]


def test_a_cap_is_in_the_files_and_holds(locked):
    services.arrange_staffing(locked, DRAWN, [], actor=suzhou.person("lead"))
    people = inspectors.of(locked)
    assert people.short == []
    assert {member.row("R")[4] for member in people.members.values()} == {str(DRAWN)}


@pytest.mark.parametrize("need", [("gongan", "消防,治安"), ("gongan", "a b"), ("weijian", "消防")])
def test_a_need_that_cannot_stand_in_the_files_changes_nothing(locked, need):
    with pytest.raises(DomainError, match="没有改动"):
        services.arrange_staffing(locked, 3, [need], actor=suzhou.person("lead"))
    locked.refresh_from_db()
    assert (locked.load_cap, locked.needs.count()) == (None, 0)


def test_conditions_are_set_by_the_lead_and_before_the_freeze(locked):
    with pytest.raises(NotAllowed):
        services.arrange_staffing(locked, 3, [], actor=suzhou.person("admin-gongan"))
    services.freeze_people(locked, actor=suzhou.person("lead"))
    with pytest.raises(IllegalMove, match="人员封存前"):
        services.arrange_staffing(locked, 3, [], actor=suzhou.person("lead"))
    locked.refresh_from_db()
    assert locked.load_cap is None


# Who blocks whom


def brute(free, demand, cap):
    """Hall's condition in full: every set of targets has enough room among its people."""
    targets = list(free)
    for size in range(1, len(targets) + 1):
        for some in combinations(targets, size):
            people = {p for t in some for p in free[t]}
            # a person serves a target once, and `cap` targets at most
            room = sum(min(cap, sum(p in free[t] for t in some)) for p in people)
            if room < demand * size:
                return False
    return True


def test_what_the_flow_says_is_what_hall_says():
    people = "abcd"
    checked = set()
    for number in range(600):
        mask = number * 2654435761
        free = {
            f"t{t}": [p for k, p in enumerate(people) if mask >> (4 * t + k) & 1]
            for t in range(1 + number % 4)
        }
        for demand, cap in ((1, 1), (2, 1), (2, 2), (2, 3)):
            groups = hall_condition.shortages(free, demand, cap)
            assert (groups == []) is brute(free, demand, cap), (free, demand, cap)
            for targets, shared in groups:
                assert targets
                assert {p for t in targets for p in free[t]} == shared
            checked.add(bool(groups))
    assert checked == {True, False}


def test_those_who_share_too_few_people_are_named_together():
    free = {"a": ["p", "q"], "b": ["p", "q"], "c": ["r", "s"], "d": []}
    groups = hall_condition.shortages(free, 2, 1)
    assert sorted(sorted(targets) for targets, _ in groups) == [["a", "b"], ["d"]]
    assert {"p", "q"} in [people for _, people in groups]
    assert hall_condition.shortages({"a": ["p", "q"], "b": ["p", "q"]}, 2, 2) == []
    assert hall_condition.shortages({"a": ["p", "q"], "b": ["p"]}, 2, None) == [({"b"}, {"p"})]


def test_the_sentence_names_firms_people_reasons_and_what_to_do(locked):
    Leave.objects.create(
        inspector=home(2), starts_on="2021-07-01", ends_on="2021-10-31", reason="借调"
    )
    with pytest.raises(DomainError) as refused:
        services.freeze_people(locked, actor=suzhou.person("lead"))
    assert str(refused.value) == (
        f"公安部门有 1 户无法配齐每户 2 名检查人员（{STAR}）：可派的只有{home(1)}；"
        "1 人请假、2 人须回避。可延长检查时间、调整负荷上限，或请上级单位增派。"
        "名单没有封存，没有任何变化。"
    )
    assert not Draw.objects.filter(purpose=Purpose.INSPECTORS).exists()


def test_a_thin_pool_is_named(locked):
    thin = {
        (one.selection.target.name, one.system.pk, one.count) for one in inspectors.of(locked).thin
    }
    assert (STAR, "gongan", 2) in thin
    assert (STAR, "shichang", 2) in thin


def test_the_roster_needs_a_constant_number_of_queries(locked, django_assert_max_num_queries):
    with django_assert_max_num_queries(30) as few:
        inspectors.of(locked)
    for _ in range(20):
        one = InspectorFactory(agency=agency(HOME, "gongan"))
        Leave.objects.create(
            inspector=one, starts_on=date(2021, 8, 1), ends_on=date(2021, 8, 2), reason="培训"
        )
        Recusal.objects.create(inspector=one, reason="借调", declared_on=suzhou.TODAY)
    with django_assert_max_num_queries(len(few)):
        inspectors.of(locked)


def test_opening_writes_the_teams_in_a_constant_number_of_queries(
    locked, django_assert_max_num_queries
):
    lead = suzhou.person("lead")
    draw = services.freeze_people(locked, actor=lead)
    draws.consent(draw, actor=suzhou.person("admin-shichang"))
    # 4 firms with 4 officers each: one row at a time would be more
    with django_assert_max_num_queries(60) as spent:
        services.open_people(draw, actor=lead, **suzhou.WITNESS)
    inserts = [q for q in spent.captured_queries if 'INSERT INTO "tasks_assignment"' in q["sql"]]
    assert len(inserts) == 1
    assert Assignment.objects.count() == 4 * suzhou.EXPECT["inspectors_per_target"]
