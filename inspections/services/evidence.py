"""Photos of a section: added and taken away by its team until it is handed in."""

from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import transaction

from agencies.models import User
from catalog.models import Item
from core import clock
from core.audit import record
from core.errors import DomainError, demand
from inspections.models import Evidence, Section
from inspections.reads.refusals import why_not_attach
from inspections.rules import photos
from inspections.services.teams import lock_form

MOST = 30  # photos of one section
FULL = f"每个部门最多 {MOST} 张照片，已经满了，这张没有上传。请先删除不需要的照片。"


def attach(section: Section, data: bytes, *, item: Item | None = None, actor: User) -> Evidence:
    """Keep a photo with its original, a copy without metadata and a thumbnail.

    Works before entry too, for the closed door of a firm that cannot be found. The same photo again
    is the photo that is there. Raises NotAllowed, IllegalMove after handing in, DomainError for
    what is no photo or too much.
    """
    demand(why_not_attach(section, actor))
    photo = photos.read(data)
    row = Evidence(
        section=section,
        item=item,
        sha256=photo.sha256,
        size=len(photo.original),
        taken_at=photo.taken_at,
        uploaded_by=actor,
    )
    try:
        kept = _keep(row, photo)
    except BaseException:
        _forget(row)
        raise
    if kept != row:
        _forget(row)
    return kept


@transaction.atomic
def _keep(row: Evidence, photo: photos.Photo) -> Evidence:
    section = row.section
    lock_form(section)
    demand(why_not_attach(section, row.uploaded_by))
    if row.item and not section.items.filter(pk=row.item.pk).exists():
        raise DomainError(f"“{row.item}”不是本部门在这次检查中的事项。")
    same = section.evidence.filter(item=row.item, sha256=row.sha256).first()
    if same:
        return same
    if section.evidence.count() >= MOST:
        raise DomainError(FULL)
    name = f"evidence/{section.inspection.task.number}/{section.pk}/{uuid4().hex}"
    row.original.save(f"{name}-original.{photo.suffix}", ContentFile(photo.original), save=False)
    row.copy.save(f"{name}.jpg", ContentFile(photo.copy), save=False)
    row.thumbnail.save(f"{name}-small.jpg", ContentFile(photo.thumbnail), save=False)
    row.uploaded_at = clock.now()
    row.save()
    record(
        "inspections.attach",
        section,
        row.uploaded_by,
        f"上传照片：{section}" + (f"，{row.item}" if row.item else ""),
        evidence=row.pk,
        sha256=row.sha256,
        size=row.size,
    )
    return row


def remove_evidence(evidence: Evidence, *, actor: User) -> None:
    """Take a photo away, with its files; the trail keeps its digest."""
    _remove(evidence, actor)
    _forget(evidence)


@transaction.atomic
def _remove(evidence: Evidence, actor: User) -> None:
    section = evidence.section
    lock_form(section)
    demand(why_not_attach(section, actor))
    record(
        "inspections.remove_evidence",
        section,
        actor,
        f"删除照片：{section}",
        evidence=evidence.pk,
        sha256=evidence.sha256,
    )
    evidence.delete()


def _forget(row: Evidence) -> None:
    """Delete the files that no row names any more."""
    for file in row.files:
        if file:
            file.storage.delete(file.name)
