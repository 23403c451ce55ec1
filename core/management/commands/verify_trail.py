"""`python manage.py verify_trail [--noted DIGEST]`: is every line of the trail as it was written?"""

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import trail


class Command(BaseCommand):
    """Line 1 the finding, line 2 the newest seal to note down; exit 0 as written, 1 not, 2 usage."""

    help = "核验留痕：逐条比对封条，指出第一条与写入时不一致的记录。"

    def add_arguments(self, parser: CommandParser) -> None:
        """The digest is taken as typed; blanks between its groups do no harm."""
        parser.add_argument(
            "--noted", default="", metavar="指纹", help="以前记下的封条指纹（64 位），须仍在链上"
        )

    def handle(self, *args: Any, noted: str, **options: Any) -> None:
        """Print the finding; what is wrong goes to standard error."""
        noted = re.sub(r"\s", "", noted).lower()
        if noted and not re.fullmatch(r"[0-9a-f]{64}", noted):
            self.stderr.write("refused: 指纹应为 64 位十六进制数字，请核对后重新输入。")
            raise SystemExit(2)
        found = trail.verify(noted)
        if found.fault:
            self.stderr.write(found.text)
            raise SystemExit(1)
        self.stdout.write(found.text)
        if found.head.number:
            self.stdout.write(f"{found.head} {found.head.digest}")
