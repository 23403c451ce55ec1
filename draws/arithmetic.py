"""The arithmetic of a draw in words: shares, rounding, batches."""

from itertools import pairwise
from typing import Any

from draws import drs1

ROUNDING = {"up": "进一", "down": "舍去", "half": "四舍五入", "lr": "最大余数", "fixed": "定数"}


def percent_text(ppm: int) -> str:
    """200000 → 20%, 33333 → 3.3333%."""
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + "%"


def calculation(base: int, ppm: int) -> str:
    """`14 × 20% = 2.8`: exact, with one decimal unless more are needed."""
    product = base * ppm
    whole, rest = divmod(product, drs1.PPM)
    decimals = f"{rest:06d}".rstrip("0") or "0"
    return f"{base} × {percent_text(ppm)} = {whole}.{decimals}"


def rounding_text(mode: str, base: int, ppm: int) -> str:
    """How a share was rounded; 恰为整数 where nothing had to be."""
    if mode != "fixed" and base * ppm % drs1.PPM == 0:
        return "恰为整数"
    return ROUNDING[mode]


def arithmetic(share: drs1.Share) -> dict[str, Any]:
    """How the share of a stratum came about: a ratio of its base, or a fixed count."""
    value, mode = share.stratum.value, share.stratum.mode
    if mode == "fixed":
        return {"ratio_ppm": 0, "ratio_text": "定数", "calc": f"{value} 户", "rounding": "不取整"}
    return {
        "ratio_ppm": value,
        "ratio_text": percent_text(value),
        "calc": calculation(share.base, value),
        "rounding": rounding_text(mode, share.base, value),
    }


def total_of(allocation: drs1.Allocation) -> int:
    """How many will be selected: drawn, topped up and forced in (2.7)."""
    shares = allocation.shares.values()
    spare = sum(share.pool - share.quota for share in shares if share.stratum.topup)
    drawn = sum(share.quota + share.forced for share in shares)
    return drawn + min(allocation.deficit, spare)


def batch_sizes(total: int, batches: int) -> list[int]:
    """How many of `total` the protocol puts into each batch: 27 in two are 14 and 13 (2.7)."""
    ends = [-(-total * batch // batches) for batch in range(batches + 1)]
    return [until - begin for begin, until in pairwise(ends)]


def batch_sentence(sizes: list[int]) -> str:
    """`按抽签号先后分两批：第一批 14 户，第二批 13 户。`; nothing for a single batch."""
    if len(sizes) < 2:
        return ""
    parts = "，".join(f"第{_ordinal(n)}批 {size} 户" for n, size in enumerate(sizes, 1))
    count = "两" if len(sizes) == 2 else _ordinal(len(sizes))
    return f"按抽签号先后分{count}批：{parts}。"


def _ordinal(number: int) -> str:
    """1 to 99 in Chinese."""
    tens, ones = divmod(number, 10)
    digits = "零一二三四五六七八九"
    head = "" if not tens else ("" if tens == 1 else digits[tens]) + "十"
    return head + (digits[ones] if ones or not tens else "")
