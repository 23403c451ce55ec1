"""Files between their upload and their owner's decision."""

import base64
from datetime import timedelta
from typing import Any

from django.db import transaction

from agencies.models import User
from core import clock
from core.errors import NotAllowed
from core.workflow import REFUSED, authorize
from registries.imports import annotate
from registries.models import Inspector, Upload
from registries.services.access import require_maintain
from registries.services.importing import ImportPreview, examine, import_inspectors, import_targets

KEPT = timedelta(days=1)
IMPORT = {"target": import_targets, "inspector": import_inspectors}


def require_import(kind: str, actor: User) -> None:
    """Raise NotAllowed unless `actor` may bring lists into the registry `kind` for the own agency."""
    if actor.agency is None:
        raise NotAllowed(REFUSED)
    for action in ("add", "change"):
        if kind == "target":
            require_maintain(actor, action, actor.agency.region_id)
        else:
            authorize(actor, action, Inspector(agency=actor.agency))


@transaction.atomic
def keep_upload(kind: str, filename: str, data: bytes, *, actor: User) -> Upload:
    """Keep a file, encrypted, until its owner has seen the preview; earlier ones go.

    Raises NotAllowed without the permissions of the import, UnreadableFile when it cannot be read.
    """
    require_import(kind, actor)
    examine(kind, data, actor.agency)
    Upload.objects.filter(owner=actor).delete()
    Upload.objects.filter(uploaded_at__lt=clock.real_now() - KEPT).delete()
    return Upload.objects.create(
        owner=actor,
        agency=actor.agency,
        kind=kind,
        filename=filename[:200],
        content=base64.b64encode(data).decode(),
        uploaded_at=clock.real_now(),
    )


def _bytes(upload: Upload) -> bytes:
    return base64.b64decode(upload.content)


def examine_upload(upload: Upload) -> ImportPreview:
    """What importing a kept file would do now."""
    return examine(upload.kind, _bytes(upload), upload.agency)


def annotated_upload(upload: Upload) -> tuple[bytes, bool]:
    """The kept file with a column 错误说明, and whether it is a workbook."""
    preview = examine_upload(upload)
    content = annotate(preview.table, preview.sheet.heading_row, preview.faults)
    return content, preview.table.is_workbook


@transaction.atomic
def confirm_upload(upload: Upload, *, accept_good: bool, actor: User) -> dict[str, Any]:
    """Import a kept file and let it go; it stays when errors keep the import from happening."""
    data = _bytes(upload)
    result = IMPORT[upload.kind](
        data, upload.filename, upload.agency, actor=actor, accept_good=accept_good
    )
    if accept_good or not result["errors"]:
        upload.delete()
    return result


@transaction.atomic
def discard_upload(upload: Upload, *, actor: User) -> None:
    """Let a kept file go without importing it."""
    if upload.owner_id != actor.pk:
        raise NotAllowed(REFUSED)
    upload.delete()
