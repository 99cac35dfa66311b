"""Profiles at a glance: each asks for itself, so that a slow one keeps none of the others waiting."""

import json
from typing import Any

from dash import MATCH, Dash, Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.headings import told_items
from callbacks.notices import Failure, attempted
from callbacks.panels import BY_ID
from callbacks.views import profile_names
from configuration.errors import DashboardError
from data.metrics.report import Report, View
from data.model.clock import Clock, clock_of
from data.model.tables import MISSING
from data.persistence import DEMO_PROFILE
from data.pipeline import Pipeline, SourceStatus
from data.workspace import Workspace
from ui import ids
from ui.components.glance import glance_box, glance_numbers, glance_state, shown_metrics
from ui.components.shell import profile_title, site_words
from ui.design import plain_design
from ui.format import age, counted, day
from ui.pages.profiles import METRICS, SHOWN

PAGE = "profiles"


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the page of all profiles to the workspace."""

    @app.callback(
        Output(ids.GLANCE, "children"),
        Output(ids.heading(PAGE), "children"),
        Input(ids.view(PAGE), "data"),
        prevent_initial_call=True,
    )
    def list_profiles(view: dict[str, Any] | None) -> tuple[Any, ...]:
        names = glanced(workspace)
        boxes = [_draw_box(workspace, name, str((view or {}).get("revision"))) for name in names]
        several = "each over" if len(names) > 1 else "over"
        return boxes, f"{counted(len(names), 'profile')}, {several} the 90 days up to its own newest day"

    @app.callback(
        Output({"kind": ids.GLANCE_TOLD, "name": MATCH}, "children"),
        Input({"kind": ids.GLANCE_ASK, "name": MATCH}, "data"),
        State({"kind": ids.GLANCE_ASK, "name": MATCH}, "id"),
    )
    def tell(stamp: str | None, asked: dict[str, str]) -> list[Any]:
        if stamp is None:
            raise PreventUpdate
        clock = clock_of(workspace.home)
        return attempted(lambda: tell_profile(workspace.pipeline(asked["name"]), clock), _tell_failure)


def glanced(workspace: Workspace) -> list[str]:
    """Return the profiles that are told of: those of the home, or the sample data where there are none."""
    own = [name for name in profile_names(workspace) if name != DEMO_PROFILE]
    return own or [DEMO_PROFILE]


def _draw_box(workspace: Workspace, name: str, stamp: str) -> Any:
    try:
        source = workspace.pipeline(name).source
        site = site_words(source.kind, source.url)
    except DashboardError:
        site = ""  # its own place says why
    return glance_box(name, profile_title(name), site, stamp)


def tell_profile(pipeline: Pipeline, clock: Clock) -> list[Any]:
    """Return how old the data of a profile are, and its numbers, which are remembered until the data change.

    Raises:
        StoreError: the store is damaged.
    """
    body = pipeline.answer((PAGE,), View(), lambda report: _tell_numbers(pipeline, report), METRICS[:SHOWN])
    return [_tell_state(pipeline.status(), clock), *json.loads(body)]


def _tell_numbers(pipeline: Pipeline, report: Report) -> bytes:
    shown = shown_metrics(BY_ID, report.results, METRICS, SHOWN)
    period = report.period
    issues = counted(report.scope_issues, "issue")
    days = f"{period.date_from} to {period.date_to}; {issues if report.scope_issues else told_items(report)}"
    empty = "There are no issues yet." if report.delivery is None else "No number is known of these days."
    return json.dumps(plain_design(glance_numbers(pipeline.name, shown, days, empty))).encode()


def _tell_state(status: SourceStatus, clock: Clock) -> Any:
    if status.kind == "empty":
        return glance_state("nothing stored yet", None, "", "partial")
    if not status.complete:
        return glance_state("the first fetch has not ended: partial", None, "", "partial")
    if status.synced_at is not None:
        return glance_state("synced", status.synced_at, age(status.synced_at, clock.now_ms()), "ok")
    known = "" if status.as_of == MISSING else f" as of {day(status.as_of)}"
    return glance_state(f"data{known}", None, "", "ok")


def _tell_failure(failure: Failure) -> list[Any]:
    return [glance_state(f"{failure.cause} {failure.remedy}", None, "", "failed")]
