import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import Notice
from draws import drs1
from draws import services as draws
from draws.ceremony_plan import DICE, Party
from draws.flows import DrawStatus
from draws.models import Draw, DrawRecord
from draws.reads import certificates
from draws.reads.sealers import contributors_for
from tasks import services
from tasks.flows import TaskStatus
from tasks.jobs import sweep_draws
from tasks.models import Task
from tests import suzhou
from tests.factories import UserFactory, agency
from tests.tasks import ceremonies as play

ZEROS = "0" * 64


@pytest.fixture
def morning(task, clock):
    clock(play.MORNING)
    return task


@pytest.fixture
def draw(morning):
    return play.freeze(morning, play.plan(morning, play.market(), play.fire(morning)))


def types(draw):
    return list(DrawRecord.objects.filter(draw=draw).values_list("type", flat=True))


def verified(draw, tmp_path):
    path = tmp_path / "certificate.json"
    path.write_text(json.dumps(certificates.build(draw), ensure_ascii=False))
    done = subprocess.run(
        [sys.executable, str(Path(drs1.__file__)), "verify", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_two_outside_agencies_seal_reveal_and_the_draw_is_of_grade_b(draw, tmp_path):
    play.give(draw, play.market(), draw.drawn_for.task.participants.get(code="341300-xiaofang"))
    assert draw.closed_digest == drs1.digest(draw.closed_text)
    services.open_targets(draw, actor=suzhou.person("lead"))
    assert draw.assurance == "B"
    assert draw.consented_by is None
    assert types(draw) == [
        "freeze",
        "commit",
        "commit",
        "reveal",
        "reveal",
        "reveal",
        "closed",
        "open",
    ]
    code, said = verified(draw, tmp_path)
    assert code == 0, said
    assert DrawRecord.objects.get(type="closed").body == draw.closed_text


def test_whoever_has_to_seal_is_told_until_when_with_the_digest(draw):
    told = Notice.objects.filter(text__contains=draw.freeze_digest[:16])
    assert {n.recipient.username for n in told} == {
        "admin-gongan",
        "admin-shichang",
        "admin-xiaofang",
    }
    urgent = told.get(recipient__username="admin-shichang")
    assert urgent.is_urgent
    assert "7月15日 10:00" in urgent.text
    assert draw.drawn_for.task.number in urgent.link


def test_the_server_holds_only_the_digest_until_the_reveal(draw):
    value = play.seal(draw, play.market())
    row = play.row(draw, play.market())
    assert row.value == ""
    dump = json.dumps(
        [list(r) for model in (Draw, DrawRecord) for r in model.objects.values_list()],
        default=str,
    )
    assert value not in dump


@pytest.mark.parametrize(
    "username", ["lead", "admin-gongan", "admin-xiaofang", "officer-shichang", "supervisor"]
)
def test_nobody_seals_for_another_agency(draw, username):
    with pytest.raises(NotAllowed):
        draws.commit(play.row(draw, play.market()), ZEROS, actor=suzhou.person(username))
    assert play.row(draw, play.market()).commit == ""


@pytest.mark.parametrize("digest", ["", "0" * 63, "G" * 64, "A" * 64, "0" * 65])
def test_what_is_no_digest_is_not_kept(draw, digest):
    with pytest.raises(DomainError, match="没有提交"):
        draws.commit(play.row(draw, play.market()), digest, actor=play.admin(play.market()))
    assert types(draw) == ["freeze"]


def test_a_sealed_value_is_never_exchanged(draw):
    play.seal(draw, play.market())
    before = play.row(draw, play.market()).commit
    with pytest.raises(IllegalMove, match="不能更换"):
        play.seal(draw, play.market())
    assert play.row(draw, play.market()).commit == before


def test_a_late_seal_is_refused(draw, clock):
    clock("2021-07-15T10:00")
    with pytest.raises(DomainError, match=r"10:00 截止，没有收下"):
        play.seal(draw, play.market())
    assert types(draw) == ["freeze"]


def test_no_value_is_opened_while_somebody_can_still_seal(draw):
    value = play.seal(draw, play.market())
    with pytest.raises(DomainError, match="后来者"):
        play.reveal(draw, play.market(), value)
    assert play.row(draw, play.market()).value == ""


def test_after_the_deadline_values_are_opened_without_those_who_never_sealed(draw, clock):
    value = play.seal(draw, play.market())
    clock("2021-07-15T10:01")
    play.reveal(draw, play.market(), value)
    assert play.row(draw, play.market()).value == value


def test_when_all_are_sealed_each_is_asked_once_to_open(draw):
    play.seal(draw, play.market())
    asked = Notice.objects.filter(text__contains="公开本单位的随机数")
    assert not asked.exists()
    play.seal(draw, draw.drawn_for.task.participants.get(code="341300-xiaofang"))
    sweep_draws()
    assert sorted(n.recipient.username for n in asked) == ["admin-shichang", "admin-xiaofang"]


@pytest.mark.parametrize("wrong", [ZEROS, "", "xyz", "f" * 63])
def test_a_value_that_does_not_match_changes_nothing(draw, clock, wrong):
    play.seal(draw, play.market())
    clock("2021-07-15T10:01")
    with pytest.raises(DomainError, match=r"不符，没有收下.*凭条"):
        play.reveal(draw, play.market(), wrong)
    assert play.row(draw, play.market()).value == ""
    assert types(draw) == ["freeze", "commit"]


def test_the_value_of_another_agency_does_not_match(draw):
    theirs = play.seal(draw, play.market())
    fire = draw.drawn_for.task.participants.get(code="341300-xiaofang")
    play.seal(draw, fire)
    with pytest.raises(DomainError, match="不符"):
        play.reveal(draw, fire, theirs)


def test_without_a_seal_nothing_is_opened(draw, clock):
    clock("2021-07-15T10:01")
    with pytest.raises(DomainError, match="没有密封"):
        play.reveal(draw, play.market(), ZEROS)


def test_a_late_value_is_refused_and_left_out(draw, clock, tmp_path):
    market, fire = play.market(), draw.drawn_for.task.participants.get(code="341300-xiaofang")
    value, late = play.seal(draw, market), play.seal(draw, fire)
    play.speak(draw)
    play.reveal(draw, market, value)
    clock("2021-07-15T10:30")
    with pytest.raises(DomainError, match=r"10:30 截止，没有收下"):
        play.reveal(draw, fire, late)
    assert sweep_draws() == 1
    draw.refresh_from_db()
    assert f"contribution\t{fire.name}\t-\n" in draw.closed_text
    with pytest.raises(DomainError, match="第二人同意"):
        services.open_targets(draw, actor=suzhou.person("lead"))
    draws.consent(draw, actor=suzhou.person("admin-gongan"))
    services.open_targets(draw, actor=suzhou.person("lead"))
    assert draw.assurance == "C"
    assert verified(draw, tmp_path)[0] == 0


def test_a_phrase_after_the_first_opened_value_could_pick_the_result(draw):
    market, fire = play.market(), draw.drawn_for.task.participants.get(code="341300-xiaofang")
    value = play.seal(draw, market)
    play.seal(draw, fire)
    play.reveal(draw, market, value)
    with pytest.raises(DomainError, match="挑选结果"):
        play.speak(draw)
    assert not draw.contributors.exclude(speaker="").exists()


def test_closing_waits_for_everybody_until_the_deadline(draw, clock):
    play.seal(draw, play.market())
    with pytest.raises(DomainError, match="还在等待"):
        draws.close_due(draw, actor=None)
    assert sweep_draws() == 0
    clock("2021-07-15T10:31")
    draws.close_due(draw, actor=None)
    draw.refresh_from_db()
    assert draw.closed_text.count("\t-\n") == 3


def test_after_closing_nothing_is_added(draw, clock):
    value = play.seal(draw, play.market())
    clock("2021-07-15T10:31")
    draws.close_due(draw, actor=None)
    closed = draw.closed_digest
    for act in (
        lambda: play.reveal(draw, play.market(), value),
        lambda: play.speak(draw),
        lambda: draws.close_due(draw, actor=None),
    ):
        with pytest.raises(IllegalMove):
            act()
    draw.refresh_from_db()
    assert draw.closed_digest == closed


def test_missing_void_leaves_only_the_void(morning, clock):
    draw = play.freeze(morning, play.plan(morning, play.market(), missing="void"))
    clock("2021-07-15T10:31")
    assert sweep_draws() == 0
    with pytest.raises(DomainError, match=r"缺席即作废.*提请作废"):
        draws.close_due(draw, actor=None)
    draws.consent(draw, actor=suzhou.person("admin-gongan"))
    with pytest.raises(DomainError, match="缺席即作废"):
        services.open_targets(draw, actor=suzhou.person("lead"), **suzhou.WITNESS)
    draw.refresh_from_db()
    assert (draw.status, draw.closed_digest, draw.seed) == (DrawStatus.FROZEN, "", "")


def test_dice_of_a_witness_are_at_least_ten(morning):

    draw = play.freeze(morning, play.plan(morning, witness=False, parties=(Party(DICE),)))
    draws.consent(draw, actor=suzhou.person("admin-gongan"))
    lead = suzhou.person("lead")
    for bad in ("316254413", "3162544137", "3162 544135"):
        with pytest.raises(DomainError, match=r"至少 10 个.*没有开始"):
            services.open_targets(draw, witness="司法局", phrase=bad, actor=lead)
    services.open_targets(draw, witness="司法局", phrase="3162544135", actor=lead)
    assert draw.seed


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"commit_until": play.at("08:59")}, "密封截止"),
        ({"reveal_until": play.at("10:00")}, "公开截止"),
        ({"commit_until": None}, "密封截止"),
        ({"beacon_kind": "ssq", "beacon_ref": "12", "beacon_at": play.at("21:15")}, "双色球期号"),
        ({"beacon_kind": "ssq", "beacon_ref": "2021080"}, "产生的时间"),
        (
            {"beacon_kind": "ssq", "beacon_ref": "2021080", "beacon_at": play.at("10:34")},
            "至少 5 分钟",
        ),
        ({"beacon_kind": "dice", "beacon_ref": "201", "beacon_at": play.at("21:15")}, "掷骰次数"),
        (
            {"beacon_kind": "drand-quicknet", "beacon_ref": "7", "beacon_at": play.at("21:15")},
            "轮次与时间不符",
        ),
    ],
)
def test_a_choice_that_cannot_be_kept_freezes_nothing(morning, more, said):
    with pytest.raises(DomainError, match=rf"{said}.*名单没有封存"):
        play.freeze(morning, play.plan(morning, play.market(), **more))
    assert Task.objects.get().status == TaskStatus.DRAFT
    assert not Draw.objects.exists()


def test_the_own_agency_or_a_stranger_is_no_sealed_contributor(morning):
    for stranger in (morning.agency, suzhou.person("officer-gongan").agency):
        with pytest.raises(DomainError, match="不能作为本次摇号的密封参与方"):
            play.freeze(morning, play.plan(morning, stranger))
    assert not Draw.objects.exists()


def test_the_bureau_of_the_province_seals_and_sees_the_task(morning):
    province = play.superior()
    draw = play.freeze(morning, play.plan(morning, play.market(), province))
    assert "outside\t安徽省公安厅\n" in draw.plan_text
    assert morning in Task.objects.visible_to(play.admin(province))
    play.give(draw, play.market(), province)
    services.open_targets(draw, actor=suzhou.person("lead"))
    assert draw.assurance == "B"


def test_a_coordinating_office_seals_through_its_supervisor(morning):
    office = agency("341300", "sifa", name="宿州市司法局", is_inspecting=False)
    assert office not in contributors_for(
        morning.agency, list(morning.participants.all())
    )  # nobody there could seal
    person = UserFactory(username="office", role="supervisor", agency=office)
    assert contributors_for(morning.agency, list(morning.participants.all())) == [
        play.market(),
        office,
    ]
    draw = play.freeze(morning, play.plan(morning, office))
    row = play.row(draw, office)
    assert row.is_outside
    digest = drs1.commit_digest(row.code, draw.freeze_digest, bytes(32))
    draws.commit(row, digest, actor=person)
    draws.reveal(play.row(draw, office), "00" * 32, actor=person)
    assert play.row(draw, office).value == "00" * 32


def test_a_message_that_was_lost_costs_one_interval(draw):
    play.give(draw, play.market(), draw.drawn_for.task.participants.get(code="341300-xiaofang"))
    assert sweep_draws() == 0
    assert sweep_draws() == 0
    draw.refresh_from_db()
    assert draw.status == DrawStatus.FROZEN
