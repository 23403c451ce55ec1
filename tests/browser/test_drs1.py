"""drs1.js in a real browser: the vectors, the certificates, and drs1.py beside it on the same inputs."""

import base64
import copy
import hashlib
import json

import pytest
from django.conf import settings

from draws import drs1
from tests.draws import random_draws, tampering
from tests.draws.dice import Dice
from tests.draws.test_drs1 import GRADE_A, GRADE_C, INVALID, SM3, VECTORS, large_list

pytestmark = pytest.mark.browser
SCRIPTS = (
    settings.BASE_DIR / "static" / "drs1.js",
    settings.BASE_DIR / "tests" / "browser" / "drs1_worker.js",
)
START = """(source) => {
  const blob = new Blob([source], { type: "text/javascript" });
  window.drs1 = new Worker(URL.createObjectURL(blob));
}"""
ASK = """([work, given]) => new Promise((resolve, reject) => {
  window.drs1.onmessage = ({ data }) => resolve(data);
  window.drs1.onerror = (event) => reject(new Error(event.message));
  window.drs1.postMessage({ work, given });
})"""


@pytest.fixture(scope="module")
def javascript(browser):
    """`javascript("draw", inputs)` gives what drs1.js makes of each, computed in a worker."""
    page = browser.new_page()
    page.evaluate(START, "\n".join(script.read_text(encoding="utf-8") for script in SCRIPTS))
    yield lambda work, given: page.evaluate(ASK, [work, given])
    page.close()


def raw64(data):
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.b64encode(raw).decode()


def python(data):
    """What drs1.py makes of an input; None where it refuses."""
    try:
        return drs1._facts(drs1.draw(data))
    except drs1.Refused:
        return None


def compare(javascript, inputs):
    """Both sides on the same inputs: how many were drawn; fails on the first difference."""
    drawn = 0
    found = javascript("draw", [json.dumps(data) for data in inputs])
    for data, theirs in zip(inputs, found, strict=True):
        ours = python(data)
        assert "crash" not in theirs, (theirs, data)
        if ours is None:
            assert theirs.get("refused"), data
        else:
            assert theirs == ours, data
            drawn += 1
    return drawn


# --- vectors and certificates ------------------------------------------------------------------------


def test_vectors(javascript):
    inputs = [vector["input"] for vector in VECTORS]
    names = [vector["name"] for vector in VECTORS]
    large = names.index("large-20000")
    inputs[large] = {**inputs[large], "candidates": large_list()}
    found = javascript("draw", [json.dumps(data) for data in inputs])
    for vector, facts in zip(VECTORS, found, strict=True):
        if vector.get("error"):
            assert facts.get("refused"), vector["name"]
            continue
        assert {key: facts[key] for key in vector["expect"]} == vector["expect"], vector["name"]


def test_aliases(javascript):
    alias = next(v["alias"] for v in VECTORS if v["name"] == "alias")
    (found,) = javascript("aliases", [{"master": alias["master"], "ids": alias["ids"]}])
    assert found == {"salts": alias["salts"], "aliases": alias["aliases"]}


def test_hashes(javascript):
    texts = [bytes(i % 251 for i in range(n)) for n in (*range(130), 1000, 4096)]
    found = javascript("digest", [[drs1.SHA256, raw64(text)] for text in texts])
    assert found == [hashlib.sha256(text).hexdigest() for text in texts]
    found = javascript("digest", [[drs1.SM3, raw64(text)] for text in SM3])
    assert found == list(SM3.values())


def test_examples_pass(javascript):
    reports = javascript("verify", [{"raw": raw64(p.read_bytes())} for p in (GRADE_A, GRADE_C)])
    for report, path in zip(reports, (GRADE_A, GRADE_C), strict=True):
        document = json.loads(path.read_text(encoding="utf-8"))
        assert (report["verdict"], report["why"]) == ("passed", "")
        assert report["grade"] == document["assurance"]
        codes = [line["code"] for line in report["lines"] if line["mark"] == "RECOMPUTED"]
        claims = document["claims"]
        assert [codes[0], *codes[2:]] == [
            claims[key] for key in ("freeze", "seed", "result", "events_digest")
        ]
        marks = {line["mark"] for line in report["lines"]}
        assert marks >= {"TIMES CLAIMED, NOT PROVEN", "BEACON AUTHENTICITY", "LOG", "GRADE"}


def test_invalid_certificates_do_not_pass(javascript):
    reports = javascript("verify", [{"raw": raw64(entry["certificate"])} for entry in INVALID])
    for entry, report in zip(INVALID, reports, strict=True):
        wanted = "incomplete" if entry["name"] == "list-absent" else "refused"
        assert report["verdict"] == wanted, entry["name"]
        assert report["why"].endswith("。"), entry["name"]


def test_tampering_is_refused_each_with_its_own_sentence(javascript):
    bent = {name: tampering.tampered(name) for name in tampering.KINDS}
    given = [
        {"raw": raw64(raw), "files": {key: raw64(file) for key, file in files.items()}}
        for raw, files in bent.values()
    ]
    said = {}
    for name, report in zip(bent, javascript("verify", given), strict=True):
        assert report["verdict"] == tampering.VERDICTS.get(name, "refused"), name
        said.setdefault(report["why"], []).append(name)
    assert [names for names in said.values() if len(names) > 1] == []


def test_a_list_by_reference_passes_once_it_is_supplied(javascript):
    document = json.loads(GRADE_A.read_text(encoding="utf-8"))
    files = {}
    tampering.by_reference(document, files)
    given = {"raw": raw64(document), "files": {"candidates": raw64(files["candidates"])}}
    missing, supplied = javascript("verify", [{"raw": given["raw"]}, given])
    assert (missing["verdict"], supplied["verdict"]) == ("incomplete", "passed")
    assert "候选名单" in missing["why"]


JSON_TEXTS = {
    "object": (b'{"a": [1, -0, true, null, "\\u4e00\\n"]}', True),
    "white": (b" \t\r\n{ } \n", True),
    "duplicate": (b'{"a": 1, "a": 1}', False),
    "duplicate-escaped": (b'{"a": 1, "\\u0061": 1}', False),
    "duplicate-deep": (b'{"a": [{"b": 1, "b": 2}]}', False),
    "prototype": (b'{"__proto__": 1, "__proto__": 2}', False),
    "prototype-once": (b'{"__proto__": 1, "toString": 2}', True),
    "fraction": (b'{"a": 1.0}', False),
    "exponent": (b'{"a": 1e2}', False),
    "large": (b'{"a": 9007199254740992}', False),
    "largest": (b'{"a": 9007199254740991}', True),
    "leading-zero": (b'{"a": 01}', False),
    "plus": (b'{"a": +1}', False),
    "nan": (b'{"a": NaN}', False),
    "bom": (b'\xef\xbb\xbf{"a": 1}', False),
    "surrogate": (b'{"a": "\\ud800"}', False),
    "surrogate-key": (b'{"\\udc00": 1}', False),
    "pair": (b'{"a": "\\ud840\\udc00"}', True),
    "overlong": (b'{"a": "\xc0\xaf"}', False),
    "raw-surrogate": (b'{"a": "\xed\xa0\x80"}', False),
    "control": (b'{"a": "\x01"}', False),
    "newline": (b'{"a": "\n"}', False),
    "escape": (b'{"a": "\\x"}', False),
    "comma": (b'{"a": 1,}', False),
    "trailing": (b'{"a": 1} x', False),
    "single": (b"{'a': 1}", False),
    "array": (b"[1]", False),
    "deep": (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", False),
    "empty": (b"", False),
    "form-feed": (b'\x0c{"a": 1}', False),
    "wide-space": ('\u3000{"a": 1}'.encode(), False),
}


def test_json_is_read_by_the_rules_on_both_sides(javascript):
    found = javascript("read", [raw64(text) for text, _ in JSON_TEXTS.values()])
    for (name, (text, fine)), theirs in zip(JSON_TEXTS.items(), found, strict=True):
        assert ("value" in theirs) is fine, (name, theirs)
        if not fine:
            assert theirs.get("verdict") == "unreadable", (name, theirs)
            with pytest.raises(drs1.Unreadable):
                drs1.load_json(text)
        elif "proto" not in name:
            assert theirs["value"] == drs1.load_json(text), name


# --- the same random inputs on both sides -------------------------------------------------------------


def test_both_draw_the_same(javascript):
    inputs = [random_draws.valid(f"drs1 {k}") for k in range(500)]
    assert compare(javascript, inputs) > 400


def test_both_refuse_the_same(javascript):
    inputs = [random_draws.damaged(f"drs1 damaged {k}") for k in range(700)]
    assert 40 < compare(javascript, inputs) < 350


TIMES = [f"2026-03-22T13:15:0{k}Z" for k in range(4)]


def certified(label):
    """A random draw with random publication entries, certified by drs1.py; None if it is refused."""
    dice = Dice(label)
    data = random_draws.valid(label)
    try:
        outcome = drs1.draw(data)
    except drs1.Refused:
        return None
    substitutes = sum(event["type"] == "substitute" for event in data["events"])
    data["chain"] = data["chain"][: 1 + substitutes]
    kind, ref = outcome.plan.beacon
    if kind == "drand-quicknet":
        return None
    other = {"kind": kind, "issue": ref, "value": data["beacon_value"]}
    beacon = {**other, "at": TIMES[2], "sources": ["开奖公告"]} if kind != "none" else None
    digests = {"freeze": outcome.freeze, "closed": outcome.closed, "result": outcome.result}
    publication = [
        {"what": what, "digest": digests[what], "at": dice.pick(TIMES), "where": "公示栏"}
        for what in dice.some([*digests, *digests], 6)
    ]
    parts = {"title": "标题", "authority": "机关", "publication": publication, "beacon": beacon}
    return drs1.certificate(data, outcome, **parts)


def test_both_grade_the_same(javascript):
    made = [certified(f"drs1 certificate {k}") for k in range(150)]
    documents = [document for document in made if document]
    better = [{**document, "assurance": "A"} for document in documents]
    reports = javascript("verify", [{"raw": raw64(d)} for d in (*documents, *better)])
    for document, report in zip((*documents, *better), reports, strict=True):
        ours = drs1.verify(copy.deepcopy(document))
        assert (report["verdict"], ours.verdict) in {("passed", "passed"), ("refused", "refused")}
        assert (report["verdict"] == "passed") == (ours.verdict == "passed"), report
    assert all(report["verdict"] == "passed" for report in reports[: len(documents)])
    assert {document["assurance"] for document in documents} == {"A", "B", "C"}


def leaves(value, path=()):
    """The places of all values in a document."""
    yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))


def bent(label, base):
    """A certificate with one value changed, by label."""
    dice, document = Dice(label), copy.deepcopy(base)
    *path, last = dice.pick([place for place in leaves(base) if place])
    part = document
    for key in path:
        part = part[key]
    part[last] = random_draws.other(dice, part[last])
    return document


def test_both_judge_bent_certificates_alike(javascript):
    bases = [json.loads(p.read_text(encoding="utf-8")) for p in (GRADE_A, GRADE_C)]
    documents = [bent(f"bent {k}", bases[k % 2]) for k in range(400)]
    passed = 0
    reports = javascript("verify", [{"raw": raw64(document)} for document in documents])
    for document, report in zip(documents, reports, strict=True):
        assert "crash" not in report, report
        try:
            ours = drs1.verify(drs1.load_json(json.dumps(document))).verdict
        except drs1.Unreadable:
            ours = "unreadable"
        assert report["verdict"] == ours, (report, document)
        passed += ours == "passed"
    assert 0 < passed < 100
