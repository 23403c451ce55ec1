"""`python manage.py due START AMOUNT working_day|calendar_day`: when does a period end, and why."""

import re
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.days import UnknownDay, parse_day
from core.errors import DomainError
from deadlines import reads, rules
from deadlines.arrangement import no_such_day

USAGE = "用法：python manage.py due 起算日 天数 working_day|calendar_day，例如 due 2021-09-30 20 working_day"


class Command(BaseCommand):
    """Line 1 the date, then the days that do not count and the make-up days that do."""

    help = "计算期限：起算日不计入；末日为非工作日的自然日期限顺延至下一工作日。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Taken as typed, so that mistakes get a sentence in Chinese."""
        parser.add_argument("words", nargs="*", metavar="START AMOUNT UNIT", help=USAGE)

    def handle(self, *args: Any, words: list[str], **options: Any) -> None:
        """Print the computation; refusals go to standard error with exit code 2."""
        try:
            start, amount, unit = read(words)
            due, notes = rules.explain(start, amount, unit, True, reads.calendar())
        except DomainError as error:
            self.stderr.write(f"refused: {error.message}")
            raise SystemExit(2) from None
        self.stdout.write(due.isoformat())
        for note in notes:
            verb = "counted" if note.counts else "skipped"
            self.stdout.write(f"{verb} {note.day} {note.name}")


def read(words: list[str]) -> tuple[date, int, rules.Unit]:
    """The three arguments, each checked."""
    if len(words) != 3:
        raise DomainError(f"需要三个参数。{USAGE}")
    start, amount, unit = words
    if not re.fullmatch(r"[0-9]{1,4}", amount):
        raise DomainError(f"天数“{amount}”不是正整数。")
    if unit not in set(rules.Unit):
        raise DomainError(f"单位“{unit}”应为 working_day 或 calendar_day。")
    return read_day(start), int(amount), rules.Unit(unit)


def read_day(text: str) -> date:
    """A date written as 2021-09-30."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise DomainError(f"起算日“{text}”应写作 2021-09-30。")
    try:
        return parse_day(text)
    except UnknownDay as error:
        raise DomainError(f"起算日有误：{no_such_day(error)}。") from None
