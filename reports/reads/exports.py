"""What is taken out of the house as a file."""

import csv
import json
from collections.abc import Callable, Iterator

from django.db.models import QuerySet
from django.utils import timezone

from core.models import AuditEvent
from publication.reads.open_data import Echo, plain

TRAIL: list[tuple[str, Callable[[AuditEvent], object]]] = [
    ("编号", lambda line: line.pk),
    ("时间", lambda line: timezone.localtime(line.at).isoformat()),
    ("写入时间", lambda line: timezone.localtime(line.recorded_at).isoformat()),
    ("操作人", lambda line: line.actor.name if line.actor else "系统"),
    ("用户名", lambda line: line.actor.username if line.actor else ""),
    ("单位", lambda line: str(line.actor.agency or "") if line.actor else ""),
    ("动作", lambda line: line.verb),
    ("对象", lambda line: line.subject),
    ("摘要", lambda line: line.summary),
    ("数据", lambda line: json.dumps(line.data, ensure_ascii=False, sort_keys=True)),
]


def trail_lines(rows: QuerySet) -> Iterator[str]:
    """The trail as CSV with a byte order mark, so that spreadsheets read the Chinese. One query."""
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow([name for name, _ in TRAIL])
    rows = rows.select_related("actor__agency")
    for row in rows.iterator(chunk_size=2000):
        yield writer.writerow([plain(value(row)) for _, value in TRAIL])
