"""更换检查人员 by the protocol: who asks, who decides, who comes (2.10, T13, T14)."""

import threading

import pytest
from django.db import connections
from django.urls import reverse

from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import Notice
from deadlines.models import Deadline
from draws import drs1
from draws import services as draws
from draws.models import DrawEvent, DrawRecord
from draws.reads import certificates
from inspections import services as field
from inspections.models import Document, Inspection
from inspections.reads.documents import paper_pdf
from registries.models import Inspector, Recusal, Target
from tasks import services
from tasks.flows import SubstitutionStatus
from tasks.models import Assignment, Substitution
from tests import lists, suzhou
from tests.factories import UserFactory
from tests.pdf import text_of

STAR = "灵璧石铎保安服务有限公司"


@pytest.fixture
def sent(task):
    """The teams are assigned; every county keeps two of four officers of each system in reserve."""
    Recusal.objects.update(ended_on=suzhou.TODAY)
    suzhou.assigned(task)
    return task


def star_team(task, system="gongan"):
    star = task.selections.get(target__name=STAR)
    rows = star.assignments.filter(agency__system=system).select_related(
        "inspector__user", "inspector__agency", "selection__target", "selection__task", "agency"
    )
    return list(rows.order_by("-is_lead", "pk"))


def apply(assignment, cause="health", note="住院治疗", scope="one", actor=None):
    return field.request_substitution(
        assignment, cause, note, scope, actor=actor or assignment.inspector.user
    )


def deputy(system="gongan"):
    return suzhou.person(f"deputy-{system}")


def approve(row, actor=None):
    field.approve_substitution(row, "同意", actor=actor or deputy())
    row.refresh_from_db()
    return row


def verified(task):
    report = drs1.verify(certificates.build(lists.people_draw(task)))
    assert report.verdict == "passed", report.why
    return report.outcome


def rows_of_teams(task):
    """The teams as rows, in the words of `final_teams`."""
    draw = lists.people_draw(task)
    code = {pk: code for code, pk in draw.roster.items()}
    found = {}
    rows = Assignment.objects.filter(selection__task=task)
    for one in rows.select_related("selection__target", "agency").order_by("-is_lead"):
        key = (one.selection.target.code, one.agency.system_id)
        found.setdefault(key, []).append((one.is_lead, code[one.inspector_id]))
    return found


def assert_rows_are(task, final_teams):
    rows = rows_of_teams(task)
    for line in final_teams:
        _, target, system, members = line.split("\t")
        codes = members.split(",")
        assert {code for _, code in rows[target, system]} == set(codes)
        assert [code for is_lead, code in rows[target, system] if is_lead] == codes[:1]


# Kaifeng: refused without the approval; with it the substitute comes from the published procedure


def test_without_the_approval_nothing_changes(sent):
    one = star_team(sent)[0]
    before = rows_of_teams(sent)
    apply(one)
    assert rows_of_teams(sent) == before
    for actor in (suzhou.person("lead"), suzhou.person("admin-gongan"), one.inspector.user):
        with pytest.raises(NotAllowed):
            field.approve_substitution(Substitution.objects.get(), actor=actor)
    with pytest.raises(NotAllowed):
        field.approve_substitution(Substitution.objects.get(), actor=deputy("shichang"))
    assert rows_of_teams(sent) == before
    assert not DrawEvent.objects.exists()


def test_with_the_approval_the_substitute_comes_by_the_procedure(sent):
    one = star_team(sent)[0]
    row = approve(apply(one))
    assert row.status == SubstitutionStatus.APPROVED
    one.refresh_from_db(from_queryset=Assignment.every)
    assert one.ended_at is not None
    newcomer = row.substitute.inspector
    assert newcomer.agency == one.inspector.agency
    assert newcomer.pk not in {old.inspector_id for old in [one, *star_team(sent)[2:]]}
    outcome = verified(sent)
    fields = outcome.events[0].split("\t")
    roster = lists.people_draw(sent).roster
    assert fields[0] == "substitute"
    assert roster[fields[3]] == one.inspector_id
    assert roster[fields[4]] == newcomer.pk
    assert fields[5] == "health"
    assert_rows_are(sent, outcome.final_teams)


def test_the_event_is_logged_before_the_next_value_is_opened(sent):
    one = star_team(sent)[0]
    approve(apply(one))
    draw = lists.people_draw(sent)
    kinds = list(DrawRecord.objects.filter(draw=draw).values_list("type", flat=True))
    assert kinds[-2:] == ["substitute", "open"]
    event = DrawEvent.objects.get()
    body = DrawRecord.objects.get(draw=draw, type="substitute").body.split("\t")
    assert body[0] == "substitute"
    assert body[4:] == ["one", "health"]
    values = drs1.chain(draw.draw_id, bytes.fromhex(draw.secret), 64)
    assert event.opened_secret == values[2]
    assert drs1.digest(DrawRecord.objects.filter(draw=draw).last().body) == event.events_digest


def test_a_second_substitution_opens_the_next_value(sent):
    police, market = star_team(sent)[0], star_team(sent, "shichang")[1]
    approve(apply(police))
    approve(apply(market, "transfer", "已调离"), deputy("shichang"))
    draw = lists.people_draw(sent)
    values = drs1.chain(draw.draw_id, bytes.fromhex(draw.secret), 64)
    opened = list(DrawEvent.objects.order_by("number").values_list("opened_secret", flat=True))
    assert opened == values[2:4]
    assert_rows_are(sent, verified(sent).final_teams)


def test_scope_all_takes_every_team_one_event_each(task):
    """All firms of one county, so that its four officers share them."""
    Recusal.objects.update(ended_on=suzhou.TODAY)
    Target.objects.update(region="341323")
    suzhou.assigned(task)
    one = star_team(task)[0]
    mine = Assignment.objects.filter(inspector=one.inspector, selection__task=task)
    teams = mine.count()
    assert teams > 1
    row = approve(apply(one, "transfer", "调离", "all"))
    assert row.scope == "all"
    assert DrawEvent.objects.count() == teams
    assert not mine.exists()
    assert Substitution.objects.filter(status=SubstitutionStatus.APPROVED).count() == teams
    outcome = verified(task)
    assert not [text for text in outcome.warnings if "still on a team" in text]
    assert [event.line for event in DrawEvent.objects.all()] == outcome.events
    for number, event in enumerate(DrawEvent.objects.all(), 1):
        lines = outcome.events[:number]
        draw = event.draw
        assert event.events_digest == drs1.events_digest(draw.draw_id, draw.result_digest, lines)
    assert_rows_are(task, outcome.final_teams)


def test_a_recusal_stays_for_later_draws(sent):
    one = star_team(sent)[0]
    approve(apply(one, "recusal", "配偶在该公司任职", "all"))
    recusal = Recusal.objects.get(inspector=one.inspector, ended_on=None)
    assert recusal.target == one.selection.target
    assert Substitution.objects.get().scope == "one"


# Who may ask, and when


def test_the_administrator_applies_for_others_but_not_for_recusal(sent):
    one = star_team(sent)[0]
    admin = UserFactory(role="agency_admin", agency=one.inspector.agency)
    with pytest.raises(NotAllowed):
        apply(one, "recusal", "听说有亲属", actor=admin)
    assert apply(one, "conflict", "同日出庭", actor=admin).agency == one.inspector.agency


@pytest.mark.parametrize("username", ["lead", "supervisor", "officer-shichang", "admin-gongan"])
def test_others_may_not_apply(sent, username):
    with pytest.raises(NotAllowed):
        apply(star_team(sent)[0], actor=suzhou.person(username))
    assert not Substitution.objects.exists()


def test_a_colleague_may_not_apply(sent):
    first, second = star_team(sent)
    with pytest.raises(NotAllowed):
        apply(first, actor=second.inspector.user)


@pytest.mark.parametrize(
    ("cause", "note", "scope"),
    [("bored", "不想去", "one"), ("health", "  ", "one"), ("health", "住院", "some")],
)
def test_an_incomplete_application_is_refused(sent, cause, note, scope):
    with pytest.raises(DomainError, match="没有提交"):
        apply(star_team(sent)[0], cause, note, scope)
    assert not Substitution.objects.exists()


def test_asking_twice_is_refused(sent):
    one = star_team(sent)[0]
    apply(one)
    with pytest.raises(IllegalMove, match="没有重复提交"):
        apply(one)
    assert Substitution.objects.count() == 1


def test_the_deputy_may_refuse_with_a_reason(sent):
    one = star_team(sent)[0]
    row = apply(one)
    with pytest.raises(DomainError, match="理由"):
        field.refuse_substitution(row, "", actor=deputy())
    field.refuse_substitution(row, "可以调整时间", actor=deputy())
    row.refresh_from_db()
    assert row.status == SubstitutionStatus.REFUSED
    assert one in star_team(sent)
    told = Notice.objects.filter(recipient=one.inspector.user, text__contains="可以调整时间")
    assert told.exists()
    with pytest.raises(IllegalMove):
        field.approve_substitution(row, actor=deputy())


def test_nobody_judges_the_own_application(sent):
    one = star_team(sent)[0]
    Inspector.objects.filter(pk=one.inspector_id).update(user=deputy())
    row = Substitution.objects.create(
        assignment=one,
        agency=one.inspector.agency,
        cause="health",
        note="住院",
        requested_at="2021-07-15T08:00:00Z",
    )
    with pytest.raises(NotAllowed, match="自己"):
        approve(row)
    assert not DrawEvent.objects.exists()


# The field


@pytest.fixture
def out(sent, clock):
    field.dispatch(sent, actor=suzhou.person("lead"))
    clock("2021-07-21")
    return sent


def test_papers_name_the_new_officer_and_deadlines_stay(out):
    one = star_team(out)[0]
    visit = Inspection.objects.get(selection=one.selection)
    before = list(Deadline.objects.order_by("pk").values("pk", "due_on", "status"))
    row = approve(apply(one))
    old, new = one.inspector, row.substitute.inspector
    for document in Document.objects.filter(inspection=visit):
        named = {
            officer["certificate_no"]
            for agency in document.content["agencies"]
            for officer in agency["officers"]
        }
        assert new.certificate_no in named
        assert old.certificate_no not in named
        text = text_of(paper_pdf(document))
        assert "检查人员变更：2021年7月21日" in text
        assert f"{old.name}（执法证号{old.certificate_no}）更换为{new.name}" in text
        assert "住院" not in text
    assert list(Deadline.objects.order_by("pk").values("pk", "due_on", "status")) == before
    assert visit in Inspection.objects.assigned_to(new.user)
    assert visit not in Inspection.objects.assigned_to(old.user)


def test_both_and_the_lead_are_told(out):
    row = approve(apply(star_team(out)[0]))
    people = [row.assignment.inspector.user, row.substitute.inspector.user, suzhou.person("lead")]
    for user in people:
        assert Notice.objects.filter(recipient=user, text__contains="更换为").exists(), user


def enter(task):
    visit = Inspection.objects.get(selection__target__name=STAR)
    officer = star_team(task)[0].inspector.user
    field.enter(visit, certificates_shown=True, rights_told=True, actor=officer)
    return visit


def test_after_entry_nobody_is_replaced(out):
    first, second = star_team(out)
    row = apply(second)
    enter(out)
    with pytest.raises(DomainError, match="已经进入检查"):
        apply(first)
    with pytest.raises(DomainError, match="已经进入检查"):
        approve(row)
    assert star_team(out) == [first, second]
    assert not DrawEvent.objects.exists()
    row.refresh_from_db()
    assert row.status == SubstitutionStatus.REQUESTED


def test_after_entry_only_the_refusal_of_an_application_is_offered(out, log_in):
    row = apply(star_team(out)[1])
    page = reverse("inspections:substitution", args=[row.pk])
    approval, refusal = (
        reverse("inspections:decide_substitution", args=[row.pk, move])
        for move in ("approve", "refuse")
    )
    assert approval in log_in(deputy()).get(page).content.decode()
    enter(out)
    said = log_in(deputy()).get(page).content.decode()
    assert approval not in said
    assert "已经进入检查，不能再更换检查人员" in said
    assert refusal in said
    log_in(deputy()).post(approval)
    assert not DrawEvent.objects.exists()
    log_in(deputy()).post(refusal, {"note": "已经进入检查"})
    row.refresh_from_db()
    assert row.status == SubstitutionStatus.REFUSED


def test_scope_all_leaves_a_visit_that_has_begun(out):
    visit = enter(out)
    mine = star_team(out)[0]
    assert visit.selection == mine.selection
    begun = field.begun_in(out)
    assert begun == {visit.selection_id}


def test_where_nobody_is_left_it_is_refused_and_says_what_to_do(task):
    suzhou.assigned(task)  # with the recusals of the star: its team is all there is
    one = star_team(task)[0]
    row = apply(one)
    with pytest.raises(DomainError, match="没有其他符合条件的检查人员.*请先在名录库补充人员"):
        approve(row)
    row.refresh_from_db()
    assert row.status == SubstitutionStatus.REQUESTED
    assert one in star_team(task)
    assert not DrawEvent.objects.exists()
    assert not DrawRecord.objects.filter(type="substitute").exists()


def test_a_repair_that_moves_other_teams_moves_their_rows_too(task):
    """With a cap of one, the only free colleague may have to come by way of another team."""
    Recusal.objects.update(ended_on=suzhou.TODAY)
    suzhou.locked(task)
    lead = suzhou.person("lead")
    services.arrange_staffing(task, 2, [], actor=lead)
    draw = services.freeze_people(task, actor=lead)
    draws.consent(draw, actor=suzhou.person("admin-shichang"))
    services.open_people(draw, actor=lead, **suzhou.WITNESS)
    approve(apply(star_team(task)[0]))
    assert_rows_are(task, verified(task).final_teams)


@pytest.mark.django_db(transaction=True)
def test_two_approvals_at_once_give_one_event(clock):
    clock("2021-07-15")
    task = suzhou.lay_task()
    Recusal.objects.update(ended_on=suzhou.TODAY)
    suzhou.assigned(task)
    row = apply(star_team(task)[0])
    start, outcomes = threading.Barrier(2), []

    def click():
        try:
            mine = Substitution.objects.get(pk=row.pk)
            start.wait()
            field.approve_substitution(mine, actor=deputy())
            outcomes.append("approved")
        except IllegalMove:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["approved", "refused"]
    assert DrawEvent.objects.count() == 1
    assert verified(task).events
