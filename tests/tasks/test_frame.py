import pytest

from catalog.services import create_version, publish_version
from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import AuditEvent
from draws import drs1
from draws.ceremony_plan import SHORT
from draws.models import Disclosure, DrawRecord
from draws.reads import certificates
from registries.models import Target
from tasks import services
from tasks.eligibility import frame
from tasks.eligibility.targets import kinds_of
from tasks.models import Exemption, Selection, Task
from tests import suzhou
from tests.factories import ItemPassFactory, PlanLineFactory, TargetFactory, agency

FIRM = "埇桥禾盾保安服务有限公司"


def firm(name=FIRM):
    return Target.objects.get(name=name)


def with_rules(task, **rules):
    task.rules = task.rules | rules
    task.save()
    return task


def drawn_before(task, target, times, **more):
    """Earlier joint tasks of the year that drew the target."""
    for number in range(times):
        earlier = Task.objects.get(pk=task.pk)
        earlier.pk, earlier.number = None, f"earlier-{number}"
        earlier.line = PlanLineFactory()
        earlier.status = more.get("status", "completed")
        earlier._state.adding = True
        earlier.save()
        earlier.participants.set(task.participants.all())
        Selection.every.create(
            task=earlier, target=target, number=1, stratum="good", how="draw", ticket="0" * 64,
            standing=more.get("standing", "listed"),
        )  # fmt: skip


def line_of(draw, target):
    return next(row for row in draw.candidates_text.split("\n") if row.startswith(target.code))


@pytest.mark.parametrize(("times", "is_out"), [(1, False), (2, True), (3, True)])
def test_the_annual_cap_counts_a_joint_task_once(task, times, is_out):
    with_rules(task, annual_cap_per_agency=2)
    drawn_before(task, firm(), times)
    assert dict(frame.of(task).reasons) == ({f"annual_cap_{times}": 1} if is_out else {})


@pytest.mark.parametrize(
    "more", [{"status": "cancelled"}, {"standing": "replaced"}, {"standing": "void"}]
)
def test_who_was_never_visited_does_not_count(task, more):
    with_rules(task, annual_cap_per_agency=2)
    drawn_before(task, firm(), 2, **more)
    assert not frame.of(task).reasons


def test_another_system_counts_in_the_total_only(task):
    drawn_before(task, firm(), 2)
    for earlier in Task.objects.filter(number__startswith="earlier"):
        earlier.agency = agency("341300", "xiaofang")
        earlier.save()
        earlier.participants.clear()
    assert not frame.of(with_rules(task, annual_cap_per_agency=2)).reasons
    assert frame.of(with_rules(task, annual_cap_total=2)).reasons == {"annual_cap_2": 1}


@pytest.mark.parametrize("risk", ["is_key", "is_abnormal", "is_blacklisted"])
def test_facts_of_the_registry_lift_no_cap_by_themselves(task, risk):
    with_rules(task, annual_cap_per_agency=2)
    Target.objects.filter(name=FIRM).update(**{risk: True})
    drawn_before(task, firm(), 2)
    assert list(frame.of(task).out("annual_cap_2")) == [firm()]


def test_without_a_cap_nobody_is_out(task):
    drawn_before(task, firm(), 5)
    assert frame.of(task).eligible == suzhou.SCENARIO["targets"]["base"]


def test_a_target_of_a_superior_agency_is_outside(task):
    task.agency.region_id = "341302"
    task.agency.save()
    Target.objects.exclude(region="341302").delete()
    inside = Target.objects.update(agency=agency("341302", "gongan"))
    above = firm()
    above.agency = agency("341300", "shichang")
    above.save()
    base = frame.of(Task.objects.get(pk=task.pk))
    assert base.reasons == {"outside_jurisdiction": 1}
    assert base.eligible == inside - 1
    assert list(base.out("outside_jurisdiction")) == [above]


@pytest.mark.parametrize("kind", ["practitioner", "project", "act"])
def test_people_projects_and_acts_are_out_where_no_item_names_them(task, kind):
    Target.objects.filter(name=FIRM).update(kind=kind)
    assert frame.of(task).reasons == {"not_in_scope": 1}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("保安服务公司", {"enterprise", "individual"}),
        ("从业人员", {"practitioner"}),
        ("企业、从业人员", {"enterprise", "individual", "practitioner"}),
        ("项目和行为", {"project", "act"}),
    ],
)
def test_the_kinds_that_an_item_is_made_for(text, kinds):
    class Item:
        target_kind = text

    assert kinds_of([Item]) == kinds


def test_nobody_is_inspected_by_items_that_are_no_longer_published(task):
    for owner in task.agencies:
        new = create_version(owner, "第二版", "", actor=None, copy_from=owner.versions.get())
        for item in new.items.all():
            item.code = f"{item.code}-2"
            item.save()
        publish_version(new, actor=None)
    base = frame.of(task)
    assert base.reasons == {"item_unpublished": base.total}
    with pytest.raises(DomainError, match="没有可抽取的对象.*没有封存"):
        suzhou.frozen_draw(task)
    assert not task.draws.exists()


def test_the_same_item_in_a_new_list_still_counts(task):
    for owner in task.agencies:
        new = create_version(owner, "第二版", "", actor=None, copy_from=owner.versions.get())
        publish_version(new, actor=None)
    assert not frame.of(task).reasons


def passes(task, target, codes, **more):
    for item in task.items.filter(code__in=codes).select_related("version__agency"):
        system = item.version.agency.system_id
        more = {"agency": agency(target.region_id, system)} | more
        ItemPassFactory(target=target, item_code=item.code, **more)


ALL = ["ga-baoan", "sj-dengji", "sj-gongshi"]


def test_only_who_passed_every_item_is_out(task):
    with_rules(task, forbids_repeat=True)
    for code in ALL[:2]:
        passes(task, firm(), [code])
    assert not frame.of(task).reasons
    left_off = frame.passed_items(task, [firm()])[firm().pk]
    assert set(left_off) == set(task.items.filter(code__in=ALL[:2]).values_list("pk", flat=True))
    passes(task, firm(), ALL[2:])
    assert frame.of(task).reasons == {"items_passed": 1}


@pytest.mark.parametrize(
    "more",
    [{"passed_on": "2020-07-15"}, {"agency": "341321"}],
    ids=["last year", "another county's agency"],
)
def test_a_pass_of_another_year_or_agency_does_not_count(task, more):
    with_rules(task, forbids_repeat=True)
    for code in ALL:
        given = dict(more)
        if "agency" in given:
            system = task.items.get(code=code).version.agency.system_id
            given["agency"] = agency(given["agency"], system)
        passes(task, firm(), [code], **given)
    assert not frame.of(task).reasons
    assert frame.passed_items(task, [firm()]) == {}


def test_where_the_rules_do_not_forbid_it_items_are_repeated(task):
    for code in ALL:
        passes(task, firm(), [code])
    assert not frame.of(task).reasons
    assert frame.passed_items(task, [firm()]) == {}


def test_an_exempt_target_is_forced_in_and_the_certificate_says_why(task):
    with_rules(task, annual_cap_per_agency=2, forbids_repeat=True)
    drawn_before(task, firm(), 2)
    passes(task, firm(), ALL)
    services.exempt(task, firm(), "complaints", "6月投诉 3 件", actor=suzhou.person("lead"))
    base = frame.of(task)
    assert base.forced == {"exempt_complaints": 1}
    assert frame.passed_items(task, [firm()]) == {}
    draw = suzhou.opened_draw(task)
    assert "\tF\texempt_complaints\t" in line_of(draw, firm())
    assert task.selections.get(target=firm()).how == "forced"
    certificate = certificates.build(draw)
    assert "exempt_complaints" in certificate["input"]["candidates"]
    assert drs1.verify(certificate).verdict == "passed"
    assert AuditEvent.objects.filter(verb="tasks.exempt").count() == 1


@pytest.mark.parametrize(
    ("username", "status", "argument", "ground", "refused"),
    [
        ("admin-gongan", "active", "投诉 3 件", "complaints", NotAllowed),
        ("lead", "active", "  ", "complaints", DomainError),
        ("lead", "active", "投诉 3 件", "friend", DomainError),
        ("lead", "closed", "投诉 3 件", "complaints", DomainError),
    ],
)
def test_an_exemption_that_is_refused_leaves_nothing(
    task, username, status, argument, ground, refused
):
    Target.objects.filter(name=FIRM).update(status=status)
    with pytest.raises(refused):
        services.exempt(task, firm(), ground, argument, actor=suzhou.person(username))
    assert not Exemption.objects.exists()
    assert not AuditEvent.objects.filter(verb="tasks.exempt").exists()


def test_a_target_of_another_trade_cannot_be_exempted(task):
    stranger = TargetFactory(trade__slug="wangba", region_id="341302")
    with pytest.raises(DomainError, match="不在本次任务的行业和辖区内"):
        services.exempt(task, stranger, "complaints", "投诉", actor=suzhou.person("lead"))


def test_exemptions_end_with_the_freeze(task):
    lead = suzhou.person("lead")
    given = services.exempt(task, firm(), "campaign", "皖公发〔2021〕8号", actor=lead)
    with pytest.raises(DomainError, match="已经列为"):
        services.exempt(task, firm(), "campaign", "皖公发〔2021〕8号", actor=lead)
    services.revoke_exemption(given, actor=lead)
    assert not frame.of(task).forced
    given = services.exempt(task, firm(), "campaign", "皖公发〔2021〕8号", actor=lead)
    suzhou.frozen_draw(task)
    with pytest.raises(IllegalMove):
        services.revoke_exemption(given, actor=lead)
    with pytest.raises(IllegalMove):
        services.exempt(task, firm("埇桥北汴护卫有限公司"), "campaign", "同上", actor=lead)
    assert Exemption.objects.count() == 1


def sampled(task, **more):
    """The task with another sampling; the rest as the plan has it."""
    tiers = tuple(
        services.TierAsked(tier.grade, *more.get(tier.grade.slug, (tier.ratio_ppm,)))
        for tier in task.tiers.select_related("grade")
    )
    asked = {"ratio_ppm": task.ratio_ppm, "rounding": "up", "batches": 1, "load_cap": None}
    asked |= {name: value for name, value in more.items() if name in asked}
    services.change_task(
        task, {}, services.Sampling(**asked, tiers=tiers), actor=suzhou.person("lead")
    )
    return task


def quotas(task):
    shares = frame.of(task).allocation.shares
    return {code: share.quota for code, share in shares.items()}


@pytest.mark.parametrize(
    ("rounding", "expected"),  # 8 × 10 %, 3 × 30 %, 2 × 50 %, 1 × 100 %
    [
        ("up", {"good": 1, "warning": 1, "bad": 1, "severe": 1}),
        ("down", {"good": 0, "warning": 0, "bad": 1, "severe": 1}),
        ("half", {"good": 1, "warning": 1, "bad": 1, "severe": 1}),
        ("lr", {"good": 1, "warning": 1, "bad": 1, "severe": 1}),
    ],
)
def test_rounding(task, rounding, expected):
    assert quotas(sampled(task, rounding=rounding)) == expected


def test_a_fixed_count_takes_the_place_of_a_ratio(task):
    sampled(task, good=(1_000_000, 5))
    assert quotas(task)["good"] == 5
    assert "stratum\tgood\tfixed\t5\t" in suzhou.frozen_draw(task).plan_text


def test_a_high_floor_is_topped_up_and_said(task):
    sampled(task, ratio_ppm=500_000)  # 14 × 50 % = 7, the tiers give 4
    base = frame.of(task)
    assert base.quota == 7
    assert any("将不分档按抽签号补抽 3 户" in text for text in base.cautions)
    suzhou.opened_draw(task)
    assert task.selections.filter(how="topup").count() == 3


def test_a_sampling_that_does_not_fit_changes_nothing(task):
    tiers = tuple(
        services.TierAsked(tier.grade, tier.ratio_ppm)
        for tier in task.tiers.select_related("grade")
    )
    lead = suzhou.person("lead")
    for asked in (
        services.Sampling(300_000, "sideways", tiers=tiers),
        services.Sampling(300_000, "up", tiers=tiers[:-1]),
        services.Sampling(300_000, "up", tiers=tiers + tiers[:1]),
    ):
        with pytest.raises(DomainError):
            services.change_task(task, {}, asked, actor=lead)
    task.refresh_from_db()
    assert task.ratio_ppm == 200_000
    assert task.tiers.count() == len(tiers)
    suzhou.frozen_draw(task)
    with pytest.raises(IllegalMove):
        services.change_task(task, {}, services.Sampling(1, "up", tiers=tiers), actor=lead)


def test_what_should_be_known_before_the_freeze(task):
    Target.objects.filter(name=FIRM).update(refreshed_on="2020-01-01")
    Target.objects.filter(grades__grade__slug="severe").update(status="closed")
    sampled(task, ratio_ppm=100_000, rounding="down", bad=(1_000_000, 9), good=(1_000_000, 0))
    said = "\n".join(frame.of(task).cautions)
    assert "“严重失信”没有可抽取的对象" in said
    assert "“守信”有 8 户，应抽 0 户" in said
    assert "“失信”定数 9 户，可抽只有 2 户" in said
    assert "小数不是进一" in said
    assert "低于公布的年度计划" in said
    assert "1 户（8%）的名录信息超过一年没有核对" in said


def test_too_few_inspectors_are_counted_by_county_and_system(task):
    from registries.models import Inspector  # noqa: PLC0415

    people = Inspector.objects.filter(agency__region="341302", agency__system="gongan")
    keep = people.order_by("pk")[:3]
    people.exclude(pk__in=keep.values("pk")).update(is_active=False)
    targets = Target.objects.filter(region="341302").count()
    said = "\n".join(frame.of(task).cautions)
    assert f"埇桥区公安可派 3 人，每户要 2 人，余量不足 2 人，{targets} 户" in said
    Inspector.objects.filter(pk__in=list(keep.values_list("pk", flat=True))[1:]).update(
        is_active=False
    )
    said = "\n".join(frame.of(task).cautions)
    assert f"埇桥区公安可派 1 人，每户要 2 人，{targets} 户将无法配齐" in said


def test_a_grading_that_is_not_public_is_drawn_by_alias(task):
    with_rules(task, is_restricted=True)
    draw = suzhou.opened_draw(task)
    assert draw.disclosure == Disclosure.ALIAS
    codes = set(Target.objects.values_list("code", flat=True))
    files = draw.plan_text + draw.candidates_text + draw.result_text
    for secret in [*codes, "good", "severe", "341302"]:
        assert secret not in files, secret
    master = bytes.fromhex(draw.master)
    for alias, pk in draw.roster.items():
        code = Target.objects.get(pk=pk).code
        assert alias == drs1.alias(drs1.salt(master, code), code)
    assert set(draw.labels["strata"].values()) == {"守信", "警示", "失信", "严重失信"}
    assert draw.labels["strata"]["S1"] == "守信"
    assert "埇桥区" in draw.labels["regions"].values()
    severe = task.selections.get(target__grades__grade__slug="severe")
    assert draw.labels["strata"][severe.stratum] == "严重失信"
    assert drs1.verify(certificates.build(draw)).verdict == "passed"


def test_the_table_of_aliases_is_logged_by_its_digest(task):
    with_rules(task, is_restricted=True)
    draw = suzhou.frozen_draw(task)
    lines = sorted(
        f"{alias}\t{Target.objects.get(pk=pk).code}\n" for alias, pk in draw.roster.items()
    )
    table = f"DRS1-aliases\t{draw.draw_id}\n" + "".join(lines)
    record = DrawRecord.objects.get(draw=draw, type="publish")
    assert record.body == drs1.digest(table)


def test_two_draws_have_nothing_in_common_by_which_aliases_could_be_matched(task):
    with_rules(task, is_restricted=True)
    first = frame.freeze(task, "341300-2021-001-1", SHORT)
    second = frame.freeze(task, "341300-2021-001-3", SHORT)
    assert not set(first.roster) & set(second.roster)


def test_a_natural_person_on_the_list_hides_all_names(task):
    Target.objects.filter(name=FIRM).update(kind="individual")
    assert frame.of(task).is_covered
    assert suzhou.frozen_draw(task).disclosure == Disclosure.ALIAS


def test_names_wait_until_the_last_visit_is_done(task, clock):
    suzhou.assigned(task)
    services.dispatch(task, actor=suzhou.person("lead"))
    for day, is_public in (("2021-09-30", False), ("2021-10-01", False), ("2021-10-21", True)):
        clock(day)
        assert task.list_is_public is is_public, day
    clock("2021-10-01")
    services.complete(task, on=suzhou.TODAY)
    assert task.list_is_public
    clock("2021-09-30")
    assert not task.list_is_public
