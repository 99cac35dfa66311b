"""How long callbacks took: measured where they are answered, and only they."""

import time

import pytest
from flask import Flask

from callbacks.timing import REMEMBERED, RecentTimings, time_callbacks


@pytest.fixture
def timed() -> tuple[Flask, RecentTimings]:
    """Return a server with one slow callback and one page."""
    server = Flask("timed")
    timings = time_callbacks(server)

    @server.post("/_dash-update-component")
    def answer() -> str:
        time.sleep(0.02)
        return "{}"

    @server.get("/page")
    def page() -> str:
        return "page"

    return server, timings


@pytest.mark.parametrize(
    ("output", "name"),
    [
        ("panel.children", "panel.children"),
        ("..panel.children...title.children..", "panel.children"),  # the first of several
        ("x" * 200, "x" * 80),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_callback_is_timed_under_its_first_output(
    timed: tuple[Flask, RecentTimings], output: str | None, name: str
) -> None:
    server, timings = timed
    server.test_client().post("/_dash-update-component", json={"output": output})

    (entry,) = timings.entries()
    assert (entry["message"], entry["callback"]) == ("callback.finished", name)
    assert 20 <= entry["duration_ms"] < 5_000


@pytest.mark.parametrize("body", ["not json", "[1]", "5"])
def test_an_odd_request_is_timed_as_well(timed: tuple[Flask, RecentTimings], body: str) -> None:
    server, timings = timed
    server.test_client().post("/_dash-update-component", data=body, content_type="application/json")

    assert [entry["callback"] for entry in timings.entries()] == ["unknown"]


def test_pages_are_not_timed(timed: tuple[Flask, RecentTimings]) -> None:
    server, timings = timed

    assert server.test_client().get("/page").status_code == 200
    assert timings.entries() == []


def test_only_the_last_ones_are_remembered() -> None:
    timings = RecentTimings()
    for number in range(REMEMBERED + 3):
        timings.add("x", float(number))

    durations = [entry["duration_ms"] for entry in timings.entries()]
    assert (len(durations), durations[0], durations[-1]) == (REMEMBERED, 3.0, REMEMBERED + 2.0)
