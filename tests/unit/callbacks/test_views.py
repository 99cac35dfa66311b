"""What the callbacks make of filters."""

from pathlib import Path

import pytest
from werkzeug.datastructures import MultiDict

from callbacks.views import filters_of, query_of, view_of
from configuration.errors import InputError
from data.metrics.report import View
from data.pipeline import Pipeline
from tests.support.dashboards import pipeline_over


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Return a pipeline over worked example A, whose newest instant is 2026-03-10 00:00."""
    return pipeline_over(tmp_path_factory.mktemp("view"))


@pytest.mark.parametrize(
    ("filters", "first", "last"),
    [
        (None, "2025-12-11", "2026-03-10"),
        ({"days": "30"}, "2026-02-09", "2026-03-10"),
        ({"days": "365"}, "2025-03-11", "2026-03-10"),
        ({"days": "1"}, "2026-03-10", "2026-03-10"),
        ({"from": "2026-03-02", "to": "2026-03-05"}, "2026-03-02", "2026-03-05"),
        ({"days": "30", "from": "2026-03-02", "to": "2026-03-02"}, "2026-03-02", "2026-03-02"),
        ({"period": "this-month"}, "2026-03-01", "2026-03-10"),
        ({"period": "last-quarter", "days": "30"}, "2025-10-01", "2025-12-31"),
        ({"period": "last-2-weeks"}, "2026-02-23", "2026-03-08"),
    ],
)
def test_periods_count_back_from_the_data(
    pipeline: Pipeline, filters: dict | None, first: str, last: str
) -> None:
    """The last day is that of the newest instant, which counts, and never the wall clock's."""
    view = view_of(pipeline, filters)

    assert (view.date_from, view.date_to) == (first, last)


@pytest.mark.parametrize(
    ("filters", "cause"),
    [
        ({"days": "nonsense"}, "A period of 'nonsense' days is not offered."),
        ({"days": "0"}, "A period of '0' days is not offered."),
        ({"period": "next-month"}, "There is no period called 'next-month'."),
        ({"from": "2026-03-02"}, "The period has one end only."),
        ({"to": "2026-03-02"}, "The period has one end only."),
        ({"from": "2026-02-30", "to": "2026-03-05"}, "The first day '2026-02-30' is not a date."),
        ({"from": "2026-03-05", "to": "5.3.2026"}, "The last day '5.3.2026' is not a date."),
        ({"from": "2026-03-05", "to": "2026-03-04"}, "The period ends on 2026-03-04, before it begins"),
        ({"step": "day"}, "There are no steps of a 'day'."),
    ],
)
def test_what_makes_no_sense_is_refused(pipeline: Pipeline, filters: dict, cause: str) -> None:
    """Nobody gets numbers that the address did not ask for, and no remedy speaks of the command line."""
    with pytest.raises(InputError) as refused:
        view_of(pipeline, filters)

    assert refused.value.message.startswith(cause)
    assert "--" not in refused.value.message + refused.value.hint


def test_an_empty_store_refuses_the_same(tmp_path: Path) -> None:
    """Whether there are data or not, a name that does not exist is told."""
    empty = pipeline_over(tmp_path, [])

    assert view_of(empty, {"period": "last-month"}).date_from is None
    with pytest.raises(InputError, match="no period called"):
        view_of(empty, {"period": "next-month"})


def test_filters_become_a_view(pipeline: Pipeline) -> None:
    """What the URL lists is what the view asks for."""
    filters = {"project": ["A"], "type": ["Bug", "Story"], "label": ["x"], "component": ["api"]}
    view = view_of(pipeline, filters | {"epic": ["A-1"], "fix_version": ["1.0"], "step": "month"})

    assert (view.projects, view.types, view.labels) == (("A",), ("Bug", "Story"), ("x",))
    assert (view.components, view.epics, view.fix_versions) == (("api",), ("A-1",), ("1.0",))
    assert (view.step, view_of(pipeline, {}).step) == ("month", "auto")


def test_a_view_asked_for_twice_is_computed_once(pipeline: Pipeline) -> None:
    """The second answer is the very same object."""
    assert pipeline.report(View()) is pipeline.report(View())


def test_the_number_is_the_number_of_rows(tmp_path: Path) -> None:
    """For every metric and every reason, the drawer has as many rows as the card says."""
    pipeline = pipeline_over(tmp_path)
    report = pipeline.report(View(date_from="2026-03-02", date_to="2026-03-15"))

    assert report.results["flow_velocity"].n > 0
    for name, result in report.results.items():
        assert len(pipeline.lines(report, name)) == result.n
        for reason, n in result.candidates.counts().items():
            assert len(pipeline.lines(report, name, reason)) == n


def test_an_address_becomes_filters_and_back() -> None:
    """The round trip keeps every filter; what is empty or unknown is passed over."""
    query = MultiDict(
        [
            ("src", "team"),
            ("project", "WEB"),
            ("project", "PAY"),
            ("type", ""),
            ("label", "a&b=c"),
            ("x", "1"),
        ]
    )
    filters = filters_of(query)

    assert filters["project"] == ["WEB", "PAY"]
    assert filters["type"] == []
    assert query_of(filters) == "?src=team&project=WEB&project=PAY&label=a%26b%3Dc"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (None, ""),
        ({"days": "90"}, ""),
        ({"days": "30"}, "?days=30"),
        ({"days": "x"}, "?days=x"),
        ({"period": "last-month", "days": "30"}, "?period=last-month"),
        (
            {"period": "last-month", "from": "2026-03-02", "to": "2026-03-05"},
            "?from=2026-03-02&to=2026-03-05",
        ),
        ({"from": "2026-03-02"}, "?from=2026-03-02"),
        ({"step": "month", "component": ["a b"]}, "?component=a+b&step=month"),
    ],
)
def test_defaults_are_not_written(filters: dict | None, expected: str) -> None:
    """The shortest address that says the same; what makes no sense is said too."""
    assert query_of(filters) == expected


def test_an_address_may_say_more() -> None:
    """A link to the rows of one reason carries it behind the filters."""
    assert (
        query_of({"project": ["A"]}, reason="not_delivered", other=None) == "?project=A&reason=not_delivered"
    )
