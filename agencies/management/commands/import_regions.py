"""`python manage.py import_regions FILE`: create or rename administrative divisions."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from agencies.imports import region_rows
from agencies.services import sync_regions
from core.errors import DomainError


class Command(BaseCommand):
    """Nothing is written unless every row is right."""

    help = (
        "导入行政区划（GB/T 2260）。文件为 CSV（列 code、name、parent，或 区划代码、名称、上级）"
        "或 JSON（对象的列表）。退出码：0 已导入；2 文件有误，没有写入。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The file."""
        parser.add_argument("file", metavar="FILE", help="CSV 或 JSON 文件")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, write all or nothing, say how many."""
        try:
            count = sync_regions(region_rows(read_file(options["file"])))
        except DomainError as error:
            self.stderr.write(f"refused: {error.message}")
            raise SystemExit(2) from None
        self.stdout.write(f"已导入 {count} 个行政区划。")


def read_file(name: str) -> bytes:
    """The bytes of a file; DomainError when there is none."""
    try:
        return Path(name).read_bytes()
    except OSError:
        raise DomainError(f"文件 {name} 不存在或无法读取，请核对路径。") from None
