"""The files of the first draw as they are frozen, by code or by alias (2.2, 2.12)."""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass, field

from agencies.models import Region
from core.errors import DomainError
from draws import drs1
from draws.ceremony_plan import Ceremony
from draws.models import Disclosure
from registries.models import Target
from tasks.eligibility import targets
from tasks.eligibility.rules_file import Tier, plan_text, tiers_of
from tasks.models import Task

MAGIC = "DRS1-candidates"


@dataclass(frozen=True)
class Frozen:
    """What a freeze keeps: the texts, and for limited disclosure what leads from alias to target.

    roster: alias -> pk of the target. labels: opaque code -> name, for strata and regions.
    table: the lines alias, code whose digest is logged; the table itself goes to auditors only.
    """

    texts: dict[str, str]
    total: int
    eligible: int
    disclosure: str = Disclosure.FULL
    master: str = ""
    roster: dict[str, int] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    table: str = ""

    @property
    def columns(self) -> dict[str, object]:
        """The columns of the draw beyond the texts."""
        return {
            "disclosure": self.disclosure,
            "master": self.master,
            "roster": self.roster,
            "labels": self.labels,
        }


def freeze(task: Task, draw_id: str, ceremony: Ceremony) -> Frozen:
    """Read the registry once and write the files; the caller holds the registries still.

    Names stay out of the public files where the grading or an item is not for everybody, and where
    a natural person is on the list. Raises DomainError for a list that could not be opened again.
    """
    lines, has_persons = targets.lines(task)
    tiers = tiers_of(task)
    if task.rules.get("is_restricted") or has_persons:
        return _covered(task, draw_id, ceremony, tiers, lines)
    texts = _texts(task, draw_id, ceremony, tiers, lines)
    return Frozen(texts, *_counts(texts, draw_id))


def _texts(
    task: Task,
    draw_id: str,
    ceremony: Ceremony,
    tiers: list[Tier],
    lines: list[str],
    codes: dict[str, str] | None = None,
) -> dict[str, str]:
    """The four files; the first draw has no inspectors."""
    return {
        "plan": plan_text(task, draw_id, tiers, ceremony, codes),
        "candidates": "\n".join((f"{MAGIC}\t{draw_id}", *lines, "")),
        "inspectors": drs1.file_text("DRS1-inspectors", draw_id, []),
        "recusals": drs1.file_text("DRS1-recusals", draw_id, []),
    }


def _counts(texts: dict[str, str], draw_id: str) -> tuple[int, int]:
    """How many stand on the list and how many can be selected; proves that it can be opened."""
    _must_be_plain(texts["candidates"])
    try:
        plan = drs1.parse_plan(texts["plan"], draw_id)
        rows = drs1.parse_candidates(texts["candidates"], draw_id, plan)
    except drs1.Refused as error:
        raise DomainError(
            f"名单不能写入封存文件（{error}）。名单没有封存，请核对名录中的代码后重试。"
        ) from None
    shares = drs1.allocate(plan, rows).shares.values()
    return len(rows), sum(share.pool + share.forced for share in shares)


def _must_be_plain(text: str) -> None:
    """What the freezing system requires beyond the verifier: NFC and nothing of Cf (2.1)."""
    if text.isascii():
        return
    odd = [c for c in set(text) if unicodedata.category(c) == "Cf"]
    if odd or not unicodedata.is_normalized("NFC", text):
        raise DomainError(
            "名录中有的代码含看不见的字符或不规范的写法，不能写入封存文件。"
            "名单没有封存，请核对名录中的代码后重试。"
        )


def _covered(
    task: Task, draw_id: str, ceremony: Ceremony, tiers: list[Tier], lines: list[str]
) -> Frozen:
    """The files with aliases for ids and opaque codes for strata and counties (2.12)."""
    master = secrets.token_bytes(32)
    rows = [line.split("\t") for line in lines]
    strata = {tier.code: f"S{number}" for number, tier in enumerate(tiers, 1)}
    found = sorted({row[4] for row in rows}, key=lambda code: _shuffled(master, code))
    regions = {code: f"R{number}" for number, code in enumerate(found, 1)}
    alias_of = {row[0]: drs1.alias(drs1.salt(master, row[0]), row[0]) for row in rows}
    covered = sorted(
        "\t".join((alias_of[code], strata[stratum], status, reason, regions[region], needs))
        for code, stratum, status, reason, region, needs in rows
    )
    texts = _texts(task, draw_id, ceremony, tiers, covered, strata)
    targets = Target.objects.filter(code__in=list(alias_of)).values_list("code", "pk")
    names = Region.objects.in_bulk(found)
    return Frozen(
        texts,
        *_counts(texts, draw_id),
        disclosure=Disclosure.ALIAS,
        master=master.hex(),
        roster={alias_of[code]: pk for code, pk in targets},
        labels={
            "strata": {strata[tier.code]: tier.name for tier in tiers},
            "regions": {regions[code]: region.name for code, region in names.items()},
        },
        table=drs1.file_text("DRS1-aliases", draw_id, ((a, code) for code, a in alias_of.items())),
    )


def _shuffled(master: bytes, code: str) -> bytes:
    """A place that says nothing about the code to whoever lacks the master."""
    return hashlib.sha256(b"region\x00" + master + code.encode()).digest()
