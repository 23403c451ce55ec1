"""The repository explains itself: what is cited can be found, and the tables of docs are true."""

import json
import re

import pytest
from jsonschema import Draft202012Validator

from tests.documents import DOCS, ROOT, Shelf, texts

SHELF = Shelf()
BAD = """A rule nobody wrote (F99, T04), protocol 9.9 and contracts section 12, requirements sections 2
and 44, ADR 999, docs/adr/0998, product row 12, case imports 7, docs/nowhere.md."""


def test_whatever_is_cited_can_be_found():
    missing = {name: SHELF.missing(name, text) for name, text in texts()}
    assert {name: found for name, found in missing.items() if found} == {}


def test_a_citation_that_leads_nowhere_is_found():
    """The check itself, on a bad sample: everything but T04 and section 2 is named."""
    assert SHELF.missing("plans/rules.py", BAD) == [
        "F99",
        "protocol 9.9",
        "contracts 12",
        "requirements 44",
        "ADR 999",
        "ADR 0998",
        "product row 12",
        "case imports 7",
        "docs/adr/0998",
        "docs/nowhere.md",
    ]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("docs/x.md", "[a](contracts.md) [b](nowhere.md)", ["nowhere.md"]),
        ("docs/x.md", "[a](requirements.md#f15) [b](requirements.md#f99)", ["requirements.md#f99"]),
        ("README.md", "`core/flow.py`, `python tasks/gone.py FILE`", ["tasks/gone.py"]),
        ("draws/services/events.py", '"""An event (2.8, 2.99)."""', ["protocol 2.99"]),
        ("static/drs1.js", "the text of the protocol (sections 2, 3 and 8)", ["protocol 8"]),
    ],
)
def test_a_link_or_a_section_that_leads_nowhere_is_found(name, text, found):
    assert SHELF.missing(name, text) == found


def test_every_rule_of_the_five_documents_has_its_number_once():
    text = (DOCS / "requirements.md").read_text()
    rows = re.findall(r"^\| <a id=\"(\w+)\"></a>(\w+) \|", text, re.M)
    assert [anchor.upper() for anchor, _ in rows] == [number for _, number in rows]
    assert len(rows) == len(set(rows)) == 131
    groups = {number[0]: [n for _, n in rows if n[0] == number[0]] for _, number in rows}
    for letter, found in groups.items():
        assert found == [f"{letter}{n:02}" for n in range(1, len(found) + 1)]


def records():
    """The decision records, in order."""
    return sorted((DOCS / "adr").glob("[0-9]*.md"))


@pytest.mark.parametrize("path", records(), ids=lambda path: path.name[:4])
def test_a_decision_record_has_its_parts(path):
    text = path.read_text()
    assert re.match(rf"# {path.name[:4]}\. .+\n\nDate: \d{{4}}-\d\d-\d\d\. Status: [a-z]", text)
    headings = re.findall(r"^## (.+)$", text, re.M)
    assert headings[:4] == ["Context", "Decision", "Consequences", "Options not taken"]


def test_the_list_of_decision_records_is_complete():
    listed = re.findall(r"\]\((\d{4}[^)]+)\)", (DOCS / "adr/README.md").read_text())
    assert listed == [path.name for path in records()]
    assert [int(name[:4]) for name in listed] == list(range(1, len(listed) + 1))


def test_the_project_speaks_of_nothing_outside_itself():
    """No page or comment sends the reader to a place that is not in the repository."""
    outside = re.compile(r"\.\./shared|/work/|(?<![\w./])shared/")
    imported = re.compile(
        r'from "[^"]+"'
    )  # a module of the browser may well live in a folder shared
    assert [name for name, text in texts() if outside.search(imported.sub("", text))] == []


@pytest.mark.parametrize(
    "name",
    ["LICENSE", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "README.md", ".editorconfig"],
)
def test_the_root_texts_are_there(name):
    assert (ROOT / name).stat().st_size > 200


def test_the_schema_of_certificates_takes_the_examples():
    """It states the form only; what else must hold is for the verifiers (protocol 3.1)."""
    form = Draft202012Validator(json.loads((DOCS / "certificate.schema.json").read_text()))
    examples = sorted(ROOT.glob("tests/draws/certificates/certificate-example*.json"))
    assert len(examples) == 2
    for path in examples:
        certificate = json.loads(path.read_text())
        assert form.is_valid(certificate)
        assert not form.is_valid(certificate | {"unknown": 1})
