"""A large draw of people is computed in the background: asked for once, found, stored once."""

import pytest
from django.db import connection
from django.urls import reverse

from core.errors import IllegalMove, NotAllowed
from core.models import Notice
from draws import drs1
from draws import services as draws
from draws.flows import DrawStatus
from draws.models import Draw, DrawRecord, Opening
from draws.reads import certificates
from draws.services import background
from tasks import services
from tasks.flows import TaskStatus
from tasks.jobs import run_openings
from tasks.models import Assignment
from tests import suzhou

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draw(clock, monkeypatch):
    """A frozen draw of people with consent, where anything counts as large."""
    clock("2021-07-15")
    task = suzhou.lay_task()
    suzhou.locked(task)
    monkeypatch.setattr(background, "AT_ONCE", 0)
    draw = services.freeze_people(task, actor=suzhou.person("lead"))
    draws.consent(draw, actor=suzhou.person("admin-shichang"))
    return draw


def ask(draw):
    return services.open_people(draw, actor=suzhou.person("lead"), **suzhou.WITNESS)


def other_worker(pk):
    """Another session that has the opening."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute(background.TRY, [pk])
        assert cursor.fetchone()[0]
    return other


def assert_assigned(draw):
    draw.refresh_from_db()
    assert draw.status == DrawStatus.OPENED
    assert draw.drawn_for.task.status == TaskStatus.ASSIGNED
    outcome = drs1.draw(certificates.input_of(draw))
    assert Assignment.objects.count() == len(outcome.assigned) == 4 * 4
    assert drs1.verify(certificates.build(draw)).verdict == "passed"
    assert DrawRecord.objects.filter(draw=draw, type="open").count() == 1


def test_which_draws_are_large(draw, monkeypatch):
    assert background.teams_of(draw) == 4 * 2
    assert background.steps_of(draw) == 4 * 2 * 2
    monkeypatch.setattr(background, "AT_ONCE", 8)
    assert not background.is_large(draw)
    ask(draw)
    assert_assigned(draw)
    assert not Opening.objects.exists()


def test_a_worker_finds_it_and_stores_it_once(draw):
    ask(draw)
    draw.refresh_from_db()
    assert (draw.status, draw.seed) == (DrawStatus.FROZEN, "")
    assert draw.closed_digest
    opening = Opening.objects.get()
    assert (opening.done, opening.total, opening.started_by) == (0, 16, suzhou.person("lead"))
    assert run_openings() == 1
    assert_assigned(draw)
    opening.refresh_from_db()
    assert opening.done == opening.total
    told = Notice.objects.filter(recipient=suzhou.person("lead"), text__contains="已完成")
    assert told.count() == 1
    assert run_openings() == 0
    assert_assigned(draw)


def test_progress_is_seen_while_it_runs(draw, monkeypatch):
    ask(draw)
    monkeypatch.setattr(background, "TELL_EVERY", 0)
    seen = []
    tell = background._tell

    def watch(opening, **fields):
        tell(opening, **fields)
        other = connection.copy()  # what another session sees: no transaction hides it
        with other.cursor() as cursor:
            cursor.execute("SELECT done FROM tasks_opening")
            seen.append(cursor.fetchone()[0])
        other.close()

    monkeypatch.setattr(background, "_tell", watch)
    assert run_openings() == 1
    assert seen == [*range(1, 17), 16]


def test_two_workers_give_one_draw_and_a_dead_one_is_followed(draw):
    ask(draw)
    other = other_worker(Opening.objects.get().pk)
    assert run_openings() == 0
    draw.refresh_from_db()
    assert draw.status == DrawStatus.FROZEN
    other.close()  # as when the worker is killed: its session, and with it the lock, is gone
    assert run_openings() == 1
    assert_assigned(draw)


def test_asking_twice_is_refused(draw):
    ask(draw)
    with pytest.raises(IllegalMove, match="正在后台匹配"):
        ask(Draw.objects.get(pk=draw.pk))
    assert Opening.objects.count() == 1


def test_who_may_not_open_leaves_nothing(draw):
    with pytest.raises(NotAllowed):
        services.open_people(draw, actor=suzhou.person("admin-gongan"), **suzhou.WITNESS)
    assert not Opening.objects.exists()
    draw.refresh_from_db()
    assert draw.closed_digest == ""


def test_a_draw_that_is_opened_meanwhile_is_left_alone(draw, monkeypatch):
    ask(draw)
    opening = background.waiting().get()
    computed = background._compute(opening, opening.draw)
    services.store_people(opening.draw, suzhou.person("lead"), computed)
    assert background.run(opening, services.store_people) is False
    assert_assigned(draw)


def test_what_stopped_it_is_said_and_it_can_be_asked_again(draw, log_in):
    ask(draw)
    Opening.objects.update(error="没有通过核对")
    page = log_in(suzhou.person("lead")).get(
        reverse("tasks:people", args=[draw.drawn_for.task.number])
    )
    assert "没有通过核对" in page.content.decode()
    assert run_openings() == 0
    ask(Draw.objects.get(pk=draw.pk))
    assert run_openings() == 1
    assert_assigned(draw)


def test_the_page_shows_progress_with_and_without_script(draw, log_in):
    client = log_in(suzhou.person("lead"))
    number = draw.drawn_for.task.number
    client.post(reverse("tasks:open", args=[number, "inspectors"]), suzhou.WITNESS)
    Opening.objects.update(done=5)
    text = client.get(reverse("tasks:people", args=[number])).content.decode()
    assert "正在后台匹配检查人员：5/16" in text
    assert "随机匹配检查人员</button>" not in text
    part = client.get(reverse("tasks:opening", args=[number])).content.decode()
    assert "5/16" in part
    assert "hx-trigger" in part
    run_openings()
    part = client.get(reverse("tasks:opening", args=[number])).content.decode()
    assert "匹配已完成" in part
    assert "hx-trigger" not in part
