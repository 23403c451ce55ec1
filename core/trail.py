"""The trail as evidence: seals that chain its lines, their verification, its export (ADR 11)."""

import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Count, Func, Max, QuerySet, TextField
from django.db.models.functions import Cast
from django.urls import reverse

from core import clock
from core.audit import record, subject_of
from core.errors import DomainError
from core.models import AuditEvent, AuditSeal, SealHorizon
from core.notices import notify
from core.workflow import authorize_role

SCHEME = "trail-1"
BATCH = 500  # lines below one seal
LINE = struct.Struct(">q32s")  # id and SHA-256 of a line
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = AuditSeal(number=0, first_id=0, last_id=0, digest="0" * 64)  # what the first seal follows
CHAIN = AuditSeal(number=1)  # names the chain on the trail
CHECKED = "core.verify_trail"
ONLY = 1  # the one row of SealHorizon

NEWEST = """
SELECT max(id) FROM core_auditevent
WHERE id <= pg_sequence_last_value(pg_get_serial_sequence('core_auditevent', 'id')::regclass)
"""
WRITERS = """
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND relation = 'core_auditevent'::regclass AND pid IS DISTINCT FROM pg_backend_pid()
"""


class Seconds(Func):
    """An instant as PostgreSQL's seconds since 1970 with six decimals, whatever it holds."""

    template = "EXTRACT(EPOCH FROM %(expressions)s)::text"
    output_field = TextField()


@dataclass(frozen=True)
class TrailVerdict:
    """What a verification found. `fault` names the first line or seal that is not as written."""

    lines: int = 0
    head: AuditSeal = field(default=START)
    unsealed: int = 0
    fault: str = ""

    @property
    def text(self) -> str:
        """The finding in one sentence."""
        if self.fault:
            return f"不一致：{self.fault}此前 {self.lines} 条与写入时一致。"
        return (
            f"一致：{self.lines} 条留痕与写入时一致，共 {self.head.number} 张封条，"
            f"另有 {self.unsealed} 条尚未加封。"
        )


# Sealing ---------------------------------------------------------------------------------------


def seal(size: int = BATCH) -> int:
    """Seal every line whose place is decided; returns how many. Safe from several workers."""
    horizon, count = decided(), 0
    while horizon and (sealed := _seal_next(horizon, size)):
        count += sealed
    return count


def decided() -> int | None:
    """The highest id known below which no line can appear any more; None while none is known.

    A writer holds its table lock before it takes an id, and until its lines are visible. So once
    everybody has ended who held the lock after this id was seen, all lower ids are decided. Who
    writes just now is noted down and looked for the next time: no sealer waits, and no writer.
    """
    newest: int | None = _rows(NEWEST)[0][0]
    writing = {name for (name,) in _rows(WRITERS)}
    if newest is None or not writing:
        return newest
    noted = SealHorizon.objects.filter(pk=ONLY).first()
    if noted and not writing.isdisjoint(noted.writers):
        return None
    now_writing = {"last_id": newest, "writers": sorted(writing)}
    SealHorizon.objects.update_or_create(pk=ONLY, defaults=now_writing)
    return noted.last_id if noted else None


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


@transaction.atomic(durable=True)
def _seal_next(horizon: int, size: int) -> int:
    """Seal the next lines up to `horizon`; returns how many."""
    _rows("SELECT pg_advisory_xact_lock(hashtext('portal.trail'))")
    before = AuditSeal.objects.first() or START
    lines = AuditEvent.objects.filter(pk__gt=before.last_id, pk__lte=horizon)
    digests = list(digests_of(lines.order_by("pk")[:size]))
    if digests:
        made = AuditSeal(
            number=before.number + 1,
            first_id=before.last_id + 1,
            last_id=digests[-1][0],
            lines=b"".join(LINE.pack(*pair) for pair in digests),
            previous=before.digest,
            sealed_at=clock.real_now(),
        )
        made.digest = seal_digest(made, _seconds(made.sealed_at))
        made.save(force_insert=True)
    return len(digests)


def digests_of(lines: QuerySet[AuditEvent]) -> Iterator[tuple[int, bytes]]:
    """Id and SHA-256 of each line: every column as PostgreSQL writes it, as a JSON array.

    Nothing is turned into Python values on the way, where two contents could become one, or fail.
    """
    rows = lines.annotate(
        at_seconds=Seconds("at"),
        recorded_seconds=Seconds("recorded_at"),
        data_text=Cast("data", TextField()),
    ).values_list(
        "pk",
        "at_seconds",
        "recorded_seconds",
        "actor_id",
        "verb",
        "subject",
        "summary",
        "data_text",
    )
    for row in rows:
        yield row[0], sha256(_canonical(row)).digest()


def seal_digest(made: AuditSeal, seconds: str) -> str:
    """SHA-256 of everything the seal says; `seconds` is `sealed_at` as PostgreSQL writes it."""
    head = [SCHEME, made.number, made.first_id, made.last_id, made.previous, seconds]
    return sha256(_canonical(head) + b"\n" + bytes(made.lines)).hexdigest()


def _canonical(values: Iterable[Any]) -> bytes:
    return json.dumps(list(values), ensure_ascii=False, separators=(",", ":")).encode()


def _seconds(instant: datetime) -> str:
    whole, rest = divmod(instant - EPOCH, timedelta(seconds=1))
    return f"{whole}.{rest.microseconds:06d}"


# Verifying -------------------------------------------------------------------------------------


def verify(noted: str) -> TrailVerdict:
    """Is every line as it was written? Reads everything once, in order, and stops at a fault.

    noted: the digest of a seal that somebody wrote down; it must still stand in the chain. Empty when
    nobody did.
    """
    before, count, is_noted = START, 0, not noted
    seals = AuditSeal.objects.order_by("number").defer("sealed_at")
    for found in seals.annotate(seconds=Seconds("sealed_at")).iterator(chunk_size=50):
        same, fault = _compare(before, found, found.seconds)
        count += same
        if fault:
            return TrailVerdict(count, before, fault=fault)
        is_noted = is_noted or found.digest == noted
        before = found
    if not is_noted:
        fault = f"记下的指纹 {noted} 已不在链上，封条在记下之后被重写。"
        return TrailVerdict(count, before, fault=fault)
    unsealed = AuditEvent.objects.filter(pk__gt=before.last_id).count()
    return TrailVerdict(count, before, unsealed)


def _compare(before: AuditSeal, found: AuditSeal, seconds: str) -> tuple[int, str]:
    """How many lines below one seal are as written, until the fault, if there is one.

    seconds: when it was sealed, as PostgreSQL writes it.
    """
    if fault := _seal_fault(before, found, seconds):
        return 0, fault
    lines = AuditEvent.objects.filter(pk__lte=found.last_id)
    if before.number:  # below the first seal there is no lower end
        lines = lines.filter(pk__gt=before.last_id)
    written, present = dict(LINE.iter_unpack(found.lines)), dict(digests_of(lines.order_by("pk")))
    for same, pk in enumerate(sorted(written.keys() | present.keys())):
        if written.get(pk) != present.get(pk):
            return same, f"编号 {pk} 的留痕{_difference(pk in written, pk in present)}。"
    return len(written), ""


def _seal_fault(before: AuditSeal, found: AuditSeal, seconds: str) -> str:
    if found.number != before.number + 1:
        return f"第 {before.number + 1} 号封条缺失。"
    whole = len(found.lines) % LINE.size == 0 and found.first_id == before.last_id + 1
    if not whole or found.digest != seal_digest(found, seconds):
        return f"第 {found.number} 号封条被改动。"
    if found.previous != before.digest:
        return f"第 {before.number} 号封条与第 {found.number} 号封条记下的指纹不符。"
    return ""


def _difference(was_written: bool, is_present: bool) -> str:
    if not is_present:
        return "缺失"
    return "被改动" if was_written else "是加封之后插入的"


def check() -> TrailVerdict:
    """Verify, put the finding on the trail, and tell the auditors when something is wrong.

    The digest of the last good finding is taken as noted: a chain computed anew does not have it.
    """
    good = AuditEvent.objects.filter(subject=subject_of(CHAIN), verb=CHECKED, data__ok=True).first()
    found = verify(good.data["digest"] if good else "")
    if not found.head.number and not found.fault:
        return found
    with transaction.atomic():
        record(
            CHECKED,
            CHAIN,
            None,
            f"核验留痕：{found.text}",
            ok=not found.fault,
            seal=found.head.number,
            digest=found.head.digest,
        )
        if found.fault:
            auditors = get_user_model().objects.with_perm(
                "core.view_auditevent", backend="django.contrib.auth.backends.ModelBackend"
            )
            notify(auditors, f"留痕核验{found.text}", reverse("reports:trail"))
    return found


# Handing out -----------------------------------------------------------------------------------


@transaction.atomic
def export(
    lines: QuerySet[AuditEvent], asked: dict[str, Any], *, actor: Any
) -> QuerySet[AuditEvent]:
    """The lines that `actor` takes out of the house; that they did is a line itself.

    asked: the filter that gave these lines, in JSON values. Raises NotAllowed, and DomainError when there is no line.
    """
    authorize_role(actor, "view", AuditEvent)
    found = lines.aggregate(count=Count("pk"), newest=Max("pk"))
    if not found["count"]:
        raise DomainError("没有符合条件的记录，未导出。请放宽条件后再试。")
    newest = AuditEvent(pk=found["newest"])
    summary = f"导出留痕 {found['count']} 条"
    record("core.export_trail", newest, actor, summary, lines=found["count"], filter=asked)
    return lines.filter(pk__lte=newest.pk)
