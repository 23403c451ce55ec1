"""Draws are fair (protocol section 4): fixed labels make every figure here a constant.

The same tests reject three ways to draw that look fair and are not.
"""

import hashlib
import itertools
import math
from collections import Counter

import pytest

from draws import drs1

N, SIZE, SEEDS = 40, 6, 4000
IDS = [f"T{k:02d}" for k in range(N)]
P = SIZE / N
P_PAIR = SIZE * (SIZE - 1) / (N * (N - 1))
LEAST_P, MOST_Z = 1e-4, 5.0


def plan_of(*lines):
    fixed = ["beacon\tnone\t-", "suite\tDRS1-SHA256"]
    text = "".join(f"{line}\n" for line in sorted([*lines, *fixed]))
    return drs1.parse_plan(f"DRS1-plan\tS\n{text}", "S")


def people(ids):
    return [drs1.Candidate(id_, "S", "P", "-", "-", ()) for id_ in ids]


def seed_of(label, k):
    return hashlib.sha256(f"{label} {k}".encode()).digest()


def drawn(label, k, ids=tuple(IDS), size=SIZE):
    """The ids that DRS1 selects from one stratum with one seed."""
    plan = plan_of(f"stratum\tS\tfixed\t{size}\t0\t-\t1")
    candidates = people(ids)
    chosen = drs1.select(plan, candidates, seed_of(label, k), drs1.allocate(plan, candidates))
    return [s.id for s in chosen.chosen]


# --- the tests ------------------------------------------------------------------------------------


def upper_tail(x, freedom):
    """P(χ² > x) by the series of the incomplete gamma function; exact to 1e-12."""
    a, y = freedom / 2, x / 2
    term = total = 1 / a
    k = 0
    while term > total * 1e-17:
        k += 1
        term *= y / (a + k)
        total += term
    return 1 - total * math.exp(a * math.log(y) - y - math.lgamma(a))


def inclusion(samples):
    """The p value of equal chances, Q = Σ(c − Mp)² / (Mp(1 − p)) · (N − 1)/N ~ χ²(N − 1)."""
    counts = Counter(id_ for sample in samples for id_ in sample)
    m = len(samples)
    q = sum((counts[id_] - m * P) ** 2 for id_ in IDS) / (m * P * (1 - P)) * (N - 1) / N
    return upper_tail(q, N - 1)


def pairs(samples):
    """The largest |z| over all pairs, and the mean of z²."""
    counts = Counter(
        pair for sample in samples for pair in itertools.combinations(sorted(sample), 2)
    )
    m, spread = len(samples), math.sqrt(len(samples) * P_PAIR * (1 - P_PAIR))
    z = [(counts[pair] - m * P_PAIR) / spread for pair in itertools.combinations(IDS, 2)]
    return max(map(abs, z)), sum(v * v for v in z) / len(z)


@pytest.mark.parametrize(
    ("x", "freedom", "p"),
    [(54.57, 39, 0.05), (62.43, 39, 0.01), (31.41, 20, 0.05), (3.841, 1, 0.05)],
)
def test_the_tail_is_that_of_the_tables(x, freedom, p):
    assert upper_tail(x, freedom) == pytest.approx(p, rel=2e-3)


@pytest.fixture(scope="module")
def samples():
    return [drawn("inclusion", k) for k in range(SEEDS)]


def test_everybody_has_the_same_chance(samples):
    assert inclusion(samples) > LEAST_P


def test_every_pair_has_the_same_chance(samples):
    largest, mean = pairs(samples)
    assert largest < MOST_Z
    assert 0.8 < mean < 1.2


# --- what must be rejected -----------------------------------------------------------------------------


def by_byte(k):
    """One byte modulo 40 for each place, those chosen before skipped: 256 is no multiple of 40."""
    stream = b"".join(seed_of(f"byte {j}", k) for j in range(4))
    return list(dict.fromkeys(IDS[byte % N] for byte in stream))[:SIZE]


def by_low_bits(k):
    """A linear congruential generator modulo 40, seeded well: its last three bits go in a circle."""
    state, chosen = int.from_bytes(seed_of("low bits", k)[:4], "big"), {}
    while len(chosen) < SIZE:
        state = (1103515245 * state + 12345) % 2**31
        chosen[IDS[state % N]] = True
    return list(chosen)


def once_again(k):
    """An honest draw, drawn once more where it hits the friend."""
    first = drawn("again", k)
    return drawn("again, friend", k) if IDS[0] in first else first


def test_a_byte_modulo_is_rejected():
    assert inclusion([by_byte(k) for k in range(SEEDS)]) < LEAST_P


def test_drawing_again_for_a_friend_is_rejected():
    assert inclusion([once_again(k) for k in range(SEEDS)]) < LEAST_P


def test_low_bits_pass_singly_and_are_rejected_in_pairs():
    found = [by_low_bits(k) for k in range(SEEDS)]
    assert inclusion(found) > LEAST_P
    assert pairs(found)[0] > MOST_Z


# --- assignment is the same for equals --------------------------------------------------------------------

STAFF, TARGETS, TEAM, DRAWS = 6, 5, 2, 6000


@pytest.fixture(scope="module")
def teams():
    """Six equal inspectors on five targets, two each; the teams of every draw in order."""
    plan = plan_of(f"agency\tG\t{TEAM}", "stratum\tS\tup\t1000000\t0\t-\t1")
    targets = people(f"t{k}" for k in range(TARGETS))
    staff = [drs1.Inspector(f"i{k}", "G", ("*",), ("*",), 9, 0) for k in range(STAFF)]
    found = []
    for k in range(DRAWS):
        matching = drs1.Teams(plan, "G", seed_of("teams", k), targets, staff, {})
        matching.fill()
        found.append({t.id: matching.ordered(t.id) for t in targets})
    return found


def even(counts, cells):
    """The largest |z| of counts that should be equal, as if the cells were independent."""
    values = [counts[cell] for cell in cells]
    mean = sum(values) / len(values)
    share = mean / DRAWS
    return max(abs(v - mean) for v in values) / math.sqrt(DRAWS * share * (1 - share))


def test_loads_differ_by_one_at_most_in_each_draw(teams):
    for team in teams:
        loads = Counter(i for members in team.values() for i in members)
        assert sum(loads.values()) == TARGETS * TEAM
        assert max(loads.values()) - min(loads[f"i{k}"] for k in range(STAFF)) <= 1


def test_equals_share_loads_leads_pairs_and_targets_alike(teams):
    staff = [f"i{k}" for k in range(STAFF)]
    heavy, leads, couples, cells = Counter(), Counter(), Counter(), Counter()
    for team in teams:
        loads = Counter(i for members in team.values() for i in members)
        heavy.update(i for i in staff if loads[i] == 2)
        for target, members in team.items():
            leads[target, members[0]] += 1
            couples[target, *sorted(members)] += 1
            cells.update((target, i) for i in members)
    grid = list(itertools.product((f"t{k}" for k in range(TARGETS)), staff))
    together = [
        (t, *two) for t in sorted({t for t, _ in grid}) for two in itertools.combinations(staff, 2)
    ]
    assert even(heavy, staff) < MOST_Z
    assert even(leads, grid) < MOST_Z
    assert even(cells, grid) < MOST_Z
    assert even(couples, together) < MOST_Z


# --- what holds exactly -------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", range(40))
def test_what_a_change_of_the_list_changes(k):
    before = drawn("exact", k)
    assert drawn("exact", k, size=SIZE + 5)[:SIZE] == before
    queue = drawn("exact", k, size=N)
    assert queue[:SIZE] == before
    for gone in IDS:
        after = drawn("exact", k, ids=tuple(id_ for id_ in IDS if id_ != gone))
        assert after == [id_ for id_ in queue if id_ != gone][:SIZE]
    assert drawn("exact", k, ids=tuple(reversed(IDS))) == before


PPMS = [0, 1, 9_999, 10_000, 33_333, 50_000, 100_000, 123_457, 333_333, 500_000, 999_999, 10**6]


def quotas(mode, ppm, sizes):
    plan = plan_of(*(f"stratum\t{s}\t{mode}\t{ppm}\t0\t-\t1" for s in sizes))
    candidates = [
        drs1.Candidate(f"{s}{i}", s, "P", "-", "-", ()) for s, n in sizes.items() for i in range(n)
    ]
    return {s: share.quota for s, share in drs1.allocate(plan, candidates).shares.items()}


@pytest.mark.parametrize("ppm", PPMS)
def test_rounding_up_reaches_the_legal_floor_and_largest_remainders_meet_it(ppm):
    for total in (1, 2, 3, 7, 19, 40, 99, 312):
        a, b = total // 2, total // 5
        sizes = {"A": a, "B": b, "C": total - a - b}
        floor = -(-total * ppm // 10**6)
        assert sum(quotas("up", ppm, sizes).values()) >= floor
        assert sum(quotas("lr", ppm, sizes).values()) == floor
        for s, n in quotas("lr", ppm, sizes).items():
            assert sizes[s] * ppm // 10**6 <= n <= -(-sizes[s] * ppm // 10**6)


@pytest.mark.parametrize("k", range(40))
def test_a_higher_ratio_keeps_everybody_who_was_drawn(k):
    ids = [f"{id_}{s}" for id_ in IDS for s in "AB"]
    previous = set()
    for ppm in PPMS:
        plan = plan_of(*(f"stratum\t{s}\tup\t{ppm}\t0\t-\t1" for s in "AB"))
        candidates = [drs1.Candidate(id_, id_[-1], "P", "-", "-", ()) for id_ in ids]
        shares = drs1.allocate(plan, candidates)
        chosen = drs1.select(plan, candidates, seed_of("ratio", k), shares).chosen
        assert previous <= {s.id for s in chosen}
        previous = {s.id for s in chosen}
    assert previous == set(ids)
