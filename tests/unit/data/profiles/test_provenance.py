"""Who set what, and when; an outdated note is not repeated."""

from dataclasses import replace

from configuration.profile import Profile
from data.profiles.provenance import (
    by_hand,
    origin_of_field,
    origin_of_stage,
    proposed,
    with_field,
    with_stage_note,
)
from tests.support.rows import at

NOON = at("2026-11-23T12:00")


def test_a_mapping_carries_its_origin() -> None:
    """The words, the instant, and what was set."""
    mapped = with_field(Profile(), "story_points", "customfield_1", proposed(0.924, NOON))

    assert mapped.fields == {"story_points": "customfield_1"}
    assert mapped.provenance == {
        "story_points": "proposed, confidence 0.92, 2026-11-23T12:00:00.000Z: customfield_1"
    }
    assert origin_of_field(mapped, "story_points") == "proposed, confidence 0.92, 2026-11-23T12:00:00.000Z"


def test_a_mapping_that_was_changed_in_the_file_is_not_told_as_proposed() -> None:
    """The note names another field than the profile does today."""
    mapped = with_field(Profile(), "story_points", "customfield_1", by_hand(NOON))
    edited = replace(mapped, fields={"story_points": "customfield_2"})

    assert origin_of_field(edited, "story_points") == "written in the profile's file"
    assert origin_of_field(Profile(fields={"failed": "x"}), "failed") == "written in the profile's file"


def test_a_mapping_that_is_taken_back_leaves_no_note() -> None:
    """Other mappings and notes stay."""
    both = with_field(
        with_field(Profile(), "failed", "customfield_1", by_hand(NOON)), "detected_at", "customfield_2", "x"
    )

    left = with_field(both, "failed", "", "")

    assert left.fields == {"detected_at": "customfield_2"}
    assert left.provenance == {"detected_at": "x: customfield_2"}
    assert origin_of_field(left, "failed") == ""


def test_a_stage_carries_its_origin() -> None:
    """By the id of the status; another stage than the noted one was set elsewhere."""
    noted = with_stage_note(Profile(), "10003", "waiting", by_hand(NOON))

    assert noted.provenance == {"workflow.10003": "set by hand 2026-11-23T12:00:00.000Z: waiting"}
    assert origin_of_stage(noted, "10003", "waiting") == "set by hand 2026-11-23T12:00:00.000Z"
    assert origin_of_stage(noted, "10003", "active") == "written in the profile's file"
    assert with_stage_note(noted, "10003", "", "").provenance == {}
