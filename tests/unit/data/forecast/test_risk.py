"""How likely an open item misses its expectation."""

import numpy as np
import pytest

from data.forecast.risk import Lasting, Lives, find_risks, place_stays

NO_STAYS = np.zeros(0), np.zeros(0, np.int64)


def lives(started: list[float] | np.ndarray, ended: list[float] | np.ndarray) -> Lives:
    return Lives(np.array(started, np.float64), np.array(ended, np.float64), *NO_STAYS)


def survive(seen: np.ndarray, event: np.ndarray, limit: float) -> float:
    order = np.argsort(seen)
    return Lasting(seen[order], event[order]).share_beyond(limit)


def test_without_open_items_it_is_the_share_that_lasts_longer() -> None:
    """Of 1, 2, 3, 4 days half last longer than 2."""
    seen, event = np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4, np.bool_)

    assert survive(seen, event, 2) == 0.5
    assert survive(seen, event, 0.5) == 1.0
    assert survive(seen, event, 4) == 0.0


def test_an_open_item_counts_as_long_as_it_is_known() -> None:
    """Ends at 1, 3 and 4, one open at 2: (3/4) of four, then (1/2) of two."""
    seen, event = np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, False, True, True])

    assert survive(seen, event, 3) == pytest.approx(3 / 4 * 1 / 2)


def test_ends_at_the_same_time_count_together() -> None:
    assert survive(np.array([2.0, 2.0, 2.0, 5.0]), np.ones(4, np.bool_), 2) == 0.25


def test_it_is_what_counting_gives() -> None:
    """The product over every end, one by one."""
    random = np.random.default_rng(1)
    for _ in range(50):
        seen, event = random.integers(1, 9, 30).astype(float), random.random(30) < 0.7
        slow = 1.0
        for end in sorted(set(seen[event & (seen <= 5)].tolist())):
            slow *= 1 - ((seen == end) & event).sum() / (seen >= end).sum()
        assert survive(seen, event, 5) == pytest.approx(slow)


@pytest.mark.parametrize(("age", "stage"), [(-1.0, -1), (0.0, 7), (1.9, 7), (2.0, 8), (99.0, 8)])
def test_the_stage_that_an_item_was_in_at_an_age(age: float, stage: int) -> None:
    """The second of two items was in stage 7 for two days and is in 8 since."""
    place = place_stays(np.array([0, 1, 1]), np.array([0.0, 0.0, 2.0]))
    both = Lives(np.zeros(2), np.full(2, np.inf), place, np.array([5, 7, 8]))

    assert both.stage_at(np.array([1]), age).tolist() == [stage]


def slow_and_quick(n: int = 600) -> Lives:
    """A third of the items wait in stage 1 from their second day on, for a month; the others take days."""
    random = np.random.default_rng(2)
    slow = random.random(n) < 0.33
    started = np.sort(random.uniform(0, 400, n))
    days = np.where(slow, random.uniform(20, 40, n), random.uniform(2.5, 10, n))
    item = np.arange(n)
    place = np.sort(np.concatenate((place_stays(item, 0.0), place_stays(item, 2.0))))
    return Lives(
        started, started + days, place, np.stack((np.zeros(n), slow), axis=1).ravel().astype(np.int64)
    )


def test_what_waits_where_slow_items_wait_is_at_risk() -> None:
    known = slow_and_quick()
    now = 300.0
    found = find_risks(known, now, 30.0)
    age = now - known.started[found.rows]
    waits = (known.stage_at(found.rows, age) == 1) & (age <= (found.limit or 0))
    works = (known.stage_at(found.rows, age) == 0) & (age > 2)

    assert found.tells
    assert found.risk[waits].min() > 3 * found.risk[works].max(initial=0.0)


def test_what_is_older_than_the_expectation_has_missed_it() -> None:
    known = slow_and_quick()
    found = find_risks(known, 300.0, 30.0)
    over = 300.0 - known.started[found.rows] > (found.limit or 0)

    assert over.any()
    assert (found.risk[over] == 1).all()


def test_nothing_that_happens_later_moves_a_judgement() -> None:
    """A risk as of a day is the same whether the world ended there or went on."""
    known, now = slow_and_quick(), 300.0
    open_then = known.ended > now
    cut = Lives(known.started, np.where(open_then, np.inf, known.ended), known.stay_place, known.stay_stage)

    assert np.array_equal(find_risks(known, now, 30.0).risk, find_risks(cut, now, 30.0).risk)
    assert find_risks(known, now, 30.0).brier == find_risks(cut, now, 30.0).brier


def test_where_age_tells_nothing_no_risk_is_shown() -> None:
    """Every item takes a year or a day by the toss of a coin at its very start, and stages are all one."""
    random = np.random.default_rng(4)
    started = np.sort(random.uniform(0, 400, 300))
    found = find_risks(lives(started, started + np.where(random.random(300) < 0.15, 0.2, 0.1)), 350.05, 0.12)

    assert not found.tells
    assert not len(found.risk)


@pytest.mark.parametrize("n", [0, 1, 19])
def test_too_few_items_have_no_expectation_and_no_risk(n: int) -> None:
    found = find_risks(lives(np.arange(n), np.arange(n) + 1.0), 100.0, None)

    assert (found.limit, found.judged, found.tells, len(found.risk)) == (None, 0, False, 0)


def plainly(known: Lives, row: int, now: float, limit: float) -> float:
    """Return the risk of one item by looking at each of the others."""
    age = now - known.started[row]
    if age > limit:
        return 1.0
    others = np.flatnonzero((known.started <= now) & (known.ended > now - 26 * 7))
    seen, event = np.minimum(known.ended, now) - known.started, known.ended <= now
    reached = others[seen[others] > age]
    alike = reached[known.stage_at(reached, age) == known.stage_at(np.array([row]), age)]
    if event[alike].sum() < 10:
        alike = reached
    risk = 1.0
    for end in sorted(set(seen[alike][event[alike] & (seen[alike] <= limit)].tolist())):
        risk *= 1 - (event[alike] & (seen[alike] == end)).sum() / (seen[alike] >= end).sum()
    return risk


@pytest.mark.parametrize("grain", [1.0, 1e-6])
def test_it_is_what_looking_at_each_of_the_others_gives(grain: float) -> None:
    """By whole days many things happen at once, by parts of a second nothing does."""
    random, n, now, limit = np.random.default_rng(3), 200, 300.0, 15.0
    started, days = np.sort(random.uniform(200, now, n)), random.exponential(12, n)
    started, days = np.round(started / grain) * grain, np.ceil(days / grain) * grain
    item = np.repeat(np.arange(n), 3)
    begun = np.round(random.uniform(-1, 20, 3 * n) / grain) * grain
    stages = random.integers(0, 3, 3 * n)
    known = Lives(started, started + days, np.sort(place_stays(item, begun)), stages)
    found = find_risks(known, now, limit)

    assert found.tells
    assert len(found.rows) > 20
    assert found.risk.tolist() == [plainly(known, row, now, limit) for row in found.rows.tolist()]
