"""Deployment frequency: released versions, by the civil day of their release."""

from zoneinfo import ZoneInfo

import pytest

from data.metrics.deployment_frequency import deployment_frequency
from tests.support.builders import issue, version
from tests.support.rows import context

PERIOD = ("2026-03-02", "2026-03-15", "2026-04-01")
ANY = [issue("A-1", created="2026-01-01", history=[("2026-01-02", "Doing")])]


def measure(*versions: dict, period: tuple[str, str, str] = PERIOD, **more: object):
    return deployment_frequency(context(ANY, *period, versions=versions, **more))


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    ("day", "weekly"),
    [
        ("2026-03-01", [0, 0]),
        ("2026-03-02", [1, 0]),
        ("2026-03-08", [1, 0]),
        ("2026-03-09", [0, 1]),
        ("2026-03-15", [0, 1]),
        ("2026-03-16", [0, 0]),
    ],
)
def test_a_day_belongs_to_its_week_in_every_zone(day: str, weekly: list[int], zone: str) -> None:
    found = measure(version(1, "1.0", release_date=day), zone=ZoneInfo(zone))

    assert found.weekly.tolist() == weekly
    assert found.value == sum(weekly) / 2


def test_what_is_left_out_has_a_reason() -> None:
    found = measure(
        version(1, "1.0", release_date="2026-03-03"),
        version(2, "2.0"),
        version(3, "Sprint 7", release_date="2026-03-03"),
        version(4, "4.0", release_date="2026-05-01"),
        version(5, "5.0", release_date="2026-03-03", released=False),
        version(6, "6.0", release_date="2026-03-03", archived=True),
        profile={"deployments": {"version_pattern": r"^\d"}},
    )

    assert found.candidates.keys() == ("1", "6")
    assert {reason: found.candidates.keys(reason) for reason in found.candidates.counts()} == {
        "no_date": ("2",),
        "name_filtered": ("3",),
        "after_as_of": ("4",),
    }
    assert found.extra["deployment_days"] == 1
    assert [entry["id"] for entry in found.extra["deployments"]] == ["1", "6"]


@pytest.mark.parametrize(("day", "counts"), [("2026-03-04", 1), ("2026-03-05", 0)])
def test_a_release_on_the_day_of_t_has_happened(day: str, counts: int) -> None:
    found = measure(
        version(1, "1.0", release_date=day), period=("2026-03-02", "2026-03-15", "2026-03-04T12:00")
    )

    assert found.n == counts
    assert found.candidates.counts() == ({} if counts else {"after_as_of": 1})


def test_no_source_is_no_zero_and_a_source_without_releases_is_one() -> None:
    none, zero = measure(), measure(version(1, "1.0", release_date="2026-01-05"))

    assert (none.value, none.state) == (None, "not_configured")
    assert none.message
    assert (zero.value, zero.state) == (0.0, "ok")
