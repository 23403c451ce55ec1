"""What the pages of item lists and trades show: what still lacks, and why an act cannot be done now."""

import unicodedata

from django.db.models import QuerySet

from agencies.models import Agency, User
from agencies.reads.settings import Mark
from catalog.flows import VersionStatus
from catalog.models import CatalogVersion, Item, PublishScope, Trade
from core.errors import IllegalMove, Refusal
from core.workflow import why_not, why_not_move, why_not_role

NAMED = 5


def why_not_create_version(agency: Agency | None, actor: User | None) -> Refusal | None:
    """Why `actor` cannot draft the next version of the agency's list, or None.

    An agency that may not inspect has no list (国办发〔2024〕54号); two drafts never stand at once.
    """
    return (
        why_not(actor, "add", CatalogVersion(agency=agency))
        or (_why_no_list(agency) if agency else None)
        or _why_not_second_draft(agency)
    )


def why_not_renew(version: CatalogVersion, actor: User | None) -> Refusal | None:
    """Why `actor` cannot draft the version that follows this one, or None."""
    return why_not_create_version(version.agency, actor)


def why_not_copy(source: CatalogVersion, agency: Agency) -> Refusal | None:
    """Why a draft of `agency` cannot start from `source`, or None."""
    if source.agency_id == agency.pk:
        return None
    return Refusal("只能复制本单位的清单，各级各部门分别建立本级清单。")


def why_not_change(version: CatalogVersion, actor: User | None) -> Refusal | None:
    """Why `actor` cannot change the version or its items, or None (C05)."""
    refusal = why_not(actor, "change", version)
    if refusal or version.status == VersionStatus.DRAFT:
        return refusal
    return Refusal(
        f"“{version}”已公布，不能修改。需要调整时，请新建版本，改好后再公布。",
        code="published",
        error=IllegalMove,
    )


def why_not_save_item(version: CatalogVersion, item: Item, actor: User | None) -> Refusal | None:
    """Why a validated item cannot stand in the version: its code is used, its scope has no reason."""
    refusal = why_not_change(version, actor)
    if refusal:
        return refusal
    if version.items.filter(code=item.code).exclude(pk=item.pk).exists():
        text = f"本清单中已有编码为“{item.code}”的事项，请换一个编码。"
        return Refusal(text, field="code", code="item_code_once")
    if item.publish_scope != PublishScope.FULL and not item.publish_reason:
        return Refusal("限定公开或不予公开的事项须写明依据。", field="publish_reason")
    return None


def why_not_publish(version: CatalogVersion, actor: User | None) -> Refusal | None:
    """Why `actor` cannot put the list into force, or None: an item lacks its basis (C07, C11, C13)."""
    refusal = why_not_move(version, "publish", actor) or _why_no_list(version.agency)
    if refusal:
        return refusal
    lacking = gaps(version)
    if not lacking:
        return None
    return Refusal(f"{''.join(lacking)}清单没有公布，请补充后再公布。", code="gaps")


def gaps(version: CatalogVersion) -> list[str]:
    """What still keeps the list from being published, as sentences."""
    items = version.items.all()
    if not items.exists():
        return ["清单中还没有抽查事项。"]
    lacking = [
        _lacking("缺少抽查依据", items.filter(bases=None)),
        _lacking("缺少检查要点", items.filter(checkpoints=None)),
    ]
    return [sentence for sentence in lacking if sentence]


def _lacking(what: str, items: QuerySet[Item]) -> str:
    names = [item.name for item in items]
    if not names:
        return ""
    more = f"等 {len(names)} 项" if len(names) > NAMED else ""
    return f"{'、'.join(names[:NAMED])}{more}{what}。"


def _why_no_list(agency: Agency) -> Refusal | None:
    if agency.is_inspecting:
        return None
    return Refusal(
        f"{agency}是议事协调机构，不具有行政检查主体资格，不编制抽查事项清单。"
        "请由实施检查的部门编制本部门的清单。",
        code="coordinator",
    )


def _why_not_second_draft(agency: Agency | None) -> Refusal | None:
    draft = CatalogVersion.objects.drafts().filter(agency=agency).first()
    if draft is None:
        return None
    text = f"“{draft}”还在编制中，请在该版本上修改，公布后再编制下一版。"
    return Refusal(text, code="draft_open", data={"draft": draft.pk})


# Trades --------------------------------------------------------------------------------------


def why_not_change_trades(actor: User | None) -> Refusal | None:
    """Why `actor` cannot add or change trades, or None."""
    return why_not_role(actor, "change", Trade)


def why_not_save_trade(
    trade: Trade, name: str, parent: Trade | None, synonyms: list[str], actor: User | None
) -> Refusal | None:
    """Why a trade cannot have these words, or None: a word in a sheet means one trade only."""
    refusal = why_not_change_trades(actor) or _why_circular(trade, parent)
    if refusal:
        return refusal
    taken = {
        _folded(word): other
        for other in Trade.objects.exclude(pk=trade.pk)
        for word in (other.name, other.slug, *other.synonyms)
    }
    for field, word in (("name", name), *(("synonyms", one) for one in synonyms)):
        if other := taken.get(_folded(word)):
            text = f"“{word}”已指行业“{other}”，没有保存。请换一个词，或先从那个行业中删去。"
            return Refusal(text, field=field, code="taken")
    return None


def _why_circular(trade: Trade, parent: Trade | None) -> Refusal | None:
    at = parent
    while at is not None:
        if at.pk == trade.pk:
            text = f"“{parent}”在“{trade}”之下或就是它自己，不能作它的上级，没有保存。请另选上级。"
            return Refusal(text, field="parent", code="circular")
        at = at.parent
    return None


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).replace(" ", "").upper()


def why_not_settle_trade(trade: Trade, actor: User | None) -> Refusal | None:
    """Why there is nothing to decide about the name that ships, or None."""
    refusal = why_not_change_trades(actor)
    if refusal or trade.is_differing:
        return refusal
    return Refusal(f"{trade}与随附数据没有待定的不同，没有改动。", code="no_difference")


def trade_marks(trade: Trade) -> list[Mark]:
    """Where a trade comes from, and what is to be decided."""
    found = [
        Mark("neutral", "本地增加", "plus") if trade.is_local else Mark("neutral", "随附", "books")
    ]
    if trade.is_edited and not trade.is_local:
        found.append(Mark("neutral", "已在本地修改", "pen"))
    if trade.is_differing:
        found.append(Mark("wait", "与随附数据不同", "alert"))
    return found
