"""The parts of ./run and ./test that are functions of their input."""

import re
import socket
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo import house
from scripts import machine, tls
from scripts.console import Refused
from scripts.machine import Need
from scripts.portal import hosts_for
from scripts.run import ACCOUNTS, Site, options
from scripts.services import free_port
from scripts.state import State, folder_for
from scripts.venv import Venv

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)", re.MULTILINE)


def folder(root, *, is_root=False, kind="", **environ):
    return str(folder_for(Path(root), environ, is_root=is_root, kind=kind))


def test_state_of_an_ordinary_user_lies_in_the_checkout():
    assert folder("/home/li/portal") == "/home/li/portal/.state"
    assert folder("/home/li/portal", kind="test") == "/home/li/portal/.state-test"


def test_state_of_root_is_named_after_the_checkout_and_its_path():
    first, second = (folder(f"/srv/{place}/My Portal", is_root=True) for place in "ab")
    assert re.fullmatch(r"/var/lib/portal/my-portal-[0-9a-f]{8}", first)
    assert first != second
    assert folder("/srv/a/My Portal", is_root=True, kind="test") == f"{first}-test"
    assert folder("/srv/门户", is_root=True).startswith("/var/lib/portal/portal-")


def test_the_caller_may_name_the_state_folder():
    assert folder("/srv/a", is_root=True, PORTAL_STATE="/data/x") == "/data/x"
    assert folder("/srv/a", kind="test", PORTAL_STATE="/data/x") == "/data/x-test"


def test_an_empty_portal_lies_beside_the_demonstration():
    assert folder("/home/li/portal", kind="empty") == "/home/li/portal/.state-empty"


def test_secrets_are_made_once_and_closed_to_others(tmp_path):
    state = State(tmp_path, None)
    key = state.secret("portal_field_key")
    assert state.secret("portal_field_key") == key
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}=", key)
    assert (tmp_path / "portal_field_key").stat().st_mode & 0o777 == 0o600


def test_reset_forgets_only_what_is_ours(tmp_path):
    state = State(tmp_path, None)
    state.secret("portal_field_key")
    (state.part("media") / "photo.jpg").touch()
    (tmp_path / "thesis.odt").touch()

    state.reset()

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.odt"]


def test_a_long_path_has_no_sockets(tmp_path):
    assert State(tmp_path / ("x" * 100), None).sockets is None


def test_a_second_portal_in_the_same_state_is_refused(tmp_path):
    first = State.opened(tmp_path / "state", None)
    with pytest.raises(Refused, match="already runs"):
        State.opened(first.folder, None)


def test_a_file_in_the_way_is_one_sentence(tmp_path):
    (tmp_path / "state").touch()
    with pytest.raises(Refused, match="a file is in the way"):
        State.opened(tmp_path / "state", None)


def test_a_taken_port_is_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Refused, match=f"Port {port} on 127.0.0.1 is taken"):
            machine.refuse_taken_port("127.0.0.1", port)
    machine.refuse_taken_port("127.0.0.1", free_port())


def test_an_address_of_another_machine_is_one_sentence():
    with pytest.raises(Refused, match="Cannot listen on 192.0.2.1"):
        machine.refuse_taken_port("192.0.2.1", 8000)


@pytest.mark.parametrize("port", ["", "x", "0", "65536", "-1"])
def test_only_ports_are_ports(port, monkeypatch):
    monkeypatch.delenv("PORTAL_PORT", raising=False)
    with pytest.raises(Refused, match="is not a port"):
        options([f"--port={port}"])


def test_the_command_line_wins_over_the_environment(monkeypatch):
    monkeypatch.setenv("PORTAL_PORT", "8001")
    assert options([]).port == 8001
    assert options(["--port", "8002"]).port == 8002


def test_reset_leaves_a_database_of_others_alone(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://portal@db.example/portal")
    with pytest.raises(Refused, match="private database only"):
        options(["--reset"])


def test_every_demonstration_account_is_told():
    assert {account.username for account in house.ACCOUNTS} <= set(ACCOUNTS.split())


def test_private_services_are_needed_only_where_none_are_given():
    def names(**environ):
        return {need.package for need in machine.needs(environ, tests=False)}

    assert names() - names(DATABASE_URL="x") == {"postgresql"}
    assert names() - names(REDIS_URL="x") == {"redis-server"}
    assert "chromium" in {need.package for need in machine.needs({}, tests=True)}


def test_what_is_missing_is_what_is_not_there():
    wanted = [
        Need("a", lambda: True),
        Need("b", lambda: False),
        Need("c", machine.library("libno-such.so.0")),
        Need("d", machine.program("no-such-program")),
    ]
    assert machine.missing(wanted) == ["b", "c", "d"]


def test_an_ordinary_user_is_told_the_command(monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(Refused, match="apt-get install --yes --no-install-recommends b$"):
        machine.install_missing([Need("a", lambda: True), Need("b", lambda: False)])


def test_the_newest_postgresql_is_taken(tmp_path):
    for version in ("9", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "postgres").touch()
    assert machine.postgres_folder(tmp_path) == tmp_path / "17" / "bin"


def test_installing_leaves_the_machines_own_switches_alone(tmp_path):
    theirs, ours = tmp_path / "policy", tmp_path / "made" / "cluster.conf"
    theirs.write_text("exit 0\n")
    with machine.quiet_services({theirs: machine.MARK, ours: machine.MARK}):
        assert theirs.read_text() == "exit 0\n"
        assert ours.read_text() == machine.MARK
    assert theirs.exists()
    assert not ours.exists()


@pytest.mark.parametrize(
    ("bind", "url", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/", "127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000/", "0.0.0.0:8000"),  # noqa: S104
        ("::1", "http://[::1]:8000/", "[::1]:8000"),
    ],
)
def test_where_the_portal_answers(bind, url, address):
    site = Site(bind, 8000, None)
    assert (site.url, site.address) == (url, address)
    assert bind in hosts_for(bind) or "127.0.0.1" in hosts_for(bind)


def test_a_certificate_is_kept_while_it_is_good(tmp_path):
    now = datetime.now(UTC)
    tls.main(tmp_path, ["localhost", "127.0.0.1"])
    certificate = tmp_path / "cert.pem"
    assert tls.still_good(certificate, ["127.0.0.1"], now)
    assert not tls.still_good(certificate, ["192.0.2.7"], now)
    assert not tls.still_good(certificate, ["localhost"], now + timedelta(days=340))
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600


def test_a_moved_checkout_gets_a_new_environment(tmp_path):
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "requirements.txt").write_text("same")
    first, second = (Venv(tmp_path / place).digest("requirements.txt") for place in "ab")
    assert first != second


def test_an_environment_that_fits_is_left_alone(tmp_path, monkeypatch):
    venv = Venv(tmp_path)
    (tmp_path / "requirements.txt").write_text("pins")
    venv.python.parent.mkdir(parents=True)
    venv.python.symlink_to(sys.executable)
    (venv.folder / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).resolve().parent}\n")
    venv.stamp.write_text(venv.digest("requirements.txt"))
    monkeypatch.setattr(venv, "_install", pytest.fail)
    venv.fill(tests=False)


def test_the_locks_agree_and_serve_every_supported_python():
    run, tests = (
        (ROOT / name).read_text() for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert set(PIN.findall(run)) <= set(PIN.findall(tests))
    for lock in (run, tests):
        assert "--universal" in lock.splitlines()[1]  # Debian 12 has 3.11.2, others 3.13
        assert "://" not in lock.replace("https://github.com", "")
