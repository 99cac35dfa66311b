"""What another period invalidates."""

import pytest

from callbacks.dora_flow_metrics import earlier_view, invalidated
from data.metrics.report import View
from data.pipeline import Pipeline
from tests.support.dashboards import pipeline_over


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Return a pipeline over worked example A, whose newest instant is 2026-03-10 00:00."""
    return pipeline_over(tmp_path_factory.mktemp("watch"))


def looked_at(pipeline: Pipeline, *periods: tuple[str, str]):  # the last trigger
    views = [View(date_from=first, date_to=last) for first, last in periods]
    return invalidated(pipeline, views[-1], views[-2] if len(views) > 1 else None)


def test_the_first_look_invalidates_nothing(pipeline: Pipeline) -> None:
    """There is nothing before it."""
    assert looked_at(pipeline, ("2026-03-02", "2026-03-08")) is None


def test_the_same_period_invalidates_nothing(pipeline: Pipeline) -> None:
    """Another filter or another page over the same days."""
    assert looked_at(pipeline, ("2026-03-02", "2026-03-08"), ("2026-03-02", "2026-03-08")) is None


def test_another_period_costs_results_only(pipeline: Pipeline) -> None:
    """Inside what is stored nobody asks Jira."""
    trigger = looked_at(pipeline, ("2026-03-02", "2026-03-08"), ("2026-02-02", "2026-03-08"))

    assert trigger.costs == {"period": "results"}
    assert not trigger.needs_requests


def test_a_period_beyond_what_is_stored_needs_the_missing_days(pipeline: Pipeline) -> None:
    """The data end on 10 March; the 15th has to be fetched."""
    trigger = looked_at(pipeline, ("2026-03-02", "2026-03-08"), ("2026-03-02", "2026-03-15"))

    assert trigger.needs_requests


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ({"days": "30"}, ("2026-02-09", "2026-03-10")),
        ({"days": "30", "src": "other"}, None),
        ({"from": "no day", "to": "2026-03-08"}, None),
        (None, None),
    ],
)
def test_what_the_page_looked_at_before(pipeline: Pipeline, before: dict | None, expected: object) -> None:
    """The page itself remembers it; another profile has other data, and nonsense was no view."""
    view = earlier_view(pipeline, {"days": "90"}, before)

    assert (view and (view.date_from, view.date_to)) == expected
