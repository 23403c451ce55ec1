"""The public beacon: two people read it independently, and only what both read counts (2.5, 7)."""

import hashlib
import re

from django.db import transaction

from agencies.models import User
from core import clock
from core.audit import record
from core.errors import DomainError, demand
from core.notices import notify
from core.workflow import lock
from draws import drs1
from draws.ceremony_plan import VALUE_FORMS
from draws.models import BeaconEntry, BeaconKind, Draw
from draws.reads.refusals import why_not_enter_beacon
from draws.services.public_log import log

SIGNATURE = re.compile(r"[0-9a-f]{96}\Z")


@transaction.atomic
def enter_beacon(
    draw: Draw, *, value: str, source: str, signature: str = "", actor: User
) -> BeaconEntry:
    """What `actor` read and where; corrected as often as needed until two people agree.

    Raises DomainError before the beacon's time and for a value that cannot be one.
    """
    lock(draw)
    demand(why_not_enter_beacon(draw, actor))
    value, signature = value.strip(), signature.strip().lower()
    source = " ".join(source.split())
    _must_be_possible(draw, value, source, signature)
    entry, _ = BeaconEntry.objects.update_or_create(
        draw=draw,
        entered_by=actor,
        defaults={
            "value": value,
            "source": source,
            "signature": signature,
            "entered_at": clock.now(),
        },
    )
    record("draws.enter_beacon", draw, actor, f"录入公共随机源：{draw}", value=value, source=source)
    others = draw.beacon_entries.exclude(entered_by=actor)
    if others.filter(value=value).exists():
        _fix(draw, value)
    elif others.exists():
        text = f"{draw} 两人录入的公共随机源不一致，请各自对照来源核对后更正。"
        notify(_leads(draw), text, draw.link, urgent=True)
    return entry


def _must_be_possible(draw: Draw, value: str, source: str, signature: str) -> None:
    if not source:
        raise DomainError("请填写从哪里看到的，例如开奖公告的网址或现场名称。没有保存。")
    if drs1.FORBIDDEN.search(source):
        raise DomainError("来源含有看不见的字符，不能写入证书，请重新输入。没有保存。")
    try:
        drs1.BEACONS[draw.beacon_kind].check_value(draw.beacon_ref, value)
    except drs1.Refused:
        raise DomainError(f"{VALUE_FORMS[draw.beacon_kind]}没有保存。") from None
    if draw.beacon_kind != BeaconKind.DRAND:
        return
    if not SIGNATURE.match(signature):
        raise DomainError("请同时填写 drand 的签名（signature），96 位十六进制。没有保存。")
    if hashlib.sha256(bytes.fromhex(signature)).hexdigest() != value:
        raise DomainError("签名的 SHA-256 与随机数不符，其中一个抄错了，请重新复制。没有保存。")


def _fix(draw: Draw, value: str) -> None:
    draw.beacon_value = value
    draw.save(update_fields=["beacon_value"])
    log(draw, "beacon", value)
    notify(_leads(draw), f"{draw} 的公共随机源已由两人录入一致，即将自动开启。", draw.link)


def _leads(draw: Draw) -> list[User]:
    return list(User.objects.with_role("lead").filter(agency=draw.agency))
