"""Levels of the DORA reports: the edges of the published tables."""

import pytest

from configuration.performance_levels import DAY_S, EDITIONS, HOUR_S, MONTH_S, WEEK_S
from data.metrics.bands import duration_level, rate_level, rhythm_level, rhythm_of

LEAD, RESTORE, FAIL = "change_lead_time", "failed_deployment_recovery_time", "change_fail_rate"


@pytest.mark.parametrize(
    ("days_per_week", "days_per_month", "rhythm"),
    [
        (5, 20, "on demand"),
        (4.5, 20, "daily-weekly"),
        (1, 4, "daily-weekly"),
        (0.5, 1, "weekly-monthly"),
        (0, 1 / 6, "monthly-6-monthly"),
        (0, 0.1, "fewer"),
    ],
)
def test_rhythm(days_per_week: float, days_per_month: float, rhythm: str) -> None:
    """Each step holds its slow end."""
    assert rhythm_of(days_per_week, days_per_month) == rhythm


@pytest.mark.parametrize(
    ("edition", "rhythm", "level"),
    [
        ("2021", "daily-weekly", "High"),  # a step that the edition lacks goes to the next slower
        ("2022", "on demand", "High"),
        ("2022", "fewer", "Low"),
        ("2023", "weekly-monthly", "Medium, Low"),  # shared by two clusters
        ("2024", "daily-weekly", "High"),
        ("2025", "on demand", "+1.44 standard deviations from the mean"),
    ],
)
def test_level_of_a_rhythm(edition: str, rhythm: str, level: str) -> None:
    """By the table of each edition."""
    assert rhythm_level(EDITIONS[edition], rhythm) == level


@pytest.mark.parametrize(
    ("edition", "metric", "seconds", "level"),
    [
        ("2024", LEAD, DAY_S - 1, "Elite"),
        ("2024", LEAD, DAY_S, "High"),  # less than is strict
        ("2024", LEAD, WEEK_S, "High"),
        ("2024", LEAD, MONTH_S, "Medium"),
        ("2024", LEAD, 7 * MONTH_S, "Low"),  # beyond all cells
        ("2023", LEAD, MONTH_S, "Medium, Low"),
        ("2024", RESTORE, HOUR_S - 1, "Elite"),
        ("2024", RESTORE, HOUR_S, "High, Medium"),
        ("2021", RESTORE, 8 * DAY_S, "Low"),
        ("2025", LEAD, 2 * DAY_S, "+0.26 standard deviations from the mean"),
    ],
)
def test_level_of_a_duration(edition: str, metric: str, seconds: float, level: str) -> None:
    """The first cluster, best first, whose slow end is not exceeded; a shared cell names all."""
    assert duration_level(EDITIONS[edition], metric, seconds) == level


def test_days_never_earn_less_than_an_hour() -> None:
    """What is measured in days cannot be told to be under an hour."""
    assert duration_level(EDITIONS["2021"], LEAD, 0, dated_by_day=True) == "High"


@pytest.mark.parametrize(
    ("edition", "percent", "level"),
    [
        ("2021", 15, "Elite"),
        ("2021", 15.1, "High, Medium, Low"),
        ("2022", 45, "Low"),
        ("2023", 12.5, "High, Medium"),  # as near to one as to the other
        ("2024", 9, "Medium"),
        ("2024", 0, "Elite"),
        ("2025", 10, "+0.60 standard deviations from the mean"),
    ],
)
def test_level_of_a_fail_rate(edition: str, percent: float, level: str) -> None:
    """Limits in the older editions, the nearest cluster value in the newer."""
    assert rate_level(EDITIONS[edition], FAIL, percent) == level


def test_every_edition_says_where_it_was_read() -> None:
    """A table without a source is a rumour."""
    assert all(edition.source and edition.year == year for year, edition in EDITIONS.items())
