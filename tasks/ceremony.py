"""What is fixed about a draw before its freeze: who adds to the seed, and the public beacon (2.5)."""

from dataclasses import dataclass
from datetime import datetime

from tasks.models import BeaconKind, Missing, Way
from tasks.times import utc

WITNESS = "见证人"


@dataclass(frozen=True)
class Party:
    """One contributor. `code` is its name in the plan file; a witness has no agency."""

    code: str
    way: str = Way.OPEN
    agency_id: int | None = None
    is_outside: bool = False


@dataclass(frozen=True)
class Ceremony:
    """Contributors, what a missing one does, until when, and the beacon (times are aware)."""

    parties: tuple[Party, ...] = (Party(WITNESS),)
    missing: str = Missing.VOID
    commit_until: datetime | None = None
    reveal_until: datetime | None = None
    beacon_kind: str = BeaconKind.NONE
    beacon_ref: str = "-"
    beacon_at: datetime | None = None

    @property
    def lines(self) -> list[tuple[str, ...]]:
        """The lines of the plan file, in any order."""
        deadlines = {
            "commit": self.commit_until,
            "reveal": self.reveal_until,
            "beacon": self.beacon_at,
        }
        return [
            ("beacon", self.beacon_kind, self.beacon_ref),
            ("missing", self.missing),
            *(("contributor", party.code, party.way) for party in self.parties),
            *(("outside", party.code) for party in self.parties if party.is_outside),
            *(("deadline", name, utc(at)) for name, at in deadlines.items() if at),
        ]


SHORT = Ceremony()
