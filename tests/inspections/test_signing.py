import pytest
from django.urls import reverse

from agencies.models import LogInGuard
from agencies.services import log_in
from core import clock
from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import AuditEvent
from inspections import services
from inspections.flows import InspectionStatus, SectionStatus
from inspections.models import OfficerConfirmation, Signature
from inspections.reads.form_state import Sheet
from tests.factories import InspectorFactory, UserFactory
from tests.inspections.factories import PASSWORD, STROKES, assign_more
from tests.inspections.test_visiting import strangers

WRONG = "inspections.wrong_password"


def confirm(world, place=0, system="gongan", password=PASSWORD, actor=None):
    services.confirm(
        world.section(system),
        world.teams[system][place],
        password=password,
        address="",
        actor=actor or world.officer(system),
    )


@pytest.fixture
def filled(inside):
    for system in inside.teams:
        inside.fill(system)
    return inside


@pytest.fixture
def confirmed(filled):
    for system in filled.teams:
        filled.confirm(system)
    return filled


# Officers


def test_the_last_of_two_officers_moves_the_section(filled):
    confirm(filled, 0)
    assert filled.section().status == SectionStatus.FILLING
    confirm(filled, 1)
    assert filled.section().status == SectionStatus.CONFIRMED
    digests = set(OfficerConfirmation.objects.values_list("digest", flat=True))
    assert len(digests) == 1
    assert len(digests.pop()) == 64


def test_a_colleague_confirms_on_the_same_phone(filled):
    confirm(filled, 1, actor=filled.officer("gongan", 0))
    assert OfficerConfirmation.objects.get().inspector == filled.teams["gongan"][1]
    event = AuditEvent.objects.get(verb="inspections.officer_confirm")
    assert event.actor == filled.officer("gongan", 0)
    assert filled.teams["gongan"][1].name in event.summary


def test_confirming_again_changes_nothing(filled):
    confirm(filled, 0)
    confirm(filled, 0)
    assert OfficerConfirmation.objects.count() == 1


def test_all_of_the_team_confirm(assigned):
    third = InspectorFactory(
        agency=assigned.police, user=UserFactory(role="officer", agency=assigned.police)
    )
    assign_more(assigned.task.selections.get(), third)
    assigned.dispatch()
    assigned.enter()
    assigned.fill()
    assigned.confirm()
    assert assigned.section().status == SectionStatus.FILLING
    services.confirm(
        assigned.section(), third, password=PASSWORD, address="", actor=assigned.officer()
    )
    assert assigned.section().status == SectionStatus.CONFIRMED


def test_a_wrong_password_is_refused_and_counted(filled):
    with pytest.raises(DomainError, match="口令不正确"):
        confirm(filled, password="guess")
    assert not OfficerConfirmation.objects.exists()
    event = AuditEvent.objects.get(verb=WRONG)
    assert event.actor == filled.officer()
    assert "guess" not in f"{event.summary}{event.data}"


def test_five_wrong_passwords_lock_the_account_here_and_at_the_log_in(filled):
    first, second = (one.user for one in filled.teams["gongan"][:2])
    for _ in range(5):
        with pytest.raises(DomainError, match="口令不正确"):
            confirm(filled, password="guess")
    with pytest.raises(DomainError, match="已锁定，请约 20 分钟后"):
        confirm(filled)
    with pytest.raises(DomainError, match="已锁定"):
        log_in(first.username, PASSWORD, address="192.0.2.7")
    lock = AuditEvent.objects.get(verb="agencies.lock")
    assert lock.subject == f"agencies.user:{first.pk}"
    confirm(filled, 1)
    assert log_in(second.username, PASSWORD, address="192.0.2.7") == second
    assert AuditEvent.objects.filter(verb=WRONG).count() == 5
    assert OfficerConfirmation.objects.get().inspector == filled.teams["gongan"][1]


def test_failed_log_ins_count_at_the_form_and_the_right_password_forgets_them(filled):
    user = filled.teams["gongan"][0].user
    for _ in range(4):
        with pytest.raises(DomainError):
            log_in(user.username, "guess", address="192.0.2.7")
    confirm(filled)
    assert LogInGuard.objects.get(user=user).failures == 0
    for _ in range(4):
        with pytest.raises(DomainError):
            log_in(user.username, "guess", address="192.0.2.7")
    with pytest.raises(DomainError, match="口令不正确"):
        confirm(filled, password="guess")
    assert LogInGuard.objects.get(user=user).is_closed


def test_the_form_counts_wrong_passwords_against_the_address_too(filled, log_in):
    inspector = filled.teams["gongan"][0]
    address = reverse("inspections:confirm", args=[filled.visit.pk])
    answer = log_in(filled.officer()).post(
        address, {"inspector": inspector.pk, "password": "guess"}, REMOTE_ADDR="192.0.2.9"
    )
    assert answer.status_code == 422
    assert LogInGuard.objects.get(scope="address", key="192.0.2.9").failures == 1


def test_an_officer_without_account_cannot_confirm(filled):
    inspector = filled.teams["gongan"][1]
    inspector.user = None
    inspector.save()
    with pytest.raises(DomainError, match="没有可用的登录账号"):
        confirm(filled, 1)
    assert not OfficerConfirmation.objects.exists()


def test_an_officer_of_the_other_agency_cannot_stand_for_this_one(filled):
    with pytest.raises(NotAllowed):
        services.confirm(
            filled.section(),
            filled.teams["shichang"][0],
            password=PASSWORD,
            address="",
            actor=filled.officer(),
        )
    assert not OfficerConfirmation.objects.exists()


@pytest.mark.parametrize("who", ["colleague", "lead", "deputy", "foreign"])
def test_strangers_cannot_even_try_a_password(filled, who):
    with pytest.raises(NotAllowed):
        confirm(filled, password="guess", actor=strangers(filled)[who])
    assert not AuditEvent.objects.filter(verb=WRONG).exists()


def test_what_is_incomplete_is_not_confirmed(inside):
    with pytest.raises(DomainError, match="还有 1 处没有填完"):
        confirm(inside)
    assert not OfficerConfirmation.objects.exists()


def test_nobody_confirms_before_entry(world):
    with pytest.raises(IllegalMove, match="进入检查"):
        confirm(world)
    assert not OfficerConfirmation.objects.exists()


def test_one_officer_alone_cannot_confirm(inside):
    inside.fill()
    assignments = inside.visit.selection.assignments
    assignments.filter(inspector=inside.teams["gongan"][1]).update(ended_at=clock.now())
    with pytest.raises(DomainError, match="不足 2 名"):
        confirm(inside)
    assert inside.section().status == SectionStatus.FILLING


def test_a_handed_in_section_is_not_confirmed_again(world):
    world.ready()
    world.submit()
    with pytest.raises(IllegalMove, match="已提交审批"):
        confirm(world)
    assert world.section().confirmations.count() == 2


def test_an_ended_visit_is_confirmed_without_answers(world):
    services.set_outcome(world.visit, "unreachable", "两次上门无人", actor=world.officer())
    world.confirm()
    assert world.section().status == SectionStatus.CONFIRMED


# The firm


def sign(world, actor=None, **more):
    values = {"signer_name": "赵某某", "signer_role": "onsite", "strokes": STROKES} | more
    return services.sign(world.visit, **values, actor=actor or world.officer())


def test_the_firm_signs_the_whole_form(confirmed):
    row = sign(confirmed, opinion=" 无异议 ")
    assert confirmed.visit.status == InspectionStatus.SIGNED
    assert (row.kind, row.strokes, row.opinion) == ("signed", STROKES, "无异议")
    assert row.digest == Sheet.load(confirmed.visit.pk).digest
    assert row.recorded_by == confirmed.officer()
    assert AuditEvent.objects.get(verb="inspections.sign").actor == confirmed.officer()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"strokes": []}, "签名为空，请企业负责人在框内签字；如对方拒签，请点“拒签”并写明原因。"),
        ({"strokes": [[[5, 5]]]}, "签名为空"),
        ({"strokes": "M0 0"}, "数据不完整"),
        ({"signer_name": " "}, "签字人姓名"),
        ({"signer_role": "cousin"}, "签字人身份"),
    ],
)
def test_an_incomplete_signature_is_refused(confirmed, given, words):
    with pytest.raises(DomainError, match=words):
        sign(confirmed, **given)
    assert_unsigned(confirmed)


def test_the_firm_signs_when_all_sections_are_done(filled):
    filled.confirm("gongan")
    with pytest.raises(IllegalMove, match="市场监管的检查人员还没有全部确认"):
        sign(filled)
    assert_unsigned(filled)


@pytest.mark.parametrize("who", ["colleague", "lead", "deputy", "foreign"])
def test_only_the_team_records_a_signature(confirmed, who):
    with pytest.raises(NotAllowed):
        sign(confirmed, strangers(confirmed)[who])
    with pytest.raises(NotAllowed):
        services.refuse_signature(
            confirmed.visit, reason="不愿", witness="社区李某", actor=strangers(confirmed)[who]
        )
    assert_unsigned(confirmed)


def test_a_refusal_is_recorded_with_reason_and_witness(confirmed):
    row = services.refuse_signature(
        confirmed.visit, reason="对结论有异议", witness="社区李某", actor=confirmed.officer()
    )
    assert (row.kind, row.reason, row.witness) == ("refused", "对结论有异议", "社区李某")
    assert row.strokes is None
    assert confirmed.visit.status == InspectionStatus.SIGNED


@pytest.mark.parametrize(
    ("reason", "witness", "words"), [(" ", "李某", "理由"), ("不愿", " ", "见证人")]
)
def test_a_refusal_needs_reason_and_witness(confirmed, reason, witness, words):
    with pytest.raises(DomainError, match=words):
        services.refuse_signature(
            confirmed.visit, reason=reason, witness=witness, actor=confirmed.officer()
        )
    assert_unsigned(confirmed)


def test_the_firm_may_sign_anew_before_handing_in(confirmed):
    sign(confirmed)
    sign(confirmed, signer_name="钱某某")
    assert Sheet.load(confirmed.visit.pk).signature.signer_name == "钱某某"


def test_a_signature_under_which_was_handed_in_is_not_replaced(confirmed):
    sign(confirmed)
    confirmed.submit("gongan", 1)
    with pytest.raises(IllegalMove, match="不能再签"):
        sign(confirmed)
    assert Signature.objects.count() == 1


def test_an_ended_visit_is_not_signed(world):
    services.set_outcome(world.visit, "closed", "已停业", actor=world.officer())
    for system in world.teams:
        world.confirm(system)
    with pytest.raises(DomainError, match="不需要企业签字"):
        sign(world)
    assert not Signature.objects.exists()


def assert_unsigned(world):
    assert not Signature.objects.exists()
    assert world.visit.status == InspectionStatus.ENTERED
    assert not AuditEvent.objects.filter(verb="inspections.sign").exists()


def test_where_the_password_was_typed_cannot_be_forgotten(filled):
    members = filled.teams["gongan"]
    with pytest.raises(TypeError, match="address"):
        services.confirm(
            filled.section(), members[0], password=PASSWORD, actor=filled.officer("gongan", 0)
        )
    assert not filled.section().confirmations.exists()
