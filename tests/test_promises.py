"""Texts promise only what can be done: every promise has an address, or says that it is to come."""

import pytest

from tests.promises import PROMISES, Promise, Said, broken, collected, faults, keeps, promises_in


def test_every_promise_is_kept_or_says_that_it_is_to_come():
    found = faults(collected())
    assert not found, "\n".join(found)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.words)
def test_the_addresses_of_the_table_are_there_and_open(promise):
    assert not broken(promise)


def test_no_line_of_the_table_is_left_over():
    said = collected()
    assert [p.words for p in PROMISES if not any(keeps(p, one) for one in said)] == []


def test_the_search_is_not_blind():
    assert len(collected()) >= 20


@pytest.mark.parametrize(
    "text",
    [
        "结果已公示，不能直接修改。请走“更正”：填写更正原因",
        "如人员已调动，请由原单位办理调出。",
        "没有期限规则，请联系系统管理员补充。",
        "请在“没有的页面”中修改。",
    ],
)
def test_a_promise_of_what_does_not_exist_is_found(text):
    assert faults(promises_in(text, "sample"))


def test_a_promise_to_come_must_say_so():
    assert faults([Said("更正", "由主要负责人更正", "sample")])
    assert not faults(promises_in("更正功能尚未开通", "sample"))


def test_an_address_that_is_missing_or_closed_is_found():
    assert broken(Promise("x", ("tasks:no_such",), "lead"))
    assert broken(Promise("x", ("tasks:decide_void",), "officer"))
    assert broken(Promise("x"))
