"""Settings, section 3: where the code is, whose tags, deployments and changes are measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from ui import places
from ui.components.aria import aria
from ui.pages.settings import ids
from ui.pages.settings.connection import section_head
from ui.pages.settings.rules import CODE_GROUPS, RuleLine, draw_entry, draw_grid, group_of

_HINTS = {
    "git": "Folders on this machine, as /home/ann/shop. They are read by git: nothing is fetched or changed.",
    "github": "Deployments, releases and merged pull requests. Only a server of your own needs its address.",
    "gitlab": "Deployments, releases and merge requests. Only a server of your own needs its address.",
}


@dataclass(frozen=True, slots=True)
class HostToken:
    """The token of a host.

    Attributes:
        words: whether there is one, and for which address; never which one.
        fixed: the environment decides it.
        saved: there is one that can be removed.
    """

    words: str
    fixed: bool = False
    saved: bool = False


def code_section(name: str, lines: Sequence[RuleLine], tokens: Mapping[str, HostToken]) -> Component:
    """Return the section; what is entered is looked at when a field is left, and the save bar saves it.

    Args:
        name: of the profile.
        lines: its settings.
        tokens: of each host.
    """
    groups = {group: [line for line in lines if group_of(line.name) == group] for group, _ in CODE_GROUPS}
    return html.Section(
        className="panel settings-panel",
        **aria(labelledby=places.CODE),
        children=[
            section_head(
                places.CODE,
                "3",
                "Code",
                f"What the profile {name} measures deployments and changes by. All of it may stay empty.",
            ),
            *(_draw_group(group, title, groups[group], tokens.get(group)) for group, title in CODE_GROUPS),
        ],
    )


def _draw_group(group: str, title: str, lines: Sequence[RuleLine], token: HostToken | None) -> Component:
    host = (
        [dcc.Store(id={"kind": ids.HOST_FOR, "name": group}), _draw_token_row(group, token)] if token else []
    )
    controls = draw_grid(lines)
    if token:
        controls = html.Div(
            [*(draw_entry(line) for line in lines), _draw_token(group, token)], className="rules"
        )
    return html.Details(
        open=any(line.value for line in lines) or bool(token and token.saved),
        children=[
            html.Summary(title),
            html.P(_HINTS[group], className="quiet"),
            controls,
            *host,
            html.Div(
                id={"kind": ids.HOST_VERDICT, "name": group},
                role="status",
                className="verdict",
                **aria(live="polite"),
            ),
        ],
    )


def _draw_token(host: str, token: HostToken) -> Component:
    field: Component = dmc.PasswordInput(
        id={"kind": ids.HOST_TOKEN, "name": host},
        label="Token",
        description=token.words,
        value="",
        debounce=True,
        autoComplete="new-password",
        disabled=token.fixed,
    )
    return field


def _draw_token_row(host: str, token: HostToken) -> Component:
    return html.Div(
        className="settings-row",
        children=[
            html.Button(
                "Verify", id={"kind": ids.HOST_VERIFY, "name": host}, type="button", className="quiet-button"
            ),
            html.Button(
                "Remove the saved token",
                id={"kind": ids.HOST_FORGET, "name": host},
                type="button",
                className="quiet-button",
                hidden=not token.saved,
            ),
            html.P("Leaving a field verifies it, too.", className="quiet"),
        ],
    )
