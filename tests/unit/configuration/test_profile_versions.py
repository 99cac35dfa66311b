"""What an older version wrote is read in the words of this one."""

from typing import Any

import pytest

from configuration.errors import LaterProfileError
from configuration.profile import Profile, meaning_of, profile_from
from configuration.profile_versions import STEPS, current_meaning, migrate


def first(raw: Any) -> None:
    """From version 1 to 2 of a made-up history: the zone was called tz."""
    raw["zone"] = raw.pop("tz")


def second(raw: Any) -> None:
    raw["timezone"] = raw.pop("zone")


@pytest.mark.parametrize(
    "raw",
    [
        {"tz": "UTC"},
        {"version": 1, "tz": "UTC"},
        {"version": 2, "zone": "UTC"},
        {"version": 3, "timezone": "UTC"},
        {"version": 0, "tz": "UTC"},  # a version that never was counts as the first
        {"version": "two", "tz": "UTC"},
    ],
)
def test_each_version_takes_the_steps_that_it_lacks(raw: dict[str, Any]) -> None:
    migrate(raw, (first, second))

    assert raw == {"version": 3, "timezone": "UTC"}


def test_a_newer_version_is_left_alone_and_told() -> None:
    """Two steps lead to version 3; whoever reads version 4 halfway would write it back so."""
    raw = {"version": 4, "area": "UTC"}
    with pytest.raises(LaterProfileError, match=r"later version of this program \(version 4\)") as told:
        migrate(raw, (first, second))

    assert told.value.hint.startswith("Update the program")

    assert raw == {"version": 4, "area": "UTC"}


def test_without_a_history_nothing_is_written() -> None:
    raw = {"timezone": "UTC"}
    migrate(raw)

    assert STEPS == ()
    assert raw == {"timezone": "UTC"}


def test_a_meaning_that_version_0_1_0_spelt_is_spelt_anew() -> None:
    """It named every setting with its value, and not only those that differ from their default."""
    spelt = "[('include_epics', True), ('workflow', {'active': (), 'waiting': ('Review',)})]"
    same = profile_from({"include_epics": True, "workflow": {"waiting": ["Review"]}})

    assert current_meaning(spelt) == meaning_of(same)
    assert current_meaning("[('start_source', 'status')]") == meaning_of(Profile())


def test_a_default_that_was_another_then_stands_for_that_of_today() -> None:
    """The types of incidents were one; whoever named others keeps them."""
    usual = "[('incidents', {'types': ('Incident',), 'window_hours': 24})]"
    named = "[('incidents', {'types': ('Outage',)})]"

    assert current_meaning(usual) == meaning_of(profile_from({"incidents": {"window_hours": 24}}))
    assert current_meaning(named) == meaning_of(profile_from({"incidents": {"types": ["Outage"]}}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"include_epics": true}',
        "[('include_epics', True)",  # cut off
        "[('include_epics', 5)]",  # of a profile that never was
        "[('include_epics', open('x'))]",  # text is read, never run
        "[(1, 2, 3)]",
    ],
)
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert current_meaning(text) == text
