"""Open data: the published results as CSV, row by row, with the meaning of every column."""

import csv
from collections.abc import Callable, Iterator

from publication.models import Publication, PublicationQuerySet


def _task(row: Publication, value: str) -> str:
    """The task of a row without a name would point to the firm."""
    return value if row.is_named else ""


def _name(row: Publication) -> str:
    return row.heading if row.is_named else ""


def _day(row: Publication) -> str:
    return row.inspected_on.isoformat() if row.is_named else f"{row.inspected_on:%Y-%m}"


COLUMNS: list[tuple[str, str, Callable[[Publication], object]]] = [
    ("编号", "公示编号，也是网址的一部分，永久不变", lambda row: row.pk),
    ("企业名称", "限定公开时和名单公开前为空；自然人只列姓氏", _name),
    ("统一社会信用代码", "限定公开时、名单公开前和自然人为空", lambda row: row.shown_code),
    ("行业", "检查对象所属行业", lambda row: row.trade_name),
    ("县区代码", "GB/T 2260 行政区划代码", lambda row: row.region_id),
    ("县区", "行政区划名称", lambda row: row.region.name),
    ("检查部门代码", "区划代码加系统代号", lambda row: row.agency.code),
    ("检查部门", "实施检查的单位", lambda row: row.agency.name),
    ("任务编号", "所属抽查任务；不列企业名称时为空", lambda row: _task(row, row.task_number)),
    ("任务名称", "所属抽查任务；不列企业名称时为空", lambda row: _task(row, row.task_title)),
    ("事项编码", "多项用分号隔开，各版本清单保持不变", lambda row: ";".join(row.item_codes)),
    ("检查事项", "多项用分号隔开", lambda row: ";".join(row.item_names)),
    ("结果代码", "多项用分号隔开，含义见“说明与申诉”", lambda row: ";".join(row.result_codes)),
    ("检查结果", "结果代码的中文", lambda row: ";".join(mark.full for mark in row.marks)),
    ("是否发现问题", "1 是，0 否", lambda row: int(row.has_problem)),
    ("检查日期", "年-月-日；不列企业名称时只到月", _day),
    ("公示日期", "年-月-日", lambda row: row.published_on.isoformat()),
    ("公示期限", "应当公示的最后一天，没有期限时为空", lambda row: row.due_on or ""),
    ("公示范围", "full 全部公开，limited 限定公开", lambda row: row.scope),
]


class Echo:
    """What csv.writer writes to: gives each line back."""

    def write(self, text: str) -> str:
        return text


def lines(rows: PublicationQuerySet) -> Iterator[str]:
    """The CSV with a byte order mark, so that spreadsheets read the Chinese. One query."""
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow([name for name, _, _ in COLUMNS])
    for row in rows.iterator(chunk_size=2000):
        yield writer.writerow([plain(value(row)) for _, _, value in COLUMNS])


def plain(value: object) -> object:
    """A text that a spreadsheet would run as a formula is marked as text."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return value
