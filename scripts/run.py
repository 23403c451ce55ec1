"""./run: the demonstration, or an empty portal, from a bare checkout to an answering one."""

import argparse
import http.client
import json
import os
import ssl
import sys
import time
from pathlib import Path

from scripts.child import Child, wait_until
from scripts.console import Refused, Stop, explained, say
from scripts.machine import install_missing, needs, refuse_taken_port, service_user
from scripts.portal import (
    EVERYWHERE,
    ROOT,
    Portal,
    addresses,
    environment,
    hosts_for,
    start_services,
)
from scripts.state import DEMO_STAMP, State, folder_for
from scripts.supervisor import Supervisor, stoppable
from scripts.venv import Venv

PULSES = ("worker", "beat")
FIRST_PULSES = 15.0  # seconds
ACCOUNTS = """\
lead                                    牵头单位经办
admin-gongan admin-shichang             部门管理员
officer-gongan officer-gongan-2
officer-shichang officer-shichang-2     执法人员
leader deputy-gongan deputy-shichang    分管负责人
principal-gongan principal-shichang     主要负责人
supervisor office                       督导
sysadmin secadmin auditor               三员"""


def options(arguments: list[str]) -> argparse.Namespace:
    """The command line; the environment gives the defaults."""
    parser = argparse.ArgumentParser(
        "./run", description="Brings up the demonstration, or with --empty a portal to be set up."
    )
    parser.add_argument("--reset", action="store_true", help="forget all data and start afresh")
    parser.add_argument("--empty", action="store_true", help="a portal of your own, without data")
    parser.add_argument("--port", default=os.environ.get("PORTAL_PORT") or "8000", metavar="N")
    parser.add_argument("--tls", action="store_true", help="https with a self-signed certificate")
    chosen = parser.parse_args(arguments)
    chosen.bind = os.environ.get("PORTAL_BIND") or "127.0.0.1"
    if not chosen.port.isdigit() or not 0 < int(chosen.port) < 65536:
        raise Refused(f"{chosen.port} is not a port: give a number from 1 to 65535.")
    chosen.port = int(chosen.port)
    if chosen.reset and os.environ.get("DATABASE_URL"):
        raise Refused("--reset forgets the private database only; empty the one of DATABASE_URL.")
    return chosen


class Site:
    """Where the portal answers, and what /healthz says there."""

    def __init__(self, bind: str, port: int, tls: Path | None) -> None:
        self.bind, self.port, self.tls = bind, port, tls
        self.host = "127.0.0.1" if bind in EVERYWHERE else bind
        self.url = self.url_at(f"[{self.host}]" if ":" in self.host else self.host)
        self.address = f"[{bind.strip('[]')}]:{port}" if ":" in bind else f"{bind}:{port}"

    def url_at(self, name: str) -> str:
        """The address of the first page under one of the machine's names."""
        return f"{'https' if self.tls else 'http'}://{name}:{self.port}/"

    def health(self) -> dict | None:
        """The answer of /healthz; None when there is none."""
        try:
            connection = self._connection()
            connection.request("GET", "/healthz")
            return json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError):
            return None

    def _connection(self) -> http.client.HTTPConnection:
        if not self.tls:
            return http.client.HTTPConnection(self.host, self.port, timeout=5)
        trusted = ssl.create_default_context(cafile=self.tls / "cert.pem")
        return http.client.HTTPSConnection(self.host, self.port, timeout=5, context=trusted)

    def answers(self) -> bool:
        """Does the portal answer, with its database?"""
        health = self.health()
        return bool(health and health.get("database"))


def prepare(portal: Portal, *, demo: bool) -> None:
    """The steps between an empty database and a portal with something to see."""
    portal.manage("Updating the database schema", "migrate", "--noinput")
    portal.manage("Loading reference data", "sync_reference")
    stamp = portal.state.folder / DEMO_STAMP
    if demo and not stamp.exists():
        portal.manage("Loading the demonstration", "load_demo")
        stamp.touch()
        portal.state.give(stamp)
    portal.manage("Collecting static files", "collectstatic", "--noinput", "--verbosity", "0")


def certificate(portal: Portal, hosts: list[str]) -> Path:
    """The folder of the self-signed certificate for these names."""
    folder = portal.state.part("tls")
    names = [host.strip("[]") for host in hosts]
    portal.step("Making the certificate", "-m", "scripts.tls", str(folder), *names)
    return folder


def start(chosen: argparse.Namespace, keep: Supervisor) -> None:
    """Everything up to READY."""
    refuse_taken_port(chosen.bind, chosen.port)
    install_missing(needs(os.environ, tests=False))
    is_root = os.geteuid() == 0
    folder = folder_for(ROOT, os.environ, is_root=is_root, kind="empty" if chosen.empty else "")
    state = State.opened(folder, service_user())
    if chosen.reset:
        say(f"Forgetting all data in {folder}")
        state.reset()
    venv = Venv(ROOT)
    venv.fill(tests=False)
    urls = start_services(state, keep, durable=True)
    demo = "0" if chosen.empty else os.environ.get("PORTAL_DEMO", "1")
    hosts = hosts_for(chosen.bind)
    own = {"PORTAL_DEMO": demo, "PORTAL_HTTPS": "0"}
    own["PORTAL_HOSTS"] = os.environ.get("PORTAL_HOSTS") or ",".join(hosts)
    portal = Portal(state, venv, environment(state, urls, **own))
    prepare(portal, demo=demo == "1")
    tls = certificate(portal, hosts) if chosen.tls else None
    site = Site(chosen.bind, chosen.port, tls)
    portal.environ.setdefault("PORTAL_URL", site.url)
    keep.health = site.health
    say("Starting web, worker and beat")
    web = launch(portal, site, keep)
    wait_until(web, site.answers, seconds=60)
    await_pulses(site, time.monotonic() + FIRST_PULSES)
    announce(site, state, demo=demo == "1")
    if demo != "1":
        invite(portal, site)


def launch(portal: Portal, site: Site, keep: Supervisor) -> Child:
    """Start the three processes; the web server is the one to wait for."""
    web = portal.web(site.address, site.tls)
    for child in (web, portal.worker(), portal.beat()):
        keep.add(child).start()
    return web


def await_pulses(site: Site, until: float) -> None:
    """Worker and beat start a moment after the web server; READY does not wait for a broken one."""
    while time.monotonic() < until:
        health = site.health() or {}
        if all(health.get(name, {}).get("alive") for name in PULSES):
            return
        time.sleep(0.2)


def announce(site: Site, state: State, *, demo: bool) -> None:
    """The line others wait for, and what a newcomer needs next."""
    say(f"READY {site.url}")
    if demo:
        say(f"Accounts, password demo-2021:\n{ACCOUNTS}")
    say(f"Logs: {state.folder / 'logs'}   Ctrl-C stops everything.")
    if site.bind in EVERYWHERE:
        say(f"On the network: {' '.join(site.url_at(address) for address in addresses())}")
    elif site.tls:
        say("For phones on the same network: PORTAL_BIND=0.0.0.0 ./run --tls")


def invite(portal: Portal, site: Site) -> None:
    """Where an empty portal is set up, with its one-time code; nothing once it has been."""
    code = portal.asked("manage.py", "set_up_code")
    if code:
        say(f"Set it up: {site.url}setup/#{code}\nOn another machine, type the code {code} there.")


def main() -> int:
    """Bring it up, keep it up, take it down."""
    chosen = options(sys.argv[1:])
    keep = Supervisor(health=lambda: None, pulses={name: name for name in PULSES})
    with stoppable():
        try:
            start(chosen, keep)
            keep.watch()
        except Stop:
            say("Stopping")
        finally:
            keep.stop()
    return 0


if __name__ == "__main__":
    sys.exit(explained(main))
