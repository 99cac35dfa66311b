"""Which rows behind a number are asked for, in which order; numbers by hand."""

from pathlib import Path

import pytest

from data.export.selection import LONGEST_FIRST, Found, Selection, selection_of
from data.flow_calculator import FLOW_METRICS
from data.metrics.report import Report, View
from data.pipeline import Pipeline
from tests.support.builders import issue
from tests.support.dashboards import pipeline_over

VIEW = View(date_from="2026-03-01", date_to="2026-03-31", timezone="UTC")
BY_ID = {metric.id: metric for metric in FLOW_METRICS}


def worked(key: str, days: int, kind: str, summary: str, **more: object) -> dict:
    """Return an issue that took so many days from the second of March."""
    history = [("2026-03-02", "Doing"), (f"2026-03-{2 + days:02d}", "Done")]
    return issue(key, kind, summary=summary, created="2026-02-20", history=history, **more)


ISSUES = [
    worked("A-2", 2, "Story", "Pay by invoice", labels=["shop"], priority={"name": "High"}),
    worked("A-10", 6, "Bug", "Invoice is empty", labels=["shop", "late"], priority={"name": "Low"}),
    worked("B-1", 1, "Story", "Sign in", labels=["late"], priority=None),
    worked("B-3", 1, "Bug", "a cart of its own", priority=None),
]


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Return a pipeline over four issues that took 2, 6, 1 and 1 days."""
    return pipeline_over(tmp_path_factory.mktemp("rows"), ISSUES)


@pytest.fixture(scope="module")
def report(pipeline: Pipeline) -> Report:
    """Return what they make of March."""
    return pipeline.report(VIEW)


def found(pipeline: Pipeline, report: Report, **asked: object) -> Found:
    rows = pipeline.found(report, "flow_time", Selection(**asked))
    assert rows is not None
    return rows


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (LONGEST_FIRST, "A-10 A-2 B-1 B-3"),  # equal ones go by key
        ("days", "B-1 B-3 A-2 A-10"),
        ("share", "B-1 B-3 A-2 A-10"),
        ("key", "A-2 A-10 B-1 B-3"),
        ("-key", "B-3 B-1 A-10 A-2"),
        ("summary", "B-3 A-10 A-2 B-1"),
        ("type", "A-10 B-3 A-2 B-1"),
        ("-end", "A-10 A-2 B-1 B-3"),
        ("priority", "A-2 A-10 B-1 B-3"),  # without one at the end
        ("-priority", "A-10 A-2 B-1 B-3"),  # in either direction
        ("labels", "B-1 A-2 A-10 B-3"),
        ("-nothing_of_the_kind", "A-10 A-2 B-1 B-3"),
    ],
)
def test_rows_are_sorted(pipeline: Pipeline, report: Report, order: str, expected: str) -> None:
    """By each column, without case, and by the usual one where there is none of that name."""
    rows = found(pipeline, report, order=order)

    assert [line.key for line in rows.lines()] == expected.split()
    assert list(rows.keys(2)) == expected.split()[:2]
    assert [line.key for line in rows.lines(1, 3)] == expected.split()[1:3]


@pytest.mark.parametrize(
    ("find", "expected"),
    [
        ("", "A-2 A-10 B-1 B-3"),
        ("INVOICE", "A-2 A-10"),
        ("invoice bug", "A-10"),  # each word somewhere in the row
        ("a-1", "A-10"),
        ("late", "A-10 B-1"),
        ("high", "A-2"),
        ("done", "A-2 A-10 B-1 B-3"),
        ("invoice cart", ""),
        ("%", ""),
    ],
)
def test_rows_are_searched(pipeline: Pipeline, report: Report, find: str, expected: str) -> None:
    """In key, summary, type, status, priority and labels."""
    rows = found(pipeline, report, find=find, order="key")

    assert [line.key for line in rows.lines()] == expected.split()
    assert len(rows) == len(expected.split())


@pytest.mark.parametrize("by", ["project", "type", "label", "priority", "flow_item"])
def test_a_group_has_as_many_rows_as_the_number_says(pipeline: Pipeline, report: Report, by: str) -> None:
    """The groups of the drawer are those of all metrics, with the same numbers, and these are their rows."""
    whole = {group.name: group.results["flow_time"] for group in pipeline.grouping(VIEW, by).groups}
    parts = {
        group.name: group.results["flow_time"]
        for group in pipeline.breakdown(report, BY_ID["flow_time"], by).groups
    }

    assert {name: (part.value, part.n) for name, part in parts.items()} == {
        name: (result.value, result.n) for name, result in whole.items() if result.n
    }
    for name, part in parts.items():
        assert tuple(found(pipeline, report, by=by, group=name, order="key").keys(9)) == part.included
    assert len(found(pipeline, report, by=by, group="nothing of the kind")) == 0


def test_a_number_is_broken_down_by_what_its_rows_have(pipeline: Pipeline, report: Report) -> None:
    """Labels of 2 and 6, of 6 and 1, and of 1 day."""
    groups = pipeline.breakdown(report, BY_ID["flow_time"], "label").groups

    assert [(group.name, group.results["flow_time"].value) for group in groups] == [
        ("late", 3.5),
        ("shop", 4.0),
        ("(none)", 1.0),
    ]


def test_a_share_is_of_all_rows(pipeline: Pipeline, report: Report) -> None:
    """6, 2, 1 and 1 of ten days, also where only some rows are shown; left out rows have none."""
    assert [line.share for line in found(pipeline, report).lines()] == [60.0, 20.0, 10.0, 10.0]
    assert [line.share for line in found(pipeline, report, find="sign").lines()] == [10.0]


def test_columns_tell_whether_they_have_something_to_say(pipeline: Pipeline, report: Report) -> None:
    """Nothing was noted of these histories."""
    columns = found(pipeline, report).filled()

    assert sorted(columns) == ["days", "end", "labels", "priority", "share", "start", "status", "type"]


def test_an_empty_store_has_no_rows(tmp_path: Path) -> None:
    """And nothing to break down."""
    empty = pipeline_over(tmp_path, [])
    report = empty.report(VIEW)

    assert empty.found(report, "flow_time", Selection()) is None
    assert empty.breakdown(report, BY_ID["flow_time"], "type").groups == ()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({}, Selection()),
        ({"reason": None, "find": " a  b ", "sort": "key"}, Selection(find="a  b", order="key")),
        ({"by": "label", "group": "x", "reason": "negative"}, Selection("negative", by="label", group="x")),
        ({"by": "assignee", "group": "x"}, Selection()),  # nobody's numbers
        ({"group": "x"}, Selection()),
        ({"find": "", "sort": "", "by": "", "group": ""}, Selection()),
    ],
)
def test_an_address_becomes_a_selection(words: dict, expected: Selection) -> None:
    """What it does not know is as if it was not there."""
    assert selection_of(words) == expected
