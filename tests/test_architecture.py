"""What import-linter and ruff cannot say."""

import re
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
DOOR = {"views", "public", "api", "jobs", "forms", "desk_urls", "urls", "site", "healthz"}
DOORS = [p for p in MODULES if p.stem in DOOR or "views" in p.parts or "management" in p.parts]
WRITE = re.compile(r"\.(save|create|bulk_create|update|bulk_update|delete|get_or_create)\(")
ALLOWED = {
    "core/jobs.py": ["bulk_create"],  # the pulse of the worker is no use case
    "demo/management/commands/make_guide.py": ["save", "save"],  # pictures, not rows
}
STATUS = re.compile(r"\.status\s*=[^=]|status=\w+Status\.\w+\)\.update")
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "managers.py", "signals.py", "selectors.py"}
ONE_FILE = {"draws/drs1.py"}  # the public downloads it: it has to stay one file


def name(path):
    return str(path.relative_to(ROOT))


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


def test_nothing_is_fetched_from_elsewhere_at_run_time():
    """The portal works on an isolated network: no page names another host."""
    pages = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").glob("*.[jc]s*")]
    foreign = re.compile(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//")
    assert [name(page) for page in pages if foreign.search(page.read_text())] == []


def test_lock_files_hold_no_download_address():
    for lock in ROOT.glob("requirements*.txt"):
        assert "://" not in lock.read_text(), lock.name
