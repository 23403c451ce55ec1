"""A child process: how it starts, whether it answers, how it stops."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scripts.console import Refused

LARGE_LOG = 10_000_000
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def identity(user: pwd.struct_passwd | None) -> dict:
    """Arguments of Popen that run a program as `user` (None: as the caller)."""
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@dataclass
class Child:
    """One process of the portal; it ends with its parent, even when that is killed."""

    name: str
    command: list[str]
    environ: Mapping[str, str]
    log: Path
    user: pwd.struct_passwd | None = None
    cwd: Path = Path("/")
    stop_signal: signal.Signals = signal.SIGTERM
    process: subprocess.Popen | None = field(default=None, init=False)
    started: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches it only through its parent."""
        if self.log.exists() and self.log.stat().st_size > LARGE_LOG:
            self.log.rename(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            if self.user:
                os.fchown(log.fileno(), self.user.pw_uid, self.user.pw_gid)
            self.process = subprocess.Popen(
                self.command,
                env=self.environ,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=self._die_with_parent,
                **identity(self.user),
            )
        self.started = time.monotonic()

    def _die_with_parent(self) -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, int(self.stop_signal))

    @property
    def alive(self) -> bool:
        """Does it run?"""
        return self.process is not None and self.process.poll() is None

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self.started

    def ask_to_stop(self) -> None:
        """Tell it to finish."""
        if self.alive:
            self.process.send_signal(self.stop_signal)

    def stop(self, patience: float = 10.0) -> None:
        """Tell it to finish, wait, then end what is left of its session."""
        if self.process is None:
            return
        self.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(patience)
        self._kill_session()
        self.process.wait()

    def _kill_session(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def last_words(self, lines: int = 6) -> str:
        """The end of its log."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.strip().splitlines()[-lines:])


def wait_until(
    child: Child, ready: Callable[[], bool], *, seconds: float, retry: bool = False
) -> None:
    """Wait until `child` answers; with `retry` a child that ends is started again.

    A crash leaves traces (a process id that still looks alive) which pass within seconds.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        if not child.alive and not retry:
            break
        if time.monotonic() > deadline:
            break
        if not child.alive:
            child.start()
        time.sleep(0.1 if child.age < 2 else 0.5)
    else:
        return
    raise Refused(f"{child.name} does not start. Its log ends ({child.log}):\n{child.last_words()}")
