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

    wait_for(lambda: Heartbeat.objects.count() == 2, worker)

    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"worker", "beat"}


def test_a_message_sent_before_the_worker_starts_is_not_lost(worker, queue):
    """Killed in the middle and started again, the worker goes on with what waits."""
    worker.process.kill()
    worker.stop()
    with Celery(broker=settings.CELERY_BROKER_URL) as sender:
        sender.send_task("core.jobs.heartbeat", queue=queue, ignore_result=True)
    worker.start()

    wait_for(Heartbeat.objects.exists, worker)
