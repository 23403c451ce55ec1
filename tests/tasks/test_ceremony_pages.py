"""The pages of the ceremony by posts, the projector, the minutes as a PDF read back."""

import re
from io import BytesIO

import pytest
import segno
from django.urls import reverse

from draws import services as draws
from draws.flows import DrawStatus
from draws.models import Draw
from draws.reads import minutes
from tasks import services
from tasks.flows import TaskStatus
from tasks.reads.draws import PEOPLE_FIRST, minutes_of
from tests import pdf, suzhou
from tests.tasks import ceremonies as play
from tests.tasks.test_ceremony_beacon import BEACON

OTHER, THIRD = "01-15-19-24-31-32+05", "03-15-19-24-31-32+06"


@pytest.fixture
def morning(task, clock):
    clock(play.MORNING)
    return task


def url(name, task, *args):
    return reverse(f"tasks:{name}", args=[task.number, *args])


def choice(*agencies, **more):
    return {
        "agencies": [one.pk for one in agencies],
        "witness": "phrase",
        "missing": "proceed",
        "commit_until": "2021-07-15T10:00",
        "reveal_until": "2021-07-15T10:30",
        "beacon_kind": "none",
        **more,
    }


def text(answer):
    return re.sub(r"\s+", "", answer.content.decode())


def test_all_participants_are_proposed_and_the_grade_is_said_before_the_freeze(morning, log_in):
    page = log_in(suzhou.person("lead")).get(url("scope", morning))
    assert page.context["choice"].outside == 1
    said = text(page)
    assert "保证等级C" in said
    assert "再有1个不属于本单位的参与方密封随机数，即为B级" in said
    play.fire(morning)
    play.superior()
    said = text(log_in(suzhou.person("lead")).get(url("scope", morning)))
    assert "保证等级B" in said
    assert "请省公安厅密封" in said
    assert "约定双色球和大乐透" in said


def test_an_offer_is_taken_up_without_script(morning, log_in):
    province = play.superior()
    client = log_in(suzhou.person("lead"))
    data = choice(play.market()) | {"offer": f"agency:{province.pk}"}
    page = client.post(url("grade", morning), data)
    assert page.context["choice"].grade == "B"
    assert "<html" in page.content.decode()
    data = choice(play.market()) | {"offer": "beacon:ssq+dlt"}
    part = client.post(url("grade", morning), data, headers={"HX-Request": "true"})
    assert "保证等级A" in text(part)
    assert "<html" not in part.content.decode()


def test_the_choice_is_frozen_with_the_list(morning, log_in):
    more = {"beacon_kind": "ssq", "beacon_ref": "2021080", "beacon_at": "2021-07-15T21:15"}
    answer = log_in(suzhou.person("lead")).post(
        url("freeze", morning), choice(play.market(), **more)
    )
    assert answer.url == url("draw", morning)
    draw = Draw.objects.get()
    for line in (
        "contributor\t宿州市市场监督管理局\tsealed",
        "outside\t宿州市市场监督管理局",
        "contributor\t见证人\topen",
        "beacon\tssq\t2021080",
        "missing\tproceed",
        "deadline\tcommit\t2021-07-15T02:00:00Z",
        "deadline\treveal\t2021-07-15T02:30:00Z",
        "deadline\tbeacon\t2021-07-15T13:15:00Z",
    ):
        assert f"{line}\n" in draw.plan_text


def test_the_round_of_drand_is_found_from_the_time(morning, log_in, clock):
    clock("2026-07-15T09:00")
    day = {
        name: f"2026-07-15T{hour}"
        for name, hour in (
            ("commit_until", "10:00"),
            ("reveal_until", "10:30"),
            ("beacon_at", "11:00"),
        )
    }
    data = choice(play.market(), beacon_kind="drand-quicknet", **day)
    log_in(suzhou.person("lead")).post(url("freeze", morning), data)
    draw = Draw.objects.get()
    seconds = (play.at("2026-07-15T11:00") - draw.beacon_at).total_seconds()
    assert -3 < seconds <= 0
    assert int(draw.beacon_ref) > 657413


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"commit_until": ""}, "请填写密封截止时间"),
        ({"reveal_until": "2021-07-15T09:59"}, "须晚于密封截止时间"),
        ({"beacon_kind": "dlt", "beacon_ref": "x"}, "大乐透期号应为"),
        ({"agencies": [], "witness": "none"}, "没有任何人为种子提供随机数"),
        ({"agencies": [999999]}, "所选的一项已不在可选范围内"),
        ({"beacon_kind": "moon"}, "moon"),
    ],
)
def test_a_refused_choice_keeps_what_was_typed_and_freezes_nothing(morning, log_in, more, said):
    page = log_in(suzhou.person("lead")).post(url("freeze", morning), choice(play.market()) | more)
    assert page.status_code == 422
    assert said in page.content.decode()
    assert 'value="2021-07-15T10' in page.content.decode() or "commit_until" in more
    morning.refresh_from_db()
    assert morning.status == TaskStatus.DRAFT
    assert not Draw.objects.exists()


def test_a_mismatched_value_is_refused_on_the_page(morning, log_in, clock):
    draw = play.freeze(morning, play.plan(morning, play.market()))
    play.seal(draw, play.market())
    client = log_in(suzhou.person("admin-shichang"))
    page = client.post(url("reveal", morning, "targets"), {"value": "0" * 64})
    assert page.status_code == 422
    assert "与本单位密封的不符" in page.content.decode()


def test_whoever_is_no_contributor_is_told_so(morning, log_in):
    suzhou.frozen_draw(morning)
    page = log_in(suzhou.person("admin-shichang")).post(
        url("commit", morning, "targets"), {"commit": "0" * 64}
    )
    assert page.status_code == 409
    assert "不是本次摇号的密封参与方" in page.content.decode()


def test_each_administrator_gets_the_own_button_only(morning, log_in):
    play.freeze(morning, play.plan(morning, play.market()))
    assert "data-seal " in log_in(suzhou.person("admin-shichang")).get(
        url("draw", morning)
    ).content.decode().replace("data-seal\n", "data-seal ")
    for other in ("lead", "admin-gongan"):
        page = log_in(suzhou.person(other)).get(url("draw", morning))
        assert "data-seal" not in page.content.decode()


def test_the_first_reading_of_the_beacon_is_not_shown_to_the_second_reader(morning, log_in, clock):
    draw = play.freeze(morning, play.plan(morning, play.market(), **BEACON))
    play.give(draw, play.market())
    clock("2021-07-15T21:15")
    play.read_beacon(draw, OTHER, "lead")
    page = log_in(suzhou.person("admin-shichang")).get(url("draw", morning))
    assert OTHER not in page.content.decode()
    assert "已有 1 人录入" in page.content.decode()
    play.read_beacon(draw, THIRD, "admin-shichang")
    page = log_in(suzhou.person("lead")).get(url("draw", morning)).content.decode()
    assert OTHER in page
    assert THIRD in page


def test_the_whole_void_by_posts(morning, log_in):
    suzhou.frozen_draw(morning)
    lead, leader = suzhou.person("lead"), suzhou.person("leader")
    log_in(lead).post(url("propose_void", morning, "targets"), {"reason": "名录漏了一个县区"})
    page = log_in(leader).get(url("draw", morning)).content.decode()
    assert "名录漏了一个县区" in page
    assert log_in(leader).post(url("decide_void", morning, "targets", "maybe")).status_code == 404
    log_in(leader).post(url("decide_void", morning, "targets", "agree"))
    assert Draw.objects.get().status == DrawStatus.VOIDED
    page = log_in(lead).get(url("draw", morning)).content.decode()
    assert "本来会抽中" in page
    assert log_in(lead).get(url("scope", morning)).context["draw"] is None


def test_no_void_is_offered_while_people_are_drawn_on_the_list(task, log_in):
    suzhou.locked(task)
    lead = log_in(suzhou.person("lead"))
    assert lead.get(url("draw", task)).context["may_propose_void"]
    services.freeze_people(task, actor=suzhou.person("lead"))
    page = lead.get(url("draw", task))
    assert not page.context["may_propose_void"]
    assert PEOPLE_FIRST in page.content.decode()
    assert lead.get(url("people", task)).context["may_propose_void"]
    answer = lead.post(url("propose_void", task, "targets"), {"reason": "名录有误"})
    assert PEOPLE_FIRST in answer.content.decode()


def test_the_projector_shows_no_name_while_the_list_is_closed(morning, log_in):
    play.freeze(morning, play.plan(morning, play.market()))
    client = log_in(suzhou.person("lead"))
    part = client.get(url("screen_now", morning)).content.decode()
    assert "every 3s" in part
    assert "还有 1 小时" in part
    whole = client.get(url("screen", morning)).content.decode()
    assert '<noscript><meta http-equiv="refresh"' in whole
    draw = Draw.objects.get()
    play.give(draw, play.market())
    draws.consent(draw, actor=suzhou.person("admin-gongan"))
    services.open_targets(draw, actor=suzhou.person("lead"))
    part = client.get(url("screen_now", morning)).content.decode()
    assert "every 3s" not in part
    assert draw.result_digest[:8] in part
    assert draw.seed not in part  # with it anybody could compute who was drawn
    for chosen in morning.selections.select_related("target"):
        assert chosen.ticket[:16] in part
        assert chosen.target.name not in part
        assert chosen.target.code not in part


def qr_of(words):
    out = BytesIO()
    segno.make(words, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False)
    return out.getvalue()


def test_the_minutes_are_one_page_with_both_digests(morning, log_in, clock):
    draw = play.freeze(morning, play.plan(morning, play.market(), play.fire(morning), **BEACON))
    play.give(draw, play.market(), morning.participants.get(code="341300-xiaofang"))
    clock("2021-07-15T21:15")
    play.read_beacon(draw)
    services.open_draw(draw)
    answer = log_in(suzhou.person("lead")).get(url("minutes", morning))
    data = b"".join(answer.streaming_content)
    assert answer["Content-Type"] == "application/pdf"
    assert pdf.pages_of(data) == 1
    assert all(pdf.fonts_of(data).values())
    read = pdf.reading_of(data)
    for words in (
        draw.draw_id,
        draw.freeze_digest,
        draw.result_digest,
        draw.closed_digest,
        play.SSQ,
        "双色球第2021080期",
        "宿州市市场监督管理局",
        "市保安协会见证人",
        "可抽14户，应抽4户，实抽4户",
        "2021年第1次",
        "公共随机源在名单和各方随机数固定以后才产生",
        "各方到齐后自动开启",
    ):
        assert words in read
    for chosen in morning.selections.select_related("target"):
        assert chosen.target.name not in read
    assert draw.seed not in read
    assert "陈某" not in read


def test_the_codes_hold_what_the_protocol_says(morning, monkeypatch):
    draw = suzhou.opened_draw(morning)
    handed = {}
    monkeypatch.setattr(minutes.pdf, "render", lambda name, context, files: handed.update(files))
    minutes_of(draw)
    assert handed == {
        "freeze.svg": qr_of(f"DRS1:{draw.draw_id}:{draw.freeze_digest}"),
        "result.svg": qr_of(f"DRS1:{draw.draw_id}:{draw.result_digest}"),
    }


def test_the_minutes_of_a_frozen_and_of_a_voided_draw_say_so(morning):
    draw = suzhou.frozen_draw(morning)
    frozen = minutes_of(draw)
    assert "尚未开启" in pdf.reading_of(frozen)
    assert draw.freeze_digest in pdf.reading_of(frozen)
    play.void(draw)
    voided = pdf.reading_of(minutes_of(Draw.objects.get()))
    assert "名录漏了一个县区" in voided
    assert "已作废" in voided
