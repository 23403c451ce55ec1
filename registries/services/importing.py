"""Bringing whole lists in: what a file would change, row by row, and doing it at once."""

import hashlib
from typing import Any, cast

from django.db import transaction

from agencies.models import Agency, User
from core import clock
from core.audit import record, subject_of
from core.errors import demand, unique
from core.models import AuditEvent
from registries import reads
from registries.models import ImportBatch, Inspector, Target, TargetGrade
from registries.reads import ImportPreview, RowChange
from registries.reads.changes import labels
from registries.services.holding import share_registries

BATCH = 500
# Two imports at once may both bring the same row: the second one writes nothing.
TAKEN = (
    "registries_target_code_key",
    "registries_inspector_citizen_id_index_key",
    "inspector_certificate_once",
)
TAKEN_JUST_NOW = "名录刚被另一次导入改动，本次没有导入任何内容。请重新上传，查看新的预览。"


def import_targets(
    file_bytes: bytes,
    filename: str,
    agency: Agency,
    *,
    actor: User | None,
    dry_run: bool = False,
    accept_good: bool = False,
) -> dict[str, Any]:
    """Create and update targets by their code from a CSV or workbook (G05, G07).

    Returns rows, created, updated, unchanged and errors as in contracts section 1. When a row is
    wrong nothing is imported, unless `accept_good` lets the others in; a dry run tells what would
    happen. Raises NotAllowed outside the actor's region and UnreadableFile.
    """
    demand(reads.why_not_import("target", agency, actor))
    return _import("target", file_bytes, filename, agency, actor, dry_run, accept_good)


def import_inspectors(
    file_bytes: bytes,
    filename: str,
    agency: Agency,
    *,
    actor: User | None,
    dry_run: bool = False,
    accept_good: bool = False,
) -> dict[str, Any]:
    """Create and update the inspectors of an agency by their citizen number (G08, G13).

    As `import_targets`; only the own agency's.
    """
    demand(reads.why_not_import("inspector", agency, actor))
    return _import("inspector", file_bytes, filename, agency, actor, dry_run, accept_good)


@transaction.atomic
def _import(
    kind: str,
    data: bytes,
    filename: str,
    agency: Agency,
    actor: User | None,
    dry_run: bool,
    accept_good: bool,
) -> dict[str, Any]:
    if not dry_run:
        share_registries()
    preview = reads.examine(kind, data, agency)
    if dry_run:
        return preview.as_json()
    if preview.faults and not accept_good:
        return preview.as_json() | {"created": 0, "updated": 0, "unchanged": 0}
    result = preview.as_json()
    batch = ImportBatch.objects.create(
        agency=agency,
        kind=kind,
        filename=filename[:200],
        sha256=hashlib.sha256(data).hexdigest(),
        result=result,
        imported_by=actor,
        imported_at=clock.now(),
    )
    with unique(TAKEN, TAKEN_JUST_NOW, code="imported_meanwhile"):
        _write(Target if kind == "target" else Inspector, preview, batch, actor)
    left_out = f"，{preview.bad_rows} 行有误未导入" if preview.bad_rows else ""
    record(
        f"registries.import_{kind}s",
        batch,
        actor,
        f"导入{batch.get_kind_display()}：{batch}，新增 {result['created']}、"
        f"更新 {result['updated']}、不变 {result['unchanged']}{left_out}",
        **{key: result[key] for key in ("rows", "created", "updated", "unchanged")},
    )
    return result


def _write(model: Any, preview: ImportPreview, batch: ImportBatch, actor: User | None) -> None:
    model.objects.bulk_create([change.obj for change in preview.created], batch_size=BATCH)
    fields = sorted({name for change in preview.updated for name in change.fields})
    if fields:
        model.objects.bulk_update(
            [change.obj for change in preview.updated], fields, batch_size=BATCH
        )
    if preview.refreshed:
        Target.objects.filter(pk__in=preview.refreshed).update(refreshed_on=clock.today())
    changes = [*preview.created, *preview.updated]
    TargetGrade.objects.bulk_create(
        [
            TargetGrade(
                target=cast(Target, change.obj),
                scheme_id=grade.scheme_id,
                grade=grade,
                graded_on=graded_on,
                source=source,
            )
            for change in changes
            for grade, graded_on, source in change.grades
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["target", "scheme"],
        update_fields=["grade", "graded_on", "source"],
    )
    # One line for each object as `record` writes it, all at once: a list may have 20,000 rows.
    AuditEvent.objects.bulk_create(
        [_line(change, "导入新增", batch, actor) for change in preview.created]
        + [_line(change, "导入更新", batch, actor) for change in preview.updated],
        batch_size=BATCH,
    )


def _line(change: RowChange, verb: str, batch: ImportBatch, actor: User | None) -> AuditEvent:
    """What happened to one object, by field and without values."""
    words = [labels(change.obj, change.fields)] if change.fields else []
    words += [f"{grade.scheme}：{grade}" for grade, _, _ in change.grades]
    what = f"（{'、'.join(words)}）" if words else ""
    return AuditEvent(
        actor=actor,
        verb=f"registries.import_{batch.kind}",
        subject=subject_of(change.obj),
        summary=f"{verb}：{change.obj}{what}"[:500],
        data={
            "batch": batch.pk,
            "fields": change.fields,
            "grades": {grade.scheme_id: grade.slug for grade, _, _ in change.grades},
        },
    )
