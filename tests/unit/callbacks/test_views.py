"""What the callbacks make of filters, and how rows are ordered."""

from pathlib import Path

import pytest
from werkzeug.datastructures import MultiDict

from callbacks.drawer import sorted_lines
from callbacks.views import filters_of, query_of, view_of
from data.evidence import IssueLine
from data.pipeline import Pipeline, View
from tests.dashboards import pipeline_over


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Return a pipeline over worked example A, whose newest instant is 2026-03-10 00:00."""
    return pipeline_over(tmp_path_factory.mktemp("view"))


@pytest.mark.parametrize(
    ("filters", "first", "last"),
    [
        (None, "2025-12-10", "2026-03-09"),
        ({"days": "30"}, "2026-02-08", "2026-03-09"),
        ({"days": "365"}, "2025-03-10", "2026-03-09"),
        ({"days": "nonsense"}, "2025-12-10", "2026-03-09"),
        ({"days": "custom", "from": "2026-03-02", "to": "2026-03-05"}, "2026-03-02", "2026-03-05"),
        ({"days": "custom", "from": "2026-03-02"}, "2025-12-10", "2026-03-09"),
    ],
)
def test_periods_count_back_from_the_data(
    pipeline: Pipeline, filters: dict | None, first: str, last: str
) -> None:
    """The last day is the one before the newest instant, never the wall clock's."""
    view = view_of(pipeline, filters)

    assert (view.date_from, view.date_to) == (first, last)


def test_filters_become_a_view(pipeline: Pipeline) -> None:
    """What the URL lists is what the view asks for."""
    view = view_of(pipeline, {"project": ["A"], "type": ["Bug", "Story"], "label": ["x"]})

    assert (view.projects, view.types, view.labels) == (("A",), ("Bug", "Story"), ("x",))


def test_a_view_asked_for_twice_is_computed_once(pipeline: Pipeline) -> None:
    """The second answer is the very same object."""
    assert pipeline.report(View()) is pipeline.report(View())


def line(key: str, days: float | None) -> IssueLine:
    return IssueLine(key, "", "", "", "", "", days, "", "")


@pytest.mark.parametrize(("order", "expected"), [("asc", "BAC"), ("desc", "ABC")])
def test_rows_without_a_value_stand_at_the_end(order: str, expected: str) -> None:
    """In either direction."""
    lines = [line("C", None), line("A", 2.0), line("B", 1.0)]

    assert "".join(row.key for row in sorted_lines(lines, [{"colId": "days", "sort": order}])) == expected


def test_the_number_is_the_number_of_rows(tmp_path: Path) -> None:
    """For every metric and every reason, the drawer has as many rows as the card says."""
    pipeline = pipeline_over(tmp_path)
    report = pipeline.report(View(date_from="2026-03-02", date_to="2026-03-15"))
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
        ({"days": "31"}, ""),
        ({"days": "custom", "from": "2026-03-02", "to": "2026-03-05"}, "?from=2026-03-02&to=2026-03-05"),
        ({"days": "custom", "from": "2026-03-02"}, ""),
    ],
)
def test_defaults_are_not_written(filters: dict | None, expected: str) -> None:
    """The shortest address that says the same; half a period is none."""
    assert query_of(filters) == expected


def test_an_address_may_say_more() -> None:
    """A link to the rows of one reason carries it behind the filters."""
    assert (
        query_of({"project": ["A"]}, reason="not_delivered", other=None) == "?project=A&reason=not_delivered"
    )
