from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries import rules

TODAY = date(2021, 7, 15)

# requirements 5.1: worked examples and the fictitious codes of the demonstration.
USCC = """
11370322004222209B 91350100M000100Y43 91110000600037341L
91341300MAXXXX0158 91341300MAXXXX0233 91341302MAXXXX031T 91341302MAXXXX04XJ 91341302MAXXXX058J
91341302MAXXXX066D 91341321MAXXXX074Q 91341322MAXXXX0822 91341323MAXXXX090B 91341324MAXXXX103F
92341302MAXXXX111B 91130606MAXXXX12XH 92130606MAXXXX162Y 93370323MAXXXX242H 52410200MAXXXX2502
12341300MAXXXX269A
"""
GOOD_USCC = USCC.split()

# requirements 5.3: county 99 is not assigned, so these numbers belong to nobody.
IDS = """
11010519491231002X 341399198503010010 341399199006120029 130699198809200032 410299197811050046
370399199302140053 350399198207080066
"""
GOOD_IDS = IDS.split()


@pytest.mark.parametrize("code", GOOD_USCC)
def test_worked_unified_codes_are_valid(code):
    assert rules.valid_uscc(code)
    assert rules.uscc_check_character(code[:17]) == code[17]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("911100001000050066", "校验位不正确，请核对最后一位"),
        ("91341300MAXXXX015", "应为 18 位，现为 17 位"),
        ("", "应为 18 位，现为 0 位"),
        ("9134130OMAXXXX0158", "第 8 位是字母 O"),
        ("91341300MAXXXX015Z", "第 18 位是字母 Z"),
        ("91341300maxxxx0158", "第 9 位“m”不是数字或大写字母"),
        ("９1341300MAXXXX0158", "第 1 位“９”不是数字或大写字母"),
    ],
)
def test_a_wrong_unified_code_is_explained(code, sentence):
    assert rules.explain_uscc(code).startswith(sentence)
    assert not rules.valid_uscc(code)


def test_the_right_check_character_is_not_given_away():
    """911100001000050066 needs G (requirements 5.1); guessing it may hide another mistake."""
    assert "G" not in rules.explain_uscc("911100001000050066")


@given(st.sampled_from(GOOD_USCC), st.integers(0, 17), st.sampled_from(rules.USCC_ALPHABET))
def test_one_wrong_character_never_passes(code, place, other):
    changed = code[:place] + other + code[place + 1 :]
    assert rules.valid_uscc(changed) == (changed == code)


@pytest.mark.parametrize(
    "number",
    ["110108000000016", "341300999990016", "341302999990023", "130606999990035", "410202999990047"],
)
def test_worked_registration_numbers_are_valid(number):
    assert rules.valid_registration_no(number)


@pytest.mark.parametrize(
    "number", ["110108000000017", "11010800000001", "11010800000001X", "１10108000000016"]
)
def test_wrong_registration_numbers_are_refused(number):
    assert not rules.valid_registration_no(number)


@pytest.mark.parametrize(
    ("code", "is_business", "sentence"),
    [
        ("91341300MAXXXX0158", True, None),
        ("341300999990016", True, None),
        ("341300999990017", True, "应为 18 位，现为 15 位"),
        ("XM-2021-001", False, None),
        ("XM-2021-001", True, "应为 18 位，现为 11 位"),
        ("911100001000050066", False, "校验位不正确，请核对最后一位"),
        ("-1", False, "只能含数字、大写字母和连字符，不超过 40 位"),
        ("项目一", False, "只能含数字、大写字母和连字符，不超过 40 位"),
        ("A" * 41, False, "只能含数字、大写字母和连字符，不超过 40 位"),
    ],
)
def test_codes_of_targets(code, is_business, sentence):
    assert rules.explain_target_code(code, is_business) == sentence


@pytest.mark.parametrize("number", GOOD_IDS)
def test_worked_citizen_numbers_are_valid(number):
    """Also those of county 99, which never existed: the county is not looked up."""
    assert rules.valid_citizen_id(number, TODAY)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("110105194912310021", "校验位不正确，请核对最后一位"),
        ("34139919850301001", "应为 18 位，前 17 位是数字，末位是数字或 X"),
        ("11010519491231002x", "应为 18 位，前 17 位是数字，末位是数字或 X"),
        ("991399198503010010", "前两位不是省级代码"),
        ("341399198502300010", "第 7 至 14 位不是实际存在的出生日期"),
        ("341399202107160010", "第 7 至 14 位的出生日期晚于今天"),
    ],
)
def test_a_wrong_citizen_number_is_explained_without_repeating_it(number, sentence):
    assert rules.explain_citizen_id(number, TODAY) == sentence
    assert not rules.valid_citizen_id(number, TODAY)


def test_somebody_born_today_exists_and_tomorrow_does_not():
    born = "341399202107150010"
    assert rules.valid_citizen_id(born, TODAY)
    assert not rules.valid_citizen_id(born, date(2021, 7, 14))


@pytest.mark.parametrize(
    ("number", "gender"), [("341399198503010010", "1"), ("341399199006120029", "2")]
)
def test_gender_stands_in_the_17th_digit(number, gender):
    assert rules.gender_of_citizen_id(number) == gender


@pytest.mark.parametrize(
    "number", ["13800000000", "0557-3012345", "+86 138 0000 0000", "0557-3012345转801"]
)
def test_phones(number):
    assert rules.valid_phone(number)


@pytest.mark.parametrize("number", ["12345", "无", "138000000001234567890123", "1380000000x"])
def test_not_phones(number):
    assert not rules.valid_phone(number)


@pytest.mark.parametrize(
    "value",
    [
        "2024-04-08",
        "2024/4/8",
        "2024.4.8",
        "2024年4月8日",
        " 2024-04-08 ",
        "2024-04-08 00:00:00",
        "20240408",
        20240408,
        20240408.0,
        45390,
        45390.0,
        "45390",
        date(2024, 4, 8),
        datetime(2024, 4, 8, 10, 30),  # noqa: DTZ001 - as a sheet gives it
    ],
)
def test_dates_as_people_and_sheets_write_them(value):
    assert rules.parse_date(value) == date(2024, 4, 8)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("2024年9月31日", "日期“2024年9月31日”不存在，是否指 2024年9月30日？"),
        ("2023-02-29", "日期“2023-02-29”不存在，是否指 2023年2月28日？"),
        ("2023-12-32", "日期“2023-12-32”不存在，是否指 2023年12月31日？"),
        ("2024-13-01", "日期“2024-13-01”不存在，请核对"),
        ("2024-00-31", "日期“2024-00-31”不存在，请核对"),
        ("9999-12-32", "日期“9999-12-32”不存在，请核对"),
        ("长期", "日期“长期”无法识别，请写作 2024-04-08"),
        (2024, "日期“2024”无法识别，请写作 2024-04-08"),
        (99999, "日期“99999”无法识别，请写作 2024-04-08"),
    ],
)
def test_a_wrong_date_gets_a_sentence(value, sentence):
    with pytest.raises(ValueError, match="日期") as refusal:
        rules.parse_date(value)
    assert str(refusal.value) == sentence


@given(st.dates(date(1960, 1, 1), date(2100, 1, 1)))
def test_every_way_of_writing_a_day_means_that_day(day):
    serial = (day - date(1899, 12, 30)).days
    texts = [day.isoformat(), f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}"]
    assert {rules.parse_date(value) for value in [*texts, serial]} == {day}
