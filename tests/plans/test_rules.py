from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DomainError
from plans.rules import estimate, ratio_of, sample_size

bases = st.integers(0, 10_000_000)
ratios = st.integers(1, 1_000_000)
MODES = {"up": ROUND_CEILING, "half": ROUND_HALF_UP, "down": ROUND_FLOOR}


@given(bases, ratios, st.sampled_from(sorted(MODES)))
def test_sample_size_is_the_exact_product_rounded(base, ratio, rounding):
    exact = Decimal(base) * ratio / 1_000_000
    assert sample_size(base, ratio, rounding) == int(exact.to_integral_value(MODES[rounding]))


@given(bases, ratios)
def test_rounding_up_never_falls_below_the_ratio_nor_exceeds_the_base(base, ratio):
    size = sample_size(base, ratio, "up")
    assert size * 1_000_000 >= base * ratio
    assert size <= base


@pytest.mark.parametrize(
    ("base", "ratio", "up", "half", "down"),
    [
        (14, 200_000, 3, 3, 2),
        (100, 70_000, 7, 7, 7),
        (150, 50_000, 8, 8, 7),
        (30, 100_000, 3, 3, 3),
        (312, 50_000, 16, 16, 15),
        (0, 1_000_000, 0, 0, 0),
        (1, 1, 1, 0, 0),
    ],
)
def test_sample_size_known_answers(base, ratio, up, half, down):
    sizes = [sample_size(base, ratio, mode) for mode in ("up", "half", "down")]
    assert sizes == [up, half, down]


@pytest.mark.parametrize("ratio", [0, -1, 1_000_001])
def test_sample_size_refuses_a_ratio_out_of_range(ratio):
    with pytest.raises(DomainError, match="100%"):
        sample_size(10, ratio, "up")


def test_sample_size_refuses_what_no_user_can_type():
    with pytest.raises(ValueError, match="negative"):
        sample_size(-1, 1, "up")
    with pytest.raises(ValueError, match="rounding"):
        sample_size(1, 1, "sideways")


def test_estimate_of_suzhou_and_lianchi():
    suzhou = [(8, 100_000), (3, 300_000), (2, 500_000), (1, 1_000_000)]
    lianchi = [(120, 30_000), (150, 50_000), (30, 100_000), (12, 1_000_000)]
    assert estimate(14, 200_000, "up") == 3
    assert estimate(14, 200_000, "up", suzhou) == 4
    assert estimate(312, 50_000, "up", lianchi) == 27


def test_the_flat_ratio_is_a_floor_under_the_tiers():
    assert estimate(100, 200_000, "up", [(100, 50_000)]) == 20


@given(st.lists(st.tuples(st.integers(0, 1000), ratios), max_size=6), ratios)
def test_an_estimate_never_exceeds_the_registry(tiers, ratio):
    base = sum(size for size, _ in tiers)
    assert 0 <= estimate(base, ratio, "up", tiers) <= base


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("20%", 200_000),
        ("20", 200_000),
        (" 20 % ", 200_000),
        ("２０％", 200_000),
        ("0.5%", 5_000),
        ("0.0001", 1),
        ("33.3333%", 333_333),
        ("100", 1_000_000),
    ],
)
def test_a_typed_ratio(text, ratio):
    assert ratio_of(text) == ratio


@pytest.mark.parametrize("text", ["", "abc", "20%%", "1.23456", "-5", "1/5", "1000", "5.", "٢٠"])
def test_what_is_no_percentage(text):
    with pytest.raises(DomainError, match="不是百分比"):
        ratio_of(text)


@pytest.mark.parametrize("text", ["0", "0.0000%", "100.0001", "101%"])
def test_a_typed_ratio_out_of_range(text):
    with pytest.raises(DomainError, match="不超过 100%"):
        ratio_of(text)


@given(ratios)
def test_a_ratio_survives_being_written(ratio):
    assert ratio_of(f"{Decimal(ratio) / 10_000:f}%") == ratio
