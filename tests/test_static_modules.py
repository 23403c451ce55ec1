"""Scripts in production: every name carries its digest, every import leads to a file that is there."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import storages
from django.core.management import call_command
from django.test import override_settings

STATIC = settings.BASE_DIR / "static"
TEMPLATES = settings.BASE_DIR / "templates"
TAG = re.compile(r"<script\b[^>]*\bsrc=\"\{% static '([^']+)' %\}\"[^>]*>")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
IMPORT = re.compile(r"""(?:\bfrom\s*|^\s*import\s*\(?|\bimport\()["']([^"']+)["']""", re.MULTILINE)
HASHED = re.compile(r"\.[0-9a-f]{12}\.js$")
MODULES = sorted(path.relative_to(STATIC).as_posix() for path in STATIC.glob("js/**/*.js"))


def imports(script: str) -> list[str]:
    """The addresses a module imports, comments aside."""
    return IMPORT.findall(COMMENT.sub("", script))


def tags() -> list[tuple[str, str]]:
    """Every script of our own that a page loads: the whole tag and the file's name."""
    return [
        (found[0], found[1])
        for path in TEMPLATES.rglob("*.html")
        for found in TAG.finditer(path.read_text(encoding="utf-8"))
    ]


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """The folder that production serves, and its names: file -> file with the digest."""
    folder = tmp_path_factory.mktemp("static")
    backend = "config.staticfiles.ModuleStorage"
    with override_settings(STATIC_ROOT=folder, STORAGES={"staticfiles": {"BACKEND": backend}}):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield folder, dict(storages["staticfiles"].hashed_files)


def production_storage() -> str:
    """What config/settings.py names; the tests themselves use plain files."""
    text = (settings.BASE_DIR / "config" / "settings.py").read_text(encoding="utf-8")
    return re.search(r'"staticfiles": \{"BACKEND": "([^"]+)"', text)[1]


def test_production_serves_what_this_module_collects():
    assert production_storage() == "config.staticfiles.ModuleStorage"


def test_every_script_of_a_page_leads_to_modules_that_exist_under_their_digest(collected):
    folder, names = collected
    ways = [names[name] for _, name in tags()]
    seen = set()
    while ways:
        name = ways.pop()
        if name in seen or name.startswith("vendor/"):
            continue
        seen.add(name)
        path = folder / name
        assert path.is_file(), name
        assert HASHED.search(name), f"{name} carries no digest"
        for address in imports(path.read_text(encoding="utf-8")):
            assert address.startswith("."), f"{name} imports {address} by a bare name"
            ways.append((path.parent / address).resolve().relative_to(folder).as_posix())
    assert len(seen) > len(MODULES) / 2


def test_an_import_of_a_file_that_is_not_there_stops_collectstatic(tmp_path):
    source = tmp_path / "source"
    (source / "js").mkdir(parents=True)
    (source / "js" / "page.js").write_text(
        'import { x } from "./gone.js";\nx();\n', encoding="utf-8"
    )
    with (
        override_settings(
            STATIC_ROOT=tmp_path / "collected",
            STATICFILES_DIRS=[source],
            STATICFILES_FINDERS=["django.contrib.staticfiles.finders.FileSystemFinder"],
            STORAGES={"staticfiles": {"BACKEND": production_storage()}},
        ),
        pytest.raises(ValueError, match=r"gone\.js"),
    ):
        call_command("collectstatic", interactive=False, verbosity=0)


@pytest.mark.parametrize("name", MODULES)
def test_imports_name_a_file_from_where_they_stand(name):
    for address in imports((STATIC / name).read_text(encoding="utf-8")):
        assert address.startswith(("./", "../"))
        assert (STATIC / name).parent.joinpath(address).is_file(), address


def test_a_page_loads_modules_as_modules_and_classic_scripts_as_such():
    for tag, name in tags():
        assert ('type="module"' in tag) == name.startswith("js/"), tag


def test_every_module_is_reached_from_a_page():
    reached = {name for _, name in tags()}
    ways = [name for name in reached if name.startswith("js/")]
    while ways:
        name = ways.pop()
        for address in imports((STATIC / name).read_text(encoding="utf-8")):
            found = Path(STATIC / name).parent.joinpath(address).resolve()
            target = found.relative_to(STATIC.resolve()).as_posix()
            if target not in reached:
                reached.add(target)
                ways.append(target)
    assert set(MODULES) <= reached
