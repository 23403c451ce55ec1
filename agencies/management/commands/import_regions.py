"""`python manage.py import_regions FILE`: create or rename administrative divisions."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from agencies.models import Region
from agencies.services import sync_regions
from core.errors import DomainError

HEADINGS = {
    "区划代码": "code",
    "代码": "code",
    "名称": "name",
    "上级": "parent",
    "上级代码": "parent",
}
CODE = re.compile(r"[1-9][0-9]{5}")
Rows = list[dict[str, str]]


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
        """Check all rows, write them, say how many."""
        try:
            rows = read(Path(options["file"]))
            check(rows)
        except DomainError as error:
            self.stderr.write(f"refused: {error.message}")
            raise SystemExit(2) from None
        self.stdout.write(f"已导入 {sync_regions(rows)} 个行政区划。")


def read(path: Path) -> Rows:
    """The rows of the file as {code, name, parent}."""
    try:
        data = path.read_bytes()
    except OSError:
        raise DomainError(f"文件 {path} 不存在或无法读取，请核对路径。") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    rows = _from_json(text) if text.lstrip().startswith(("[", "{")) else _from_csv(text)
    if not rows:
        raise DomainError("文件中没有行政区划。")
    return rows


def _from_json(text: str) -> Rows:
    try:
        rows = json.loads(text)
    except ValueError:
        raise DomainError("JSON 文件不完整，无法读取。") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DomainError("JSON 文件应为对象的列表。")
    return [_row(row) for row in rows]


def _from_csv(text: str) -> Rows:
    return [_row(row) for row in csv.DictReader(io.StringIO(text)) if any(row.values())]


def _row(cells: dict[str, Any]) -> dict[str, str]:
    named = {HEADINGS.get(str(key), key): str(value or "").strip() for key, value in cells.items()}
    row = {"code": named.get("code", ""), "name": named.get("name", "")}
    return row | ({"parent": named["parent"]} if named.get("parent") else {})


def check(rows: Rows) -> None:
    """Refuse bad codes, missing names, repeated codes and parents that nobody knows."""
    codes = [row["code"] for row in rows]
    wanted = {row["parent"] for row in rows if "parent" in row}
    known = {*codes, *Region.objects.filter(pk__in=wanted).values_list("pk", flat=True)}
    for number, row in enumerate(rows, 1):
        if not CODE.fullmatch(row["code"]):
            raise DomainError(f"第 {number} 个区划：代码“{row['code']}”应为 6 位数字。")
        if not row["name"] or len(row["name"]) > 40:
            raise DomainError(f"第 {number} 个区划（{row['code']}）：名称应为 1 至 40 个字。")
        if codes.count(row["code"]) > 1:
            raise DomainError(f"区划代码 {row['code']} 出现了两次。")
        parent = row.get("parent")
        if parent and (parent not in known or parent >= row["code"]):
            raise DomainError(f"第 {number} 个区划（{row['code']}）：没有上级区划 {parent}。")
