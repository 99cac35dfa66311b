"""A dashboard over a small store, for tests that need no browser."""

from pathlib import Path

from dash import Dash

from callbacks.web.application import create_app
from configuration.profile import Profile, WorkflowSettings
from configuration.settings import Home
from data.pipeline import Pipeline
from data.profiles.sources import Source
from data.workspace import Workspace
from tests.support.engine import stored
from tests.support.examples import example_a

PORT = 8050


def pipeline_over(folder: Path, issues: list[dict] | None = None) -> Pipeline:
    """Return a pipeline over worked example A, or over other issues."""
    store = stored(folder, example_a().issues if issues is None else issues, example_a().statuses)
    profile = Profile(workflow=WorkflowSettings(waiting=("Review",)))
    return Pipeline(Source("default", "files", profile, store))


def dashboard_over(folder: Path, issues: list[dict] | None = None) -> Dash:
    """Return the dashboard itself."""
    return create_app(workspace_over(folder, issues), port=PORT)


def workspace_over(folder: Path, issues: list[dict] | None = None) -> Workspace:
    """Return a workspace that shows worked example A, or other issues, in a home of its own."""
    return Workspace(Home(folder), {}, pipeline_over(folder, issues).source)
