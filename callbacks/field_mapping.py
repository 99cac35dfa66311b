"""Settings, sections 3 and 4: what fields and statuses mean, proposed with reasons, previewed, then saved."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, ctx, set_props
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.connecting import start_sync
from callbacks.shell import stamp
from callbacks.views import view_of
from callbacks.workspace import Workspace
from configuration.errors import DashboardError
from configuration.profile import Profile
from data.change_cost import cost_words, trigger_of
from data.connect import client_of
from data.connecting import in_page_words
from data.field_mapper import LOGICAL_FIELDS, LogicalField, fits, validate
from data.field_proposals import FieldProposals
from data.field_reading import FieldReading, Readings, mapped, read_fields
from data.persistence import update_profile
from data.pipeline import ALL_METRICS, Pipeline
from data.preview import preview
from data.profiles import validated
from data.provenance import by_hand, origin_of_field
from data.sources import check_connection, resolve
from data.workflow_proposals import Stage, StatusStage, status_stages, with_stages
from ui import ids as shell_ids
from ui.pages import settings_ids as ids
from ui.pages.settings_connection import fault_lines
from ui.pages.settings_mapping import Candidate, FieldLine, Standing, field_lines, mapping_section
from ui.pages.settings_workflow import StatusLine, effect_lines, workflow_section

logger = logging.getLogger(__name__)
_TITLES = {metric.id: metric.title for metric in ALL_METRICS}
LOCKED = "The sample data keeps its settings. Connect your Jira to have your own."


def register(app: Dash, workspace: Workspace, readings: Readings) -> None:
    """Connect the mapping of fields and the board of statuses to the workspace.

    Args:
        app: the dashboard.
        workspace: its profiles.
        readings: what was read of the fields of their Jiras.
    """
    _register_mapping(app, workspace, readings)
    _register_mapping_save(app, workspace, readings)
    _register_workflow(app, workspace)


def sections(workspace: Workspace, name: str, readings: Readings) -> list[Component]:
    """Return both sections as they stand for a profile; nothing is asked of Jira."""
    pipeline = workspace.pipeline(name)
    locked = LOCKED if pipeline.source.kind == "demo" else ""
    can_ask = pipeline.source.kind == "jira"
    return [
        mapping_section(mapping_lines(pipeline.profile, readings.of(name)), can_ask, locked),
        workflow_section([_status_line(row) for row in used_statuses(pipeline, pipeline.profile)], locked),
    ]


def mapping_lines(profile: Profile, reading: FieldReading | None) -> list[FieldLine]:
    """Return how each logical name stands, with candidates once the fields were read."""
    return [_field_line(logical, profile, reading) for logical in LOGICAL_FIELDS]


def used_statuses(pipeline: Pipeline, profile: Profile) -> tuple[StatusStage, ...]:
    """Return the statuses that issues have met or the profile names; a site may list hundreds of others."""
    rows = status_stages(pipeline.dataset(), profile)
    return tuple(row for row in rows if row.stays or row.issues_now or row.source == "confirmed")


def _field_line(logical: LogicalField, profile: Profile, reading: FieldReading | None) -> FieldLine:
    value = profile.fields.get(logical.name, "")
    found = reading.proposals[logical.name] if reading else None
    standing: Standing = "mapped" if value else "not mapped"
    if found is not None and not value:
        standing, value = _proposed(found)
    return FieldLine(
        name=logical.name,
        title=logical.name.replace("_", " ").capitalize(),
        meaning=f"It is {logical.meaning}.",
        needs=_needs(logical),
        standing=standing,
        value=value,
        choices=_choices(logical, found, reading),
        candidates=_candidates(found),
        origin=_origin(origin_of_field(profile, logical.name)),
    )


def _proposed(found: FieldProposals) -> tuple[Standing, str]:
    if found.chosen is not None:
        return "sure", found.chosen.field
    return ("to check", "") if found.best is not None else ("not mapped", "")


def _origin(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def _needs(logical: LogicalField) -> str:
    """Say which metrics need a field and which only use it; all others do not need it."""
    parts = [("Required for", logical.required), ("Optional for", logical.optional)]
    told = [
        f"{what} {', '.join(_TITLES.get(one, one) for one in metrics)}." for what, metrics in parts if metrics
    ]
    return " ".join([*told, "Not needed for the others."])


def _choices(
    logical: LogicalField, found: FieldProposals | None, reading: FieldReading | None
) -> tuple[tuple[str, str], ...]:
    if reading is None or found is None:
        return ()
    named = {
        str(field["id"]): str(field.get("name") or field["id"]) for field in reading.fields if field.get("id")
    }
    likely = [one.field for one in found.candidates]
    others = [str(field["id"]) for field in reading.fields if field.get("id") and fits(logical, field)]
    ordered = dict.fromkeys([*likely, *sorted(others, key=lambda one: named[one].casefold())])
    return tuple((one, f"{named[one]} ({one})") for one in ordered)


def _candidates(found: FieldProposals | None) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(one.title, one.confidence, one.reasons, one.samples, one.example)
        for one in (found.candidates if found else ())
    )


def _status_line(row: StatusStage) -> StatusLine:
    why = f"{row.reason} {_origin(row.origin)}".strip()
    return StatusLine(row.key, row.name, row.stage, why, row.issues_now, row.median_days)


def _register_mapping(app: Dash, workspace: Workspace, readings: Readings) -> None:
    @app.callback(
        Output(ids.MAPPING, "children"),
        Input(ids.MAPPING_LOAD, "n_clicks"),
        State(ids.SHOWN, "data"),
        prevent_initial_call=True,
        running=[(Output(ids.MAPPING_LOAD, "disabled"), True, False)],
    )
    def load(clicks: int | None, shown: dict[str, str]) -> Any:
        if not clicks:
            raise PreventUpdate
        name = shown["profile"]
        source = resolve(workspace.home, name, workspace.environment)
        try:
            check_connection(source)
            reading = read_fields(source, lambda one: client_of(one, workspace.home, workspace.environment))
        except DashboardError as error:
            return fault_lines(in_page_words(error.message), in_page_words(error.hint))
        readings.keep(name, reading)
        lines = mapping_lines(source.profile, reading)
        return field_lines(lines, _summary(lines))

    @app.callback(
        Output(ids.MAPPING_EFFECT, "children"),
        Input({"kind": ids.FIELD, "name": ALL}, "value"),
        State(ids.SHOWN, "data"),
        prevent_initial_call=True,
    )
    def preview_mapping(_values: list[str | None], shown: dict[str, str]) -> Any:
        name = shown["profile"]
        reading = readings.of(name)
        pipeline = workspace.pipeline(name)
        profile = mapped(pipeline.profile, _chosen_fields(), reading, _now_ms())
        if profile.fields == pipeline.profile.fields:
            return None
        wrong = validate(profile.fields, reading.fields) if reading else ()
        if wrong:
            return fault_lines(" ".join(wrong), "Choose another field, or none.")
        return effect_of(pipeline, profile, _names(reading))


def effect_of(pipeline: Pipeline, profile: Profile, names: Mapping[str, str] | None = None) -> Component:
    """Return what a profile would change, in sentences: numbers, requests, or what cannot be.

    Args:
        pipeline: of the profile in force, over the stored issues.
        profile: as it would be saved.
        names: of fields by their id, for people.
    """
    try:
        told = preview(pipeline.dataset(), pipeline.profile, profile, view_of(pipeline, None))
    except DashboardError as error:
        return fault_lines(error.message, error.hint)
    cost = cost_words(trigger_of(pipeline.source, replace(pipeline.source, profile=profile)))
    sentences = [one.sentence for one in told.changes if one.change != "same"]
    for field_id, name in (names or {}).items():
        sentences = [sentence.replace(field_id, name) for sentence in sentences]
    return effect_lines(sentences, cost)


def _names(reading: FieldReading | None) -> dict[str, str]:
    """Return the name of each custom field by its id, the longest id first: one may begin another."""
    ids_ = [str(one["id"]) for one in (reading.fields if reading else ()) if one.get("custom")]
    titles = {str(one.get("id")): str(one.get("name")) for one in (reading.fields if reading else ())}
    return {one: titles[one] for one in sorted(ids_, key=len, reverse=True)}


def _register_mapping_save(app: Dash, workspace: Workspace, readings: Readings) -> None:
    @app.callback(
        Output(ids.MAPPING_SAVED, "children"),
        Input(ids.MAPPING_SAVE, "n_clicks"),
        State({"kind": ids.FIELD, "name": ALL}, "value"),
        State(ids.SHOWN, "data"),
        prevent_initial_call=True,
    )
    def save_mapping(clicks: int | None, _values: list[str | None], shown: dict[str, str]) -> Any:
        if not clicks:
            raise PreventUpdate
        name = shown["profile"]
        chosen, reading = _chosen_fields(), readings.of(name)

        def change(profile: Profile) -> Profile:
            return validated(mapped(profile, chosen, reading, _now_ms()))

        before = workspace.pipeline(name).source
        try:
            update_profile(workspace.home, name, change)
            after = apply(workspace, name).source
        except DashboardError as error:
            return fault_lines(error.message, error.hint)
        trigger = trigger_of(before, after)
        logger.info("mapping.saved", extra={"saved": name, "reasons": list(trigger.reasons)})
        if trigger.needs_requests and after.kind == "jira":
            start_sync(workspace, name)
            return "Saved; the issues are fetched again with the new fields."
        return "Saved."


def _register_workflow(app: Dash, workspace: Workspace) -> None:
    app.clientside_callback(
        ClientsideFunction("settings", "stage"),
        Output({"kind": ids.STATUS_CARD, "name": MATCH}, "className"),
        Input({"kind": ids.STAGE, "name": MATCH}, "value"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(ids.WORKFLOW_EFFECT, "children"),
        Input({"kind": ids.STAGE, "name": ALL}, "value"),
        State(ids.SHOWN, "data"),
        prevent_initial_call=True,
    )
    def preview_workflow(_values: list[str], shown: dict[str, str]) -> Any:
        pipeline = workspace.pipeline(shown["profile"])
        changes = _changed_stages(used_statuses(pipeline, pipeline.profile))
        if not changes:
            return None
        return effect_of(pipeline, staged(pipeline, pipeline.profile, changes))

    @app.callback(
        Output(ids.WORKFLOW_SAVED, "children"),
        Input(ids.WORKFLOW_SAVE, "n_clicks"),
        State({"kind": ids.STAGE, "name": ALL}, "value"),
        State(ids.SHOWN, "data"),
        prevent_initial_call=True,
    )
    def save_workflow(clicks: int | None, _values: list[str], shown: dict[str, str]) -> Any:
        if not clicks:
            raise PreventUpdate
        name = shown["profile"]
        pipeline = workspace.pipeline(name)
        changes = _changed_stages(used_statuses(pipeline, pipeline.profile))
        if not changes:
            return "Nothing was changed."
        logger.info("workflow.saving", extra={"saved": name, "statuses": len(changes)})
        return saved(workspace, name, lambda kept: staged(pipeline, kept, changes))


def saved(workspace: Workspace, name: str, change: Callable[[Profile], Profile]) -> Any:
    """Change a profile on disk, put it into force, and return what the page says of it."""
    try:
        update_profile(workspace.home, name, lambda kept: validated(change(kept)))
        apply(workspace, name)
    except DashboardError as error:
        return fault_lines(error.message, error.hint)
    return "Saved; the numbers follow."


def staged(pipeline: Pipeline, profile: Profile, changes: Mapping[str, Stage]) -> Profile:
    """Return a profile with other stages for some statuses of the stored issues."""
    return with_stages(profile, used_statuses(pipeline, profile), changes, by_hand(_now_ms()))


def apply(workspace: Workspace, name: str) -> Pipeline:
    """Put saved settings into force, and let every page follow although the data are the same."""
    pipeline = workspace.reload(name)
    set_props(shell_ids.REVISION, {"data": f"{stamp(workspace, name)}!{_now_ms()}"})
    return pipeline


def _summary(lines: Sequence[FieldLine]) -> str:
    """Return ``3 mapped, 2 sure, 1 to check, 1 without a candidate``."""
    words = {"mapped": "mapped", "sure": "sure", "to check": "to check", "not mapped": "without a candidate"}
    counts = {standing: sum(line.standing == standing for line in lines) for standing in words}
    told = ", ".join(f"{n} {words[standing]}" for standing, n in counts.items() if n)
    waits = " What is sure is chosen below and waits for Save mapping." if counts["sure"] else ""
    return f"{told}.{waits}"


def _chosen_fields() -> dict[str, str]:
    """Return the field id by logical name that the page shows, "" for none."""
    return {name: value or "" for name, value in shown_values(ids.FIELD).items()}


def _changed_stages(rows: Sequence[StatusStage]) -> dict[str, Stage]:
    """Return the stage of each status that the page shows in another one than it has."""
    shown = shown_values(ids.STAGE)
    return {
        row.key: cast(Stage, shown[row.key]) for row in rows if shown.get(row.key, row.stage) != row.stage
    }


def shown_values(kind: str) -> dict[str, Any]:
    """Return the values of all components of a kind by their name, whether they are inputs or states."""
    groups = [part for part in (*ctx.inputs_list, *ctx.states_list) if isinstance(part, list)]
    return {
        one["id"]["name"]: one.get("value")
        for group in groups
        for one in group
        if isinstance(one.get("id"), dict) and one["id"].get("kind") == kind
    }


def _now_ms() -> int:
    return int(time.time() * 1000)
