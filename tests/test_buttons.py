"""No button that is offered is refused for a reason the page could have known."""

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.urls import path

from agencies.models import User
from config.urls import urlpatterns as portal
from core.errors import DomainError, IllegalMove, NotAllowed
from draws import services as draws
from inspections import services as field
from tasks import services as tasks
from tasks.models import Task
from tests import lists, suzhou
from tests.access import ACCESS
from tests.buttons import Crawl
from tests.demonstration import lay_demonstration
from tests.factories import UserFactory
from tests.tasks import ceremonies as play
from tests.tasks.test_ceremony_beacon import BEACON, EVENING

FAKE = '<form method="post" action="/desk/fake/press/{0}/"><input name="note"><button>办理</button></form>'
REFUSALS = {"access": NotAllowed, "state": IllegalMove, "rule": DomainError}


def fake_page(request, word):
    """A page with one button."""
    return HttpResponse(FAKE.format(word))


def fake_press(request, word):
    """What its button does: refused for what the page could have known, or only for the data."""
    if word in REFUSALS:
        raise REFUSALS[word]("不能办理。")
    if word == "data":
        raise DomainError(f"“{request.POST['note']}”不对。")
    return HttpResponse("")


urlpatterns = [
    path("desk/fake/<slug:word>/", fake_page, name="fake"),
    path("desk/fake/press/<slug:word>/", fake_press, name="fake_press"),
    *portal,
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("word", "faults"), [("access", 1), ("state", 1), ("rule", 1), ("data", 0), ("fine", 0)]
)
def test_a_button_that_is_refused_for_what_was_known_is_a_fault(reference, settings, word, faults):
    settings.ROOT_URLCONF = __name__
    crawl = Crawl().of(UserFactory(role="lead"), starts=(f"/desk/fake/{word}/",))
    assert crawl.pressed["fake"] == 1
    assert len(crawl.faults) == faults


@pytest.fixture(scope="module")
def demonstration(django_db_setup, django_db_blocker):
    """The demonstration, laid once for all tests of this module."""
    with django_db_blocker.unblock():
        assert connection.settings_dict["NAME"].startswith("test_")
        block = transaction.atomic()
        block._from_testcase = True  # as Django's TestCase does, so that durable services run
        with pytest.MonkeyPatch.context() as patch, block:
            from django.conf import settings  # noqa: PLC0415 settings are ready only now

            patch.setattr(settings, "PORTAL_DEMO", True)
            patch.setattr(settings, "PORTAL_TODAY", "2026-11-20")
            lay_demonstration()
            yield
            transaction.set_rollback(True)


@pytest.mark.django_db  # so that pytest-django makes the database that `demonstration` fills
def test_the_database_is_there():
    assert connection.is_usable()


def test_no_offered_button_is_refused_for_what_the_page_knows(demonstration):
    crawl = Crawl()
    for user in User.objects.filter(is_active=True).order_by("pk"):
        crawl.of(user)
    print(report(crawl))  # noqa: T201
    assert len(crawl.pages) >= 40  # so that it cannot go blind
    assert len(crawl.done) >= 25
    assert sum(crawl.pressed.values()) >= 120
    assert not crawl.faults, "\n".join(sorted(set(crawl.faults)))
    assert not crawl.unfilled, "\n".join(sorted(crawl.unfilled))


def report(crawl):
    """How many buttons were reached on each page, and what was not."""
    posts = {name for name, access in ACCESS.items() if access.method != "get"}
    lines = [
        f"{route}: {crawl.pressed[route]} buttons on {n} pages"
        for route, n in sorted(crawl.pages.items())
    ]
    lines += [f"never met: {name}" for name in sorted(posts - crawl.routes)]
    lines += [f"never went through: {name}" for name in sorted(crawl.routes - crawl.done)]
    lines += [f"could not press: {text}" for text in sorted(crawl.unreached)]
    lines += [f"no valid data: {text}" for text in sorted(crawl.unfilled)]
    total = f"{sum(crawl.pressed.values())} presses, {len(crawl.pages)} pages, {len(crawl.routes)} routes"
    return "\n".join([*lines, total])


# Beyond the demonstration: one task in one state after another, and what somebody is offered there.


def task_now():
    """The task of the document, before its list is frozen."""
    return suzhou.draft_task(suzhou.published_line())


def sealing(**more):
    """A list frozen with a sealed value of the market bureau and a witness."""
    task = task_now()
    return play.freeze(task, play.plan(task, play.market(), **more))


def all_given(clock):
    """A draw whose contributions are closed before the beacon."""
    draw = sealing(**BEACON)
    play.give(draw, play.market())
    clock(EVENING)
    return draw


def before_the_freeze(clock):
    task_now()


def short_without_consent(clock):
    suzhou.frozen_draw(task_now())


def short_with_consent(clock):
    draws.consent(suzhou.frozen_draw(task_now()), actor=suzhou.person("admin-gongan"))


def a_value_to_seal(clock):
    sealing(**BEACON)


def a_value_open_and_the_witness_silent(clock):
    draw = sealing()
    play.reveal(draw, play.market(), play.seal(draw, play.market()))


def nobody_came(clock):
    sealing(**BEACON)
    clock("2021-07-15T10:30")


def nobody_came_and_the_plan_says_void(clock):
    sealing(missing="void")
    clock("2021-07-15T10:30")


def the_beacon_is_there(clock):
    all_given(clock)


def two_read_it_differently(clock):
    draw = all_given(clock)
    play.read_beacon(draw, play.SSQ, "lead")
    play.read_beacon(draw, "01-15-19-24-31-32+05", "admin-shichang")


def a_void_before_the_beacon(clock):
    draw = sealing(**BEACON)
    tasks.propose_void(draw, "名录漏了一个县区", actor=suzhou.person("lead"))


def a_void_with_the_beacon_there(clock):
    draw = all_given(clock)
    tasks.propose_void(draw, "名录漏了一个县区", actor=suzhou.person("lead"))


def a_void_after_all(clock):
    draw = suzhou.opened_draw(task_now())
    tasks.propose_void(draw, "名录漏了一个县区", actor=suzhou.person("lead"))


def opened(clock):
    suzhou.opened_draw(task_now())


def confirming(clock):
    lists.confirming(task_now())


def reported(clock):
    task = task_now()
    lists.confirming(task)
    lists.report(lists.with_waiting(task))


def locked(clock):
    suzhou.locked(task_now())


def people_alive(clock):
    tasks.freeze_people(suzhou.locked(task_now()), actor=suzhou.person("lead"))


def assigned(clock):
    suzhou.assigned(task_now())


def a_void_of_the_teams(clock):
    draw = suzhou.assigned(task_now())
    tasks.propose_void(draw, "漏了一名检查人员", actor=suzhou.person("lead"))


def sent_out(clock):
    task = task_now()
    suzhou.assigned(task)
    field.dispatch(task, actor=suzhou.person("lead"))


CONCERNED = ("lead", "leader", "admin-gongan", "admin-shichang", "deputy-gongan", "supervisor")
TABS = ("", "scope/", "draw/", "people/")
VOIDS = {"propose_void"}
STATES = {
    before_the_freeze: {"freeze", "edit", "exempt", "move cancel"},
    short_without_consent: {"consent"} | VOIDS,
    short_with_consent: {"open"} | VOIDS,
    a_value_to_seal: {"commit", "speak"} | VOIDS,
    a_value_open_and_the_witness_silent: VOIDS | {"consent"},
    nobody_came: {"close", "consent", "speak"} | VOIDS,  # without the market bureau it is grade C
    nobody_came_and_the_plan_says_void: VOIDS | {"consent", "speak"},
    the_beacon_is_there: {"beacon"} | VOIDS,
    two_read_it_differently: {"beacon"} | VOIDS,
    a_void_before_the_beacon: {"commit", "speak", "decide_void refuse"},
    a_void_with_the_beacon_there: {"beacon", "decide_void refuse"},
    a_void_after_all: {"decide_void agree", "decide_void refuse", "move request_confirmation"},
    opened: {"move request_confirmation"} | VOIDS,
    confirming: {"confirm", "report"} | VOIDS,
    reported: {"confirm", "report", "decide agree", "decide refuse"} | VOIDS,
    locked: {"freeze_people", "arrange"} | VOIDS,
    people_alive: {"consent"} | VOIDS,
    assigned: {"dispatch"} | VOIDS,
    a_void_of_the_teams: {"dispatch", "decide_void agree", "decide_void refuse"},
    sent_out: set(),
}


@pytest.fixture
def media(settings, tmp_path):
    """Where what is handed in goes, on disk and away afterwards."""
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    }


@pytest.mark.django_db
@pytest.mark.parametrize("lay", STATES, ids=lambda lay: lay.__name__)
def test_each_state_of_a_task_offers_what_the_rules_allow_and_nothing_else(lay, clock, media):
    clock(play.MORNING)
    suzhou.lay_house()
    lay(clock)
    number = Task.objects.get().number
    page = f"/desk/tasks/{number}/"
    crawl = Crawl(within=tuple(page + part for part in ("edit/", "exempt/", "list/")))
    for username in CONCERNED:
        crawl.of(suzhou.person(username), starts=tuple(page + tab for tab in TABS))
    assert not crawl.faults, "\n".join(sorted(set(crawl.faults)))
    assert not crawl.unfilled, "\n".join(sorted(crawl.unfilled))
    assert crawl.offered - {"logout"} == STATES[lay]
