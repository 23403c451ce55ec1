"""The tables of docs/architecture.md are true: every module has one word, every look-up one place."""

import ast
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.documents import ROOT, table

APPS = sorted(path.parent.name for path in ROOT.glob("*/migrations"))
APPS += ["config", "demo", "reports"]
EVERY = "every app"
THIRTEEN = {
    "model",
    "queryset",
    "flow",
    "rule",
    "reading",
    "service",
    "event",
    "notice",
    "form",
    "view",
    "api",
    "job",
    "fragment",
}
WORDS = THIRTEEN | {"door", "address", "wiring", "staging"}  # the page says what they are
ROWS = [
    (app, re.findall(r"[^\s`]+", modules), word)
    for app, modules, word in table("architecture.md", "modules")
]
LOOK_UPS = table("architecture.md", "look-ups")


def defines_nothing(path: Path) -> bool:
    """Whether a file only hands on the names of others."""
    kinds = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign)
    return all(isinstance(node, kinds) for node in ast.parse(path.read_text()).body)


def modules() -> list[tuple[str, str]]:
    """App and path inside it, without suffix, of every module that defines something."""
    found = []
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            inner = path.relative_to(ROOT / app)
            face = path.name == "__init__.py" and defines_nothing(path)
            if "migrations" not in inner.parts and not face:
                found.append((app, str(inner.with_suffix(""))))
    return found


def words_of(app: str, module: str, rows: Iterable[tuple[str, list[str], str]] = ROWS) -> list[str]:
    """The words the table gives a module; the rows of its own app win over those of every app."""

    def by(owner: str) -> list[str]:
        return [
            word
            for name, patterns, word in rows
            if name == owner and any(fnmatchcase(module, pattern) for pattern in patterns)
        ]

    return by(app) or by(EVERY)


@pytest.mark.parametrize("app", APPS)
def test_every_module_has_one_word(app):
    wrong = {m: words_of(app, m) for a, m in modules() if a == app and len(words_of(app, m)) != 1}
    assert wrong == {}


def test_a_module_without_a_word_is_found():
    """The check itself: a helper nobody planned has none, and one in two rows has two."""
    assert words_of("tasks", "helpers") == []
    twice = [("tasks", ["a*"], "rule"), ("tasks", ["*b"], "reading")]
    assert words_of("tasks", "ab", twice) == ["rule", "reading"]


def test_the_table_knows_only_words_of_the_house():
    assert {word for _, _, word in ROWS} <= WORDS


def test_no_row_has_outlived_its_modules():
    idle = [
        (name, pattern)
        for name, patterns, _ in ROWS
        for pattern in patterns
        if not any(
            fnmatchcase(module, pattern) for app, module in modules() if name in {app, EVERY}
        )
    ]
    assert idle == []


def sources() -> list[Path]:
    """Where a look-up greps: everything written in Python but the tests."""
    return [path for app in APPS for path in sorted((ROOT / app).rglob("*.py"))]


def places(definition: str) -> list[str]:
    """The files in which a line matches; a file twice if two lines do."""
    pattern = re.compile(definition)
    return [
        str(path.relative_to(ROOT))
        for path in sources()
        for line in path.read_text().splitlines()
        if pattern.search(line)
    ]


@pytest.mark.parametrize(("what", "file", "definition"), LOOK_UPS, ids=[row[0] for row in LOOK_UPS])
def test_a_look_up_ends_at_one_place(what, file, definition):
    assert places(definition) == [file]


def test_ten_things_can_be_looked_up():
    assert len(LOOK_UPS) == 10


def test_a_definition_that_is_gone_or_double_is_found():
    """The check itself: nothing is no answer, and `class Meta` stands in many places."""
    assert places("^def a_function_that_is_nowhere") == []
    assert len(places("^    class Meta")) > 1
