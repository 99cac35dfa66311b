"""Percentiles, intervals and the rank test of specs/metrics.md."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.statistics import (
    Z99,
    Ranked,
    median,
    median_interval,
    median_rank,
    medians_by_group,
    newcombe_interval,
    percentile,
    percentiles,
    rank_sum,
    rank_sums,
    rank_values,
    sign_test,
    wilson_interval,
)

numbers = st.lists(st.integers(-1000, 1000), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("sample", "q", "expected"),
    [
        ([7], 0.5, 7),
        ([1, 2], 0.5, 1.5),
        ([1, 2, 3, 4], 0.5, 2.5),
        ([1, 2, 3, 4, 5, 6, 7], 0.85, 6.8),  # position 8 x 0.85 = 6.8
        ([7, 5, 1, 4, 6, 2, 3], 0.85, 6.8),
        ([1, 2, 3], 0.75, 3),  # position 3 is the last item
        ([1, 3], 1.0, 3),  # beyond it
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
        (5, ["p50"], ["p85", "p95"]),  # 6 x 0.85 = 5.1
        (6, ["p50", "p85"], ["p95"]),  # 7 x 0.85 = 5.95
        (18, ["p50", "p85"], ["p95"]),
        (19, ["p50", "p85", "p95"], []),  # 20 x 0.95 = 19
    ],
)
def test_small_samples_withhold_what_they_cannot_say(n: int, given_: list[str], withheld: list[str]) -> None:
    values, reasons = percentiles(np.arange(float(n)))

    assert [name for name, value in values.items() if value is not None] == given_
    assert list(reasons) == withheld
    assert all(str(n) in reason for reason in reasons.values())


def test_which_percentiles_they_are() -> None:
    """Of 1 to 19 the positions are 10, 17 and 19."""
    values, withheld = percentiles(np.arange(1.0, 20))

    assert (values, withheld) == ({"p50": 10.0, "p85": 17.0, "p95": 19.0}, {})


def test_half_way_is_reckoned_from_above() -> None:
    """From below it would be 0.6000000000000001."""
    assert percentile(np.array([0.3, 0.9]), 0.5) == 0.6


@given(numbers, st.integers(-1000, 1000))
def test_percentiles_move_with_the_sample(sample: list[int], shift: int) -> None:
    values = np.array(sample, float)

    assert percentile(values + shift, 0.5) == pytest.approx(percentile(values, 0.5) + shift, abs=1e-9)
    assert min(sample) <= percentile(values, 0.85) <= max(sample)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40), st.sampled_from([0.0, 0.5, 0.85, 0.95, 1.0]))
def test_percentiles_are_those_of_weibull(sample: list[float], q: float) -> None:
    """So the method is called in NumPy; its place may differ in the last digit."""
    expected = np.quantile(np.array(sample), q, method="weibull")

    assert percentile(np.array(sample), q) == pytest.approx(expected, rel=1e-9, abs=1e-5)


@pytest.mark.parametrize(
    ("n", "rank"),
    # P(Bin(5) < 1) = 1/32 is too much, P(Bin(6) < 1) = 1/64 is not; 70 and 100 as in tables of the sign test.
    [(0, 0), (1, 0), (5, 0), (6, 1), (8, 1), (9, 2), (10, 2), (11, 2), (12, 3), (25, 8), (70, 27), (100, 40)],
)
def test_the_rank_of_the_interval_of_a_median(n: int, rank: int) -> None:
    assert median_rank(n) == rank


@pytest.mark.parametrize("n", [*range(60), 999, 1000, 5000])
def test_the_rank_is_the_largest_whose_tail_is_small_enough(n: int) -> None:
    """Counted in whole numbers, of which 2^n are all."""
    rank = median_rank(n)
    below = sum(math.comb(n, k) for k in range(rank))

    assert 40 * below <= 2**n
    assert 40 * (below + math.comb(n, rank)) > 2**n


def test_the_interval_of_a_median_is_made_of_items() -> None:
    """Of seven the first and the last; of ten the second and the ninth; of five there is none."""
    assert median_interval(np.arange(7.0, 0, -1)) == (1.0, 7.0)
    assert median_interval(np.arange(1.0, 11)) == (2.0, 9.0)
    assert median_interval(np.arange(5.0)) is None


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


def test_wilson_of_99_percent() -> None:
    """Z = 2.5758: of 15 in 20, centre (15 + 3.3174) / 26.635, spread 2.5758 sqrt(3.75 + 1.6587) / 26.635."""
    assert wilson_interval(15, 20, Z99) == (pytest.approx(46.281, abs=5e-3), pytest.approx(91.263, abs=5e-3))


@pytest.mark.parametrize(
    ("mine", "theirs", "low", "high"),
    # Newcombe 1998, table II, method 10: (a), (b), (c), (d), (e), (f), (g), (h).
    [
        ((56, 70), (48, 80), 5.24, 33.39),
        ((9, 10), (3, 10), 17.05, 80.90),
        ((6, 7), (2, 7), 5.82, 80.62),
        ((5, 56), (0, 29), -3.81, 19.26),
        ((0, 10), (0, 20), -16.11, 27.75),
        ((0, 10), (0, 10), -27.75, 27.75),
        ((10, 10), (0, 20), 67.91, 100.0),
        ((10, 10), (0, 10), 60.75, 100.0),
    ],
)
def test_newcombe_as_published(
    mine: tuple[int, int], theirs: tuple[int, int], low: float, high: float
) -> None:
    assert newcombe_interval(*mine, *theirs) == (
        pytest.approx(low, abs=0.006),
        pytest.approx(high, abs=0.006),
    )


def test_newcombe_is_widened_from_the_difference() -> None:
    """Each half-width by itself: 20 - 14.76 and 33.39 - 20, twice."""
    low, high = newcombe_interval(56, 70, 48, 80)
    wide = newcombe_interval(56, 70, 48, 80, widened=2.0)

    assert wide == (pytest.approx(20 - 2 * (20 - low)), pytest.approx(20 + 2 * (high - 20)))


def test_the_rank_sum_of_four_weeks_after_four() -> None:
    """U = 16 of 16, mean 8, variance 16 x 9 / 12 = 12; z = 7.5 / 3.4641 = 2.165."""
    assert rank_sum(np.arange(5.0, 9), np.arange(1.0, 5)) == (16.0, pytest.approx(0.030383, abs=1e-6))


def test_the_rank_sum_as_published() -> None:
    """Diabetes of men and women, the example in SciPy's manual: U = 17 and p = 0.1113."""
    males, females = np.array([19.0, 22, 16, 29, 24]), np.array([20.0, 11, 17, 12])

    assert rank_sum(males, females) == (17.0, pytest.approx(0.1113469, abs=1e-7))
    assert rank_sum(females, males) == (3.0, pytest.approx(0.1113469, abs=1e-7))


def test_the_rank_sum_is_corrected_for_ties() -> None:
    """[1,1,2] against [1,2,2]: U = 3, mean 4.5, variance 9/12 (7 - 48/30) = 4.05; z = 1 / 2.0125."""
    assert rank_sum(np.array([1.0, 1, 2]), np.array([1.0, 2, 2])) == (3.0, pytest.approx(0.6192, abs=1e-4))


def test_within_half_a_pair_of_the_middle_chance_explains_all() -> None:
    """U = 1 of 1, mean 1/2: nothing is left of the distance."""
    assert rank_sum(np.array([2.0]), np.array([1.0])) == (1.0, 1.0)


def test_the_rank_sum_without_any_difference() -> None:
    assert rank_sum(np.ones(4), np.ones(7)) == (14.0, 1.0)


@given(numbers, numbers)
def test_the_rank_sum_is_a_probability_and_symmetric(a: list[int], b: list[int]) -> None:
    one, other = np.array(a, float), np.array(b, float)
    u, p = rank_sum(one, other)

    assert 0 <= p <= 1
    assert rank_sum(other, one) == (len(a) * len(b) - u, pytest.approx(p, abs=1e-12))
    assert rank_sum(one * 3 + 1, other * 3 + 1) == (u, pytest.approx(p, abs=1e-12))


def test_values_by_their_rank() -> None:
    """Equal values have the same rank."""
    found = rank_values(np.array([7.5, 5.0, 7.5, -1.0]))

    assert (found.rank.tolist(), found.values.tolist()) == ([2, 1, 2, 0], [-1.0, 5.0, 7.5])
    assert len(rank_values(np.zeros(0)).rank) == 0


def test_medians_of_groups_by_hand() -> None:
    """Of 1, 4 and 4; of 2 and 5; of nothing."""
    ranked = rank_values(np.array([4.0, 2.0, 1.0, 5.0, 4.0]))
    found = medians_by_group(np.array([0, 1, 0, 1, 0]), np.array([3, 2, 0]), ranked)

    np.testing.assert_array_equal(found, [4.0, 3.5, np.nan])
    assert np.isnan(medians_by_group(np.zeros(0, int), np.zeros(2, int), rank_values(np.zeros(0)))).all()


def test_more_groups_and_ranks_than_a_narrow_number_holds() -> None:
    """The values of the last of 2^20 groups stand behind those of the first."""
    groups, last = 2**20, 2**20 - 1
    ranked = Ranked(np.array([5000, 1, 4000], np.int32), np.arange(5001.0))
    counts = np.zeros(groups, np.int64)
    counts[[0, last]] = 1, 2
    found = medians_by_group(np.array([last, 0, last]), counts, ranked)

    assert (found[0], found[last], int(np.isnan(found).sum())) == (1.0, 4500.0, groups - 2)


@given(numbers)
def test_the_median_of_ranks_is_that_of_the_values(values: list[int]) -> None:
    sample = np.array(values) / 7

    assert median(rank_values(sample)) == np.median(sample)
    (found,) = medians_by_group(np.zeros(len(sample), int), np.array([len(sample)]), rank_values(sample))
    assert found == pytest.approx(np.median(sample), rel=1e-15)


@pytest.mark.parametrize(
    ("values", "against", "found"),
    [
        ([5, 6, 7, 5, 6, 7], 4, (6, 0, 0.03125)),
        ([5, 6, 7, 5, 6], 4, (5, 0, 0.0625)),
        ([5, 6, 4, 4], 4, (2, 0, 0.5)),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9], 8.5, (1, 8, 20 / 512)),
        ([1, 9], 5, (1, 1, 1.0)),
        ([4], 4, (0, 0, 1.0)),
        ([], 4, (0, 0, 1.0)),
    ],
)
def test_signs_of_values_against_a_number(
    values: list[float], against: float, found: tuple[int, int, float]
) -> None:
    """Two-sided and exact: 6 of 6 is 2 / 64, 8 of 9 is 2 (1 + 9) / 512; equal values say nothing."""
    assert sign_test(np.array(values, np.float64), against) == found


def test_many_rank_sums_are_those_of_each() -> None:
    """To the last digit: of unlike sizes, with many ties, in rows with gaps, and of equal values."""
    rng = np.random.default_rng(7)
    a, b = (rng.integers(0, 6, (40, weeks)).astype(np.float64) / 3 for weeks in (13, 9))
    for side in (a, b):
        side[rng.random(side.shape) < 0.3] = np.nan
        side[:, 0] = 1.0
    a[0], b[0] = 2.0, 2.0
    apart = [(one[~np.isnan(one)], other[~np.isnan(other)]) for one, other in zip(a, b, strict=True)]

    assert rank_sums(a, b) == [rank_sum(one, other) for one, other in apart]
    assert rank_sums(a, b)[0][1] == 1.0
