import pytest

from core.errors import IllegalMove
from inspections.flows import INSPECTION_FLOW, SECTION_FLOW, InspectionStatus, SectionStatus

VISIT = {
    ("pending", "enter"): "entered",
    ("entered", "sign"): "signed",
    ("signed", "sign"): "signed",
    ("completed", "sign"): "signed",
    ("pending", "complete"): "completed",
    ("entered", "complete"): "completed",
    ("signed", "complete"): "completed",
}
SECTION = {
    ("filling", "confirm"): "confirmed",
    ("returned", "confirm"): "confirmed",
    ("confirmed", "reopen"): "filling",
    ("confirmed", "submit"): "submitted",
    ("submitted", "approve"): "published",
    ("submitted", "return"): "returned",
}
CASES = [
    (flow, allowed, status, move.name)
    for flow, allowed, statuses in (
        (INSPECTION_FLOW, VISIT, InspectionStatus.values),
        (SECTION_FLOW, SECTION, SectionStatus.values),
    )
    for status in statuses
    for move in flow
]


@pytest.mark.parametrize(("flow", "allowed", "status", "name"), CASES)
def test_every_status_and_move(flow, allowed, status, name):
    expected = allowed.get((status, name))
    if expected:
        assert flow.move(name, status).target == expected
    else:
        with pytest.raises(IllegalMove):
            flow.move(name, status)
