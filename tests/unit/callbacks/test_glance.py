"""Profiles at a glance: which, how old, which numbers, and what is said where there are none."""

import json
from pathlib import Path

from callbacks.glance import glanced, tell_profile
from configuration.profile import Profile
from data.model.clock import MachineClock
from data.persistence import save_profile
from data.pipeline import Pipeline
from data.profiles.sources import Source
from tests.support.dashboards import pipeline_over, workspace_over
from tests.support.engine import stored
from tests.support.examples import example_b
from ui.design import plain_design


def test_the_sample_data_are_there_only_where_there_is_nothing_else(tmp_path: Path) -> None:
    workspace = workspace_over(tmp_path)
    save_profile(workspace.home, "shop", Profile())

    assert glanced(workspace) == ["default", "shop"]


def test_a_team_without_deployments_is_told_by_its_flow(tmp_path: Path) -> None:
    """Worked example A over the 90 days to 10 March: three items, of which two began."""
    told = json.dumps(plain_design(tell_profile(pipeline_over(tmp_path), MachineClock())))

    assert "Deployment frequency" not in told
    assert "Flow velocity" in told
    assert "/?src=default&panel=flow_time" in told
    assert "2025-12-11 to 2026-03-10; 5 issues" in told


def test_a_team_with_deployments_is_told_by_dora(tmp_path: Path) -> None:
    example = example_b()
    store = stored(tmp_path, example.issues, example.statuses, example.versions)
    pipeline = Pipeline(Source("b", "files", Profile(), store))
    told = json.dumps(plain_design(tell_profile(pipeline, MachineClock())))

    assert "Deployment frequency" in told
    assert "Change fail rate" in told
    assert "Flow velocity" not in told


def test_an_empty_profile_says_so(tmp_path: Path) -> None:
    told = json.dumps(plain_design(tell_profile(pipeline_over(tmp_path, []), MachineClock())))

    assert "nothing stored yet" in told
    assert "There are no issues yet." in told
