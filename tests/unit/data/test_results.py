"""Metrics of a view are computed when somebody looks at them, and then once."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import pytest

from data.flow_calculator import FLOW_METRICS
from data.metrics.context import CalculationContext
from data.metrics.evaluate import evaluate
from data.plain_issues import plain_context
from data.results import Results
from tests.support.builders import issue, status_list

NAMES = [metric.id for metric in FLOW_METRICS]


@pytest.fixture
def context() -> CalculationContext:
    done = issue("A-1", history=[("2026-03-03", "Done")], resolution="Done")
    made = plain_context([done], statuses=status_list(), as_of="2026-03-16")
    assert made is not None
    return made


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG, logger="data.performance_utils"):
        yield caplog


def computed(logged: pytest.LogCaptureFixture) -> list[str]:
    return [record.metric for record in logged.records if record.message == "metric.started"]


def test_asking_what_there_is_computes_nothing(
    context: CalculationContext, logged: pytest.LogCaptureFixture
) -> None:
    results = Results(FLOW_METRICS, context)

    assert list(results) == NAMES
    assert len(results) == len(NAMES)
    assert "flow_time" in results
    assert "change_lead_time" not in results
    assert results.get("change_lead_time") is None
    assert computed(logged) == []


def test_what_is_looked_at_is_computed_alone_and_equals_its_evaluation(
    context: CalculationContext, logged: pytest.LogCaptureFixture
) -> None:
    results = Results(FLOW_METRICS, context, "Careful.")
    load = next(metric for metric in FLOW_METRICS if metric.id == "flow_load")

    found = results["flow_load"]

    assert set(computed(logged)) == {"flow_load"}
    again = evaluate(load, context, "Careful.")
    assert (found.value, found.n, found.message) == (again.value, again.n, again.message)


def test_many_who_look_at_once_see_the_same(
    context: CalculationContext, logged: pytest.LogCaptureFixture
) -> None:
    results = Results(FLOW_METRICS, context)
    with ThreadPoolExecutor(8) as readers:
        found = list(readers.map(results.__getitem__, repeat("flow_velocity", 40)))

    assert all(one is found[0] for one in found)
    # Once for the period and once for the one before it, where there was one.
    assert len(computed(logged)) <= 2
