"""The draw, its certificate and its command line: protocol sections 2, 3 and 5."""

import ast
import copy
import hashlib
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from draws import drs1

HERE = Path(__file__).parent
SCRIPT = Path(drs1.__file__)
VECTORS_FILE = HERE / "vectors.json"
VECTORS = json.loads(VECTORS_FILE.read_text(encoding="utf-8"))["vectors"]
CERTIFICATES = HERE / "certificates"
GRADE_A = CERTIFICATES / "certificate-example.json"
GRADE_C = CERTIFICATES / "certificate-example-c.json"
INVALID = json.loads((CERTIFICATES / "certificates-invalid.json").read_text(encoding="utf-8"))

PROPERTY = settings(max_examples=60, database=None, derandomize=True)


def example(path=GRADE_A):
    return json.loads(path.read_text(encoding="utf-8"))


# --- vectors (section 5) ---------------------------------------------------------------------------


def large_list():
    strata = "AAAAAABBCD"
    lines = [f"G{i:07d}\t{strata[i % 10]}\tP\t-\t-\t-\n" for i in range(20_000)]
    return "DRS1-candidates\tT-large-20000\n" + "".join(lines)


def test_there_are_48_results_and_77_refusals():
    assert [sum("expect" in v for v in VECTORS), sum("error" in v for v in VECTORS)] == [48, 77]


@pytest.mark.parametrize("vector", VECTORS, ids=[v["name"] for v in VECTORS])
def test_vector(vector):
    data = vector["input"]
    if vector["name"] == "large-20000":
        data = {**data, "candidates": large_list()}
    if vector.get("error"):
        with pytest.raises(drs1.Refused, match="."):
            drs1.draw(data)
        return
    outcome = drs1.draw(data)
    found = {key: getattr(outcome, key, None) for key in vector["expect"]}
    found["waiting"] = outcome.waiting(10)
    assert {key: found[key] for key in vector["expect"]} == vector["expect"]


def test_aliases_are_those_of_the_vector():
    given_ = next(v["alias"] for v in VECTORS if v["name"] == "alias")
    master = bytes.fromhex(given_["master"])
    salts = [drs1.salt(master, id_) for id_ in given_["ids"]]
    assert [s.hex() for s in salts] == given_["salts"]
    found = [drs1.alias(s, id_) for s, id_ in zip(salts, given_["ids"], strict=True)]
    assert found == given_["aliases"]


SM3 = {
    b"": "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b",
    b"abc": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    b"abcd" * 16: "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
}


@pytest.mark.parametrize("data", SM3, ids=len)
def test_sm3_digests_of_the_standard(data):
    assert drs1.sm3_plain(data).hex() == SM3[data]


@pytest.mark.skipif("sm3" not in hashlib.algorithms_available, reason="OpenSSL without SM3")
@pytest.mark.parametrize("length", [0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 1000])
def test_sm3_agrees_with_the_library(length):
    data = bytes(i % 251 for i in range(length))
    assert drs1.sm3_plain(data) == hashlib.new("sm3", data).digest()


def test_the_script_needs_python_3_9_and_the_standard_library_only():
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 9))
    nodes = list(ast.walk(tree))
    modules = {a.name for n in nodes if isinstance(n, ast.Import) for a in n.names}
    modules |= {n.module for n in nodes if isinstance(n, ast.ImportFrom)}
    assert {name.split(".")[0] for name in modules} <= sys.stdlib_module_names


# --- properties (section 4) ------------------------------------------------------------------------

IDS = st.lists(
    st.text("ABab01甲\U00020000", min_size=1, max_size=4), min_size=1, max_size=30, unique=True
)
SEEDS = st.binary(min_size=32, max_size=32)


def plan_of(*lines):
    fixed = ["beacon\tnone\t-", "suite\tDRS1-SHA256"]
    return "DRS1-plan\tP\n" + "".join(f"{line}\n" for line in sorted([*lines, *fixed]))


def picked(ids, seed, rule):
    """The selected ids in order, and the waiting ids; one stratum."""
    plan = drs1.parse_plan(plan_of(f"stratum\tS\t{rule}\t0\t-\t1"), "P")
    rows = sorted((f"{id_}\tS\tP\t-\t-\t-\n" for id_ in ids), key=str.encode)
    candidates = drs1.parse_candidates("DRS1-candidates\tP\n" + "".join(rows), "P", plan)
    selection = drs1.select(plan, candidates, seed, drs1.allocate(plan, candidates))
    return [s.id for s in selection.chosen], [c.id for _, c in selection.rest]


@PROPERTY
@given(IDS, st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(ids, shuffler):
    rows = [(id_, "S", "P", "-", "-", "-") for id_ in ids]
    mixed = list(rows)
    shuffler.shuffle(mixed)
    lines = sorted("\t".join(row).encode() for row in rows)
    expected = b"".join(line + b"\n" for line in [b"DRS1-candidates\tP", *lines])
    assert drs1.file_text("DRS1-candidates", "P", mixed).encode() == expected


@PROPERTY
@given(IDS, SEEDS, st.integers(0, 20))
def test_five_more_extend_the_selection(ids, seed, n):
    fewer, waiting = picked(ids, seed, f"fixed\t{n}")
    more, _ = picked(ids, seed, f"fixed\t{n + 5}")
    assert more == fewer + waiting[:5]


@PROPERTY
@given(IDS, SEEDS, st.integers(0, 10), st.data())
def test_deleting_a_candidate(ids, seed, n, data):
    chosen, waiting = picked(ids, seed, f"fixed\t{n}")
    gone = data.draw(st.sampled_from(ids))
    after, _ = picked([id_ for id_ in ids if id_ != gone], seed, f"fixed\t{n}")
    if gone in chosen:
        assert after == [id_ for id_ in chosen if id_ != gone] + waiting[:1]
    else:
        assert after == chosen


@PROPERTY
@given(IDS, SEEDS, st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(["up", "down"]))
def test_a_higher_ratio_selects_a_superset(ids, seed, one, other, mode):
    low, high = sorted((one, other))
    fewer, _ = picked(ids, seed, f"{mode}\t{low}")
    more, _ = picked(ids, seed, f"{mode}\t{high}")
    assert more[: len(fewer)] == fewer


@PROPERTY
@given(
    st.dictionaries(st.sampled_from("ABCDE"), st.integers(0, 300), min_size=1),
    st.integers(0, 10**6),
    st.sampled_from(["up", "lr"]),
)
def test_quotas_reach_the_legal_floor(sizes, ppm, mode):
    plan = drs1.parse_plan(plan_of(*(f"stratum\t{s}\t{mode}\t{ppm}\t0\t-\t1" for s in sizes)), "P")
    candidates = [
        drs1.Candidate(f"{s}{i}", s, "P", "-", "-", ()) for s, n in sizes.items() for i in range(n)
    ]
    quotas = {s: share.quota for s, share in drs1.allocate(plan, candidates).shares.items()}
    floor = -(-sum(sizes.values()) * ppm // 10**6)
    assert sum(quotas.values()) >= floor
    if mode == "lr":
        assert sum(quotas.values()) == floor
    assert all(quotas[s] <= n for s, n in sizes.items())


# --- assignment against brute force (2.9) ----------------------------------------------------------


@st.composite
def instances(draw):
    targets = [f"t{k}" for k in range(draw(st.integers(1, 4)))]
    people = {
        f"i{k}": (draw(st.integers(0, 3)), draw(st.integers(0, 3)))
        for k in range(draw(st.integers(1, 4)))
    }
    pairs = st.sets(st.sampled_from([(i, t) for i in people for t in targets]), max_size=8)
    return targets, people, draw(pairs), draw(st.integers(1, 3)), draw(SEEDS)


def assignments(demand, people, recused):
    """Every way to give each target its demand: loads by inspector, caps kept."""
    choices = []
    for target, wanted in demand.items():
        fitting = [i for i in people if (i, target) not in recused]
        choices.append(list(itertools.combinations(fitting, wanted)))
    for teams in itertools.product(*choices):
        new = {i: sum(i in team for team in teams) for i in people}
        if all(new[i] <= people[i][0] for i in people):
            yield {i: people[i][1] + new[i] for i in people}


def squares(loads):
    return sum(load * load for load in loads.values())


@settings(PROPERTY, max_examples=250)
@given(instances())
def test_assignment_is_found_exactly_when_there_is_one_and_is_balanced(instance):
    targets, people, recused, m, seed = instance
    plan = drs1.parse_plan(plan_of(f"agency\tG\t{m}", "stratum\tS\tup\t1000000\t0\t-\t1"), "P")
    staff = [drs1.Inspector(i, "G", ("*",), ("*",), *people[i]) for i in people]
    candidates = [drs1.Candidate(t, "S", "P", "-", "-", ()) for t in targets]
    recusals = dict.fromkeys(recused, "relative")
    teams = drs1.Teams(plan, "G", seed, candidates, staff, recusals)
    teams.fill()

    feasible = any(assignments(dict.fromkeys(targets, m), people, recused))
    assert feasible == (not teams.unfilled)
    got = {t: m - teams.unfilled[t] for t in targets}
    assert {t: len(teams.team[t]) for t in targets} == got
    new = {i: sum(i in team for team in teams.team.values()) for i in people}
    assert all(new[i] <= people[i][0] for i in people)
    assert not any(i in teams.team[t] for i, t in recused)
    assert teams.load == {i: people[i][1] + new[i] for i in people}
    best = min(squares(loads) for loads in assignments(got, people, recused))
    assert squares(teams.load) == best
    for entry in teams.hall:
        some = dict.fromkeys(entry["targets"], m)
        assert not any(assignments(some, people, recused))


# --- certificates (section 3) ----------------------------------------------------------------------


@pytest.mark.parametrize(("path", "grade"), [(GRADE_A, "A"), (GRADE_C, "C")])
def test_example_passes(path, grade):
    report = drs1.verify(drs1.load_json(path.read_bytes()))
    assert (report.verdict, report.why) == ("passed", "")
    claims = example(path)["claims"]
    for key in ("freeze", "seed", "result", "events_digest"):
        assert f"RECOMPUTED: {key} {claims[key]}" in report.lines
    heads = {line.split(":")[0] for line in report.lines}
    assert heads >= {"TIMES CLAIMED, NOT PROVEN", "BEACON AUTHENTICITY", "LOG", "GRADE"}
    assert any(line.startswith(f"GRADE: {grade} (times claimed)") for line in report.lines)


def test_there_are_40_invalid_certificates():
    assert len(INVALID) == 40


@pytest.mark.parametrize("entry", INVALID, ids=[e["name"] for e in INVALID])
def test_invalid_certificate_does_not_pass(entry):
    report = drs1.verify(entry["certificate"])
    assert report.verdict == ("incomplete" if entry["name"] == "list-absent" else "refused")
    assert report.why.strip()
    assert not any(line.startswith("PASSED") for line in report.lines)


def test_the_builder_makes_the_examples_again():
    for path in (GRADE_A, GRADE_C):
        wanted = example(path)
        keys = ("title", "authority", "publication", "beacon", "log", "disclosure")
        parts = {key: wanted.get(key) for key in keys}
        made = drs1.certificate(wanted["input"], drs1.draw(wanted["input"]), **parts)
        assert made == wanted


def test_the_builder_refuses_what_would_not_hold():
    wanted = example()
    data, outcome = wanted["input"], drs1.draw(wanted["input"])
    parts = {"title": "t", "authority": "a", "publication": wanted["publication"]}
    with pytest.raises(drs1.Refused, match="beacon"):
        drs1.certificate(data, outcome, **parts)
    parts["beacon"] = wanted["beacon"]
    with pytest.raises(drs1.Refused, match="supersedes itself"):
        drs1.certificate(data, outcome, **parts, supersedes=data["draw_id"])
    with pytest.raises(drs1.Refused, match="head of the log"):
        drs1.certificate(data, outcome, **parts, log={**wanted["log"], "head": "0" * 64})
    parts["publication"] = [{**wanted["publication"][0], "digest": "0" * 64}]
    with pytest.raises(drs1.Refused, match="published digest"):
        drs1.certificate(data, outcome, **parts)


def edited(path, keys, value):
    """An example with one member replaced; `...` deletes it."""
    document = example(path)
    part = document
    for key in keys[:-1]:
        part = part[key]
    if value is ...:
        del part[keys[-1]]
    else:
        part[keys[-1]] = value
    return document


VOID = {"reason": "list-wrong", "at": "2026-03-02T02:00:00Z", "by": ["甲", "乙"]}
REFERENCE = {"href": "x", "digest": "0" * 64}
BROKEN = [
    ("version-true", ["version"], True, "integer"),
    ("version-float", ["version"], 1.0, "integer"),
    ("rehearsal-one", ["rehearsal"], 0, "wrong type"),
    ("title-list", ["title"], ["x"], "not a text"),
    ("grade-d", ["assurance"], "D", "not one of"),
    ("grade-null", ["assurance"], None, "no assurance"),
    ("suite-list", ["suite"], [], "not one of"),
    ("disclosure", ["disclosure"], "partial", "not one of"),
    ("supersedes", ["supersedes"], "DEMO-2026-0001", "supersedes itself"),
    ("superseded-by", ["superseded_by"], "DEMO-2026-0001", "supersedes itself"),
    ("void-same-twice", ["void"], {**VOID, "by": ["甲", "甲"]}, "two different"),
    ("void-dash", ["void"], {**VOID, "by": ["甲", "-"]}, "no name"),
    ("void-time", ["void"], {**VOID, "at": "2026-02-30T00:00:00Z"}, "date"),
    ("void-key", ["void"], {**VOID, "note": "x"}, "unknown key"),
    ("publication-null", ["publication"], None, "no publication"),
    ("publication-object", ["publication"], {}, "wrong type"),
    ("publication-entry", ["publication", 0], None, "wrong type"),
    ("publication-key", ["publication", 0, "by"], "x", "unknown key"),
    ("publication-what", ["publication", 0, "what"], "seed", "not one of"),
    ("publication-where", ["publication", 0, "where"], "x" * 2001, "2000"),
    ("input-list", ["input"], [], "wrong type"),
    ("input-plan", ["input", "plan"], {"href": "x"}, "wrong type"),
    ("input-null", ["input", "prev"], None, "no prev"),
    ("reference-key", ["input", "recusals"], REFERENCE, "no bytes"),
    ("reference-bytes", ["input", "recusals"], {**REFERENCE, "bytes": 0}, "at least 1"),
    ("event-null", ["input", "events", 0], None, "wrong type"),
    ("beacon-kind", ["beacon", "kind"], "drand-quicknet", "beacon of"),
    ("beacon-round-text", ["beacon", "round"], "657413", "integer"),
    ("beacon-round-far", ["beacon", "round"], 2**53, "integer"),
    ("beacon-key", ["beacon", "note"], "x", "unknown key"),
    ("beacon-list", ["beacon"], [], "wrong type"),
    ("log-seq-zero", ["log", "seq"], 0, "at least 1"),
    ("log-seq-one", ["log", "seq"], 1, "64 zeros"),
    ("log-time", ["log", "time"], "2023-09-15T03:15:01Z", "freeze record"),
    ("log-key", ["log", "type"], "freeze", "unknown key"),
    ("claims-key", ["claims", "closed"], "0" * 64, "unknown key"),
    ("claims-line", ["claims", "events", 0], 1, "wrong type"),
    ("claims-surrogate", ["claims", "result_text"], "\ud800", "result_text"),
    ("prev", ["input", "prev"], "0" * 64, "freeze"),
]


@pytest.mark.parametrize(
    ("keys", "value", "why"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN]
)
def test_broken_certificate_is_refused(keys, value, why):
    report = drs1.verify(edited(GRADE_A, keys, value))
    assert report.verdict == "refused"
    assert why in report.why


@pytest.mark.parametrize("document", [None, [], "x", 1, {}, {"format": None}])
def test_what_is_no_certificate_is_refused(document):
    assert drs1.verify(document).verdict == "refused"


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (["void"], None),
        (["supersedes"], None),
        (["superseded_by"], "DEMO-2026-0009"),
        (["disclosure"], None),
        (["disclosure"], ...),
        (["log"], None),
        (["publication", 2], ...),
        (["assurance"], "B"),
        (["assurance"], "C"),
        (["void"], VOID),
        (["input", "commits", "nobody"], None),
    ],
)
def test_what_is_allowed_passes(keys, value):
    assert drs1.verify(edited(GRADE_A, keys, value)).verdict == "passed"


def test_void_succession_and_a_lower_grade_are_reported():
    document = edited(GRADE_A, ["void"], VOID)
    document.update(supersedes="D-1", superseded_by="D-2", assurance="B")
    lines = drs1.verify(document).lines
    assert "VOID: list-wrong, 2026-03-02T02:00:00Z, by 甲, 乙" in lines
    assert "SUPERSEDES: D-1" in lines
    assert "SUPERSEDED BY: D-2" in lines
    assert "GRADE: B (times claimed); A would hold" in lines


def test_characters_that_are_not_seen_are_spelled_out():
    document = edited(GRADE_C, ["publication", 0, "where"], "公示\u202e栏")
    lines = drs1.verify(document).lines
    assert any("公示<U+202E>栏" in line for line in lines)
    assert any(line.startswith("WARNING") and "U+202E" in line for line in lines)
    assert not any("\u202e" in line for line in lines)


def by_reference(path=GRADE_A):
    """An example whose candidate list is held by reference, and that list."""
    document = example(path)
    raw = document["input"]["candidates"].encode()
    found = {"href": "candidates.txt", "digest": hashlib.sha256(raw).hexdigest(), "bytes": len(raw)}
    document["input"]["candidates"] = found
    return document, raw


def test_a_list_by_reference_is_needed_and_compared():
    document, raw = by_reference()
    before = copy.deepcopy(document)
    missing = drs1.verify(document)
    assert (missing.verdict, missing.lines[-1]) == (
        "incomplete",
        "INCOMPLETE: not supplied: candidates",
    )
    assert drs1.verify(document, {"candidates": raw}).verdict == "passed"
    assert drs1.verify(document, {"candidates": raw + b"x"}).verdict == "refused"
    assert drs1.verify(document, {"candidates": raw[:-2] + b"X\n"}).verdict == "refused"
    assert document == before
    document["input"]["candidates"]["bytes"] += 1
    assert drs1.verify(document, {"candidates": raw}).verdict == "refused"


def test_an_incomplete_certificate_is_still_checked():
    document, _ = by_reference()
    document["assurance"], document["publication"] = "A", []
    assert drs1.verify(document).verdict == "refused"


def test_a_file_that_is_not_the_list_in_the_certificate_is_refused():
    document = example()
    text = document["input"]["candidates"]
    assert drs1.verify(document, {"candidates": text.encode()}).verdict == "passed"
    assert drs1.verify(document, {"candidates": b"x"}).verdict == "refused"


# --- other beacons, void with a missing contribution -------------------------------------------------

LOTTERY = "02-15-19-24-31-32+04"


def small_draw(*lines, value="-", reveals=None):
    """The input of a small draw; chain by hashlib."""
    x1 = bytes(range(32))
    plan = "".join(f"{line}\n" for line in sorted([*lines, "stratum\tS\tfixed\t1\t0\t-\t1"]))
    return {
        "draw_id": "S-1",
        "plan": f"DRS1-plan\tS-1\n{plan}",
        "candidates": "DRS1-candidates\tS-1\na\tS\tP\t-\t-\t-\nb\tS\tP\t-\t-\t-\n",
        "inspectors": "DRS1-inspectors\tS-1\n",
        "recusals": "DRS1-recusals\tS-1\n",
        "prev": "0" * 64,
        "anchor": hashlib.sha256(b"DRS1-chain\x00S-1\x00" + x1).hexdigest(),
        "chain": [x1.hex()],
        "commits": {},
        "reveals": reveals or {},
        "beacon_value": value,
        "events": [],
    }


def lottery():
    data = small_draw("beacon\tssq\t2026031", "suite\tDRS1-SHA256", value=LOTTERY)
    beacon = {
        "kind": "ssq",
        "issue": "2026031",
        "value": LOTTERY,
        "at": "2026-03-22T13:15:00Z",
        "sources": ["https://www.cwl.gov.cn"],
    }
    parts = {"title": "t", "authority": "a", "publication": [], "beacon": beacon}
    return drs1.certificate(data, drs1.draw(data), **parts)


def test_a_lottery_beacon():
    document = lottery()
    assert document["assurance"] == "C"
    assert drs1.verify(document).verdict == "passed"
    for key, value in {"issue": "2026032", "kind": "dlt", "sources": [], "value": "x"}.items():
        wrong = copy.deepcopy(document)
        wrong["beacon"][key] = value
        assert drs1.verify(wrong).verdict == "refused", key


def test_only_a_void_certificate_may_lack_a_contribution_under_missing_void():
    data = small_draw(
        "beacon\tnone\t-", "contributor\tw\topen", "missing\tvoid", "suite\tDRS1-SHA256"
    )
    with pytest.raises(drs1.Refused, match="void"):
        drs1.draw(data)
    outcome = drs1.draw(data, voided=True)
    parts = {"title": "t", "authority": "a", "publication": []}
    document = drs1.certificate(data, outcome, **parts, void=VOID)
    assert drs1.verify(document).verdict == "passed"
    del document["void"]
    assert drs1.verify(document).verdict == "refused"


def test_a_rehearsal_says_so():
    data = small_draw("beacon\tnone\t-", "suite\tDRS1-SM3")
    data = json.loads(json.dumps(data).replace("S-1", "REHEARSAL-1"))
    x1 = bytes.fromhex(data["chain"][0])
    data["anchor"] = drs1.sm3_plain(b"DRS1-chain\x00REHEARSAL-1\x00" + x1).hex()
    document = drs1.certificate(data, drs1.draw(data), title="t", authority="a", publication=[])
    assert document["rehearsal"] is True
    assert any(line.startswith("REHEARSAL") for line in drs1.verify(document).lines)
    document["rehearsal"] = False
    assert drs1.verify(document).verdict == "refused"


# --- grades (3.4) ----------------------------------------------------------------------------------

T1, T2, T3 = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"
BOTH = {"freeze": T1, "closed": T2}


@pytest.mark.parametrize(
    ("kind", "outside", "times", "grade"),
    [
        ("drand-quicknet\t1", 0, BOTH, "A"),
        ("drand-quicknet\t1", 0, {"freeze": T1}, "C"),
        ("drand-quicknet\t1", 2, {"closed": T1}, "C"),
        ("drand-quicknet\t1", 2, {"freeze": T1, "closed": T3}, "C"),
        ("drand-quicknet\t1", 0, {"freeze": T3, "closed": T2}, "C"),
        ("drand-quicknet\t1", 2, {"freeze": T3, "closed": T2}, "B"),
        ("ssq+dlt\t12345+12345", 0, BOTH, "A"),
        ("ssq\t12345", 0, BOTH, "C"),
        ("ssq\t12345", 1, BOTH, "A"),
        ("dice\t3", 1, BOTH, "A"),
        ("none\t-", 1, BOTH, "C"),
        ("none\t-", 2, BOTH, "B"),
        ("none\t-", 2, {}, "C"),
    ],
)
def test_grade(kind, outside, times, grade):
    people = [f"p{k}" for k in range(3)]
    lines = [f"beacon\t{kind}", "stratum\tS\tfixed\t1\t0\t-\t1", "suite\tDRS1-SHA256"]
    lines += [f"contributor\t{p}\tsealed" for p in people] + [f"outside\t{p}" for p in people]
    text = "DRS1-plan\tP\n" + "".join(f"{line}\n" for line in sorted(lines))
    plan = drs1.parse_plan(text, "P")
    values = {p: "0" * 64 if k < outside else "-" for k, p in enumerate(people)}
    entries = [{"what": what, "at": at} for what, at in times.items()]
    entries += [{"what": what, "at": "2030-01-01T00:00:00Z"} for what in times]
    at = None if kind.startswith("none") else T3
    assert drs1.assurance(plan, values, entries, at) == grade


def test_open_and_inside_contributors_do_not_count_for_the_grade():
    text = plan_of(
        "contributor\ta\topen",
        "contributor\tb\tsealed",
        "contributor\tc\tsealed",
        "outside\ta",
        "outside\tc",
        "stratum\tS\tfixed\t1\t0\t-\t1",
    )
    values = dict.fromkeys("abc", "0" * 64)
    entries = [{"what": what, "at": at} for what, at in BOTH.items()]
    assert drs1.assurance(drs1.parse_plan(text, "P"), values, entries) == "C"


# --- JSON (3.1) ------------------------------------------------------------------------------------

BAD_JSON = {
    "empty": b"",
    "no-json": b"draw",
    "two-values": b"{} {}",
    "array": b"[]",
    "text": b'"x"',
    "bom": b"\xef\xbb\xbf{}",
    "utf-16": "{}".encode("utf-16"),
    "latin-1": b'{"a":"\xe9"}',
    "surrogate-bytes": b'{"a":"\xed\xa0\x80"}',
    "duplicate": b'{"a":1,"a":1}',
    "duplicate-escaped": b'{"a":1,"\\u0061":1}',
    "duplicate-null": b'{"a":null,"a":1}',
    "duplicate-deep": b'{"a":[{"b":{},"b":{}}]}',
    "surrogate": b'{"a":"\\ud800"}',
    "surrogate-key": b'{"\\udfff":1}',
    "surrogate-deep": b'{"a":[["\\udc00\\ud800"]]}',
    "fraction": b'{"a":1.0}',
    "exponent": b'{"a":1e0}',
    "nan": b'{"a":NaN}',
    "infinity": b'{"a":-Infinity}',
    "large": b'{"a":9007199254740992}',
    "large-negative": b'{"a":-9007199254740992}',
    "huge": b'{"a":' + b"9" * 9000 + b"}",
    "leading-zero": b'{"a":01}',
    "trailing-comma": b'{"a":1,}',
    "control": b'{"a":"\n"}',
    "deep": b'{"a":' + b"[" * 200_000,
    "nul": b"\x00",
}


@pytest.mark.parametrize("raw", BAD_JSON.values(), ids=BAD_JSON)
def test_json_against_the_rules_is_unreadable(raw):
    with pytest.raises(drs1.Unreadable, match="."):
        drs1.load_json(raw)


def test_json_by_the_rules_is_read():
    raw = ' {"a": 9007199254740991, "b": "\\ud83d\\ude00", "甲": [null, true, 0, -1]}\n'
    wanted = {"a": 2**53 - 1, "b": "\U0001f600", "甲": [None, True, 0, -1]}
    assert drs1.load_json(raw.encode()) == wanted
    assert drs1.load_json(raw) == wanted


# --- command line (contracts, section 2) -----------------------------------------------------------

LANG_C = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def run(*arguments, stdin=b""):
    """The exit code, standard output and standard error of the script, in the C locale."""
    done = subprocess.run(
        [sys.executable, SCRIPT, *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"], **LANG_C},
    )
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def vector(name):
    return next(v for v in VECTORS if v["name"] == name)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["draw"],
        ["vectors"],
        ["vectors", "a", "b"],
        ["recompute"],
        ["verify"],
        ["verify", "a", "b"],
        ["verify", "a", "plan=b"],
        ["verify", "a", "candidates=b", "candidates=c"],
    ],
)
def test_wrong_arguments(arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("usage: ")


def test_vectors_command():
    code, out, err = run("vectors", VECTORS_FILE)
    assert (code, out.splitlines()[-1], err) == (0, "125 passed, 0 failed", "")


def test_vectors_command_counts_failures(tmp_path):
    tiny, refused, alias = vector("tiny"), vector("err-bom"), vector("alias")
    wrong = {**tiny, "expect": {**tiny["expect"], "closed_text": "x"}}
    stranger = {**tiny, "expect": {**tiny["expect"], "unheard": 1}}
    salts = {**alias, "alias": {**alias["alias"], "salts": []}}
    entries = [tiny, refused, alias, wrong, stranger, salts, {**tiny, "error": True}, None, {}]
    entries += [{"name": "t", "input": tiny["input"], "error": True}]
    entries += [{"name": "r", "input": refused["input"], "expect": tiny["expect"]}]
    path = tmp_path / "vectors.json"
    path.write_text(json.dumps({"vectors": entries}))
    code, out, _ = run("vectors", path)
    assert (code, out.splitlines()[-1]) == (1, "3 passed, 8 failed")
    path.write_text("{}")
    assert run("vectors", path)[0] == 2
    assert run("vectors", tmp_path / "none")[0] == 2


@pytest.mark.parametrize(
    "name", ["tiny", "han-and-astral", "replacement-again", "substitution-sm3"]
)
def test_recompute_command(name, tmp_path):
    raw = json.dumps(vector(name)["input"]).encode()
    path = tmp_path / "input.json"
    path.write_bytes(raw)
    code, out, err = run("recompute", path)
    assert (code, err) == (0, "")
    found, expect = json.loads(out), vector(name)["expect"]
    assert found == {key: expect[key] for key in ("events", "freeze", "result", "seed")}
    assert list(found) == sorted(found)
    assert run("recompute", "-", stdin=raw) == (code, out, err)


GOOD = json.dumps(vector("tiny")["input"]).encode()
REFUSED_INPUT = {
    "vector": json.dumps(vector("err-anchor")["input"]).encode(),
    "surrogate": json.dumps(vector("err-utf8")["input"]).encode(),
    "generator": json.dumps(vector("large-20000")["input"]).encode(),
    "astral-code": json.dumps({**vector("tiny")["input"], "甲\u202e": 1}).encode(),
    "no-object": b"[]",
    "broken": GOOD[:-1],
    "bom": b"\xef\xbb\xbf" + GOOD,
    "duplicate": GOOD[:-1] + b',"events":[]}',
    "fraction": GOOD.replace(b'"events": []', b'"events": 1.0'),
    "number": GOOD.replace(b'"events": []', b'"events": 1'),
    "empty": b"",
}


@pytest.mark.parametrize("raw", REFUSED_INPUT.values(), ids=REFUSED_INPUT)
def test_recompute_refuses_in_one_line(raw):
    code, out, err = run("recompute", "-", stdin=raw)
    assert (code, out) == (2, "")
    assert err.startswith("refused: ")
    assert err.count("\n") == 1


def test_recompute_without_a_file(tmp_path):
    for path in (tmp_path / "none", tmp_path, "甲"):
        code, out, err = run("recompute", path)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert err.startswith("refused: ")


@pytest.mark.parametrize(("path", "grade"), [(GRADE_A, "A"), (GRADE_C, "C")])
def test_verify_command_passes(path, grade):
    code, out, err = run("verify", path)
    assert (code, err) == (0, "")
    assert f"GRADE: {grade} (times claimed)" in out


def test_verify_command_refuses(tmp_path):
    path = tmp_path / "certificate.json"
    for entry in INVALID[:3]:
        path.write_text(json.dumps(entry["certificate"]))
        code, out, _ = run("verify", path)
        assert code == 1
        assert out.startswith("REFUSED: ")


@pytest.mark.parametrize("name", ["duplicate", "fraction", "bom", "surrogate", "array", "deep"])
def test_verify_command_finds_a_file_unreadable(name, tmp_path):
    path = tmp_path / "certificate.json"
    path.write_bytes(BAD_JSON[name])
    code, out, err = run("verify", path)
    assert (code, out) == (2, "")
    assert err.startswith("unreadable: ")


def test_verify_command_without_a_file(tmp_path):
    assert run("verify", tmp_path / "none")[0] == 2
    assert run("verify", tmp_path)[0] == 2
    assert run("verify", GRADE_A, f"candidates={tmp_path / 'none'}")[0] == 2


def test_verify_command_with_a_list_by_reference(tmp_path):
    document, raw = by_reference()
    path, candidates = tmp_path / "certificate.json", tmp_path / "candidates.txt"
    path.write_text(json.dumps(document))
    candidates.write_bytes(raw)
    code, out, _ = run("verify", path)
    assert (code, out.splitlines()[-1]) == (1, "INCOMPLETE: not supplied: candidates")
    code, out, _ = run("verify", path, f"candidates={candidates}")
    assert (code, out.splitlines()[-1][:7]) == (0, "PASSED:")
    candidates.write_bytes(raw + b"\n")
    assert run("verify", path, f"candidates={candidates}")[0] == 1


def test_main_returns_the_exit_code_inside_a_process(tmp_path, capsys):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(GOOD)
    bad.write_text("{}")
    for code, *arguments in (
        (0, "vectors", VECTORS_FILE),
        (2, "vectors", bad),
        (0, "recompute", good),
        (2, "recompute", bad),
        (0, "verify", GRADE_A),
        (1, "verify", bad),
        (2, "verify", tmp_path),
        (2, "verify", GRADE_A, "plan=x"),
        (2,),
    ):
        assert drs1.main([str(argument) for argument in arguments]) == code, arguments
        captured = capsys.readouterr()
        assert bool(captured.out) == (code != 2)
        assert bool(captured.err) == (code == 2)
