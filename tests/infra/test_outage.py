"""./run with its services taken away for a whole minute by the clock: first the broker, then the database.

The services belong to the test, so nobody but the test starts them again; web, worker, beat and
their supervisor are those of ./run. What has to be told becomes due in the moment of the outage.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from contextlib import closing, contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import psycopg2
import pytest

from scripts.machine import postgres_folder, service_user
from scripts.services import Postgres, Redis, free_port
from scripts.state import DEMO_STAMP, State
from tests.infra.test_run import OWN, ROOT
from tests.office import Office

pytestmark = [
    pytest.mark.skipif(postgres_folder() is None, reason="no PostgreSQL programs here"),
    pytest.mark.servers,
]

MINUTE = 60.0
CATCH_UP = (
    180.0  # the broker's longest pause, an interval of the sweep, one of the mail; a busy machine
)
TODAY = "2021-11-04"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
PAGES = ["/", "/results/", "/desk/", "/desk/deadlines/", "/desk/notices/", "/desk/help/"]
LAY = """
import django; django.setup()
from datetime import date
from deadlines import services
from tests.factories import UserFactory, agency
officer = UserFactory(
    agency=agency("341300"), role="officer", email="officer@example.org", username="officer"
)
for number in range(6):
    services.start_fixed(
        f"inspections.section:{number}", "onsite", agency=officer.agency, due_on=date(2021, 12, 31),
        title=f"第{number}户", link=f"/desk/forms/{number}/", source="任务",
    )
"""


class Visitor:
    """A browser without a proxy: `get` and `post` give the status and the text."""

    def __init__(self, url):
        self.url = url
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies)
        )

    def get(self, path, data=None):
        body = urllib.parse.urlencode(data).encode() if data else None
        try:
            with self.opener.open(self.url + path, body, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.read().decode()

    def post(self, path, seen_on, **data):
        token = TOKEN.search(self.get(seen_on)[1])[1]
        return self.get(path, data | {"csrfmiddlewaretoken": token})

    def log_in(self):
        status, page = self.post("/login/", "/login/", username="officer", password="demo-2021")
        assert status == 200
        assert "退出" in page


class House:
    """Everything that runs, and what can be asked about it."""

    def __init__(self, folder, office):
        self.office = office
        user = service_user()
        services = State.opened(folder / "services", user)
        self.database, self.broker = Postgres(services), Redis(services)
        state = State(folder / "portal", user)
        state.own(state.folder)
        (state.folder / DEMO_STAMP).touch()  # an empty portal with the demonstration's clock
        kept = {key: value for key, value in os.environ.items() if not key.startswith(OWN)}
        self.environ = kept | {
            "PORTAL_STATE": str(state.folder),
            "PORTAL_PORT": str(free_port()),
            "PORTAL_TODAY": TODAY,
            "PORTAL_SMTP_URL": f"smtp://127.0.0.1:{office.port}",
            "PORTAL_MAIL_DOMAIN": "p.example",
            "DATABASE_URL": self.database.url,
            "REDIS_URL": self.broker.url,
        }
        self.state, self.log = state, folder / "run.log"
        self.stranger = Visitor(f"http://127.0.0.1:{self.environ['PORTAL_PORT']}")

    def start(self):
        """./run up to READY, then an officer and clocks that end far away."""
        self.database.start()
        self.broker.start()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [ROOT / "run"], env=self.environ, stdout=log, stderr=subprocess.STDOUT
            )
        self.until(lambda: "READY" in self.log.read_text(), 300)
        own = self.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DJANGO_SECRET_KEY": self.state.secret("django_secret_key"),
            "PORTAL_FIELD_KEY": self.state.secret("portal_field_key"),
            "PORTAL_DEMO": "1",
            "PORTAL_HTTPS": "0",
        }
        subprocess.run([sys.executable, "-c", LAY], cwd=ROOT, env=own, check=True)

    def stop(self):
        if hasattr(self, "process"):
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
        self.broker.child.stop()
        self.database.child.stop()

    def words(self):
        logs = [self.log, *(self.state.folder / "logs").glob("*.log")]
        return "\n".join(f"== {log}\n{log.read_text(errors='replace')[-3000:]}" for log in logs)

    def until(self, condition, seconds=CATCH_UP):
        ends_at = time.monotonic() + seconds
        while not condition():
            assert self.process.poll() is None, self.words()
            assert time.monotonic() < ends_at, self.words()
            time.sleep(0.25)

    def health(self):
        status, body = self.stranger.get("/healthz")
        return status, json.loads(body)

    def is_well(self):
        return self.health()[1]["status"] == "ok"

    def rows(self, query, *values):
        with closing(psycopg2.connect(self.database.url)) as session, session.cursor() as cursor:
            cursor.execute(query, values)
            found = cursor.fetchall() if cursor.description else []
            session.commit()
            return found

    def let_become_due(self, *numbers):
        """These clocks ended yesterday, as if that day had just gone by."""
        subjects = [f"inspections.section:{number}" for number in numbers]
        self.rows(
            "UPDATE deadlines_deadline SET due_on = '2021-11-03' WHERE subject = ANY(%s)", subjects
        )

    def reminders(self):
        rows = self.rows("SELECT subject, kind, level, due_on::text FROM deadlines_reminder")
        return Counter(rows)

    def all_sent(self):
        ((waiting,),) = self.rows("SELECT count(*) FROM core_notice WHERE sent_at IS NULL")
        return waiting == 0

    def caught_up(self, number):
        return sum(self.reminders().values()) >= number and self.all_sent() and self.is_well()

    def everything_once(self, number):
        """Every reminder row once, every message with its one Message-ID."""
        keys = [(f"inspections.section:{n}", "onsite", -1, "2021-11-03") for n in range(number)]
        assert self.reminders() == Counter(keys)
        notices = self.rows("SELECT id FROM core_notice ORDER BY id")
        assert len(notices) == number
        wanted = [("officer@example.org", f"<notice-{pk}@p.example>") for (pk,) in notices]
        assert Counter(self.office.seen) == Counter(wanted)


@contextmanager
def stopped(service, for_seconds):
    """The server process ends; at the end of the block, not before the time is over, it is back."""
    service.child.stop()
    down_since = time.monotonic()
    assert not service.ready()
    yield lambda: time.monotonic() - down_since < for_seconds
    assert not service.ready()
    assert time.monotonic() - down_since >= for_seconds
    service.start()


@pytest.fixture(scope="module")
def house():
    above = Path(tempfile.mkdtemp(dir="/tmp"))
    above.chmod(0o755)
    office = Office()
    one = House(above, office)
    try:
        one.start()
        yield one
    finally:
        one.stop()
        office.close()
        shutil.rmtree(above)


def test_a_minute_without_redis_and_a_minute_without_postgresql(house):
    """In one test: each part begins with what the one before has left."""
    house.until(house.is_well)
    officer = Visitor(house.stranger.url)
    officer.log_in()

    without_redis(house, officer)
    house.until(lambda: house.caught_up(3))
    house.everything_once(3)

    without_postgresql(house, officer)
    house.until(lambda: house.caught_up(6))
    house.everything_once(6)
    assert officer.get("/desk/")[0] == 200  # the session of before still counts
    assert house.process.poll() is None


def without_redis(house, officer):
    """Every page works as ever, log-in and writing too; /healthz says what is wrong."""
    said = []
    with stopped(house.broker, MINUTE) as lasts:
        house.let_become_due(0, 1, 2)
        while lasts():
            for page in PAGES:
                status, text = officer.get(page)
                assert (page, status) == (page, 200)
                assert "系统出错" not in text
            status, health = house.health()
            assert (status, health["database"]) == (200, True)
            said.append((health["status"], health["broker"]))
            time.sleep(0.5)
        assert "第0户" in officer.get("/desk/deadlines/")[1]
        assert "没有未读的通知" in officer.post("/desk/notices/read/", "/desk/notices/")[1]
        Visitor(house.stranger.url).log_in()
        assert said[-1] == ("degraded", False)
        assert len(said) > 5


def without_postgresql(house, officer):
    """Every page says so in Chinese, with 503 and without a trace; /healthz too."""
    rounds = 0
    house.let_become_due(3, 4, 5)
    with stopped(house.database, MINUTE) as lasts:
        while lasts():
            for page in (*PAGES, "/login/"):
                status, text = officer.get(page)
                assert (page, status) == (page, 503)
                assert "数据库暂时没有应答" in text
                assert "编号" in text
                assert "Traceback" not in text
                assert "psycopg2" not in text
            for visitor in (house.stranger, officer):
                status, body = visitor.get("/healthz")
                found = json.loads(body)
                assert (status, found["status"], found["database"]) == (503, "down", False)
            assert officer.get("/static/portal.css")[0] == 200
            rounds += 1
            time.sleep(0.5)
    assert rounds > 5
