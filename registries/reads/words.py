"""What people write in a list, and which of our things they mean."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from django.db.models import Q

from agencies.models import Agency, Region
from catalog.models import Trade
from registries.models import Gender, GradingScheme, TargetKind, TargetStatus
from registries.rules import UnfitValue

STATUS_WORDS = {
    "active": ["在营", "在业", "开业", "正常", "存续（在营、开业、在册）"],
    "closed": ["停业", "歇业", "清算", "已关闭停业或正在组织清算"],
    "deregistered": ["注销"],
    "revoked": ["吊销"],
    "annulled": ["撤销"],
    "moved_out": ["已迁出"],
}


def fold(word: str) -> str:
    """A word without blanks, brackets of one width, capitals."""
    return unicodedata.normalize("NFKC", word).replace(" ", "").upper()


class KnownWords:
    """A list of things and the words for each."""

    def __init__(self, noun: str, pairs: Iterable[tuple[str, Any]]) -> None:
        self.noun = noun
        self._known: dict[str, set[Any]] = {}
        self._names: dict[str, str] = {}
        for word, thing in pairs:
            self._known.setdefault(fold(word), set()).add(thing)
            self._names.setdefault(fold(word), word)

    def find(self, word: str) -> Any:
        """The thing meant; UnfitValue with a sentence when there is none, or more than one."""
        found = self._known.get(fold(word), set())
        if len(found) == 1:
            return next(iter(found))
        if found:
            raise UnfitValue(f"有多个名为“{word}”的{self.noun}，请改填代码")
        near = get_close_matches(fold(word), self._known, n=1, cutoff=0.4)
        ask = f"，是否指“{self._names[near[0]]}”？" if near else ""
        raise UnfitValue(f"“{word}”不在{self.noun}表中{ask or '，请核对'}")


def _choices(noun: str, choices: Any, more: dict[str, list[str]] | None = None) -> KnownWords:
    pairs = [(str(label), value) for value, label in choices.choices]
    pairs += [(word, value) for value, words in (more or {}).items() for word in words]
    return KnownWords(noun, pairs)


def region_words(agency: Agency) -> KnownWords:
    """The regions an agency is in charge of, by code and by name."""
    regions = Region.objects.filter(code__startswith=agency.region.prefix)
    return KnownWords(
        "县区",
        [pair for region in regions for pair in ((region.name, region), (region.code, region))],
    )


def agency_words(agency: Agency) -> KnownWords:
    """The agencies in the region of an agency and above it, by code, name and short name."""
    code = agency.region_id
    above = [f"{code[:2]}0000", f"{code[:4]}00"]
    agencies = Agency.objects.select_related("region").filter(
        Q(region__code__startswith=agency.region.prefix) | Q(region__in=above)
    )
    return KnownWords(
        "单位",
        [(word, one) for one in agencies for word in (one.name, one.short_name, one.code)],
    )


SCHEMES = ("credit", "credit_risk", "venue")


def target_words(agency: Agency) -> dict[str, KnownWords]:
    """What may stand in the columns of targets that name one of our things."""
    words = {
        "kind": _choices("对象类型", TargetKind),
        "status": _choices("登记状态", TargetStatus, STATUS_WORDS),
        "region": region_words(agency),
        "agency": agency_words(agency),
        "trade": KnownWords(
            "行业",
            [
                (word, trade)
                for trade in Trade.objects.all()
                for word in (trade.name, trade.slug, *trade.synonyms)
            ],
        ),
    }
    words |= {name: KnownWords("等级", []) for name in SCHEMES}
    for scheme in GradingScheme.objects.filter(pk__in=SCHEMES).prefetch_related("grades__scheme"):
        pairs = [
            (word, grade)
            for grade in scheme.grades.all()
            for word in (grade.name, grade.slug, f"{grade.name}级", f"{grade.name}类")
        ]
        words[scheme.slug] = KnownWords(scheme.name, pairs)
    return words


def inspector_words() -> dict[str, KnownWords]:
    """What may stand in the columns of inspectors that name one of our things."""
    return {"gender": _choices("性别", Gender)}
