"""The virtual environment in the checkout, filled from a lock file by uv or by pip."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.console import Refused, say
from scripts.machine import working_uv

RUN_LOCK, TEST_LOCK, UV_LOCK = "requirements.txt", "requirements-dev.txt", "scripts/uv.txt"


class Venv:
    """`.venv` of the checkout at `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"
        self.stamp = self.folder / "portal-stamp"

    def fill(self, *, tests: bool) -> None:
        """Install what the lock file says, unless that was done already."""
        with self._alone():
            self._fill([RUN_LOCK, TEST_LOCK] if tests else [RUN_LOCK])

    def _fill(self, locks: list[str]) -> None:
        """The last lock holds the others, so it is the one to install; all are then satisfied."""
        wanted = {self.digest(lock) for lock in locks}
        have = set(self.stamp.read_text().split()) if self.stamp.exists() else set()
        if wanted <= have and self._works():
            return
        say(f"Installing Python packages from {locks[-1]}")
        with self._refusing_unwritable():
            self._make()
            self.stamp.unlink(missing_ok=True)
            self._install(locks[-1])
            self.stamp.write_text("\n".join(sorted(wanted)) + "\n")

    def digest(self, lock: str) -> str:
        """What the stamp says of a lock: its content and the place, for a venv cannot be moved."""
        return hashlib.sha256((self.root / lock).read_bytes() + os.fsencode(self.root)).hexdigest()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """./run and ./test at the same time: the second waits."""
        held = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield
        finally:
            os.close(held)

    @contextlib.contextmanager
    def _refusing_unwritable(self) -> Iterator[None]:
        try:
            yield
        except PermissionError as error:
            raise Refused(f"Cannot write {error.filename}: {error.strerror}.") from None

    def _works(self) -> bool:
        if not self.python.exists():
            return False
        same = f"import sys; sys.exit(sys.prefix != {str(self.folder)!r})"
        return subprocess.run([self.python, "-c", same], check=False).returncode == 0

    def _make(self) -> None:
        if self._works():
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        uv = working_uv()
        if uv and quietly([uv, "venv", "-q", "--python", sys.executable, self.folder]):
            return
        say("Making the virtual environment")
        shutil.rmtree(self.folder, ignore_errors=True)
        if not quietly([sys.executable, "-m", "venv", self.folder]):
            raise Refused(
                f"{sys.executable} cannot make a virtual environment; Debian has the missing part "
                "in the package python3-venv."
            )

    def _install(self, lock: str) -> None:
        """uv where it can be had and reaches its index, else pip; both read the same lock."""
        arguments = ["--require-hashes", "-r", self.root / lock]
        uv = working_uv() or self._own_uv()
        compiled = ["-q", "--compile-bytecode", "--python", self.python]
        if uv and quietly([uv, "pip", "install", *compiled, *arguments]):
            return
        say("Without uv: pip installs the same lock (about a minute)")
        if not self._has_pip() and not quietly([self.python, "-m", "ensurepip"]):
            raise Refused("Neither uv nor pip can install the Python packages here.")
        done = subprocess.run(
            [self.python, "-m", "pip", "install", "-q", "--no-input", *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Refused(f"pip could not install {lock}:\n{last_lines(done.stderr)}")

    def _has_pip(self) -> bool:
        return quietly([self.python, "-m", "pip", "--version"])

    def _own_uv(self) -> Path | None:
        """uv, installed into the venv by pip and checked against its own lock."""
        uv = self.folder / "bin" / "uv"
        lock = self.root / UV_LOCK
        install = [self.python, "-m", "pip", "install", "-q", "--no-input", "--require-hashes"]
        if uv.exists() or (self._has_pip() and quietly([*install, "-r", lock])):
            return uv
        return None


def quietly(command: list) -> bool:
    """Did it succeed? Its words are kept off the screen; interpreters are never downloaded."""
    environ = {"UV_PYTHON_DOWNLOADS": "never", **os.environ}
    done = subprocess.run(
        [str(part) for part in command],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def last_lines(text: str, count: int = 6) -> str:
    """The end of what a program said."""
    return "\n".join(text.strip().splitlines()[-count:])
