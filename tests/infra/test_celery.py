"""The real worker on the real broker: a message becomes a row."""

import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection

from core.models import Heartbeat
from scripts.child import Child
from scripts.services import Redis
from scripts.state import State

pytestmark = pytest.mark.servers

ROOT = Path(__file__).resolve().parents[2]


def own_database_url():
    """DATABASE_URL with the name of the database of this test."""
    name = connection.settings_dict["NAME"]
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@pytest.fixture
def queue():
    """A queue of our own: other tests use the same broker at the same time."""
    return f"infra-{uuid4()}"


@pytest.fixture
def worker(queue, tmp_path, transactional_db):
    """A Celery worker as ./run starts it, on the database of this test."""
    options = ["--concurrency", "1", "--loglevel", "INFO", "--queues", queue]
    child = Child(
        "worker",
        [sys.executable, "-m", "celery", "-A", "config", "worker", *options],
        os.environ | {"DATABASE_URL": own_database_url()},
        tmp_path / "worker.log",
        cwd=ROOT,
    )
    child.start()
    yield child
    child.stop()


def wait_for(condition, child, seconds=60):
    """Poll until `condition()`; the worker's log explains a failure."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert child.alive, child.last_words(30)
        assert time.monotonic() < deadline, child.last_words(30)
        time.sleep(0.1)


def test_a_heartbeat_travels_through_the_broker(worker, queue):
    with Celery(broker=settings.CELERY_BROKER_URL) as sender:
        sender.send_task("core.jobs.heartbeat", queue=queue, ignore_result=True)

    wait_for(Heartbeat.objects.exists, worker)

    assert list(Heartbeat.objects.values_list("name", flat=True)) == ["worker"]


@pytest.fixture
def beat(queue, tmp_path, transactional_db):
    """`beat(broker)` starts beat as ./run does, sending to the queue of this test."""
    made = []

    def start(broker):
        options = ["--pidfile=", "--schedule", str(tmp_path / "schedule"), "--loglevel", "INFO"]
        own = {"DATABASE_URL": own_database_url(), "REDIS_URL": broker}
        made.append(
            Child(
                "beat",
                [sys.executable, "-c", TO_QUEUE, queue, "beat", *options],
                os.environ | own,
                tmp_path / "beat.log",
                cwd=ROOT,
            )
        )
        made[-1].start()
        return made[-1]

    yield start
    for child in made:
        child.stop()


TO_QUEUE = """
import sys
from config.celery import app
app.conf.task_default_queue = sys.argv[1]
app.start(sys.argv[2:])
"""


def test_beat_signs_at_its_start_and_asks_the_worker_for_a_sign(beat, worker):
    """All of it within the first seconds: a fresh start has nothing to wait for."""
    timetable = beat(settings.CELERY_BROKER_URL)

    wait_for(lambda: Heartbeat.objects.count() == 3, timetable, seconds=25)

    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"beat", "broker", "worker"}


def test_beat_says_that_the_broker_takes_no_message(beat, tmp_path):
    """Beat itself is alive, and what was known of the broker counts no more."""
    broker = Redis(State.opened(tmp_path / "state", None))
    broker.start()
    try:
        timetable = beat(broker.url)
        wait_for(Heartbeat.objects.filter(name="broker").exists, timetable)
        broker.child.stop()
        before = Heartbeat.objects.get(name="beat").seen_at

        wait_for(lambda: not Heartbeat.objects.filter(name="broker").exists(), timetable)

        assert Heartbeat.objects.get(name="beat").seen_at > before
    finally:
        broker.child.stop()


def test_a_message_sent_before_the_worker_starts_is_not_lost(worker, queue):
    """Killed in the middle and started again, the worker goes on with what waits."""
    worker.process.kill()
    worker.stop()
    with Celery(broker=settings.CELERY_BROKER_URL) as sender:
        sender.send_task("core.jobs.heartbeat", queue=queue, ignore_result=True)
    worker.start()

    wait_for(Heartbeat.objects.exists, worker)
