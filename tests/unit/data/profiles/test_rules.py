"""Settings that contradict each other get a sentence each; others say nothing."""

import re
from pathlib import Path
from typing import Any

import pytest

from configuration.errors import ConfigurationError
from configuration.profile import Profile, profile_from
from configuration.settings import Home
from data.model.tables import StatusRef
from data.persistence import save_profile
from data.profiles.rules import contradictions, idle_mappings, require_consistent, workflow_gaps
from data.profiles.sources import resolve
from data.workspace import Workspace


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"workflow": {"active": ["In Review"], "waiting": ["in  review"]}},
            "The status 'in  review' stands in workflow.active and in workflow.waiting.",
        ),
        ({"workflow": {"done": [" "]}}, "workflow.done holds an empty name."),
        (
            {"flow_types": {"Feature": ["Task"], "Debt": ["task"]}},
            "The type 'task' stands in flow_types.Feature and in flow_types.Debt.",
        ),
        (
            {"fields": {"detected_at": "customfield_1", "restored_at": "customfield_1"}},
            "fields.detected_at and fields.restored_at name the same field customfield_1.",
        ),
        (
            {"deployments": {"type": "incident"}},
            "The type 'incident' stands for a deployment and for an incident.",
        ),
        (
            {"deployments": {"type": "Release"}, "flow_types": {"Debt": ["release"]}},
            "The type 'Release' stands for a deployment and for a flow item.",
        ),
        ({"incidents": {"window_hours": -1}}, "incidents.window_hours is below 0."),
        ({"sync": {"every_minutes": -1}}, "sync.every_minutes is not between 0 and 10080, a week."),
        ({"sync": {"every_minutes": 10_081}}, "sync.every_minutes is not between 0 and 10080, a week."),
        ({"targets": {"speed": 5}}, "targets.speed is of no metric: there is none of that name."),
        (
            {"targets": {"flow_time": "5 hours"}},
            "targets.flow_time is in hours, and Flow time is measured in days; "
            "write a number of days, such as 5.",
        ),
    ],
)
def test_each_contradiction_has_its_sentence(settings: dict[str, Any], sentence: str) -> None:
    """And no profile that has one comes into force."""
    profile = profile_from(settings)

    assert contradictions(profile) == (sentence,)
    with pytest.raises(ConfigurationError, match=re.escape(sentence)):
        require_consistent(profile)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"workflow": {"active": ["Doing", "doing"], "waiting": ["Review"]}},
        {"fields": {"detected_at": "", "restored_at": ""}},
        {"fields": {"severity": "customfield_1", "environment": "customfield_1"}},
        {"deployments": {"type": "Release"}, "incidents": {"window_hours": 0}},
    ],
)
def test_what_is_only_said_twice_contradicts_nothing(settings: dict[str, Any]) -> None:
    """The same list may repeat a name; empty ids map nothing."""
    profile = profile_from(settings)

    assert contradictions(profile) == ()
    assert require_consistent(profile) is profile


def test_an_id_and_a_name_may_be_one_status() -> None:
    """The server's list tells."""
    profile = profile_from({"workflow": {"active": ["10003"], "done": ["In Review"]}})

    assert contradictions(profile) == ()
    assert contradictions(profile, [StatusRef("10003", "In review", "indeterminate")]) == (
        "The status 'In Review' stands in workflow.active and in workflow.done.",
    )


def test_a_mapping_that_nothing_reads_is_told() -> None:
    """A deployment date belongs to an issue of the deployment type; without such a type it is idle."""
    fields = {"deployed_at": "customfield_1", "commit_date": "customfield_2", "failed": ""}

    assert list(idle_mappings(profile_from({"fields": fields}))) == ["deployed_at"]
    assert idle_mappings(profile_from({"fields": fields, "deployments": {"type": "Release"}})) == {}


@pytest.mark.parametrize(
    ("stages", "gaps"),
    [
        (["not_started", "waiting", "done"], []),
        (["not_started", "done"], ["no status in progress"]),
        (["not_started"], ["no status in progress", "no status that is done"]),
        ([], []),
    ],
)
def test_a_workflow_without_a_middle_or_an_end_is_told(stages: list[str], gaps: list[str]) -> None:
    """Where the profile made it so; what Jira itself is like is not a mistake of the profile."""
    named = profile_from({"workflow": {"done": ["Done"]}})

    found = workflow_gaps(named, stages)

    assert len(found) == len(gaps)
    assert all(gap in sentence for gap, sentence in zip(gaps, found, strict=True))
    assert workflow_gaps(Profile(), stages) == ()


def test_the_last_good_settings_hold_while_the_file_contradicts_itself(tmp_path: Path) -> None:
    """The sentence is raised before anything is replaced."""
    home = Home(tmp_path)
    save_profile(home, "team", profile_from({"workflow": {"active": ["Doing"]}}))
    workspace = Workspace(home, {}, resolve(home, "team", {}))
    broken = {"workflow": {"active": ["Doing"], "done": ["Doing"]}}
    save_profile(home, "team", profile_from(broken))

    with pytest.raises(ConfigurationError, match="'Doing' stands in"):
        workspace.reload("team")

    assert workspace.pipeline("team").profile.workflow.done == ()
