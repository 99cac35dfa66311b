"""Settings, section 7, on a server: what lets pipelines in."""

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from ui.components.aria import aria
from ui.pages.settings import ids

_ROLES = (("reader", "Reader: reads numbers"), ("editor", "Editor: also imports"))


def keys_part(lines: Sequence[tuple[str, str]]) -> Component:
    """Return what administrators see of the keys of the API.

    Args:
        lines: name of each key, and what it allows.
    """
    return html.Div(
        [
            html.H3("Keys for pipelines"),
            html.P(
                "With a key of its own a pipeline imports deployments and changes of a profile, or reads its "
                "numbers.",
                className="quiet",
            ),
            html.Div(
                className="profile-rows",
                children=[
                    dmc.TextInput(
                        id=ids.KEY_NAME,
                        label="Name of the key",
                        placeholder="shop-pipeline",
                        value="",
                        autoComplete="off",
                        spellCheck=False,
                    ),
                    html.Div(
                        [
                            dmc.Select(
                                id=ids.KEY_ROLE,
                                label="It may be",
                                data=[{"value": role, "label": label} for role, label in _ROLES],
                                value="editor",
                                allowDeselect=False,
                            ),
                            html.Button(
                                "Make a key for the chosen profile",
                                id=ids.KEY_MAKE,
                                type="button",
                                className="quiet-button",
                            ),
                        ],
                        className="settings-row",
                    ),
                ],
            ),
            html.Div(id=ids.KEY_TOLD, role="status", **aria(live="polite")),
            html.Ul(keys_list(lines), id=ids.KEYS, className="key-list"),
        ],
        className="key-part",
    )


def keys_list(lines: Sequence[tuple[str, str]]) -> list[Component]:
    """Return a line for each key, with the button that ends it."""
    return [
        html.Li(
            className="settings-row",
            children=[
                html.Span([html.Strong(name), f" {allows}"]),
                html.Button(
                    "Revoke",
                    id={"kind": ids.KEY_REVOKE, "name": name},
                    type="button",
                    className="quiet-button",
                    **aria(label=f"Revoke the key {name}"),
                ),
            ],
        )
        for name, allows in lines
    ]


def new_key(name: str, text: str) -> list[Component]:
    """Return a key that was made, to be copied now or never."""
    return [
        html.P(
            f"This is the key {name}. Keep it where the pipeline keeps its secrets: "
            "nobody can be told it again."
        ),
        html.Div(
            [
                html.Code(text, id=ids.KEY_TEXT),
                dcc.Clipboard(target_id=ids.KEY_TEXT, title="Copy the key", className="quiet-button"),
            ],
            className="settings-row",
        ),
    ]
