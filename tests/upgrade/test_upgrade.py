"""A database made before the draws had an app of their own, and what it answers afterwards.

`before-the-wing.sql.gz` is the demonstration of 2021-07-15 as the portal laid it then, the key of its
encrypted fields made for this test; `before-the-wing.json` is what that portal answered over it.
"""

import contextlib
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg2
import pytest
from django.db import connection

from scripts.machine import postgres_folder

pytestmark = pytest.mark.servers

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BEFORE = json.loads((HERE / "before-the-wing.json").read_text())
THEN = {
    "PORTAL_DEMO": "1",
    "PORTAL_TODAY": "2021-07-15",
    "PORTAL_HTTPS": "0",
    "PORTAL_FIELD_KEY": "dGVzdC1rZXktb2YtdGhlLWtlcHQtZHVtcC0wMDAwMDA=",
    "DJANGO_SETTINGS_MODULE": "config.settings_test",
}
SCHEMA = {
    "columns": """SELECT table_name, column_name, data_type, is_nullable, column_default
        FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2""",
    "triggers": """SELECT pg_get_triggerdef(oid) FROM pg_trigger
        WHERE NOT tgisinternal ORDER BY 1""",
    "functions": """SELECT proname, prosrc FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prolang <> 13 ORDER BY 1""",
    "unique": """SELECT tablename, indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND indexdef LIKE 'CREATE UNIQUE%' ORDER BY 1, 2""",
    "keys": """SELECT conrelid::regclass::text, confrelid::regclass::text, contype
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2, 3""",
}


def url_of(name):
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def ask(url, sql):
    with contextlib.closing(psycopg2.connect(url)) as session, session.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def command(sql):
    session = psycopg2.connect(url_of("postgres"))
    session.autocommit = True
    with contextlib.closing(session), session.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture(scope="module")
def upgraded():
    """The environment of a portal over the old database, migrated."""
    name = f"upgrade_{uuid4().hex[:12]}"
    command(f"CREATE DATABASE {name}")
    try:
        dump = gzip.decompress((HERE / "before-the-wing.sql.gz").read_bytes())
        psql = [str(postgres_folder() / "psql"), "-qX", "-v", "ON_ERROR_STOP=1", url_of(name)]
        subprocess.run(psql, input=dump, check=True, capture_output=True)
        environ = os.environ | THEN | {"DATABASE_URL": url_of(name)}
        run(environ, "manage.py", "migrate", "--noinput")
        yield environ
    finally:
        command(f"DROP DATABASE {name} WITH (FORCE)")


def run(environ, *arguments):
    """What a Python program says; it must end well."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_the_sealed_trail_verifies(upgraded):
    assert "一致：493 条留痕" in run(upgraded, "manage.py", "verify_trail")


@pytest.fixture(scope="module")
def after(upgraded):
    return json.loads(run(upgraded, "-m", "tests.upgrade.recorder"))


@pytest.mark.parametrize("part", sorted(BEFORE))
def test_everything_is_answered_as_before(after, part):
    """Public addresses, files and certificates byte for byte, histories, rows, rights, visibility."""
    assert after[part] == BEFORE[part]


def test_the_record_has_something_to_say():
    assert sum(one["status"] == 200 for one in BEFORE["public"].values()) > 50
    assert sum("sha256" in one for one in BEFORE["public"].values()) > 30
    assert any("经两人同意作废" in line for line in BEFORE["histories"]["341300-2021-003-1"])
    assert len(BEFORE["permissions"]["lead"]) > 10


@pytest.mark.django_db
def test_a_fresh_install_has_the_same_schema(upgraded):
    fresh = url_of(connection.settings_dict["NAME"])
    for what, sql in SCHEMA.items():
        assert ask(upgraded["DATABASE_URL"], sql) == ask(fresh, sql), what


def test_a_frozen_draw_goes_on_and_old_certificates_verify(upgraded):
    """The keep trigger names no column that went: seal, void, successor, open (protocol 2.11)."""
    done = json.loads(run(upgraded, "-m", "tests.upgrade.continued"))
    assert done["voided"] == ["voided", True]
    assert done["successor"] == ["341300-2021-005-3", "opened", "341300-2021-005-1"]
    assert done["listed"] == 4  # 8 × 10 %, 3 × 30 %, 2 × 50 %, 1 × 100 %, each rounded up
    assert len(done["verified"]) == 7
    assert set(done["verified"].values()) == {"passed"}
