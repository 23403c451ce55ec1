import pytest

from core.errors import IllegalMove
from tasks.flows import (
    CONFIRMATION_FLOW,
    DRAW_FLOW,
    TASK_FLOW,
    ConfirmationStatus,
    DrawStatus,
    TaskStatus,
)

TASK = {
    ("draft", "freeze"): "frozen",
    ("draft", "cancel"): "cancelled",
    ("frozen", "open"): "opened",
    ("opened", "request_confirmation"): "confirming",
    ("confirming", "lock"): "locked",
    ("locked", "assign"): "assigned",
    ("assigned", "dispatch"): "dispatched",
    ("dispatched", "complete"): "completed",
}
DRAW = {("draft", "freeze"): "frozen", ("frozen", "open"): "opened"}
CONFIRMATION = {("pending", "confirm"): "confirmed"}


@pytest.mark.parametrize(
    ("flow", "allowed", "status", "name"),
    [
        (flow, allowed, status, move.name)
        for flow, allowed, statuses in (
            (TASK_FLOW, TASK, TaskStatus),
            (DRAW_FLOW, DRAW, DrawStatus),
            (CONFIRMATION_FLOW, CONFIRMATION, ConfirmationStatus),
        )
        for status in statuses.values
        for move in flow
    ],
)
def test_every_status_and_move(flow, allowed, status, name):
    """The whole table, allowed or not: a change of the process must change this test."""
    expected = allowed.get((status, name))
    if expected:
        assert flow.move(name, status).target == expected
    else:
        with pytest.raises(IllegalMove):
            flow.move(name, status)
