"""Draws stand alone: a whole ceremony of an occasion, and nothing in the tables above them."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from core.audit import record, subject_of, trail_names
from core.errors import DomainError, IllegalMove
from core.models import AuditEvent, Notice
from draws import drs1
from draws import services as draws
from draws.flows import DrawStatus
from draws.models import Contributor, Draw, DrawRecord
from draws.reads import certificates, comparison, evidence, history, minutes
from tests import pdf
from tests.draws.occasions import DRAWN, LIBRARIES, MORNING, SPOKEN, SSQ, Hall, at

ABOVE = ["catalog", "registries", "plans", "tasks", "inspections", "publication", "reports"]
TASK = re.compile(r"\btask\.|\btasks:|\{% (?:load|include|extends) \"?tasks")


@pytest.fixture
def hall(reference, clock):
    clock(MORNING)
    yield Hall()
    filled = [
        model._meta.label
        for label in ABOVE
        for model in apps.get_app_config(label).get_models()
        if model._default_manager.exists()
    ]
    assert filled == []


def types(draw):
    return list(DrawRecord.objects.filter(draw=draw).values_list("type", flat=True))


def drawn(draw):
    return comparison.drawn(draw, None)


def assert_verified(draw, grade):
    """By the program of the public, which knows neither the portal nor what was drawn for."""
    certificate = certificates.build(Draw.objects.get(pk=draw.pk))
    report = drs1.verify(certificate)
    assert report.verdict == "passed", report.why
    assert (certificate["assurance"], certificate["title"]) == (grade, "公共图书馆开放情况走访")
    return certificate


def test_a_witness_speaks_a_second_person_agrees_and_three_are_drawn(hall):
    draw = hall.freeze()
    draws.consent(draw, actor=hall.admins[hall.finance.pk])
    outcome = draws.open_(draw, actor=hall.lead, **SPOKEN)
    draw.refresh_from_db()
    assert (draw.status, draw.assurance) == (DrawStatus.OPENED, "C")
    assert {one.id for one in outcome.selected} == drawn(draw)
    assert len(drawn(draw)) == DRAWN
    assert drawn(draw) <= LIBRARIES.keys()
    assert types(draw) == ["freeze", "reveal", "closed", "open"]
    assert_verified(draw, "C")


def test_two_agencies_seal_and_reveal(hall):
    both = hall.finance, hall.audit
    draw = hall.freeze(hall.ceremony(*both))
    with pytest.raises(DomainError, match="还在等待"):
        draws.open_(draw, actor=hall.lead, **SPOKEN)
    hall.give(draw, *both)
    draws.open_(draw, actor=hall.lead)
    certificate = assert_verified(draw, "B")
    assert set(certificate["input"]["commits"]) == {"宿州市财政局", "宿州市审计局"}
    told = Notice.objects.filter(link=draw.link, text__contains="为本次摇号密封随机数")
    assert {notice.recipient.agency for notice in told} == set(both)


def test_a_beacon_that_two_people_read_opens_what_is_ready(hall, clock):
    beacon = {"beacon_kind": "ssq", "beacon_ref": "2021080", "beacon_at": at("21:15")}
    draw = hall.freeze(hall.ceremony(hall.finance, **beacon))
    hall.give(draw, hall.finance)
    assert draw.closed_digest
    assert not draws.is_ready(draw)
    clock("2021-07-15T21:15")
    hall.read_beacon(draw)
    assert draws.is_ready(draw)
    assert [one.draw_id for one in draws.frozen()] == [draw.draw_id]
    draws.open_(draw, actor=None)
    assert assert_verified(draw, "A")["beacon"]["value"] == SSQ


def test_a_void_publishes_what_would_have_been_drawn_and_a_successor_follows(hall):
    first = hall.freeze()
    hall.void(first)
    first.refresh_from_db()
    assert (first.status, len(drawn(first))) == (DrawStatus.VOIDED, DRAWN)
    assert types(first) == ["freeze", "closed", "open", "void"]
    assert assert_verified(first, "C")["void"]["reason"] == "名单漏了一馆"
    second = hall.freeze(draw_id="WH-2021-07-3", supersedes=first)
    draws.consent(second, actor=hall.admins[hall.finance.pk])
    draws.open_(second, actor=hall.lead, **SPOKEN)
    changes = comparison.of(second, hall.known)
    assert changes.stayed + changes.gone.count == DRAWN
    assert {one.name for one in changes.come.targets} == {
        LIBRARIES[code] for code in drawn(second) - drawn(first)
    }
    assert assert_verified(second, "C")["supersedes"] == first.draw_id
    assert assert_verified(first, "C")["superseded_by"] == second.draw_id


def test_a_void_of_an_opened_draw_changes_nothing_of_it(hall):
    draw = hall.freeze()
    draws.consent(draw, actor=hall.admins[hall.finance.pk])
    draws.open_(draw, actor=hall.lead, **SPOKEN)
    before = draw.result_digest
    hall.void(draw)
    draw.refresh_from_db()
    assert (draw.status, draw.result_digest) == (DrawStatus.VOIDED, before)
    with pytest.raises(IllegalMove):
        draws.propose_void(draw, "再来一次", actor=hall.lead)
    assert_verified(draw, "C")


def test_an_occasion_has_one_live_draw(hall):
    draw = hall.freeze()
    assert str(draw) == "抽取检查对象 WH-2021-07-1"
    assert list(draw.taking_part.order_by("code")) == sorted(
        hall.occasion.agencies, key=lambda one: one.code
    )
    with pytest.raises(Exception, match="one_live_draw"):
        hall.freeze(draw_id="WH-2021-07-3")


def test_evidence_history_and_minutes_ask_only_the_holder(hall):
    draw = hall.freeze()
    draws.consent(draw, actor=hall.admins[hall.finance.pk])
    draws.open_(draw, actor=hall.lead, **SPOKEN)
    named = evidence.of(draw, names=True, known=hall.known)
    assert {one.name for one in named.selected} == {LIBRARIES[code] for code in drawn(draw)}
    covered = evidence.of(draw, names=False, tickets=True, known=hall.known)
    assert [one.name for one in covered.selected] == [""] * DRAWN
    assert "封存名单" in history.of(draw)[0].text
    paper = pdf.text_of(minutes.pdf_of(draw, shows_seed=True, known=hall.known))
    assert "公共图书馆开放情况走访" in paper


def test_no_template_of_draws_knows_a_task():
    folder = Path(settings.BASE_DIR) / "templates" / "draws"
    read = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html"))}
    assert read
    assert {name: TASK.findall(text) for name, text in read.items() if TASK.search(text)} == {}


@pytest.mark.parametrize(
    "bad",
    [
        "{{ task.title }}",
        "{% url 'tasks:draw' draw.reference %}",
        '{% include "tasks/_head.html" %}',
    ],
)
def test_a_template_that_knows_a_task_is_found(bad):
    assert TASK.search(bad)


def test_lines_written_under_the_former_name_are_still_of_the_draw(hall):
    draw = hall.freeze()
    record("draws.consent", draw, hall.lead, "今天的一行")
    AuditEvent.objects.create(verb="tasks.freeze", subject=f"tasks.draw:{draw.pk}", summary="从前")
    found = AuditEvent.objects.filter(
        subject__in=trail_names(draw), summary__in=["今天的一行", "从前"]
    )
    assert found.count() == 2
    assert trail_names(draw) == [subject_of(draw), f"tasks.draw:{draw.pk}"]


def test_every_model_of_draws_says_what_it_was_called():
    models = apps.get_app_config("draws").get_models()
    said = {model.__name__: getattr(model, "former_label", "") for model in models}
    assert said == {name: f"tasks.{name.lower()}" for name in said}
    assert said[Contributor.__name__] == "tasks.contributor"
