"""The text of a profile: settings change, everything else stays."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configuration.errors import ConfigurationError
from configuration.profile import JiraSettings, Profile, WorkflowSettings, profile_from
from configuration.profile_lists import Event
from configuration.profile_text import exported, merged, secret_keys

SAMPLE = (Path(__file__).parents[2] / "fixtures" / "profile_versions" / "version-1.toml").read_text()


def test_nothing_changed_is_the_same_text() -> None:
    """Byte for byte, odd layout included."""
    assert merged(SAMPLE, profile_from(tomllib.loads(SAMPLE))) == SAMPLE


def test_a_change_touches_its_own_line() -> None:
    profile = replace(profile_from(tomllib.loads(SAMPLE)), timezone="Asia/Tokyo")
    before, after = SAMPLE.splitlines(), merged(SAMPLE, profile).splitlines()

    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [
        (
            'timezone = "Europe/Berlin"  # where the team sits',
            'timezone = "Asia/Tokyo"  # where the team sits',
        )
    ]


def test_a_setting_that_stands_in_the_file_stays_with_its_default() -> None:
    """Somebody wrote it there; taking it out would take the comment with it."""
    profile = replace(profile_from(tomllib.loads(SAMPLE)), timezone="UTC")

    assert 'timezone = "UTC"  # where the team sits' in merged(SAMPLE, profile)


def test_a_field_that_is_no_longer_mapped_goes() -> None:
    profile = replace(profile_from(tomllib.loads(SAMPLE)), fields={"deployed_at": "customfield_7"})
    told = tomllib.loads(merged(SAMPLE, profile))

    assert told["fields"] == {"deployed_at": "customfield_7"}
    assert told["team"] == {"name": "Blue"}
    assert told["favourite_colour"] == "green"


@pytest.mark.parametrize(
    "text",
    [
        'jira = {url = "https://a.example"}',
        'jira.url = "https://a.example"',
        "[jira]\n[workflow]\n",
        "[team]\n[fields]",
    ],
)
def test_any_layout_takes_a_change(text: str) -> None:
    """Inline tables, dotted keys, empty tables: what is written says what was meant."""
    profile = replace(
        profile_from(tomllib.loads(text)),
        edition="2021",
        jira=JiraSettings(url="https://b.example", jql="project = X"),
        workflow=WorkflowSettings(done=("Closed",)),
        fields={"story_points": "customfield_1"},
    )

    assert profile_from(tomllib.loads(merged(text, profile))) == profile


@pytest.mark.parametrize("text", ["timezone = ", "timezone = 5", "jira = 5"])
def test_what_is_no_profile_is_not_changed(text: str) -> None:
    with pytest.raises(ConfigurationError):
        merged(text, Profile())


WORDS = st.lists(st.text(max_size=12), max_size=3).map(tuple)


@given(
    st.builds(
        Profile,
        timezone=st.text(max_size=9),
        include_epics=st.booleans(),
        not_delivered=WORDS,
        jira=st.builds(JiraSettings, url=st.text(max_size=20), jql=st.text(max_size=40)),
        workflow=st.builds(WorkflowSettings, active=WORDS, waiting=WORDS),
        fields=st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=3),
    )
)
def test_any_profile_over_a_file_written_by_hand(profile: Profile) -> None:
    """Whatever the page saves comes back as it was, and what it does not know stays."""
    written = tomllib.loads(merged(SAMPLE, profile))

    assert profile_from(written) == profile
    assert written["favourite_colour"] == "green"


def test_who_set_what_is_kept_beside_the_settings() -> None:
    """A status by its id; what is taken back goes; the rest of the file stays as it was."""
    first = Profile(provenance={"story_points": "set by hand 2026-11-23T10:00:00Z", "workflow.10003": "x"})
    then = Profile(provenance={"workflow.10003": "x"})

    written = merged(SAMPLE, first)

    assert tomllib.loads(written)["provenance"] == first.provenance
    assert profile_from(tomllib.loads(merged(written, then))).provenance == then.provenance


def test_an_export_holds_no_credentials() -> None:
    """No e-mail, no comment, no user in the address; the settings are all there."""
    jira = JiraSettings(
        url="https://me:pw@jira.example.org/base",
        email="me@example.org",
        jql="project = A",
        client_cert="me.pem",
    )
    text = exported(Profile(timezone="Asia/Tokyo", jira=jira))

    told = profile_from(tomllib.loads(text))
    assert told == Profile(
        timezone="Asia/Tokyo", jira=JiraSettings(url="https://jira.example.org/base", jql="project = A")
    )
    assert "me@" not in text
    assert "me.pem" not in text


def test_keys_that_sound_like_secrets() -> None:
    raw = {"jira": {"api_token": "x", "url": ""}, "Password": 1, "fields": {"story_points": "token"}}

    assert list(secret_keys(raw)) == ["jira.api_token", "Password"]


LISTED = """# ours
[[events]]
day = "2026-09-01"
text = "Second team"  # from the other house
by = "Ada"

[jira]
jql = "project = A"
"""


def test_a_list_that_is_the_same_changes_nothing() -> None:
    assert merged(LISTED, profile_from(tomllib.loads(LISTED))) == LISTED


def test_an_event_that_stays_keeps_what_stands_beside_it() -> None:
    """One is added, and the other keeps its comment and the key that nobody here knows."""
    profile = profile_from(tomllib.loads(LISTED))
    text = merged(LISTED, replace(profile, events=(*profile.events, Event("2026-10-05", 'A "move"'))))

    assert 'text = "Second team"  # from the other house' in text
    assert tomllib.loads(text)["events"] == [
        {"day": "2026-09-01", "text": "Second team", "by": "Ada"},
        {"day": "2026-10-05", "text": 'A "move"'},
    ]
    assert tomllib.loads(text)["jira"] == {"jql": "project = A"}


def test_the_last_event_takes_its_list_along() -> None:
    text = merged(LISTED, replace(profile_from(tomllib.loads(LISTED)), events=()))

    assert "events" not in tomllib.loads(text)
    assert text.startswith("# ours") or "project = A" in text


def test_lists_in_one_line_can_be_changed_too() -> None:
    text = 'events = [{ day = "2026-09-01", text = "a" }]\n'
    profile = replace(profile_from(tomllib.loads(text)), events=(Event("2026-09-02", "b"),))

    assert profile_from(tomllib.loads(merged(text, profile))) == profile
