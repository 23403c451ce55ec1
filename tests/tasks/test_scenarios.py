"""The frame as the documents 003 and 004 want it."""

from collections import Counter

import pytest

from draws import drs1
from draws.arithmetic import batch_sentence
from draws.reads import certificates
from draws.reads.evidence import floor_sentence
from inspections import services as visits
from inspections.models import Inspection
from registries.models import Target
from tasks.eligibility import frame
from tasks.reads.draws import evidence_of
from tests import kaifeng, lianchi
from tests.laying import laid


@pytest.fixture
def venues(db, clock):
    clock(str(lianchi.TODAY))
    return laid("venues of lianchi", _venues)


def _venues():
    lianchi.lay_house()
    return lianchi.draft_task(lianchi.published_line())


@pytest.fixture
def hotels(db, clock):
    clock(str(kaifeng.TODAY))
    return laid("hotels of kaifeng", _hotels)


def _hotels():
    kaifeng.lay_house()
    task = kaifeng.draft_task(kaifeng.published_line())
    kaifeng.lay_history(task)
    return task


def test_lianchi_draws_27_of_312_in_two_batches(venues):
    base = frame.of(venues)
    expected = dict(lianchi.EXPECT["tiered"])
    total = expected.pop("total")
    assert base.eligible == sum(lianchi.SCENARIO["targets"]["by_risk_class"].values())
    names = base.names
    shares = base.allocation.shares
    assert {names[code]: share.quota for code, share in shares.items()} == expected
    assert base.quota == total
    assert base.allocation.need == lianchi.EXPECT["floor"]
    assert floor_sentence(base.plan, base.allocation) == (
        "总数下限：312 × 5% = 15.6，进一为 16 户。分档合计 27 户，已达到，不需补抽。"
    )
    assert batch_sentence(base.batches) == ("按抽签号先后分两批：第一批 14 户，第二批 13 户。")
    assert base.cautions == []

    draw = lianchi.opened_draw(venues)
    drawn = venues.selections.select_related("target")
    tiers = Counter(one.target.grades.get(scheme="credit_risk").grade.name for one in drawn)
    assert tiers == expected
    assert Counter(drawn.values_list("batch", flat=True)) == {1: 14, 2: 13}
    assert len({one.target_id for one in drawn}) == total
    codes = Target.objects.values_list("code", flat=True)
    certificate = certificates.build(draw)
    assert certificate["disclosure"] == "alias"
    assert not [code for code in codes if code in certificate["input"]["candidates"]]
    assert drs1.verify(certificate).verdict == "passed"


def test_kaifeng_leaves_out_who_was_drawn_twice_and_says_so(hotels):
    first = kaifeng.target(1)
    base = frame.of(hotels)
    assert list(base.out("annual_cap_2")) == [first, kaifeng.target(2)]
    draw = kaifeng.opened_draw(hotels)
    assert (
        f"{first.code}\tall\tX\tannual_cap_2\t410202\t-\n"
        in certificates.build(draw)["input"]["candidates"]
    )
    said = [(text, count) for text, _, count in evidence_of(draw, names=False).excluded]
    assert said == [("年内已被抽取2次", 2)]
    assert not hotels.selections.filter(target=first).exists()


def test_kaifeng_inspects_whom_the_lead_exempts_and_says_why(hotels):
    kaifeng.exempt_second(hotels)
    draw = kaifeng.opened_draw(hotels)
    second = kaifeng.target(2)
    assert hotels.selections.get(target=second).how == "forced"
    certificate = certificates.build(draw)
    assert f"{second.code}\tall\tF\texempt_complaints\t" in certificate["input"]["candidates"]
    assert drs1.verify(certificate).verdict == "passed"
    seen = evidence_of(draw, names=False)
    assert [(text, count) for text, _, count in seen.forced] == [("列为必查：多次被投诉举报", 1)]
    assert [count for _, _, count in seen.excluded] == [1]


def test_kaifeng_leaves_an_item_passed_in_march_off_the_form(hotels):
    third = kaifeng.target(3)
    others = Target.objects.exclude(region=kaifeng.LONGTING)
    others.update(status="closed")
    Target.objects.filter(region=kaifeng.LONGTING).exclude(pk=third.pk).update(status="closed")
    kaifeng.assigned(hotels)
    visits.dispatch(hotels, actor=kaifeng.person("lead"))
    visit = Inspection.objects.with_form().get(selection__target=third)
    asked = [item.name for section in visit.sections.all() for item in section.items.all()]
    assert sorted(asked) == ["对娱乐场所的检查", "登记事项检查"]
    assert [str(one) for one in visit.left_off.all()] == [
        "对旅馆业特种行业的检查：龙亭区公安局今年3月20日已检查，未发现问题，本次不再检查"
    ]
