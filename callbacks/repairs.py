"""Findings with what a click can do about them: the effect on every number first, then the setting."""

import logging
from typing import Any

from dash import MATCH, Dash, Input, Output, State, ctx
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.notices import outside_settings
from callbacks.saving import LOCKED, forbidden, saved, told_of
from callbacks.views import view_of
from configuration.errors import DashboardError
from configuration.profile import Profile
from data.mapping.repairs import Repair, repairs_of
from data.metrics.report import Report
from data.pipeline import ALL_METRICS, Pipeline
from data.profiles.shelf import validated
from data.workspace import Workspace
from ui import ids
from ui.components.findings import FindingLine, repair_effect
from ui.pages.settings.connection import fault_lines

logger = logging.getLogger(__name__)
_OWN = {"page": MATCH, "code": MATCH, "title": MATCH}
_TITLES = {metric.id: metric.title for metric in ALL_METRICS}


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the repairs of every list of findings to the workspace."""

    @app.callback(
        Output({"kind": ids.REPAIR_EFFECT, **_OWN}, "children"),
        Input({"kind": ids.REPAIR, **_OWN}, "n_clicks"),
        State(ids.FILTERS, "data"),
        prevent_initial_call=True,
    )
    def show_effect(clicks: int | None, filters: dict[str, Any] | None) -> Component:
        if not clicks:
            raise PreventUpdate
        pipeline = workspace.pipeline((filters or {}).get("src"))
        why_not = forbidden(workspace, pipeline.name)
        return effect_of(pipeline, filters, _asked_repair(pipeline.profile), why_not)

    @app.callback(
        Output({"kind": ids.REPAIR_SAVED, **_OWN}, "children"),
        Input({"kind": ids.REPAIR_SAVE, **_OWN}, "n_clicks"),
        State(ids.FILTERS, "data"),
        prevent_initial_call=True,
    )
    def save(clicks: int | None, filters: dict[str, Any] | None) -> Any:
        if not clicks:
            raise PreventUpdate
        pipeline = workspace.pipeline((filters or {}).get("src"))
        repair = _asked_repair(pipeline.profile)
        logger.info("settings.saving", extra={"saved": pipeline.name, "settings": sorted(repair.settings)})
        try:
            return saved(workspace, pipeline.name, repair.applied_to)
        except DashboardError as error:
            return fault_lines(outside_settings(error.message), outside_settings(error.hint))


def finding_lines(report: Report, profile: Profile) -> list[FindingLine]:
    """Return the findings of a report, each with the numbers it touches and what can be done about it."""
    histories = report.delivery is None or report.delivery.has_histories
    return [
        FindingLine(
            finding,
            tuple(_TITLES[metric] for metric in finding.metrics),
            tuple(repair.title for repair in repairs_of(finding.code, profile, histories=histories)),
        )
        for finding in report.findings
    ]


def effect_of(
    pipeline: Pipeline, filters: dict[str, Any] | None, repair: Repair, why_not: str = ""
) -> Component:
    """Return what a repair would do to every number of the view, and the button that saves it, or why not."""
    try:
        after = validated(repair.applied_to(pipeline.profile))
        told = told_of(pipeline, after, view_of(pipeline, filters))
    except DashboardError as error:
        return fault_lines(outside_settings(error.message), outside_settings(error.hint))
    why_not = LOCKED if pipeline.source.kind == "demo" else why_not
    return repair_effect(told.summary, told.sentences, told.cost, _asked_place(), why_not)


def _asked_place() -> dict[str, Any]:
    """Return page, finding and title of the repair that was clicked."""
    return {name: ctx.triggered_id[name] for name in _OWN}


def _asked_repair(profile: Profile) -> Repair:
    """Return the repair that was clicked.

    Raises:
        PreventUpdate: the profile has it already; a list from before its change is still shown.
    """
    asked = _asked_place()
    for repair in repairs_of(asked["code"], profile):
        if repair.title == asked["title"]:
            return repair
    raise PreventUpdate
