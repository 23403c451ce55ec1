"""Use cases on item lists. Each is one transaction: all of it happens, or none of it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F, Max

from agencies.models import Agency, User
from catalog import reads
from catalog.models import CatalogVersion, Checkpoint, Item, LegalBasis, Trade
from core import clock
from core.audit import record
from core.errors import demand, unique
from core.notices import notify
from core.workflow import advance, lock

DATA = Path(__file__).parent / "data"


@transaction.atomic
def sync_trades() -> int:
    """Bring the trades (G19) into line with what ships; returns how many ship. Idempotent.

    What was added or changed here stays; another name that ships is noted beside it.
    """
    rows = json.loads((DATA / "trades.json").read_text())
    ship_trades(
        [
            Trade(
                slug=row["slug"],
                name=row["name"],
                synonyms=row.get("synonyms", []),
                shipped_name=row["name"],
                is_local=False,
            )
            for row in rows
        ]
    )
    return len(rows)


@transaction.atomic
def ship_trades(shipped: list[Trade]) -> None:
    """Take over what ships, as far as nobody has changed it here and no other trade is called so."""
    known = Trade.objects.in_bulk()
    taken = {trade.name: trade.pk for trade in known.values()}
    for trade in shipped:
        mine = known.pop(trade.pk, None)
        is_free = taken.get(trade.name, trade.pk) == trade.pk
        if mine is None and is_free:
            trade.save(force_insert=True)
        elif mine is not None:
            _take_over(mine, trade, is_free)
    for dropped in known.values():
        if not dropped.is_local:
            dropped.is_local, dropped.shipped_name = True, ""
            dropped.save(update_fields=["is_local", "shipped_name"])


def _take_over(mine: Trade, shipped: Trade, is_free: bool) -> None:
    before = (mine.name, mine.is_local, mine.shipped_name, mine.synonyms)
    if is_free and mine.name in {mine.shipped_name, shipped.name}:
        mine.name, mine.is_local = shipped.name, False
        if not mine.is_edited:
            mine.synonyms = shipped.synonyms
    mine.shipped_name = shipped.name
    if before != (mine.name, mine.is_local, mine.shipped_name, mine.synonyms):
        mine.save(update_fields=["name", "is_local", "shipped_name", "synonyms"])


@dataclass(frozen=True, slots=True)
class TradeWords:
    """What a trade is called, and how it is found."""

    name: str
    gb_code: str
    parent: Trade | None
    synonyms: list[str]

    def told(self) -> dict[str, Any]:
        """For the trail."""
        parent = self.parent.pk if self.parent else None
        words = {"name": self.name, "gb_code": self.gb_code, "synonyms": self.synonyms}
        return words | {"parent": parent}


@transaction.atomic
def add_trade(slug: str, words: TradeWords, *, actor: User | None) -> Trade:
    """Add a local trade. Raises what why_not_save_trade answers."""
    trade = Trade(slug=slug, is_edited=True)
    demand(reads.why_not_save_trade(trade, words.name, words.parent, words.synonyms, actor))
    _put(trade, words)
    with unique("catalog_trade_pkey", f"代号 {slug} 已被使用，没有增加。请换一个。", field="slug"):
        trade.save(force_insert=True)
    record("catalog.add_trade", trade, actor, f"增加行业：{trade}（{slug}）", after=words.told())
    return trade


@transaction.atomic
def change_trade(trade: Trade, words: TradeWords, *, actor: User | None) -> None:
    """Change the words of a trade here; an upgrade leaves them."""
    lock(trade)
    demand(reads.why_not_save_trade(trade, words.name, words.parent, words.synonyms, actor))
    before = TradeWords(trade.name, trade.gb_code, trade.parent, trade.synonyms)
    if trade.name != words.name:
        trade.settled_name = trade.shipped_name
    _put(trade, words)
    trade.is_edited = True
    trade.save()
    told = f"修改行业：{before.name}" + ("" if before.name == trade.name else f"改为{trade}")
    record("catalog.change_trade", trade, actor, told, before=before.told(), after=words.told())


def _put(trade: Trade, words: TradeWords) -> None:
    trade.name, trade.gb_code = words.name, words.gb_code
    trade.parent, trade.synonyms = words.parent, words.synonyms


@transaction.atomic
def adopt_trade(trade: Trade, *, actor: User | None) -> None:
    """Take over the name that ships."""
    lock(trade)
    demand(
        reads.why_not_settle_trade(trade, actor)
        or reads.why_not_save_trade(trade, trade.shipped_name, trade.parent, trade.synonyms, actor)
    )
    before, trade.name = trade.name, trade.shipped_name
    trade.is_local, trade.settled_name = False, ""
    trade.save(update_fields=["name", "is_local", "settled_name"])
    told = f"采用随附名称：{before}改为{trade}"
    record("catalog.adopt_trade", trade, actor, told, before=before, after=trade.name)


@transaction.atomic
def keep_trade(trade: Trade, *, actor: User | None) -> None:
    """Keep the name that stands here although another ships."""
    lock(trade)
    demand(reads.why_not_settle_trade(trade, actor))
    trade.settled_name = trade.shipped_name
    trade.save(update_fields=["settled_name"])
    told = f"保留本地行业名称：{trade}，不采用{trade.shipped_name}"
    record("catalog.keep_trade", trade, actor, told, kept=trade.name, shipped=trade.shipped_name)


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
