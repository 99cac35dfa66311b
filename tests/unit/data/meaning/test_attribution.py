"""Which deployment carried an issue, and which of them an incident is put down to."""

import numpy as np
import pytest

from tests.support.builders import issue, link, version
from tests.support.rows import delivery


def releases(*days: str) -> list[dict]:
    """Versions 9, 10, 11 ... of these days."""
    return [version(n, f"1.{n}", release_date=day) for n, day in enumerate(days, start=9)]


def carrier(done: str, *days: str) -> tuple[str | None, bool]:
    """The release that carried an issue fixed in all of them, and whether it had to look back for it."""
    versions = releases(*days)
    story = issue(
        "A-1", created="2026-01-01", history=[("2026-01-02", "Doing"), (done, "Done")], fix_versions=versions
    )
    found = delivery([story], versions=versions)
    place = int(found.operations.deployment_of[0])
    return (None if place < 0 else found.deployments.ids[place]), bool(found.operations.released_before[0])


@pytest.mark.parametrize(
    ("done", "days", "carried_by"),
    [
        ("2026-03-10", ("2026-03-05", "2026-03-12", "2026-03-20"), ("10", False)),  # the first in time
        ("2026-03-13T23:59", ("2026-03-12", "2026-03-20"), ("9", False)),  # closed the morning after
        ("2026-03-14T00:00", ("2026-03-12", "2026-03-20"), ("10", False)),  # a whole day after
        ("2026-03-14T00:00", ("2026-03-05", "2026-03-12"), ("10", True)),  # after all: the latest
        ("2026-03-01", ("2026-03-12", "2026-03-12"), ("9", False)),  # at one instant the lower id
        ("2026-03-20", ("2026-03-12", "2026-03-12"), ("9", True)),  # looking back, too
        ("2026-03-20", (), (None, False)),
    ],
)
def test_the_release_of_an_issue(
    done: str, days: tuple[str, ...], carried_by: tuple[str | None, bool]
) -> None:
    assert carrier(done, *days) == carried_by


@pytest.mark.parametrize(
    ("names", "proposed"),
    [
        (["Incident", "[System] Incident"], ()),
        (["Security incident", "Incidents", "Coincidental"], ("Incidents", "Security incident")),
    ],
)
def test_types_that_hold_the_word_are_proposed(names: list[str], proposed: tuple[str, ...]) -> None:
    """As a word of its own, and only where the rule does not name them."""
    found = delivery([issue(f"A-{n}", name) for n, name in enumerate(names, start=1)])

    assert found.operations.proposed_types == proposed


def test_resolutions_of_other_languages_tell_that_there_was_no_incident() -> None:
    """As Jira itself names a duplicate in German."""
    german = delivery([issue("A-1", "Incident", resolution="Duplikat"), issue("A-2", "Incident")])

    assert german.operations.false_alarm.tolist() == [True, False]
    assert german.operations.incident.tolist() == [False, True]


def blamed(**of_deployment: object) -> tuple[str | None, bool]:
    """The deployment of an incident that A-1 caused, and whether that is only inferred.

    A-1 is done on 3 March; D-9 of its project is deployed on the 4th, and the incident seen a month later.
    """
    rollout = issue(
        "A-9", "Deployment", created="2026-03-03", history=[("2026-03-04", "Done")], **of_deployment
    )
    story = issue("A-1", created="2026-03-01", history=[("2026-03-02", "Doing"), ("2026-03-03", "Done")])
    incident = issue("A-5", "Incident", created="2026-04-10", links=[link("is caused by", "A-1")])
    found = delivery([story, incident, rollout], profile={"deployments": {"type": "Deployment"}})
    row = found.issues.keys(np.arange(3)).index("A-5")
    place = int(found.operations.cause[row])
    named = None if place < 0 else found.deployments.ids[place]
    return named, bool(found.operations.cause_inferred[row])


def test_a_link_to_what_only_time_puts_into_a_deployment_is_inferred() -> None:
    """A deployment that names nothing takes what its project completed; one that lists the item is sure."""
    assert blamed() == ("A-9", True)
    assert blamed(links=[link("deploys", "A-1")]) == ("A-9", False)
