"""Files between their upload and their owner's decision."""

import base64
from datetime import timedelta
from typing import Any

from django.db import transaction

from agencies.models import User
from agencies.reads import agency_of
from core import clock
from core.errors import demand
from registries import reads
from registries.models import Upload
from registries.services.importing import import_inspectors, import_targets

KEPT = timedelta(days=1)
IMPORT = {"target": import_targets, "inspector": import_inspectors}


@transaction.atomic
def keep_upload(kind: str, filename: str, data: bytes, *, actor: User) -> Upload:
    """Keep a file, encrypted, until its owner has seen the preview; earlier ones go.

    Raises NotAllowed without the permissions of the import, UnreadableFile when it cannot be read.
    """
    agency = agency_of(actor)
    demand(reads.why_not_import(kind, agency, actor))
    reads.examine(kind, data, agency)
    Upload.objects.filter(owner=actor).delete()
    Upload.objects.filter(uploaded_at__lt=clock.real_now() - KEPT).delete()
    return Upload.objects.create(
        owner=actor,
        agency=agency,
        kind=kind,
        filename=filename[:200],
        content=base64.b64encode(data).decode(),
        uploaded_at=clock.real_now(),
    )


@transaction.atomic
def confirm_upload(upload: Upload, *, accept_good: bool, actor: User) -> dict[str, Any]:
    """Import a kept file and let it go; it stays when errors keep the import from happening."""
    data = reads.bytes_of(upload)
    result = IMPORT[upload.kind](
        data, upload.filename, upload.agency, actor=actor, accept_good=accept_good
    )
    if accept_good or not result["errors"]:
        upload.delete()
    return result


@transaction.atomic
def discard_upload(upload: Upload, *, actor: User) -> None:
    """Let a kept file go without importing it."""
    demand(reads.why_not_discard(upload, actor))
    upload.delete()
