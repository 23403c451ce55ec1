"""`python manage.py import_agencies FILE`: found or rename the agencies of a new portal."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from agencies.imports import agency_rows
from agencies.services import sync_agencies
from core.errors import DomainError


class Command(BaseCommand):
    """Nothing is written unless every row is right."""

    help = (
        "导入执法单位。CSV，列：区划代码、系统（代号，如 gongan）、名称、简称、议事协调机构（是或空）。"
        "退出码：0 已导入；2 文件有误，没有写入。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The file."""
        parser.add_argument("file", metavar="FILE", help="CSV 文件，UTF-8")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, write all or nothing, say how many."""
        try:
            count = sync_agencies(agency_rows(read_file(options["file"])))
        except DomainError as error:
            self.stderr.write(f"refused: {error.message}")
            raise SystemExit(2) from None
        self.stdout.write(f"已导入 {count} 个执法单位。")


def read_file(name: str) -> bytes:
    """The bytes of a file; DomainError when there is none."""
    try:
        return Path(name).read_bytes()
    except OSError:
        raise DomainError(f"文件 {name} 不存在、无法读取或不是 UTF-8 编码，请核对。") from None
