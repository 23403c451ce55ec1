"""Every verb that the house writes into its trail has words."""

import ast
from pathlib import Path

import pytest

from reports.reads.verbs import label, labels

ROOT = Path(__file__).parents[2]
APPS = {"agencies", "catalog", "core", "deadlines", "inspections", "plans", "publication"}
APPS |= {"registries", "reports", "tasks"}


def written(node):
    """The verb of a call that writes to the trail, where it stands there as a text."""
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    given = node.args[:1] if name == "record" else []
    given += [one.value for one in node.keywords if one.arg == "verb"]
    for value in given:
        options = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
        yield from (one.value for one in options if isinstance(one, ast.Constant))


def verbs():
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call):
                    yield from written(node)


def test_every_verb_in_the_code_has_words():
    found = set(verbs())
    assert {"tasks.create", "agencies.lock", "deadlines.start", "publication.publish"} <= found
    assert sorted(found - set(labels())) == []


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("plans.submit", "提交审批"),
        ("tasks.freeze", "封存名单、封存"),
        ("agencies.log_in", "登录"),
        ("old.verb", "old.verb"),
    ],
)
def test_words(verb, words):
    assert label(verb) == words
