"""Arrivals and departures per week."""

import pytest

from data.charts.net_flow import net_flow
from tests.support.builders import issue
from tests.support.rows import context

TWO_WEEKS = ("2026-03-02", "2026-03-15", "2026-04-01")


def moved(*history: tuple[str, str], key: str = "A-1", **more: object) -> dict:
    return issue(key, created="2026-02-01", history=list(history), **more)


@pytest.mark.parametrize(
    ("history", "arrivals", "departures"),
    [
        ([], [0, 0], [0, 0]),
        ([("2026-03-02T00:00", "Doing")], [1, 0], [0, 0]),  # the first instant is inside
        ([("2026-03-01T23:59", "Doing")], [0, 0], [0, 0]),  # before the period
        ([("2026-03-09T00:00", "Doing")], [0, 1], [0, 0]),  # belongs to the new week
        ([("2026-03-16T00:00", "Doing")], [0, 0], [0, 0]),  # the end is outside
        ([("2026-03-03", "Doing"), ("2026-03-10", "Done")], [1, 0], [0, 1]),
        ([("2026-03-10", "Done")], [0, 1], [0, 1]),  # never in progress: comes as it goes
        ([("2026-03-03", "Doing"), ("2026-03-04", "Done"), ("2026-03-05", "Doing")], [1, 0], [0, 0]),
    ],
)
def test_by_week(history: list[tuple[str, str]], arrivals: list[int], departures: list[int]) -> None:
    found = net_flow(context([moved(*history)], *TWO_WEEKS))

    assert (found.arrivals.tolist(), found.departures.tolist()) == (arrivals, departures)


def test_what_is_closed_without_delivery_departs_too() -> None:
    refused = moved(("2026-03-03", "Doing"), ("2026-03-04", "Done"), resolution="Won't Do")

    assert net_flow(context([refused], *TWO_WEEKS)).departures.tolist() == [1, 0]


def test_net_is_the_difference() -> None:
    """Two come and one goes in the first week, one goes in the second."""
    issues = [
        moved(("2026-03-03", "Doing"), ("2026-03-04", "Done"), key="A-1"),
        moved(("2026-03-03", "Doing"), ("2026-03-10", "Done"), key="A-2"),
    ]

    assert net_flow(context(issues, *TWO_WEEKS)).net.tolist() == [1, -1]


def test_an_empty_store_has_weeks_without_flow() -> None:
    assert net_flow(context([], *TWO_WEEKS)).net.tolist() == [0, 0]
