"""Time to restore: how long incidents last, and how old the open ones are."""

import pytest

from data.dora_calculator import calculate_all_dora_metrics
from data.metrics.time_to_restore import time_to_restore
from data.model.metric import Measure
from tests.support.builders import issue, status_list, version
from tests.support.rows import context


def incident(key: str, seen: str, over: str | None = None, **fields: object) -> dict:
    return issue(key, "Incident", created=seen, history=[(over, "Done")] if over else [], **fields)


def measure(*issues: dict, as_of: str = "2026-03-10T12:00", **profile: object) -> Measure:
    return time_to_restore(context(issues, "2026-03-02", "2026-03-15", as_of, profile=profile))


def test_hours_from_seeing_it_to_its_end() -> None:
    found = measure(
        incident("A-1", "2026-03-03T10:00", "2026-03-03T13:00"),
        incident("A-2", "2026-03-08T10:00", "2026-03-09T10:00"),
        incident("A-3", "2026-02-08T10:00", "2026-03-01T10:00"),
    )

    assert (found.value, found.sample.tolist(), found.weekly.tolist()) == (13.5, [3.0, 24.0], [3.0, 24.0])
    assert found.extra == {"open": 0, "oldest_open_hours": None}


def test_the_oldest_open_one_is_told() -> None:
    """As of 03-10 12:00: one of 12 hours, one of 36; what turned out to be none is not open."""
    found = measure(
        incident("A-1", "2026-03-10"),
        incident("A-2", "2026-03-09"),
        incident("A-3", "2026-02-01", resolution="Duplicate"),
        issue("A-4", created="2026-01-01"),
    )

    assert found.extra == {"open": 2, "oldest_open_hours": 36.0}
    assert (found.value, found.state) == (None, "no_data")


def test_one_that_was_seen_on_the_day_of_t_is_as_old_as_nothing() -> None:
    """Its day ends after T, and it is reckoned from there."""
    found = calculate_all_dora_metrics(
        [incident("A-1", "2026-03-10", customfield_5="2026-03-10")],
        profile={"fields": {"detected_at": "customfield_5"}},
        statuses=status_list(),
        as_of="2026-03-10T12:00:00Z",
    )["time_to_restore"]

    assert found.extra == {"open": 1, "oldest_open_hours": 0.0}


def test_an_end_at_the_very_beginning_is_zero_hours() -> None:
    found = measure(incident("A-1", "2026-03-03", "2026-03-03"))

    assert (found.value, found.candidates.counts()) == (0.0, {})


SHUT = ("98", "Closed")  # no status of today has this id


@pytest.mark.parametrize(
    ("fields", "restored", "evidence"),
    [
        ({}, None, "inferred"),  # over on 03-04, if Closed was a done status, as its usual name says
        ({"restored_at": "customfield_6"}, "2026-03-04T06:00:00Z", "measured"),
        ({"restored_at": "customfield_6"}, None, "inferred"),
    ],
)
def test_an_end_by_a_guessed_category_is_inferred(
    fields: dict[str, str], restored: str | None, evidence: str
) -> None:
    """As recovery from a deployment is, which ends likewise; a mapped end needs no category."""
    release = version(1, "1.0", release_date="2026-03-03")
    found = calculate_all_dora_metrics(
        [
            issue(
                "A-1",
                "Incident",
                created="2026-03-03",
                history=[("2026-03-04", SHUT), ("2026-03-05", "Done")],
                versions=[release],
                customfield_6=restored,
            )
        ],
        profile={"fields": fields},
        statuses=status_list(),
        versions=[release],
        as_of="2026-03-10T12:00:00Z",
    )

    assert found["time_to_restore"].evidence == evidence
    assert found["failed_deployment_recovery_time"].evidence == evidence
    assert found["time_to_restore"].value == (30 if restored else 24)
