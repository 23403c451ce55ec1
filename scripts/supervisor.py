"""Keeps the processes of the portal running and stops them all."""

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import FrameType

from scripts.child import Child
from scripts.console import Stop, say

SILENT_AFTER = 90.0  # seconds without a heartbeat
LONGEST_PAUSE = 60.0
SETTLED_AFTER = 60.0  # a child that has run this long starts again with the shortest pause
LOOK_EVERY, ASK_EVERY = 1.0, 15.0


def raise_stop(number: int, frame: FrameType | None) -> None:
    """The first signal stops everything; further ones must not disturb that."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise Stop


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Inside, SIGINT, SIGTERM and SIGHUP raise Stop once."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, raise_stop)
    yield


def silent(pulse: dict, now: datetime) -> bool:
    """Is this `{"alive": ..., "last_seen": ...}` of /healthz older than allowed, or never seen?"""
    if not pulse.get("last_seen"):
        return True
    return (now - datetime.fromisoformat(pulse["last_seen"])).total_seconds() > SILENT_AFTER


class Supervisor:
    """The children in the order of their start; `health` returns what /healthz says, or None."""

    def __init__(self, health: Callable[[], dict | None], pulses: dict[str, str]) -> None:
        self.children: list[Child] = []
        self.health = health
        self.pulses = pulses  # name in /healthz -> name of the child
        self._pause: dict[str, float] = {}
        self._again_at: dict[str, float] = {}

    def add(self, child: Child) -> Child:
        """From now on `child` is kept running and stopped with the others."""
        self.children.append(child)
        return child

    def watch(self) -> None:
        """Until Stop is raised."""
        ask_at = time.monotonic() + ASK_EVERY
        while True:
            time.sleep(LOOK_EVERY)
            self.revive(time.monotonic())
            if time.monotonic() >= ask_at:
                self.restart_silent(self.health(), datetime.now(UTC))
                ask_at = time.monotonic() + ASK_EVERY

    def revive(self, now: float) -> None:
        """Start what has ended, after a pause that grows while it keeps ending."""
        for child in self.children:
            if child.alive:
                continue
            if child.name not in self._again_at:
                pause = self._next_pause(child)
                self._again_at[child.name] = now + pause
                say(f"{child.name} ended; starting it again in {pause:.0f} s (log: {child.log})")
            elif now >= self._again_at[child.name]:
                del self._again_at[child.name]
                child.start()

    def _next_pause(self, child: Child) -> float:
        grown = min(self._pause.get(child.name, 0.5) * 2, LONGEST_PAUSE)
        self._pause[child.name] = 1.0 if child.age > SETTLED_AFTER else grown
        return self._pause[child.name]

    def restart_silent(self, health: dict | None, now: datetime) -> None:
        """Restart a process whose heartbeat row is too old, once it had the time to write one."""
        if not health or not health.get("database"):
            return
        for pulse, name in self.pulses.items():
            child = next(each for each in self.children if each.name == name)
            if child.alive and child.age > SILENT_AFTER and silent(health.get(pulse, {}), now):
                say(f"{name} has given no sign of life for {SILENT_AFTER:.0f} s; restarting it")
                child.stop()
                child.start()

    def stop(self) -> None:
        """Stop every child: first those that use the services, together; then the services."""
        services = [child for child in self.children if child.name in {"PostgreSQL", "Redis"}]
        users = [child for child in self.children if child not in services]
        for group in (users, services):
            for child in group:
                child.ask_to_stop()
            for child in group:
                child.stop()
