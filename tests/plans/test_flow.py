import pytest

from core.errors import IllegalMove
from plans.flows import PLAN_FLOW, PlanStatus

ALLOWED = {
    ("draft", "submit"): "submitted",
    ("submitted", "return"): "draft",
    ("submitted", "approve"): "approved",
    ("approved", "publish"): "published",
    ("published", "supersede"): "superseded",
}


@pytest.mark.parametrize("status", PlanStatus.values)
@pytest.mark.parametrize("name", [move.name for move in PLAN_FLOW])
def test_every_status_and_move(status, name):
    """The whole table, allowed or not: a change of the process must change this test."""
    expected = ALLOWED.get((status, name))
    if expected:
        assert PLAN_FLOW.move(name, status).target == expected
    else:
        with pytest.raises(IllegalMove):
            PLAN_FLOW.move(name, status)
