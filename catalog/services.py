"""Use cases on item lists. Each is one transaction: all of it happens, or none of it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F, Max

from agencies.models import Agency, User
from catalog import reads
from catalog.models import CatalogVersion, Checkpoint, Item, LegalBasis, Trade
from core import clock
from core.audit import record
from core.errors import demand
from core.notices import notify
from core.workflow import advance, lock

DATA = Path(__file__).parent / "data"


@transaction.atomic
def sync_trades() -> int:
    """Bring the trades of the seeds (G19) into line with the data; returns how many. Idempotent."""
    rows = json.loads((DATA / "trades.json").read_text())
    for row in rows:
        Trade.objects.update_or_create(slug=row["slug"], defaults={"name": row["name"]})
    return len(rows)


@transaction.atomic
def create_version(
    agency: Agency,
    title: str,
    note: str,
    *,
    actor: User | None,
    copy_from: CatalogVersion | None = None,
) -> CatalogVersion:
    """Draft the next version of the agency's list: empty, or with the items of `copy_from`.

    Raises NotAllowed, and DomainError for an agency that may not inspect (国办发〔2024〕54号),
    while another draft is open, and when `copy_from` belongs to another agency.
    """
    lock(agency)
    demand(reads.why_not_create_version(agency, actor))
    if copy_from is not None:
        demand(reads.why_not_copy(copy_from, agency))
    version = CatalogVersion(agency=agency, title=title, note=note)
    versions = CatalogVersion.objects.filter(agency=agency)
    version.number = (versions.aggregate(last=Max("number"))["last"] or 0) + 1
    version.save()
    if copy_from is not None:
        _copy_items(copy_from, version)
    record("catalog.create_version", version, actor, f"新建清单：{version}")
    return version


@transaction.atomic
def revise_version(version: CatalogVersion, title: str, note: str, *, actor: User | None) -> None:
    """Correct the title and the note of a draft."""
    lock(version)
    demand(reads.why_not_change(version, actor))
    version.title, version.note = title, note
    version.save(update_fields=["title", "note"])
    record("catalog.revise_version", version, actor, f"修改清单说明：{version}")


@transaction.atomic
def save_item(
    version: CatalogVersion,
    item: Item,
    bases: Iterable[tuple[str, str]],
    checkpoints: Iterable[tuple[str, str, str]],
    *,
    actor: User | None,
) -> Item:
    """Add a validated item to a draft, or replace it, together with its bases and checkpoints.

    bases: law and article; checkpoints: text, standard and materials, in order (C01-C03, C11).
    Raises NotAllowed, IllegalMove once published, and DomainError for a code used twice or a
    restricted scope without its legal reason (B09-B11).
    """
    lock(version)
    demand(reads.why_not_save_item(version, item, actor))
    is_new = item.pk is None
    item.version = version
    if is_new:
        item.position = (version.items.aggregate(last=Max("position"))["last"] or 0) + 1
    item.save()
    item.bases.all().delete()
    item.checkpoints.all().delete()
    LegalBasis.objects.bulk_create(
        LegalBasis(item=item, law=law, article=article) for law, article in bases
    )
    Checkpoint.objects.bulk_create(
        Checkpoint(item=item, position=number, text=text, standard=standard, materials=materials)
        for number, (text, standard, materials) in enumerate(checkpoints, 1)
    )
    verb, done = ("add_item", "新增事项") if is_new else ("change_item", "修改事项")
    record(f"catalog.{verb}", version, actor, f"{done}：{item}，{version}", code=item.code)
    return item


@transaction.atomic
def delete_item(item: Item, *, actor: User | None) -> None:
    """Take an item out of a draft; the ones behind it move up."""
    version = item.version
    lock(version)
    demand(reads.why_not_change(version, actor))
    item.delete()
    version.items.filter(position__gt=item.position).update(position=F("position") - 1)
    record("catalog.delete_item", version, actor, f"删除事项：{item}，{version}", code=item.code)


@transaction.atomic
def publish_version(version: CatalogVersion, *, actor: User | None) -> None:
    """Put the list into force in place of the agency's previous version (C04, C05).

    Raises NotAllowed, IllegalMove, and DomainError for an empty list or for items without
    legal basis (C07) or without checkpoints (C11, C13), naming them.
    """
    lock(version)
    demand(reads.why_not_publish(version, actor))
    previous = CatalogVersion.objects.in_force().filter(agency=version.agency_id).first()
    if previous is not None:
        advance(previous, "supersede", actor=None, successor=version.pk)
    version.published_on = clock.today()
    version.save(update_fields=["published_on"])
    advance(version, "publish", actor=actor)
    notify(
        User.objects.filter(agency=version.agency_id, is_active=True),
        f"“{version}”已公布，共 {version.items.count()} 项，今后的计划和任务从这一版选取事项。",
        version.get_absolute_url(),
    )


def _copy_items(source: CatalogVersion, version: CatalogVersion) -> None:
    items = list(source.items.prefetch_related("bases", "checkpoints"))
    copies = Item.objects.bulk_create(_copies(items, version_id=version.pk))
    pairs = list(zip(items, copies, strict=True))
    LegalBasis.objects.bulk_create(
        basis for item, copy in pairs for basis in _copies(item.bases.all(), item_id=copy.pk)
    )
    Checkpoint.objects.bulk_create(
        point for item, copy in pairs for point in _copies(item.checkpoints.all(), item_id=copy.pk)
    )


def _copies(rows: Iterable[Any], **changes: Any) -> list[Any]:
    """Unsaved copies of `rows` with some columns changed."""
    return [
        type(row)(
            **{
                field.attname: getattr(row, field.attname)
                for field in row._meta.concrete_fields
                if not field.primary_key
            }
            | changes
        )
        for row in rows
    ]
