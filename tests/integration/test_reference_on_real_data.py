"""The plain program agrees with an independent count of real Jira data."""

import pytest

from tests.reference import reference_metrics
from tests.reference.clock import stamp
from tests.reference.history import status_entries
from tests.reference.issues import read_issues
from tests.reference.samples import facts, sample_issues, sample_json
from tests.reference.settings import NOT_DELIVERED

ALOY = "titanium-ALOY.ndjson.gz"
AC = "titanium-AC.ndjson.gz"
SP = "jirametrics-SP.ndjson.gz"
EVERYTHING = {"include_subtasks": True, "include_epics": True, "not_delivered": []}
ALL_YEARS = {"date_from": "2011-01-01", "date_to": "2022-12-31", "as_of": "2022-12-31"}
STATUSES = {SP: "jirametrics-SP-status.json"}


def metrics(name: str, only: str, *, profile: dict, **period: str) -> dict:
    statuses = sample_json(STATUSES[name]) if name in STATUSES else []
    issues = sample_issues(name)
    document = reference_metrics(issues, statuses=statuses, profile=profile, only=[only], **period)
    return document["metrics"][only]


@pytest.mark.parametrize("name", [ALOY, AC, SP])
def test_stored_issues_and_what_has_no_date(name):
    document = reference_metrics(sample_issues(name), only=[])
    lists = {entry["code"]: entry["n"] for entry in document["data_quality"]}

    assert document["scope"]["issues"] == facts(name)["issues"]
    assert lists.get("done_without_date", 0) == facts(name)["done_category_without_resolutiondate"]


@pytest.mark.parametrize("name", [ALOY, AC, SP])
def test_completed_per_year(name):
    """With nothing left out, the years of the resolution dates are the years of completion.

    Every third year is enough: the weeks below cover the rest.
    """
    for year, count in list(facts(name)["resolved_per_year_utc"].items())[1::3]:
        period = {"date_from": f"{year}-01-01", "date_to": f"{year}-12-31", "as_of": "2022-12-31"}
        assert metrics(name, "flow_velocity", profile=EVERYTHING, **period)["n"] == count


@pytest.mark.parametrize("name", [ALOY, AC, SP])
def test_completed_per_week(name):
    weekly = metrics(name, "flow_velocity", profile=EVERYTHING, **ALL_YEARS)["weekly"]
    found = {week["week"]: week["value"] for week in weekly}

    for wanted in ("resolved_per_iso_week_top5", "resolved_8_weeks_mid"):
        for week, count in facts(name)[wanted].items():
            assert found[week] == count


@pytest.mark.parametrize("name", [ALOY, AC])
def test_delivered_leaves_out_what_was_not_done(name):
    known = facts(name)
    dropped = sum(known["by_resolution"].get(resolution, 0) for resolution in NOT_DELIVERED)
    profile = {"include_subtasks": True, "include_epics": True}

    assert metrics(name, "flow_velocity", profile=profile, **ALL_YEARS)["n"] == (
        known["resolutiondate_set"] - dropped
    )


@pytest.mark.parametrize("name", [ALOY, AC, SP])
def test_request_lead_time(name):
    known = facts(name)["lead_time_days_created_to_resolutiondate"]
    profile = {**EVERYTHING, "completion_source": "resolution"}
    metric = metrics(name, "request_lead_time", profile=profile, **ALL_YEARS)

    assert metric["n"] == known["n"]
    assert metric["value"] == pytest.approx(known["median"], abs=5e-5)


def test_status_changes_of_every_issue():
    known = facts(SP)["status_transitions_by_issue"]
    found = {
        issue.key: [
            [stamp(change.at)[:-1] + "000+00:00", before.name, after.name]
            for change, before, after in status_entries(issue)
        ]
        for issue in read_issues(sample_issues(SP))
    }

    assert {key: changes for key, changes in found.items() if changes} == known


def test_versions_without_a_date_are_listed():
    versions = sample_json("titanium-ALOY-versions.json")
    released = [version for version in versions if version["released"]]
    undated = sorted(int(version["id"]) for version in released if "releaseDate" not in version)
    document = reference_metrics(
        sample_issues(ALOY), versions=versions, only=["deployment_frequency"], **ALL_YEARS
    )
    metric = document["metrics"]["deployment_frequency"]

    assert [int(id_) for id_ in metric["excluded"]["no_date"]] == undated
    assert metric["n"] == len(released) - len(undated)


def test_a_year_of_real_work():
    """Numbers of ALOY in 2015, written down so that both programs are held to them."""
    document = reference_metrics(
        sample_issues(ALOY),
        versions=sample_json("titanium-ALOY-versions.json"),
        date_from="2015-01-01",
        date_to="2015-12-31",
    )
    found = document["metrics"]

    assert document["as_of"] == "2021-11-16T18:17:33.001Z"
    assert (document["scope"]["issues"], document["scope"]["flow_items"]) == (1499, 1421)
    assert (found["flow_velocity"]["n"], found["flow_velocity"]["value"]) == (60, 60 * 7 / 365)
    assert len(found["flow_velocity"]["excluded"]["not_delivered"]) == 15
    assert found["request_lead_time"]["value"] == pytest.approx(16.70788773148148, rel=1e-12)
    assert found["flow_distribution"]["counts"]["Defect"] == 40
    assert found["deployment_frequency"]["n"] == 26
    assert found["flow_load"]["state"] == "not_applicable"
