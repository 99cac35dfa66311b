"""What changed of late is told of 13 whole weeks, whatever the period."""

import datetime as dt

import pytest

from data.charts.recent import recent
from tests.support.builders import issue
from tests.support.rows import context

MONDAY = dt.date(2026, 1, 5)


def delivered(counts: list[int]) -> list[dict]:
    """Stories delivered on the Tuesdays of these weeks."""
    return [
        issue(
            f"A-{100 * week + number + 1}",
            created="2026-01-01",
            history=[((MONDAY + dt.timedelta(7 * week + 1)).isoformat(), "Done")],
        )
        for week, n in enumerate(counts)
        for number in range(n)
    ]


@pytest.mark.parametrize("first", ["2026-07-01", "2026-01-10"])
def test_thirteen_whole_weeks_whatever_the_period(first: str) -> None:
    """One item a week, then three; the week that begins on Monday 6 July is not whole on the Thursday."""
    found = recent(context(delivered([1] * 13 + [3] * 13), first, "2026-07-08", "2026-07-09"))
    velocity = found.results["flow_velocity"]

    assert (found.first_day, found.last_day) == (dt.date(2026, 4, 6), dt.date(2026, 7, 5))
    assert (velocity.value, velocity.previous.value, velocity.n) == (3.0, 1.0, 39)
    assert (velocity.trend, velocity.confidence, velocity.change.units) == ("up", "strong", (13, 13))
