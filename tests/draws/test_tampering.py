"""Whoever bends a certificate is told where: each way has a sentence of its own."""

import pytest

from draws import drs1
from tests.draws import tampering


def sentence(name):
    """The verdict of drs1.py and its sentence."""
    raw, files = tampering.tampered(name)
    try:
        document = drs1.load_json(raw)
    except drs1.Unreadable as error:
        return "unreadable", str(error)
    report = drs1.verify(document, files)
    return report.verdict, report.why


@pytest.mark.parametrize("name", tampering.KINDS)
def test_tampering_does_not_pass(name):
    verdict, why = sentence(name)
    assert verdict == tampering.VERDICTS.get(name, "refused")
    assert why.strip()


def test_each_way_has_its_own_sentence():
    said = {}
    for name in tampering.KINDS:
        said.setdefault(sentence(name)[1], []).append(name)
    assert [names for names in said.values() if len(names) > 1] == []


def test_the_certificates_hold_before_they_are_bent():
    for document in (tampering.lottery(), drs1.load_json(tampering.GRADE_A.read_bytes())):
        assert drs1.verify(document).verdict == "passed"
