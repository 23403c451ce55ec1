"""State machines as data: one table per model names every allowed change of status."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.errors import IllegalMove, Refusal, demand


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed change of status.

    `name` is the verb in URLs, permissions and audit events; `label` is the text on the button.
    """

    name: str
    label: str
    sources: frozenset[str]
    target: str


class Flow:
    """Every move of one model."""

    def __init__(self, *moves: Move) -> None:
        self._moves = {move.name: move for move in moves}

    def __iter__(self) -> Iterator[Move]:
        return iter(self._moves.values())

    def moves_from(self, status: str) -> list[Move]:
        """The moves open to an object in `status`, in the order of the table."""
        return [move for move in self if status in move.sources]

    def why_not(self, name: str, status: str) -> Refusal | None:
        """Why the move `name` does not start from `status`, or None."""
        move = self._moves[name]
        if status in move.sources:
            return None
        text = f"当前状态不能执行“{move.label}”，请刷新页面后查看最新状态。"
        return Refusal(text, code="illegal_move", error=IllegalMove)

    def move(self, name: str, status: str) -> Move:
        """The move `name`; raises IllegalMove when it does not start from `status`."""
        demand(self.why_not(name, status))
        return self._moves[name]

    def permissions(self, model: str) -> list[tuple[str, Any]]:
        """`Meta.permissions` of the model: one permission per move."""
        return [(f"{move.name}_{model}", f"可以{move.label}") for move in self]
