"""Settings, sections 4 and 5: what fields and statuses mean, proposed with reasons."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from dash import MATCH, ClientsideFunction, Dash, Input, Output, State
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.field_effects import effects_of
from configuration.errors import DashboardError
from configuration.profile import Profile
from data.checks.draft import in_page_words
from data.intake.connect import client_of
from data.mapping.field_proposals import FieldProposals, may_be_chosen, word_fill
from data.mapping.field_reading import FieldReading, Readings, read_fields
from data.mapping.workflow_proposals import Stage, StatusStage, status_stages, with_stages
from data.model.clock import now_ms
from data.model.logical_fields import LOGICAL_FIELDS, LogicalField
from data.pipeline import ALL_METRICS, Pipeline
from data.profiles.provenance import by_hand, origin_of_field
from data.profiles.sources import check_connection, resolve
from data.workspace import Workspace
from ui.pages.settings import ids
from ui.pages.settings.connection import fault_lines
from ui.pages.settings.mapping import Candidate, FieldLine, Standing, field_lines, mapping_section
from ui.pages.settings.workflow import StatusLine, workflow_section

logger = logging.getLogger(__name__)
Effects = Mapping[tuple[str, str], str]
_TITLES = {metric.id: metric.title for metric in ALL_METRICS}


def register(app: Dash, workspace: Workspace, readings: Readings) -> None:
    """Connect the mapping of fields and the board of statuses to the workspace.

    Args:
        app: the dashboard.
        workspace: its profiles.
        readings: what was read of the fields of their Jiras.
    """
    _register_mapping(app, workspace, readings)
    _register_workflow(app)


def sections(
    workspace: Workspace,
    name: str,
    readings: Readings,
    fields: Mapping[str, str] = MappingProxyType({}),
    stages: Mapping[str, Stage] = MappingProxyType({}),
) -> list[Component]:
    """Return both sections as they stand for a profile; nothing is asked of Jira.

    Args:
        workspace: its profiles.
        name: of the profile.
        readings: what was read of the fields of their Jiras.
        fields: chosen and not saved yet, by logical name.
        stages: chosen and not saved yet, by status.
    """
    pipeline = workspace.pipeline(name)
    reading = readings.of(name)
    lines = mapping_lines(pipeline.profile, reading, effects_of(pipeline, reading))
    statuses = map(_status_line, used_statuses(pipeline, pipeline.profile))
    return [
        mapping_section(
            [replace(line, value=fields.get(line.name, line.value)) for line in lines],
            can_ask=pipeline.source.kind == "jira",
        ),
        workflow_section([replace(line, stage=stages.get(line.key, line.stage)) for line in statuses]),
    ]


def mapping_lines(
    profile: Profile, reading: FieldReading | None, effects: Effects = MappingProxyType({})
) -> list[FieldLine]:
    """Return how each logical name stands, with candidates once the fields were read.

    Args:
        profile: in force.
        reading: what Jira said of its fields, None if nobody has asked yet.
        effects: by logical name and field id, what choosing the field would do.
    """
    return [_field_line(logical, profile, reading, effects) for logical in LOGICAL_FIELDS]


def used_statuses(pipeline: Pipeline, profile: Profile) -> tuple[StatusStage, ...]:
    """Return the statuses that issues have met or the profile names; a site may list hundreds of others."""
    rows = status_stages(pipeline.dataset(), profile)
    return tuple(row for row in rows if row.stays or row.issues_now or row.source == "confirmed")


def _field_line(
    logical: LogicalField, profile: Profile, reading: FieldReading | None, effects: Effects
) -> FieldLine:
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
        candidates=_list_candidates(found, effects),
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


def _list_candidates(found: FieldProposals | None, effects: Effects) -> tuple[Candidate, ...]:
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
            effects.get((found.logical_name, one.field), "") if found else "",
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
        lines = mapping_lines(source.profile, reading, effects_of(workspace.pipeline(name), reading))
        return field_lines(lines, _summarise(lines))


def name_fields(reading: FieldReading | None) -> dict[str, str]:
    """Return the name of each custom field by its id, the longest id first: one may begin another."""
    ids_ = [str(one["id"]) for one in (reading.fields if reading else ()) if one.get("custom")]
    titles = {str(one.get("id")): str(one.get("name")) for one in (reading.fields if reading else ())}
    return {one: titles[one] for one in sorted(ids_, key=len, reverse=True)}


def _register_workflow(app: Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("settings", "stage"),
        Output({"kind": ids.STATUS_CARD, "name": MATCH}, "className"),
        Input({"kind": ids.STAGE, "name": MATCH}, "value"),
        prevent_initial_call=True,
    )


def staged(pipeline: Pipeline, profile: Profile, changes: Mapping[str, Stage]) -> Profile:
    """Return a profile with other stages for some statuses of the stored issues."""
    return with_stages(profile, used_statuses(pipeline, profile), changes, by_hand(now_ms()))


def _summarise(lines: Sequence[FieldLine]) -> str:
    """Return ``3 mapped, 2 sure, 1 to check, 1 without a candidate``."""
    words = {"mapped": "mapped", "sure": "sure", "to check": "to check", "not mapped": "without a candidate"}
    counts = {standing: sum(line.standing == standing for line in lines) for standing in words}
    told = ", ".join(f"{n} {words[standing]}" for standing, n in counts.items() if n)
    waits = " What is sure is chosen below and waits to be saved." if counts["sure"] else ""
    return f"{told}.{waits}"
