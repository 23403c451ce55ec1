"""What many tests start from is built once in a process, kept as rows, and laid again as rows.

Building goes through the services, as a user would, and costs a second; laying the same rows costs a
few hundredths. The rows are copied out of the database right after they were built, with the files that they
name, so a test sees exactly what the services made. Where a table is not empty to begin with, everything is built anew.

A test with transactions of its own is followed by a flush, which makes the permissions anew under
other keys; they get their first ones back, so that the same rows fit.
"""

from collections.abc import Callable
from copy import deepcopy
from io import StringIO
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, models, transaction

# Made by migrations, the same for every test; what is laid refers to them.
GIVEN = {"auth_permission", "django_content_type", "django_migrations"}
NAMED = [
    "django_content_type",
    "auth_permission",
]  # by keys that a flush changes; referred to first
_kept: dict[tuple, tuple[dict[str, str], dict[str, bytes], Any]] = {}
_first: dict[str, str] = {}


def laid(name: str, build: Callable[[], Any]) -> Any:
    """Have in the database what `build` makes from empty tables; `name` tells it from others.

    Gives what `build` returned when it was called, in a copy of the caller's own.
    """
    tables = _tables()
    with connection.cursor() as cursor:
        if _filled(cursor, tables):
            return build()
        if not connection.in_atomic_block:
            _first_keys_again(cursor)
        key = (name, _given(cursor))
        if key in _kept:
            rows, files, made = _kept[key]
            _lay(cursor, rows)
            _put(files)
            return deepcopy(made)
        made = build()  # in no transaction of ours: some services want one of their own
        _check_constraints(cursor)
        rows = {table: _rows(cursor, table) for table in _filled(cursor, tables)}
        _kept[key] = rows, _files(), deepcopy(made)
        return made


def _tables() -> list[str]:
    models = apps.get_models(include_auto_created=True)
    return sorted({model._meta.db_table for model in models if model._meta.managed} - GIVEN)


def _filled(cursor, tables: list[str]) -> list[str]:
    """The tables that hold any row, in one question."""
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})"  # noqa: S608
        for table in tables
    )
    cursor.execute(asked)
    return [table for (table,) in cursor.fetchall()]


@transaction.atomic
def _first_keys_again(cursor) -> None:
    """Give permissions and content types the keys they had when this process first looked.

    Nothing refers to them yet. Not inside the transaction of a test: that is taken back, and what the
    process remembers of content types is not.
    """
    if not _first:
        _first.update({table: _rows(cursor, table) for table in NAMED})
    elif _first != {table: _rows(cursor, table) for table in NAMED}:
        for table in reversed(NAMED):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608
        for table in NAMED:
            cursor.copy_expert(f"COPY {table} FROM STDIN", StringIO(_first[table]))
        _check_constraints(cursor)
        ContentType.objects.clear_cache()


def _check_constraints(cursor) -> None:
    """What would be checked at the end of the transaction, now."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _given(cursor) -> tuple:
    """Which permissions there are: a flush makes them anew, with other keys."""
    cursor.execute("SELECT min(id), max(id), count(*) FROM auth_permission")
    return cursor.fetchone()


def _rows(cursor, table: str) -> str:
    text = StringIO()
    cursor.copy_expert(f"COPY {table} TO STDOUT", text)
    return text.getvalue()


def _files() -> dict[str, bytes]:
    """Every file that a row names, by its name in the storage."""
    found = {}
    for model in apps.get_models():
        for field in model._meta.fields:
            if isinstance(field, models.FileField):
                for name in model._base_manager.exclude(**{field.name: ""}).values_list(
                    field.name, flat=True
                ):
                    with default_storage.open(name) as file:
                        found[name] = file.read()
    return found


def _put(files: dict[str, bytes]) -> None:
    """What another test has taken away with its storage is there again."""
    for name, data in files.items():
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(data))


@transaction.atomic
def _lay(cursor, kept: dict[str, str]) -> None:
    """Put the rows back as they were; what guards single rows was asked when they were built."""
    guarded = _guarded(cursor, list(kept))
    for table in guarded:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for table, text in kept.items():
        cursor.copy_expert(f"COPY {table} FROM STDIN", StringIO(text))
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in guarded:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _guarded(cursor, tables: list[str]) -> list[str]:
    """Tables with a trigger of ours that looks at new rows."""
    cursor.execute(
        "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger"
        " WHERE NOT tgisinternal AND tgtype & 4 > 0 AND tgrelid::regclass::text = ANY(%s)",
        [tables],
    )
    return [table for (table,) in cursor.fetchall()]
