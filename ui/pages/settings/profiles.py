"""Settings, section 7: the profiles of this home."""

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from ui.components.aria import aria
from ui.pages.settings import ids
from ui.pages.settings.connection import section_head

WITH_NAME = (("create", "Create"), ("copy", "Copy to"), ("rename", "Rename to"))
WITHOUT_NAME = (("show", "Show"), ("export", "Export without secrets"), ("delete", "Delete"))


def profiles_section(
    names: Sequence[str],
    chosen: str | None,
    deleted: Sequence[tuple[str, str]],
    *,
    why_not: str = "",
    more: Sequence[Component] = (),
) -> Component:
    """Return the section of profiles.

    Args:
        names: of the profiles on disk.
        chosen: one of them.
        deleted: id and name of what can be taken back, the newest first.
        why_not: nothing of that can be done by whoever looks, "" if it can.
        more: what follows about the chosen profile.
    """
    return html.Section(
        className="panel settings-panel",
        **aria(labelledby="settings-profiles-title"),
        children=[
            section_head(
                "settings-profiles-title",
                "7",
                "Profiles",
                "Each is a set of settings; its token is kept apart and is in no copy and no export.",
            ),
            *([html.P(why_not, className="quiet")] if why_not else []),
            _profile_rows(names, chosen, hidden=bool(why_not)),
            html.Div(
                id=ids.PROFILE_TOLD,
                role="status",
                **aria(live="polite"),
                children=undo_list(() if why_not else deleted),
            ),
            *more,
        ],
    )


def owners_row(owners: Sequence[str], *, hidden: bool) -> Component:
    """Return the row that says which groups own the chosen profile."""
    return html.Div(
        className="profile-rows",
        hidden=hidden,
        children=[
            dmc.TagsInput(
                id=ids.OWNERS,
                label="Owned by the groups",
                description="An editor in one of them may change the profile; without any, every editor may.",
                value=list(owners),
            ),
            html.Div(
                [
                    html.Button("Set owners", id=ids.OWNERS_SET, type="button", className="quiet-button"),
                    html.Span(id=ids.OWNERS_TOLD, role="status", **aria(live="polite")),
                ],
                className="settings-row",
            ),
        ],
    )


def _profile_rows(names: Sequence[str], chosen: str | None, *, hidden: bool) -> Component:
    return html.Div(
        className="profile-rows",
        hidden=hidden,
        children=[
            dmc.Select(
                id=ids.PROFILE,
                label="Profile",
                data=list(names),
                value=chosen,
                placeholder="none yet",
                allowDeselect=False,
            ),
            html.Div([_act(name, title) for name, title in WITHOUT_NAME], className="settings-row"),
            dmc.TextInput(
                id=ids.PROFILE_NAME,
                label="New name",
                placeholder="team-blue",
                value="",
                autoComplete="off",
                spellCheck=False,
            ),
            html.Div(
                [
                    *(_act(name, title) for name, title in WITH_NAME),
                    _draw_upload(),
                ],
                className="settings-row",
            ),
        ],
    )


def _draw_upload() -> Component:
    return dcc.Upload(
        html.Span("Import a file", className="quiet-button"),
        id=ids.UPLOAD,
        accept=".toml",
        multiple=False,
        max_size=256 * 1024,
        className="upload",
        className_active="upload active",
        style={},
    )


def undo_list(deleted: Sequence[tuple[str, str]], told: str = "") -> list[Component]:
    """Return what was done, and the newest deletion with a button that takes it back."""
    parts: list[Component] = [html.P(told)] if told else []
    for deletion, name in deleted[:1]:
        parts.append(
            html.Div(
                className="settings-row",
                children=[
                    html.Span(f"{name} was deleted.", className="quiet"),
                    html.Button(
                        "Undo",
                        id={"kind": ids.UNDO, "name": deletion},
                        type="button",
                        className="quiet-button",
                        **aria(label=f"Take the deletion of {name} back"),
                    ),
                ],
            )
        )
    return parts


def _act(name: str, title: str) -> Component:
    return html.Button(
        title, id={"kind": ids.PROFILE_ACT, "name": name}, type="button", className="quiet-button"
    )
