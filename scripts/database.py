"""The database that ./backup reads and ./restore fills, through PostgreSQL's own programs."""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qs, unquote, urlsplit

from scripts.console import Refused
from scripts.machine import postgres_folder, search_path
from scripts.services import Postgres, clean_environment
from scripts.state import State

# One JSON object: the rows of every table of ours. Tables of extensions are not ours.
OURS = """
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT EXISTS
(SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
"""
COUNT_ROWS = f"""
SELECT coalesce(json_object_agg(n.nspname || '.' || c.relname, (xpath('/row/n/text()', query_to_xml(
format('SELECT count(*) AS n FROM %I.%I', n.nspname, c.relname), false, true, '')))[1]::text::bigint
ORDER BY n.nspname, c.relname), '{{}}') {OURS} AND c.relkind = 'r'
"""  # noqa: S608 - constants
COUNT_RELATIONS = f"SELECT count(*) {OURS}"
MIGRATIONS = "SELECT json_agg(app || '.' || name ORDER BY app, name) FROM django_migrations"
VERSION = "SELECT current_setting('server_version')"


@dataclass
class Database:
    """One database, named as in DATABASE_URL."""

    url: str

    def environ(self) -> dict[str, str]:
        """How libpq finds it; a password on a command line would be seen by everybody."""
        parts = urlsplit(self.url)
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        found = {
            "PGHOST": query.get("host", parts.hostname or ""),
            "PGPORT": query.get("port", str(parts.port or "")),
            "PGUSER": unquote(parts.username or ""),
            "PGPASSWORD": unquote(parts.password or ""),
            "PGDATABASE": self.name,
            "PGCONNECT_TIMEOUT": "10",
            "PGOPTIONS": "-c client_min_messages=warning",
        }
        return clean_environment() | {key: value for key, value in found.items() if value}

    @property
    def name(self) -> str:
        """Its name on the server."""
        return unquote(urlsplit(self.url).path.lstrip("/"))

    def ask(self, sql: str) -> str:
        """The one line that answers one statement."""
        with self.session() as ask:
            return ask(sql)

    @contextlib.contextmanager
    def session(self) -> Iterator:
        """`ask(sql)`, again and again in one session, so that a transaction may stay open."""
        command = [program("psql"), "-XAtqw", "-v", "ON_ERROR_STOP=1"]
        with subprocess.Popen(
            command,
            env=self.environ(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as psql:

            def ask(sql: str) -> str:
                with contextlib.suppress(BrokenPipeError):
                    psql.stdin.write(" ".join(sql.split()) + ";\n")
                    psql.stdin.flush()
                if line := psql.stdout.readline().strip():
                    return line
                raise Refused(f"The database does not answer: {psql.stderr.read().strip()}")

            try:
                yield ask
            finally:
                with contextlib.suppress(BrokenPipeError):
                    psql.stdin.close()
                psql.stdout.read()

    def dump(self, output: IO[bytes], snapshot: str) -> None:
        """Everything as of the snapshot, in PostgreSQL's custom format."""
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        with self._running("pg_dump", *options, stdout=output):
            pass

    def load(self, dump: IO[bytes]) -> None:
        """All of a dump, or nothing of it."""
        options = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
        options.append(f"--dbname={self.name}")
        with self._running("pg_restore", *options, stdin=subprocess.PIPE) as pg_restore:
            with contextlib.suppress(BrokenPipeError):
                shutil.copyfileobj(dump, pg_restore.stdin)
            with contextlib.suppress(BrokenPipeError):
                pg_restore.stdin.close()

    @contextlib.contextmanager
    def _running(self, name: str, *options: str, **files: Any) -> Iterator[subprocess.Popen]:
        """One of PostgreSQL's programs; its own words become the refusal when it fails."""
        command = [program(name), "--no-password", *options]
        with tempfile.TemporaryFile() as errors:
            with subprocess.Popen(command, env=self.environ(), stderr=errors, **files) as process:
                yield process
            if process.returncode:
                errors.seek(0)
                words = errors.read().decode(errors="replace").strip()
                raise Refused(f"PostgreSQL's {name} failed: {words}")


def program(name: str) -> str:
    """One of PostgreSQL's programs, the newest on this machine."""
    folder = postgres_folder()
    beside = folder / name if folder else None
    found = beside if beside and beside.exists() else shutil.which(name, path=search_path())
    if not found:
        raise Refused(f"{name} is missing; Debian has it in the package postgresql-client.")
    return str(found)


def own_url(environ: Mapping[str, str], folder: Path) -> str:
    """DATABASE_URL, or the address of the private database that ./run has running now."""
    if environ.get("DATABASE_URL"):
        return environ["DATABASE_URL"]
    running = folder / "postgres" / "data" / "postmaster.pid"
    try:
        port = int(running.read_text().splitlines()[3])
    except (OSError, IndexError, ValueError):
        raise Refused(
            "No database: set DATABASE_URL as the portal has it, or start the portal with ./run."
        ) from None
    service = Postgres(State(folder, None))
    service.port = port
    return service.url


def field_key(environ: Mapping[str, str], folder: Path) -> str:
    """PORTAL_FIELD_KEY, or the one that ./run generated."""
    file = folder / "portal_field_key"
    key = environ.get("PORTAL_FIELD_KEY") or (file.read_text().strip() if file.exists() else "")
    if not key:
        raise Refused(
            "No field key: set PORTAL_FIELD_KEY as the portal had it, or put it into "
            f"{file} (it is not in a backup)."
        )
    return key


def media_folder(environ: Mapping[str, str], folder: Path) -> Path:
    """Where the portal keeps its media."""
    return Path(environ.get("PORTAL_MEDIA") or folder / "media")
