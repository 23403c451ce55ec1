"""What an agency found in order this year is not inspected again (F17)."""

import pytest
from django.urls import reverse

from core.errors import DomainError
from inspections.models import Inspection, LeftOff
from tasks.models import Selection
from tests.factories import ItemPassFactory


@pytest.fixture
def strict(assigned):
    """Rules that forbid to repeat a passed item, and the firm of the visit."""
    assigned.task.rules = assigned.task.rules | {"forbids_repeat": True}
    assigned.task.save()
    assigned.firm = Selection.objects.get(task=assigned.task).target
    return assigned


def passes(world, system, count=None):
    """Earlier passes of the first items of a system."""
    items = world.items[system][:count]
    agency = {"gongan": world.police, "shichang": world.market}[system]
    for item in items:
        ItemPassFactory(target=world.firm, agency=agency, item_code=item.code)
    return items


def test_a_passed_item_is_left_off_with_the_reason(strict):
    (item,) = passes(strict, "shichang", 1)
    strict.dispatch()
    visit = Inspection.objects.get()
    asked = strict.section("shichang").items.all()
    assert item not in asked
    assert asked.count() == len(strict.items["shichang"]) - 1
    note = LeftOff.objects.get()
    assert (note.inspection, note.item, note.agency) == (visit, item, strict.market)
    assert str(note) == f"{item}：{strict.market}今年7月15日已检查，未发现问题，本次不再检查"
    for paper in visit.documents.all():
        assert item.code not in [one["code"] for one in paper.content["items"]]


def test_the_form_and_the_record_say_what_is_left_off(strict, client):
    passes(strict, "shichang", 1)
    strict.dispatch()
    visit = Inspection.objects.get()
    client.force_login(strict.officer())
    for address in (visit.get_absolute_url(), reverse("inspections:detail", args=[visit.pk])):
        assert "本次不重复检查的事项" in client.get(address).content.decode(), address


def test_a_section_of_which_nothing_remains_is_not_made(strict):
    passes(strict, "shichang")
    strict.dispatch()
    assert [one.agency for one in Inspection.objects.get().sections.all()] == [strict.police]


def test_a_visit_of_which_nothing_remains_is_not_dispatched(strict):
    passes(strict, "shichang")
    passes(strict, "gongan")
    with pytest.raises(DomainError, match="没有需要派发的检查"):
        strict.dispatch()
    assert not Inspection.objects.exists()
    strict.task.refresh_from_db()
    assert strict.task.status == "assigned"


def test_without_the_rule_everything_is_inspected(assigned):
    assigned.firm = Selection.objects.get(task=assigned.task).target
    passes(assigned, "shichang")
    assigned.dispatch()
    assert assigned.section("shichang").items.count() == len(assigned.items["shichang"])
    assert not LeftOff.objects.exists()
