"""The grade promised before the freeze is the one that the protocol gives afterwards."""

import itertools

import pytest

from draws import drs1
from draws.ceremony_plan import Ceremony, Party, drand_round, grade_of, sentence_of, wanting
from draws.models import BeaconKind, ContributionKind
from draws.times import utc
from tests.draws.occasions import at

REFS = {
    "none": "-",
    "ssq": "2021080",
    "dlt": "21080",
    "ssq+dlt": "2021080+21080",
    "dice": "20",
    "drand-quicknet": "657413",
}


def plan_of(ceremony):
    lines = [
        ("suite", "DRS1-SHA256"),
        ("stratum", "all", "up", "100000", "0", "-", "0"),
        *ceremony.lines,
    ]
    return drs1.parse_plan(drs1.file_text("DRS1-plan", "X-1", lines), "X-1")


@pytest.mark.parametrize("kind", BeaconKind.values)
def test_the_grade_agrees_with_the_protocol_in_every_combination(kind):
    beacon_at = at("21:15") if kind != "none" else None
    for outside, inside, spoken, missing in itertools.product(
        range(4), range(2), range(2), range(3)
    ):
        parties = [Party(f"外{n}", ContributionKind.SEALED, n, True) for n in range(outside)]
        parties += [Party(f"内{n}", ContributionKind.SEALED, 100 + n, False) for n in range(inside)]
        parties += [Party(f"见证{n}") for n in range(spoken)]
        ceremony = Ceremony(
            parties=tuple(parties),
            beacon_kind=kind,
            beacon_ref=REFS[kind],
            beacon_at=beacon_at,
            commit_until=at("10:00"),
            reveal_until=at("10:30"),
        )
        came = max(0, outside - missing)
        values = {
            party.code: "-" if n < outside and n >= came else "00" * 32
            for n, party in enumerate(parties)
        }
        for closed in ("20:00", "21:15", "22:00"):
            publication = [
                {"what": "freeze", "at": utc(at("09:00"))},
                {"what": "closed", "at": utc(at(closed))},
            ]
            by_protocol = drs1.assurance(
                plan_of(ceremony), values, publication, utc(beacon_at) if beacon_at else None
            )
            in_time = beacon_at is None or at(closed) < beacon_at
            assert grade_of(kind, came, in_time=in_time) == by_protocol
            if in_time and came == outside:
                assert ceremony.grade == by_protocol


@pytest.mark.parametrize("kind", BeaconKind.values)
@pytest.mark.parametrize("outside", range(3))
def test_what_is_missing_leads_to_the_grade_it_names(kind, outside):
    found = wanting(kind, outside)
    if grade_of(kind, outside) == "A":
        assert found is None
        return
    better, words = found
    if "公共随机源，" in words:
        assert grade_of("ssq+dlt", outside) == better
    elif "密封" in words:
        needed = 2 - outside if kind == "none" else 1
        assert grade_of(kind, outside + needed) == better
        assert str(needed) in words or needed == 1
    assert better < grade_of(kind, outside)


def test_only_grade_c_says_that_the_result_can_be_bent():
    for kind, outside in itertools.product(BeaconKind.values, range(3)):
        grade = grade_of(kind, outside)
        says = "可被操作员操纵" in sentence_of(grade, kind, outside) or "即可操纵" in sentence_of(
            grade, kind, outside
        )
        assert says == (grade == "C")


@pytest.mark.parametrize("seconds", [0, 1, 2, 3, 299])
def test_the_drand_round_is_the_first_at_or_after_the_time(seconds):
    moment = at("2026-07-15T09:00").replace(second=seconds % 60)
    round_ = drand_round(moment)
    assert drs1.drand_time(round_) >= utc(moment) > drs1.drand_time(round_ - 1)
