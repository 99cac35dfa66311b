"""The profile: every setting has a default, a description and what it accepts."""

import datetime as dt
import tomllib

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from configuration.errors import ConfigurationError
from configuration.profile import (
    NOT_DELIVERED,
    Profile,
    SettingRow,
    meaning_of,
    profile_as_mapping,
    profile_from,
    setting_of,
    setting_rows,
    with_settings,
)

ROWS = list(setting_rows())


def nested(name: str, value: object) -> dict:
    section, dot, leaf = name.partition(".")
    return {section: {leaf: value}} if dot else {name: value}


WORDS = st.text("abc '\u00fc", min_size=1, max_size=5).filter(str.strip)
ADDRESSES = st.sampled_from(["/", "/flow?type=Bug", "/dora?days=30"])
LISTS = {
    "holidays": st.lists(st.dates().map(str), max_size=3),
    "events": st.lists(st.fixed_dictionaries({"day": st.dates().map(str), "text": WORDS}), max_size=3),
    "views": st.dictionaries(st.sampled_from("abc"), ADDRESSES, max_size=3).map(
        lambda named: [{"name": name, "address": address} for name, address in named.items()]
    ),
}


def values(row: SettingRow) -> st.SearchStrategy[object]:
    if row.choices:
        return st.sampled_from(row.choices)
    if row.name in LISTS:
        return LISTS[row.name]
    if isinstance(row.default, tuple):
        return st.lists(
            st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=5), max_size=3
        )
    if isinstance(row.default, dict):
        return st.dictionaries(st.sampled_from("abc"), st.sampled_from(["x", "y"]), max_size=2)
    kinds = {bool: st.booleans(), int: st.integers(0, 999), str: st.sampled_from(["", "UTC", "a b", "ä"])}
    return kinds[type(row.default)]


profiles = st.fixed_dictionaries({}, optional={row.name: values(row) for row in ROWS}).map(
    lambda flat: merged([nested(name, value) for name, value in flat.items()])
)


def merged(parts: list[dict]) -> dict:
    whole: dict = {}
    for part in parts:
        for key, value in part.items():
            if isinstance(value, dict) and key != "fields":
                whole.setdefault(key, {}).update(value)
            else:
                whole[key] = value
    return whole


def test_every_setting_is_described() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) >= 25
    assert all(row.about and not row.about.endswith(".") for row in ROWS)
    assert all(row.default in row.choices for row in ROWS if row.choices)
    assert {"timezone", "edition", "jira.url", "workflow.waiting", "incidents.window_hours", "fields"} <= {
        row.name for row in ROWS
    }


def test_defaults_are_the_published_ones() -> None:
    profile = profile_from({})

    assert profile == Profile()
    assert (profile.timezone, profile.edition, profile.start_source) == ("UTC", "2024", "status")
    assert (profile.include_subtasks, profile.include_epics) == (False, False)
    assert len(NOT_DELIVERED) == len(set(NOT_DELIVERED)) == 21
    assert profile.incidents.window_hours == 72
    assert profile_as_mapping(profile) == {}


@given(profiles)
def test_a_profile_survives_its_file(raw: dict) -> None:
    profile = profile_from(raw)
    written = tomlkit.dumps(profile_as_mapping(profile))

    assert profile_from(tomllib.loads(written)) == profile


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_value_of_the_wrong_kind_names_its_setting(row: SettingRow) -> None:
    wrong = 1.5
    with pytest.raises(ConfigurationError) as met:
        profile_from(nested(row.name, wrong))

    assert row.name in met.value.message
    assert met.value.exit_code == 2


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"include_epics": 1}, "true or false"),
        ({"incidents": {"window_hours": True}}, "a whole number"),  # true is not a number
        ({"not_delivered": ["a", 1]}, "a list of texts"),
        ({"fields": {"a": 1}}, "a table of texts"),
        ({"edition": "2020"}, "one of 2021, 2022, 2023, 2024, 2025"),
        ({"jira": []}, "a table of settings"),
        ({"holidays": [dt.date(2026, 12, 25)]}, "a list of texts"),
        ({"incidents": {"window_hours": 24.0}}, "a whole number"),
        (
            {"workflow": {"active": "Doing"}},
            "workflow.active of this profile is not a list",
        ),
    ],
)
def test_what_is_expected_is_said(raw: dict, words: str) -> None:
    with pytest.raises(ConfigurationError) as met:
        profile_from(raw)

    assert words in met.value.message


def test_what_is_not_a_table_at_all_is_said() -> None:
    with pytest.raises(ConfigurationError) as met:
        profile_from([])  # type: ignore[arg-type]

    assert met.value.message == "The profile is not a table of settings."
    assert met.value.hint == "Correct its file."


@pytest.mark.parametrize("day", ["25.12.2026", "2026-13-01", "20261225", "2026-W52-5", "2026-02-29", ""])
def test_a_holiday_that_is_no_date_is_named(day: str) -> None:
    """Refused when the profile is read, not when a number is asked for."""
    with pytest.raises(ConfigurationError) as met:
        profile_from({"holidays": ["2026-12-25", day]})

    assert (repr(day) in met.value.message, "holidays" in met.value.message) == (True, True)
    assert "YYYY-MM-DD" in met.value.hint


def test_unknown_settings_are_left_alone() -> None:
    assert profile_from({"invented": 1, "jira": {"invented": 2}}) == Profile()


def test_settings_are_changed_by_their_dotted_names() -> None:
    """The others stay, and a wrong value is refused as in a file."""
    before = profile_from({"timezone": "Europe/Berlin", "incidents": {"labels": ["outage"]}})
    after = with_settings(before, {"incidents.window_hours": 24, "business_days": True})

    assert (after.timezone, after.incidents.labels) == ("Europe/Berlin", ("outage",))
    assert (setting_of(after, "incidents.window_hours"), setting_of(after, "business_days")) == (24, True)
    assert with_settings(after, {"incidents.window_hours": 72, "business_days": False}) == before
    with pytest.raises(ConfigurationError, match="holidays"):
        with_settings(before, {"holidays": ["25.12.2026"]})


def test_the_meaning_of_stored_issues_is_told_by_the_settings_that_change_it() -> None:
    """Where they come from, their zone and the edition do not; the order of the file does not either."""
    plain = profile_from({"jira": {"url": "https://a.example"}, "timezone": "Asia/Tokyo", "edition": "2021"})
    told = {"workflow": {"waiting": ["Review"]}, "incidents": {"window_hours": 24}, "include_epics": True}

    assert meaning_of(plain) == meaning_of(Profile()) == "{}"
    assert meaning_of(profile_from(told)) == (
        '{"incidents.window_hours": 24, "include_epics": true, "workflow.waiting": ["Review"]}'
    )
    assert meaning_of(profile_from(dict(reversed(told.items())))) == meaning_of(profile_from(told))


def test_every_setting_says_whether_stored_issues_mean_something_else_by_it() -> None:
    assert {row.name for row in ROWS if not row.means} == {
        "timezone",
        "edition",
        "jira.url",
        "jira.email",
        "jira.jql",
        "jira.dialect",
        "jira.client_cert",
        "jira.headers",
        "git.paths",
        "git.tags",
        "github.url",
        "github.repositories",
        "github.environments",
        "gitlab.url",
        "gitlab.projects",
        "gitlab.environments",
        "sync.every_minutes",
        "fields",
        "provenance",
        "targets",
        "events",
        "views",
        "default_view",
    }


EVENT = {"day": "2026-10-05", "text": "Second team"}
VIEW = {"name": "Bugs", "address": "/flow?type=Bug"}


@pytest.mark.parametrize(
    ("raw", "cause"),
    [
        ({"events": [EVENT | {"day": "2026-02-30"}]}, "events of this profile holds '2026-02-30', which is"),
        ({"events": [EVENT | {"day": "20261005"}]}, "which is not a date"),
        ({"events": [EVENT | {"text": "  "}]}, "The event of 2026-10-05 has no words."),
        ({"events": [EVENT | {"text": "a" * 121}]}, "The event of 2026-10-05 has 121 letters."),
        ({"events": [{"day": "2026-10-05"}]}, "events of this profile is not a list of tables with day and"),
        ({"events": ["2026-10-05"]}, "is not a list of tables with day and text"),
        ({"views": [VIEW | {"name": ""}]}, "A saved view has no words."),
        ({"views": [VIEW, VIEW | {"name": "BUGS"}]}, "Two saved views are called 'BUGS'."),
        ({"views": [VIEW | {"address": "https://elsewhere.example/"}]}, "does not lead to a page of this"),
        ({"views": [VIEW | {"address": "//elsewhere.example/"}]}, "does not lead to a page of this"),
        ({"views": [VIEW | {"address": "/\\elsewhere.example"}]}, "does not lead to a page of this"),
        ({"views": [VIEW | {"address": "/flow?type=a b"}]}, "does not lead to a page of this"),
    ],
)
def test_an_event_or_a_view_that_makes_no_sense_is_a_sentence(raw: dict, cause: str) -> None:
    with pytest.raises(ConfigurationError) as met:
        profile_from(raw)

    assert cause in met.value.message
    assert met.value.hint


def test_events_and_views_of_the_longest_kind_are_kept() -> None:
    profile = profile_from({"events": [EVENT | {"text": "a" * 120}], "views": [VIEW], "default_view": "Bugs"})

    assert (len(profile.events[0].text), profile.views[0].address) == (120, "/flow?type=Bug")
    assert profile_as_mapping(profile)["views"] == [VIEW]
    assert meaning_of(profile) == meaning_of(Profile())


def test_a_profile_with_other_settings_leaves_the_first_as_it_was() -> None:
    """Its lists and tables are shared by nobody: what is only tried on a page is not set."""
    first = profile_from({"targets": {"flow_time": 5.0}, "flow_types": {"Debt": ["Chore"]}})

    second = with_settings(first, {"targets.flow_load": 9.0, "targets.flow_time": None})

    assert (first.targets, second.targets) == ({"flow_time": 5.0}, {"flow_load": 9.0})
