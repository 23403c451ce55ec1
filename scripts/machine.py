"""What the machine must have: Debian packages, PostgreSQL's programs, a free port."""

import contextlib
import ctypes
import fcntl
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.console import Refused, say

CHROMIUM = Path("/usr/bin/chromium")
APT_LOCK = Path("/var/lib/portal-apt.lock")
MARK = "# portal: only while ./run or ./test installs packages\n"
# Both files keep the installation from starting services or making clusters of the machine's own.
QUIET = {
    Path("/usr/sbin/policy-rc.d"): f"#!/bin/sh\n{MARK}exit 101\n",
    Path("/etc/postgresql-common/createcluster.d/portal.conf"): (
        f"{MARK}create_main_cluster = false\n"
    ),
}


@dataclass(frozen=True)
class Need:
    """A Debian package and how to see that what it brings is there, whoever installed it."""

    package: str
    present: Callable[[], bool]


def library(name: str) -> Callable[[], bool]:
    """Can this shared library be loaded?"""

    def present() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return present


def program(name: str) -> Callable[[], bool]:
    """Is this program on the path?"""
    return lambda: shutil.which(name, path=search_path()) is not None


def search_path() -> str:
    """The caller's path and the system's folders, which are missing from it for some accounts."""
    callers = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    return os.pathsep.join([*callers, "/usr/sbin", "/usr/bin", "/sbin", "/bin"])


def chinese_font() -> bool:
    """Does fontconfig know a font for Chinese?"""
    fc_list = shutil.which("fc-list", path=search_path())
    if not fc_list:
        return False
    return bool(subprocess.run([fc_list, ":lang=zh"], capture_output=True, check=False).stdout)


def can_make_venv() -> bool:
    """uv needs nothing; python -m venv needs ensurepip, which Debian keeps in python3-venv."""
    return working_uv() is not None or importlib.util.find_spec("ensurepip") is not None


def working_uv() -> str | None:
    """The caller's uv; a shim without a version behind it does not count."""
    uv = shutil.which("uv")
    if uv and subprocess.run([uv, "--version"], capture_output=True, check=False).returncode == 0:
        return uv
    return None


def needs(environ: Mapping[str, str], *, tests: bool) -> list[Need]:
    """Everything the caller's choice needs: private services only where none are given."""
    found = [
        Need("python3-venv", can_make_venv),
        Need("fontconfig", program("fc-list")),
        Need("fonts-wqy-microhei", chinese_font),
        Need("libpango-1.0-0", library("libpango-1.0.so.0")),
        Need("libpangoft2-1.0-0", library("libpangoft2-1.0.so.0")),
        Need("libharfbuzz-subset0", library("libharfbuzz-subset.so.0")),
    ]
    if not environ.get("DATABASE_URL"):
        found.insert(0, Need("postgresql", lambda: postgres_folder() is not None))
    if not environ.get("REDIS_URL"):
        found.insert(0, Need("redis-server", program("redis-server")))
    if tests:
        found.append(Need("chromium", CHROMIUM.exists))
        found.append(Need("poppler-utils", program("pdftotext")))
        found.append(Need("nginx-light", program("nginx")))  # reads deploy/nginx.conf
    return found


def missing(wanted: list[Need]) -> list[str]:
    """The packages whose things are not there."""
    return [need.package for need in wanted if not need.present()]


def install_missing(wanted: list[Need]) -> None:
    """Install what is missing as root; tell anybody else the command."""
    packages = missing(wanted)
    if not packages:
        return
    names = " ".join(packages)
    command = f"apt-get install --yes --no-install-recommends {names}"
    if not shutil.which("apt-get", path=search_path()):
        raise Refused(f"Missing on this machine: what these Debian packages bring: {names}.")
    if os.geteuid() != 0:
        raise Refused(f"Missing Debian packages. As root: apt-get update && {command}")
    with one_installer():
        packages = missing(wanted)
        if packages:
            say(f"Installing Debian packages (about half a minute): {' '.join(packages)}")
            with quiet_services():
                apt_get("update")
                apt_get("install", "--yes", "--no-install-recommends", *packages)
    still = missing(wanted)
    if still:
        raise Refused(f"Installed, but still not usable: {' '.join(still)}.")


def apt_get(*arguments: str) -> None:
    """Run apt-get without questions; its last words when it fails."""
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "PATH": search_path()}
    with tempfile.TemporaryFile("w+") as output:
        code = subprocess.run(
            ["apt-get", "-o", "DPkg::Lock::Timeout=300", *arguments],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
        if code:
            output.seek(0)
            last = "".join(output.readlines()[-8:]).strip()
            raise Refused(f"apt-get {' '.join(arguments)} failed:\n{last}")


@contextlib.contextmanager
def one_installer() -> Iterator[None]:
    """Two of us at the same time: the second waits."""
    with APT_LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def quiet_services(quiet: Mapping[Path, str] = QUIET) -> Iterator[None]:
    """While it lasts, installing packages neither starts a service nor makes a cluster."""
    mine = [path for path in quiet if not path.exists() or MARK in path.read_text()]
    try:
        for path in mine:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(quiet[path])
            path.chmod(0o755)
        yield
    finally:
        for path in mine:
            path.unlink(missing_ok=True)


def postgres_folder(base: Path = Path("/usr/lib/postgresql")) -> Path | None:
    """The folder of PostgreSQL's programs, the newest first; Debian keeps them off the path."""
    found = [path.parent for path in base.glob("*/bin/postgres") if path.parts[-3].isdigit()]
    if found:
        return max(found, key=lambda folder: int(folder.parts[-2]))
    on_path = shutil.which("postgres", path=search_path())
    return Path(on_path).resolve().parent if on_path else None


def service_user() -> pwd.struct_passwd | None:
    """Whom the services run as: PostgreSQL's own user for root, otherwise the caller (None)."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Refused("PostgreSQL must not run as root, and there is no user 'postgres' or 'nobody'.")


def refuse_taken_port(bind: str, port: int) -> None:
    """One sentence instead of a traceback of the web server."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(bind, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except PermissionError:
        raise Refused(f"Port {port} is reserved for root; choose another: --port 8000.") from None
    except socket.gaierror:
        raise Refused(f"PORTAL_BIND={bind} is not an address of this machine.") from None
    except OSError as error:
        if error.errno == 98:
            text = f"Port {port} on {bind} is taken by another program; choose another: --port N."
        else:
            text = f"Cannot listen on {bind} port {port}: {error.strerror}."
        raise Refused(text) from None
