"""Sealed values, witness phrases, and the closed file that fixes them before any beacon (2.5).

A value is sealed in the browser: until the reveal only its digest is known here.
"""

import re
from datetime import datetime

from django.db import transaction

from agencies.models import User
from core import clock
from core.audit import record
from core.errors import DomainError, IllegalMove
from core.notices import notify
from core.workflow import authorize, lock
from draws import drs1
from draws.ceremony_plan import CLOSING_TIME, DICE, DICE_ROLLS
from draws.flows import DrawStatus
from draws.models import AbsenceRule, BeaconKind, ContributionKind, Contributor, Draw
from draws.services.freezing import sealers
from draws.services.public_log import log
from draws.times import time_text

HEX64 = re.compile(r"[0-9a-f]{64}\Z")
STALE = "当前状态不能办理，请刷新页面后查看最新状态。"
NOT_DRAWN = "摇号没有开始。"


def hold(draw: Draw) -> None:
    """Lock a draw, before its log everywhere; refuse what is no longer frozen."""
    lock(draw)
    if draw.status != DrawStatus.FROZEN:
        raise IllegalMove(STALE)


def _hold_open(contributor: Contributor, actor: User | None) -> Draw:
    draw = contributor.draw
    authorize(actor, "contribute", contributor)
    hold(draw)
    if draw.closed_digest:
        raise IllegalMove("各方随机数已经截止并公布，不能再提交。")
    contributor.refresh_from_db(from_queryset=Contributor.objects.select_for_update())
    if contributor.way != ContributionKind.SEALED:
        raise DomainError("见证人的短语由牵头单位经办当场录入，不用密封。")
    return draw


@transaction.atomic
def commit(contributor: Contributor, digest: str, *, actor: User | None) -> None:
    """Keep the commit of one agency; its value stays in the browser that made it."""
    draw = _hold_open(contributor, actor)
    if contributor.commit:
        raise IllegalMove("本单位已经密封，密封值不能更换。")
    if clock.now() >= draw.commit_until:
        raise DomainError(
            f"密封已于 {time_text(draw.commit_until)} 截止，没有收下。本次摇号按封存的缺席规则办理。"
        )
    if not HEX64.match(digest):
        raise DomainError("密封值没有生成：应为 64 位十六进制。请换用较新的浏览器重试，没有提交。")
    contributor.commit, contributor.committed_by = digest, actor
    contributor.committed_at = clock.now()
    contributor.save(update_fields=["commit", "committed_by", "committed_at"])
    log(draw, "commit", digest)
    record("draws.commit", draw, actor, f"{contributor}密封随机数：{draw}", commit=digest)
    if may_reveal(draw):
        ask_to_reveal(draw)


def may_reveal(draw: Draw) -> bool:
    """Values are opened when all are sealed, or nobody can seal any more."""
    waiting = draw.contributors.filter(way=ContributionKind.SEALED, commit="").exists()
    return not waiting or clock.now() >= draw.commit_until


def ask_to_reveal(draw: Draw) -> None:
    """Tell whoever sealed that it is time to open, once."""
    waiting = draw.contributors.filter(way=ContributionKind.SEALED, value="").exclude(commit="")
    text = f"{draw} 各方已密封，请在 {time_text(draw.reveal_until)} 前公开本单位的随机数。"
    people = sealers().filter(agency__in=waiting.values("agency"))
    notify(people.exclude(notices__text=text), text, draw.link, urgent=True)


@transaction.atomic
def reveal(contributor: Contributor, value: str, *, actor: User | None) -> None:
    """Open one agency's value; one that does not match its commit changes nothing."""
    draw = _hold_open(contributor, actor)
    now = clock.now()
    if contributor.value:
        raise IllegalMove("本单位已经公开，公开的值不能更换。")
    if not contributor.commit:
        raise DomainError("本单位没有密封，不能公开。没有密封的单位按缺席办理。")
    if now >= draw.reveal_until:
        raise DomainError(
            f"公开已于 {time_text(draw.reveal_until)} 截止，没有收下。本次摇号按封存的缺席规则办理。"
        )
    if not may_reveal(draw):
        raise DomainError(
            "还有单位没有密封，现在公开会让后来者看到您的值。"
            f"全部密封后，或 {time_text(draw.commit_until)} 以后再公开，值没有发出。"
        )
    value = value.strip().lower()
    if not _matches(contributor, value):
        raise DomainError(
            "这个值与本单位密封的不符，没有收下，密封值也没有变化。"
            "请在密封时用的那台电脑上公开，或用当时保存的密封凭条恢复。"
        )
    contributor.value, contributor.revealed_by, contributor.revealed_at = value, actor, now
    contributor.save(update_fields=["value", "revealed_by", "revealed_at"])
    log(draw, "reveal", value)
    record("draws.reveal", draw, actor, f"{contributor}公开随机数：{draw}")
    _close_when_complete(draw)


def _matches(contributor: Contributor, value: str) -> bool:
    if not HEX64.match(value):
        return False
    made = drs1.commit_digest(
        contributor.code, contributor.draw.freeze_digest, bytes.fromhex(value)
    )
    return made == contributor.commit


@transaction.atomic
def speak(draw: Draw, *, witness: str, phrase: str, actor: User | None) -> None:
    """Record what a witness said or rolled; with sealed values and no beacon before any is opened."""
    hold(draw)
    authorize(actor, "open", draw)
    if draw.closed_digest:
        raise IllegalMove("各方随机数已经截止并公布，不能再录入。")
    enter_phrase(draw, witness, phrase, actor)
    _close_when_complete(draw)


def enter_phrase(draw: Draw, witness: str, phrase: str, actor: User | None) -> None:
    """The open contribution of a locked draw. Whoever types it last could choose it: so not last."""
    row = draw.contributors.filter(way=ContributionKind.OPEN).first()
    if row is None or row.value:
        raise IllegalMove("本次摇号没有待录入的见证短语，请刷新页面后查看最新状态。")
    witness, phrase = witness.strip(), phrase.strip()
    if not witness or not phrase:
        raise DomainError(f"请填写见证人和见证人当场念出的短语。{NOT_DRAWN}")
    _refuse_phrase(row, phrase)
    if draw.beacon_kind == BeaconKind.NONE and _somebody_revealed(draw):
        raise DomainError(
            "已经有单位公开了随机数，此时再录入短语就能挑选结果，没有收下。"
            "见证短语应在第一个单位公开之前录入，本次按封存的缺席规则办理。"
        )
    row.value, row.speaker = phrase, witness
    row.revealed_by, row.revealed_at = actor, clock.now()
    row.save(update_fields=["value", "speaker", "revealed_by", "revealed_at"])
    log(draw, "reveal", phrase)


def _somebody_revealed(draw: Draw) -> bool:
    return draw.contributors.filter(way=ContributionKind.SEALED).exclude(value="").exists()


def _refuse_phrase(row: Contributor, phrase: str) -> None:
    if row.code == DICE and not re.fullmatch(rf"[1-6]{{{DICE_ROLLS},}}", phrase):
        raise DomainError(
            f"骰子点数应连写成至少 {DICE_ROLLS} 个 1 至 6 的数字，例如 3162544135。{NOT_DRAWN}"
        )
    try:
        drs1.open_value(phrase, drs1.SHA256)
    except drs1.Refused:
        raise DomainError(
            "见证短语不能使用：须为 1 至 200 字节（约 66 个汉字）的一行文字，不含制表符等看不见的字符。"
            f"{NOT_DRAWN}"
        ) from None


def _close_when_complete(draw: Draw) -> None:
    if not draw.contributors.filter(value="").exists() and not is_too_late(draw):
        close(draw)


def closes_at(draw: Draw) -> datetime | None:
    """From when on nobody is waited for; None where the lead closes by opening."""
    if draw.reveal_until or draw.beacon_at is None:
        return draw.reveal_until
    return draw.beacon_at - CLOSING_TIME


def is_too_late(draw: Draw) -> bool:
    """Whether the beacon is there already: what is fixed now could have been chosen by it."""
    return draw.beacon_at is not None and clock.now() >= draw.beacon_at


@transaction.atomic
def close_due(draw: Draw) -> None:
    """Close after the reveal deadline, or when everybody has contributed.

    Raises DomainError when somebody can still contribute, when the plan says that a missing
    contribution voids the draw, and from the beacon's time on.
    """
    hold(draw)
    if draw.closed_digest:
        raise IllegalMove("各方随机数已经截止并公布。")
    missing = list(draw.contributors.filter(value=""))
    until = closes_at(draw)
    if missing and (until is None or clock.now() < until):
        names = "、".join(row.code for row in missing)
        raise DomainError(f"还在等待{names}，公开截止时间没有到。{NOT_DRAWN}")
    close(draw)


def close(draw: Draw) -> None:
    """Fix, publish and log which contributions count, for a locked draw."""
    missing = [row.code for row in draw.contributors.filter(value="")]
    if missing and draw.missing == AbsenceRule.VOID:
        raise DomainError(
            f"{'、'.join(missing)}没有提供随机数，封存时约定有人缺席即作废。"
            "请由牵头单位提请作废，分管负责人同意后重新封存。"
        )
    if is_too_late(draw):
        raise DomainError(
            f"公共随机源已于 {time_text(draw.beacon_at)} 产生，此后再截止，保证等级会降为 C，结果可被操纵。"
            "请提请作废，重新封存。"
        )
    fix(draw)
    draw.save(update_fields=["closed_text", "closed_digest", "closed_at"])


def fix(draw: Draw) -> None:
    """Make the closed file of what is there, and log it; the caller saves."""
    draw.closed_text = drs1.closed_text(draw.draw_id, draw.freeze_digest, values_of(draw))
    draw.closed_digest, draw.closed_at = drs1.digest(draw.closed_text), clock.now()
    log(draw, "closed", draw.closed_text)


def values_of(draw: Draw) -> dict[str, str]:
    """The value of every contributor as the seed takes it, '-' for a missing one."""
    return {
        row.code: drs1.open_value(row.value)
        if row.value and row.way == ContributionKind.OPEN
        else row.value or "-"
        for row in draw.contributors.all()
    }
