import hashlib
from datetime import datetime

import pytest

from core.errors import DomainError, IllegalMove, NotAllowed
from core.models import Notice
from draws import drs1
from draws import services as draws
from draws.ceremony_plan import drand_round
from draws.flows import DrawStatus
from draws.models import BeaconEntry, DrawRecord
from draws.reads import certificates
from tasks import services
from tasks.flows import TaskStatus
from tasks.jobs import sweep_draws
from tests import suzhou
from tests.tasks import ceremonies as play
from tests.tasks.test_ceremony_contributions import verified

EVENING = "2021-07-15T21:15"
BEACON = {"beacon_kind": "ssq", "beacon_ref": "2021080", "beacon_at": play.at("21:15")}


@pytest.fixture
def morning(task, clock):
    clock(play.MORNING)
    return task


@pytest.fixture
def draw(morning):
    draw = play.freeze(morning, play.plan(morning, play.market(), **BEACON))
    play.give(draw, play.market())
    return draw


def test_with_a_beacon_a_draw_closes_when_all_are_there_and_opens_by_itself(draw, clock, tmp_path):
    assert draw.closed_digest
    clock(EVENING)
    play.read_beacon(draw)
    assert draw.beacon_value == play.SSQ
    assert sweep_draws() == 1
    draw.refresh_from_db()
    assert (draw.status, draw.assurance, draw.opened_by) == (DrawStatus.OPENED, "A", None)
    assert draw.consented_by is None
    draw.drawn_for.task.refresh_from_db()
    assert draw.drawn_for.task.status == TaskStatus.OPENED
    types = list(DrawRecord.objects.filter(draw=draw).values_list("type", flat=True))
    assert types[-3:] == ["closed", "beacon", "open"]
    code, said = verified(draw, tmp_path)
    assert code == 0, said
    assert certificates.build(draw)["beacon"]["sources"] == ["中国福利彩票网"]


def test_the_sweep_opens_what_the_message_did_not(draw, clock):
    clock(EVENING)
    play.read_beacon(draw)
    assert sweep_draws() == 1
    draw.refresh_from_db()
    assert draw.status == DrawStatus.OPENED
    assert sweep_draws() == 0


def test_before_its_time_there_is_no_beacon(draw, clock):
    clock("2021-07-15T21:14")
    with pytest.raises(DomainError, match="21:15 才产生"):
        play.read_beacon(draw)
    assert not BeaconEntry.objects.exists()


def test_one_person_alone_fixes_nothing(draw, clock):
    clock(EVENING)
    play.read_beacon(draw, play.SSQ, "lead", "lead")
    assert draw.beacon_value == ""
    assert BeaconEntry.objects.count() == 1
    assert sweep_draws() == 0
    with pytest.raises(DomainError, match="没有由两人录入一致"):
        services.open_targets(draw, actor=suzhou.person("lead"))


def test_two_readings_that_differ_are_shown_without_saying_who_is_right(draw, clock):
    clock(EVENING)
    other = "02-15-19-24-31-32+05"
    play.read_beacon(draw, play.SSQ, "lead")
    play.read_beacon(draw, other, "admin-shichang")
    assert draw.beacon_value == ""
    told = Notice.objects.get(text__contains="不一致")
    assert told.recipient.username == "lead"
    assert other not in told.text
    play.read_beacon(draw, play.SSQ, "admin-shichang")
    assert draw.beacon_value == play.SSQ
    assert DrawRecord.objects.filter(type="beacon").get().body == play.SSQ


def test_a_fixed_beacon_is_never_changed(draw, clock):
    clock(EVENING)
    play.read_beacon(draw)
    with pytest.raises(IllegalMove, match="不能再改"):
        play.read_beacon(draw, "01-15-19-24-31-32+05", "lead")
    draw.refresh_from_db()
    assert draw.beacon_value == play.SSQ


@pytest.mark.parametrize("username", ["officer-gongan", "deputy-gongan", "leader", "auditor"])
def test_who_may_not_read_the_beacon(draw, clock, username):
    clock(EVENING)
    with pytest.raises(NotAllowed):
        play.read_beacon(draw, play.SSQ, username)


@pytest.mark.parametrize(
    ("kind", "ref", "value", "said"),
    [
        ("ssq", "2021080", "2-15-19-24-31-32+04", "双色球应写成"),
        ("ssq", "2021080", "15-02-19-24-31-32+04", "双色球应写成"),
        ("ssq", "2021080", "02-15-19-24-31-34+04", "双色球应写成"),
        ("dlt", "21080", "03-11-18-27-36+02-09", "大乐透应写成"),
        ("ssq+dlt", "2021080+21080", play.SSQ, "先写双色球"),
        ("dice", "6", "31625", "骰子点数"),
        ("dice", "6", "316257", "骰子点数"),
    ],
)
def test_a_value_that_cannot_be_one_is_refused_in_words(morning, clock, kind, ref, value, said):
    more = BEACON | {"beacon_kind": kind, "beacon_ref": ref}
    draw = play.freeze(morning, play.plan(morning, **more))
    clock(EVENING)
    with pytest.raises(DomainError, match=f"{said}.*没有保存"):
        play.read_beacon(draw, value, "lead")
    assert not BeaconEntry.objects.exists()


@pytest.mark.parametrize(("source", "said"), [(" ", "从哪里看到"), ("网\x07站", "看不见的字符")])
def test_a_source_must_be_named(draw, clock, source, said):
    clock(EVENING)
    with pytest.raises(DomainError, match=said):
        draws.enter_beacon(draw, value=play.SSQ, source=source, actor=suzhou.person("lead"))
    assert not BeaconEntry.objects.exists()


def test_drand_is_checked_against_its_signature(task, clock, tmp_path):
    clock("2023-09-15T09:00")
    moment = play.at("2023-09-15T21:15")
    round_ = drand_round(moment)
    signature = "ab" * 48
    value = hashlib.sha256(bytes.fromhex(signature)).hexdigest()
    draw = play.freeze(
        task,
        play.plan(
            task,
            beacon_kind="drand-quicknet",
            beacon_ref=str(round_),
            beacon_at=datetime.fromisoformat(drs1.drand_time(round_)),
        ),
    )
    play.speak(draw)
    clock("2023-09-15T21:16")
    lead = suzhou.person("lead")
    for bad, words in (("", "96 位"), ("cd" * 48, "不符")):
        with pytest.raises(DomainError, match=words):
            draws.enter_beacon(draw, value=value, source="drand", signature=bad, actor=lead)
    for username in ("lead", "admin-gongan"):
        draws.enter_beacon(
            draw, value=value, source="drand", signature=signature, actor=suzhou.person(username)
        )
    assert sweep_draws() == 1
    draw.refresh_from_db()
    assert draw.assurance == "A"
    code, said = verified(draw, tmp_path)
    assert code == 0, said


def test_a_weak_beacon_alone_needs_the_second_person(morning, clock):
    draw = play.freeze(morning, play.plan(morning, **BEACON))
    play.speak(draw)
    clock(EVENING)
    play.read_beacon(draw)
    assert sweep_draws() == 0
    draws.consent(draw, actor=suzhou.person("admin-gongan"))
    assert sweep_draws() == 1
    draw.refresh_from_db()
    assert draw.assurance == "C"


def test_with_the_beacon_alone_the_contributions_are_closed_at_once(morning, clock):
    strong = BEACON | {"beacon_kind": "ssq+dlt", "beacon_ref": "2021080+21080"}
    draw = play.freeze(morning, play.plan(morning, witness=False, **strong))
    assert sweep_draws() == 1
    clock(EVENING)
    play.read_beacon(draw, f"{play.SSQ}/03-11-18-27-35+02-09")
    assert sweep_draws() == 1
    draw.refresh_from_db()
    assert draw.assurance == "A"


def test_from_the_beacons_time_on_nothing_is_closed_any_more(morning, clock):
    draw = play.freeze(morning, play.plan(morning, play.market(), **BEACON))
    clock(EVENING)
    assert sweep_draws() == 0
    with pytest.raises(DomainError, match=r"保证等级会降为 C.*提请作废"):
        draws.close_due(draw, actor=None)
    draw.refresh_from_db()
    assert draw.closed_digest == ""


def test_a_draw_of_grade_a_asks_for_no_consent(draw):
    with pytest.raises(IllegalMove, match="不需要同意"):
        draws.consent(draw, actor=suzhou.person("admin-gongan"))
