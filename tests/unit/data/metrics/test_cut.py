"""A period cut at a day: the numbers of both parts, and the verdict between them."""

import datetime as dt

import pytest

from configuration.errors import InputError
from data.flow_calculator import FLOW_METRICS
from data.metrics.cut import Cut, cut_at
from tests.reference import reference_metrics
from tests.reference.results import comparison
from tests.support.builders import issue, status_list
from tests.support.rows import context

MONDAY = dt.date(2026, 1, 5)


def delivered(counts: list[int]) -> list[dict]:
    """Stories begun on the Mondays of these weeks and delivered on their Tuesdays."""
    return [
        issue(
            f"A-{100 * week + number + 1}",
            created="2025-12-01",
            history=[
                ((MONDAY + dt.timedelta(7 * week)).isoformat(), "Doing"),
                ((MONDAY + dt.timedelta(7 * week + 1)).isoformat(), "Done"),
            ],
        )
        for week, n in enumerate(counts)
        for number in range(n)
    ]


RISING = delivered([1, 2, 3, 4, 5, 6, 7, 8])
PERIOD = ("2026-01-05", "2026-03-01")


def cut(day: str, issues: list[dict] = RISING, period: tuple[str, str] = PERIOD) -> Cut:
    return cut_at(context(issues, *period, "2026-03-02"), dt.date.fromisoformat(day), FLOW_METRICS)


def test_both_parts_have_their_number_and_one_verdict() -> None:
    """Weeks of 5, 6, 7, 8 after 1, 2, 3, 4: U = 16, p = 0.0304, up, likely; 10 and 26 items in 28 days."""
    found = cut("2026-02-02")
    velocity = found.results["flow_velocity"]

    assert (found.before.days, found.after.days) == (28, 28)
    assert (velocity.previous.value, velocity.previous.n) == (2.5, 10)
    assert (velocity.value, velocity.n) == (6.5, 26)
    assert (velocity.trend, velocity.confidence, velocity.change.units) == ("up", "likely", (4, 4))
    assert velocity.change.p == pytest.approx(0.0304, abs=5e-5)


def test_the_week_that_holds_the_day_counts_in_neither_comparison() -> None:
    """Cut on a Tuesday, both parts have a week that is not whole, and 3 whole weeks are too few."""
    velocity = cut("2026-02-03").results["flow_velocity"]

    assert (velocity.previous.n, velocity.n) == (10, 26)  # those of that Tuesday are after
    assert velocity.trend == "unknown"


@pytest.mark.parametrize(("day", "n"), [("2026-01-06", (0, 36)), ("2026-03-01", (36, 0))])
def test_one_day_is_enough_for_a_part(day: str, n: tuple[int, int]) -> None:
    velocity = cut(day).results["flow_velocity"]

    assert (velocity.previous.n, velocity.n) == n
    assert velocity.trend == "unknown"


@pytest.mark.parametrize("day", ["2026-01-05", "2026-01-04", "2026-03-02", "2026-03-03"])
def test_a_part_without_a_day_is_refused(day: str) -> None:
    with pytest.raises(InputError, match=f"cannot be cut at {day}: one part would have no day") as met:
        cut(day)
    assert met.value.hint == "Cut it at a day from 2026-01-06 to 2026-03-01."


def test_a_period_of_one_day_cannot_be_cut() -> None:
    with pytest.raises(InputError) as met:
        cut("2026-01-06", period=("2026-01-06", "2026-01-06"))
    assert "choose a longer period" in met.value.hint


def test_load_is_shown_and_never_judged() -> None:
    """Its weeks depend on each other. Five began at the instant of the cut; A-900 is left at the end."""
    late = issue("A-900", created="2025-12-01", history=[("2026-02-10", "Doing")])
    load = cut("2026-02-02", [*RISING, late]).results["flow_load"]

    assert (load.previous.value, load.value, load.trend) == (5, 1, "unknown")


@pytest.mark.parametrize("day", ["2026-02-02", "2026-02-05"])
def test_the_plain_program_says_the_same_of_each_part(day: str) -> None:
    """Two periods that nobody cut: the same values, and the same weeks to compare."""
    found, moment = cut(day), dt.date.fromisoformat(day)
    ends = (PERIOD[0], str(moment - dt.timedelta(days=1))), (day, PERIOD[1])
    known = {"statuses": status_list(), "as_of": "2026-03-01"}
    first, second = (reference_metrics(RISING, date_from=a, date_to=b, **known)["metrics"] for a, b in ends)
    for name in ("flow_velocity", "flow_time", "request_lead_time", "flow_load"):
        result = found.results[name]
        assert (result.previous.value, result.previous.n) == (first[name]["value"], first[name]["n"])
        assert (result.value, result.n) == (second[name]["value"], second[name]["n"])
        verdict = comparison(name, second[name], first[name])
        assert (result.trend, result.confidence) == (verdict["trend"], verdict["confidence"])
