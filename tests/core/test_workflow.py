import pytest
from django.db import transaction
from django.db.utils import Error

from core.audit import record, subject_of
from core.errors import IllegalMove, NotAllowed
from core.models import AuditEvent
from core.workflow import NOT_YOURS, advance, can, why_not_move
from plans.models import Plan
from tests.factories import PlanFactory, UserFactory, agency

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(reference):
    return PlanFactory(agency=agency("341300", "gongan"))


@pytest.fixture
def lead(plan):
    return UserFactory(role="lead", agency=plan.agency)


def test_a_role_counts_in_the_own_agency_only(plan, lead):
    stranger = UserFactory(role="lead", agency=agency("341300", "shichang"))
    assert can(lead, "submit", plan)
    assert not can(stranger, "submit", plan)
    assert not can(UserFactory(agency=None), "submit", plan)


def test_a_move_is_open_to_who_may_when_it_may(plan, lead):
    deputy = UserFactory(role="deputy", agency=plan.agency)
    assert why_not_move(plan, "submit", lead) is None
    assert why_not_move(plan, "submit", deputy) is NOT_YOURS
    assert why_not_move(plan, "approve", deputy).code == "illegal_move"


def test_advance_moves_and_records(plan, lead):
    with transaction.atomic():
        advance(plan, "submit", actor=lead)
    event = AuditEvent.objects.get(verb="plans.submit")
    assert (event.actor, event.subject) == (lead, subject_of(plan))
    assert event.data == {"before": "draft", "after": "submitted"}
    assert Plan.objects.get().status == "submitted"


def test_a_refused_move_leaves_nothing(plan, lead):
    stranger = UserFactory(role="lead", agency=agency("341300", "shichang"))
    for actor, move, error in ((stranger, "submit", NotAllowed), (lead, "publish", IllegalMove)):
        with pytest.raises(error), transaction.atomic():
            advance(plan, move, actor=actor)
    assert Plan.objects.get().status == "draft"
    assert not AuditEvent.objects.exists()


def test_the_row_decides_and_not_the_copy_in_memory(plan, lead):
    stale = Plan.objects.get()
    with transaction.atomic():
        advance(plan, "submit", actor=lead)
    with pytest.raises(IllegalMove), transaction.atomic():
        advance(stale, "submit", actor=lead)


@pytest.mark.parametrize(
    "change", [lambda rows: rows.update(summary="x"), lambda rows: rows.delete()]
)
def test_the_trail_is_append_only_in_the_database(plan, lead, change):
    record("core.test", plan, lead, "留痕")
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        change(AuditEvent.objects.all())
    assert AuditEvent.objects.get().summary == "留痕"
