"""./restore FILE: fills an empty database and an empty media folder from a file of ./backup.

With DATABASE_URL: that database. Without: the private one of this checkout, for ./run.
Everything that can be refused is refused before anything is written.
"""

import argparse
import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.archive import Reader, fingerprint
from scripts.console import Refused, Stop, explained, say
from scripts.database import COUNT_RELATIONS, COUNT_ROWS, VERSION, Database, field_key, media_folder
from scripts.machine import install_missing, needs, service_user
from scripts.portal import ROOT
from scripts.services import Postgres
from scripts.state import DEMO_STAMP, State, folder_for
from scripts.supervisor import Supervisor, stoppable
from scripts.venv import Venv, last_lines

# The settings want all of them to start; `migrate --check` uses none of these.
STAND_IN = {"DJANGO_SECRET_KEY": "only-for-migrate-check", "REDIS_URL": "redis://nowhere/0"}


@dataclass
class Place:
    """Where the backup goes."""

    database: Database
    folder: Path
    key: str
    private: bool = False

    @property
    def media(self) -> Path:
        """The media folder."""
        return media_folder(os.environ, self.folder)


@contextlib.contextmanager
def place() -> Iterator[Place]:
    """The database of DATABASE_URL, or the private one, which runs until the end of the block."""
    folder = folder_for(ROOT, os.environ, is_root=os.geteuid() == 0)
    key = field_key(os.environ, folder)
    if os.environ.get("DATABASE_URL"):
        yield Place(Database(os.environ["DATABASE_URL"]), folder, key)
        return
    install_missing(needs(os.environ, tests=False))
    service = Postgres(State.opened(folder, service_user()))
    keep = Supervisor(health=lambda: None, pulses={})
    keep.add(service.child)
    try:
        service.start()
        yield Place(Database(service.url), folder, key, private=True)
    finally:
        keep.stop()


def refuse_unfit(reader: Reader, to: Place) -> None:
    """Everything that speaks against it, one sentence each."""
    manifest = reader.manifest
    if fingerprint(to.key) != manifest["field_key"]:
        raise Refused(
            "This PORTAL_FIELD_KEY is not the one the backup was written with: the personal data "
            "could not be read. Set the old key."
        )
    relations = int(to.database.ask(COUNT_RELATIONS))
    if relations:
        raise Refused(
            f"The database {to.database.name} is not empty (it holds {relations} tables and the "
            "like); a backup is restored into an empty one only."
        )
    if any(to.media.rglob("*")):
        raise Refused(f"The media folder {to.media} is not empty; move its files away first.")
    here, there = to.database.ask(VERSION), manifest["postgresql"]
    if int(here.split(".")[0]) < int(there.split(".")[0]):
        raise Refused(f"The backup comes from PostgreSQL {there}; this server is the older {here}.")
    if unknown := unknown_migrations(manifest["migrations"]):
        raise Refused(
            f"The backup comes from newer code: this one lacks {', '.join(unknown)}. "
            "Take the portal's version of that time or a newer one."
        )


def unknown_migrations(applied: list[str]) -> list[str]:
    """What the backup has and our own apps here have not."""
    parted = [name.split(".", 1) for name in applied]
    return [
        f"{app}.{name}"
        for app, name in parted
        if (ROOT / app / "migrations").is_dir()
        and not (ROOT / app / "migrations" / f"{name}.py").exists()
    ]


def put_media(reader: Reader, to: Place) -> int:
    """The media files, owned by the owner of the state folder; the number of them."""
    names = []
    for name, file in reader.media():
        names.append(name)
        path = to.media / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as copy:
            shutil.copyfileobj(file, copy)
    if os.geteuid() == 0 and to.media.exists():
        owner = to.folder.stat()
        for path in (to.media, *to.media.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)
    return len(names)


def compare_rows(expected: dict[str, int], found: dict[str, int]) -> None:
    """Refuse a database that does not hold what the backup held."""
    if found == expected:
        return
    differing = sorted(name for name in expected | found if expected.get(name) != found.get(name))
    raise Refused(
        f"Restored, but these tables differ from the backup: {', '.join(differing)}. "
        "Do not use this database."
    )


def next_step(to: Place) -> str:
    """What `migrate --check` says, and what that means."""
    python = Venv(ROOT).python
    if not python.exists() and importlib.util.find_spec("django") is None:
        Venv(ROOT).fill(tests=False)
    command = [python if python.exists() else sys.executable, "manage.py", "migrate", "--check"]
    own = {"DATABASE_URL": to.database.url, "PORTAL_FIELD_KEY": to.key}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=STAND_IN | os.environ | own,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:
        raise Refused(f"Restored, but migrate --check fails:\n{last_lines(done.stderr)}")
    if to.private:
        return "Next: ./run"
    if done.returncode:
        return (
            "Next: the code here is newer than the backup: python manage.py migrate, then "
            "python manage.py sync_reference; then start the portal."
        )
    return "Next: the schema fits this code; start the portal and look at /healthz."


def settle(to: Place) -> None:
    """The private database is filled: ./run lays no demonstration over it and keeps the key."""
    key, stamp = to.folder / "portal_field_key", to.folder / DEMO_STAMP
    if not key.exists():
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(to.key)
    stamp.touch()
    if os.geteuid() == 0:
        owner = to.folder.stat()
        for path in (key, stamp):
            os.chown(path, owner.st_uid, owner.st_gid)


def restore(file: Path) -> None:
    """Check, fill, compare, say what comes next."""
    reader = Reader(file)
    with place() as to:
        refuse_unfit(reader, to)
        say(f"Restoring the backup of {reader.manifest['made_at']} into {to.database.name}")
        to.database.load(reader.dump())
        files = put_media(reader, to)
        rows = json.loads(to.database.ask(COUNT_ROWS))
        compare_rows(reader.manifest["rows"], rows)
        if to.private:
            settle(to)
        say(f"Restored {len(rows)} tables with {sum(rows.values())} rows, {files} media files.")
        say(next_step(to))


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser("./restore", description="Restores a file of ./backup.")
    parser.add_argument("file", type=Path, metavar="FILE", help="the tar file to read")
    file = parser.parse_args().file.absolute()
    with stoppable():
        try:
            restore(file)
        except Stop:
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(explained(main))
