"""A backup restores into an empty database, with every row; whatever does not fit is refused."""

import contextlib
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.db import connection, connections

from tests.suzhou import lay_house

pytestmark = pytest.mark.servers

ROOT = Path(__file__).resolve().parents[2]
PHOTO = b"\xff\xd8 a photo \x00" * 5000
TABLES = """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1
"""


def url_of(name):
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def ask(url, sql):
    with contextlib.closing(psycopg2.connect(url)) as session, session.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def contents(url):
    """The digest of every table's rows, the sequences, and what guards the tables."""
    found = {
        table: ask(
            url,
            f"""SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM "{table}" t""",  # noqa: S608
        )
        for (table,) in ask(url, TABLES)
    }
    found["sequences"] = ask(url, "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
    found["indexes"] = ask(
        url, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
    )
    found["triggers"] = ask(
        url, "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
    )
    found["constraints"] = ask(
        url,
        "SELECT conrelid::regclass::text, conname, contype, "
        # The text of a check that names a list is laid out anew when it is read back.
        "CASE contype WHEN 'c' THEN '' ELSE pg_get_constraintdef(oid) END FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
    )
    return found


def command(name, *arguments, **environ):
    """./backup or ./restore with the Python of the tests."""
    done = subprocess.run(
        [ROOT / name, *map(str, arguments)],
        env=os.environ | {"PORTAL_PYTHON": sys.executable} | environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture
def source(transactional_db, tmp_path, settings):
    """A portal with data and a photo: the variables of its environment."""
    settings.PORTAL_TODAY = "2021-07-15"
    lay_house()
    folder = tmp_path / "source"
    (folder / "media" / "2021").mkdir(parents=True)
    (folder / "media" / "2021" / "现场 1.jpg").write_bytes(PHOTO)
    name = connection.settings_dict["NAME"]
    return {"DATABASE_URL": url_of(name), "PORTAL_STATE": str(folder)}


@pytest.fixture
def empty(transactional_db, tmp_path):
    """An empty database beside the test's own, and an empty state folder."""
    name = f"{connection.settings_dict['NAME']}_restored"
    administer(f'DROP DATABASE IF EXISTS "{name}"')
    administer(f'CREATE DATABASE "{name}"')
    yield {"DATABASE_URL": url_of(name), "PORTAL_STATE": str(tmp_path / "empty")}
    administer(f'DROP DATABASE "{name}" WITH (FORCE)')


def administer(sql):
    with contextlib.closing(psycopg2.connect(url_of("postgres"))) as session:
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute(sql)


def untouched(place):
    tables = ask(place["DATABASE_URL"], TABLES)
    return not tables and not list(Path(place["PORTAL_STATE"]).rglob("*.jpg"))


def test_everything_comes_back(source, empty, tmp_path):
    file = tmp_path / "portal.tar"
    saved = command("backup", file, **source)
    assert saved.returncode == 0, saved.stderr
    assert "PORTAL_FIELD_KEY" in saved.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("*.part"))
    packed = file.read_bytes()
    for key in ("PORTAL_FIELD_KEY", "DJANGO_SECRET_KEY"):
        assert os.environ[key].encode() not in packed

    done = command("restore", file, **empty)

    assert done.returncode == 0, done.stderr
    assert "Next: the schema fits this code" in done.stdout
    before, after = contents(source["DATABASE_URL"]), contents(empty["DATABASE_URL"])
    assert before["registries_target"][0][0] > 0
    assert before["triggers"]
    assert after == before
    photo = Path(empty["PORTAL_STATE"]) / "media" / "2021" / "现场 1.jpg"
    assert photo.read_bytes() == PHOTO

    again = command("restore", file, **empty)
    assert (again.returncode, len(again.stderr.splitlines())) == (1, 1)
    assert "is not empty" in again.stderr
    twice = command("backup", file, **source)
    assert (twice.returncode, len(twice.stderr.splitlines())) == (1, 1)
    assert "exists already" in twice.stderr


def test_what_does_not_fit_is_refused_before_anything_is_written(source, empty, tmp_path):
    file = tmp_path / "portal.tar"
    assert command("backup", file, **source).returncode == 0
    connections.close_all()
    other = empty | {"PORTAL_FIELD_KEY": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}
    cases = [
        (file, other, "not the one the backup was written with"),
        (damaged(file), empty, "damaged: database.dump|damaged: media"),
        (cut_off(file), empty, "not a whole backup"),
        (rewritten(file, newer), empty, "newer code: this one lacks core.9999_future"),
        (tmp_path / "none.tar", empty, "No such file"),
    ]
    for given, place, sentence in cases:
        done = command("restore", given, **place)
        assert done.returncode == 1, sentence
        assert any(each in done.stderr for each in sentence.split("|")), done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert untouched(empty)

    photo = Path(empty["PORTAL_STATE"]) / "media" / "theirs.png"
    photo.parent.mkdir(parents=True)
    photo.touch()
    done = command("restore", file, **empty)
    assert "move its files away" in done.stderr
    assert untouched(empty)


def damaged(file):
    copy = file.with_name("damaged.tar")
    data = bytearray(file.read_bytes())
    data[5000] ^= 1
    copy.write_bytes(data)
    return copy


def cut_off(file):
    copy = file.with_name("cut.tar")
    copy.write_bytes(file.read_bytes()[:9000])
    return copy


def rewritten(file, change):
    """The same backup with another manifest."""
    folder = file.with_name("unpacked")
    with tarfile.open(file) as tar:
        for member in tar.getmembers():  # extractall(filter=) is newer than Debian 12's Python
            target = folder / member.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(tar.extractfile(member).read())
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(change(manifest)))
    copy = file.with_name("rewritten.tar")
    with tarfile.open(copy, "w") as tar:
        for name in [*manifest["files"], "manifest.json"]:
            tar.add(folder / name, name)
    return copy


def newer(manifest):
    return manifest | {"migrations": [*manifest["migrations"], "core.9999_future"]}
