"""Use cases on item lists. Each is one transaction: all of it happens, or none of it."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.db.models import F, Max

from agencies.models import Agency, User
from catalog.flows import VersionStatus
from catalog.models import CatalogVersion, Checkpoint, Item, LegalBasis, PublishScope, Trade
from core import clock
from core.audit import record
from core.errors import DomainError, IllegalMove
from core.notices import notify
from core.workflow import advance, authorize, lock

DATA = Path(__file__).parent / "data"
NAMED = 5


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
    version = CatalogVersion(agency=agency, title=title, note=note)
    authorize(actor, "add", version)
    _refuse_coordinator(agency)
    versions = CatalogVersion.objects.filter(agency=agency)
    draft = versions.filter(status=VersionStatus.DRAFT).first()
    if draft is not None:
        raise DomainError(f"“{draft}”还在编制中，没有新建。请在该版本上修改，公布后再编制下一版。")
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
    check_editable(version, actor=actor)
    version.title, version.note = title, note
    version.save(update_fields=["title", "note"])
    record("catalog.revise_version", version, actor, f"修改清单说明：{version}")


def check_editable(version: CatalogVersion, *, actor: User | None) -> None:
    """Raise NotAllowed, or IllegalMove once the list has been published (C05)."""
    authorize(actor, "change", version)
    if version.status != VersionStatus.DRAFT:
        raise IllegalMove(f"“{version}”已公布，不能修改。需要调整时，请新建版本，改好后再公布。")


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
    check_editable(version, actor=actor)
    _refuse_bad_item(version, item)
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
    check_editable(version, actor=actor)
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
    authorize(actor, "publish", version)
    version.flow.move("publish", version.status)
    _refuse_coordinator(version.agency)
    missing = gaps(version)
    if missing:
        raise DomainError(f"{''.join(missing)}清单没有公布，请补充后再公布。")
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


def gaps(version: CatalogVersion) -> list[str]:
    """What still keeps the list from being published, as sentences."""
    items = version.items.all()
    if not items.exists():
        return ["清单中还没有抽查事项。"]
    faults = [
        _fault("缺少抽查依据", items.filter(bases=None)),
        _fault("缺少检查要点", items.filter(checkpoints=None)),
    ]
    return [fault for fault in faults if fault]


def _refuse_coordinator(agency: Agency) -> None:
    if not agency.is_inspecting:
        raise DomainError(
            f"{agency}是议事协调机构，不具有行政检查主体资格，不编制抽查事项清单。"
            "请由实施检查的部门编制本部门的清单。"
        )


def _refuse_bad_item(version: CatalogVersion, item: Item) -> None:
    if version.items.filter(code=item.code).exclude(pk=item.pk).exists():
        raise DomainError(f"本清单中已有编码为“{item.code}”的事项，请换一个编码。")
    if item.publish_scope != PublishScope.FULL and not item.publish_reason:
        raise DomainError("限定公开或不予公开的事项须写明依据。")


def _fault(what: str, items: models.QuerySet) -> str:
    names = [item.name for item in items]
    if not names:
        return ""
    more = f"等 {len(names)} 项" if len(names) > NAMED else ""
    return f"{'、'.join(names[:NAMED])}{more}{what}。"


def _copy_items(source: CatalogVersion, version: CatalogVersion) -> None:
    if source.agency_id != version.agency_id:
        raise DomainError("只能复制本单位的清单，各级各部门分别建立本级清单。")
    items = list(source.items.prefetch_related("bases", "checkpoints"))
    copies = Item.objects.bulk_create(_copies(items, version_id=version.pk))
    pairs = list(zip(items, copies, strict=True))
    LegalBasis.objects.bulk_create(
        basis for item, copy in pairs for basis in _copies(item.bases.all(), item_id=copy.pk)
    )
    Checkpoint.objects.bulk_create(
        point for item, copy in pairs for point in _copies(item.checkpoints.all(), item_id=copy.pk)
    )


def _copies(rows: Sequence[Any], **changes: Any) -> list[Any]:
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
