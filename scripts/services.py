"""The private PostgreSQL and Redis: folders, commands, addresses. Nothing of the machine's own."""

import os
import shutil
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from scripts.child import Child, identity, wait_until
from scripts.console import Refused
from scripts.machine import postgres_folder, search_path
from scripts.state import State

UNSAFE_BUT_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "jit": "off",  # compiling a query costs more than any of the small ones of a test
}
SETUP_SQL = """
SELECT 'CREATE ROLE portal LOGIN CREATEDB'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal') \\gexec
ALTER ROLE portal PASSWORD :'password';
SELECT 'CREATE DATABASE portal OWNER portal'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'portal') \\gexec
"""


def free_port() -> int:
    """A port on loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clean_environment() -> dict[str, str]:
    """The caller's environment without what would lead PostgreSQL's programs elsewhere."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return kept | {"LC_ALL": "C.UTF-8", "PATH": search_path()}


@dataclass
class Postgres:
    """A cluster in the state folder, on a socket there, or on loopback with a password."""

    state: State
    durable: bool = True
    port: int = 5432
    child: Child = field(init=False)

    def __post_init__(self) -> None:
        self.programs = postgres_folder()
        self.data = self.state.part("postgres") / "data"
        self.sockets = self.state.sockets
        if self.sockets is None:
            self.port = free_port()
        self.child = Child(
            "PostgreSQL",
            self.command(),
            clean_environment(),
            self.state.part("logs") / "postgresql.log",
            self.state.user,
            stop_signal=signal.SIGINT,  # "fast": roll back, write the checkpoint, end
        )

    def command(self) -> list[str]:
        """The server in the foreground; every setting that matters is on its command line."""
        settings = {
            "port": str(self.port),
            "listen_addresses": "" if self.sockets else "127.0.0.1",
            "unix_socket_directories": f'"{self.sockets}"' if self.sockets else "",
            "logging_collector": "off",
            "timezone": "Asia/Shanghai",
        }
        if not self.durable:
            settings |= UNSAFE_BUT_FAST
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data), *options]

    @property
    def host(self) -> str:
        """Where clients find it."""
        return str(self.sockets or "127.0.0.1")

    @property
    def url(self) -> str:
        """DATABASE_URL."""
        if self.sockets:
            return f"postgres://portal@/portal?host={quote(self.host, safe='/')}"
        return f"postgres://portal:{self.state.secret('database_password')}@{self.host}:{self.port}/portal"

    def start(self) -> None:
        """Make the cluster if need be, start it, make the role and the database."""
        if not self.data.exists():
            self._initialise()
        self._refuse_other_version()
        self.child.start()
        wait_until(self.child, self.ready, seconds=20, retry=True)
        self._run(
            "psql", "-qX", "-v", "ON_ERROR_STOP=1", "-v",
            f"password={self.state.secret('database_password')}", "-d", "postgres",
            *self._client(), text=SETUP_SQL,
        )  # fmt: skip

    def ready(self) -> bool:
        """Does it accept connections?"""
        command = [str(self.programs / "pg_isready"), "-q", *self._client()]
        return subprocess.run(command, env=clean_environment(), check=False).returncode == 0

    def _client(self) -> list[str]:
        return ["-h", self.host, "-p", str(self.port), "-U", "postgres"]

    def _initialise(self) -> None:
        fresh = self.data.with_name("data.new")
        shutil.rmtree(fresh, ignore_errors=True)
        self.state.secret("database_password")
        self._run(
            "initdb", "-D", str(fresh), "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8",
            "--auth-local=trust", "--auth-host=scram-sha-256",
            f"--pwfile={self.state.folder / 'database_password'}",
            *([] if self.durable else ["--no-sync"]),
        )  # fmt: skip
        fresh.rename(self.data)

    def _refuse_other_version(self) -> None:
        written = (self.data / "PG_VERSION").read_text().strip()
        program = self.programs.parts[-2]
        same = Path("/usr/lib/postgresql") / written / "bin"
        if written == program or not program.isdigit():
            return
        if not (same / "postgres").exists():
            raise Refused(
                f"The database in {self.data} was made by PostgreSQL {written}, this machine has "
                f"{program}. Install postgresql-{written}, or start afresh with ./run --reset."
            )
        self.programs = same
        self.child.command = self.command()

    def _run(self, name: str, *arguments: str, text: str = "") -> None:
        done = subprocess.run(
            [str(self.programs / name), *arguments],
            env=clean_environment() | {"PGPASSWORD": self.state.secret("database_password")},
            input=text,
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            **identity(self.state.user),
        )
        if done.returncode:
            raise Refused(f"PostgreSQL's {name} failed: {done.stderr.strip()}")


@dataclass
class Redis:
    """The broker, in memory only: every job finds its work in the database."""

    state: State
    child: Child = field(init=False)

    def __post_init__(self) -> None:
        self.sockets = self.state.sockets
        self.port = 0 if self.sockets else free_port()
        program = shutil.which("redis-server", path=search_path())
        options = {
            "port": str(self.port),
            "save": "",
            "appendonly": "no",
            "dir": str(self.state.part("redis")),
        }
        if self.sockets:
            options |= {"unixsocket": str(self.socket_path), "unixsocketperm": "700"}
        else:
            options |= {"bind": "127.0.0.1", "requirepass": self.state.secret("redis_password")}
        self.child = Child(
            "Redis",
            [program, *(part for key, value in options.items() for part in (f"--{key}", value))],
            clean_environment(),
            self.state.part("logs") / "redis.log",
            self.state.user,
        )

    @property
    def socket_path(self) -> Path:
        """Its socket, where there is one."""
        return self.sockets / "redis.sock"

    @property
    def url(self) -> str:
        """REDIS_URL, as Celery spells it."""
        if self.sockets:
            return f"redis+socket://{quote(str(self.socket_path), safe='/')}"
        return f"redis://:{self.state.secret('redis_password')}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.child.start()
        wait_until(self.child, self.ready, seconds=10, retry=True)

    def ready(self) -> bool:
        """Does it answer PING (or ask for the password)?"""
        family = socket.AF_UNIX if self.sockets else socket.AF_INET
        try:
            with socket.socket(family) as client:
                client.settimeout(1)
                client.connect(str(self.socket_path) if self.sockets else ("127.0.0.1", self.port))
                client.sendall(b"PING\r\n")
                return client.recv(64)[:1] in {b"+", b"-"}
        except OSError:
            return False
