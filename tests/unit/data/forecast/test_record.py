"""Every promise that could have been made, and what came."""

import numpy as np
import pytest

from data.forecast.record import HORIZONS, LEVELS, STEP, keep_record, nearest_track

SEED = 3


def test_a_steady_team_keeps_every_promise() -> None:
    """Five a week: five are promised for one week and sixty for twelve, and that is what comes."""
    record = keep_record(np.full(30, 5), SEED)

    assert {key: (set(track.promised.tolist()), track.held) for key, track in record.items()} == {
        (level, horizon): ({5 * horizon}, 100.0) for level in LEVELS for horizon in HORIZONS
    }


def test_a_forecast_begins_after_twelve_weeks_and_ends_with_the_data() -> None:
    record = keep_record(np.full(15, 5), SEED)

    assert record[85, 1].origins.tolist() == [12, 13, 14]
    assert record[85, 2].origins.tolist() == [12, 13]
    assert [len(record[85, horizon]) for horizon in (4, 8, 12)] == [0, 0, 0]


@pytest.mark.parametrize("weeks", [0, 1, 12])
def test_too_little_history_has_no_record_and_its_nominal_levels(weeks: int) -> None:
    record = keep_record(np.full(weeks, 5), SEED)

    assert {(len(track), track.held, track.working == key[0] / 100) for key, track in record.items()} == {
        (0, None, True)
    }


def test_a_kept_promise_lowers_the_level_and_a_broken_one_raises_it() -> None:
    """At 85 % by 0.003 and 0.017: five weeks of five, then two of nothing."""
    weekly = np.array([5] * 17 + [0] * 2)
    track = keep_record(weekly, SEED)[85, 1]

    assert (track.came >= track.promised).tolist() == [True] * 5 + [False] * 2
    assert track.working == pytest.approx(0.85 - 5 * STEP * 0.15 + 2 * STEP * 0.85)


def test_only_outcomes_that_were_known_by_then_move_the_level() -> None:
    """A promise over four weeks is judged four weeks later: the first four are made at the nominal level."""
    weekly = np.random.default_rng(5).poisson(6, 40)
    track = keep_record(weekly, SEED)[85, 4]

    assert track.promised[:4].tolist() == track.nominal[:4].tolist()
    cut = keep_record(weekly[:30], SEED)[85, 4]
    assert track.promised[: len(cut)].tolist() == cut.promised.tolist()


def test_beyond_every_run_the_least_of_them_is_promised() -> None:
    """A team that fades breaks every promise; its level runs beyond 1."""
    weekly = np.arange(120, 0, -1)
    track = keep_record(weekly, SEED)[85, 1]

    assert track.working > 1
    assert track.promised[-1] <= weekly[-27:-1].min()


def test_the_correction_brings_the_share_to_what_was_said() -> None:
    """A team whose pace wanders: 85 % of the plain recipe holds less often than that over eight weeks."""
    random = np.random.default_rng(4)
    pace = np.exp(np.cumsum(random.normal(0, 0.25, 400)) * 0.5) * 8
    track = keep_record(random.poisson(pace.clip(2, 60)), SEED)[85, 8]

    assert track.held_nominal is not None
    assert track.held_nominal < 80
    assert track.held == pytest.approx(85, abs=4)


@pytest.mark.parametrize(
    ("weeks", "horizon"), [(0.2, 1), (1, 1), (1.1, 2), (4, 4), (9, 12), (12, 12), (40, 12)]
)
def test_an_answer_is_held_against_the_next_longer_horizon(weeks: float, horizon: int) -> None:
    assert nearest_track(keep_record(np.full(30, 5), SEED), 85, weeks).horizon == horizon
