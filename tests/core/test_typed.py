"""Full-width signs: plain in codes, kept in words."""

from datetime import date

import pytest
from django import forms as django_forms
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from core import forms
from core.days import parse_day
from core.pages import searched
from core.typed import as_code, as_search
from registries.imports.rows import identifier, phone, whole_number


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("１３８１２３４５６７８", "13812345678"),
        ("９１３４１３２３ＭＡＸＸＸＸ４１０Ｒ", "91341323MAXXXX410R"),
        ("　０５５７－３０２１１１１　", "0557-3021111"),
        ("ｌｅａｄ＠ｓｕｚｈｏｕ．ｇｏｖ．ｃｎ", "lead@suzhou.gov.cn"),
        ("２０％", "20%"),
        ("plain-01", "plain-01"),
    ],
)
def test_a_code_is_plain(typed, meant):
    assert as_code(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ＳＺ－２０２１－００１", "SZ-2021-001"),
        ("　２０２１年度计划　", "2021年度计划"),
        ("安徽某某保安（集团）有限公司", "安徽某某保安（集团）有限公司"),
        ("甲，乙。", "甲，乙。"),
    ],
)
def test_a_search_keeps_the_punctuation_of_chinese_words(typed, meant):
    assert as_search(typed) == meant


@given(st.text())
def test_reading_twice_is_reading_once(text):
    assert as_code(as_code(text)) == as_code(text)
    assert as_search(as_search(text)) == as_search(text)


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126)))
def test_what_is_plain_stays(text):
    assert as_code(text) == as_search(text) == text


def test_sheets_read_with_the_same_eyes():
    assert identifier("９１３４１３２３ＭＡＸＸＸＸ４１０ｒ") == "91341323MAXXXX410R"
    assert phone("１３８１２３４５６７８") == "13812345678"
    assert whole_number("１２") == 12
    assert (
        parse_day("２０２４年９月３０日") == parse_day("２０２４－０９－３０") == date(2024, 9, 30)
    )


def test_a_search_box_reads_what_can_be_found():
    request = RequestFactory().get("/", {"q": "　ＳＺ－２０２１ \0"})
    assert searched(request) == "SZ-2021"


class Sample(forms.Form):
    code = forms.CodeField(max_length=4)
    name = django_forms.CharField()
    q = forms.SearchField(required=False)
    count = django_forms.IntegerField(min_value=-9)
    on = forms.DayField(label="日期")


def test_a_form_reads_codes_plain_and_shows_what_was_typed():
    typed = {
        "code": "　Ａ１　",
        "name": "某某（集团），Ａ座",
        "q": "（集团）２",
        "count": "－５",
        "on": "２０２４／９／３０",
    }
    form = Sample(typed)
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {
        "code": "A1",
        "name": "某某（集团），Ａ座",
        "q": "（集团）2",
        "count": -5,
        "on": date(2024, 9, 30),
    }
    assert {name: form[name].value() for name in typed} == typed


def test_a_form_that_nobody_sent_shows_its_proposal():
    assert Sample(initial={"code": "Ａ"})["code"].value() == "Ａ"
