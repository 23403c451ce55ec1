"""Rules of plans: how many are drawn. Plain integers only."""

import re
from collections.abc import Iterable

from core.errors import DomainError
from core.typed import as_code

WHOLE = 1_000_000
PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,4}))?%?")


def sample_size(base: int, ratio_ppm: int, rounding: str) -> int:
    """How many of `base` targets a ratio means (户).

    ratio_ppm: millionths, 1 to 1000000. rounding: `up` 进一, the only mode that meets 不低于;
    `half` 四舍五入; `down` 舍去. Raises DomainError for a ratio out of range, ValueError for a
    negative base or an unknown mode. Source: DRS1 2.6; requirements 1.9 item 3.
    """
    _check_ratio(ratio_ppm)
    if base < 0:
        raise ValueError("base must not be negative")
    product = base * ratio_ppm
    if rounding == "up":
        return -(-product // WHOLE)
    if rounding == "half":
        return (2 * product + WHOLE) // (2 * WHOLE)
    if rounding == "down":
        return product // WHOLE
    raise ValueError(f"unknown rounding {rounding!r}")


def estimate(
    base: int, ratio_ppm: int, rounding: str, tiers: Iterable[tuple[int, int]] = ()
) -> int:
    """How many targets a plan line will draw (预估数量, 户), never more than there are.

    tiers: base and ratio of each grade; then the ratio of the line is a floor, 进一, because
    不低于 allows nothing else. Source: 000 二, 003 二 (F13, F14); 004 art 13 (P02).
    """
    drawn = [sample_size(size, ratio, rounding) for size, ratio in tiers]
    if not drawn:
        return sample_size(base, ratio_ppm, rounding)
    return min(base, max(sum(drawn), sample_size(base, ratio_ppm, "up")))


def ratio_of(text: str) -> int:
    """A ratio typed as `20%`, `20` or `0.5％`, in millionths; at most four decimals.

    Raises DomainError with a sentence for the field.
    """
    typed = as_code(text).replace(" ", "")
    found = PERCENT.fullmatch(typed)
    if found is None:
        raise DomainError(f"抽查比例“{text.strip()}”不是百分比，请写成 20% 或 0.5%，最多四位小数。")
    whole, decimals = found.group(1), (found.group(2) or "").ljust(4, "0")
    ratio = int(whole) * 10_000 + int(decimals)
    _check_ratio(ratio)
    return ratio


def _check_ratio(ratio_ppm: int) -> None:
    if not 1 <= ratio_ppm <= WHOLE:
        raise DomainError("抽查比例应大于 0，不超过 100%。")
