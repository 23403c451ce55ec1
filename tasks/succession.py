"""A draw and the voided one it follows: who was drawn and no longer is, what rules differ (2.11)."""

import difflib
from dataclasses import dataclass

from registries.models import Target
from tasks.models import Disclosure, Draw

SHOWN = 500


@dataclass(frozen=True)
class Changes:
    """What differs between a draw and its voided predecessor; lists only once both are opened."""

    before: Draw
    is_opened: bool
    gone: list[Target]
    come: list[Target]
    stayed: int
    rules_out: list[str]
    rules_in: list[str]


def of(draw: Draw) -> Changes | None:
    """The difference to the draw it follows; None for a first draw."""
    before = draw.supersedes
    if before is None:
        return None
    old, new = drawn(before), drawn(draw)
    is_opened = bool(draw.result_text)
    rules = _rules(before), _rules(draw)
    lines = list(difflib.ndiff(*rules))
    return Changes(
        before=before,
        is_opened=is_opened,
        gone=_targets(old - new) if is_opened else [],
        come=_targets(new - old) if is_opened else [],
        stayed=len(old & new) if is_opened else 0,
        rules_out=[line[2:] for line in lines if line.startswith("- ")],
        rules_in=[line[2:] for line in lines if line.startswith("+ ")],
    )


def drawn(draw: Draw) -> set[str]:
    """The codes of those whom the stored result draws, also where the files hold aliases."""
    ids = [
        line.split("\t")[2]
        for line in draw.result_text.splitlines()
        if line.startswith("selected\t")
    ]
    if draw.disclosure == Disclosure.ALIAS:
        return set(
            Target.objects.filter(pk__in=[draw.roster[id_] for id_ in ids]).values_list(
                "code", flat=True
            )
        )
    return set(ids)


def _targets(codes: set[str]) -> list[Target]:
    rows = Target.objects.filter(code__in=codes).select_related("region")
    return list(rows.order_by("code")[:SHOWN])


def _rules(draw: Draw) -> list[str]:
    """The lines of the plan file without its header, as words."""
    return [line.replace("\t", " ") for line in draw.plan_text.splitlines()[1:]]
