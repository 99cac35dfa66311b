"""The plain program on mapped fields, with numbers to check by hand."""

from tests.reference import reference_metrics
from tests.support.builders import issue, link, status_list, version

PERIOD = {"date_from": "2026-03-02", "date_to": "2026-03-29", "as_of": "2026-03-31T00:00:00Z"}
RELEASE = version(1, "1.0", release_date="2026-03-10")


def metric(name: str, issues: list[dict], profile: dict, versions: list[dict] = ()) -> dict:
    found = reference_metrics(issues, statuses=status_list(), versions=versions, profile=profile, **PERIOD)
    return found["metrics"][name]


def done(key: str, at: str, kind: str = "Story", **fields: object) -> dict:
    return issue(key, kind, created="2026-02-01", history=[("2026-03-01", "Doing"), (at, "Done")], **fields)


def test_lead_time_mixes_commits_and_starts() -> None:
    """4.5 days from a commit on 03-06 12:00, 4 from one on the day 03-06, 10 from the start on 03-01."""
    commits = ("2026-03-06T12:00:00.000+0000", "2026-03-06", None)
    issues = [
        done(f"P-{n}", "2026-03-09", fix_versions=[RELEASE], customfield_1=commit)
        for n, commit in enumerate(commits, start=1)
    ]
    profile = {"fields": {"commit_date": "customfield_1"}}
    mixed = metric("change_lead_time", issues, profile, [RELEASE])
    pure = metric("change_lead_time", issues[:2], profile, [RELEASE])

    assert (mixed["value"], mixed["evidence"]) == (4.5, "proxy")
    assert (pure["value"], pure["evidence"]) == (4.25, "measured")


def test_deployment_issues_have_a_date_an_environment_and_a_flag() -> None:
    """Two of three deployments are in production, one of them failed and names its incident."""
    fields = {"deployed_at": "customfield_2", "environment": "customfield_3", "failed": "customfield_4"}
    settings = {"type": "Deployment", "source": "issues", "environments": ["live"]}
    issues = [
        done(
            "P-1",
            "2026-02-03",
            "Deployment",
            customfield_2="2026-03-04",
            customfield_3={"value": "Live"},
            customfield_4="Yes",
            links=[link("relates to", "P-9")],
        ),
        done("P-2", "2026-03-06T12:00", "Deployment", customfield_3=["LIVE", "test"]),
        done("P-3", "2026-03-07", "Deployment", customfield_3="test"),
        issue("P-9", "Incident", created="2026-03-07", history=[("2026-03-08", "Done")]),
    ]
    profile = {"fields": fields, "deployments": settings}
    frequency = metric("deployment_frequency", issues, profile)
    rate = metric("change_fail_rate", issues, profile)

    assert [entry["at"] for entry in frequency["deployments"]] == ["2026-03-04", "2026-03-06T12:00:00.000Z"]
    assert frequency["excluded"] == {"not_production": ["P-3"]}
    assert (rate["value"], rate["failed"], rate["evidence"]) == (50, ["P-1"], "measured")
    assert metric("failed_deployment_recovery_time", issues, profile)["value"] == 72


def test_incidents_are_measured_from_detection_to_restoration() -> None:
    """Seen 03-02 22:00, over on 03-03, which is 03-04 00:00: 26 hours; a bug in production is one too."""
    fields = {"detected_at": "customfield_5", "restored_at": "customfield_6", "environment": "customfield_3"}
    profile = {"fields": fields, "deployments": {"environments": ["live"]}}
    issues = [
        done(
            "P-1", "2026-03-20", "Incident", customfield_5="2026-03-02T22:00:00Z", customfield_6="2026-03-03"
        ),
        done("P-2", "2026-03-20", "Bug", customfield_3="live", customfield_5="2026-03-19T20:00:00Z"),
        done("P-3", "2026-03-20", "Bug", customfield_3="test"),
    ]
    found = metric("time_to_restore", issues, profile)

    assert (found["included"], found["value"]) == (["P-1", "P-2"], 15)


def test_points_of_estimated_items_add_up() -> None:
    """3 + 0 points in four weeks: 0.75 a week over two items; none, a size and a debt are not estimates."""
    points = (3, 0, None, "M", -1)
    issues = [done(f"P-{n}", "2026-03-09", customfield_7=value) for n, value in enumerate(points, start=1)]
    found = metric("flow_velocity_points", issues, {"fields": {"story_points": "customfield_7"}})

    assert (found["value"], found["n"]) == (0.75, 2)
    assert found["excluded"] == {"no_estimate": ["P-3", "P-4", "P-5"]}


def test_points_are_read_from_texts_and_options() -> None:
    """5 + 4.25 + 8 = 17.25 points over four weeks."""
    points = ("5", " 4,25 ", {"value": "8"})
    issues = [done(f"P-{n}", "2026-03-09", customfield_7=value) for n, value in enumerate(points, start=1)]
    found = metric("flow_velocity_points", issues, {"fields": {"story_points": "customfield_7"}})

    assert (found["value"], found["n"]) == (17.25 / 4, 3)


def test_an_environment_may_be_a_cascading_choice_or_rich_text() -> None:
    """Either part of a choice matches, and the words of a document."""
    words = [{"type": "text", "text": "Li"}, {"type": "text", "text": "ve"}]
    values = (
        {"value": "Europe", "child": {"value": "Live"}},
        {"value": "Live", "child": {"value": "Europe"}},
        {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": words}]},
        {"value": "Europe", "child": {"value": "Test"}},
    )
    issues = [
        done(f"P-{n}", "2026-03-09", "Deployment", customfield_3=value)
        for n, value in enumerate(values, start=1)
    ]
    settings = {"type": "Deployment", "source": "issues", "environments": ["live"]}
    profile = {"fields": {"environment": "customfield_3"}, "deployments": settings}
    found = metric("deployment_frequency", issues, profile)

    assert found["excluded"] == {"not_production": ["P-4"]}
