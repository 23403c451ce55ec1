"""An authority's public log of draws: records chained by digest, numbers without gaps (2.11)."""

from agencies.models import Agency
from core import clock
from draws import drs1
from draws.models import Draw, DrawRecord
from draws.times import utc


def head(agency: Agency) -> str:
    """The head of the log, locked until the end of the transaction; zeros before the first record."""
    type(agency).objects.select_for_update(no_key=True).get(pk=agency.pk)
    last = DrawRecord.objects.filter(agency=agency).order_by("-seq").first()
    return last.head if last else drs1.ZERO


def log(draw: Draw, kind: str, body: str) -> DrawRecord:
    """Add a record to the log of the draw's authority."""
    prev = head(draw.agency)
    seq = DrawRecord.objects.filter(agency=draw.agency).count() + 1
    at = clock.now()
    _, digest = drs1.log_record(seq, prev, utc(at), kind, draw.draw_id, body)
    return DrawRecord.objects.create(
        agency=draw.agency, seq=seq, draw=draw, type=kind, at=at, prev=prev, body=body, head=digest
    )
