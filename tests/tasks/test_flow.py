import pytest

from core.errors import IllegalMove
from draws.flows import DRAW_FLOW, DrawStatus
from tasks.flows import (
    CONFIRMATION_FLOW,
    REPLACEMENT_FLOW,
    SUBSTITUTION_FLOW,
    TASK_FLOW,
    ConfirmationStatus,
    ReplacementStatus,
    SubstitutionStatus,
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
    ("frozen", "start_over"): "draft",
    ("opened", "start_over"): "draft",
    ("confirming", "start_over"): "draft",
    ("locked", "start_over"): "draft",
    ("assigned", "unassign"): "locked",
}
DRAW = {
    ("draft", "freeze"): "frozen",
    ("frozen", "open"): "opened",
    ("frozen", "void"): "voided",
    ("opened", "void"): "voided",
}
CONFIRMATION = {("pending", "confirm"): "confirmed", ("confirmed", "reopen"): "pending"}
REPLACEMENT = {("proposed", "agree"): "agreed", ("proposed", "refuse"): "refused"}
SUBSTITUTION = {("requested", "approve"): "approved", ("requested", "refuse"): "refused"}


@pytest.mark.parametrize(
    ("flow", "allowed", "status", "name"),
    [
        (flow, allowed, status, move.name)
        for flow, allowed, statuses in (
            (TASK_FLOW, TASK, TaskStatus),
            (DRAW_FLOW, DRAW, DrawStatus),
            (CONFIRMATION_FLOW, CONFIRMATION, ConfirmationStatus),
            (REPLACEMENT_FLOW, REPLACEMENT, ReplacementStatus),
            (SUBSTITUTION_FLOW, SUBSTITUTION, SubstitutionStatus),
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
