"""Children that end are started again, children that must stop do, with all they started."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from scripts.child import Child, wait_until
from scripts.console import Refused
from scripts.supervisor import LONGEST_PAUSE, SILENT_AFTER, Supervisor, silent

pytestmark = pytest.mark.servers

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def make(tmp_path):
    """`make("sleep", "60")` is a child that is stopped at the end of the test."""
    made = []

    def child(*command, name="child"):
        made.append(Child(name, [*command], os.environ, tmp_path / f"{name}.log"))
        return made[-1]

    yield child
    for each in made:
        each.stop(patience=1)


def eventually(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def running(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def supervisor(*children, health=None, pulses=None):
    keep = Supervisor(lambda: health, pulses or {})
    for child in children:
        keep.add(child)
    return keep


def test_stop_ends_the_whole_session(make):
    child = make("sh", "-c", "trap '' TERM; sleep 60 & echo $!; wait; sleep 60")
    child.start()
    eventually(child.last_words)
    grandchild = int(child.last_words())

    child.stop(patience=0.2)

    assert not child.alive
    eventually(lambda: not running(grandchild))


def test_children_end_with_a_parent_that_is_killed(tmp_path):
    code = (
        "import os, pathlib, time; from scripts.child import Child\n"
        f"child = Child('c', ['sleep', '60'], os.environ, pathlib.Path({str(tmp_path)!r}) / 'log')\n"
        "child.start(); print(child.process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as parent:
        pid = int(parent.stdout.readline())
        assert running(pid)
        parent.kill()
    eventually(lambda: not running(pid))


def test_a_child_that_keeps_ending_waits_longer_each_time(make):
    child = make("true")
    keep = supervisor(child)
    pauses = []
    now = 0.0
    for _ in range(9):
        child.start()
        child.process.wait()
        keep.revive(now)
        pauses.append(keep._again_at.pop("child") - now)
    assert pauses == [1, 2, 4, 8, 16, 32, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]


def test_a_child_is_started_again_after_its_pause(make):
    child = make("sleep", "60")
    keep = supervisor(child)
    child.start()
    child.process.send_signal(signal.SIGKILL)
    child.process.wait()

    keep.revive(10.0)
    assert not child.alive
    keep.revive(10.5)
    assert not child.alive
    keep.revive(11.0)
    assert child.alive


@pytest.mark.parametrize(
    ("age", "restarted"), [(SILENT_AFTER - 1, False), (SILENT_AFTER + 1, True)]
)
def test_a_silent_worker_is_restarted(make, age, restarted):
    child = make("sleep", "60", name="worker")
    keep = supervisor(child, pulses={"worker": "worker"})
    child.start()
    child.started -= SILENT_AFTER + 1
    before = child.process.pid
    pulse = {"last_seen": (NOW - timedelta(seconds=age)).isoformat()}

    keep.restart_silent({"database": True, "worker": pulse}, NOW)

    assert (child.process.pid != before) is restarted


@pytest.mark.parametrize("health", [None, {"database": False, "worker": {"last_seen": None}}])
def test_nobody_is_restarted_while_nothing_can_be_read(make, health):
    child = make("sleep", "60", name="worker")
    keep = supervisor(child, pulses={"worker": "worker"})
    child.start()
    child.started -= SILENT_AFTER + 1
    before = child.process.pid
    keep.restart_silent(health, NOW)
    assert child.process.pid == before


def test_never_seen_is_silent():
    assert silent({"alive": False, "last_seen": None}, NOW)


def test_a_child_that_does_not_start_is_one_sentence_and_its_last_words(make):
    child = make("sh", "-c", "echo no such table; exit 3", name="web")
    child.start()
    with pytest.raises(Refused, match=r"web does not start.*\n.*no such table|no such table"):
        wait_until(child, lambda: False, seconds=10)


def test_a_child_may_need_a_second_try(make, tmp_path):
    child = make(
        "sh", "-c", f"test -e {tmp_path}/tried || {{ touch {tmp_path}/tried; exit 1; }}; sleep 60"
    )
    child.start()
    child.process.wait()
    wait_until(child, lambda: child.alive, seconds=10, retry=True)
    assert child.alive
