"""Sealed values, witness phrases, and the closed file that fixes them before any beacon (2.5).

A value is sealed in the browser: until the reveal only its digest is known here.
"""

import re

from django.db import transaction

from agencies.models import User
from core import clock
from core.audit import record
from core.errors import DomainError, demand
from core.notices import notify
from core.workflow import lock, why_not
from draws import drs1
from draws.ceremony_plan import DICE, DICE_ROLLS
from draws.models import ContributionKind, Contributor, Draw
from draws.reads.refusals import (
    NOT_DRAWN,
    is_time_to_reveal,
    is_too_late,
    why_not_close,
    why_not_commit,
    why_not_enter_phrase,
    why_not_fix,
    why_not_hold,
    why_not_reveal,
    why_not_speak,
)
from draws.reads.sealers import sealers
from draws.services.public_log import log
from draws.times import time_text

HEX64 = re.compile(r"[0-9a-f]{64}\Z")


def hold(draw: Draw) -> None:
    """Lock a draw, before its log everywhere; refuse what is no longer frozen."""
    lock(draw)
    demand(why_not_hold(draw))


def _hold_part(contributor: Contributor) -> Draw:
    """Lock a contributor after its draw, which is the order everywhere."""
    lock(contributor.draw)
    contributor.refresh_from_db(from_queryset=Contributor.objects.select_for_update())
    return contributor.draw


@transaction.atomic
def commit(contributor: Contributor, digest: str, *, actor: User | None) -> None:
    """Keep the commit of one agency; its value stays in the browser that made it."""
    demand(why_not(actor, "contribute", contributor))
    draw = _hold_part(contributor)
    demand(why_not_commit(contributor, actor))
    if not HEX64.match(digest):
        raise DomainError("密封值没有生成：应为 64 位十六进制。请换用较新的浏览器重试，没有提交。")
    contributor.commit, contributor.committed_by = digest, actor
    contributor.committed_at = clock.now()
    contributor.save(update_fields=["commit", "committed_by", "committed_at"])
    log(draw, "commit", digest)
    record("draws.commit", draw, actor, f"{contributor}密封随机数：{draw}", commit=digest)
    if is_time_to_reveal(draw):
        ask_to_reveal(draw)


def ask_to_reveal(draw: Draw) -> None:
    """Tell whoever sealed that it is time to open, once."""
    waiting = draw.contributors.filter(way=ContributionKind.SEALED, value="").exclude(commit="")
    text = f"{draw} 各方已密封，请在 {time_text(draw.reveal_until)} 前公开本单位的随机数。"
    people = sealers().filter(agency__in=waiting.values("agency"))
    notify(people.exclude(notices__text=text), text, draw.link, urgent=True)


@transaction.atomic
def reveal(contributor: Contributor, value: str, *, actor: User | None) -> None:
    """Open one agency's value; one that does not match its commit changes nothing."""
    demand(why_not(actor, "contribute", contributor))
    draw = _hold_part(contributor)
    demand(why_not_reveal(contributor, actor))
    value = value.strip().lower()
    if not _matches(contributor, value):
        raise DomainError(
            "这个值与本单位密封的不符，没有收下，密封值也没有变化。"
            "请在密封时用的那台电脑上公开，或用当时保存的密封凭条恢复。"
        )
    contributor.value, contributor.revealed_by, contributor.revealed_at = value, actor, clock.now()
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
    lock(draw)
    demand(why_not_speak(draw, actor))
    enter_phrase(draw, witness, phrase, actor)
    _close_when_complete(draw)


def enter_phrase(draw: Draw, witness: str, phrase: str, actor: User | None) -> None:
    """The open contribution of a locked draw. Whoever types it last could choose it: so not last."""
    demand(why_not_enter_phrase(draw))
    row = draw.contributors.get(way=ContributionKind.OPEN, value="")
    witness, phrase = witness.strip(), phrase.strip()
    if not witness or not phrase:
        raise DomainError(f"请填写见证人和见证人当场念出的短语。{NOT_DRAWN}")
    _refuse_phrase(row, phrase)
    row.value, row.speaker = phrase, witness
    row.revealed_by, row.revealed_at = actor, clock.now()
    row.save(update_fields=["value", "speaker", "revealed_by", "revealed_at"])
    log(draw, "reveal", phrase)


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


@transaction.atomic
def close_due(draw: Draw, *, actor: User | None) -> None:
    """Close after the reveal deadline, or when everybody has contributed.

    Raises DomainError when somebody can still contribute, when the plan says that a missing
    contribution voids the draw, and from the beacon's time on.
    """
    lock(draw)
    demand(why_not_close(draw, actor))
    close(draw)


def close(draw: Draw) -> None:
    """Fix, publish and log which contributions count, for a locked draw."""
    missing = [row.code for row in draw.contributors.filter(value="")]
    demand(why_not_fix(draw, missing))
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
