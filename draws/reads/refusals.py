"""Why an act of a ceremony cannot be done now: one answer per act, for its page and its service.

Who first, then when, then what is still missing (protocol 2.5, 2.11). An actor of None is the
system, which acts when the time has come.
"""

from datetime import datetime

from agencies.models import User
from core import clock
from core.errors import IllegalMove, Refusal
from core.workflow import NOT_YOURS, has_role_permission, why_not
from draws.ceremony_plan import CLOSING_TIME, Ceremony, outlook, sealed
from draws.flows import DrawStatus
from draws.models import (
    AbsenceRule,
    BeaconKind,
    ContributionKind,
    Contributor,
    Disclosure,
    Draw,
    Opening,
)
from draws.occasion import Occasion
from draws.reads.sealers import contributors_for
from draws.times import time_text

STALE = "当前状态不能办理，请刷新页面后查看最新状态。"
NOT_DRAWN = "摇号没有开始。"
LEFT_AS_IS = "抽取没有变化。"
NO_SLIP = "没有打印凭条。"
TOO_EARLY = "too_early"  # time alone mends it
LIVE = {DrawStatus.FROZEN, DrawStatus.OPENED}


def why_not_freeze(occasion: Occasion, ceremony: Ceremony) -> Refusal | None:
    """Why the choice cannot be kept, or whom it names that cannot seal; whoever asks."""
    for field, sentence in ceremony.faults(clock.now()):
        return Refusal(f"{sentence}名单没有封存。", field=field, code="ceremony")
    known = {
        agency.pk: agency for agency in contributors_for(occasion.agency, occasion.taking_part)
    }
    for party in ceremony.sealed:
        agency = known.get(party.agency_id or 0)
        if agency is None or party != sealed(agency, occasion.agency.pk):
            text = f"{party.code}不能作为本次摇号的密封参与方。名单没有封存。"
            return Refusal(text, field="agencies", code="no_sealer")
    return None


def why_not_hold(draw: Draw) -> Refusal | None:
    """Why nothing of a ceremony can be done on a draw: only a frozen one waits for it."""
    if draw.status == DrawStatus.FROZEN:
        return None
    return Refusal(STALE, code="not_frozen", error=IllegalMove)


def why_not_commit(contributor: Contributor, actor: User | None) -> Refusal | None:
    """Why the commit of one agency cannot be taken now."""
    refusal = _why_not_contribute(contributor, actor)
    if refusal:
        return refusal
    if contributor.commit:
        text = "本单位已经密封，密封值不能更换。"
        return Refusal(text, code="sealed", error=IllegalMove)
    until = contributor.draw.commit_until
    if until is not None and clock.now() >= until:
        text = f"密封已于 {time_text(until)} 截止，没有收下。本次摇号按封存的缺席规则办理。"
        return Refusal(text, code="too_late")
    return None


def why_not_reveal(contributor: Contributor, actor: User | None) -> Refusal | None:
    """Why the value of one agency cannot be opened now."""
    refusal = _why_not_contribute(contributor, actor)
    if refusal:
        return refusal
    if contributor.value:
        text = "本单位已经公开，公开的值不能更换。"
        return Refusal(text, code="revealed", error=IllegalMove)
    if not contributor.commit:
        text = "本单位没有密封，不能公开。没有密封的单位按缺席办理。"
        return Refusal(text, code="not_sealed")
    return _why_not_reveal_now(contributor.draw)


def _why_not_reveal_now(draw: Draw) -> Refusal | None:
    until = draw.reveal_until
    if until is not None and clock.now() >= until:
        text = f"公开已于 {time_text(until)} 截止，没有收下。本次摇号按封存的缺席规则办理。"
        return Refusal(text, code="too_late")
    if not is_time_to_reveal(draw):
        text = (
            "还有单位没有密封，现在公开会让后来者看到您的值。"
            f"全部密封后，或 {_told(draw.commit_until)} 以后再公开，值没有发出。"
        )
        return Refusal(text, code=TOO_EARLY)
    return None


def is_time_to_reveal(draw: Draw) -> bool:
    """Values are opened when all are sealed, or nobody can seal any more."""
    if draw.commit_until is not None and clock.now() >= draw.commit_until:
        return True
    rows = draw.contributors.all()
    return all(row.commit for row in rows if row.way == ContributionKind.SEALED)


def _why_not_contribute(contributor: Contributor, actor: User | None) -> Refusal | None:
    refusal = why_not(actor, "contribute", contributor) or _why_not_give(contributor.draw)
    if refusal or contributor.way == ContributionKind.SEALED:
        return refusal
    return Refusal("见证人的短语由牵头单位经办当场录入，不用密封。", code="spoken")


def _why_not_give(draw: Draw) -> Refusal | None:
    refusal = why_not_hold(draw)
    if refusal or not draw.closed_digest:
        return refusal
    text = "各方随机数已经截止并公布，不能再提交。"
    return Refusal(text, code="closed", error=IllegalMove)


def why_not_speak(draw: Draw, actor: User | None) -> Refusal | None:
    """Why what a witness says or rolls cannot be entered now."""
    return why_not(actor, "open", draw) or _why_not_give(draw) or why_not_enter_phrase(draw)


def why_not_enter_phrase(draw: Draw) -> Refusal | None:
    """Why no phrase is asked any more. Whoever types it last could choose it: so not last."""
    if not waits_for_witness(draw):
        text = "本次摇号没有待录入的见证短语，请刷新页面后查看最新状态。"
        return Refusal(text, code="nobody_speaks", error=IllegalMove)
    rows = draw.contributors.all()
    revealed = any(row.value for row in rows if row.way == ContributionKind.SEALED)
    if draw.beacon_kind != BeaconKind.NONE or not revealed:
        return None
    text = (
        "已经有单位公开了随机数，此时再录入短语就能挑选结果，没有收下。"
        "见证短语应在第一个单位公开之前录入，本次按封存的缺席规则办理。"
    )
    return Refusal(text, code="spoken_last")


def waits_for_witness(draw: Draw) -> bool:
    """Whether a witness has still to speak or to roll."""
    rows = draw.contributors.all()
    return not draw.closed_digest and any(
        row.way == ContributionKind.OPEN and not row.value for row in rows
    )


def why_not_close(draw: Draw, actor: User | None) -> Refusal | None:
    """Why the contributions cannot be closed now: while somebody can still contribute (2.5)."""
    refusal = why_not(actor, "open", draw) or why_not_hold(draw)
    if refusal:
        return refusal
    if draw.closed_digest:
        return Refusal("各方随机数已经截止并公布。", code="closed", error=IllegalMove)
    missing = _missing(draw)
    until = closes_at(draw)
    if missing and (until is None or clock.now() < until):
        text = f"还在等待{'、'.join(missing)}，公开截止时间没有到。{NOT_DRAWN}"
        return Refusal(text, code="waiting")
    return why_not_fix(draw, missing)


def why_not_fix(draw: Draw, missing: list[str]) -> Refusal | None:
    """Why a closing without `missing` would not count: the plan forbids it, or it is too late."""
    if missing and draw.missing == AbsenceRule.VOID:
        text = (
            f"{'、'.join(missing)}没有提供随机数，封存时约定有人缺席即作废。"
            "请由牵头单位提请作废，分管负责人同意后重新封存。"
        )
        return Refusal(text, code="absent")
    if is_too_late(draw):
        text = (
            f"公共随机源已于 {_told(draw.beacon_at)} 产生，此后再截止，保证等级会降为 C，"
            "结果可被操纵。请提请作废，重新封存。"
        )
        return Refusal(text, code="too_late")
    return None


def closes_at(draw: Draw) -> datetime | None:
    """From when on nobody is waited for; None where the lead closes by opening."""
    if draw.reveal_until or draw.beacon_at is None:
        return draw.reveal_until
    return draw.beacon_at - CLOSING_TIME


def is_too_late(draw: Draw) -> bool:
    """Whether the beacon is there already: what is fixed now could have been chosen by it."""
    return draw.beacon_at is not None and clock.now() >= draw.beacon_at


def _missing(draw: Draw) -> list[str]:
    return [row.code for row in draw.contributors.all() if not row.value]


def why_not_consent(draw: Draw, actor: User | None) -> Refusal | None:
    """Why `actor` cannot agree to a draw of grade C: somebody who takes part, not who froze it."""
    if not _takes_part(draw, actor, "consent"):
        return NOT_YOURS
    if refusal := why_not_hold(draw):
        return refusal
    if draw.consented_by_id is not None or outlook(draw, clock.now())[0] != "C":
        text = "当前状态不需要同意，请刷新页面后查看最新状态。"
        return Refusal(text, code="not_needed", error=IllegalMove)
    if actor is not None and actor.pk == draw.frozen_by_id:
        return Refusal("封存名单的人不能自己同意，请由另一人办理。", code="own_freeze")
    return None


def _takes_part(draw: Draw, actor: User | None, action: str) -> bool:
    if not has_role_permission(actor, action, Draw):
        return False
    return actor is None or actor.agency_id in {agency.pk for agency in draw.taking_part.all()}


def why_not_enter_beacon(draw: Draw, actor: User | None) -> Refusal | None:
    """Why `actor` cannot enter what was read of the beacon: who takes part or contributes may."""
    if not (_takes_part(draw, actor, "enter_beacon") or _contributes(draw, actor)):
        return NOT_YOURS
    if refusal := why_not_hold(draw):
        return refusal
    if draw.beacon_kind == BeaconKind.NONE:
        return Refusal("本次摇号封存时没有约定公共随机源，不用录入。", code="no_beacon")
    if draw.beacon_value:
        text = "公共随机源的值已由两人录入一致并固定，不能再改。"
        return Refusal(text, code="fixed", error=IllegalMove)
    if not is_too_late(draw):
        text = f"公共随机源要到 {_told(draw.beacon_at)} 才产生，届时再录入。"
        return Refusal(text, code=TOO_EARLY)
    return None


def _contributes(draw: Draw, actor: User | None) -> bool:
    agencies = {row.agency_id for row in draw.contributors.all() if row.agency_id}
    return (
        has_role_permission(actor, "enter_beacon", Draw)
        and actor is not None
        and actor.agency_id in agencies
    )


def why_not_open(draw: Draw, actor: User | None) -> Refusal | None:
    """Why a draw cannot be opened now, but for the phrase that is spoken as it is opened."""
    refusal = why_not(actor, "open", draw) or why_not_hold(draw)
    if refusal is None and not draw.closed_digest:
        refusal = _why_not_complete(draw)
    return refusal or _why_not_ready(draw)


def _why_not_complete(draw: Draw) -> Refusal | None:
    """What closing by opening lacks: sealed values; a witness speaks last only where allowed."""
    if waits_for_witness(draw) and (refusal := why_not_enter_phrase(draw)):
        return refusal
    rows = draw.contributors.all()
    missing = [row.code for row in rows if not row.value and row.way == ContributionKind.SEALED]
    if missing and (draw.reveal_until is None or clock.now() < draw.reveal_until):
        text = f"还在等待{'、'.join(missing)}公开随机数。{NOT_DRAWN}"
        return Refusal(text, code="waiting")
    return why_not_fix(draw, missing)


def _why_not_ready(draw: Draw) -> Refusal | None:
    if draw.beacon_kind != BeaconKind.NONE and not draw.beacon_value:
        text = f"公共随机源的值还没有由两人录入一致。{NOT_DRAWN}"
        return Refusal(text, code="no_beacon_value")
    if draw.consented_by_id is None and outlook(draw, clock.now())[0] == "C":
        text = (
            "本次没有足够的外部密封贡献和公共随机源，保证等级为 C，须先由第二人同意。" + NOT_DRAWN
        )
        return Refusal(text, code="no_consent")
    return None


def why_not_ask(draw: Draw) -> Refusal | None:
    """Why no worker can be asked to open a draw: one is at it already."""
    if not Opening.objects.filter(draw=draw, error="").exists():
        return None
    text = "正在后台匹配，不用重复点按。完成后会通知牵头单位。"
    return Refusal(text, code="asked", error=IllegalMove)


def why_not_add_event(draw: Draw) -> Refusal | None:
    """Why nothing can happen to a draw: only an opened one has a list and teams."""
    if draw.status == DrawStatus.OPENED:
        return None
    text = "这次抽取没有开启或已经作废，不能办理。请刷新页面后查看最新状态。"
    return Refusal(text, code="not_opened", error=IllegalMove)


def why_not_print_slip(draw: Draw, actor: User | None) -> Refusal | None:
    """Why no slip of the draw can be printed: only aliases need one (2.12)."""
    refusal = why_not(actor, "open", draw)
    if refusal or draw.disclosure == Disclosure.ALIAS:
        return refusal
    text = f"本次抽取以实名公开，企业用统一社会信用代码就能查到自己，不需要凭条。{NO_SLIP}"
    return Refusal(text, field="code", code="real_names")


def why_not_propose_void(draw: Draw, actor: User | None) -> Refusal | None:
    """Why `actor` cannot ask to void the draw."""
    refusal = why_not(actor, "propose_void", draw) or _why_not_live(draw)
    if refusal or not draw.void_proposed_at:
        return refusal
    text = "已经提请作废，正在等待负责人决定。"
    return Refusal(text, code="proposed", error=IllegalMove)


def why_not_refuse_void(draw: Draw, actor: User | None) -> Refusal | None:
    """Why `actor` cannot let a draw stand that somebody asked to void."""
    refusal = why_not(actor, "void", draw) or _why_not_live(draw)
    if refusal or draw.void_proposed_at:
        return refusal
    text = "没有待决定的作废申请，请刷新页面后查看最新状态。"
    return Refusal(text, code="not_proposed", error=IllegalMove)


def why_not_void(draw: Draw, actor: User | None) -> Refusal | None:
    """Why `actor` cannot void the draw: a second person, and not before the beacon (2.11)."""
    refusal = why_not_refuse_void(draw, actor)
    if refusal:
        return refusal
    if actor is not None and actor.pk == draw.void_proposed_by_id:
        text = f"提请作废的人不能自己同意，请由另一名负责人办理。{LEFT_AS_IS}"
        return Refusal(text, code="own_proposal")
    return None if draw.status == DrawStatus.OPENED else _why_not_disclose(draw)


def _why_not_disclose(draw: Draw) -> Refusal | None:
    """A void publishes what would have been drawn, so it waits for the beacon (2.11)."""
    if draw.beacon_kind == BeaconKind.NONE or draw.beacon_value:
        return None
    if not is_too_late(draw):
        text = (
            f"公共随机源要到 {_told(draw.beacon_at)} 才产生。作废也要公开本来会抽中谁，"
            f"请在两人录入其值以后再同意。{LEFT_AS_IS}"
        )
        return Refusal(text, code=TOO_EARLY)
    text = f"作废也要公开本来会抽中谁，请先由两人录入公共随机源的值，再同意作废。{LEFT_AS_IS}"
    return Refusal(text, code="no_beacon_value")


def _why_not_live(draw: Draw) -> Refusal | None:
    if draw.status in LIVE:
        return None
    text = "本次抽取已经作废，请刷新页面后查看最新状态。"
    return Refusal(text, code="voided", error=IllegalMove)


def _told(at: datetime | None) -> str:
    return time_text(at) if at else ""
