"""Settings, section 5: the rules of a profile, each entered as what it is, previewed, then saved."""

import logging
from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from dash import ALL, Dash, Input, Output, State
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.field_mapping import LOCKED, effect_of, saved, shown_values
from callbacks.workspace import Workspace
from configuration.errors import DashboardError
from configuration.profile import Profile, SettingRow, setting_of, setting_rows, with_settings
from data.profiles import validated
from ui.pages import settings_ids as ids
from ui.pages.settings_connection import fault_lines
from ui.pages.settings_rules import GROUPS, RuleLine, rules_section

logger = logging.getLogger(__name__)
_YES, _NO = "yes", "no"
_GROUPS = tuple(group for group, _ in GROUPS)


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the rules to the workspace."""

    @app.callback(
        Output(ids.RULES_EFFECT, "children"),
        Input({"kind": ids.RULE, "name": ALL}, "value"),
        State(ids.SHOWN, "data"),
        prevent_initial_call=True,
    )
    def preview_rules(_values: list[Any], shown: dict[str, str]) -> Any:
        pipeline = workspace.pipeline(shown["profile"])
        changes = changed(pipeline.profile, shown_values(ids.RULE))
        if not changes:
            return None
        try:
            return effect_of(pipeline, validated(with_settings(pipeline.profile, changes)))
        except DashboardError as error:
            return fault_lines(error.message, error.hint)

    @app.callback(
        Output(ids.RULES_SAVED, "children"),
        Input(ids.RULES_SAVE, "n_clicks"),
        State({"kind": ids.RULE, "name": ALL}, "value"),
        State(ids.SHOWN, "data"),
        prevent_initial_call=True,
    )
    def save_rules(clicks: int | None, _values: list[Any], shown: dict[str, str]) -> Any:
        if not clicks:
            raise PreventUpdate
        name = shown["profile"]
        changes = changed(workspace.pipeline(name).profile, shown_values(ids.RULE))
        if not changes:
            return "Nothing was changed."
        logger.info("rules.saving", extra={"saved": name, "settings": sorted(changes)})
        return saved(workspace, name, lambda kept: with_settings(kept, changes))


def section(workspace: Workspace, name: str) -> Component:
    """Return the section as it stands for a profile."""
    pipeline = workspace.pipeline(name)
    locked = LOCKED if pipeline.source.kind == "demo" else ""
    return rules_section(rule_lines(pipeline.profile), locked)


def rule_lines(profile: Profile) -> list[RuleLine]:
    """Return every setting of the section with what stands on the page for a profile."""
    return [_line(row, profile) for row in _rows().values()]


def changed(profile: Profile, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that the page shows with another value than the profile has, as the file has them.

    Args:
        profile: in force.
        shown: by dotted name what stands on the page.
    """
    rows = _rows()
    entered = {name: _as_in_file(rows[name], value) for name, value in shown.items()}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in entered.items()
        if value != setting_of(profile, name)
    }


def _rows() -> dict[str, SettingRow]:
    """Return the settings of this section by name; the others have sections of their own."""
    found = (row for row in setting_rows() if not isinstance(row.default, Mapping))
    return {row.name: row for row in found if row.name.rpartition(".")[0] in _GROUPS}


def _line(row: SettingRow, profile: Profile) -> RuleLine:
    value = setting_of(profile, row.name)
    if row.name == "timezone":
        places = {zone for zone in available_timezones() if "/" in zone} | {"UTC", value}
        return RuleLine(row.name, row.about, "choice", value, tuple(sorted(places)))
    if isinstance(row.default, bool):
        return RuleLine(row.name, row.about, "choice", _YES if value else _NO, (_NO, _YES))
    if isinstance(row.default, int):
        return RuleLine(row.name, row.about, "number", value)
    if isinstance(row.default, tuple):
        return RuleLine(row.name, row.about, "list", list(value))
    return RuleLine(row.name, row.about, "choice" if row.choices else "text", value, row.choices)


def _as_in_file(row: SettingRow, value: Any) -> Any:
    """Return what was entered in the type of the setting; an emptied number is its default again."""
    if isinstance(row.default, bool):
        return value == _YES
    if isinstance(row.default, int):
        return row.default if value in (None, "") else value
    if isinstance(row.default, tuple):
        return tuple(text.strip() for text in value or ())
    return (value or "").strip()
