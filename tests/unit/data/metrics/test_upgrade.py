"""Which rules of version 2 touch a store: each on the smallest one, and none on an ordinary one."""

from configuration.profile import Profile
from data.metrics.report import Report, View
from data.metrics.upgrade import rules_that_touch, touches_by_metric
from data.pipeline import compute
from tests.support.builders import issue, status_list
from tests.support.rows import dataset

ALL = View(date_from="2026-01-01", date_to="2026-03-31", as_of="2026-04-01T00:00:00Z")
DONE = [("2026-03-02", "Doing"), ("2026-03-05", "Done")]


def told(*issues: dict) -> Report:
    return compute(dataset(issues, status_list()), Profile(), ALL)


def concerned(report: Report) -> dict[str, tuple[str, ...]]:
    return {touch.rule: touch.keys for touch in rules_that_touch(report)}


def test_an_ordinary_store_is_touched_by_none() -> None:
    assert concerned(told(issue("A-1", history=DONE, resolution="Done"))) == {}


def test_a_resolution_that_did_not_count_before_is_named_with_its_issues() -> None:
    report = told(
        issue("A-1", history=DONE, resolution="Withdrawn"),
        issue("A-2", history=DONE, resolution="Duplicate"),
        issue("A-3", history=DONE, resolution="Done"),
    )

    assert concerned(report) == {"More resolutions stand for not delivered.": ("A-1",)}
    assert set(touches_by_metric(rules_that_touch(report))) == {
        "flow_velocity",
        "flow_time",
        "request_lead_time",
        "flow_efficiency",
        "flow_distribution",
    }


def test_an_incident_of_service_management_is_named() -> None:
    report = told(issue("A-1", "[System] Incident", history=DONE, resolution="Done"))

    assert concerned(report) == {"The incidents of Jira Service Management are incidents.": ("A-1",)}


def test_an_empty_store_is_touched_by_none() -> None:
    assert concerned(told()) == {}
