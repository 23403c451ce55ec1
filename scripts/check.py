"""./test: everything that must hold, the quick checks first; the first failure ends it."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from scripts.console import Stop, explained, say
from scripts.machine import install_missing, needs, service_user
from scripts.npm import NodeModules
from scripts.portal import ROOT, environment, start_services
from scripts.state import State, folder_for
from scripts.supervisor import Supervisor, stoppable
from scripts.venv import Venv

PLAIN = {"PORTAL_HTTPS": "0", "DJANGO_SETTINGS_MODULE": "config.settings_test"}
PRODUCTION = {"PORTAL_HTTPS": "1", "DJANGO_SETTINGS_MODULE": "config.settings"}
QUICK = "--quick"  # all that needs neither a browser nor servers that are stopped and killed
NOT_FOR_TESTS = ("PORTAL_DEMO", "PORTAL_TODAY", "PORTAL_HOSTS", "PORTAL_PORT", "PORTAL_BIND")


@dataclass(frozen=True)
class Check:
    """One program of the venv; `environ` is what it gets on top of the tests' environment."""

    title: str
    arguments: list[str]
    environ: dict[str, str] = field(default_factory=lambda: PLAIN)


def templates() -> list[str]:
    """Every template; djade wants them by name."""
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*.html"))


def linters() -> list[Check]:
    """What can be said without running a test."""
    found = [
        Check("ruff check", ["ruff", "check", "."]),
        Check("ruff format", ["ruff", "format", "--check", "."]),
        Check("mypy", ["python", "-m", "scripts.baseline"]),
        Check("import contracts", ["lint-imports"]),
    ]
    if templates():
        djade = ["djade", "--check", "--target-version", "5.2"]
        found += [
            Check("djade", [*djade, *templates()]),
            Check("djhtml", ["djhtml", "--check", "--tabwidth", "2", *templates()]),
        ]
    return found


def browser_scripts() -> list[Check]:
    """What can be said of static/js and the other scripts without a browser."""
    tsc = ["node", "node_modules/typescript/bin/tsc", "--project"]
    return [
        Check("eslint", ["node", "node_modules/eslint/bin/eslint.js", "--max-warnings", "0", "."]),
        Check("tsc of the scripts", [*tsc, "tsconfig.json"]),
        Check("tsc of their tests", [*tsc, "tests/js/tsconfig.json"]),
        Check("node --test", ["node", "--test", "tests/js/**/*.test.js"]),
    ]


def project() -> list[Check]:
    """What Django says about itself."""
    deploy = ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return [
        Check(
            "missing migrations", ["python", "manage.py", "makemigrations", "--check", "--dry-run"]
        ),
        Check("check --deploy", deploy, PRODUCTION),
    ]


def tests(arguments: list[str]) -> Check:
    """All tests with coverage on two processes, the quick ones, or what the caller asks for."""
    everything = ["-n", "2", "--cov", "--cov-report=term-missing:skip-covered"]
    if arguments == [QUICK]:
        arguments = ["-n", "2", "-q", "-m", "not browser and not servers"]
    return Check("pytest", ["pytest", *(arguments or everything)])


def chosen(arguments: list[str]) -> list[Check]:
    """What the command line asks for; anything but --quick goes to pytest alone."""
    if arguments and arguments != [QUICK]:
        return [tests(arguments)]
    return [*linters(), *browser_scripts(), *project(), tests(arguments)]


def run(check: Check, programs: Path, environ: dict[str, str]) -> int:
    """The exit code of one check, with its headline before and the verdict after a failure."""
    say(f"== {check.title}")
    command = [str(programs / check.arguments[0]), *check.arguments[1:]]
    code = subprocess.run(command, cwd=ROOT, env=environ | check.environ, check=False).returncode
    if code and check.title != "pytest":  # pytest's own closing line stays the last one
        say(f"FAILED: {check.title} (exit code {code})")
    return code


def first_failure(checks: Iterable[Check], programs: Path, environ: dict[str, str]) -> int:
    """Run them in order; the exit code of the first that fails, or 0."""
    for check in checks:
        if code := run(check, programs, environ):
            return code
    return 0


def own_state(base: Path) -> State:
    """A fresh folder inside `base` for this run alone; what killed runs left there goes."""
    user = service_user()
    State(base, user).own(base)
    guard = os.open(base, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(guard, fcntl.LOCK_EX)
        for old in base.iterdir():
            if not in_use(old):
                shutil.rmtree(old, ignore_errors=True)
        return State.opened(base / str(os.getpid()), user)
    finally:
        os.close(guard)


def in_use(folder: Path) -> bool:
    """Does a running ./test hold it?"""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(held)
    return False


def checked(arguments: list[str], keep: Supervisor) -> int:
    """Set up, check everything, tidy up."""
    install_missing(needs(os.environ, tests=True))
    folder = folder_for(ROOT, os.environ, is_root=os.geteuid() == 0, kind="test")
    state = own_state(folder)
    venv = Venv(ROOT)
    venv.fill(tests=True)
    if arguments in ([], [QUICK]):
        NodeModules(ROOT, venv.python.parent).fill()
    urls = start_services(state, keep, durable=False)
    environ = environment(state, urls)
    for name in NOT_FOR_TESTS:
        environ.pop(name, None)
    try:
        return first_failure(chosen(arguments), venv.python.parent, environ)
    finally:
        keep.stop()
        shutil.rmtree(state.folder, ignore_errors=True)


def main() -> int:
    """The exit code of the first failing check."""
    keep = Supervisor(health=lambda: None, pulses={})
    with stoppable():
        try:
            return checked(sys.argv[1:], keep)
        except Stop:
            return 130
        finally:
            keep.stop()


if __name__ == "__main__":
    sys.exit(explained(main))
