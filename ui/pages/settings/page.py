"""Settings: where the numbers come from, and what Jira's words mean to the team."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from ui import places
from ui.components.aria import aria
from ui.components.heading import heading
from ui.pages.settings import ids
from ui.pages.settings.bar import leaving_dialog, save_bar

# The id of each section's heading, and what it is called.
SECTIONS = (
    (places.CONNECTION, "Connection"),
    (places.DATA, "Data"),
    (places.CODE, "Code"),
    (places.MAPPING, "Mapping"),
    (places.WORKFLOW, "Workflow"),
    (places.RULES, "Rules"),
    (places.PROFILES, "Profiles"),
)


def layout() -> Sequence[Component]:
    """Return the page before its profile is known.

    The connection, the code, the meaning of the data and the list of profiles
    are drawn apart, so that new data do not take away what somebody is typing.
    """
    return [
        heading("settings", "Settings"),
        dcc.Store(id=ids.SHOWN),
        dcc.Store(id=ids.KEPT),
        dcc.Store(id=ids.TYPED),
        dcc.Store(id=ids.EDITS),
        dcc.Store(id=ids.BAR_ASKED),
        dcc.Store(id=ids.BAR_SAID),
        dcc.Store(id=ids.TYPED_FOR),
        dcc.Store(id=ids.AGREED),
        dcc.Download(id=ids.DOWNLOAD),
        html.Div(
            className="settings-page",
            children=[
                _draw_sections(),
                html.Div(
                    [
                        html.Div(id=ids.SOURCE, className="settings-pair"),
                        html.Div(id=ids.CODE),
                        html.Div(id=ids.MEANING),
                        html.Div(id=ids.PROFILES),
                        save_bar(),
                    ]
                ),
            ],
        ),
        leaving_dialog(),
    ]


def _draw_sections() -> Component:
    """Return the list of sections; each entry is the address of one."""
    first = SECTIONS[0][0]
    return html.Nav(
        className="sections",
        **aria(label="Sections of the settings"),
        children=[
            html.A(title, href=places.section(place), **(aria(current="true") if place == first else {}))
            for place, title in SECTIONS
        ],
    )


def broken_profile(name: str, cause: str, remedy: str, *, can_begin_again: bool) -> Component:
    """Return what is wrong with a profile, and the way to begin again if it has a file."""
    return html.Section(
        className="panel settings-panel",
        children=[
            html.H2(f"The profile {name}"),
            html.Div([html.P([html.Strong(cause), f" {remedy}"])], className="fault", role="alert"),
            *(_begin_again(name) if can_begin_again else ()),
        ],
    )


def _begin_again(name: str) -> Sequence[Component]:
    return (
        html.P(
            "Or set the file aside, where it is kept with the reason, and begin with the defaults.",
            className="quiet",
        ),
        html.Button(
            "Set it aside and start afresh",
            id={"kind": ids.AFRESH, "name": name},
            type="button",
            className="quiet-button",
        ),
    )
