"""What import-linter and ruff cannot say."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
APPS = [
    "core",
    "agencies",
    "deadlines",
    "draws",
    "catalog",
    "registries",
    "plans",
    "tasks",
    "inspections",
    "publication",
    "reports",
    "config",
    "demo",
]
MODULES = [p for app in APPS for p in (ROOT / app).rglob("*.py") if "migrations" not in p.parts]
# Whoever takes a request, a form, a command line or a timetable is a door, whatever the file is called.
DOOR = re.compile(
    r"django\.(http|shortcuts|forms|views|template|contrib\.auth\.views|core\.management)\b"
    r"|rest_framework\b|celery\b"
)
NO_DOOR = re.compile(r"django\.template\.loader\b")  # papers are rendered without a request
WRITE = re.compile(r"\.(save|create|bulk_create|update|bulk_update|delete|get_or_create)\(")
ALLOWED = {
    "demo/management/commands/make_guide.py": ["save", "save"],  # pictures, not rows
}
STATUS = re.compile(r"\.status\s*=[^=]|status=\w+Status\.\w+\)\.update")
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "managers.py", "signals.py", "selectors.py"}
ONE_FILE = {"draws/drs1.py"}  # the public downloads it: it has to stay one file


def name(path):
    return str(path.relative_to(ROOT))


def imported(text):
    """Every module and name that a source imports, dotted."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{one.name}" for one in node.names)
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


def is_door(text):
    return any(DOOR.match(one) and not NO_DOOR.match(one) for one in imported(text))


DOORS = [path for path in MODULES if is_door(path.read_text())]


def test_a_door_is_known_by_what_it_imports():
    """The check itself: a view in a file of any name is a door, a service or a paper is not."""
    for line in [
        "from django.http import HttpRequest",
        "from django import forms",
        "from rest_framework.views import APIView",
        "from celery import shared_task",
        "from django.core.management.base import BaseCommand",
    ]:
        assert is_door(line)
    assert not is_door("from django.template.loader import render_to_string")
    assert not is_door("from django.db import transaction")
    assert {"tasks", "inspections", "publication"} <= {
        path.relative_to(ROOT).parts[0] for path in DOORS
    }


@pytest.mark.parametrize("path", DOORS, ids=name)
def test_doors_never_write(path):
    found = WRITE.findall(path.read_text())
    assert [verb for verb in found if verb not in ALLOWED.get(name(path), [])] == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_advance_changes_a_status(path):
    if name(path) == "core/workflow.py":
        return
    lines = [
        line
        for line in path.read_text().splitlines()
        if STATUS.search(line) and "response.status" not in line
    ]
    assert lines == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_fits_in_the_head(path):
    assert path.read_text().count("\n") <= 400 or name(path) in ONE_FILE


def test_no_module_without_a_meaning():
    assert {name(path) for path in MODULES if path.name in FORBIDDEN_NAMES} == set()


def test_every_module_of_every_app_has_its_floor():
    """No contract inside an app leaves a module out: a new one has to be given its floor."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    inside = [one for one in contracts["contracts"] if "containers" in one]
    held = [app for one in inside for app in one["containers"]]
    assert sorted(held) == sorted(APPS)
    for one in inside:
        assert one["exhaustive"], one["id"]
        assert set(one.get("exhaustive_ignores", [])) <= {"migrations"}, one["id"]


def test_nothing_is_fetched_from_elsewhere_at_run_time():
    """The portal works on an isolated network: no page names another host."""
    pages = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").glob("*.[jc]s*")]
    foreign = re.compile(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//")
    assert [name(page) for page in pages if foreign.search(page.read_text())] == []


def test_lock_files_hold_no_download_address():
    for lock in ROOT.glob("requirements*.txt"):
        assert "://" not in lock.read_text(), lock.name
