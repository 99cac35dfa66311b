"""Levels as stretches of an axis say the same as the levels of the cards."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configuration.performance_levels import DAY_S, EDITIONS, HOUR_S
from data.charts.levels import Level, levels_of
from data.metrics.bands import duration_level, rate_level, rhythm_level, rhythm_of

CLUSTERED = [year for year, edition in EDITIONS.items() if not edition.scores]
UNITS = {"change_lead_time": DAY_S, "failed_deployment_recovery_time": HOUR_S}


def name_at(levels: tuple[Level, ...], value: float) -> str:
    return next(level.name for level in levels if level.low <= value < level.high)


def test_by_hand() -> None:
    assert levels_of("2024", "change_lead_time") == (
        Level("Elite", 0, 1),
        Level("High", 1, 7),
        Level("Medium", 7, 30),
        Level("Low", 30, math.inf),
    )
    assert levels_of("2024", "deployment_frequency") == (
        Level("Low", 0, 7 / 30),
        Level("Medium", 7 / 30, 1),
        Level("High", 1, math.inf),  # days alone cannot tell on demand, which is Elite
    )
    assert levels_of("2024", "change_fail_rate") == (
        Level("Elite", 0, 7.5),
        Level("Medium", 7.5, 15),
        Level("High", 15, 30),
        Level("Low", 30, math.inf),
    )


def test_clusters_that_share_a_cell_share_a_stretch() -> None:
    assert [level.name for level in levels_of("2021", "change_fail_rate")] == [
        "Elite",
        "High, Medium, Low",
        "Low",
    ]
    rhythms = levels_of("2023", "deployment_frequency")
    assert [level.name for level in rhythms] == ["Low", "Medium, Low", "High"]


def test_day_dated_deployments_have_no_level_below_an_hour() -> None:
    """The first stretch is then that of the next cluster."""
    levels = levels_of("2023", "failed_deployment_recovery_time", dated_by_day=True)

    assert levels[0] == Level("High", 0, 24)


@pytest.mark.parametrize(
    ("edition", "metric_id"),
    [("2025", "change_lead_time"), ("2024", "time_to_restore"), ("2024", "deployment_rework_rate")],
)
def test_no_levels(edition: str, metric_id: str) -> None:
    assert levels_of(edition, metric_id) == ()


@pytest.mark.parametrize("edition", CLUSTERED)
@pytest.mark.parametrize("metric_id", UNITS)
@pytest.mark.parametrize("dated_by_day", [False, True])
@given(value=st.floats(0.001, 1e4))
def test_durations_as_on_the_cards(edition: str, metric_id: str, dated_by_day: bool, value: float) -> None:
    levels = levels_of(edition, metric_id, dated_by_day=dated_by_day)
    if any(math.isclose(value, level.low) for level in levels):
        return  # which side an end belongs to cannot be seen on an axis
    on_card = duration_level(
        EDITIONS[edition], metric_id, value * UNITS[metric_id], dated_by_day=dated_by_day
    )

    assert name_at(levels, value) == on_card


@pytest.mark.parametrize("edition", CLUSTERED)
@given(value=st.floats(0, 100))
def test_rates_as_on_the_cards(edition: str, value: float) -> None:
    levels = levels_of(edition, "change_fail_rate")
    if any(math.isclose(value, level.low, abs_tol=1e-9) for level in levels[1:]):
        return

    assert name_at(levels, value) == rate_level(EDITIONS[edition], "change_fail_rate", value)


@pytest.mark.parametrize("edition", CLUSTERED)
@pytest.mark.parametrize("days_per_week", [0.01, 0.1, 0.5, 1, 3, 5, 7])
def test_frequency_as_on_the_cards(edition: str, days_per_week: float) -> None:
    rhythm = rhythm_of(days_per_week, days_per_week, days_per_week * 30 / 7)

    assert name_at(levels_of(edition, "deployment_frequency"), days_per_week) == rhythm_level(
        EDITIONS[edition], rhythm
    )
