"""The last quarter again with one thing changed."""

from dataclasses import replace

import numpy as np
import pytest

from data.forecast.what_if import Change, Quarter, WhatIf, replay

ACTIVE, WAITING = 0, 1
CAP, HALVE, DROP = (lambda n: Change("cap", n)), Change("halve", WAITING), Change("drop", 1)


def steady(kinds: int = 1) -> Quarter:
    """One item a day begins at noon, is worked on for two days and waits for two: four at once, 7 a week."""
    begun = np.arange(-4, 91) + 0.5
    done = begun + 4 <= 91
    lives = np.full((int(done.sum()), 2), 2.0)
    kind = np.arange(len(begun)) % kinds
    waiting = np.array([False, True])
    return Quarter(
        begun, kind, lives, kind[done], waiting, int((done & (begun + 4 > 0)).sum()), np.full(91, 4.0)
    )


def told(found: WhatIf) -> tuple[float, float, float, float]:
    assert found.changed is not None
    return (*found.changed.weekly, *found.changed.p85)


def test_without_a_change_the_replay_gives_what_was() -> None:
    found = replay(steady(), CAP(99))

    assert found.actual == found.replayed == (7.0, 4.0)
    assert told(found) == (7.0, 7.0, 4.0, 4.0)


def test_half_the_waiting_makes_four_days_three() -> None:
    """As many items a week, but for the one that is done a day earlier at the end of the quarter."""
    low, high, *p85 = told(replay(steady(), HALVE))

    assert p85 == [3.0, 3.0]
    assert low == high == pytest.approx(7, abs=0.1)


def test_half_the_room_is_half_the_pace_unless_people_work_faster() -> None:
    """Two at once, four days each: one every two days. With all the time for two: 1 + 2 days."""
    low, high, least, most = told(replay(steady(), CAP(2)))

    assert low == pytest.approx(3.5, abs=0.4)
    assert high == pytest.approx(7 * 2 / 3, abs=0.4)
    assert (least, most) == (pytest.approx(3.0, abs=0.02), 4.0)


def test_without_every_second_item_half_of_them_are_done() -> None:
    """In the same time, or, if the others get the time, in one day of work and two of waiting."""
    low, high, least, most = told(replay(steady(2), DROP))

    assert low == pytest.approx(3.5, abs=0.15)
    assert high == pytest.approx(3.5, abs=0.15)
    assert (least, most) == (pytest.approx(3.0, abs=0.02), 4.0)


def test_what_cannot_be_told_again_is_not_told_with_a_change() -> None:
    """The lives are those of four days; nine days are not to be had from them."""
    found = replay(replace(steady(), days=np.full(91, 9.0)), HALVE)

    assert found.changed is None
    assert "Cannot tell" in (found.message or "")
    assert "9.0" in (found.message or "")


def test_fifteen_percent_off_is_near_enough() -> None:
    assert replay(replace(steady(), days=np.full(91, 4.7)), HALVE).changed is not None
    assert replay(replace(steady(), days=np.full(91, 4.72)), HALVE).changed is None


def test_too_few_items_are_not_replayed() -> None:
    assert replay(replace(steady(), done=19), HALVE).message == (
        "A replay needs 20 items of a quarter; there are 19."
    )


def test_the_same_change_gives_the_same_range() -> None:
    random = np.random.default_rng(1)
    known = replace(steady(), lives=random.gamma(2, 1, steady().lives.shape) * 1.0)
    known = replace(known, days=known.lives.sum(axis=1)[:91])

    assert replay(known, CAP(3)) == replay(known, CAP(3))


def test_what_would_finish_nothing_is_not_told() -> None:
    """The only type dropped."""
    found = replay(steady(), Change("drop", 0))

    assert found.changed is None
    assert "nothing would have been finished" in (found.message or "")
