"""Days as people write them; a day that does not exist is answered with the one that was meant."""

import re
from calendar import monthrange
from datetime import date, datetime

from core.typed import as_code

DAY = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?(?:[ T]00:00(?::00(?:\.0+)?)?)?"
    r"|([0-9]{4})([0-9]{2})([0-9]{2})"
)
YEARLESS = re.compile(r"[0-9]{1,2}\s*[-/.月]\s*[0-9]{1,2}\s*日?")


class UnknownDay(ValueError):
    """A text that is no day.

    written: year, month and day as numbers where it is written like one. meant: the last day of the
    month when only the day goes beyond it.
    """

    def __init__(self, text: str, written: tuple[int, int, int] | None = None) -> None:
        self.text = text
        self.written = written
        self.meant = _meant(*written) if written else None
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """Half a sentence that follows the name of a field: “2024-09-31”这一天不存在…"""
        if self.written is None and YEARLESS.fullmatch(as_code(self.text)):
            return f"“{self.text}”没有写年份，请写成 2024-09-30"
        if self.written is None:
            return f"“{self.text}”不是日期，请写成 2024-09-30"
        ask = f"是否指 {self.meant.isoformat()}？" if self.meant else "请核对"
        return f"“{self.text}”这一天不存在，{ask}"


def parse_day(value: object) -> date:
    """The day behind 2024-09-30, 2024/9/30, 2024.9.30, 20240930 or 2024年9月30日, midnight or none.

    Raises UnknownDay.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip()
    found = DAY.fullmatch(as_code(text))
    if found is None:
        raise UnknownDay(text)
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        raise UnknownDay(text, (year, month, day)) from None


def _meant(year: int, month: int, day: int) -> date | None:
    if year < 1 or not 1 <= month <= 12 or day < 29:
        return None
    return date(year, month, monthrange(year, month)[1])
