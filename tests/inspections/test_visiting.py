import pytest

from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import AuditEvent
from inspections import services
from inspections.flows import InspectionStatus, SectionStatus
from inspections.models import OfficerConfirmation
from tests.factories import InspectorFactory, UserFactory


def strangers(world):
    """People who must not work on the visit."""
    colleague = UserFactory(role="officer", agency=world.police)
    InspectorFactory(agency=world.police, user=colleague)
    return {
        "colleague": colleague,
        "lead": world.lead,
        "deputy": UserFactory(role="deputy", agency=world.police),
        "foreign": UserFactory(role="officer"),
        "sysadmin": UserFactory(role="sysadmin", agency=None),
    }


def enter(world, actor=None, **more):
    values = {"certificates_shown": True, "rights_told": True} | more
    services.enter(world.visit, **values, actor=actor or world.officer())


def test_entry_is_recorded_with_time_and_officer(world):
    enter(world, world.officer("shichang"))
    visit = world.visit
    assert visit.status == InspectionStatus.ENTERED
    assert visit.certificates_shown
    assert visit.rights_told
    assert visit.entered_by == world.officer("shichang")
    assert visit.entered_at.date().isoformat() == "2021-07-21"
    event = AuditEvent.objects.get(verb="inspections.enter")
    assert event.actor == world.officer("shichang")


@pytest.mark.parametrize(
    ("given", "words"),
    [({"certificates_shown": False}, "出示执法证件"), ({"rights_told": False}, "告知")],
)
def test_entry_needs_certificates_and_notice(world, given, words):
    with pytest.raises(DomainError, match=words):
        enter(world, **given)
    assert world.visit.status == InspectionStatus.PENDING
    assert not AuditEvent.objects.filter(verb="inspections.enter").exists()


@pytest.mark.parametrize("who", ["colleague", "lead", "deputy", "foreign", "sysadmin"])
def test_only_the_team_enters(world, who):
    with pytest.raises(NotAllowed):
        enter(world, strangers(world)[who])
    assert world.visit.status == InspectionStatus.PENDING
    assert world.visit.entered_at is None


def test_a_team_member_without_the_role_does_not_enter(world):
    world.officer().groups.clear()
    with pytest.raises(NotAllowed):
        enter(world, world.officer().__class__.objects.get(pk=world.officer().pk))
    assert world.visit.status == InspectionStatus.PENDING


def test_a_visit_begins_once(inside):
    with pytest.raises(IllegalMove):
        enter(inside)
    assert AuditEvent.objects.filter(verb="inspections.enter").count() == 1


# The outcome


def test_an_outcome_is_kept_with_its_note_and_taken_back(inside):
    services.set_outcome(
        inside.visit, "uncooperative_serious", " 拒不开门 ", actor=inside.officer()
    )
    assert (inside.visit.outcome, inside.visit.outcome_note) == (
        "uncooperative_serious",
        "拒不开门",
    )
    services.set_outcome(inside.visit, "", "", actor=inside.officer())
    assert (inside.visit.outcome, inside.visit.outcome_note) == ("", "")
    assert AuditEvent.objects.filter(verb="inspections.set_outcome").count() == 2


def test_the_same_outcome_again_changes_nothing(inside):
    for _ in range(2):
        services.set_outcome(inside.visit, "closed", "已清空", actor=inside.officer())
    assert AuditEvent.objects.filter(verb="inspections.set_outcome").count() == 1


def test_a_firm_that_cannot_be_found_needs_no_entry(world):
    services.set_outcome(world.visit, "unreachable", "两次上门无人", actor=world.officer())
    assert world.visit.is_ended


@pytest.mark.parametrize(
    ("outcome", "note", "error"),
    [
        ("unreachable", "  ", DomainError),
        ("vanished", "不见了", DomainError),
        ("no_relevant_business", "未经营", IllegalMove),
    ],
)
def test_refused_outcomes_leave_nothing(world, outcome, note, error):
    with pytest.raises(error):
        services.set_outcome(world.visit, outcome, note, actor=world.officer())
    assert world.visit.outcome == ""
    assert not AuditEvent.objects.filter(verb="inspections.set_outcome").exists()


@pytest.mark.parametrize("who", ["colleague", "lead", "deputy", "foreign"])
def test_only_the_team_says_what_it_met(world, who):
    with pytest.raises(NotAllowed):
        services.set_outcome(world.visit, "closed", "已停业", actor=strangers(world)[who])
    assert world.visit.outcome == ""


def test_a_new_outcome_voids_the_confirmations_of_all_agencies(inside):
    for system in ("gongan", "shichang"):
        inside.fill(system)
        inside.confirm(system)
    services.set_outcome(inside.visit, "uncooperative_serious", "阻拦", actor=inside.officer())
    assert inside.section().status == SectionStatus.FILLING
    assert inside.section("shichang").status == SectionStatus.FILLING
    assert not OfficerConfirmation.objects.exists()


def test_the_outcome_stands_once_a_section_is_handed_in(world):
    world.ready()
    world.submit()
    with pytest.raises(IllegalMove, match="已提交审批"):
        services.set_outcome(world.visit, "closed", "已停业", actor=world.officer("shichang"))
    assert world.visit.outcome == ""
    assert world.section("shichang").status == SectionStatus.CONFIRMED
