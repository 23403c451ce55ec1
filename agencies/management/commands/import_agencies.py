"""`python manage.py import_agencies FILE`: found or rename the agencies of a new portal."""

import csv
import io
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from agencies.services import sync_agencies
from core.errors import DomainError

COLUMNS = {"区划代码": "region", "系统": "system", "名称": "name", "简称": "short_name"}
COORDINATES = "议事协调机构"
Rows = list[dict[str, Any]]


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
            count = sync_agencies(read(Path(options["file"])))
        except DomainError as error:
            self.stderr.write(f"refused: {error.message}")
            raise SystemExit(2) from None
        self.stdout.write(f"已导入 {count} 个执法单位。")


def read(path: Path) -> Rows:
    """The rows of the file as keyword arguments."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise DomainError(f"文件 {path} 不存在、无法读取或不是 UTF-8 编码，请核对。") from None
    rows = list(csv.DictReader(io.StringIO(text)))
    missing = COLUMNS.keys() - set(rows[0] if rows else ())
    if missing:
        raise DomainError(f"文件缺少列：{'、'.join(sorted(missing))}。")
    return [
        {name: (row[heading] or "").strip() for heading, name in COLUMNS.items()}
        | {"is_inspecting": (row.get(COORDINATES) or "").strip() != "是"}
        for row in rows
    ]
