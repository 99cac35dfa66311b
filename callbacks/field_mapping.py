"""Settings, sections 3 and 4: what fields and statuses mean, proposed with reasons, previewed, then saved."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, ctx, set_props
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.connection import start_sync
from callbacks.shell import stamp
from callbacks.views import view_of
from configuration.errors import DashboardError
from configuration.profile import Profile
from data.checks.draft import in_page_words
from data.field_mapper import validate
from data.intake.connect import client_of
from data.mapping.field_proposals import FieldProposals, may_be_chosen, word_fill
from data.mapping.field_reading import FieldReading, Readings, mapped, read_fields
from data.mapping.preview import preview
from data.mapping.workflow_proposals import Stage, StatusStage, status_stages, with_stages
from data.metrics.report import View
from data.model.clock import now_ms
from data.model.logical_fields import LOGICAL_FIELDS, LogicalField
from data.persistence import update_profile
from data.pipeline import ALL_METRICS, Pipeline
from data.profiles.change_cost import cost_words, trigger_of
from data.profiles.provenance import by_hand, origin_of_field
from data.profiles.shelf import validated
from data.profiles.sources import check_connection, resolve
from data.workspace import Workspace
from ui import ids as shell_ids
from ui.pages.settings import ids
from ui.pages.settings.connection import fault_lines
from ui.pages.settings.mapping import Candidate, FieldLine, Standing, field_lines, mapping_section
from ui.pages.settings.workflow import StatusLine, effect_lines, workflow_section

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
        standing, value = _judge_proposal(found)
    return FieldLine(
        name=logical.name,
        title=logical.name.replace("_", " ").capitalize(),
        meaning=f"It is {logical.meaning}.",
        effect=_word_effect(logical),
        standing=standing,
        value=value,
        choices=_list_choices(logical, found, reading),
        candidates=_list_candidates(found),
        origin=_word_origin(origin_of_field(profile, logical.name)),
    )


def _judge_proposal(found: FieldProposals) -> tuple[Standing, str]:
    if found.chosen is not None:
        return "sure", found.chosen.field
    return ("to check", "") if found.best is not None else ("not mapped", "")


def _word_origin(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def _word_effect(logical: LogicalField) -> str:
    """Say which numbers exist only with a field and which it makes better."""
    parts = [("Required for", logical.required), ("Improves", logical.optional)]
    return " ".join(
        f"{what} {', '.join(_TITLES.get(one, one) for one in metrics)}." for what, metrics in parts if metrics
    )


def _list_choices(
    logical: LogicalField, found: FieldProposals | None, reading: FieldReading | None
) -> tuple[tuple[str, str], ...]:
    if reading is None or found is None:
        return ()
    named = {
        str(field["id"]): str(field.get("name") or field["id"]) for field in reading.fields if field.get("id")
    }
    likely = [one.field for one in found.candidates]
    fitting = (field for field in reading.fields if field.get("id") and may_be_chosen(logical, field))
    others = [str(field["id"]) for field in fitting]
    ordered = dict.fromkeys([*likely, *sorted(others, key=lambda one: named[one].casefold())])
    return tuple((one, f"{named[one]} ({one})") for one in ordered)


def _list_candidates(found: FieldProposals | None) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            one.title,
            one.confidence,
            # How well it is filled has a column of its own.
            tuple(reason for reason in one.reasons if reason != word_fill(one.filled, one.askable)),
            one.samples,
            one.example,
            one.filled,
            one.askable,
        )
        for one in (found.candidates if found else ())
    )


def _status_line(row: StatusStage) -> StatusLine:
    why = f"{row.reason} {_word_origin(row.origin)}".strip()
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
        return field_lines(lines, _summarise(lines))

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
        profile = mapped(pipeline.profile, _chosen_fields(), reading, now_ms())
        if profile.fields == pipeline.profile.fields:
            return None
        wrong = validate(profile.fields, reading.fields) if reading else ()
        if wrong:
            return fault_lines(" ".join(wrong), "Choose another field, or none.")
        return effect_of(pipeline, profile, _name_fields(reading))


def effect_of(pipeline: Pipeline, profile: Profile, names: Mapping[str, str] | None = None) -> Component:
    """Return what a profile would change, in sentences: numbers, requests, or what cannot be.

    Args:
        pipeline: of the profile in force, over the stored issues.
        profile: as it would be saved.
        names: of fields by their id, for people.
    """
    try:
        sentences, cost = told_of(pipeline, profile, view_of(pipeline, None))
    except DashboardError as error:
        return fault_lines(in_page_words(error.message), in_page_words(error.hint))
    for field_id, name in (names or {}).items():
        sentences = [sentence.replace(field_id, name) for sentence in sentences]
    return effect_lines(sentences, cost)


def told_of(pipeline: Pipeline, profile: Profile, view: View) -> tuple[list[str], str]:
    """Return what a profile would change in a view, a sentence for each metric, and what that costs.

    Raises:
        DashboardError: the profile contradicts itself, or the view makes no sense.
    """
    told = preview(pipeline.dataset(), pipeline.profile, profile, view)
    cost = cost_words(trigger_of(pipeline.source, replace(pipeline.source, profile=profile)))
    return [one.sentence for one in told.changes if one.change != "same"], cost


def _name_fields(reading: FieldReading | None) -> dict[str, str]:
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
            return validated(mapped(profile, chosen, reading, now_ms()))

        before = workspace.pipeline(name).source
        try:
            update_profile(workspace.home, name, change)
            after = apply(workspace, name).source
        except DashboardError as error:
            return fault_lines(in_page_words(error.message), in_page_words(error.hint))
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
        return fault_lines(in_page_words(error.message), in_page_words(error.hint))
    return "Saved; the numbers follow."


def staged(pipeline: Pipeline, profile: Profile, changes: Mapping[str, Stage]) -> Profile:
    """Return a profile with other stages for some statuses of the stored issues."""
    return with_stages(profile, used_statuses(pipeline, profile), changes, by_hand(now_ms()))


def apply(workspace: Workspace, name: str) -> Pipeline:
    """Put saved settings into force, and let every page follow although the data are the same."""
    pipeline = workspace.reload(name)
    set_props(shell_ids.REVISION, {"data": f"{stamp(workspace, name)}!{now_ms()}"})
    return pipeline


def _summarise(lines: Sequence[FieldLine]) -> str:
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
