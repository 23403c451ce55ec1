"""Killed, doubled, cut off, across midnight: every reminder row once, every mail one Message-ID."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg2
import pytest
import time_machine
from celery import Celery
from django.conf import settings
from django.db import connection

from core.jobs import deliver_notices
from core.models import AuditEvent, Digest, Notice
from deadlines import services
from deadlines.jobs import send_digests, sweep_deadlines
from deadlines.models import Deadline, Reminder
from scripts.child import Child
from tests.factories import UserFactory, agency
from tests.infra.test_celery import own_database_url, wait_for
from tests.office import Office
from tests.reference import lay_reference

pytestmark = pytest.mark.servers

ROOT = Path(__file__).resolve().parents[2]
CHINA = ZoneInfo("Asia/Shanghai")
SWEEP, DELIVER = "deadlines.jobs.sweep_deadlines", "core.jobs.deliver_notices"
TODAY = "2021-11-04"  # the day after the last one of `clocks`
CLOCKS = 5


@pytest.fixture
def officer(transactional_db):
    """Who is told, in an agency with the shipped calendar."""
    lay_reference()
    services.sync_calendar()
    return UserFactory(
        agency=agency("341300"), role="officer", email="officer@example.org", username="officer"
    )


def run_clock(officer, number, due_on):
    return services.start_fixed(
        f"inspections.section:{number}",
        "onsite",
        agency=officer.agency,
        due_on=due_on,
        title=f"第{number}户",
        link=f"/desk/forms/{number}/",
        source="任务",
    )


@pytest.fixture
def clocks(officer):
    """Overdue since today."""
    return [run_clock(officer, number, date(2021, 11, 3)) for number in range(CLOCKS)]


@pytest.fixture
def office():
    one = Office()
    yield one
    one.handler.silent_after = None
    one.close()


class House:
    """A worker on the database of this test, with a queue of its own."""

    def __init__(self, log, **environ):
        self.queue = f"infra-{uuid4()}"
        options = ["--concurrency", "2", "--loglevel", "INFO", "--queues", self.queue]
        options += ["--without-mingle", "--without-gossip"]
        own = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": own_database_url(),
            "PORTAL_HTTPS": "0",
        }
        self.environ = os.environ | own | {"PORTAL_DEMO": "1", "PORTAL_TODAY": TODAY} | environ
        self.worker = Child(
            "worker",
            [sys.executable, "-m", "celery", "-A", "config", "worker", *options],
            self.environ,
            log,
            cwd=ROOT,
        )
        self.worker.start()

    def send(self, job):
        """What beat does."""
        with Celery(broker=settings.CELERY_BROKER_URL) as sender:
            sender.send_task(job, queue=self.queue, ignore_result=True)

    def until(self, condition):
        wait_for(condition, self.worker)

    def log_says(self, words, times=1):
        return lambda: self.worker.last_words(1000).count(words) >= times

    def kill(self):
        os.killpg(self.worker.process.pid, signal.SIGKILL)
        self.worker.process.wait()


@pytest.fixture
def house(tmp_path):
    """`house(PORTAL_SMTP_URL=...)` starts a worker."""
    made = []

    def start(**environ):
        made.append(House(tmp_path / "worker.log", **environ))
        return made[-1]

    yield start
    for one in made:
        one.worker.stop(patience=2)


def holding(deadline):
    """A connection that holds the row of a deadline: the sweep stops there."""
    session = psycopg2.connect(own_database_url())
    session.cursor().execute(
        "SELECT 1 FROM deadlines_deadline WHERE id = %s FOR UPDATE", [deadline.pk]
    )
    return session


def waiting():
    """How many sessions of this database wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


def reminders():
    return Counter(Reminder.objects.values_list("subject", "kind", "level", "due_on"))


def everything_once():
    """The end of every story about `clocks`."""
    keys = [(f"inspections.section:{n}", "onsite", -1, date(2021, 11, 3)) for n in range(CLOCKS)]
    assert reminders() == Counter(keys)
    texts = Counter(Notice.objects.values_list("text", flat=True))
    assert len(texts) == CLOCKS
    assert set(texts.values()) == {1}
    assert AuditEvent.objects.filter(verb="deadlines.overdue").count() == CLOCKS
    marks = set(Deadline.objects.values_list("overdue_on", flat=True))
    assert marks == {date.fromisoformat(TODAY)}


def test_a_worker_killed_in_mid_sweep_and_in_mid_delivery(house, clocks, office):
    portal = house(
        PORTAL_SMTP_URL=f"smtp://127.0.0.1:{office.port}", PORTAL_MAIL_DOMAIN="p.example"
    )
    with closing(holding(clocks[2])):
        portal.send(SWEEP)
        portal.until(lambda: waiting() == 1)
        portal.kill()
    assert Reminder.objects.count() == 2

    portal.worker.start()
    portal.send(SWEEP)
    portal.until(lambda: Reminder.objects.count() == CLOCKS)
    everything_once()

    office.handler.silent_after = 3  # the third mail has arrived, its sender does not know
    portal.send(DELIVER)
    portal.until(lambda: len(office.seen) == 3)
    portal.kill()
    office.handler.silent_after = None
    assert Notice.objects.exclude(sent_at=None).count() == 2

    portal.worker.start()
    portal.send(DELIVER)
    portal.until(lambda: not Notice.objects.filter(sent_at=None).exists())
    keys = Counter(key for _, key in office.seen)
    wanted = [
        f"<notice-{pk}@p.example>"
        for pk in Notice.objects.order_by("pk").values_list("pk", flat=True)
    ]
    assert set(keys) == set(wanted)
    assert keys == Counter([*wanted, wanted[2]])


def test_two_sweeps_at_once(house, clocks):
    portal = house()
    with closing(holding(clocks[0])):
        portal.send(SWEEP)
        portal.send(SWEEP)
        portal.until(lambda: waiting() == 2)
    portal.until(portal.log_says("succeeded in", 2))
    everything_once()


def test_the_database_is_gone_for_a_while(house, clocks):
    """Sessions are ended and new ones refused, as when PostgreSQL is stopped."""
    portal = house()
    name = connection.settings_dict["NAME"]
    above = psycopg2.connect(urlsplit(own_database_url())._replace(path="/postgres").geturl())
    above.autocommit = True
    with closing(above), closing(holding(clocks[2])):
        portal.send(SWEEP)
        portal.until(lambda: waiting() == 1)
        connection.close()
        cut = above.cursor()
        cut.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            cut.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            portal.until(portal.log_says("raised unexpected"))
            assert json.loads(asked(portal, "/healthz")[1])["status"] == "down"
            portal.send(SWEEP)
            portal.until(portal.log_says("raised unexpected", 2))
        finally:
            cut.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert Reminder.objects.count() == 2

    portal.send(SWEEP)
    portal.until(lambda: Reminder.objects.count() == CLOCKS)
    everything_once()


def asked(portal, *urls):
    """[status, body, ...] of pages, asked in a process with the portal's own environment."""
    ask = (
        "import sys, django; django.setup()\n"
        "from django.test import Client\n"
        "client = Client(raise_request_exception=False, headers={'host': 'localhost'})\n"
        "for url in sys.argv[1:]:\n"
        "    entry = {'username': 'officer', 'password': 'demo-2021'}\n"
        "    answer = client.post(url, entry) if url == '/login/' else client.get(url)\n"
        "    print(answer.status_code, end='\\0')\n"
        "    print(answer.content.decode(), end='\\0')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", ask, *urls],
        cwd=ROOT,
        env=portal.environ | {"DJANGO_SETTINGS_MODULE": "config.settings_test"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split("\0")[:-1]


def at(text, **more):
    return time_machine.travel(datetime.fromisoformat(text).replace(tzinfo=CHINA), **more)


def test_sweeps_while_the_clock_crosses_midnight_into_a_holiday(officer):
    for number in range(3):
        run_clock(officer, number, date(2021, 9, 30))

    def sweep_on():
        try:
            while datetime.now(CHINA).date() < date(2021, 10, 1):
                sweep_deadlines()
            sweep_deadlines()
        finally:
            connection.close()

    with at("2021-09-30T23:59:59", tick=True):
        crew = [Thread(target=sweep_on) for _ in range(2)]
        for thread in crew:
            thread.start()
        for thread in crew:
            thread.join(30)

    due = date(2021, 9, 30)
    assert reminders() == Counter(
        (f"inspections.section:{n}", "onsite", level, due) for n in range(3) for level in (0, -1)
    )
    assert set(Deadline.objects.values_list("overdue_on", flat=True)) == {date(2021, 10, 1)}
    assert Notice.objects.count() == 6


def test_a_month_with_the_national_holiday(officer, mailoutbox):
    """Twice a day all jobs run; what is said on which day, and when the digest goes out."""
    run_clock(officer, 1, date(2021, 9, 30))
    run_clock(officer, 2, date(2021, 10, 15))
    moment = datetime(2021, 9, 27, 0, 5)  # noqa: DTZ001
    while moment < datetime(2021, 10, 20):  # noqa: DTZ001
        with at(moment.isoformat(), tick=False):
            for job in (sweep_deadlines, send_digests, deliver_notices):
                job()
        moment += timedelta(hours=12)

    said = [
        (row.subject[-1], row.level, row.made_at.astimezone(CHINA).date().isoformat())
        for row in Reminder.objects.order_by("made_at", "subject")
    ]
    assert said == [
        ("1", 3, "2021-09-27"),
        ("1", 1, "2021-09-29"),
        ("1", 0, "2021-09-30"),
        ("2", 7, "2021-09-30"),
        ("1", -1, "2021-10-01"),
        ("1", -3, "2021-10-11"),  # after 8, 9 (Saturday, 调休上班) and 11 October
        ("2", 3, "2021-10-12"),
        ("2", 1, "2021-10-14"),
        ("2", 0, "2021-10-15"),
        ("2", -1, "2021-10-16"),
    ]
    digests = Digest.objects.order_by("pk").values_list("day", flat=True)
    assert [day.isoformat() for day in digests] == ["2021-09-27", "2021-09-30", "2021-10-12"]
    keys = Counter(mail.extra_headers["Message-ID"] for mail in mailoutbox)
    assert len(keys) == 7 + 3
    assert set(keys.values()) == {1}
