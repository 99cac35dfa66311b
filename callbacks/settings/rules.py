"""Settings, section 6: the rules of a profile, each entered as what it is; the save bar saves them."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from zoneinfo import available_timezones

from dash import ALL, MATCH, Dash, Input, Output, State, ctx
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from configuration.errors import DashboardError
from configuration.profile import Profile, SettingRow, setting_of, setting_rows
from data.meaning.usual_names import usual_names
from data.metrics.report import View
from data.model.targets import read_amount
from data.model.words import fold
from data.pipeline import ALL_METRICS
from data.workspace import Workspace
from ui.pages.settings import ids
from ui.pages.settings.rules import CODE_GROUPS, GROUPS, Ending, RuleLine, group_of, rules_section

logger = logging.getLogger(__name__)
_YES, _NO = "yes", "no"
_TARGETS = "targets."
_GROUPS = tuple(group for group, _ in (*GROUPS, *CODE_GROUPS))
# What a team lists is kept where it is looked at: in the charts and in the bar.
_IN_SIGHT = ("events", "views", "default_view")


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the rules to the workspace."""

    @app.callback(
        Output({"kind": ids.RULE, "name": MATCH}, "value"),
        Input({"kind": ids.ENDING, "name": MATCH, "ending": ALL}, "n_clicks"),
        State({"kind": ids.RULE, "name": MATCH}, "value"),
        State(ids.SHOWN, "data"),
        prevent_initial_call=True,
    )
    def count_otherwise(clicks: list[int | None], value: list[str] | None, shown: dict[str, str]) -> Any:
        if not any(clicks):
            raise PreventUpdate
        asked = ctx.triggered_id
        met = _endings_met(workspace, shown["profile"])[asked["name"]]
        return counted_otherwise(asked["name"], value or [], met, asked["ending"])


def counted_otherwise(setting: str, listed: Sequence[str], met: Sequence[Ending], name: str) -> list[str]:
    """Return the list of what is not delivered after one of the names in it, or met, counts otherwise.

    A list that somebody wrote counts alone. So whatever was met and counted as not delivered without
    standing in it, by its usual name, stands in the new one.

    Args:
        setting: ``not_delivered`` or ``workflow.not_delivered``.
        listed: as it stands on the page.
        met: what was met in the data.
        name: which one counts otherwise from now on.
    """
    known = {fold(one) for one in listed}
    implied = [ending.name for ending in met if not ending.delivered and fold(ending.name) not in known]
    explicit = [*listed, *implied]
    if fold(name) not in map(fold, explicit):
        return [*explicit, name]
    left = [one for one in explicit if fold(one) != fold(name)]
    if left or setting == "not_delivered":
        return left
    return sorted(usual_names().not_delivered_statuses - {fold(name)})  # an empty list means the usual names


def section(workspace: Workspace, name: str, entered: Mapping[str, Any] = MappingProxyType({})) -> Component:
    """Return the section as it stands for a profile, with what was entered and is not saved yet."""
    profile = workspace.pipeline(name).profile
    return rules_section(entered_lines(rule_lines(profile, _endings_met(workspace, name)), profile, entered))


def entered_lines(lines: Sequence[RuleLine], profile: Profile, entered: Mapping[str, Any]) -> list[RuleLine]:
    """Return lines with what was entered in them and is not saved yet."""
    other = {setting: entered[setting] for setting in changed(profile, entered)}
    return [replace(line, value=other.get(line.name, line.value)) for line in lines]


def _endings_met(workspace: Workspace, name: str) -> dict[str, tuple[Ending, ...]]:
    """Return by setting the resolutions and done statuses of all completed items; none over a bad store."""
    try:
        endings = workspace.pipeline(name).report(View()).endings
    except DashboardError:
        return {}
    parts = {"not_delivered": endings.resolutions, "workflow.not_delivered": endings.done_statuses}
    return {
        setting: tuple(Ending(one, n, delivered) for one, (n, delivered) in met.items())
        for setting, met in parts.items()
    }


def rule_lines(
    profile: Profile, endings: Mapping[str, tuple[Ending, ...]] = MappingProxyType({})
) -> list[RuleLine]:
    """Return every setting of the section with what stands on the page for a profile.

    Args:
        profile: whose settings.
        endings: by setting, what was met in the data.
    """
    lines = (_make_line(row, profile) for row in _list_rows().values())
    return [*(replace(line, endings=endings.get(line.name, ())) for line in lines), *_target_lines(profile)]


def _target_lines(profile: Profile) -> list[RuleLine]:
    """Return a line for the target of each metric that has a better direction."""
    written = {name: _as_text(value) for name, value in profile.targets.items()}
    return [
        RuleLine(
            f"{_TARGETS}{metric.id}",
            f"in {metric.unit}, {'more' if metric.better == 'higher' else 'less'} is better; empty: none",
            "text",
            written.get(metric.id, ""),
        )
        for metric in ALL_METRICS
        if metric.better != "neither"
    ]


def _as_text(target: float | str) -> str:
    return target if isinstance(target, str) else f"{target:.15g}"


def changed(profile: Profile, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that the page shows with another value than the profile has, as the file has them.

    Args:
        profile: in force.
        shown: by dotted name what stands on the page.
    """
    rows = _list_rows()
    entered = {name: _as_in_file(rows[name], value) for name, value in shown.items() if name in rows}
    found = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in entered.items()
        if value != setting_of(profile, name)
    }
    return found | _read_targets(profile, shown)


def _read_targets(profile: Profile, shown: Mapping[str, Any]) -> dict[str, float | str | None]:
    """Return the targets that the page shows otherwise than the profile has them; None: emptied."""
    entered = {name: (value or "").strip() for name, value in shown.items() if name.startswith(_TARGETS)}
    wanted = {name: _as_target(text) if text else None for name, text in entered.items()}
    return {
        name: value
        for name, value in wanted.items()
        if value != profile.targets.get(name.removeprefix(_TARGETS))
    }


def _as_target(text: str) -> float | str:
    """Return a target as the file has it: a number, or the text where more than a number was written."""
    amount = read_amount(text)
    return amount[0] if amount is not None and not amount[1] else text


def _list_rows() -> dict[str, SettingRow]:
    """Return the settings of this section by name; the others have sections of their own."""
    found = (row for row in setting_rows() if not isinstance(row.default, Mapping))
    return {row.name: row for row in found if group_of(row.name) in _GROUPS and row.name not in _IN_SIGHT}


def _make_line(row: SettingRow, profile: Profile) -> RuleLine:
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
