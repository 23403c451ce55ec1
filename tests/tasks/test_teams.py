"""The quick search for teams gives what the plain one of the protocol gives, step by step (2.9)."""

import pytest

from bench.assign import Plain
from draws import drs1

REGIONS = ["a", "b", "c"]


def instance(number):
    """A small instance from a number: regions, skills, caps, loads and recusals all vary."""
    bits = int(drs1.digest(f"teams {number}"), 16)

    def take(count):
        nonlocal bits
        bits, value = divmod(bits, count)
        return value

    people = []
    for n in range(3 + take(7)):
        own = tuple(r for r in REGIONS if take(2)) or ("*",)
        skills = ((), ("x",), ("*",))[take(3)]
        cap, load = (1, 2, 3, 99)[take(4)], take(3)
        people.append(drs1.Inspector(f"R{n}", "g", own, skills, cap, load))
    targets = [
        drs1.Candidate(f"T{n}", "s", "P", "-", REGIONS[take(3)], (("g", "x"),) * (take(4) == 0))
        for n in range(2 + take(9))
    ]
    banned = {(f"R{take(4)}", f"T{take(4)}"): "r" for _ in range(take(4))}
    rows = [("suite", drs1.SHA256), ("beacon", "none", "-")]
    rows += [("stratum", "s", "up", "1000000", "0", "-", "0"), ("agency", "g", str(1 + take(3)))]
    plan = drs1.parse_plan(drs1.file_text("DRS1-plan", "x", rows), "x")
    return plan, "g", number.to_bytes(32, "big"), targets, people, banned


def facts(teams):
    return (
        {target: teams.ordered(target) for target in teams.team},
        teams.load,
        teams.new,
        teams.hall,
        dict(teams.unfilled),
    )


@pytest.mark.parametrize("block", range(4))
def test_quick_and_plain_agree_after_filling_and_after_substitutions(block):
    failures = repairs = 0
    for number in range(block * 300, block * 300 + 300):
        data = instance(number)
        quick, plain = drs1.Teams(*data), Plain(*data)
        quick.fill()
        plain.fill()
        assert facts(quick) == facts(plain), number
        failures += bool(quick.hall)
        for step, target in enumerate(sorted(quick.team)):
            team = quick.ordered(target)
            if team:
                event = (
                    target,
                    team[step % len(team)],
                    ("one", "all")[step % 2],
                    bytes([step]) * 32,
                )
                came = quick.substitute(*event)
                assert came == plain.substitute(*event), number
                repairs += came == "-"
        assert facts(quick) == facts(plain), number
    assert failures > 20
    assert repairs > 20
