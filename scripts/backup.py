"""./backup FILE: the database and the media in one tar file. The portal may keep running.

The database is read in one snapshot. The media are read after it: files are only ever added, so
every file that a saved row names is there. The keys are not in the file (docs/how-to).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from scripts.archive import DUMP, Writer, fingerprint
from scripts.console import Refused, Stop, explained, say
from scripts.database import (
    COUNT_ROWS,
    MIGRATIONS,
    VERSION,
    Database,
    field_key,
    media_folder,
    own_url,
)
from scripts.portal import ROOT
from scripts.state import folder_for
from scripts.supervisor import stoppable


def options(arguments: list[str]) -> Path:
    """The file to write."""
    parser = argparse.ArgumentParser("./backup", description="Saves database and media.")
    parser.add_argument("file", type=Path, metavar="FILE", help="the tar file to write")
    return parser.parse_args(arguments).file.absolute()


def save(database: Database, media: Path, key: str, output: IO[bytes], scratch: Path) -> str:
    """Write everything to `output`; one line about it."""
    writer = Writer(output)
    with database.session() as ask, tempfile.TemporaryFile(dir=scratch) as dump:
        ask("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1")
        migrations = ask(MIGRATIONS)
        rows = ask(COUNT_ROWS)
        version = ask(VERSION)
        database.dump(dump, ask("SELECT pg_export_snapshot()"))
        size = dump.seek(0, os.SEEK_END)
        dump.seek(0)
        writer.add(DUMP, dump, size)
    files = writer.add_media(media)
    rows, migrations = json.loads(rows), json.loads(migrations)
    writer.finish(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        code=commit(),
        postgresql=version,
        field_key=fingerprint(key),
        migrations=migrations,
        rows=rows,
    )
    return f"{len(rows)} tables with {sum(rows.values())} rows, {files} media files"


def commit() -> str:
    """The commit of the code; empty where there is no git."""
    try:
        command = ["git", "rev-parse", "HEAD"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


def backup(file: Path) -> None:
    """Write the file, readable for its owner only, whole or not at all."""
    folder = folder_for(ROOT, os.environ, is_root=os.geteuid() == 0)
    database = Database(own_url(os.environ, folder))
    key = field_key(os.environ, folder)
    if file.exists():
        raise Refused(f"{file} exists already; choose another name.")
    part = file.with_name(f"{file.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
            try:
                saved = save(database, media_folder(os.environ, folder), key, output, file.parent)
                output.flush()
                os.fsync(output.fileno())
                part.rename(file)
            finally:
                part.unlink(missing_ok=True)
    except FileExistsError:
        raise Refused(f"{part} is in the way: a backup is running, or one was killed.") from None
    except OSError as error:
        raise Refused(f"Cannot write {file}: {error.strerror}.") from None
    say(f"Saved {saved} in {file}.")
    say("Not in it: PORTAL_FIELD_KEY and DJANGO_SECRET_KEY. Keep them in another place.")


def main() -> int:
    """The exit code."""
    with stoppable():
        try:
            backup(options(sys.argv[1:]))
        except Stop:
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(explained(main))
