"""Files of regions and agencies, those that ship and those people keep, read into rows.

Nothing is looked up here.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any

from agencies.models import Region
from agencies.rules import region_above
from core.errors import DomainError

DATA = Path(__file__).parent / "data"

REGION_HEADINGS = {
    "区划代码": "code",
    "代码": "code",
    "名称": "name",
    "上级": "parent",
    "上级代码": "parent",
}
AGENCY_COLUMNS = {"区划代码": "region", "系统": "system", "名称": "name", "简称": "short_name"}
COORDINATES = "议事协调机构"


def shipped_regions() -> list[Region]:
    """The regions that ship with the portal, unsaved, those above before those below."""
    rows = json.loads((DATA / "regions.json").read_text())
    codes = {row[0] for row in rows}
    regions = [
        Region(
            code=code,
            name=name,
            parent_id=region_above(code, codes),
            is_zone=bool(marks),
            is_local=False,
            shipped_name=name,
        )
        for code, name, *marks in rows
    ]
    return sorted(regions, key=lambda region: (len(region.prefix), region.code))


def shipped_systems() -> list[dict[str, str]]:
    """The systems that ship with the portal."""
    rows: list[dict[str, str]] = json.loads((DATA / "systems.json").read_text())
    return rows


def region_rows(data: bytes) -> list[dict[str, str]]:
    """The divisions in a CSV or JSON file as {code, name, parent?}; DomainError when it is neither."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    rows = _from_json(text) if text.lstrip().startswith(("[", "{")) else _from_csv(text)
    if not rows:
        raise DomainError("文件中没有行政区划。")
    return rows


def agency_rows(data: bytes) -> list[dict[str, Any]]:
    """The agencies in a CSV file as `agencies.services.sync_agencies` takes them.

    Raises DomainError when it is not UTF-8 or lacks a column.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DomainError("文件不是 UTF-8 编码，请核对。") from None
    rows = list(csv.DictReader(io.StringIO(text)))
    missing = AGENCY_COLUMNS.keys() - set(rows[0] if rows else ())
    if missing:
        raise DomainError(f"文件缺少列：{'、'.join(sorted(missing))}。")
    return [
        {name: (row[heading] or "").strip() for heading, name in AGENCY_COLUMNS.items()}
        | {"is_inspecting": (row.get(COORDINATES) or "").strip() != "是"}
        for row in rows
    ]


def _from_json(text: str) -> list[dict[str, str]]:
    try:
        rows = json.loads(text)
    except ValueError:
        raise DomainError("JSON 文件不完整，无法读取。") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DomainError("JSON 文件应为对象的列表。")
    return [_region(row) for row in rows]


def _from_csv(text: str) -> list[dict[str, str]]:
    return [_region(row) for row in csv.DictReader(io.StringIO(text)) if any(row.values())]


def _region(cells: dict[str, Any]) -> dict[str, str]:
    named = {
        REGION_HEADINGS.get(str(key), str(key)): str(value or "").strip()
        for key, value in cells.items()
    }
    row = {"code": named.get("code", ""), "name": named.get("name", "")}
    return row | ({"parent": named["parent"]} if named.get("parent") else {})
