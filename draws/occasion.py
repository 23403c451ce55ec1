"""What a draw is held for. Draws know an occasion, never the thing behind it."""

from dataclasses import dataclass

from agencies.models import Agency


@dataclass(frozen=True)
class Occasion:
    """A subject as texts, and the agencies it concerns; snapshot at the freeze.

    key: names the subject for ever; one live draw per key, period, batch and purpose. reference:
    its number. title: as the plan file has it. link: the page where staff go on with the draw. period: `first/last` day.
    agency: who draws. taking_part: who is concerned besides.
    """

    key: str
    reference: str
    title: str
    link: str
    period: str
    agency: Agency
    taking_part: tuple[Agency, ...] = ()

    @property
    def agencies(self) -> list[Agency]:
        """Everybody, who draws first."""
        return [self.agency, *self.taking_part]
