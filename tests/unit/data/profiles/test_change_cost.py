"""The cost of a change is told before it is made."""

from dataclasses import replace
from pathlib import Path

import pytest

from configuration.profile import JiraSettings, Profile, WorkflowSettings
from configuration.settings import Home
from data.persistence import save_profile
from data.profiles.change_cost import cost_words, trigger_of
from data.profiles.sources import Source, resolve


@pytest.fixture
def source(tmp_path: Path) -> Source:
    home = Home(tmp_path)
    jira = JiraSettings(url="https://jira.example.org", jql="project = A")
    save_profile(home, "team", Profile(jira=jira, fields={"failed": "customfield_1"}))
    return resolve(home, "team", {})


def test_nothing_changed_costs_nothing(source: Source) -> None:
    assert cost_words(trigger_of(source, source)) == ""


@pytest.mark.parametrize(
    "change", [{"jql": "project = B"}, {"url": "https://b.example.org"}, {"email": "a@b"}]
)
def test_another_scope_is_fetched_anew(source: Source, change: dict[str, str]) -> None:
    trigger = trigger_of(source, replace(source, **change))

    assert trigger.needs_requests
    assert "all issues are fetched anew" in cost_words(trigger)


@pytest.mark.parametrize(
    ("change", "says", "asks"),
    [
        ({"workflow": WorkflowSettings(done=("Closed",))}, "another meaning of statuses or types", False),
        ({"timezone": "Asia/Tokyo"}, "another time zone", False),
        ({"fields": {}}, "another mapping: numbers are computed again", False),
        ({"fields": {"failed": "customfield_2"}}, "a field that was not fetched yet", True),
    ],
)
def test_what_asks_jira_again_and_what_does_not(
    source: Source, change: dict[str, object], says: str, asks: bool
) -> None:
    """Only a field that no issue was read with costs requests."""
    trigger = trigger_of(source, replace(source, profile=replace(source.profile, **change)))

    assert trigger.needs_requests is asks
    assert says in cost_words(trigger)


def test_a_change_of_level_or_note_is_no_change_of_data(source: Source) -> None:
    """The edition of the report and who set a mapping change nothing that is stored or derived."""
    profile = replace(source.profile, edition="2021", provenance={"failed": "set by hand: customfield_1"})

    assert trigger_of(source, replace(source, profile=profile)).reasons == ()
