"""What the plain program finds odd, with numbers to check by hand."""

import pytest

from tests.reference import reference_metrics
from tests.support.builders import issue, status, status_list

MARCH = {"date_from": "2026-03-02", "date_to": "2026-03-15", "as_of": "2026-03-20"}


def findings(*issues: dict, **changes: object) -> dict[str, list[str]]:
    arguments = {"statuses": status_list(), **MARCH, **changes}
    document = reference_metrics(list(issues), **arguments)
    return {row["code"]: row["keys"] for row in document["data_quality"]}


def created(numbers: range, day: str, project: str = "A") -> list[dict]:
    return [issue(f"{project}-{number}", created=day) for number in numbers]


@pytest.mark.parametrize(
    ("crowd", "others", "found"),
    [
        (50, [1, 1], 50),
        (49, [1, 1], 0),
        (50, [4, 4], 50),
        (50, [5, 5], 0),  # not more than ten times the median day
        (50, [], 0),  # a project with one day knows no other
    ],
)
def test_issues_created_in_bulk(crowd, others, found):
    """The median is over the days on which the project has any."""
    issues = created(range(1, crowd + 1), "2026-03-03")
    for place, count in enumerate(others, start=1):
        issues += created(range(1000 * place, 1000 * place + count), f"2026-03-0{3 + place}")

    assert len(findings(*issues).get("bulk_created", [])) == found


def test_bulks_are_of_one_project():
    halves = [*created(range(1, 26), "2026-03-03"), *created(range(1, 26), "2026-03-03", "B")]
    rest = [*created(range(100, 102), "2026-03-04"), *created(range(102, 104), "2026-03-05")]

    assert "bulk_created" not in findings(*halves, *rest)


def test_a_day_of_bulk_completions():
    """50 done on 5 March, one on the 6th and one on the 7th."""
    days = dict.fromkeys(range(1, 51), "2026-03-05") | {51: "2026-03-06", 52: "2026-03-07"}
    issues = [
        issue(f"A-{number}", created="2026-03-01", history=[(day, "Done")]) for number, day in days.items()
    ]

    assert findings(*issues)["bulk_day"] == [f"A-{number}" for number in range(1, 51)]


@pytest.mark.parametrize(("count", "found"), [(20, True), (19, False)])
def test_flow_times_that_the_load_cannot_explain(count, found):
    """An hour of work in January and done in March: 60 days each, and a load of nothing."""
    history = [("2026-01-04", "Doing"), ("2026-01-04T01:00", "To Do"), ("2026-03-05", "Done")]
    issues = [issue(f"A-{n}", created="2026-01-01", history=history) for n in range(1, count + 1)]

    assert ("littles_law_mismatch" in findings(*issues)) == found


def test_flow_times_that_the_load_explains():
    """Of 20 issues one a half day: each 7 days in progress, all within the period, load 20 x 7 / 14."""
    history = [("2026-03-03", "Doing"), ("2026-03-10", "Done")]
    issues = [issue(f"A-{n}", created="2026-03-01", history=history) for n in range(1, 21)]

    assert "littles_law_mismatch" not in findings(*issues)


def test_a_load_that_grows_is_not_odd():
    """Twenty old stories end in the period, and at its end five others are in progress."""
    history = [("2026-01-04", "Doing"), ("2026-01-04T01:00", "To Do"), ("2026-03-05", "Done")]
    ended = [issue(f"A-{n}", created="2026-01-01", history=history) for n in range(1, 21)]
    begun = [issue(f"B-{n}", created="2026-03-01", history=[("2026-03-15", "Doing")]) for n in range(1, 6)]

    assert "littles_law_mismatch" not in findings(*ended, *begun)


@pytest.mark.parametrize(("own", "found"), [("new", True), ("done", False), ("undefined", False)])
def test_a_category_that_contradicts_the_servers(own, found):
    row = issue("A-1", created="2026-03-01", history=[("2026-03-05", "Done")])
    row["fields"]["status"] = status("Done", category=own)

    assert ("status_category_conflict" in findings(row)) == found


@pytest.mark.parametrize(("begun", "found"), [("2025-12-20T23:59", True), ("2025-12-21", False)])
def test_a_zombie_is_in_progress_for_more_than_90_days(begun, found):
    """T is the midnight after 20 March; 21 December is 90 days before."""
    row = issue("A-1", created="2025-12-01", history=[(begun, "Doing")])

    assert ("zombie" in findings(row)) == found


def test_without_any_history_nothing_is_a_zombie():
    row = issue("A-1", created="2025-01-01", now="Doing", has_changelog=False)

    assert "zombie" not in findings(row)


def test_a_resolution_date_and_no_done_status():
    resolved = issue("A-1", created="2026-03-01", resolutiondate="2026-03-05")
    later = issue("A-2", created="2026-03-01", resolutiondate="2026-03-25")

    assert findings(resolved, later)["resolution_without_done"] == ["A-1"]
