#!/usr/bin/env python3
"""DRS1: publicly verifiable draws of inspection targets and inspectors.

One file, standard library only, Python 3.9 or newer. The portal draws with it and the public
downloads it to check a draw:

    python3 drs1.py verify certificate.json       check a draw certificate
    python3 drs1.py recompute input.json          recompute a draw from its input
    python3 drs1.py vectors vectors.json          run the test vectors

Section numbers in docstrings are those of the protocol text. Everything here is a function of its
arguments: no database, no clock, no randomness, no normalisation of text.
"""

from __future__ import annotations

import gc
import hashlib
import json
import operator
import re
import sys
import unicodedata
from bisect import insort
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cached_property
from heapq import nsmallest
from itertools import islice
from typing import (
    Any,
    Callable,
    Dict,
    Iterable,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    Union,
)

PPM = 1_000_000
MAX_FILE = 2**28
MAX_PLAN_LINES = 10_000
MAX_FIELD = 65_535
ZERO = "0" * 64
SHA256, SM3 = "DRS1-SHA256", "DRS1-SM3"
DRAND_CHAIN = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
DRAND_GENESIS, DRAND_PERIOD = 1692803367, 3

HEX64 = re.compile(r"[0-9a-f]{64}\Z")
HEX96 = re.compile(r"[0-9a-f]{96}\Z")
INTEGER = re.compile(r"(?:0|[1-9][0-9]{0,11})\Z")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")
PLAIN = re.compile(r"[!-~]{2,200}\Z")  # a name for certain; most ids are
FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


class Refused(ValueError):
    """The input is not a valid draw; the message is one sentence saying why."""


# --- hashing (2.1) ---------------------------------------------------------------------------


def _rotl(x: int, n: int) -> int:
    n %= 32
    return ((x << n) | (x >> (32 - n))) & 0xFFFFFFFF


def _sm3_block(state: List[int], block: bytes) -> List[int]:
    w = [int.from_bytes(block[i : i + 4], "big") for i in range(0, 64, 4)]
    for j in range(16, 68):
        x = w[j - 16] ^ w[j - 9] ^ _rotl(w[j - 3], 15)
        w.append(x ^ _rotl(x, 15) ^ _rotl(x, 23) ^ _rotl(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        first = j < 16
        t = 0x79CC4519 if first else 0x7A879D8A
        ss1 = _rotl((_rotl(a, 12) + e + _rotl(t, j)) & 0xFFFFFFFF, 7)
        ss2 = ss1 ^ _rotl(a, 12)
        ff = a ^ b ^ c if first else (a & b) | (a & c) | (b & c)
        gg = e ^ f ^ g if first else (e & f) | (~e & g)
        tt1 = (ff + d + ss2 + (w[j] ^ w[j + 4])) & 0xFFFFFFFF
        tt2 = (gg + h + ss1 + w[j]) & 0xFFFFFFFF
        a, b, c, d = tt1, a, _rotl(b, 9), c
        e, f, g, h = tt2 ^ _rotl(tt2, 9) ^ _rotl(tt2, 17), e, _rotl(f, 19), g
    return list(map(operator.xor, state, (a, b, c, d, e, f, g, h)))


def sm3_plain(data: bytes) -> bytes:
    """SM3 (GB/T 32905) without any library, for builds of OpenSSL that lack it."""
    state = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600]
    state += [0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    padded = data + b"\x80" + b"\x00" * ((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "big")
    for i in range(0, len(padded), 64):
        state = _sm3_block(state, padded[i : i + 64])
    return b"".join(x.to_bytes(4, "big") for x in state)


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _sm3_library(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


def _best_sm3() -> Callable[[bytes], bytes]:
    try:
        _sm3_library(b"")
    except ValueError:
        return sm3_plain
    return _sm3_library


HASHES: Dict[str, Callable[[bytes], bytes]] = {SHA256: _sha256, SM3: _best_sm3()}
Hash = Callable[[bytes], bytes]


def digest(text: str, suite: str = SHA256) -> str:
    """The suite hash of a text in UTF-8: 64 hex digits."""
    return HASHES[suite](text.encode()).hex()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the garbage collector from walking millions of tuples again and again; none is garbage."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


# --- tokens, names, integers, lists (2.1) -----------------------------------------------------


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise Refused("a text holds a lone surrogate and has no UTF-8 form") from None


def _token(text: Any, what: str, limit: int = 200) -> str:
    if not isinstance(text, str):
        raise Refused(f"{what} is not a text")
    if not 1 <= len(_utf8(text)) <= limit:
        raise Refused(f"{what} is empty or longer than {limit} bytes")
    if FORBIDDEN.search(text):
        raise Refused(f"{what} holds a control character or another forbidden character")
    if text[0] == " " or text[-1] == " ":
        raise Refused(f"{what} starts or ends with a space")
    return text


def _name(text: Any, what: str, banned: str = "") -> str:
    _token(text, what)
    if text in ("-", "*"):
        raise Refused(f"{what} is '{text}', which is no name")
    for character in banned:
        if character in text:
            raise Refused(f"{what} holds '{character}'")
    return text


def _integer(text: str, what: str, most: Optional[int] = None, least: int = 0) -> int:
    if not INTEGER.match(text):
        raise Refused(f"{what} is not an integer in plain decimal form")
    value = int(text)
    if value < least or (most is not None and value > most):
        raise Refused(f"{what} is out of range")
    return value


def _hex(text: Any, what: str, pattern: re.Pattern = HEX64) -> str:
    if not isinstance(text, str) or not pattern.match(text):
        raise Refused(f"{what} is not written in lower-case hex digits of the right length")
    return text


def _time(text: Any, what: str) -> datetime:
    if not isinstance(text, str) or not TIME.match(text):
        raise Refused(f"{what} is not a time like 2026-03-02T01:10:00Z")
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        raise Refused(f"{what} is not an existing date and time") from None


def _listed(text: str, what: str, star: bool = False) -> Tuple[str, ...]:
    """A list field: () for '-', ('*',) for everything where allowed, else the elements."""
    if text == "-":
        return ()
    if text == "*" and star:
        return ("*",)
    if len(_utf8(text)) > MAX_FIELD:
        raise Refused(f"{what} is longer than {MAX_FIELD} bytes")
    elements = tuple(_name(element, f"an element of {what}") for element in text.split(","))
    if any(map(operator.ge, elements, elements[1:])):
        raise Refused(f"{what} is not in strictly ascending order")
    return elements


# --- files (2.1, 2.2) --------------------------------------------------------------------------


def _lines(text: Any, magic: str, draw_id: str) -> List[str]:
    """The lines of a file; refuses everything that 2.1 does not allow of a file."""
    if not isinstance(text, str):
        raise Refused(f"{magic} is not a text")
    if len(_utf8(text)) > MAX_FILE:
        raise Refused(f"{magic} is larger than 256 MiB")
    if not text.endswith("\n"):
        raise Refused(f"{magic} does not end with a line feed")
    header, *lines = text[:-1].split("\n")
    if header != f"{magic}\t{draw_id}":
        raise Refused(f"{magic} does not start with its header and the draw id")
    if "" in lines[:1] or any(map(operator.ge, lines, islice(lines, 1, None))):
        raise Refused(f"{magic} has lines that are not in strictly ascending order, or blank")
    return lines


def _rows(text: Any, magic: str, draw_id: str) -> Iterator[List[str]]:
    """The lines of a file as fields."""
    return (line.split("\t") for line in _lines(text, magic, draw_id))


def _fields(row: List[str], count: int, what: str) -> List[str]:
    if len(row) != count:
        raise Refused(f"a {what} line has {len(row)} fields instead of {count}")
    return row


@dataclass(frozen=True)
class Stratum:
    """One stratum line of the plan; `value` is ppm, or a count for mode fixed."""

    code: str
    mode: str
    value: int
    least: int
    most: Optional[int]
    topup: bool


@dataclass
class Plan:
    """A parsed plan file (2.2)."""

    suite: str = ""
    beacon: Tuple[str, str] = ("", "")
    strata: Dict[str, Stratum] = field(default_factory=dict)
    base: str = "eligible"
    forced: str = "outside"
    floor: Tuple[int, int] = (0, 0)
    batches: int = 1
    agencies: Dict[str, int] = field(default_factory=dict)
    contributors: Dict[str, str] = field(default_factory=dict)
    missing: str = "proceed"
    texts: Dict[str, str] = field(default_factory=dict)
    reasons: List[str] = field(default_factory=list)
    outside: List[str] = field(default_factory=list)
    deadlines: Dict[str, str] = field(default_factory=dict)


def _word(text: str, allowed: Sequence[str], what: str) -> str:
    if text not in allowed:
        raise Refused(f"{what} is not one of {', '.join(allowed)}")
    return text


def _plan_stratum(plan: Plan, values: List[str]) -> None:
    code, mode, value, least, most, topup = values
    _name(code, "a stratum code")
    _word(mode, ("up", "down", "half", "lr", "fixed"), "a stratum mode")
    number = _integer(value, "a stratum value", None if mode == "fixed" else PPM)
    low = _integer(least, "a stratum minimum")
    high = None if most == "-" else _integer(most, "a stratum maximum")
    if high is not None and low > high:
        raise Refused("a stratum minimum is above its maximum")
    taken = _word(topup, ("0", "1"), "a stratum topup") == "1"
    _unique(plan.strata, code, Stratum(code, mode, number, low, high, taken), "stratum")


def _unique(table: Dict[str, Any], key: str, value: Any, what: str) -> None:
    if key in table:
        raise Refused(f"{what} {key} stands twice in the plan")
    table[key] = value


def _plan_agency(plan: Plan, values: List[str]) -> None:
    code, demand = values
    _name(code, "an agency code", ",:")
    _unique(plan.agencies, code, _integer(demand, "m of an agency", 99, 1), "agency")


def _plan_contributor(plan: Plan, values: List[str]) -> None:
    code, kind = values
    _name(code, "a contributor code")
    _word(kind, ("sealed", "open"), "the kind of a contributor")
    _unique(plan.contributors, code, kind, "contributor")


def _plan_deadline(plan: Plan, values: List[str]) -> None:
    what, at = values
    _word(what, ("commit", "reveal", "beacon"), "a deadline")
    _time(at, "a deadline")
    _unique(plan.deadlines, what, at, "deadline")


def _plan_beacon(plan: Plan, values: List[str]) -> None:
    kind, ref = values
    if kind not in BEACONS:
        raise Refused("the beacon kind is unknown")
    BEACONS[kind].check_ref(ref)
    plan.beacon = (kind, ref)


def _plan_single(plan: Plan, key: str, values: List[str]) -> None:
    if key == "suite":
        plan.suite = _word(values[0], tuple(HASHES), "the suite")
    elif key == "base":
        plan.base = _word(values[0], ("eligible", "registered"), "base")
    elif key == "forced":
        plan.forced = _word(values[0], ("outside", "inside"), "forced")
    elif key == "missing":
        plan.missing = _word(values[0], ("proceed", "void"), "missing")
    elif key == "batches":
        plan.batches = _integer(values[0], "batches", None, 1)
    elif key == "floor":
        plan.floor = (_integer(values[0], "floor", PPM), _integer(values[1], "floor minimum"))
    else:
        plan.texts[key] = _token(values[0], key)


PLAN_SINGLE = {"suite": 1, "base": 1, "forced": 1, "missing": 1, "batches": 1, "floor": 2}
PLAN_SINGLE.update({"title": 1, "authority": 1, "period": 1, "beacon": 2})
PLAN_MANY: Dict[str, Tuple[int, Callable[[Plan, List[str]], None]]] = {
    "stratum": (6, _plan_stratum),
    "agency": (2, _plan_agency),
    "contributor": (2, _plan_contributor),
    "deadline": (2, _plan_deadline),
    "reason": (1, lambda plan, v: plan.reasons.append(_fresh(plan.reasons, v[0], "reason"))),
    "outside": (1, lambda plan, v: plan.outside.append(_fresh(plan.outside, v[0], "outside"))),
}


def _fresh(known: List[str], code: str, what: str) -> str:
    if _name(code, f"a code of {what}") in known:
        raise Refused(f"{what} {code} stands twice in the plan")
    return code


def parse_plan(text: str, draw_id: str) -> Plan:
    """The plan file as values; raises Refused."""
    rows = list(_rows(text, "DRS1-plan", draw_id))
    if len(rows) > MAX_PLAN_LINES:
        raise Refused("the plan has more than 10000 lines")
    plan, seen = Plan(), set()
    for row in rows:
        key, values = row[0], row[1:]
        if key in PLAN_MANY:
            count, read = PLAN_MANY[key]
            read(plan, _fields(values, count, f"plan {key}"))
            continue
        if key not in PLAN_SINGLE:
            raise Refused(f"the plan key {key!r} is unknown")
        if key in seen:
            raise Refused(f"the plan key {key} stands twice")
        seen.add(key)
        _fields(values, PLAN_SINGLE[key], f"plan {key}")
        if key == "beacon":
            _plan_beacon(plan, values)
        else:
            _plan_single(plan, key, values)
    return _complete(plan)


def _complete(plan: Plan) -> Plan:
    if not plan.suite:
        raise Refused("the plan has no suite line")
    if not plan.beacon[0]:
        raise Refused("the plan has no beacon line")
    if not plan.strata:
        raise Refused("the plan has no stratum line")
    for code in plan.outside:
        if code not in plan.contributors:
            raise Refused(f"outside names {code}, who is not among the contributors")
    return plan


class Candidate(NamedTuple):
    """One line of the candidate file; `needs` maps agency codes to required tags."""

    id: str
    stratum: str
    status: str
    reason: str
    region: str
    needs: Tuple[Tuple[str, str], ...]


def _need(text: str, plan: Plan) -> Tuple[str, str]:
    agency, colon, tag = text.partition(":")
    if not colon or not tag:
        raise Refused(f"the need {text!r} is not AGENCY:tag")
    if agency not in plan.agencies:
        raise Refused(f"a need names the agency {agency}, which is not in the plan")
    return agency, _name(tag, "the tag of a need")


@_undisturbed()
def parse_candidates(text: str, draw_id: str, plan: Plan) -> List[Candidate]:
    """The candidate file as values; raises Refused.

    A list of a million has few kinds of lines: what follows the id is read once for each.
    """
    found, previous = [], None
    kinds: Dict[str, Tuple[Any, ...]] = {}
    is_plain, make = PLAIN.match, tuple.__new__
    for line in _lines(text, "DRS1-candidates", draw_id):
        id_, _, rest = line.partition("\t")
        kind = kinds.get(rest)
        if kind is None:
            kind = kinds[rest] = _kind(line, previous, plan)
        elif id_ == previous or not is_plain(id_):
            _candidate_id(id_, previous)
        previous = id_
        found.append(make(Candidate, (id_, *kind)))
    return found


def _candidate_id(id_: str, previous: Optional[str]) -> None:
    _name(id_, "a candidate id")
    if id_ == previous:
        raise Refused(f"the candidate {id_} stands on two lines")


def _kind(line: str, previous: Optional[str], plan: Plan) -> Tuple[Any, ...]:
    """What a candidate line says after the id; `previous` is the id of the line before."""
    id_, stratum, status, reason, region, needs = _fields(line.split("\t"), 6, "candidate")
    _candidate_id(id_, previous)
    if stratum not in plan.strata:
        raise Refused(f"the stratum of candidate {id_} is not in the plan")
    _word(status, ("P", "F", "X"), "the status of a candidate")
    if (reason == "-") != (status == "P"):
        raise Refused(f"candidate {id_}: exactly the status P has the reason '-'")
    if reason != "-":
        _name(reason, "a reason")
    if region != "-":
        _name(region, "a region", ",")
    wanted = tuple(_need(need, plan) for need in _listed(needs, "needs")) if needs != "-" else ()
    return stratum, status, reason, region, wanted


@dataclass(frozen=True)
class Inspector:
    """One line of the inspector file."""

    id: str
    agency: str
    regions: Tuple[str, ...]
    skills: Tuple[str, ...]
    cap: int
    load0: int


def parse_inspectors(text: str, draw_id: str, plan: Plan) -> Dict[str, Inspector]:
    """The inspector file as values by id; raises Refused."""
    found: Dict[str, Inspector] = {}
    for row in _rows(text, "DRS1-inspectors", draw_id):
        id_, agency, regions, skills, cap, load0 = _fields(row, 6, "inspector")
        _name(id_, "an inspector id", ",")
        if id_ in found:
            raise Refused(f"the inspector {id_} stands on two lines")
        if agency not in plan.agencies:
            raise Refused(f"the agency of inspector {id_} is not in the plan")
        found[id_] = Inspector(
            id_,
            agency,
            _listed(regions, "regions", star=True),
            _listed(skills, "skills", star=True),
            _integer(cap, "a cap"),
            _integer(load0, "load0"),
        )
    return found


def parse_recusals(
    text: str, draw_id: str, candidates: Iterable[str], inspectors: Mapping[str, Inspector]
) -> Dict[Tuple[str, str], str]:
    """The recusal file as reasons by (inspector, target or '*'); raises Refused."""
    rows, found = list(_rows(text, "DRS1-recusals", draw_id)), {}
    known = set(candidates) if rows else set()
    for row in rows:
        inspector, target, reason = _fields(row, 3, "recusal")
        if inspector not in inspectors:
            raise Refused(f"a recusal names the unknown inspector {inspector!r}")
        if target != "*" and target not in known:
            raise Refused(f"a recusal names the unknown candidate {target!r}")
        if (inspector, target) in found:
            raise Refused(f"{inspector} is recused twice from {target}")
        found[inspector, target] = _name(reason, "the reason of a recusal")
    return found


# --- writing files -----------------------------------------------------------------------------


def _clean(text: str) -> str:
    """What the freezing system requires beyond the verifier: NFC, trimmed, nothing of Cf (2.1)."""
    text = unicodedata.normalize("NFC", text).strip()
    if any(unicodedata.category(c) == "Cf" for c in text):
        raise Refused(f"{text!r} holds an invisible format character")
    return text


def file_text(magic: str, draw_id: str, rows: Iterable[Sequence[str]]) -> str:
    """A file in canonical form from its rows of fields, in any order."""
    lines = sorted("\t".join(_clean(value) for value in row) for row in rows)
    text = "".join(f"{line}\n" for line in (f"{magic}\t{draw_id}", *lines))
    _rows(text, magic, draw_id)
    return text


# --- allocation (2.6) --------------------------------------------------------------------------


@dataclass
class Share:
    """What one stratum gets; `pool`, `forced`, `excluded`, `base`, `raw` and `quota` are counts."""

    stratum: Stratum
    pool: int = 0
    forced: int = 0
    excluded: int = 0
    base: int = 0
    raw: int = 0
    quota: int = 0
    topup: int = 0


@dataclass
class Allocation:
    """Shares by stratum code, and the overall floor."""

    shares: Dict[str, Share]
    need: int
    have: int

    @property
    def deficit(self) -> int:
        """How many are missing to the floor."""
        return max(0, self.need - self.have)


def _up(amount: int, ppm: int) -> int:
    return -(-amount * ppm // PPM)


def _raw(share: Share) -> int:
    amount, value, mode = share.base, share.stratum.value, share.stratum.mode
    if mode == "up":
        return _up(amount, value)
    if mode == "half":
        return (2 * amount * value + PPM) // (2 * PPM)
    return value if mode == "fixed" else amount * value // PPM


def _largest_remainders(shares: Sequence[Share]) -> None:
    lr = [share for share in shares if share.stratum.mode == "lr"]
    products = {share.stratum.code: share.base * share.stratum.value for share in lr}
    total = -(-sum(products.values()) // PPM)
    spare = total - sum(share.raw for share in lr)
    lr.sort(key=lambda s: (-(products[s.stratum.code] % PPM), s.stratum.code))
    for share in lr[:spare]:
        share.raw += 1


def allocate(plan: Plan, candidates: Iterable[Candidate]) -> Allocation:
    """How many each stratum gets, in integers."""
    return allocate_counts(plan, Counter(map(operator.itemgetter(1, 2), candidates)))


def allocate_counts(plan: Plan, counts: Mapping[Tuple[str, str], int]) -> Allocation:
    """The same from the number of candidates by stratum and status (P, F, X)."""
    shares = {
        code: Share(plan.strata[code], *(counts.get((code, status), 0) for status in "PFX"))
        for code in sorted(plan.strata)
    }
    for share in shares.values():
        share.base = share.pool + share.forced
        share.base += share.excluded if plan.base == "registered" else 0
        share.raw = _raw(share)
    _largest_remainders(list(shares.values()))
    inside = plan.forced == "inside"
    for share in shares.values():
        n = max(share.raw, share.stratum.least)
        n = n if share.stratum.most is None else min(n, share.stratum.most)
        n = max(0, n - share.forced) if inside else n
        share.quota = min(n, share.pool)
    ppm, minimum = plan.floor
    need = max(_up(sum(share.base for share in shares.values()), ppm), minimum)
    have = sum(share.quota + (share.forced if inside else 0) for share in shares.values())
    return Allocation(shares, need, have)


# --- contributions, beacon, seed (2.4, 2.5) ----------------------------------------------------


def _range_list(text: str, count: int, most: int) -> bool:
    parts = text.split("-")
    if len(parts) != count or not all(re.fullmatch(r"[0-9]{2}", part) for part in parts):
        return False
    numbers = [int(part) for part in parts]
    rising = all(map(operator.lt, numbers, numbers[1:]))
    return rising and numbers[0] >= 1 and numbers[-1] <= most


def _is_ssq(value: str) -> bool:
    front, plus, back = value.partition("+")
    return bool(plus) and _range_list(front, 6, 33) and _range_list(back, 1, 16)


def _is_dlt(value: str) -> bool:
    front, plus, back = value.partition("+")
    return bool(plus) and _range_list(front, 5, 35) and _range_list(back, 2, 12)


def _is_both(value: str) -> bool:
    first, slash, second = value.partition("/")
    return bool(slash) and _is_ssq(first) and _is_dlt(second)


def _is_issue(ref: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{5,7}", ref))


def _is_two_issues(ref: str) -> bool:
    first, plus, second = ref.partition("+")
    return bool(plus) and _is_issue(first) and _is_issue(second)


def _is_count(ref: str, most: Optional[int] = None) -> bool:
    return bool(INTEGER.match(ref)) and int(ref) >= 1 and (most is None or int(ref) <= most)


@dataclass(frozen=True)
class Beacon:
    """One kind of public beacon: what its ref and its value look like."""

    ref: Callable[[str], bool]
    value: Callable[[str, str], bool]

    def check_ref(self, ref: str) -> None:
        """Refuse a ref that is not in canonical spelling."""
        if not self.ref(ref):
            raise Refused("the ref of the beacon is not in its canonical form")

    def check_value(self, ref: str, value: Any) -> None:
        """Refuse a value that is not in canonical spelling."""
        if not isinstance(value, str) or not self.value(ref, value):
            raise Refused("the value of the beacon is not in its canonical form")


BEACONS = {
    "drand-quicknet": Beacon(_is_count, lambda ref, v: bool(HEX64.match(v))),
    "ssq": Beacon(_is_issue, lambda ref, v: _is_ssq(v)),
    "dlt": Beacon(_is_issue, lambda ref, v: _is_dlt(v)),
    "ssq+dlt": Beacon(_is_two_issues, lambda ref, v: _is_both(v)),
    "dice": Beacon(
        lambda ref: _is_count(ref, 200),
        lambda ref, v: len(v) == int(ref) and bool(re.fullmatch(r"[1-6]+", v)),
    ),
    "none": Beacon(lambda ref: ref == "-", lambda ref, v: v == "-"),
}


def chain(draw_id: str, last: bytes, length: int = 64, suite: str = SHA256) -> List[str]:
    """The chain x_0 … x_n in hex from its secret end x_n (2.4): 0 is the anchor, 1 is opened."""
    if len(last) != 32 or length < 16:
        raise Refused("the secret has 32 bytes and the chain at least 16 steps")
    values, start = [last], b"DRS1-chain\x00" + draw_id.encode() + b"\x00"
    for _ in range(length):
        values.append(HASHES[suite](start + values[-1]))
    return [value.hex() for value in reversed(values)]


def commit_digest(code: str, freeze_digest: str, value: bytes, suite: str = SHA256) -> str:
    """The commit of a sealed contributor to `value` (2.5)."""
    data = b"DRS1-commit\x00" + code.encode() + b"\x00" + bytes.fromhex(freeze_digest) + value
    return HASHES[suite](data).hex()


def open_value(phrase: str, suite: str = SHA256) -> str:
    """The value of an open contribution (2.5)."""
    _token(phrase, "a phrase")
    return HASHES[suite](b"DRS1-open\x00" + phrase.encode()).hex()


def freeze_text(
    draw_id: str, anchor: str, prev: str, files: Mapping[str, str], suite: str = SHA256
) -> str:
    """The freeze file of 2.3 from the texts under plan, candidates, inspectors and recusals."""
    lines = [f"DRS1-freeze\t{draw_id}", f"anchor\t{anchor}"]
    for name in ("candidates", "inspectors", "plan", "prev", "recusals"):
        if name == "prev":
            lines.append(f"prev\t{prev}")
            continue
        line = f"{name}\t{digest(files[name], suite)}"
        lines.append(line if name == "plan" else f"{line}\t{files[name].count(chr(10)) - 1}")
    return "".join(f"{line}\n" for line in lines)


def _contributions(
    plan: Plan, freeze_digest: str, commits: Mapping[str, str], reveals: Mapping[str, str]
) -> Dict[str, str]:
    """The value of every contributor, '-' for a missing one."""
    for code in (*commits, *reveals):
        if code not in plan.contributors:
            raise Refused(f"{code!r} is not among the contributors of the plan")
    return {
        code: _contribution(plan, code, freeze_digest, commits.get(code), reveals.get(code))
        for code in sorted(plan.contributors)
    }


def _contribution(
    plan: Plan, code: str, freeze_digest: str, commit: Optional[str], reveal: Optional[str]
) -> str:
    if plan.contributors[code] == "open":
        if commit is not None:
            raise Refused(f"the open contributor {code} has a commit")
        return "-" if reveal is None else open_value(reveal, plan.suite)
    if commit is not None:
        _hex(commit, f"the commit of {code}")
    if reveal is None:
        return "-"
    _hex(reveal, f"the reveal of {code}")
    if commit is None:
        raise Refused(f"the sealed contributor {code} revealed without a commit")
    if commit_digest(code, freeze_digest, bytes.fromhex(reveal), plan.suite) != commit:
        raise Refused(f"the reveal of {code} does not match the commit")
    return reveal


def closed_text(draw_id: str, freeze_digest: str, values: Mapping[str, str]) -> str:
    """The closed file of 2.5 from the values by contributor."""
    lines = [f"DRS1-closed\t{draw_id}", f"freeze\t{freeze_digest}"]
    lines += [f"contribution\t{code}\t{values[code]}" for code in sorted(values)]
    return "".join(f"{line}\n" for line in lines)


# --- selection (2.7) ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Selected:
    """One selected target; `how` is draw, forced or topup."""

    number: int
    id: str
    stratum: str
    how: str
    batch: int
    ticket: str


Ticket = Tuple[bytes, Candidate]  # compares as the protocol does: by ticket, then by id


@dataclass
class Selection:
    """What the tickets decide; `pairs` holds the ticket of every candidate, in no order."""

    chosen: List[Selected]
    pairs: List[Ticket]
    shortfall: int

    @cached_property
    def tickets(self) -> List[Ticket]:
        """Everybody in ticket order."""
        return sorted(self.pairs)

    @cached_property
    def rest(self) -> List[Ticket]:
        """Who waits, in ticket order: in the pool, and not selected."""
        chosen = {selected.id for selected in self.chosen}
        return [pair for pair in self.tickets if pair[1].status == "P" and pair[1].id not in chosen]


@_undisturbed()
def select(
    plan: Plan, candidates: Sequence[Candidate], seed: bytes, shares: Allocation
) -> Selection:
    """Take the smallest tickets of each stratum up to its quota, then fill the floor.

    The same as the walk through all candidates in ticket order, without sorting those not taken.
    """
    h = HASHES[plan.suite]
    key = h(seed + b"DRS1/target")
    pairs = [(h(key + candidate[0].encode()), candidate) for candidate in candidates]
    pools: Dict[str, List[Ticket]] = {code: [] for code in plan.strata}
    picked: List[Tuple[Ticket, str]] = []
    for pair in pairs:
        _, stratum, status, *_ = pair[1]
        if status == "P":
            pools[stratum].append(pair)
        elif status == "F":
            picked.append((pair, "forced"))
    for code, share in shares.shares.items():
        picked += [(pair, "draw") for pair in nsmallest(share.quota, pools[code])]
    topped = _top_up(plan, pools, picked, shares)
    picked = sorted(picked + [(pair, "topup") for pair in topped])
    total = len(picked)
    chosen = [
        Selected(i + 1, c.id, c.stratum, how, 1 + i * plan.batches // total, ticket.hex())
        for i, ((ticket, c), how) in enumerate(picked)
    ]
    return Selection(chosen, pairs, shares.deficit - len(topped))


def _top_up(
    plan: Plan,
    pools: Mapping[str, List[Ticket]],
    picked: Sequence[Tuple[Ticket, str]],
    shares: Allocation,
) -> List[Ticket]:
    """The next tickets of all strata that may be topped up, as far as the floor needs them."""
    if not shares.deficit:
        return []
    taken = {pair[1].id for pair, _ in picked}
    waiting = (
        pair
        for code, pool in pools.items()
        if plan.strata[code].topup
        for pair in pool
        if pair[1].id not in taken
    )
    topped = nsmallest(shares.deficit, waiting)
    for _, candidate in topped:
        shares.shares[candidate.stratum].topup += 1
    return topped


# --- assignment (2.9, 2.10) --------------------------------------------------------------------


class Teams:
    """Inspectors of one agency on the selected targets: minimum-convex-cost b-matching."""

    def __init__(
        self,
        plan: Plan,
        agency: str,
        seed: bytes,
        targets: Sequence[Candidate],
        inspectors: Iterable[Inspector],
        recusals: Mapping[Tuple[str, str], str],
    ) -> None:
        self.h = h = HASHES[plan.suite]
        self.seed = seed
        self.demand = plan.agencies[agency]
        order = h(seed + b"DRS1/assign/" + agency.encode())
        edge = h(seed + b"DRS1/edge/" + agency.encode())
        own = [i for i in inspectors if i.agency == agency and (i.id, "*") not in recusals]
        self.cap = {i.id: i.cap for i in own}
        self.load = {i.id: i.load0 for i in own}
        self.new = {i.id: 0 for i in own}
        self.hall: List[Dict[str, Any]] = []
        self.unfilled: Counter = Counter()
        self.edge: Dict[Tuple[str, str], bytes] = {}
        self.eligible: Dict[str, List[str]] = {}
        self.team: Dict[str, set] = {t.id: set() for t in targets}
        self.on: Dict[str, List[Tuple[bytes, str]]] = {i.id: [] for i in own}
        # Sets of inspectors as bits of an integer, so that a whole team is looked at in one step.
        self.bit = {i.id: 1 << place for place, i in enumerate(own)}
        self.everybody = (1 << len(own)) - 1
        self.could: Dict[str, int] = {}  # target -> eligible inspectors
        self.near = {i.id: 0 for i in own}  # inspector -> whoever fits a target that this one fits
        self.free: Dict[int, int] = {}  # load -> inspectors with that load and room
        for i in own:
            self._count(i.id)
        for t in targets:
            fitting = [
                i.id for i in own if self._fits(i, t, agency) and (i.id, t.id) not in recusals
            ]
            for i in fitting:
                self.edge[t.id, i] = h(edge + t.id.encode() + b"\x00" + i.encode())
            self.eligible[t.id] = sorted(fitting, key=lambda i, w=t.id: (self.edge[w, i], i))
            self.could[t.id] = could = sum(self.bit[i] for i in fitting)
            for i in fitting:
                self.near[i] |= could
        self.order = sorted(self.team, key=lambda t: (h(order + t.encode()), t))

    @staticmethod
    def _fits(inspector: Inspector, target: Candidate, agency: str) -> bool:
        if inspector.regions != ("*",) and target.region not in inspector.regions:
            return False
        if inspector.skills == ("*",):
            return True
        return all(tag in inspector.skills for g, tag in target.needs if g == agency)

    def _count(self, i: str) -> None:
        if self.new[i] < self.cap[i]:
            self.free[self.load[i]] = self.free.get(self.load[i], 0) | self.bit[i]

    def _charge(self, i: str, by: int) -> None:
        """One target more or less for an inspector."""
        self.free[self.load[i]] = self.free.get(self.load[i], 0) & ~self.bit[i]
        if not self.free[self.load[i]]:
            del self.free[self.load[i]]
        self.load[i] += by
        self.new[i] += by
        self._count(i)

    def _join(self, w: str, i: str) -> None:
        self.team[w].add(i)
        insort(self.on[i], (self.edge[w, i], w))

    def _leave(self, w: str, i: str) -> None:
        self.team[w].discard(i)
        self.on[i].remove((self.edge[w, i], w))

    def fill(self, told: Optional[Callable[[], None]] = None) -> None:
        """Give every target its demand, as far as possible. told: called after each step."""
        for _ in range(self.demand):
            for target in self.order:
                if not self.augment(target):
                    self.unfilled[target] += 1
                if told:
                    told()

    def augment(self, start: str) -> bool:
        """One successive-shortest-path step; False leaves a Hall certificate.

        Looks only where the answer can come from: a target counts while it may bring somebody not
        seen yet, and the search ends where no deeper end could be better. Depth grows, so only a
        smaller load wins. The result is that of the whole search, which a failure carries out.
        """
        parent: Dict[str, str] = {}
        via: Dict[str, str] = {}
        visited, frontier, depth, best = {start}, [start], 0, None
        unseen = self.everybody
        while frontier and (best is None or self._is_lighter(unseen, best[0])):
            depth += 1
            found, unseen = self._find(frontier, parent, unseen)
            best = self._best_end(found, parent, depth, best)
            frontier = self._next(found, visited, via, unseen)
        if best is None:
            self.hall.append(self._blocked(start))
            return False
        self._shift(best[3], parent, via, start)
        return True

    def _is_lighter(self, unseen: int, load: int) -> bool:
        """Whether anybody not seen has room and a smaller load."""
        return any(level < load and mask & unseen for level, mask in self.free.items())

    def _find(
        self, frontier: Sequence[str], parent: Dict[str, str], unseen: int
    ) -> Tuple[List[str], int]:
        found = []
        for w in frontier:
            if not self.could[w] & unseen:
                continue
            for i in self.eligible[w]:
                if self.bit[i] & unseen and i not in self.team[w]:
                    unseen &= ~self.bit[i]
                    parent[i] = w
                    found.append(i)
        return found, unseen

    def _next(
        self, found: Sequence[str], visited: set, via: Dict[str, str], unseen: int
    ) -> List[str]:
        frontier = []
        for i in found:
            if not self.near[i] & unseen:
                continue
            for _, w in self.on[i]:
                if w not in visited and self.could[w] & unseen:
                    visited.add(w)
                    via[w] = i
                    frontier.append(w)
        return frontier

    def _blocked(self, start: str) -> Dict[str, Any]:
        """Everything a failed step has visited: those targets jointly lack capacity (2.9)."""
        targets, inspectors, queue = {start}, set(), [start]
        while queue:
            w = queue.pop()
            for i in self.eligible[w]:
                if i in inspectors or i in self.team[w]:
                    continue
                inspectors.add(i)
                further = {other for _, other in self.on[i]} - targets
                targets |= further
                queue.extend(further)
        return {"target": start, "targets": sorted(targets), "inspectors": sorted(inspectors)}

    def _best_end(self, found: List[str], parent: Dict[str, str], depth: int, best: Any) -> Any:
        for i in found:
            if self.new[i] < self.cap[i]:
                key = (self.load[i], depth, self.edge[parent[i], i], i)
                if best is None or key < best:
                    best = key
        return best

    def _shift(self, i: str, parent: Dict[str, str], via: Dict[str, str], start: str) -> None:
        self._charge(i, 1)
        while True:
            w = parent[i]
            self._join(w, i)
            if w == start:
                return
            j = via[w]
            self._leave(w, j)
            i = j

    def ordered(self, target: str) -> List[str]:
        """The team in order; the first is 主办."""
        return sorted(self.team[target], key=lambda i: (self.edge[target, i], i))

    def substitute(self, target: str, out: str, scope: str, opened: bytes) -> str:
        """Replace `out` (2.10); returns the newcomer, or '-'."""
        if target not in self.team or out not in self.team[target]:
            raise Refused(f"{out} is not on the team of {target}")
        self._leave(target, out)
        self._charge(out, -1)
        for w in self.eligible if scope == "all" else (target,):
            if out in self.eligible[w]:
                self.eligible[w].remove(out)
                self.could[w] &= ~self.bit[out]
        pool = [
            i
            for i in self.eligible[target]
            if i not in self.team[target] and self.new[i] < self.cap[i]
        ]
        if not pool:
            before = set(self.team[target])
            return (self.team[target] - before).pop() if self.augment(target) else "-"
        least = min(self.load[i] for i in pool)
        s = self.h(b"DRS1-sub\x00" + self.seed + opened + target.encode() + b"\x00" + out.encode())
        near = (i for i in pool if self.load[i] <= least + 1)
        chosen = min(near, key=lambda i: (self.h(s + i.encode()), i))
        self._join(target, chosen)
        self._charge(chosen, 1)
        return chosen


# --- the draw ----------------------------------------------------------------------------------

INPUT_KEYS = (
    "draw_id", "plan", "candidates", "inspectors", "recusals", "prev", "anchor", "chain",
    "commits", "reveals", "beacon_value", "events",
)  # fmt: skip


@dataclass
class Outcome:
    """Everything a draw decides, with the texts that digests stand for."""

    plan: Plan
    suite: str
    draw_id: str
    freeze_text: str
    freeze: str
    contributions: Dict[str, str]
    closed_text: str
    closed: str
    seed_text: str
    seed: str
    allocation: Allocation
    selection: Selection
    result_text: str
    result: str
    teams: Dict[str, Teams]
    events: List[str]
    events_digest: str
    final_teams: List[str]
    hall: Dict[str, List[Dict[str, Any]]]
    assigned: List[Tuple[str, str, str, str]]
    warnings: List[str]

    @property
    def selected(self) -> List[Selected]:
        """The selected targets by number."""
        return self.selection.chosen

    def waiting(self, limit: Optional[int] = None) -> Dict[str, List[str]]:
        """The waiting ids of each stratum in ticket order."""
        lists: Dict[str, List[str]] = {code: [] for code in sorted(self.plan.strata)}
        for _, candidate in self.selection.rest:
            ids = lists[candidate.stratum]
            if limit is None or len(ids) < limit:
                ids.append(candidate.id)
        return lists


def _typed(value: Any, kind: type, what: str) -> Any:
    if not isinstance(value, kind):
        raise Refused(f"{what} has the wrong type")
    return value


def _check_input(data: Any) -> Dict[str, Any]:
    _typed(data, dict, "input")
    present = {key: value for key, value in data.items() if value is not None}
    for key in present:
        if key not in INPUT_KEYS:
            raise Refused(f"input has the unknown key {key!r}")
    for key in INPUT_KEYS:
        if key not in present:
            raise Refused(f"input has no {key}")
    _token(present["draw_id"], "the draw id")
    _hex(present["prev"], "prev")
    _hex(present["anchor"], "the anchor")
    for key in ("commits", "reveals"):
        _typed(present[key], dict, key)
        present[key] = {code: v for code, v in present[key].items() if v is not None}
    for key in ("chain", "events"):
        _typed(present[key], list, key)
    return present


def _check_chain(data: Mapping[str, Any], suite: str) -> List[bytes]:
    h, start = HASHES[suite], b"DRS1-chain\x00" + data["draw_id"].encode() + b"\x00"
    if not data["chain"]:
        raise Refused("the chain has no opened value")
    before, values = bytes.fromhex(data["anchor"]), []
    for value in data["chain"]:
        raw = bytes.fromhex(_hex(value, "a chain value"))
        if h(start + raw) != before:
            raise Refused(
                f"a chain value does not open {'the one before it' if values else 'the anchor'}"
            )
        values.append(raw)
        before = raw
    return values


def _seed_text(
    draw_id: str, freeze: str, opened: str, values: Mapping[str, str], beacon: Sequence[str]
) -> str:
    lines = [f"DRS1-seed\t{draw_id}", f"freeze\t{freeze}", f"system\t{opened}"]
    lines += [f"contribution\t{code}\t{values[code]}" for code in sorted(values)]
    lines.append("beacon\t" + "\t".join(beacon))
    return "".join(f"{line}\n" for line in lines)


@_undisturbed()
def draw(
    data: Mapping[str, Any],
    *,
    voided: bool = False,
    told: Optional[Callable[[], None]] = None,
) -> Outcome:
    """Compute a whole draw from its input (2.2-2.11).

    data: an `input` object as in certificates and vectors.
    voided: a voided draw is opened although contributions may be missing under `missing void`.
    told: called after each step of the assignment, to show how far it is.
    Raises Refused.
    """
    data = _check_input(data)
    draw_id = data["draw_id"]
    plan = parse_plan(data["plan"], draw_id)
    candidates = parse_candidates(data["candidates"], draw_id, plan)
    inspectors = parse_inspectors(data["inspectors"], draw_id, plan)
    recusals = parse_recusals(data["recusals"], draw_id, (c.id for c in candidates), inspectors)
    opened = _check_chain(data, plan.suite)
    frozen = freeze_text(draw_id, data["anchor"], data["prev"], data, plan.suite)
    freeze = digest(frozen, plan.suite)
    values = _contributions(plan, freeze, data["commits"], data["reveals"])
    if plan.missing == "void" and not voided and "-" in values.values():
        raise Refused("a contribution is missing and the plan says that the draw is then void")
    kind, ref = plan.beacon
    BEACONS[kind].check_value(ref, data["beacon_value"])
    closed = closed_text(draw_id, freeze, values)
    beacon = (kind, ref, data["beacon_value"])
    seed_text = _seed_text(draw_id, freeze, opened[0].hex(), values, beacon)
    seed = HASHES[plan.suite](seed_text.encode())
    shares = allocate(plan, candidates)
    selection = select(plan, candidates, seed, shares)
    teams = _assign(plan, seed, selection, candidates, inspectors, recusals, told)
    assigned = [
        (s.id, g, i, "member" if k else "lead")
        for s in selection.chosen
        for g in sorted(teams)
        for k, i in enumerate(teams[g].ordered(s.id))
    ]
    text = _result_text(draw_id, seed, shares, selection, teams)
    result = digest(text, plan.suite)
    hall = {g: list(teams[g].hall) for g in sorted(teams) if teams[g].hall}
    outcome = Outcome(
        plan, plan.suite, draw_id, frozen, freeze, values, closed, digest(closed, plan.suite),
        seed_text, seed.hex(), shares, selection, text, result, teams, [], "", [], hall, assigned,
        _warnings(plan, shares, (data["plan"], data["candidates"], data["inspectors"])),
    )  # fmt: skip
    _after_events(outcome, data["events"], opened)
    return outcome


def substitute_next(outcome: Outcome, event: Any, opened: bytes) -> None:
    """Let one more substitution happen to a computed draw, without computing it anew (2.10).

    opened: the next value of the chain, which the caller has checked.
    """
    event = _event(event, outcome.plan)
    if event["type"] != "substitute":
        raise Refused("only a substitution can be added to a computed draw")
    outcome.events.append(_substitute(outcome, event, opened))
    _sum_up(outcome)


def _after_events(outcome: Outcome, events: Sequence[Any], opened: Sequence[bytes]) -> None:
    outcome.events = _run_events(outcome, events, opened)
    _sum_up(outcome)


def _sum_up(outcome: Outcome) -> None:
    outcome.events_digest = events_digest(
        outcome.draw_id, outcome.result, outcome.events, outcome.suite
    )
    teams = outcome.teams
    outcome.final_teams = [
        f"team\t{s.id}\t{g}\t{','.join(teams[g].ordered(s.id)) or '-'}"
        for s in outcome.selected
        for g in sorted(teams)
    ]


def events_text(draw_id: str, result: str, events: Iterable[str]) -> str:
    """Everything that happened to a result, as it is logged after an event (2.11).

    result: the digest of the result text, in hex; events: the event lines, in order.
    """
    lines = [f"DRS1-events\t{draw_id}", f"result\t{result}", *events]
    return "".join(f"{line}\n" for line in lines)


def events_digest(draw_id: str, result: str, events: Iterable[str], suite: str = SHA256) -> str:
    """The digest of everything that happened to a result (2.11)."""
    return digest(events_text(draw_id, result, events), suite)


def _assign(
    plan: Plan,
    seed: bytes,
    selection: Selection,
    candidates: Sequence[Candidate],
    inspectors: Mapping[str, Inspector],
    recusals: Mapping[Tuple[str, str], str],
    told: Optional[Callable[[], None]] = None,
) -> Dict[str, Teams]:
    if not plan.agencies:
        return {}
    chosen = {s.id for s in selection.chosen}
    targets = [c for c in candidates if c.id in chosen]
    teams = {}
    for agency in sorted(plan.agencies):
        teams[agency] = Teams(plan, agency, seed, targets, inspectors.values(), recusals)
        teams[agency].fill(told)
    return teams


def _result_text(
    draw_id: str, seed: bytes, shares: Allocation, selection: Selection, teams: Dict[str, Teams]
) -> str:
    lines = [f"DRS1-result\t{draw_id}", f"seed\t{seed.hex()}"]
    for code, s in shares.shares.items():
        lines.append(
            f"allocation\t{code}\t{s.pool}\t{s.forced}\t{s.excluded}\t{s.quota}\t{s.topup}"
        )
    lines.append(f"shortfall\t{selection.shortfall}")
    for s in selection.chosen:
        lines.append(f"selected\t{s.number}\t{s.id}\t{s.stratum}\t{s.how}\t{s.batch}\t{s.ticket}")
    for s in selection.chosen:
        for g in sorted(teams):
            for k, i in enumerate(teams[g].ordered(s.id)):
                lines.append(f"assigned\t{s.id}\t{g}\t{i}\t{'member' if k else 'lead'}")
            if teams[g].unfilled[s.id]:
                lines.append(f"unfilled\t{s.id}\t{g}\t{teams[g].unfilled[s.id]}")
    return "".join(f"{line}\n" for line in lines)


def _warnings(plan: Plan, shares: Allocation, texts: Sequence[str]) -> List[str]:
    found = []
    for agency, demand in sorted(plan.agencies.items()):
        if demand < 2:
            found.append(f"agency {agency} sends fewer than the two inspectors the law asks for")
    for code, share in shares.shares.items():
        if share.stratum.most is not None and share.stratum.most < max(
            share.raw, share.stratum.least
        ):
            found.append(f"stratum {code} is cut by its maximum {share.stratum.most}")
    odd = {c for text in texts if not text.isascii() for c in set(text) if _is_odd(c)}
    if odd:
        names = ", ".join(sorted(f"U+{ord(c):04X}" for c in odd))
        found.append(f"a file holds odd characters: {names}")
    return found


def _is_odd(c: str) -> bool:
    category = unicodedata.category(c)
    return category == "Cf" or (category == "Zs" and c != " ")


# --- events (2.8, 2.10) ------------------------------------------------------------------------

REPLACE_KEYS = ("type", "target", "reason", "evidence_sha256", "proposed_by", "confirmed_by")
SUBSTITUTE_KEYS = ("type", "target", "agency", "inspector", "reason", "scope")


def _event(event: Any, plan: Plan) -> Dict[str, str]:
    """An event with known keys and texts only."""
    event = _event_keys(event)
    for key in ("target", "agency", "inspector", "reason", "proposed_by", "confirmed_by"):
        if key in event:
            _name(event[key], f"{key} of an event")
    if "evidence_sha256" in event:
        _hex(event["evidence_sha256"], "the evidence digest of an event")
    _word(event.get("scope", "one"), ("one", "all"), "the scope of an event")
    if plan.reasons and event["reason"] not in plan.reasons:
        raise Refused(f"the reason {event['reason']} is not among those of the plan")
    return event


def _event_keys(event: Any) -> Dict[str, Any]:
    _typed(event, dict, "an event")
    event = {key: value for key, value in event.items() if value is not None}
    kind = event.get("type")
    if kind not in ("replace", "substitute"):
        raise Refused("the type of an event is unknown")
    keys = REPLACE_KEYS if kind == "replace" else SUBSTITUTE_KEYS
    needed = ("target", "reason") if kind == "replace" else keys[:5]
    for key in event:
        if key not in keys:
            raise Refused(f"an event has the unknown key {key!r}")
    for key in needed:
        if key not in event:
            raise Refused(f"an event has no {key}")
    return event


class _Replacements:
    """Selected targets that are gone, and the waiting ids that took their place."""

    def __init__(self, outcome: Outcome) -> None:
        self.stratum = {s.id: s.stratum for s in outcome.selected}
        self.forced = {s.id for s in outcome.selected if s.how == "forced"}
        self.waiting = {code: iter(ids) for code, ids in outcome.waiting().items()}
        self.removed: set = set()

    def replace(self, old: str) -> str:
        if old not in self.stratum or old in self.removed:
            raise Refused(f"{old} is not on the list, or was removed before")
        if old in self.forced:
            return "-"
        self.removed.add(old)
        new = next(self.waiting[self.stratum[old]], "-")
        if new != "-":
            self.stratum[new] = self.stratum[old]
        return new


def _run_events(outcome: Outcome, events: Sequence[Any], opened: Sequence[bytes]) -> List[str]:
    if not events:
        return []
    lines, count, list_ = [], 0, _Replacements(outcome)
    gone: Dict[Tuple[str, str], bool] = {}
    for raw in events:
        event = _event(raw, outcome.plan)
        if event["type"] == "replace":
            new = list_.replace(event["target"])
            lines.append(f"replace\t{event['target']}\t{new}\t{event['reason']}")
            continue
        count += 1
        if count >= len(opened):
            raise Refused("there are more substitutions than opened chain values")
        lines.append(_substitute(outcome, event, opened[count]))
        if event.get("scope") == "all":
            gone[event["agency"], event["inspector"]] = True
    for agency, inspector in sorted(gone):
        if outcome.teams[agency].on.get(inspector):
            outcome.warnings.append(f"{inspector} left with scope all but is still on a team")
    return lines


def _substitute(outcome: Outcome, event: Mapping[str, str], opened: bytes) -> str:
    agency, target, out = event["agency"], event["target"], event["inspector"]
    if agency not in outcome.teams:
        raise Refused(f"the agency {agency} is not in the plan")
    new = outcome.teams[agency].substitute(target, out, event.get("scope", "one"), opened)
    return f"substitute\t{target}\t{agency}\t{out}\t{new}\t{event['reason']}"


# --- log and aliases (2.11, 2.12) --------------------------------------------------------------


def log_record(
    seq: int, prev: str, time: str, kind: str, draw_id: str, body: str, suite: str = SHA256
) -> Tuple[str, str]:
    """A record of the event log and its head."""
    text = _record(seq, prev, time, kind, draw_id, digest(body, suite))
    return text, digest(text, suite)


def _record(seq: int, prev: str, time: str, kind: str, draw_id: str, body: str) -> str:
    return (
        f"DRS1-event\t{seq}\nprev\t{prev}\ntime\t{time}\ntype\t{kind}\n"
        f"draw\t{draw_id}\nbody\t{body}\n"
    )


def salt(master: bytes, id_: str, suite: str = SHA256) -> bytes:
    """The salt that an enterprise gets to find its alias."""
    return HASHES[suite](b"DRS1-salt\x00" + master + id_.encode())


def alias(salt_: bytes, id_: str, suite: str = SHA256) -> str:
    """The public id of a candidate in a certificate of limited disclosure."""
    return HASHES[suite](b"DRS1-alias\x00" + salt_ + id_.encode()).hex()


# --- certificate (3.1, 3.4) ----------------------------------------------------------------------

GRADES = ("A", "B", "C")
STRONG_BEACONS = ("drand-quicknet", "ssq+dlt")
REHEARSAL = "REHEARSAL-"
LISTS = ("candidates", "inspectors", "recusals")


def drand_time(round_: int) -> str:
    """The time of a drand quicknet round (3.2)."""
    seconds = DRAND_GENESIS + DRAND_PERIOD * (round_ - 1)
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def assurance(
    plan: Plan,
    contributions: Mapping[str, str],
    publication: Iterable[Mapping[str, Any]],
    beacon_at: Optional[str] = None,
) -> str:
    """The grade A, B or C of a draw (3.4), all times taken as claimed.

    contributions: the value of every contributor, '-' for a missing one (Outcome.contributions).
    beacon_at: the time of the beacon, None exactly when the plan has none.
    """
    return _assurance(plan, contributions, publication, beacon_at)[0]


def _assurance(
    plan: Plan,
    contributions: Mapping[str, str],
    publication: Iterable[Mapping[str, Any]],
    beacon_at: Optional[str],
) -> Tuple[str, str]:
    """The grade, and why it is no better."""
    first: Dict[str, datetime] = {}
    for entry in publication:
        at = _time(entry["at"], "the time of a publication")
        first[entry["what"]] = min(at, first.get(entry["what"], at))
    for what in ("freeze", "closed"):
        if what not in first:
            return "C", f"the {what} digest was not published"
    outside = sum(
        plan.contributors[code] == "sealed" and contributions.get(code, "-") != "-"
        for code in plan.outside
    )
    why = "the plan has no beacon"
    if plan.beacon[0] != "none":
        at = _time(beacon_at, "the time of the beacon")
        if first["closed"] >= at:
            return "C", "the closed digest was not published before the beacon"
        why = _below_a(plan.beacon[0], outside, first["freeze"] < at)
    if not why:
        return "A", ""
    return ("B", why) if outside >= 2 else ("C", f"{why}, and fewer than two outsiders sealed")


def _below_a(kind: str, outside: int, early: bool) -> str:
    if not early:
        return "the freeze digest was not published before the beacon"
    if kind in STRONG_BEACONS or outside:
        return ""
    return "the beacon has few outcomes and no outsider sealed"


def _claims(outcome: Outcome) -> Dict[str, Any]:
    return {
        "freeze": outcome.freeze,
        "seed": outcome.seed,
        "result_text": outcome.result_text,
        "result": outcome.result,
        "events": list(outcome.events),
        "final_teams": list(outcome.final_teams),
        "events_digest": outcome.events_digest,
    }


def _published(digests: Mapping[str, str], publication: Iterable[Mapping[str, Any]]) -> None:
    """Refuse published digests that are not of this draw."""
    for entry in publication:
        if digests.get(entry["what"], entry["digest"]) != entry["digest"]:
            raise Refused(f"the published digest of {entry['what']} is not that of this draw")


def _log_head(log: Mapping[str, Any], draw_id: str, freeze: str, suite: str) -> str:
    """The head of the freeze record; its body is the freeze file, whose digest is `freeze`."""
    record = _record(log["seq"], log["prev"], log["time"], "freeze", draw_id, freeze)
    return digest(record, suite)


def _without_null(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_null(v) for key, v in value.items() if v is not None}
    return [_without_null(v) for v in value] if isinstance(value, (list, tuple)) else value


def certificate(
    data: Mapping[str, Any],
    outcome: Outcome,
    *,
    title: str,
    authority: str,
    publication: Sequence[Mapping[str, Any]],
    beacon: Optional[Mapping[str, Any]] = None,
    log: Optional[Mapping[str, Any]] = None,
    void: Optional[Mapping[str, Any]] = None,
    disclosure: Optional[str] = None,
    supersedes: Optional[str] = None,
    superseded_by: Optional[str] = None,
) -> Dict[str, Any]:
    """The certificate of a draw (3.1); raises Refused where it would not hold.

    data: the `input` that `outcome` was drawn from.
    title, authority: shown only where the plan has no such line; else the plan's is taken.
    publication: entries {what, digest, at, where}; decides the grade, as do `outside` lines.
    beacon: the object of 3.2, required unless the plan's kind is none.
    log: {seq, prev, time} of the freeze record; its head is computed, or compared if given.
    """
    at = beacon["at"] if beacon else None
    if log is not None:
        head = _log_head(log, outcome.draw_id, outcome.freeze, outcome.suite)
        log = {"head": head, **log}
    texts = outcome.plan.texts
    members = {
        "format": "DRS1-certificate",
        "version": 1,
        "suite": outcome.suite,
        "draw_id": outcome.draw_id,
        "rehearsal": outcome.draw_id.startswith(REHEARSAL),
        "title": texts.get("title", title),
        "authority": texts.get("authority", authority),
        "assurance": assurance(outcome.plan, outcome.contributions, publication, at),
        "disclosure": disclosure,
        "supersedes": supersedes,
        "superseded_by": superseded_by,
        "void": void,
        "publication": list(publication),
        "log": log,
        "input": {key: data[key] for key in INPUT_KEYS},
        "beacon": beacon,
        "claims": _claims(outcome),
    }
    made = _without_null(members)
    checked = _members(made, "the certificate", REQUIRED, OPTIONAL)
    case = _Case(checked, checked["input"], outcome.plan, [])
    _check_parts(case)
    _check_log(case)
    _check_publication(case, _check_contributions(case))
    return made


# --- reading JSON (3.1) ------------------------------------------------------------------------


class Unreadable(Refused):
    """There is no file, or it is not one JSON object by the rules of 3.1."""


SURROGATE = re.compile("[\ud800-\udfff]")
MAX_INTEGER = 2**53


def _pairs(pairs: Sequence[Tuple[str, Any]]) -> Dict[str, Any]:
    found: Dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Unreadable(f"the key {key!r} stands twice in one object")
        found[key] = value
    return found


def _whole(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) >= MAX_INTEGER:
        raise Unreadable("a number is not below 2 to the power of 53")
    return int(digits)


def _fraction(number: str) -> None:
    raise Unreadable(f"the number {number[:40]} is not written as an integer")


def _utf8_only(value: Any) -> None:
    """Refuse lone surrogates in any text; without recursion, for any depth."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(item)
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, str) and SURROGATE.search(item):
            raise Unreadable("a text holds a lone surrogate and has no UTF-8 form")


def load_json(raw: Union[bytes, str]) -> Dict[str, Any]:
    """One JSON object by the rules of 3.1; raises Unreadable.

    Refuses what an ordinary reader hides: duplicate keys, a byte order mark, lone surrogates,
    numbers not written as an integer below 2 to the power of 53.
    """
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("the file is not UTF-8") from None
    if text.startswith("\ufeff"):
        raise Unreadable("the file starts with a byte order mark")
    value = _parsed(
        text,
        object_pairs_hook=_pairs,
        parse_int=_whole,
        parse_float=_fraction,
        parse_constant=_fraction,
    )
    _utf8_only(value)
    return value


def _parsed(text: Union[bytes, str], **hooks: Any) -> Dict[str, Any]:
    try:
        value = json.loads(text, **hooks)
    except Unreadable:
        raise
    except RecursionError:
        raise Unreadable("the JSON is nested too deeply") from None
    except ValueError as error:
        raise Unreadable(f"the file is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise Unreadable("the file is not one JSON object")
    return value


# --- the form of a certificate (3.1, 3.2) ---------------------------------------------------------

Check = Callable[[Any, str], Any]


def _long(value: Any, what: str) -> str:
    return _token(value, what, 2000)


def _flag(value: Any, what: str) -> bool:
    return _typed(value, bool, what)


def _count(value: Any, what: str) -> int:
    if type(value) is not int or not 1 <= value < MAX_INTEGER:
        raise Refused(f"{what} is not an integer of at least 1")
    return value


def _when(value: Any, what: str) -> str:
    _time(value, what)
    return value


def _texts(value: Any, what: str) -> List[str]:
    return [_typed(line, str, f"a line of {what}") for line in _typed(value, list, what)]


def _one_of(*allowed: str) -> Check:
    return lambda value, what: _word(value, allowed, what)


def _members(
    value: Any, what: str, required: Mapping[str, Check], optional: Mapping[str, Check]
) -> Dict[str, Any]:
    """The members of an object, each checked; null counts as absent."""
    found = {k: v for k, v in _typed(value, dict, what).items() if v is not None}
    checks = {**required, **optional}
    for key in found:
        if key not in checks:
            raise Refused(f"{what} has the unknown key {key!r}")
    for key in required:
        if key not in found:
            raise Refused(f"{what} has no {key}")
    return {key: checks[key](found[key], f"{key} of {what}") for key in found}


def _void(value: Any, what: str) -> Dict[str, Any]:
    return _members(value, what, {"reason": _token, "at": _when, "by": _two_names}, {})


def _two_names(value: Any, what: str) -> List[str]:
    names = [_name(name, what) for name in _typed(value, list, what)]
    if len(set(names)) < 2:
        raise Refused(f"{what} has not two different names")
    return names


PUBLISHED: Dict[str, Check] = {
    "what": _one_of("freeze", "closed", "result"),
    "digest": _hex,
    "at": _when,
    "where": _long,
}


def _publication(value: Any, what: str) -> List[Dict[str, str]]:
    return [_members(e, f"an entry of {what}", PUBLISHED, {}) for e in _typed(value, list, what)]


LOG: Dict[str, Check] = {"seq": _count, "prev": _hex, "time": _when, "head": _hex}


def _log(value: Any, what: str) -> Dict[str, Any]:
    return _members(value, what, LOG, {})


DRAND: Dict[str, Check] = {
    "kind": _one_of("drand"),
    "network": _one_of("quicknet"),
    "chain_hash": _one_of(DRAND_CHAIN),
    "round": _count,
    "randomness": _hex,
    "signature": lambda value, what: _hex(value, what, HEX96),
    "at": _when,
}


def _sources(value: Any, what: str) -> List[str]:
    if not _typed(value, list, what):
        raise Refused(f"{what} is empty")
    return [_long(source, what) for source in value]


OTHER_BEACON: Dict[str, Check] = {
    "kind": _one_of("ssq", "dlt", "ssq+dlt", "dice"),
    "issue": _token,
    "value": _token,
    "at": _when,
    "sources": _sources,
}


def _beacon(value: Any, what: str) -> Dict[str, Any]:
    drand = _typed(value, dict, what).get("kind") == "drand"
    return _members(value, what, DRAND if drand else OTHER_BEACON, {})


CLAIMS: Dict[str, Check] = {
    "freeze": _hex,
    "seed": _hex,
    "result": _hex,
    "result_text": lambda value, what: _typed(value, str, what),
    "events": _texts,
    "final_teams": _texts,
    "events_digest": _hex,
}
REFERENCE: Dict[str, Check] = {"href": _long, "digest": _hex, "bytes": _count}


def _input(value: Any, what: str) -> Dict[str, Any]:
    data = _check_input(value)
    _typed(data["plan"], str, f"plan of {what}")
    for key in LISTS:
        if isinstance(data[key], dict):
            data[key] = _members(data[key], f"{key} of {what}", REFERENCE, {})
        else:
            _typed(data[key], str, f"{key} of {what}")
    return data


def _version(value: Any, what: str) -> int:
    if _count(value, what) != 1:
        raise Refused(f"{what} is not 1")
    return value


REQUIRED: Dict[str, Check] = {
    "format": _one_of("DRS1-certificate"),
    "version": _version,
    "suite": _one_of(SHA256, SM3),
    "draw_id": _token,
    "rehearsal": _flag,
    "title": _token,
    "authority": _token,
    "assurance": _one_of(*GRADES),
    "publication": _publication,
    "input": _input,
    "claims": lambda value, what: _members(value, what, CLAIMS, {}),
}
OPTIONAL: Dict[str, Check] = {
    "disclosure": _one_of("full", "alias"),
    "supersedes": _token,
    "superseded_by": _token,
    "void": _void,
    "beacon": _beacon,
    "log": _log,
}


# --- the checks of a certificate (3.3) -------------------------------------------------------------


@dataclass
class Report:
    """What `verify` found: lines to print, and passed, incomplete or refused.

    `why` is the sentence of a refusal; `outcome` is the recomputed draw of a certificate that
    passed.
    """

    lines: List[str]
    verdict: str
    why: str = ""
    outcome: Optional[Outcome] = None


@dataclass
class _Case:
    """A certificate while it is checked; `absent` names the lists that nobody supplied."""

    members: Dict[str, Any]
    data: Dict[str, Any]
    plan: Plan
    absent: List[str]
    closed: str = ""
    grade: str = ""


def verify(document: Any, files: Optional[Mapping[str, bytes]] = None) -> Report:
    """Check a certificate, an object as `load_json` gives it (3.3); never raises Refused.

    files: the lists that the certificate holds by reference: candidates, inspectors, recusals.
    """
    try:
        return _verify(document, files or {})
    except Refused as error:
        why = _shown(str(error))
        return Report([f"REFUSED: {why}"], "refused", why)


def _verify(document: Any, files: Mapping[str, bytes]) -> Report:
    case = _case(document, files)
    _check_parts(case)
    values = _check_contributions(case)
    outcome = None if case.absent else _check_claims(case)
    _check_log(case)
    _check_publication(case, values)
    if outcome is None:
        lines = [*_report_claims(case), f"INCOMPLETE: not supplied: {', '.join(case.absent)}"]
        return Report(lines, "incomplete", "a list given by reference was not supplied")
    head, *lines = _report_claims(case)
    lines = [head, *_report_recomputed(outcome), *lines]
    lines += [f"WARNING: {_shown(warning)}" for warning in outcome.warnings + _odd_texts(case)]
    lines.append("PASSED: every check holds, apart from what is said to be claimed or not checked")
    return Report(lines, "passed", "", outcome)


def _case(document: Any, files: Mapping[str, bytes]) -> _Case:
    members = _members(document, "the certificate", REQUIRED, OPTIONAL)
    data, absent = dict(members["input"]), []
    plan = parse_plan(data["plan"], data["draw_id"])
    for key in LISTS:
        if key in files:
            data[key] = _supplied(key, data[key], files[key], plan.suite)
        elif isinstance(data[key], dict):
            absent.append(key)
    case = _Case(members, data, plan, absent)
    if not absent:
        frozen = freeze_text(data["draw_id"], data["anchor"], data["prev"], data, plan.suite)
        if digest(frozen, plan.suite) != members["claims"]["freeze"]:
            why = _frozen_fault(case)
            raise Refused(f"the claim freeze is not the digest of these lists and this plan: {why}")
    return case


def _frozen_fault(case: _Case) -> str:
    """Where the claimed result shows that a list or the plan is not the frozen one."""
    candidates = parse_candidates(case.data["candidates"], case.data["draw_id"], case.plan)
    shares, ids = allocate(case.plan, candidates).shares, {c.id for c in candidates}
    for line in case.members["claims"]["result_text"].split("\n"):
        kind, *fields = line.split("\t")
        if kind == "selected" and len(fields) > 1 and fields[1] not in ids:
            return f"{fields[1]} is claimed to be selected and is not on the list"
        share = shares.get(fields[0]) if kind == "allocation" and len(fields) == 6 else None
        if share is None:
            continue
        counts = [str(n) for n in (share.pool, share.forced, share.excluded)]
        if counts != fields[1:4]:
            return f"stratum {fields[0]} has other counts on the list than in the claimed result"
        if str(share.quota) != fields[4]:
            return f"the plan gives stratum {fields[0]} {share.quota}, the claimed result does not"
    return "a line of a list or of the plan, the anchor or prev was changed"


def _supplied(key: str, given: Any, raw: bytes, suite: str) -> str:
    """The text of a file from the user, where it is the list of the certificate."""
    if isinstance(given, str):
        if given.encode("utf-8", "surrogatepass") != raw:
            raise Refused(f"the file for {key} is not the list in the certificate")
        return given
    if len(raw) != given["bytes"]:
        raise Refused(f"the file for {key} has not the length that the certificate gives")
    if HASHES[suite](raw).hex() != given["digest"]:
        raise Refused(f"the file for {key} has not the digest that the certificate gives")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(f"the file for {key} is not UTF-8") from None


def _check_parts(case: _Case) -> None:
    _check_head(case)
    _check_beacon(case)
    _check_events(case)


def _check_head(case: _Case) -> None:
    members, draw_id = case.members, case.data["draw_id"]
    if members["suite"] != case.plan.suite:
        raise Refused("the suite is not that of the plan")
    if members["draw_id"] != draw_id:
        raise Refused("the draw id is not that of the input")
    for key in ("title", "authority"):
        if members[key] != case.plan.texts.get(key, members[key]):
            raise Refused(f"the {key} is not that of the plan")
    if members["rehearsal"] != draw_id.startswith(REHEARSAL):
        raise Refused(f"exactly the draw ids that start with {REHEARSAL} are rehearsals")
    if draw_id in (members.get("supersedes"), members.get("superseded_by")):
        raise Refused("a draw supersedes itself")


def _check_beacon(case: _Case) -> None:
    beacon, (kind, ref), value = (
        case.members.get("beacon"),
        case.plan.beacon,
        case.data["beacon_value"],
    )
    BEACONS[kind].check_value(ref, value)
    if beacon is None and kind != "none":
        raise Refused("the plan has a beacon, the certificate has none")
    if beacon is not None and kind == "none":
        raise Refused("the certificate has a beacon, the plan has none")
    if kind == "drand-quicknet":
        _check_drand(beacon, ref, value)
    elif kind != "none":
        _check_lottery(beacon, {"kind": kind, "issue": ref, "value": value})


def _check_lottery(beacon: Mapping[str, Any], wanted: Mapping[str, str]) -> None:
    for key, value in wanted.items():
        if beacon[key] != value:
            raise Refused(f"the {key} of the beacon is not that of the plan and the input")


def _check_drand(beacon: Mapping[str, Any], ref: str, value: str) -> None:
    if beacon["kind"] != "drand" or str(beacon["round"]) != ref:
        raise Refused("the round of the beacon is not that of the plan")
    if beacon["randomness"] != value:
        raise Refused("the randomness of the beacon is not the beacon value of the input")
    if _sha256(bytes.fromhex(beacon["signature"])).hex() != value:
        raise Refused("the randomness is not the SHA-256 of the signature")
    at = _time(beacon["at"], "the time of the beacon")
    if int(at.timestamp()) != DRAND_GENESIS + DRAND_PERIOD * (beacon["round"] - 1):
        raise Refused("the time of the beacon is not that of its round")


def _check_events(case: _Case) -> None:
    _check_chain(case.data, case.plan.suite)
    events = [_event(event, case.plan) for event in case.data["events"]]
    opened = 1 + sum(event["type"] == "substitute" for event in events)
    given = len(case.data["chain"])
    if given != opened:
        many = "more" if given > opened else "fewer"
        raise Refused(f"the chain holds {many} values than one and one for each substitution")
    for event in events:
        if event["type"] == "replace":
            _check_replacement(event)


def _check_replacement(event: Mapping[str, str]) -> None:
    for key in REPLACE_KEYS:
        if key not in event:
            raise Refused(f"a replacement has no {key}")
    if event["proposed_by"] == event["confirmed_by"]:
        raise Refused("a replacement is confirmed by the agency that proposed it")


def _check_claims(case: _Case) -> Outcome:
    outcome = draw(case.data, voided="void" in case.members)
    for key, value in _claims(outcome).items():
        claimed = case.members["claims"][key]
        if claimed != value:
            place = (
                "" if HEX64.match(str(value)) else f", from line {_differing(claimed, value)} on"
            )
            raise Refused(f"the claim {key} is not what the recomputation gives{place}")
    return outcome


def _differing(one: Any, other: Any) -> int:
    """The first line in which two texts or two arrays of lines differ, counted from 1."""
    rows = [v.split("\n") if isinstance(v, str) else v for v in (one, other)]
    pairs = zip(*rows)  # noqa: B905 - Python 3.9
    return next((k for k, (a, b) in enumerate(pairs, 1) if a != b), min(map(len, rows)) + 1)


def _check_log(case: _Case) -> None:
    log = case.members.get("log")
    if log is None:
        return
    if log["prev"] != case.data["prev"]:
        raise Refused("prev of the log is not the one that was frozen")
    if (log["seq"] == 1) != (log["prev"] == ZERO):
        raise Refused("exactly the first record of the log has 64 zeros before it")
    freeze = case.members["claims"]["freeze"]
    if log["head"] != _log_head(log, case.data["draw_id"], freeze, case.plan.suite):
        raise Refused("head of the log is not the digest of the freeze record")


def _check_contributions(case: _Case) -> Dict[str, str]:
    """The contributions, and the published digests of what precedes the draw, from D as claimed."""
    data, plan, freeze = case.data, case.plan, case.members["claims"]["freeze"]
    values = _contributions(plan, freeze, data["commits"], data["reveals"])
    case.closed = digest(closed_text(data["draw_id"], freeze, values), plan.suite)
    _published({"freeze": freeze, "closed": case.closed}, case.members["publication"])
    return values


def _check_publication(case: _Case, values: Mapping[str, str]) -> None:
    """The published result and the grade."""
    _published({"result": case.members["claims"]["result"]}, case.members["publication"])
    publication = case.members["publication"]
    case.grade, why = _assurance(case.plan, values, publication, _beacon_at(case))
    claimed = case.members["assurance"]
    if claimed < case.grade:
        raise Refused(f"the grade {claimed} is claimed, {case.grade} holds: {why}")


def _beacon_at(case: _Case) -> Optional[str]:
    return case.members["beacon"]["at"] if "beacon" in case.members else None


# --- the report (3.3) ------------------------------------------------------------------------------


def _shown(text: str) -> str:
    """A text for one line of a terminal: characters that are not seen are spelled out."""
    return "".join(f"<U+{ord(c):04X}>" if FORBIDDEN.match(c) or _is_odd(c) else c for c in text)


def _report_recomputed(outcome: Outcome) -> List[str]:
    keys = ("freeze", "closed", "seed", "result", "events_digest")
    return [f"RECOMPUTED: {key} {getattr(outcome, key)}" for key in keys]


def _report_claims(case: _Case) -> List[str]:
    """Every line that the recomputation does not decide."""
    members = case.members
    lines = [f"DRAW: {members['draw_id']}, {members['title']}, {members['authority']}"]
    if members["rehearsal"]:
        lines.append("REHEARSAL: this is no formal draw")
    lines += _report_times(case) + [_report_beacon(case), _report_log(case), _report_grade(case)]
    if members.get("disclosure") == "alias":
        lines.append("DISCLOSURE: ids are aliases; auditors hold the table")
    if "void" in members:
        void = members["void"]
        lines.append(f"VOID: {void['reason']}, {void['at']}, by {', '.join(void['by'])}")
    for key in ("supersedes", "superseded_by"):
        if key in members:
            lines.append(f"{key.replace('_', ' ').upper()}: {members[key]}")
    return [_shown(line) for line in lines]


def _report_times(case: _Case) -> List[str]:
    at = _beacon_at(case)
    beside = f"beacon {at}" if at else "no beacon"
    lines = [
        f"{entry['what']} {entry['at']}, {beside}, published: {entry['where']}"
        for entry in case.members["publication"]
    ]
    return [f"TIMES CLAIMED, NOT PROVEN: {line}" for line in lines or ["nothing was published"]]


def _report_beacon(case: _Case) -> str:
    kind, ref = case.plan.beacon
    if kind == "none":
        return "BEACON AUTHENTICITY: there is no beacon"
    look = f"look up {kind} {ref}"
    if kind == "drand-quicknet":
        return (
            "BEACON AUTHENTICITY: not authenticated; the hash of the signature holds, the "
            f"signature itself was not verified; {look}"
        )
    sources = "; ".join(case.members["beacon"]["sources"])
    return f"BEACON AUTHENTICITY: not authenticated; {look} at: {sources}"


def _report_log(case: _Case) -> str:
    log = case.members.get("log")
    if log is None:
        return f"LOG: no record given; prev {case.data['prev']} not checked against the public log"
    return (
        f"LOG: the head of record {log['seq']} holds; prev {log['prev']} not checked against the "
        "public log"
    )


def _report_grade(case: _Case) -> str:
    claimed = case.members["assurance"]
    line = f"GRADE: {claimed} (times claimed)"
    if claimed == "C":
        line += ", 可被操作员操纵: the operator could have steered this draw"
    return line if claimed == case.grade else f"{line}; {case.grade} would hold"


def _odd_texts(case: _Case) -> List[str]:
    """Warnings of odd characters in texts that the draw itself does not look at."""
    members, found = case.members, []
    texts = [members["title"], members["authority"], case.data["recusals"]]
    texts += case.data["reveals"].values()
    texts += [entry["where"] for entry in members["publication"]]
    odd = sorted({c for text in texts for c in set(text) if _is_odd(c)})
    if odd:
        names = ", ".join(f"U+{ord(c):04X}" for c in odd)
        found.append(f"a text of the certificate holds odd characters: {names}")
    return found


# --- command line --------------------------------------------------------------------------------

USAGE = """usage: drs1.py vectors FILE
       drs1.py recompute FILE|-
       drs1.py verify FILE [candidates=PATH] [inspectors=PATH] [recusals=PATH]"""


def _read(path: str) -> bytes:
    try:
        with open(0 if path == "-" else path, "rb", closefd=path != "-") as stream:
            return stream.read()
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}") from None


def _command_recompute(path: str) -> int:
    try:
        outcome = draw(load_json(_read(path)))
    except Refused as error:
        print(f"refused: {_shown(str(error))}", file=sys.stderr)
        return 2
    found = {key: getattr(outcome, key) for key in ("events", "freeze", "result", "seed")}
    print(json.dumps(found, ensure_ascii=False, sort_keys=True))
    return 0


def _command_verify(path: str, lists: Mapping[str, str]) -> int:
    try:
        document = load_json(_read(path))
        files = {key: _read(lists[key]) for key in lists}
    except Unreadable as error:
        print(f"unreadable: {_shown(str(error))}", file=sys.stderr)
        return 2
    report = verify(document, files)
    print("\n".join(report.lines))
    return 0 if report.verdict == "passed" else 1


def _command_vectors(path: str) -> int:
    try:
        vectors = _parsed(_read(path)).get("vectors")
        if not isinstance(vectors, list):
            raise Unreadable("the file holds no vectors")
    except Unreadable as error:
        print(f"unreadable: {_shown(str(error))}", file=sys.stderr)
        return 2
    failed = 0
    for vector in vectors:
        why = _vector_failure(vector)
        if why:
            failed += 1
            print(_shown(why))
    print(f"{len(vectors) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _vector_failure(vector: Any) -> str:
    """Why a test vector fails; empty if it does not."""
    if not isinstance(vector, dict):
        return "a vector is not an object"
    name, expect, refused = vector.get("name"), vector.get("expect"), vector.get("error") is True
    if isinstance(expect, dict) is refused:
        return f"{name}: has not either a result or an error"
    try:
        found = _facts(draw(_vector_input(vector.get("input"))))
        found.update(_alias_facts(vector.get("alias")))
    except Refused as error:
        return "" if refused else f"{name}: refused: {error}"
    if refused:
        return f"{name}: is not refused"
    wanted = {**expect, **({"alias": vector["alias"]} if "alias" in vector else {})}
    wrong = [key for key in wanted if key not in found or found[key] != wanted[key]]
    return f"{name}: differs in {', '.join(wrong)}" if wrong else ""


def _vector_input(data: Any) -> Any:
    """The input of a vector, with the one list that is given by a rule written out."""
    if isinstance(data, dict) and data.get("candidates") == {"generator": "large-20000"}:
        rows = (f"G{i:07d}\t{'AAAAAABBCD'[i % 10]}\tP\t-\t-\t-\n" for i in range(20_000))
        return {**data, "candidates": f"DRS1-candidates\t{data.get('draw_id')}\n" + "".join(rows)}
    return data


def _facts(outcome: Outcome) -> Dict[str, Any]:
    """Everything that a test vector may expect of a draw."""
    keys = ("freeze", "closed", "seed", "result")
    facts = {key: getattr(outcome, key) for key in keys}
    facts.update({f"{key}_text": getattr(outcome, f"{key}_text") for key in keys})
    facts.update(_claims(outcome), waiting=outcome.waiting(10), hall=outcome.hall)
    return facts


def _alias_facts(given: Any) -> Dict[str, Any]:
    if given is None:
        return {}
    try:
        master = bytes.fromhex(given["master"])
        salts = [salt(master, id_) for id_ in given["ids"]]
        aliases = [alias(s, id_) for s, id_ in zip(salts, given["ids"])]  # noqa: B905 - Python 3.9
    except (KeyError, TypeError, ValueError):
        raise Refused("the aliases of the vector are not complete") from None
    found = {"master": given["master"], "ids": given["ids"]}
    return {"alias": {**found, "salts": [s.hex() for s in salts], "aliases": aliases}}


def _list_arguments(arguments: Sequence[str]) -> Optional[Dict[str, str]]:
    found: Dict[str, str] = {}
    for argument in arguments:
        key, equals, path = argument.partition("=")
        if key not in LISTS or not equals or key in found:
            return None
        found[key] = path
    return found


def main(argv: Sequence[str]) -> int:
    """The command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    command, rest = (argv[0], argv[1:]) if argv else ("", ())
    if command == "vectors" and len(rest) == 1:
        return _command_vectors(rest[0])
    if command == "recompute" and len(rest) == 1:
        return _command_recompute(rest[0])
    if command == "verify" and rest:
        lists = _list_arguments(rest[1:])
        if lists is not None:
            return _command_verify(rest[0], lists)
    print(USAGE, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
