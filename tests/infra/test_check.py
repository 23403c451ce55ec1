"""What ./test runs: everything, all that is quick, or what the caller asks pytest for."""

import ast
from pathlib import Path

import pytest

from scripts.check import QUICK, chosen

ROOT = Path(__file__).resolve().parents[2]
SERVERS = {"Postgres", "Redis", "Supervisor"}


def titles(arguments):
    return [check.title for check in chosen(arguments)]


def test_everything_and_quick_run_the_same_linters():
    assert titles([]) == titles([QUICK])
    assert {"ruff check", "mypy", "import contracts", "eslint", "node --test"} <= set(titles([]))


def test_quick_leaves_out_browsers_and_broken_servers_only():
    assert chosen([QUICK])[-1].arguments[-2:] == ["-m", "not browser and not servers"]
    assert "-m" not in chosen([])[-1].arguments


def test_other_arguments_go_to_pytest_alone():
    [only] = chosen(["tests/plans", "-q"])
    assert only.arguments == ["pytest", "tests/plans", "-q"]


def marked(path):
    """The markers that a test file gives all its tests."""
    source = path.read_text()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            return ast.unparse(node.value)
    return ""


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("test_*.py")), ids=lambda p: p.stem)
def test_a_file_that_starts_servers_or_a_browser_says_so(path):
    called = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    }
    if called & SERVERS:
        assert "servers" in marked(path)
    if path.parent.name == "browser":
        assert "browser" in marked(path)
