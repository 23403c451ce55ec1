import pytest

from core.errors import IllegalMove
from deadlines.flows import DEADLINE_FLOW, DeadlineStatus

ALLOWED = {("open", "meet"): "met", ("open", "cancel"): "cancelled"}


@pytest.mark.parametrize("status", DeadlineStatus.values)
@pytest.mark.parametrize("name", [move.name for move in DEADLINE_FLOW])
def test_every_status_and_move(status, name):
    expected = ALLOWED.get((status, name))
    if expected:
        assert DEADLINE_FLOW.move(name, status).target == expected
    else:
        with pytest.raises(IllegalMove):
            DEADLINE_FLOW.move(name, status)
