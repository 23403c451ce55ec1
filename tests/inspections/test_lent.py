"""An officer sent from elsewhere works on the section of the team that the draw put them on (G12, T12)."""

from uuid import UUID

import pytest
from django.urls import reverse

from core.errors import NotAllowed
from inspections import services
from inspections.flows import SectionStatus
from inspections.models import Evidence, Inspection, Section
from reports.reads import worklist
from tasks.models import Assignment
from tests.factories import InspectorFactory, UserFactory, agency
from tests.inspections import camera
from tests.inspections.factories import PASSWORD, STROKES


@pytest.fixture
def lent(assigned):
    """An officer of the city's police on the county's team, in place of its second."""
    city = agency("341300", "gongan")
    chief = InspectorFactory(agency=city, user=UserFactory(role="officer", agency=city))
    second = assigned.teams["gongan"][1]
    old = Assignment.objects.get(inspector=second)
    Assignment.objects.create(selection=old.selection, agency=assigned.police, inspector=chief)
    Assignment.objects.filter(pk=old.pk).update(ended_at="2021-07-20T08:00:00Z")
    assigned.teams["gongan"][1] = chief
    assigned.dispatch()
    return chief


def test_the_whole_visit_by_the_lent_officer(assigned, lent, deadlines):
    world, officer = assigned, lent.user
    section = world.section()
    assert section.agency_id != officer.agency_id
    services.enter(world.visit, certificates_shown=True, rights_told=True, actor=officer)
    services.answer_rest_no_issue(section, actor=officer)
    photo = services.attach(section, camera.jpeg(), actor=officer)
    assert photo in Evidence.objects.visible_to(officer)
    world.fill("shichang")
    for system, team in world.teams.items():
        for inspector in team:
            services.confirm(
                world.section(system),
                inspector,
                password=PASSWORD,
                address="",
                actor=inspector.user,
            )
    services.sign(
        world.visit, signer_name="赵某某", signer_role="onsite", strokes=STROKES, actor=officer
    )
    done = services.submit(world.section(), submission_id=UUID(int=1), actor=officer)
    assert (done.status, done.submitted_by) == (SectionStatus.SUBMITTED, officer)
    assert world.visit in Inspection.objects.done_by(officer)


def test_the_lent_officer_sees_the_visit_and_colleagues_at_home_do_not(assigned, lent, log_in):
    visit = assigned.visit
    assert [todo.kind for todo in worklist(lent.user)] == ["enter"]
    assert log_in(lent.user).get(visit.get_absolute_url()).status_code == 200
    far = UserFactory(role="officer", agency=agency("341321", "gongan"))
    assert log_in(far).get(visit.get_absolute_url()).status_code == 404


def test_the_lent_officer_has_no_part_in_the_other_section(assigned, lent):
    other = assigned.section("shichang")
    assert other not in Section.objects.worked_by(lent.user)
    with pytest.raises(NotAllowed):
        services.answer_rest_no_issue(other, actor=lent.user)


def test_whoever_left_the_team_works_there_no_more(assigned, lent):
    gone = Assignment.every.exclude(ended_at=None).get().inspector
    section = assigned.section()
    assert section not in Section.objects.worked_by(gone.user)
    with pytest.raises(NotAllowed):
        services.enter(assigned.visit, certificates_shown=True, rights_told=True, actor=gone.user)


def test_the_application_page_is_open_to_the_lent_officer(assigned, lent, log_in):
    one = Assignment.objects.get(inspector=lent)
    page = log_in(lent.user).get(reverse("inspections:substitute", args=[one.pk]))
    assert page.status_code == 200
