from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DomainError
from publication import rules
from tasks.rules import names_are_public

DAY = date(2021, 9, 8)
NAME = "灵璧石铎保安服务有限公司"
CODE = "91341323MAXXXX410R"


def record(**more):
    values = {
        "code": CODE,
        "name": NAME,
        "kind": "enterprise",
        "person_in_charge": "石建国",
        "inspected_on": DAY,
        "items": [
            rules.ItemResult(
                code="baoan-1",
                name="保安服务公司监督检查",
                list_agency="341300-gongan",
                list_number=1,
                checkpoints=2,
                result="problem",
                problems=("ordered_to_correct",),
                remark="负责人石建国未在岗，302室无人。",
            )
        ],
        "result_codes": ["ordered_to_correct"],
    }
    return rules.Record(**values | more)


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        (["full"], "full"),
        (["full", "limited"], "limited"),
        (["limited", "withheld", "full"], "withheld"),
    ],
)
def test_the_strictest_item_decides(scopes, expected):
    assert rules.scope_of(scopes) == expected


def test_a_section_without_items_is_not_published():
    with pytest.raises(DomainError, match="没有检查事项"):
        rules.scope_of([])


@pytest.mark.parametrize(
    ("kind", "name", "person", "expected"),
    [
        ("practitioner", "张三丰", "张三丰", True),
        ("individual", "张三丰", "张三丰", True),
        ("individual", "张三丰（个体工商户）", "张三丰", True),
        ("individual", "三丰足浴店", "张三丰", False),
        ("enterprise", "张三丰", "张三丰", False),
    ],
)
def test_who_is_a_natural_person(kind, name, person, expected):
    assert rules.is_natural_person(kind, name, person) is expected


def test_full_scope_names_firm_items_and_the_scrubbed_remark():
    snapshot = rules.redact(record(), "full")

    assert (snapshot.uscc, snapshot.firm_name, snapshot.inspected_on) == (CODE, NAME, DAY)
    assert snapshot.item_names == ["保安服务公司监督检查"]
    assert snapshot.has_problem
    assert snapshot.details["items"] == [
        {
            "code": "baoan-1",
            "name": "保安服务公司监督检查",
            "list": {"agency": "341300-gongan", "number": 1},
            "checkpoints": 2,
            "result": "problem",
            "label": "发现问题",
            "problems": ["发现问题已责令改正"],
            "remark": "负责人石某未在岗，某室无人。",
        }
    ]


def test_limited_scope_keeps_the_result_and_drops_the_firm():
    snapshot = rules.redact(record(), "limited")

    assert (snapshot.uscc, snapshot.firm_name) == ("", "")
    assert snapshot.inspected_on == date(2021, 9, 1)
    assert snapshot.result_codes == ["ordered_to_correct"]
    assert snapshot.details["items"][0]["remark"] == ""


def test_withheld_scope_keeps_nothing():
    snapshot = rules.redact(record(), "withheld")

    assert snapshot == rules.Snapshot(inspected_on=date(2021, 9, 1))


@pytest.mark.parametrize("scope", ["limited", "withheld"])
@given(text=st.text(min_size=2, alphabet="甲乙丙丁戊己庚辛"), code=st.from_regex(r"[0-9A-Z]{18}"))
def test_redacted_snapshots_hold_neither_name_nor_code_nor_remark(scope, text, code):
    source = record(name=f"{text}有限公司", code=code)
    held = repr(rules.redact(source, scope))

    assert f"{text}有限公司" not in held
    assert code not in held
    assert "石" not in held


def test_a_natural_person_has_no_code_and_no_remark():
    snapshot = rules.redact(record(kind="practitioner", name="张三丰"), "full")

    assert (snapshot.uscc, snapshot.firm_name) == ("", "张某")
    assert snapshot.details["items"][0]["remark"] == ""
    assert rules.public_code("practitioner", CODE, "张三丰", "张三丰") == ""
    assert rules.public_code("enterprise", CODE, NAME, "石建国") == CODE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("经理孙立称已整改", "经理孙某称已整改"),
        ("身份证34130219850307123X登记有误", "身份证（证件号码略）登记有误"),
        ("电话13812345678无人接听", "电话（电话略）无人接听"),
        ("电话 138-1234-5678 停机", "电话 （电话略） 停机"),
        ("座机0557-3021234", "座机（电话略）"),
        ("8301房间未登记，A302 包厢有", "某房间未登记，某包厢有"),
        ("3 间客房入住信息未报送", "3 间客房入住信息未报送"),
        ("注册资本 5000000 元", "注册资本 5000000 元"),
    ],
)
def test_free_text_is_scrubbed(text, expected):
    assert rules.scrub(text, ["孙立", "孙", ""]) == expected


def test_a_firm_that_is_gone_is_named_with_its_outcome():
    source = record(
        items=[
            rules.ItemResult("baoan-1", "检查", "341300-gongan", 1, 0, "not_checked"),
        ],
        outcome="closed",
        result_codes=["closed"],
    )
    snapshot = rules.redact(source, "full")

    assert snapshot.details["outcome"] == "已关闭停业或正在组织清算"
    assert snapshot.details["items"][0]["label"] == "未检查"
    assert not snapshot.has_problem


def test_marks_show_problems_in_red_and_the_rest_neutral():
    kinds = [
        (mark.kind, mark.icon)
        for mark in rules.marks(["no_issue", "pending_followup", "moved_out"])
    ]
    assert kinds == [("neutral", ""), ("problem", ""), ("neutral", "minus")]


def test_every_code_is_explained():
    codes = [code for code, _ in rules.all_marks()]
    assert len(codes) == 13
    assert set(codes) == set(rules.MEANINGS)


@pytest.mark.parametrize(
    ("is_public", "scopes", "scheme", "expected"),
    [
        (True, ["full", "full"], True, True),
        (False, ["full"], True, False),
        (True, ["full", "limited"], True, False),
        (True, ["withheld"], True, False),
        (True, ["full"], False, False),
    ],
)
def test_names_wait_for_the_list_and_for_full_scope(is_public, scopes, scheme, expected):
    assert names_are_public(is_public, scopes, scheme) is expected


def test_hasty_forms_are_marked():
    start = datetime(2021, 9, 8, 1, tzinfo=UTC)
    assert rules.is_hasty(start, start + timedelta(seconds=19))
    assert not rules.is_hasty(start, start + timedelta(seconds=20))
    assert not rules.is_hasty(None, start)


def test_the_stamp_names_a_set_of_records():
    assert rules.stamp([3, 1, 2]) == rules.stamp([1, 2, 3])
    assert rules.stamp([1, 2]) != rules.stamp([12])


@given(st.sets(st.integers(1, 10_000)))
def test_a_sample_is_part_of_the_pile_and_stays_all_day(pks):
    chosen = rules.sample(pks, DAY)
    assert len(chosen) == min(3, len(pks))
    assert set(chosen) <= pks
    assert chosen == rules.sample(sorted(pks), DAY)


def test_reasons_are_typed():
    assert rules.return_reason("incomplete", "第 2 项没有说明 ") == (
        "检查内容填写不完整：第 2 项没有说明"
    )
    assert rules.return_reason("basis", "") == "依据或处置不当"
    with pytest.raises(DomainError, match="请选择"):
        rules.return_reason("", "没有理由")
    with pytest.raises(DomainError, match="请写明"):
        rules.return_reason("other", "  ")
