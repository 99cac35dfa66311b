"""Percentiles, intervals and the rank test of METRICS.md section 3."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.statistics import mann_whitney_p, percentile, percentiles, wilson_interval

numbers = st.lists(st.integers(-1000, 1000), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("sample", "q", "expected"),
    [
        ([7], 0.5, 7),
        ([1, 2], 0.5, 1.5),
        ([1, 2, 3, 4], 0.5, 2.5),
        ([1, 2, 3, 4, 5], 0.85, 4.4),  # position 4 x 0.85 = 3.4
        ([5, 1, 4, 2, 3], 0.85, 4.4),
        ([1, 3], 1.0, 3),
        ([1, 3], 0.0, 1),
    ],
)
def test_percentiles_are_linear_between_items(sample: list[float], q: float, expected: float) -> None:
    assert percentile(np.array(sample, float), q) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("n", "given_", "withheld"),
    [
        (0, [], ["p50", "p85", "p95"]),
        (1, ["p50"], ["p85", "p95"]),
        (4, ["p50"], ["p85", "p95"]),
        (5, ["p50", "p85"], ["p95"]),
        (19, ["p50", "p85"], ["p95"]),
        (20, ["p50", "p85", "p95"], []),
    ],
)
def test_small_samples_withhold_what_they_cannot_say(n: int, given_: list[str], withheld: list[str]) -> None:
    values, reasons = percentiles(np.arange(float(n)))

    assert [name for name, value in values.items() if value is not None] == given_
    assert list(reasons) == withheld
    assert all(str(n) in reason for reason in reasons.values())


@given(numbers, st.integers(-1000, 1000))
def test_percentiles_move_with_the_sample(sample: list[int], shift: int) -> None:
    values = np.array(sample, float)

    assert percentile(values + shift, 0.5) == pytest.approx(percentile(values, 0.5) + shift, abs=1e-9)
    assert min(sample) <= percentile(values, 0.85) <= max(sample)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40), st.sampled_from([0.0, 0.5, 0.85, 0.95, 1.0]))
def test_percentiles_are_those_of_numpy_to_the_last_digit(sample: list[float], q: float) -> None:
    assert percentile(np.array(sample), q) == np.quantile(np.array(sample), q)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(3, 4, 30.06, 95.44), (1, 4, 4.56, 69.94), (0, 10, 0.0, 27.75), (10, 10, 72.25, 100.0)],
)
def test_wilson(k: int, n: int, low: float, high: float) -> None:
    assert wilson_interval(k, n) == (pytest.approx(low, abs=0.005), pytest.approx(high, abs=0.005))


def test_wilson_of_nothing() -> None:
    assert wilson_interval(0, 0) is None


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_mirrors(pair: tuple[int, int]) -> None:
    k, n = pair
    low, high = wilson_interval(k, n)
    mirrored = wilson_interval(n - k, n)

    assert 0 <= low <= 100 * k / n + 1e-9
    assert 100 * k / n - 1e-9 <= high <= 100
    assert (100 - high, 100 - low) == (
        pytest.approx(mirrored[0], abs=1e-9),
        pytest.approx(mirrored[1], abs=1e-9),
    )


def test_mann_whitney_by_hand() -> None:
    """1..5 against 6..10: U = 0, mean 12.5, variance 25 x 11 / 12; z = 2.611, p = 0.00902."""
    low, high = np.arange(1.0, 6), np.arange(6.0, 11)

    assert mann_whitney_p(low, high) == pytest.approx(0.009023, abs=5e-7)


def test_mann_whitney_corrects_for_ties() -> None:
    """[1,1,2] against [1,2,2]: ranks 2 and 5, U = 3, mean 4.5, variance 9/12 (7 - 48/30) = 4.05."""
    assert mann_whitney_p(np.array([1.0, 1, 2]), np.array([1.0, 2, 2])) == pytest.approx(0.4560, abs=1e-4)


def test_mann_whitney_without_any_difference() -> None:
    assert mann_whitney_p(np.ones(4), np.ones(7)) == 1.0


@given(numbers, numbers)
def test_mann_whitney_is_a_probability_and_symmetric(a: list[int], b: list[int]) -> None:
    one, other = np.array(a, float), np.array(b, float)
    p = mann_whitney_p(one, other)

    assert 0 <= p <= 1
    assert mann_whitney_p(other, one) == pytest.approx(p, abs=1e-12)
    assert mann_whitney_p(one * 3 + 1, other * 3 + 1) == pytest.approx(p, abs=1e-12)
