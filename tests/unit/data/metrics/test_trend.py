"""Change or chance, week by week."""

import math

import numpy as np
import pytest

from data.metrics.trend import Side, compare, widening
from data.model.metric import Change, Kind, Measure, sort_out

RANKS, RATES = "rank_sum_weeks/1", "newcombe_clustered/1"
LATER, EARLIER = [5.0, 6, 7, 8], [1.0, 2, 3, 4]


def weeks(*values: float, headline: float | None = 0.0, partial: tuple[int, ...] = ()) -> Side:
    """A side with these weekly values; its headline is their sum unless said."""
    column = np.array(values)
    measure = Measure(
        value=float(np.nansum(column)) if headline == 0.0 else headline,
        candidates=sort_out(np.zeros(0, int), {}, lambda _: ()),
        weekly=column,
        weekly_n=np.ones(len(column), np.int64),
    )
    return Side(measure, np.array([place not in partial for place in range(len(column))], bool))


def rates(*of: tuple[int, int], partial: tuple[int, ...] = ()) -> Side:
    """A side of deployments, failed ones and all for each week."""
    k, n = (np.array([pair[place] for pair in of], np.int64) for place in (0, 1))
    total, failed = int(n.sum()), int(k.sum())
    measure = Measure(
        value=failed * 100 / total if total else None,
        candidates=sort_out(np.arange(total), {}, lambda _: ()),
        weekly=np.divide(k * 100.0, n, out=np.full(len(n), np.nan), where=n > 0),
        weekly_n=n,
        successes=failed,
        weekly_successes=k,
    )
    return Side(measure, np.array([place not in partial for place in range(len(n))], bool))


@pytest.mark.parametrize("kind", ["count", "duration", "ratio"])
def test_four_weeks_after_four(kind: Kind) -> None:
    """5, 6, 7, 8 after 1, 2, 3, 4: U = 16, p = 0.0304."""
    up, down = compare(kind, weeks(*LATER), weeks(*EARLIER)), compare(kind, weeks(*EARLIER), weeks(*LATER))

    assert (up.trend, up.confidence) == ("up", "likely")
    assert up.change == Change(RANKS, pytest.approx(0.030383, abs=1e-6), None, (4, 4))
    assert (down.trend, down.confidence, down.change) == ("down", "likely", up.change)


def test_eight_weeks_after_eight_are_strong() -> None:
    """U = 64, mean 32, variance 64 x 17 / 12 = 90.67: z = 3.308, p = 0.00094."""
    found = compare("count", weeks(*range(9, 17)), weeks(*range(1, 9)))

    assert (found.trend, found.confidence) == ("up", "strong")
    assert found.change.p == pytest.approx(0.00094, abs=5e-6)


def test_what_chance_explains_is_no_clear_change() -> None:
    """2, 3, 4, 5 after 1, 2, 3, 4: U = 11.5, variance 4/3 (9 - 18/56); z = 3 / 3.4017."""
    found = compare("count", weeks(2, 3, 4, 5), weeks(*EARLIER))

    assert (found.trend, found.confidence, found.change.units) == ("flat", None, (4, 4))
    assert found.change.p == pytest.approx(0.37782, abs=1e-5)


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (weeks(5, 6, 7), weeks(*EARLIER)),
        (weeks(*LATER), weeks(1, 2, 3)),
        (weeks(*LATER, partial=(1,)), weeks(*EARLIER)),
        (weeks(5, 6, 7, math.nan), weeks(*EARLIER)),
        (weeks(*LATER, headline=None), weeks(*EARLIER)),
        (weeks(*LATER), weeks(*EARLIER, headline=None)),
    ],
)
def test_too_little_to_compare(now: Side, before: Side) -> None:
    """Three weeks, a week that is not whole, one without a value, a side without a value."""
    found = compare("duration", now, before)

    assert (found.trend, found.confidence, found.change) == ("unknown", None, None)


def test_weeks_without_a_value_are_not_zero() -> None:
    """Of five weeks four have a value; they decide."""
    found = compare("duration", weeks(5, 6, math.nan, 7, 8), weeks(*EARLIER))

    assert (found.trend, found.change.units) == ("up", (4, 4))


@pytest.mark.parametrize("headline", [9.0, 10.0])
def test_the_headline_has_to_differ_the_same_way(headline: float) -> None:
    """The weeks rise, and the value of the whole period falls or stays: no clear change."""
    found = compare("duration", weeks(*LATER, headline=headline), weeks(*EARLIER, headline=10.0))

    assert (found.trend, found.confidence) == ("flat", None)
    assert found.change.p < 0.05


def test_a_stock_is_never_compared() -> None:
    assert compare("stock", weeks(*LATER), weeks(*EARLIER)).trend == "unknown"


def test_rates_that_differ() -> None:
    """56 of 70 less 48 of 80 is 5.24 to 33.39 points: up. At 99 %, 0.4 to 37: strong."""
    found = compare("proportion", rates(*[(8, 10)] * 7), rates(*[(6, 10)] * 8))

    assert (found.trend, found.confidence) == ("up", "strong")
    assert found.change == Change(
        RATES, None, (pytest.approx(5.243, abs=1e-3), pytest.approx(33.387, abs=1e-3)), (70, 80)
    )


def test_rates_that_chance_explains() -> None:
    """5 of 10 less 3 of 10 reaches below 0."""
    found = compare("proportion", rates((2, 5), (3, 5)), rates((1, 5), (2, 5)))

    assert (found.trend, found.confidence) == ("flat", None)
    assert found.change.interval[0] < 0 < found.change.interval[1]


@pytest.mark.parametrize(("n", "known"), [(4, False), (5, True)])
def test_rates_need_five_deployments_a_side(n: int, known: bool) -> None:
    """All failed after none of twenty did."""
    found = compare("proportion", rates((n, n)), rates(*[(0, 5)] * 4))

    assert (found.trend, found.change is not None) == ("up" if known else "unknown", known)


def test_failures_in_clusters_widen_the_interval() -> None:
    """Weeks of 10 with 0 or 10 failed at p = 1/2: each adds 25 / 2.5 = 10; 40 / (4 - 2) = 20."""
    clustered = rates((0, 10), (10, 10)), rates((10, 10), (0, 10))

    assert widening(*clustered) == pytest.approx(math.sqrt(20))
    assert widening(rates((5, 10), (5, 10)), rates((5, 10), (5, 10))) == 1.0


def test_which_weeks_widen() -> None:
    """Whole weeks with deployments; with two of them there is nothing to go by."""
    assert widening(rates((0, 10), (10, 10)), rates((0, 0), (0, 0))) == 1.0
    assert widening(rates((0, 10), (10, 10), (5, 10)), rates((0, 0))) == pytest.approx(math.sqrt(20))
    assert widening(rates((0, 10), (10, 10), (5, 10), partial=(0,)), rates((5, 10))) == pytest.approx(
        math.sqrt(10)
    )


def test_a_side_without_failures_adds_weeks_and_no_scatter() -> None:
    """20 over 2 weeks alone; with three weeks of none, over 2 + 3 - 2 = 3."""
    assert widening(rates((0, 10), (10, 10)), rates((0, 10), (0, 10), (0, 10))) == pytest.approx(
        math.sqrt(20 / 3)
    )
