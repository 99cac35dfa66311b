"""The tables of the DORA reports: each whole, in order, and with ends that belong to somebody."""

from itertools import pairwise

import pytest

from configuration.performance_levels import (
    DAY_S,
    DURATION_ANSWERS,
    EDITIONS,
    HOUR_S,
    LESS_THAN_AN_HOUR,
    LEVELS,
    NO_LIMIT,
    RHYTHM_ANSWERS,
    RHYTHMS,
    WEEK_S,
    Limit,
)


@pytest.mark.parametrize(
    ("limit", "value", "held"),
    [
        (Limit(5), 5, True),  # may be reached
        (Limit(5), 5.001, False),
        (Limit(5, strict=True), 5, False),  # less than
        (Limit(5, strict=True), 4.999, True),
        (LESS_THAN_AN_HOUR, HOUR_S, False),
        (NO_LIMIT, 1e12, True),
    ],
)
def test_whether_a_limit_holds_its_end(limit: Limit, value: float, held: bool) -> None:
    assert limit.holds(value) is held


def test_lengths() -> None:
    assert (HOUR_S, DAY_S, WEEK_S) == (60 * 60, 24 * 60 * 60, 7 * 24 * 60 * 60)


@pytest.mark.parametrize("year", sorted(EDITIONS))
def test_an_edition_has_every_table_or_scores_instead(year: str) -> None:
    """Its clusters are the same in each table, best first."""
    edition = EDITIONS[year]
    tables = (edition.rhythm, edition.lead, edition.restore, edition.fail or edition.fail_values)

    if edition.scores:
        assert not any(tables)
        assert all(0 < score.mean < 10 and score.deviation > 0 for score in edition.scores.values())
    else:
        assert {tuple(table) for table in tables} == {LEVELS[-len(edition.lead) :]}


@pytest.mark.parametrize("year", [year for year, edition in EDITIONS.items() if not edition.scores])
def test_better_clusters_are_never_slower(year: str) -> None:
    edition = EDITIONS[year]

    for cells in (edition.lead, edition.restore, edition.fail):
        ends = [(limit.at, not limit.strict) for limit in cells.values()]
        assert all(better <= worse for better, worse in pairwise(ends))
    places = [RHYTHMS.index(rhythm) for rhythm in edition.rhythm.values()]
    assert places == sorted(places)


def test_answers_of_the_quick_check_get_slower() -> None:
    """Five limits part six answers, for durations and for the rhythm."""
    ends = [limit.at for limit in DURATION_ANSWERS]

    assert len(ends) == 5
    assert all(faster < slower for faster, slower in pairwise(ends))
    assert [RHYTHM_ANSWERS[rhythm] for rhythm in RHYTHMS] == [6, 5, 4, 3, 2, 1]


def test_the_scores_of_2025_are_those_of_all_industries() -> None:
    """Mean and deviation as published in April 2026."""
    scores = {name: (score.mean, score.deviation) for name, score in EDITIONS["2025"].scores.items()}

    assert scores == {
        "change_lead_time": (5.5, 2.4),
        "deployment_frequency": (4.8, 2.8),
        "failed_deployment_recovery_time": (7.4, 2.1),
        "change_fail_rate": (8.1, 2.1),
        "deployment_rework_rate": (7.8, 2.2),
    }
