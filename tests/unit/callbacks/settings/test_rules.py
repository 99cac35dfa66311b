"""The rules of a profile as the page shows them, and as they come back from it."""

from typing import Any

import pytest

from callbacks.settings.rules import changed, counted_otherwise, rule_lines
from configuration.profile import Profile, profile_from, setting_rows, with_settings
from ui.pages.settings.rules import Ending

ODD = profile_from(
    {
        "timezone": "Etc/GMT-5",
        "business_days": True,
        "holidays": ["2026-12-25"],
        "not_delivered": [],
        "deployments": {"version_pattern": "^v", "source": "events"},
        "incidents": {"window_hours": 0, "fields": ["failed = yes"]},
        "targets": {"flow_time": "5 days", "change_fail_rate": 12.5},
    }
)


def test_every_setting_without_a_section_of_its_own_is_there() -> None:
    """Connection, workflow and mapping have theirs; nothing else has to be edited in the file."""
    elsewhere = ("jira.", "workflow.", "fields", "provenance", "targets", "events", "views", "default_view")
    beside = "workflow.not_delivered"  # stands with the resolutions that deliver nothing
    expected = [
        row.name for row in setting_rows() if row.name == beside or not row.name.startswith(elsewhere)
    ]

    shown = [line.name for line in rule_lines(Profile())]
    assert [name for name in shown if not name.startswith("targets.")] == expected


def test_every_number_with_a_better_direction_can_have_a_target() -> None:
    lines = {line.name: line for line in rule_lines(ODD) if line.name.startswith("targets.")}

    assert len(lines) == 13
    assert "targets.flow_distribution" not in lines
    assert lines["targets.flow_time"].value == "5 days"
    assert lines["targets.flow_time"].about == "in days, less is better; empty: none"
    assert lines["targets.change_fail_rate"].value == "12.5"
    assert lines["targets.flow_velocity"].value == ""


@pytest.mark.parametrize(
    ("name", "entered", "kept", "targets"),
    [
        ("targets.flow_time", "", None, {"change_fail_rate": 12.5}),
        ("targets.flow_time", " 4,5 ", 4.5, {"flow_time": 4.5, "change_fail_rate": 12.5}),
        ("targets.flow_time", "4 days", "4 days", {"flow_time": "4 days", "change_fail_rate": 12.5}),
        ("targets.flow_load", "9", 9.0, {"flow_time": "5 days", "change_fail_rate": 12.5, "flow_load": 9.0}),
    ],
)
def test_a_target_that_was_emptied_goes(name: str, entered: str, kept: Any, targets: dict) -> None:
    """A number is kept as one, and what was written beside it stays; the others are as they were."""
    changes = changed(ODD, {name: entered, "targets.change_fail_rate": "12.5"})

    assert changes == {name: kept}
    assert with_settings(ODD, changes).targets == targets


@pytest.mark.parametrize("profile", [Profile(), ODD], ids=["default", "odd"])
def test_what_is_shown_and_not_touched_changes_nothing(profile: Profile) -> None:
    assert changed(profile, {line.name: line.value for line in rule_lines(profile)}) == {}


@pytest.mark.parametrize(
    ("name", "entered", "kept"),
    [
        ("timezone", "Europe/Berlin", "Europe/Berlin"),
        ("business_days", "yes", True),
        ("holidays", ["2026-12-25 "], ["2026-12-25"]),
        ("not_delivered", [], []),
        ("deployments.version_pattern", " ^v ", "^v"),
        ("incidents.window_hours", 0, 0),
        ("incidents.types", None, []),
    ],
)
def test_what_is_entered_is_kept_as_the_file_has_it(name: str, entered: Any, kept: Any) -> None:
    changes = changed(Profile(), {name: entered, "edition": "2024"})

    assert changes == {name: kept}
    assert with_settings(Profile(), changes) != Profile()


def test_an_emptied_number_is_its_default() -> None:
    assert changed(ODD, {"incidents.window_hours": ""}) == {"incidents.window_hours": 72}
    assert changed(Profile(), {"incidents.window_hours": ""}) == {}


DONE, CANCELLED, DUPLIKAT = (
    Ending("Done", 40, delivered=True),
    Ending("Cancelled", 3, delivered=False),
    Ending("Duplikat", 2, delivered=False),
)


def test_what_was_met_stands_beside_its_setting() -> None:
    lines = {line.name: line for line in rule_lines(Profile(), {"not_delivered": (DONE, CANCELLED)})}

    assert lines["not_delivered"].endings == (DONE, CANCELLED)
    assert lines["workflow.not_delivered"].endings == ()


@pytest.mark.parametrize(
    ("listed", "name", "then"),
    [
        (["Hold"], "Done", ["Hold", "Cancelled", "Duplikat", "Done"]),
        (["Hold", "cancelled"], "Cancelled", ["Hold", "Duplikat"]),
        (["Hold"], "Duplikat", ["Hold", "Cancelled"]),
    ],
)
def test_a_click_writes_down_how_everything_counts(listed: list[str], name: str, then: list[str]) -> None:
    """What counted by its usual name alone stands in the list that somebody wrote."""
    assert counted_otherwise("not_delivered", listed, (DONE, CANCELLED, DUPLIKAT), name) == then


def test_the_last_status_that_is_delivered_after_all_leaves_the_other_usual_names() -> None:
    """An empty list of statuses would mean the usual names, this one among them."""
    left = counted_otherwise("workflow.not_delivered", [], (DONE, CANCELLED), "Cancelled")

    assert "cancelled" not in left
    assert {"canceled", "rejected"} <= set(left)
    assert counted_otherwise("not_delivered", [], (DONE, CANCELLED), "Cancelled") == []
