"""The drawer: what a number says of itself, its groups, and what can be done with its rows."""

from dataclasses import replace
from typing import Any

import pytest

from data.pipeline import METRICS
from tests.support.engine import engine_report
from tests.support.examples import example_a
from ui.components.drawer import Bench, Groups, Heavy, breakdown, drawer_tools, half_words, issue_table

BY_ID = {metric.id: metric for metric in METRICS}


def texts(parts: Any) -> str:
    """Return all that parts of a page say, and their attributes."""
    return " ".join(str(part.to_plotly_json()) for part in parts).replace("\\u202f", " ")


def columns(order: str) -> dict[str, str]:
    """Return which columns a table is sorted by."""
    return {column["field"]: column["sort"] for column in issue_table(order).columnDefs if "sort" in column}


@pytest.mark.parametrize(
    ("order", "expected"),
    [("-days", {"days": "desc"}), ("summary", {"summary": "asc"}), ("-nothing", {}), ("", {})],
)
def test_a_table_is_sorted_as_the_address_says(order: str, expected: dict[str, str]) -> None:
    """And by nothing where there is no such column."""
    assert columns(order) == expected
    assert columns("-days") == {"days": "desc"}  # the columns themselves have not changed


@pytest.mark.parametrize(
    ("bench", "said", "not_said"),
    [
        (Bench(None, 3, 3, "/a.csv"), ["3 rows", "/a.csv"], ["JQL", "Jira"]),
        (
            Bench(None, 1, 1, "/a.csv", "key in (A-1)", 1),
            ["1 row", "key in (A-1)", "for 1 issue is"],
            ["Jira takes"],
        ),
        (
            Bench(None, 2, 30, "/a.csv", "key in (A-1, A-2)", 2),
            ["2 of 30 rows", "for 2 issues is"],
            ["Jira takes"],
        ),
        (
            Bench("negative", 1200, 1200, "/a.csv", "key in (A-1)", 1000, "https://jira/issues", 600),
            ["the query names the first 1 000 and the link lists the first 600: Jira takes no more."],
            [" of 1 200 rows'"],
        ),
        (
            Bench(None, 36, 36, "/rows.csv", jql="key in (A-1)", named=18, beside=18),
            ["Of 36 rows 18 are no issues, and in no query."],
            ["Jira takes no more"],
        ),
    ],
)
def test_what_can_be_done_with_rows(bench: Bench, said: list[str], not_said: list[str]) -> None:
    """Rows without keys are not offered as a query; what a Jira does not take is told."""
    shown = texts(drawer_tools(bench))

    assert [text for text in said if text not in shown] == []
    assert [text for text in not_said if text in shown] == []


def test_groups_stand_by_size() -> None:
    """Whichever order they come in; the chosen one is marked."""
    example = example_a()
    report = engine_report(example.issues, **example.arguments())
    small, large = report.results["flow_load"], report.results["flow_velocity"]
    shown = texts(
        breakdown(BY_ID["flow_velocity"], Groups("type", [("Bug", small), ("Story", large)], 4, "Bug"))
    )

    assert (small.n, large.n) == (1, 3)
    assert shown.index("'Story'") < shown.index("'Bug'")
    assert "4 smaller groups not shown." in shown
    assert shown.count("'chosen'") == 1


def test_deployments_go_by_project_alone() -> None:
    """And nothing has groups before somebody asks for them."""
    assert "priority" not in texts(breakdown(BY_ID["deployment_frequency"], Groups(None)))
    assert "priority" in texts(breakdown(BY_ID["flow_time"], Groups(None)))
    assert "Choose a group" not in texts(breakdown(BY_ID["flow_time"], Groups(None)))


def test_the_few_that_weigh_most_are_named() -> None:
    """Two of more than two; without a P85 there is nothing to say."""
    example = example_a()
    result = engine_report(example.issues, **example.arguments()).results["flow_time"]
    heavy = Heavy(("A-1", "A-2"), 3, 12, 0.526)

    told = replace(result, percentiles={"p85": 14.66})

    assert half_words(BY_ID["flow_time"], result, heavy) == ""  # of two items
    assert half_words(BY_ID["flow_time"], told, heavy) == (
        "3 of the 12 issues above P85 (14.7 days) are 53 % of the time beyond it: A-1, A-2, ..."
    )
    assert half_words(BY_ID["flow_time"], told, Heavy(("A-1",), 1, 1, 1.0)) == (
        "1 of the 1 issue above P85 (14.7 days) is 100 % of the time beyond it: A-1"
    )
