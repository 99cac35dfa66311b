"""Change fail rate: what failed, what may still fail, and what nothing explains."""

import pytest

from data.metrics.change_fail_rate import change_fail_rate
from data.model.metric import Measure
from tests.support.builders import issue, link
from tests.support.rows import context

PROFILE = {
    "deployments": {"source": "issues", "type": "Deployment"},
    "incidents": {"window_hours": 24},
}


def deployment(key: str, at: str, **fields: object) -> dict:
    return issue(key, "Deployment", created="2026-02-01", history=[(at, "Done")], **fields)


def incident(key: str, seen: str, **fields: object) -> dict:
    return issue(key, "Incident", created=seen, **fields)


def measure(*issues: dict, as_of: str = "2026-04-01", last: str = "2026-03-15", **profile: object) -> Measure:
    return change_fail_rate(context(issues, "2026-03-02", last, as_of, profile={**PROFILE, **profile}))


def test_one_of_two_failed() -> None:
    """P-1 an hour before the incident; P-2 a day later, with nothing after it."""
    found = measure(
        deployment("P-1", "2026-03-03T11:00"),
        deployment("P-2", "2026-03-10T11:00"),
        incident("P-3", "2026-03-03T12:00"),
    )

    assert (found.value, found.n, found.successes, found.weekly.tolist()) == (50.0, 2, 1, [100.0, 0.0])
    assert found.extra == {"failed": ["P-1"], "unattributed": [], "provisional": []}


@pytest.mark.parametrize(
    ("at", "provisional"),
    [
        ("2026-03-09T12:00", []),  # 24 h before T: its window is over
        ("2026-03-09T12:01", ["P-1"]),
        ("2026-03-10T11:59:59.999", ["P-1"]),
    ],
)
def test_a_young_deployment_may_still_fail(at: str, provisional: list[str]) -> None:
    found = measure(deployment("P-1", at), incident("P-2", "2026-02-10"), as_of="2026-03-10T12:00")

    assert (found.extra["provisional"], found.value) == (provisional, 0.0)


def test_a_young_deployment_outside_the_period_is_not_listed() -> None:
    found = measure(
        deployment("P-1", "2026-03-03"),
        deployment("P-2", "2026-03-10"),
        incident("P-3", "2026-02-10"),
        as_of="2026-03-10T12:00",
        last="2026-03-08",
    )

    assert (found.n, found.extra["provisional"]) == (1, [])


@pytest.mark.parametrize(
    ("seen", "unattributed"),
    [
        ("2026-03-01T23:59", []),
        ("2026-03-02T00:00", ["P-2"]),  # the first instant of the period
        ("2026-03-15T23:59", ["P-2"]),
        ("2026-03-16T00:00", []),  # the first instant after it
    ],
)
def test_what_nothing_explains_is_listed_if_it_was_seen_in_the_period(
    seen: str, unattributed: list[str]
) -> None:
    found = measure(deployment("P-1", "2026-02-10"), incident("P-2", seen))

    assert found.extra["unattributed"] == unattributed


def test_one_guess_makes_the_rate_inferred() -> None:
    """P-3 is put down to P-1 by its link, P-4 to P-2 by project and time alone."""
    linked = [
        deployment("P-1", "2026-03-03T11:00"),
        incident("P-3", "2026-03-03T12:00", links=[link("is caused by", "P-1")]),
    ]
    guessed = [deployment("P-2", "2026-03-10T11:00"), incident("P-4", "2026-03-10T12:00")]

    assert measure(*linked).evidence == "measured"
    assert measure(*linked, *guessed).evidence == "inferred"
    assert measure(*linked, *guessed).extra["failed"] == ["P-1", "P-2"]


@pytest.mark.parametrize(
    ("seen", "known"),
    [
        ("2025-03-16T00:00", True),  # 365 days before the end of the period
        ("2025-03-15T23:59", False),
        ("2026-03-15T23:59", True),
        ("2026-03-16T00:00", False),  # after the period
    ],
)
def test_an_incident_of_the_last_year_makes_the_rate_known(seen: str, known: bool) -> None:
    """Without any, 0 % would only mean that nobody records them."""
    found = measure(deployment("P-1", "2026-03-03T11:00"), incident("P-2", seen))

    assert found.state == ("ok" if known else "not_configured")
    assert found.value == (0 if known else None)


def test_incidents_of_another_project_and_false_alarms_make_nothing_known() -> None:
    elsewhere = issue(
        "Q-2", "Incident", created="2026-03-09", project={"id": "20000", "key": "Q", "name": "Q"}
    )
    found = measure(
        deployment("P-1", "2026-03-03T11:00"),
        elsewhere,
        incident("P-2", "2026-03-09", resolution="Duplicate"),
    )

    assert (found.state, found.value) == ("not_configured", None)


def test_a_period_without_deployments_has_no_data_whether_or_not_there_are_incidents() -> None:
    assert measure(deployment("P-1", "2026-01-03T11:00")).state == "no_data"


def test_types_that_hold_the_word_are_proposed() -> None:
    found = measure(
        deployment("P-1", "2026-03-03T11:00"),
        issue("P-2", "Major Incident", created="2026-03-09"),
        issue("P-3", "Coincidence", created="2026-03-09"),
    )

    assert found.message is not None
    assert found.message.endswith("; if Major Incident are incidents, name them in incidents.types.")


def test_the_incident_of_the_service_desk_is_one() -> None:
    found = measure(
        deployment("P-1", "2026-03-03T11:00"), issue("P-2", "[System] Incident", created="2026-03-03T12:00")
    )

    assert found.extra["failed"] == ["P-1"]


@pytest.mark.parametrize(
    ("issues", "says"),
    [
        ([deployment("P-1", "2026-03-03")], "No incident of these projects was seen"),
        ([incident("P-1", "2026-03-03")], "No deployment was found"),
    ],
)
def test_without_deployments_or_incidents_there_is_no_rate(issues: list[dict], says: str) -> None:
    found = measure(*issues, deployments={"type": "Deployment"})

    assert (found.value, found.state) == (None, "not_configured")
    assert found.message is not None
    assert found.message.startswith(says)
    assert found.extra == {"failed": [], "unattributed": [], "provisional": []}
