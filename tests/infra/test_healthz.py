import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from config.healthz import status_of
from core import clock, heartbeat
from core.models import Heartbeat
from tests.factories import UserFactory

pytestmark = pytest.mark.servers

ROOT = Path(__file__).resolve().parents[2]
WELL = {
    "database": True,
    "broker": True,
    "worker": {"alive": True},
    "beat": {"alive": True},
    "calendar": {"days_left": 0},
    "fonts": {"cjk": True, "subset": True},
}


def beat(**ages):
    for name, age in ages.items():
        Heartbeat.objects.create(name=name, seen_at=clock.real_now() - timedelta(seconds=age))


@pytest.mark.django_db
def test_a_stranger_sees_every_word_of_the_contract(client):
    response = client.get("/healthz")

    assert response.status_code == 200
    found = response.json()
    assert list(found) == [
        "status", "database", "broker", "worker", "beat", "calendar", "fonts",
    ]  # fmt: skip
    assert found["status"] == "degraded"
    assert found["worker"] == found["beat"] == {"alive": False, "last_seen": None}
    assert set(found["calendar"]) == {"until", "days_left"}
    assert set(found["fonts"]) == {"cjk", "subset"}


@pytest.mark.django_db
def test_a_process_is_alive_for_ninety_seconds(client):
    beat(worker=80, beat=100, broker=80)

    found = client.get("/healthz").json()

    assert (found["worker"]["alive"], found["beat"]["alive"]) == (True, False)
    assert found["broker"] is True
    assert found["status"] == "degraded"


@pytest.mark.django_db
def test_a_broker_that_took_no_message_is_lost_at_once(client):
    """Worker and beat are alive for ninety seconds more; the broker is known not to be."""
    heartbeat.seen("worker", "beat", "broker")
    assert client.get("/healthz").json()["broker"] is True
    heartbeat.lost("broker")

    found = client.get("/healthz").json()

    assert (found["status"], found["broker"], found["worker"]["alive"]) == ("degraded", False, True)


@pytest.mark.django_db
def test_a_session_is_not_looked_at(log_in, django_assert_num_queries):
    client = log_in(UserFactory())
    with django_assert_num_queries(2):  # the heartbeats and the calendar
        assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_heartbeats_are_read_by_the_real_clock(client, settings):
    settings.PORTAL_TODAY = "2021-07-15"
    beat(worker=1, beat=1)
    assert client.get("/healthz").json()["beat"]["alive"] is True


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, "ok"),
        ({"database": False}, "down"),
        ({"broker": False}, "degraded"),
        ({"worker": {"alive": False}}, "degraded"),
        ({"beat": {"alive": False}}, "degraded"),
        ({"calendar": {"days_left": None}}, "degraded"),
        ({"calendar": {"days_left": -1}}, "degraded"),
        ({"fonts": {"cjk": False, "subset": True}}, "degraded"),
    ],
)
def test_status(change, status):
    assert status_of(WELL | change) == status


def test_without_a_database_it_says_so(tmp_path):
    """In a process of its own, because this one has a database."""
    ask = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "answer = Client(raise_request_exception=False).get('/healthz', headers={'host': 'localhost'})\n"
        "print(answer.status_code, answer.content.decode())"
    )
    nowhere = {
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
        "DATABASE_URL": f"postgres://portal@/portal?host={tmp_path}",
        "REDIS_URL": f"redis+socket://{tmp_path}/redis.sock",
    }

    done = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=ROOT,
        env=os.environ | nowhere,
        capture_output=True,
        text=True,
        check=True,
    )

    code, body = done.stdout.strip().split(" ", 1)
    assert code == "503"
    assert json.loads(body)["status"] == "down"
    assert json.loads(body)["database"] is False
