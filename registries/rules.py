"""Rules of the two registries: identifiers, dates as people write them. Plain Python."""

import re
from datetime import date, timedelta

from core.days import UnknownDay, parse_day

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_LENGTH = 18
FORBIDDEN_LETTERS = frozenset("IOSVZ")
CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CITIZEN_CHECKS = "10X98765432"
PROVINCE_CODES = """
11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46
50 51 52 53 54 61 62 63 64 65 71 81 82 83
"""
PROVINCES = frozenset(PROVINCE_CODES.split())
EXCEL_DAY_ZERO = date(1899, 12, 30)
EXCEL_FIRST, EXCEL_LAST = 20_000, 80_000
FOR_EVER = 9999  # registers write 长期 as a day of this year: which one was meant is not guessed
PHONE = re.compile(r"\+?[0-9][0-9()（） -]{5,18}[0-9](?:转[0-9]{1,6})?")
REGISTRY_CODE = re.compile(r"[0-9A-Z][0-9A-Z-]{0,39}")


class UnfitValue(ValueError):
    """What a cell holds cannot stand. `message` is a sentence for the user, without its stop."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def uscc_check_character(body: str) -> str:
    """The 18th character that belongs to the first 17 of a unified code (GB 32100-2015).

    body: 17 characters of the alphabet, which lacks I, O, S, V and Z; else ValueError.
    """
    total = sum(
        USCC_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(body)
    )
    return USCC_ALPHABET[(31 - total % 31) % 31]


def explain_uscc(code: str) -> str | None:
    """What is wrong with a unified social credit code, as a sentence; None when it is right.

    Which check character would be right is not told: the mistake may be anywhere in the code.
    """
    if len(code) != USCC_LENGTH:
        return f"应为 {USCC_LENGTH} 位，现为 {len(code)} 位"
    for place, character in enumerate(code, 1):
        if character in FORBIDDEN_LETTERS:
            return f"第 {place} 位是字母 {character}，代码中没有字母 I、O、S、V、Z，请核对是否误写了数字"
        if character not in USCC_ALPHABET:
            return f"第 {place} 位“{character}”不是数字或大写字母"
    if uscc_check_character(code[:-1]) != code[-1]:
        return "校验位不正确，请核对最后一位"
    return None


def valid_uscc(code: str) -> bool:
    """Whether `code` is a unified social credit code with a right check character."""
    return explain_uscc(code) is None


def valid_registration_no(number: str) -> bool:
    """Whether `number` is an old business registration number: 15 digits, ISO 7064 MOD 11,10."""
    if not re.fullmatch(r"[0-9]{15}", number):
        return False
    product = 10
    for digit in number[:-1]:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(number[-1])


def explain_target_code(code: str, is_business: bool) -> str | None:
    """What is wrong with the code of a target, as a sentence; None when it may stand.

    is_business: an enterprise or a sole trader, which has a unified code or, before 2015, a
    registration number. Others carry a code of the registering organ: capitals, digits, hyphens.
    """
    if len(code) == USCC_LENGTH or (is_business and not valid_registration_no(code)):
        return explain_uscc(code)
    if not REGISTRY_CODE.fullmatch(code):
        return "只能含数字、大写字母和连字符，不超过 40 位"
    return None


def explain_citizen_id(number: str, today: date) -> str | None:
    """What is wrong with a citizen number (GB 11643-1999), as a sentence; None when it is right.

    Form, province, a real birthday not after `today`, check digit. The county is not looked up:
    codes change, and whoever registers late carries a code younger than the birthday.
    The sentence never repeats the number.
    """
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return "应为 18 位，前 17 位是数字，末位是数字或 X"
    if number[:2] not in PROVINCES:
        return "前两位不是省级代码"
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return "第 7 至 14 位不是实际存在的出生日期"
    if born > today:
        return "第 7 至 14 位的出生日期晚于今天"
    total = sum(
        int(digit) * weight for digit, weight in zip(number[:17], CITIZEN_WEIGHTS, strict=True)
    )
    if CITIZEN_CHECKS[total % 11] != number[17]:
        return "校验位不正确，请核对最后一位"
    return None


def valid_citizen_id(number: str, today: date) -> bool:
    """Whether `number` is a citizen number of somebody born by `today`."""
    return explain_citizen_id(number, today) is None


def gender_of_citizen_id(number: str) -> str:
    """`1` 男 or `2` 女 (GB/T 2261.1), from the 17th digit of a valid number."""
    return "1" if int(number[16]) % 2 else "2"


def valid_phone(number: str) -> bool:
    """Whether `number` may be a mobile or a fixed line with its area code."""
    return PHONE.fullmatch(number) is not None


def parse_date(value: object) -> date:
    """The day behind what a sheet or a person gives: the serial number of a spreadsheet, or a day.

    Raises UnfitValue with a sentence for the user.
    """
    digits = str(value).strip().removesuffix(".0")
    if re.fullmatch(r"[0-9]{5}", digits) and EXCEL_FIRST <= int(digits) <= EXCEL_LAST:
        return EXCEL_DAY_ZERO + timedelta(days=int(digits))
    try:
        return parse_day(value if isinstance(value, date) else digits)
    except UnknownDay as error:
        raise UnfitValue(_not_a_date(error)) from None


def _not_a_date(error: UnknownDay) -> str:
    if error.written is None:
        return f"日期“{error.text}”无法识别，请写作 2024-04-08"
    meant = error.meant
    if meant is None or meant.year == FOR_EVER:
        return f"日期“{error.text}”不存在，请核对"
    return f"日期“{error.text}”不存在，是否指 {meant.year}年{meant.month}月{meant.day}日？"
