import datetime
import hashlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DomainError
from inspections.rules import Finding, conclusion_of, form_digest, missing
from inspections.rules.strokes import checked_strokes, svg_box, svg_path

DAY = datetime.date
OK = Finding("no_issue")
SKIPPED = Finding("not_checked", remark="设备停用")
ENDINGS = ["unreachable", "closed", "deregistered", "revoked", "annulled", "moved_out"]
TABLE = ["not_disclosed", "false_disclosure", "ordered_to_correct", "pending_followup"]
VISIT = DAY(2021, 7, 21)


AUGUST = DAY(2021, 8, 20)


def problem(*codes, remark="监控录像只保存 12 天。", rectify_by=AUGUST):
    return Finding("problem", codes, remark, rectify_by)


findings = st.lists(
    st.one_of(
        st.just(OK),
        st.just(SKIPPED),
        st.lists(st.sampled_from(TABLE), min_size=1, unique=True).map(lambda c: problem(*c)),
    ),
    max_size=6,
)


# conclusion_of


@pytest.mark.parametrize(
    ("found", "outcome", "codes"),
    [
        ([OK], "", ["no_issue"]),
        ([OK, SKIPPED], "", ["no_issue"]),
        ([OK, problem("pending_followup")], "", ["pending_followup"]),
        (
            [problem("pending_followup", "ordered_to_correct"), problem("not_disclosed")],
            "",
            ["not_disclosed", "ordered_to_correct", "pending_followup"],
        ),
        ([OK], "uncooperative_serious", ["uncooperative_serious"]),
        (
            [problem("pending_followup", "false_disclosure")],
            "uncooperative_serious",
            ["false_disclosure", "uncooperative_serious", "pending_followup"],
        ),
        ([SKIPPED], "no_relevant_business", ["no_relevant_business"]),
        ([OK, SKIPPED], "no_relevant_business", ["no_relevant_business"]),
        ([SKIPPED], "", []),
        ([], "", []),
    ],
)
def test_conclusion(found, outcome, codes):
    assert conclusion_of(found, outcome) == codes


@given(findings, st.sampled_from(ENDINGS))
def test_an_ending_outcome_stands_alone(found, outcome):
    assert conclusion_of(found, outcome) == [outcome]


@given(findings, st.sampled_from(["", "uncooperative_serious"]))
def test_no_issue_never_stands_beside_anything(found, outcome):
    codes = conclusion_of(found, outcome)
    assert "no_issue" not in codes or codes == ["no_issue"]
    named = {code for finding in found for code in finding.problems} | ({outcome} - {""})
    assert set(codes) - {"no_issue"} == named


@given(findings.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_the_order_of_items_does_not_matter(pair):
    rows, shuffled = pair
    assert conclusion_of(rows, "") == conclusion_of(shuffled, "")


def test_a_problem_at_a_firm_without_the_business_is_a_contradiction():
    with pytest.raises(DomainError, match="不能同时成立"):
        conclusion_of([problem("pending_followup")], "no_relevant_business")


# missing

ITEMS = [(1, "登记事项检查"), (2, "公示信息检查")]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({1: OK, 2: OK}, []),
        ({1: OK, 2: SKIPPED}, []),
        ({1: OK}, [(2, "还没有选择结果")]),
        ({}, [(1, "还没有选择结果"), (2, "还没有选择结果")]),
        ({1: OK, 2: Finding("not_checked")}, [(2, "未检查的原因")]),
        ({1: OK, 2: problem()}, [(2, "至少选择一种问题类型")]),
        ({1: OK, 2: problem("not_disclosed", remark="")}, [(2, "填写问题说明")]),
        ({1: OK, 2: problem("not_disclosed", rectify_by=None)}, []),
        (
            {1: problem("ordered_to_correct", rectify_by=None), 2: OK},
            [(1, "须填写改正期限")],
        ),
        (
            {1: problem("ordered_to_correct", rectify_by=DAY(2021, 7, 20)), 2: OK},
            [(1, "不能早于检查当天（7月21日）")],
        ),
        ({1: problem("ordered_to_correct", rectify_by=VISIT), 2: OK}, []),
        (
            {1: Finding("problem"), 2: OK},
            [(1, "至少选择一种问题类型"), (1, "填写问题说明")],
        ),
        ({1: SKIPPED, 2: SKIPPED}, [(None, "各项都是“未检查”")]),
    ],
)
def test_what_is_missing(answers, expected):
    found = missing(answers, ITEMS, "", VISIT)
    assert [key for key, _ in found] == [key for key, _ in expected]
    for (_, text), (_, words) in zip(found, expected, strict=True):
        assert words in text


def test_a_sentence_names_the_item():
    assert missing({1: OK}, ITEMS, "", VISIT) == [(2, "第 2 项“公示信息检查”：还没有选择结果。")]


@pytest.mark.parametrize("outcome", ENDINGS)
def test_an_ended_visit_needs_nothing_more(outcome):
    assert missing({}, ITEMS, outcome, None) == []


@pytest.mark.parametrize("outcome", ["uncooperative_serious", "no_relevant_business"])
def test_other_outcomes_explain_why_nothing_was_checked(outcome):
    assert missing({1: SKIPPED, 2: SKIPPED}, ITEMS, outcome, VISIT) == []


def test_a_contradiction_is_missing_a_decision():
    answers = {1: problem("pending_followup"), 2: OK}
    [(key, text)] = missing(answers, ITEMS, "no_relevant_business", VISIT)
    assert key is None
    assert "不能同时成立" in text


def test_the_visit_day_may_be_unknown():
    early = problem("ordered_to_correct", rectify_by=DAY(1999, 1, 1))
    assert missing({1: early, 2: OK}, ITEMS, "") == []


# form_digest

SECTIONS = {
    "341302-gongan": {"a": problem("not_disclosed", "ordered_to_correct")},
    "341302-shichang": {"b": OK},
}


def digest(subject="T/1", outcome="", note="", sections=SECTIONS):
    return form_digest(subject, outcome, note, sections)


def test_digest_known_answer():
    """Pins the canonical form: kept signatures must stay checkable."""
    text = (
        '{"note":"","outcome":"","sections":{"A":{"x":{"problems":[],"rectify_by":null,'
        '"remark":"","result":"no_issue"}}},"subject":"T/1"}'
    )
    expected = hashlib.sha256(text.encode()).hexdigest()
    assert form_digest("T/1", "", "", {"A": {"x": OK}}) == expected


def test_digest_ignores_the_order_of_entry():
    turned = dict(reversed(SECTIONS.items())) | {
        "341302-gongan": {"a": problem("ordered_to_correct", "not_disclosed")}
    }
    assert digest() == digest(sections=turned)


def test_digest_changes_with_everything_that_is_stood_for():
    other = {"341302-gongan": {"a": problem("not_disclosed")}, "341302-shichang": {"b": OK}}
    later = {
        "341302-gongan": {
            "a": problem("not_disclosed", "ordered_to_correct", rectify_by=DAY(2021, 8, 21))
        },
        "341302-shichang": {"b": OK},
    }
    fewer = {"341302-gongan": SECTIONS["341302-gongan"]}
    variants = [
        digest(),
        digest(subject="T/2"),
        digest(outcome="unreachable"),
        digest(note="两次上门无人"),
        digest(sections=other),
        digest(sections=later),
        digest(sections=fewer),
    ]
    assert all(one != two for one, two in itertools.combinations(variants, 2))


# strokes


def test_a_drawing_is_kept_as_it_is():
    drawn = [[[0, 0], [1000, 370]], [[5, 5]]]
    assert checked_strokes(drawn) == drawn


@pytest.mark.parametrize("raw", [None, [], "", 0, [[[5, 5]]], [[[5, 5], [30, 30]]]])
def test_an_empty_signature_is_refused(raw):
    with pytest.raises(DomainError, match="签名为空"):
        checked_strokes(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "M0 0",
        {"a": 1},
        [[]],
        ["x"],
        [[[1]]],
        [[[1, 2, 3]]],
        [[["1", "2"]]],
        [[[1.5, 2]]],
        [[[True, False]]],
        [[[-1, 0]]],
        [[[0, 1001]]],
        [[{"x": 1}]],
        [[[0, 0], [500, 0]]] * 501,
        [[[0, 0], [500, 0]] * 10_001],
    ],
)
def test_what_is_no_drawing_is_refused(raw):
    with pytest.raises(DomainError, match="数据不完整"):
        checked_strokes(raw)


def test_svg():
    strokes = [[[1, 2], [3, 4], [5, 6]], [[7, 8]]]
    assert svg_path(strokes) == "M1 2L3 4L5 6M7 8h0"
    assert svg_box(strokes) == "0 0 1000 370"
    assert svg_box([[[0, 500]]]) == "0 0 1000 510"
    assert svg_box([]) == "0 0 1000 370"
