"""Forty-odd ways to bend a certificate that holds; each a function of the certificate's bytes."""

import copy
import hashlib
import json
from pathlib import Path

from draws import drs1

CERTIFICATES = Path(__file__).parent / "certificates"
GRADE_A = CERTIFICATES / "certificate-example.json"
GRADE_C = CERTIFICATES / "certificate-example-c.json"
SECRETS = drs1.chain("S-1", bytes(range(32)), 16)
KINDS = {}


def kind(function):
    """Register a way to tamper: it changes the parsed certificate, or returns raw bytes."""
    KINDS[function.__name__] = function
    return function


def tampered(name):
    """The bytes of the tampered certificate, and the list files that come with it."""
    document = json.loads(GRADE_A.read_text(encoding="utf-8"))
    files = {}
    changed = KINDS[name](document, files) if name in WITH_FILES else KINDS[name](document)
    if isinstance(changed, bytes):
        return changed, files
    return json.dumps(changed or document, ensure_ascii=False).encode(), files


def edit(document, name, old, new):
    text = document["input"][name]
    assert old in text, old
    document["input"][name] = text.replace(old, new, 1)


def lottery():
    """A certificate whose beacon is a lottery; it holds."""
    data = {
        "draw_id": "S-1",
        "plan": "DRS1-plan\tS-1\nbeacon\tssq\t2026031\nstratum\tS\tfixed\t1\t0\t-\t1\n"
        "suite\tDRS1-SHA256\n",
        "candidates": "DRS1-candidates\tS-1\na\tS\tP\t-\t-\t-\nb\tS\tP\t-\t-\t-\n",
        "inspectors": "DRS1-inspectors\tS-1\n",
        "recusals": "DRS1-recusals\tS-1\n",
        "prev": "0" * 64,
        "anchor": SECRETS[0],
        "chain": [SECRETS[1]],
        "commits": {},
        "reveals": {},
        "beacon_value": "02-15-19-24-31-32+04",
        "events": [],
    }
    beacon = {
        "kind": "ssq",
        "issue": "2026031",
        "value": data["beacon_value"],
        "at": "2026-03-22T13:15:00Z",
        "sources": ["https://www.cwl.gov.cn"],
    }
    parts = {"title": "t", "authority": "a", "publication": [], "beacon": beacon}
    return drs1.certificate(data, drs1.draw(data), **parts)


# --- the frozen lists and rules --------------------------------------------------------------------


@kind
def line_dropped(document):
    lines = document["input"]["candidates"].splitlines(keepends=True)
    document["input"]["candidates"] = "".join(lines[:-1])


@kind
def drawn_id_swapped(document):
    chosen = next(
        row.split("\t")[2]
        for row in document["claims"]["result_text"].splitlines()
        if row.startswith("selected")
    )
    edit(document, "candidates", f"{chosen}\t", f"{chosen}X\t")


@kind
def ratio_changed(document):
    plan = document["input"]["plan"].splitlines(keepends=True)
    at = next(k for k, row in enumerate(plan) if row.startswith("stratum\t"))
    fields = plan[at].split("\t")
    fields[3] = "1000000" if fields[3] != "1000000" else "0"
    plan[at] = "\t".join(fields)
    document["input"]["plan"] = "".join(plan)


@kind
def recusal_dropped(document):
    document["input"]["recusals"] = "DRS1-recusals\tDEMO-2026-0001\n"


@kind
def lines_exchanged(document):
    head, one, two, *rest = document["input"]["candidates"].splitlines(keepends=True)
    document["input"]["candidates"] = "".join([head, two, one, *rest])


# --- the ceremony ------------------------------------------------------------------------------------


@kind
def sealed_value_changed(document):
    reveals, sealed = document["input"]["reveals"], document["input"]["commits"]
    code = next(c for c in reveals if c in sealed)
    reveals[code] = "0" * 64


@kind
def commit_removed(document):
    commits = document["input"]["commits"]
    del commits[next(c for c in document["input"]["reveals"] if c in commits)]


@kind
def phrase_changed(document):
    reveals, sealed = document["input"]["reveals"], document["input"]["commits"]
    reveals[next(c for c in reveals if c not in sealed)] = "另一句话"


@kind
def stranger_contributes(document):
    document["input"]["reveals"]["无名"] = "0" * 64


@kind
def secret_changed(document):
    document["input"]["chain"][0] = "1" * 64


@kind
def second_secret_changed(document):
    document["input"]["chain"][1] = "1" * 64


@kind
def chain_too_long(_):
    document = lottery()
    document["input"]["chain"].append(SECRETS[2])
    return document


@kind
def chain_too_short(document):
    document["input"]["chain"].pop()


# --- the beacon --------------------------------------------------------------------------------------


@kind
def beacon_value_in_input(document):
    document["input"]["beacon_value"] = "0" * 64


@kind
def beacon_value_everywhere(document):
    document["input"]["beacon_value"] = document["beacon"]["randomness"] = "0" * 64


@kind
def beacon_round(document):
    document["beacon"]["round"] += 1


@kind
def beacon_time(document):
    document["beacon"]["at"] = "2023-09-15T12:00:00Z"


@kind
def beacon_left_out(document):
    del document["beacon"]


@kind
def beacon_network(document):
    document["beacon"]["chain_hash"] = "0" * 64


@kind
def lottery_value(_):
    document = lottery()
    document["beacon"]["value"] = "02-15-19-24-31-32+05"
    return document


@kind
def lottery_issue(_):
    document = lottery()
    document["beacon"]["issue"] = "2026032"
    return document


@kind
def lottery_spelling(_):
    document = lottery()
    document["input"]["beacon_value"] = "2-15-19-24-31-32+04"
    return document


# --- what was drawn ------------------------------------------------------------------------------------


@kind
def seed_claimed(document):
    document["claims"]["seed"] = "0" * 64


@kind
def result_claimed(document):
    document["claims"]["result"] = "0" * 64


@kind
def selection_claimed(document):
    claims = document["claims"]
    claims["result_text"] = claims["result_text"].replace("\tdraw\t", "\ttopup\t", 1)


@kind
def assignment_claimed(document):
    claims = document["claims"]
    claims["result_text"] = claims["result_text"].replace("\tlead\n", "\tmember\n", 1)


@kind
def event_line_claimed(document):
    document["claims"]["events"][0] += "x"


@kind
def event_dropped(document):
    document["input"]["events"].pop()
    document["input"]["chain"].pop()


@kind
def team_claimed(document):
    document["claims"]["final_teams"].reverse()


@kind
def events_digest_claimed(document):
    document["claims"]["events_digest"] = "0" * 64


@kind
def event_target_unknown(document):
    document["input"]["events"][0]["target"] = "nobody"


def replacement(document):
    return next(e for e in document["input"]["events"] if e["type"] == "replace")


@kind
def proposer_confirms(document):
    event = replacement(document)
    event["confirmed_by"] = event["proposed_by"]


@kind
def evidence_missing(document):
    del replacement(document)["evidence_sha256"]


# --- grade, publication, log, head ----------------------------------------------------------------------


@kind
def closed_not_published(document):
    document["publication"] = [e for e in document["publication"] if e["what"] != "closed"]


def published(document, what, at):
    for entry in document["publication"]:
        if entry["what"] == what:
            entry["at"] = at


@kind
def closed_after_the_beacon(document):
    published(document, "closed", "2023-09-15T11:00:03Z")


@kind
def frozen_after_the_beacon(document):
    published(document, "freeze", "2023-09-15T11:00:03Z")


@kind
def published_digest(document):
    document["publication"][0]["digest"] = "0" * 64


@kind
def log_head(document):
    document["log"]["head"] = "0" * 64


@kind
def log_prev(document):
    document["log"]["prev"] = "1" * 64


@kind
def log_first(document):
    document["log"]["seq"] = 1


@kind
def draw_id(document):
    document["draw_id"] = "DEMO-2026-0009"


@kind
def suite(document):
    document["suite"] = drs1.SM3


@kind
def title(document):
    document["title"] = "另一次抽查"


@kind
def rehearsal(document):
    document["rehearsal"] = True


@kind
def void_by_one(document):
    document["void"] = {"reason": "x", "at": "2026-03-02T02:00:00Z", "by": ["甲", "甲"]}


@kind
def supersedes_itself(document):
    document["supersedes"] = document["draw_id"]


# --- form ------------------------------------------------------------------------------------------------


@kind
def unknown_key(document):
    document["note"] = "x"


@kind
def wrong_type(document):
    document["input"]["chain"] = "x"


@kind
def time_not_utc(document):
    document["publication"][0]["at"] = "2023-09-15T11:20:00+08:00"


@kind
def duplicate_key(_):
    return GRADE_A.read_bytes().replace(b'"version": 1', b'"version": 1, "version": 1', 1)


@kind
def number_with_a_point(_):
    return GRADE_A.read_bytes().replace(b'"version": 1', b'"version": 1.0', 1)


@kind
def byte_order_mark(_):
    return b"\xef\xbb\xbf" + GRADE_A.read_bytes()


@kind
def lone_surrogate(document):
    document["authority"] = "SURROGATE"
    return json.dumps(document).encode().replace(b"SURROGATE", b"\\ud800", 1)


@kind
def not_utf8(_):
    return GRADE_A.read_bytes().replace("示例".encode(), b"\xff\xfe", 1)


@kind
def cut_off(_):
    return GRADE_A.read_bytes()[:-40]


# --- lists by reference ------------------------------------------------------------------------------------


def by_reference(document, files, more=b""):
    raw = document["input"]["candidates"].encode()
    files["candidates"] = raw + more
    digest = hashlib.sha256(raw).hexdigest()
    document["input"]["candidates"] = {"href": "x.txt", "digest": digest, "bytes": len(raw)}


@kind
def list_not_supplied(document):
    by_reference(document, {})


@kind
def list_of_other_length(document, files):
    by_reference(document, files, b"x")


@kind
def list_of_other_digest(document, files):
    by_reference(document, files)
    document["input"]["candidates"]["digest"] = "0" * 64


@kind
def list_not_the_inline_one(document, files):
    files["candidates"] = copy.copy(document["input"]["candidates"]).encode() + b"x"


WITH_FILES = {"list_of_other_length", "list_of_other_digest", "list_not_the_inline_one"}

UNREADABLE = "duplicate_key number_with_a_point byte_order_mark lone_surrogate not_utf8 cut_off"
VERDICTS = {**dict.fromkeys(UNREADABLE.split(), "unreadable"), "list_not_supplied": "incomplete"}
