"""Days as people write them; a day that does not exist is answered with the one that was meant."""

import re
from calendar import monthrange
from datetime import date, datetime

DAY = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?"
    r"|([0-9]{4})([0-9]{2})([0-9]{2})"
)


def parse_day(value: object) -> date:
    """The day behind 2024-09-30, 2024/9/30, 2024.9.30, 20240930 or 2024年9月30日.

    Raises ValueError with half a sentence that follows the name of a field: 2024-09-31 不存在…
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip()
    found = DAY.fullmatch(text)
    if found is None:
        raise ValueError(f"“{text}”不是日期，请写成 2024-09-30")
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"“{text}”这一天不存在，{_meant(year, month, day)}") from None


def _meant(year: int, month: int, day: int) -> str:
    """The last day of the month when only the day goes beyond it."""
    if year < 1 or not 1 <= month <= 12 or day < 29:
        return "请核对"
    return f"是否指 {year:04d}-{month:02d}-{monthrange(year, month)[1]}？"
