"""Rules of plans: how many are drawn, how often one target may be drawn. Plain integers only."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.errors import DomainError

WHOLE = 1_000_000
MANY_COMPLAINTS = 2
PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,4}))?%?")


class Exemption(StrEnum):
    """Why a target is outside ratio and cap; the slugs are reason codes of draw files.

    Source: 开封市公安局“双随机、一公开”监管工作细则（试行）第十三条 (F16).
    """

    KEY_FIELD = "key_field"
    COMPLAINTS = "complaints"
    ABNORMAL = "abnormal"
    DISHONEST = "dishonest"
    SERIOUS = "serious"
    CAMPAIGN = "campaign"
    EVENT = "event"
    SUPERIOR_ORDER = "superior_order"


EXEMPTION_LABELS = {
    Exemption.KEY_FIELD: "重点行业和领域",
    Exemption.COMPLAINTS: "多次被投诉举报",
    Exemption.ABNORMAL: "列入经营异常名录",
    Exemption.DISHONEST: "存在失信行为",
    Exemption.SERIOUS: "存在严重违法违规记录",
    Exemption.CAMPAIGN: "专项整治",
    Exemption.EVENT: "特殊事件",
    Exemption.SUPERIOR_ORDER: "上级指令",
}


@dataclass(frozen=True, slots=True)
class Risk:
    """What is known of a target that lifts the cap (G14). complaints: 件 within a year."""

    key_field: bool = False
    complaints: int = 0
    abnormal: bool = False
    dishonest: bool = False
    serious: bool = False


def sample_size(base: int, ratio_ppm: int, rounding: str) -> int:
    """How many of `base` targets a ratio means (户).

    ratio_ppm: millionths, 1 to 1000000. rounding: `up` 进一, the only mode that meets 不低于;
    `half` 四舍五入; `down` 舍去. Raises DomainError for a ratio out of range, ValueError for a
    negative base or an unknown mode. Source: DRS1 2.6; domain 1.9 item 3.
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


def within_cap(
    drawn_by_agency: int, drawn_in_total: int, cap_per_agency: int | None, cap_total: int | None
) -> bool:
    """Whether a target may be drawn once more in the calendar year.

    drawn_*: times drawn this year, by this agency and by all; a joint task counts once, what was
    replaced before a visit or voided does not count. cap_*: times, None for no cap.
    Source: 004 art 13 (F15); 国办发〔2024〕54号; contracts section 4.
    """
    fits_agency = cap_per_agency is None or drawn_by_agency < cap_per_agency
    fits_total = cap_total is None or drawn_in_total < cap_total
    return fits_agency and fits_total


def exempt_from_cap(risk: Risk, order: Exemption | None = None) -> Exemption | None:
    """The first reason why ratio and cap do not bind for a target, or None.

    order: what sets the whole task outside the cap (专项整治、特殊事件、上级指令). 多次 is read
    as two complaints. Source: 004 art 13 (F16).
    """
    reasons = [
        (risk.key_field, Exemption.KEY_FIELD),
        (risk.complaints >= MANY_COMPLAINTS, Exemption.COMPLAINTS),
        (risk.abnormal, Exemption.ABNORMAL),
        (risk.dishonest, Exemption.DISHONEST),
        (risk.serious, Exemption.SERIOUS),
    ]
    return order or next((reason for holds, reason in reasons if holds), None)


def ratio_of(text: str) -> int:
    """A ratio typed as `20%`, `20` or `0.5％`, in millionths; at most four decimals.

    Raises DomainError with a sentence for the field.
    """
    typed = unicodedata.normalize("NFKC", text).replace(" ", "")
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
