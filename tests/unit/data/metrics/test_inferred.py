"""Which results say that an inferred meaning of a status decides what they are made of."""

from collections.abc import Callable

import pytest

from data.metrics.context import CalculationContext
from data.metrics.flow_distribution import flow_distribution
from data.metrics.flow_efficiency import flow_efficiency
from data.metrics.flow_load import flow_load
from data.metrics.flow_time import flow_time
from data.metrics.flow_velocity import flow_velocity
from data.metrics.flow_velocity_points import flow_velocity_points
from data.metrics.request_lead_time import request_lead_time
from data.model.metric import Measure
from tests.support.builders import issue, status, status_list
from tests.support.rows import context

PERIOD = ("2026-03-02", "2026-03-15", "2026-04-01")
WAITING = {"workflow": {"waiting": ["Review"]}}
GONE, SHUT = ("97", "In Arbeit"), ("98", "Closed")

KNOWN = issue("A-1", created="2026-03-01", history=[("2026-03-02", "Doing"), ("2026-03-05", "Done")])
BEGAN = issue("A-2", created="2026-03-01", history=[("2026-03-02", GONE), ("2026-03-05", "Done")])
ENDED = issue(
    "A-3",
    created="2026-03-01",
    history=[("2026-03-02", "Doing"), ("2026-03-04", SHUT), ("2026-03-05", "Done")],
)
ELSEWHEN = issue("A-4", created="2026-01-01", history=[("2026-01-02", GONE), ("2026-01-05", "Done")])
CANCELLED = status("Cancelled", "77", "done")
STATUSES = [*status_list(), CANCELLED]


def closed(resolution: str) -> dict:
    history = [("2026-03-02", "Doing"), ("2026-03-05", ("77", "Cancelled"))]
    return issue("A-5", created="2026-03-01", history=history, status=CANCELLED, resolution=resolution)


def here(*issues: dict, **more: object) -> CalculationContext:
    return context(issues, *PERIOD, statuses=STATUSES, **more)


@pytest.mark.parametrize("compute", [flow_velocity, flow_distribution, request_lead_time])
def test_what_needs_an_end_alone(compute: Callable[[CalculationContext], Measure]) -> None:
    """An inferred start changes nothing here, nor what was completed in another period."""
    assert compute(here(KNOWN, BEGAN, ELSEWHEN)).evidence == "measured"
    assert compute(here(KNOWN, ENDED)).evidence == "inferred"


@pytest.mark.parametrize("compute", [flow_time, flow_efficiency])
def test_what_needs_a_start_and_an_end(compute: Callable[[CalculationContext], Measure]) -> None:
    assert compute(here(KNOWN, ELSEWHEN, profile=WAITING)).evidence == "measured"
    assert compute(here(KNOWN, BEGAN, profile=WAITING)).evidence == "inferred"
    assert compute(here(KNOWN, ENDED, profile=WAITING)).evidence == "inferred"


def test_from_creation_flow_time_is_a_proxy_whatever_is_inferred() -> None:
    assert flow_time(here(BEGAN, ENDED, profile={"start_source": "created"})).evidence == "proxy"


@pytest.mark.parametrize("compute", [flow_velocity, flow_distribution])
def test_what_only_the_name_of_a_status_leaves_out(compute: Callable[[CalculationContext], Measure]) -> None:
    """A resolution that says the same is measured, and so is a list that somebody wrote."""
    written = {"workflow": {"not_delivered": ["Cancelled"]}}

    assert compute(here(KNOWN, closed("Done"))).evidence == "inferred"
    assert compute(here(KNOWN, closed("Duplicate"))).evidence == "measured"
    assert compute(here(KNOWN, closed("Done"), profile=written)).evidence == "measured"
    assert compute(here(KNOWN, closed("Done"), profile=written)).candidates.counts() == {"not_delivered": 1}


def test_points_of_what_only_a_name_leaves_out() -> None:
    mapped = here(KNOWN, closed("Done"), profile={"fields": {"story_points": "customfield_1"}})

    assert flow_velocity_points(mapped).evidence == "inferred"


def test_load_in_a_status_that_is_in_progress_by_its_name() -> None:
    """At the end of the period, not at another time."""
    busy = issue("B-1", created="2026-03-01", history=[("2026-03-02", GONE), ("2026-03-20", "Done")])

    assert flow_load(here(KNOWN, busy)).evidence == "inferred"
    assert flow_load(here(KNOWN, BEGAN)).evidence == "measured"
