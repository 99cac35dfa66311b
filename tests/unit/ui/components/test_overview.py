"""What changed, and what is stuck."""

import json
from dataclasses import replace

from data.metric import Metric, MetricResult, Previous
from data.pipeline import METRICS
from tests.engine import engine_report
from tests.examples import example_a
from ui.components.overview import changes, changes_list, stuck_list

RESULTS = engine_report(example_a().issues, **example_a().arguments()).results


def moved(**shifts: tuple[float, float]) -> dict[str, MetricResult]:
    """Return results in which some metrics went from one value to another, and the rest stayed."""
    return {
        name: replace(
            result,
            value=shifts[name][1] if name in shifts else 1.0,
            previous=Previous(shifts[name][0] if name in shifts else 1.0, 10),
            trend=("up" if shifts[name][1] > shifts[name][0] else "down") if name in shifts else "flat",
        )
        for name, result in RESULTS.items()
    }


def names(found: list[Metric]) -> list[str]:
    return [metric.id for metric in found]


def test_the_largest_relative_change_is_first() -> None:
    """From 10 to 5 is a half, from 100 to 90 a tenth, from nothing to 2 everything."""
    results = moved(flow_time=(10.0, 5.0), flow_velocity=(100.0, 90.0), flow_load=(0.0, 2.0))

    assert names(changes(METRICS, results)) == ["flow_load", "flow_time", "flow_velocity"]


def test_at_most_three_changes_are_told() -> None:
    """The fourth and smallest is left out."""
    results = moved(
        flow_time=(10.0, 5.0), flow_velocity=(100.0, 90.0), flow_load=(1.0, 2.0), request_lead_time=(9.0, 3.0)
    )

    assert names(changes(METRICS, results)) == ["request_lead_time", "flow_time", "flow_load"]


def test_what_chance_explains_is_no_change() -> None:
    """Flat and unknown trends are not told; which of the two it is decides the sentence."""
    flat = json.dumps(changes_list(METRICS, moved()).to_plotly_json(), default=str)
    unknown = {name: replace(result, trend="unknown") for name, result in moved().items()}

    assert "Nothing changed by more than chance." in flat
    assert "nothing to compare with" in str(changes_list(METRICS, unknown))


def test_the_five_oldest_are_listed() -> None:
    """The sixth is left out; only what is older than the P85 has a flag."""
    items = [(f"A-{n}", "Doing", 10.0 - n, n < 2) for n in range(6)]
    listed = stuck_list(items)

    assert len(listed.children) == 5
    assert str(listed).count("> P85") == 2
    assert "in progress" in str(stuck_list([]))
