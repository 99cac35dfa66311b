"""Levels of the DORA reports: the edges of the published tables."""

from dataclasses import replace

import numpy as np
import pytest

from configuration.performance_levels import DAY_S, EDITIONS, HOUR_S, MONTH_S, WEEK_S
from data.metrics.bands import band, duration_level, rate_level, rhythm_level, rhythm_of
from data.metrics.deployment_frequency import deployment_frequency
from data.model.metric import Candidates, Measure
from data.performance_utils import CalculationContext
from tests.support.builders import issue, version
from tests.support.rows import context

LEAD, RESTORE, FAIL = "change_lead_time", "failed_deployment_recovery_time", "change_fail_rate"


@pytest.mark.parametrize(
    ("per_week", "days_per_week", "days_per_month", "rhythm"),
    [
        (10, 4, 16, "on demand"),
        (9.5, 5, 20, "daily"),  # one release a working day is daily
        (5, 5, 20, "daily"),
        (40, 3.5, 16, "daily-weekly"),  # many, but not on most days
        (4.5, 4.5, 20, "daily-weekly"),
        (1, 1, 4, "daily-weekly"),
        (0.5, 0.5, 1, "weekly-monthly"),
        (0.99, 0.99, 1, "weekly-monthly"),
        (0, 0, 0.99, "monthly-6-monthly"),
        (0, 0, 1 / 6, "monthly-6-monthly"),
        (0, 0, 0.16, "fewer"),
    ],
)
def test_rhythm(per_week: float, days_per_week: float, days_per_month: float, rhythm: str) -> None:
    """Each step holds its slow end."""
    assert rhythm_of(per_week, days_per_week, days_per_month) == rhythm


@pytest.mark.parametrize(
    ("edition", "rhythm", "level"),
    [
        ("2021", "daily-weekly", "High"),  # a step that the edition lacks goes to the next slower
        ("2021", "daily", "High"),
        ("2022", "daily", "Medium"),
        ("2024", "daily", "High"),
        ("2022", "on demand", "High"),
        ("2022", "fewer", "Low"),
        ("2023", "weekly-monthly", "Medium, Low"),  # shared by two clusters
        ("2024", "daily-weekly", "High"),
        ("2025", "on demand", "+1.86 standard deviations from the mean"),  # (10 - 4.8) / 2.8
        ("2025", "daily", "+1.14 standard deviations from the mean"),  # (8 - 4.8) / 2.8
        ("2025", "daily-weekly", "+0.43 standard deviations from the mean"),  # (6 - 4.8) / 2.8
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
        ("2025", LEAD, 2 * DAY_S, "+0.21 standard deviations from the mean"),
    ],
)
def test_level_of_a_duration(edition: str, metric: str, seconds: float, level: str) -> None:
    """The first cluster, best first, whose slow end is not exceeded; a shared cell names all."""
    assert duration_level(EDITIONS[edition], metric, seconds) == level


def test_days_never_earn_less_than_an_hour() -> None:
    """What is measured in days cannot be told to be under an hour."""
    assert duration_level(EDITIONS["2021"], LEAD, 0, dated_by_day=True) == "High"
    assert duration_level(EDITIONS["2024"], LEAD, 0, dated_by_day=True) == "Elite"  # less than a day


@pytest.mark.parametrize(("dated_by_day", "position"), [(False, "+1.88"), (True, "+1.04")])
def test_days_never_earn_the_fastest_answer_of_the_quick_check(dated_by_day: bool, position: str) -> None:
    """Answer 6, which scores 10, is left to durations with an hour; the next one scores 8."""
    level = duration_level(EDITIONS["2025"], LEAD, 0, dated_by_day=dated_by_day)

    assert level == f"{position} standard deviations from the mean"


@pytest.mark.parametrize(
    ("edition", "percent", "level"),
    [
        ("2021", 15, "Elite"),
        ("2021", 15.1, "High, Medium, Low"),
        ("2022", 45, "Low"),
        ("2023", 12.5, "High, Medium"),  # as near to one as to the other
        ("2024", 9, "Medium"),
        ("2024", 0, "Elite"),
        ("2025", 10, "+0.43 standard deviations from the mean"),
    ],
)
def test_level_of_a_fail_rate(edition: str, percent: float, level: str) -> None:
    """Limits in the older editions, the nearest cluster value in the newer."""
    assert rate_level(EDITIONS[edition], FAIL, percent) == level


def test_every_edition_says_where_it_was_read() -> None:
    """A table without a source is a rumour."""
    assert all(edition.source and edition.year == year for year, edition in EDITIONS.items())


def over(first: str, last: str, *days: str, edition: str = "2024") -> CalculationContext:
    """Releases on these days, looked at over a period long past."""
    versions = [version(n, f"{n}", release_date=day) for n, day in enumerate(days)]
    story = issue("A-1", created="2026-01-01")
    return context([story], first, last, "2026-06-01", versions=versions, profile={"edition": edition})


def frequency_band(here: CalculationContext):
    return band("deployment_frequency", deployment_frequency(here), here)


MARCH = ("2026-03-02", "2026-03-29")  # four whole weeks


@pytest.mark.parametrize(
    ("days", "level"),
    [
        (["03-03", "03-10", "03-17", "03-24"], "High"),  # a day in each week
        (["03-08", "03-15", "03-22", "03-29"], "High"),  # always on Sunday
        (["03-03", "03-03", "03-10", "03-17", "03-24"], "High"),  # twice on one day is one day
        (["03-02", "03-08", "03-09"], "Medium"),  # two weeks without any: half a day a week in the middle
        (["03-02", "03-08", "03-09", "03-15"], "High"),  # two, two, none, none
        (["03-03"], "Medium"),  # 30/28 of a day in 30 days
        ([f"03-{day:02}" for day in range(2, 30) if day % 7 not in (0, 1)], "High"),  # every working day
        ([f"03-{day:02}" for day in range(2, 30) for _ in "ab" if day % 7 not in (0, 1)], "Elite"),  # twice
        ([f"03-{day:02}" for day in range(2, 30) for _ in "abc" if day % 7 in (2, 3, 4)], "High"),  # 9 on 3
    ],
)
def test_the_rhythm_is_that_of_deployment_days_in_whole_weeks(days: list[str], level: str) -> None:
    here = over(*MARCH, *(f"2026-{day}" for day in days))

    assert frequency_band(here) == {"edition": "2024", "level": level, "greyed": False}


@pytest.mark.parametrize(
    ("last", "known"),
    [("2026-03-29", True), ("2026-03-28", False), ("2026-04-05", True)],
)
def test_four_whole_weeks_are_needed_for_a_rhythm(last: str, known: bool) -> None:
    """A week that the period cuts does not count."""
    here = over("2026-03-02", last, "2026-03-03", "2026-03-10", "2026-03-17", "2026-03-24")

    assert (frequency_band(here) is not None) is known


def test_cut_weeks_do_not_lower_the_rhythm() -> None:
    """From Sunday to Monday with four whole weeks between: one deployment in each of these."""
    days = ("2026-03-03", "2026-03-10", "2026-03-17", "2026-03-24")
    here = over("2026-03-01", "2026-03-30", *days)

    assert frequency_band(here)["level"] == "High"


@pytest.mark.parametrize(("last", "level"), [("2026-03-30", "Medium"), ("2026-03-31", "Low")])
def test_less_than_a_day_in_thirty_is_a_slower_rhythm(last: str, level: str) -> None:
    """One deployment in 30 days is monthly; one in 31 is less than that."""
    assert frequency_band(over("2026-03-01", last, "2026-03-03"))["level"] == level


def measured(n: int, value: float, **more: object) -> Measure:
    candidates = Candidates(np.arange(n), np.zeros(n, np.int8), (), lambda rows: tuple(map(str, rows)))
    return Measure(
        value=value, candidates=candidates, weekly=np.zeros(0), weekly_n=np.zeros(0, np.int64), **more
    )


@pytest.mark.parametrize(
    ("metric", "value", "level"),
    [
        (LEAD, 0.99, "Elite"),  # days
        (LEAD, 1.0, "High"),
        (RESTORE, 0.99, "Elite"),  # hours
        (RESTORE, 23.0, "High, Medium"),
        (FAIL, 9.0, "Medium"),
    ],
)
def test_a_band_names_edition_and_level(metric: str, value: float, level: str) -> None:
    assert band(metric, measured(20, value), over(*MARCH)) == {
        "edition": "2024",
        "level": level,
        "greyed": False,
    }


@pytest.mark.parametrize(
    ("metric", "n", "greyed"), [(LEAD, 4, True), (LEAD, 5, False), (FAIL, 19, True), (FAIL, 20, False)]
)
def test_few_items_grey_a_band(metric: str, n: int, greyed: bool) -> None:
    """Five durations, or twenty deployments, are enough."""
    assert band(metric, measured(n, 1.0), over(*MARCH))["greyed"] is greyed


@pytest.mark.parametrize("metric", [LEAD, FAIL])
@pytest.mark.parametrize("evidence", ["proxy", "inferred"])
def test_indirect_evidence_greys_a_band(metric: str, evidence: str) -> None:
    assert band(metric, measured(50, 1.0, evidence=evidence), over(*MARCH))["greyed"] is True


@pytest.mark.parametrize("metric", ["flow_velocity", "time_to_restore", "flow_time"])
def test_what_is_not_a_dora_metric_has_no_band(metric: str) -> None:
    assert band(metric, measured(50, 1.0), over(*MARCH)) is None


@pytest.mark.parametrize("metric", [LEAD, FAIL, "deployment_frequency"])
def test_without_a_value_there_is_no_band(metric: str) -> None:
    nothing = replace(measured(0, 0.0), value=None)

    assert band(metric, nothing, over(*MARCH)) is None


def test_an_edition_without_a_table_for_a_rate_has_no_band() -> None:
    """The rework rate came with the edition of 2025."""
    rework = measured(50, 10.0)

    assert band("deployment_rework_rate", rework, over(*MARCH)) is None
    assert band("deployment_rework_rate", rework, over(*MARCH, edition="2025"))["level"] == (
        "+0.55 standard deviations from the mean"
    )


def test_deployments_dated_by_day_never_earn_less_than_an_hour() -> None:
    """Releases have a day and no hour, so a lead time of nothing is only less than a week in 2021."""
    assert band(LEAD, measured(20, 0.0), over(*MARCH, "2026-03-03", edition="2021"))["level"] == "High"
    assert band(LEAD, measured(20, 0.0), over(*MARCH, edition="2021"))["level"] == "Elite"
