"""Failed deployment recovery time: from the deployment to the end of its incident."""

import pytest

from data.metrics.failed_deployment_recovery_time import failed_deployment_recovery_time
from data.model.metric import Measure
from tests.support.builders import issue, link, version
from tests.support.rows import context

PERIOD = ("2026-03-02", "2026-03-15", "2026-04-01")
PROFILE = {"deployments": {"source": "issues", "type": "Deployment"}, "incidents": {"window_hours": 24}}


def deployment(key: str, at: str) -> dict:
    return issue(key, "Deployment", created="2026-02-01", history=[(at, "Done")])


def incident(key: str, seen: str, over: str | None, **fields: object) -> dict:
    return issue(key, "Incident", created=seen, history=[(over, "Done")] if over else [], **fields)


def measure(*issues: dict) -> Measure:
    return failed_deployment_recovery_time(context(issues, *PERIOD, profile=PROFILE))


def test_hours_from_the_deployment_to_the_end() -> None:
    """Deployed at 10:00, seen at 11:00, over at 13:00 and at 15:00: 3 and 5 hours, in the week of the end."""
    found = measure(
        deployment("P-1", "2026-03-08T10:00"),
        incident("P-2", "2026-03-08T11:00", "2026-03-08T13:00"),
        incident("P-3", "2026-03-08T11:00", "2026-03-09T10:00"),
    )

    assert (found.value, found.sample.tolist(), found.weekly.tolist()) == (13.5, [3.0, 24.0], [3.0, 24.0])
    assert found.candidates.keys() == ("P-2", "P-3")


def test_over_at_the_deployment_itself_is_zero_hours() -> None:
    """Neither negative nor left out."""
    found = measure(
        deployment("P-1", "2026-03-04T12:00"), incident("P-2", "2026-03-04T12:00", "2026-03-04T12:00")
    )

    assert (found.value, found.candidates.counts()) == (0.0, {})


def test_every_incident_that_ended_has_its_reason() -> None:
    """P-3 has no deployment in the day before it; P-4 turned out to be none; P-5 has not ended."""
    found = measure(
        deployment("P-1", "2026-03-04T10:00"),
        incident("P-2", "2026-03-04T11:00", "2026-03-04T12:00"),
        incident("P-3", "2026-03-07", "2026-03-08"),
        incident("P-4", "2026-03-04T11:00", "2026-03-04T12:00", resolution="Duplicate"),
        incident("P-5", "2026-03-04T11:00", None),
        issue("P-6", created="2026-03-04T11:00", history=[("2026-03-05", "Done")]),
    )

    assert {reason: found.candidates.keys(reason) for reason in found.candidates.counts()} == {
        "unattributed": ("P-3",),
        "not_an_incident": ("P-4",),
    }
    assert (found.candidates.keys(), found.value) == (("P-2",), 2.0)


@pytest.mark.parametrize(
    ("over", "hours"),
    [
        ("2026-03-04T23:00", 0),  # a release that is dated by day, and mended on its day
        ("2026-03-04T00:00:00.001", 0),
        ("2026-03-05T01:30", 1.5),
    ],
)
def test_over_on_the_day_of_the_release_is_zero_hours(over: str, hours: float) -> None:
    """The release is reckoned at 03-05 00:00, up to 24 hours after it was mended."""
    release = version(1, "1.0", release_date="2026-03-04")
    broken = incident("P-2", "2026-03-04", over)
    found = failed_deployment_recovery_time(context([broken], *PERIOD, versions=[release]))

    assert (found.value, found.candidates.counts()) == (hours, {})


def test_over_a_whole_day_before_the_release_is_negative() -> None:
    """Seen on the release day, and restored at its midnight, 24 hours before it is reckoned."""
    release = version(1, "1.0", release_date="2026-03-04")
    broken = incident("P-2", "2026-03-04", "2026-03-04")
    found = failed_deployment_recovery_time(context([broken], *PERIOD, versions=[release]))

    assert found.candidates.counts() == {"negative": 1}


@pytest.mark.parametrize(("seen", "latent"), [("2026-03-04T10:00", False), ("2026-03-04T10:00:00.001", True)])
def test_an_incident_seen_more_than_thirty_days_later_is_latent(seen: str, latent: bool) -> None:
    """It is its deployment's failure, but its end is not a recovery from it."""
    found = measure(
        deployment("P-1", "2026-02-02T10:00"),
        incident("P-2", seen, "2026-03-05", links=[link("is caused by", "P-1")]),
    )

    assert found.candidates.counts() == ({"latent": 1} if latent else {})


def test_one_guess_makes_it_inferred() -> None:
    """P-2 names its deployment, P-4 has only project and time."""
    linked = [
        deployment("P-1", "2026-03-03T10:00"),
        incident("P-2", "2026-03-03T11:00", "2026-03-03T12:00", links=[link("is caused by", "P-1")]),
    ]
    guessed = [
        deployment("P-3", "2026-03-10T10:00"),
        incident("P-4", "2026-03-10T11:00", "2026-03-10T12:00"),
    ]

    assert measure(*linked).evidence == "measured"
    assert measure(*linked, *guessed).evidence == "inferred"


def test_without_deployments_there_is_no_answer_and_an_empty_sample() -> None:
    here = context([incident("P-1", "2026-03-03", "2026-03-04")], *PERIOD)
    found = failed_deployment_recovery_time(here)

    assert (found.value, found.state) == (None, "not_configured")
    assert found.sample is not None
    assert found.sample.tolist() == []


def test_nothing_that_ended_is_told() -> None:
    found = measure(deployment("P-1", "2026-03-03"))

    assert (found.value, found.state) == (None, "no_data")
    assert found.message == "No incident that a deployment caused ended in this period."
