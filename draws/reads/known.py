"""What a page may be told beyond the files of a draw: who is behind an id, what a tier is called.

A draw knows its texts only. Whoever holds it knows the registries and answers these questions;
without an answer nothing is named.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from draws.models import Disclosure, Draw


class Place(Protocol):
    """A county."""

    name: str


class Named(Protocol):
    """Somebody behind an id of the files."""

    code: str
    name: str
    region: Place


@dataclass(frozen=True)
class Tiers:
    """Names of the tiers by their codes, in order; whether everybody may read them."""

    names: Mapping[str, str] = field(default_factory=dict)
    is_public: bool = True


@dataclass(frozen=True)
class Line:
    """One thing that happened; `draw_id` is another draw to look at, or empty."""

    at: datetime
    text: str
    draw_id: str = ""


class Known(Protocol):
    """What the holder of a draw knows of it."""

    def codes(self, pks: Collection[int]) -> dict[int, str]:
        """The code behind each key of the roster."""

    def by_pk(self, pks: Collection[int]) -> Mapping[int, Named]:
        """Who stands behind keys of the roster."""

    def by_code(self, codes: Collection[str]) -> Mapping[str, Named]:
        """Who stands behind codes of the files."""

    def tiers(self, draw: Draw) -> Tiers:
        """What the tiers of a draw are called."""

    def lines(self, draw: Draw) -> list[Line]:
        """What happened to the drawn, with names."""


class Nobody:
    """Knows nothing: the texts alone."""

    def codes(self, pks: Collection[int]) -> dict[int, str]:
        """Nobody's."""
        return {}

    def by_pk(self, pks: Collection[int]) -> Mapping[int, Named]:
        """Nobody."""
        return {}

    def by_code(self, codes: Collection[str]) -> Mapping[str, Named]:
        """Nobody."""
        return {}

    def tiers(self, draw: Draw) -> Tiers:
        """No names."""
        return Tiers()

    def lines(self, draw: Draw) -> list[Line]:
        """Nothing."""
        return []


NOBODY = Nobody()


def behind(known: Known, draw: Draw, ids: Collection[str]) -> dict[str, Named]:
    """Who stands behind ids of the files, aliases or codes; ids that nobody knows are left out."""
    if draw.disclosure != Disclosure.ALIAS:
        return dict(known.by_code(ids))
    rows = known.by_pk([draw.roster[id_] for id_ in ids])
    return {id_: rows[draw.roster[id_]] for id_ in ids if draw.roster[id_] in rows}
