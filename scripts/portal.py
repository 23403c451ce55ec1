"""The portal of one checkout: its environment, its one-off steps and its processes."""

import contextlib
import os
import pwd
import re
import socket
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.child import Child, identity
from scripts.console import Refused, say
from scripts.machine import search_path
from scripts.services import Postgres, Redis
from scripts.state import State
from scripts.supervisor import Supervisor
from scripts.venv import Venv, last_lines, quietly

ROOT = Path(__file__).resolve().parent.parent
EVERYWHERE = {"0.0.0.0", "::", "[::]"}  # noqa: S104
FOREIGN = ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "DJANGO_SETTINGS_MODULE", "CELERY_BROKER_URL")


def start_services(state: State, keep: Supervisor, *, durable: bool) -> dict[str, str]:
    """Private PostgreSQL and Redis, unless the caller names others; the two addresses."""
    urls = {}
    for variable, service in (("DATABASE_URL", Postgres), ("REDIS_URL", Redis)):
        if os.environ.get(variable):
            urls[variable] = os.environ[variable]
            continue
        one = service(state, durable) if service is Postgres else service(state)
        say(f"Starting {one.child.name}")
        keep.add(one.child)
        one.start()
        urls[variable] = one.url
    return urls


def environment(state: State, urls: Mapping[str, str], **more: str) -> dict[str, str]:
    """What every process of the portal gets: the caller's environment, completed."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in FOREIGN and not key.startswith("PG")
    }
    secrets = {
        "DJANGO_SECRET_KEY": kept.get("DJANGO_SECRET_KEY") or state.secret("django_secret_key", 48),
        "PORTAL_FIELD_KEY": kept.get("PORTAL_FIELD_KEY") or state.secret("portal_field_key"),
    }
    own = {"PORTAL_STATE": str(state.folder), "PYTHONUNBUFFERED": "1", "PATH": search_path()}
    return kept | secrets | own | urls | more


def addresses() -> list[str]:
    """The addresses under which others on the network reach this machine."""
    found = []
    with contextlib.suppress(OSError):
        found += [entry[4][0] for entry in socket.getaddrinfo(socket.gethostname(), None)]
    with contextlib.suppress(OSError), socket.socket(type=socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing: only asks which address would be used
        found.append(probe.getsockname()[0])
    return sorted({each for each in found if ":" not in each and not each.startswith("127.")})


def hosts_for(bind: str) -> list[str]:
    """The host names the portal answers to."""
    more = [socket.gethostname(), *addresses()] if bind in EVERYWHERE else [bind]
    return list(dict.fromkeys(["127.0.0.1", "localhost", "[::1]", *more]))


@dataclass
class Portal:
    """Runs manage.py and the processes with the right user, folder and environment."""

    state: State
    venv: Venv
    environ: dict[str, str]
    user: pwd.struct_passwd | None = None

    def __post_init__(self) -> None:
        self.user = self.state.user if self._readable_for(self.state.user) else None
        if self.state.user and not self.user:
            say(f"{self.state.user.pw_name} cannot read {ROOT}; the web server runs as root")
        for part in ("media", "static", "logs", "beat", "cache"):
            for path in self.state.part(part).rglob("*"):
                self.state.give(path)
        if self.user:
            self.environ |= {"HOME": str(cache := self.state.part("cache"))}
            self.environ |= {"XDG_CACHE_HOME": str(cache), "PYTHONDONTWRITEBYTECODE": "1"}
            self._compile()

    def _compile(self) -> None:
        """What Python would do at the first import, were the checkout the user's own."""
        quietly([self.venv.python, "-m", "compileall", "-q", "-x", r"/\.", str(ROOT)])

    def _readable_for(self, user: pwd.struct_passwd | None) -> bool:
        """Can the services' user run the portal? Not when the checkout is in root's home."""
        if user is None:
            return False
        try:
            done = self._python("-c", "import django, config.celery", as_user=user)
        except PermissionError:
            return False
        return done.returncode == 0

    def _python(
        self, *arguments: str, as_user: pwd.struct_passwd | None, environ: Mapping | None = None
    ) -> subprocess.CompletedProcess:
        return subprocess.run(
            [self.venv.python, *arguments],
            cwd=ROOT,
            env=environ or self.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **identity(as_user),
        )

    def step(self, text: str, *arguments: str) -> None:
        """Run one Python command to its end; a failure becomes one sentence and its last words."""
        say(text)
        done = self._python(*arguments, as_user=self.user, environ=self.environ)
        with (self.state.part("logs") / "setup.log").open("a") as log:
            log.write(f"== {' '.join(arguments)}\n{done.stdout}{done.stderr}")
        if done.returncode == 0:
            return
        if refused := re.search(r"OperationalError: (.*)", done.stderr):
            raise Refused(f"The database does not answer: {refused[1]}")
        raise Refused(
            f"This step failed: {text}. All it said is in {log.name}; its last words:\n"
            f"{last_lines(done.stderr or done.stdout)}"
        )

    def asked(self, *arguments: str) -> str:
        """What one Python command prints; empty when it refuses."""
        done = self._python(*arguments, as_user=self.user, environ=self.environ)
        return done.stdout.strip() if done.returncode == 0 else ""

    def manage(self, text: str, *arguments: str) -> None:
        """One manage.py command."""
        self.step(text, "manage.py", *arguments)

    def child(self, name: str, module: str, arguments: Iterable[str]) -> Child:
        """One process that stays."""
        return Child(
            name,
            [str(self.venv.python), "-m", module, *arguments],
            self.environ,
            self.state.part("logs") / f"{name}.log",
            self.user,
            ROOT,
        )

    def worker(self) -> Child:
        """The Celery worker: one job at a time, in a process of its own."""
        options = ("--loglevel", "INFO", "--concurrency", "1", "--without-gossip")
        return self.child("worker", "celery", ["-A", "config", "worker", *options])

    def beat(self) -> Child:
        """The timetable."""
        schedule = str(self.state.part("beat") / "schedule")
        options = ("--loglevel", "INFO", "--pidfile=", "--schedule", schedule)
        return self.child("beat", "celery", ["-A", "config", "beat", *options])

    def web(self, address: str, tls: Path | None) -> Child:
        """The web server."""
        options = ["--bind", address, "--workers", "2", "--no-control-socket"]
        if tls:
            options += ["--certfile", str(tls / "cert.pem"), "--keyfile", str(tls / "key.pem")]
        return self.child("web", "gunicorn", ["config.wsgi", *options])
