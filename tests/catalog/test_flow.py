import pytest

from catalog.flows import VERSION_FLOW, VersionStatus
from core.errors import IllegalMove

ALLOWED = {
    ("draft", "publish"): "published",
    ("published", "supersede"): "superseded",
}


@pytest.mark.parametrize("status", VersionStatus.values)
@pytest.mark.parametrize("name", [move.name for move in VERSION_FLOW])
def test_every_status_and_move(status, name):
    """The whole table, allowed or not: a change of the process must change this test."""
    expected = ALLOWED.get((status, name))
    if expected:
        assert VERSION_FLOW.move(name, status).target == expected
    else:
        with pytest.raises(IllegalMove):
            VERSION_FLOW.move(name, status)
