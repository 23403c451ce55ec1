"""The whole of ./run in a state folder of its own: READY, /healthz, one clear sentence, exit 0."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from scripts.machine import postgres_folder
from scripts.run import Site
from scripts.services import free_port

ROOT = Path(__file__).resolve().parents[2]
OWN = ("DATABASE_URL", "REDIS_URL", "DJANGO_", "PORTAL_", "COV_", "COVERAGE_", "PYTEST_")

pytestmark = [
    pytest.mark.skipif(postgres_folder() is None, reason="no PostgreSQL programs here"),
    pytest.mark.servers,
]


@pytest.fixture(scope="module")
def environ():
    """The environment of a newcomer, with a state folder that goes away."""
    above = Path(tempfile.mkdtemp(dir="/tmp"))
    above.chmod(0o755)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(OWN)}
    yield kept | {"PORTAL_STATE": str(above / "state"), "PORTAL_PORT": str(free_port())}
    shutil.rmtree(above)


@contextlib.contextmanager
def portal(environ, *options):
    """./run until the end of the block; yields the lines up to the accounts."""
    command = [ROOT / "run", *options]
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process, list(until_ready(process))
        finally:
            process.send_signal(signal.SIGTERM)
            process.stdout.read()


def until_ready(process):
    for line in process.stdout:
        yield line.strip()
        if line.startswith("READY"):
            return


@pytest.fixture(scope="module")
def first(environ):
    """The first start: everything from nothing."""
    with portal(environ) as (process, lines):
        yield process, lines


def test_it_prints_ready_once_and_answers(first, environ):
    _, lines = first
    port = int(environ["PORTAL_PORT"])
    assert lines[-1] == f"READY http://127.0.0.1:{port}/", "\n".join(lines)
    health = Site("127.0.0.1", port, None).health()
    assert health["database"] is True
    assert [health[name]["alive"] for name in ("worker", "beat")] == [True, True]  # from the start
    assert health["broker"] is True


def test_a_second_start_beside_it_is_one_clear_sentence(first, environ):
    for port, sentence in ((environ["PORTAL_PORT"], "is taken"), (free_port(), "already runs")):
        done = subprocess.run(
            [ROOT / "run", "--port", str(port)],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert sentence in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_it_stops_with_exit_code_0_and_is_back_in_seconds(first, environ):
    process, _ = first
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0
    started = time.monotonic()
    with portal(environ) as (_, lines):
        assert lines[-1].startswith("READY"), "\n".join(lines)
        assert "Loading the demonstration" not in lines
        assert time.monotonic() - started < 60  # 15 s on a quiet machine


def test_reset_starts_afresh_and_tls_serves_https(first, environ):
    """After the test above: nothing runs now. One start for both, because a start takes a while."""
    process, _ = first
    assert process.poll() == 0
    state, port = Path(environ["PORTAL_STATE"]), int(environ["PORTAL_PORT"])
    (state / "media" / "old.jpg").touch()
    before = (state / "portal_field_key").read_text()

    with portal(environ, "--reset", "--tls") as (_, lines):
        assert lines[-1] == f"READY https://127.0.0.1:{port}/", "\n".join(lines)
        assert f"Forgetting all data in {state}" in lines
        assert "Loading the demonstration" in lines
        assert not (state / "media" / "old.jpg").exists()
        assert (state / "portal_field_key").read_text() != before
        # Site trusts the certificate of this state only, for the name it is asked by.
        assert Site("127.0.0.1", port, state / "tls").health()["database"] is True
        assert Site("127.0.0.1", port, None).health() is None


def test_an_empty_portal_says_where_it_is_set_up(environ):
    """Beside the demonstration: a folder, a port and a database of its own, and one code."""
    port = str(free_port())
    with portal(environ | {"PORTAL_PORT": port}, "--empty") as (process, lines):
        assert lines[-1] == f"READY http://127.0.0.1:{port}/", "\n".join(lines)
        assert "Loading the demonstration" not in lines
        invitation = next(line for line in process.stdout if "/setup/" in line)
        assert re.search(
            rf"http://127.0.0.1:{port}/setup/#(\w{{4}}-){{2}}\w{{4}}$", invitation.strip()
        )
        with urlopen(f"http://127.0.0.1:{port}/setup/") as page:
            assert "首次设置" in page.read().decode()
        with urlopen(f"http://127.0.0.1:{port}/login/") as page:
            assert "演示" not in page.read().decode()
    assert Path(f"{environ['PORTAL_STATE']}-empty").is_dir()
