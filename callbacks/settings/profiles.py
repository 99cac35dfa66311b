"""Settings, section 7: create, copy, show, rename, delete with undo, export, import."""

import base64
import binascii
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update, set_props
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.jira_config import show_profile
from callbacks.settings import keys, owners
from callbacks.views import profile_names
from configuration.errors import DashboardError, InputError
from configuration.people import refusal
from data.checks.draft import in_page_words
from data.persistence import DEMO_PROFILE
from data.profiles import shelf
from data.workspace import Workspace
from ui import ids as shell_ids
from ui.components.shell import profile_options
from ui.pages.settings import ids
from ui.pages.settings.profiles import profiles_section, undo_list

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did.

    Attributes:
        told: a sentence.
        chosen: the profile that the list stands on afterwards.
        shown: the profile that the dashboard leads to, None where it stays.
        download: name and text of a file, None without one.
        gone: the profile that was deleted, None if all are there.
    """

    told: str
    chosen: str | None = None
    shown: str | None = None
    download: dict[str, str] | None = None
    gone: str | None = None


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the buttons of the profiles to the workspace."""

    @app.callback(
        output=[
            Output(ids.PROFILE_TOLD, "children"),
            Output(ids.PROFILE, "data"),
            Output(ids.PROFILE, "value"),
            Output(ids.PROFILE_NAME, "value"),
            Output(ids.PROFILE_NAME, "error"),
            Output(ids.DOWNLOAD, "data"),
            Output(ids.UPLOAD, "contents"),
        ],
        inputs={
            "_acts": Input({"kind": ids.PROFILE_ACT, "name": ALL}, "n_clicks"),
            "_undos": Input({"kind": ids.UNDO, "name": ALL}, "n_clicks"),
            "upload": Input(ids.UPLOAD, "contents"),
        },
        state={
            "chosen": State(ids.PROFILE, "value"),
            "name": State(ids.PROFILE_NAME, "value"),
            "file": State(ids.UPLOAD, "filename"),
            "seen": State(ids.SHOWN, "data"),
        },
        prevent_initial_call=True,
    )
    def act(
        _acts: list[int | None],
        _undos: list[int | None],
        upload: str | None,
        chosen: str | None,
        name: str | None,
        file: str | None,
        seen: dict[str, str] | None,
    ) -> tuple[Any, ...]:
        if not ctx.triggered[0]["value"]:
            raise PreventUpdate
        try:
            done = perform(workspace, ctx.triggered_id, chosen or "", (name or "").strip(), (upload, file))
        except DashboardError as error:
            sentence = in_page_words(f"{error.message} {error.hint}")
            return no_update, no_update, no_update, no_update, sentence, no_update, None
        return _show_after(workspace, done, (seen or {}).get("profile"))


def section(workspace: Workspace, name: str) -> Component:
    """Return the section as it stands, with ``name`` chosen if it has a file."""
    error = refusal("administrator", "create, rename and delete profiles")
    why_not = f"{error.message} {error.hint}" if error else ""
    names, chosen = _list_choice(workspace, name)
    more = [part for part in (owners.row(workspace, chosen), keys.part(workspace)) if part is not None]
    return profiles_section(names, chosen, _list_deleted(workspace), why_not=why_not, more=more)


def choose(workspace: Workspace, name: str) -> None:
    """Let the section that is there stand on ``name`` if it has a file."""
    names, chosen = _list_choice(workspace, name)
    set_props(ids.PROFILE, {"data": names, "value": chosen})


def _list_choice(workspace: Workspace, name: str | None) -> tuple[list[str], str | None]:
    names = list(shelf.list_profiles(workspace.home))
    return names, name if name in names else next(iter(names), None)


def _show_after(workspace: Workspace, done: Done, seen: str | None) -> tuple[Any, ...]:
    names, chosen = _list_choice(workspace, done.chosen)
    known = profile_names(workspace)
    set_props(shell_ids.PROFILE, {"data": profile_options(known)})
    if done.shown is not None:
        show_profile(workspace, done.shown, "/settings")
    elif done.gone is not None and done.gone == seen:
        show_profile(workspace, workspace.shown, "/settings")
    told = undo_list(_list_deleted(workspace), done.told)
    return told, names, chosen, "", None, done.download or no_update, None


def _list_deleted(workspace: Workspace) -> list[tuple[str, str]]:
    return [(gone.id, gone.name) for gone in shelf.deleted(workspace.home)]


def perform(
    workspace: Workspace, trigger: Any, chosen: str, name: str, upload: tuple[str | None, str | None]
) -> Done:
    """Do what a button, an undo or an uploaded file asks for.

    Args:
        workspace: its home holds the profiles.
        trigger: id of the component.
        chosen: the profile in the list, "" for none.
        name: as typed.
        upload: contents as a data URL, and name, of a file.

    Raises:
        InputError: a name cannot be one or is taken, no profile is chosen, or the file is not a profile.
        ConfigurationError: a file cannot be read, written or moved.
    """
    if trigger == ids.UPLOAD:
        return _import_file(workspace, name or file_stem(upload[1] or ""), upload[0] or "")
    if trigger["kind"] == ids.UNDO:
        restored = shelf.restore(workspace.home, trigger["name"])
        logger.info("profile.restored", extra={"restored": restored})
        return Done(f"{restored} is back.", restored)
    if not chosen and trigger["name"] != "create":
        raise InputError("No profile is chosen.", hint="Create one, or connect your Jira.")
    return _ACTIONS[trigger["name"]](workspace, chosen, name)


def _create(workspace: Workspace, _chosen: str, name: str) -> Done:
    shelf.create(workspace.home, name)
    return Done(f"{name} was created; connect its Jira above.", name, name)


def _copy(workspace: Workspace, chosen: str, name: str) -> Done:
    shelf.copy(workspace.home, chosen, name)
    return Done(f"{chosen} was copied to {name}, without its token.", name)


def _rename(workspace: Workspace, chosen: str, name: str) -> Done:
    shelf.rename(workspace.home, chosen, name)
    was_shown = workspace.shown == chosen
    if was_shown:
        workspace.show(name)
    workspace.forget(chosen)
    return Done(f"{chosen} is called {name} now.", name, name)


def _show(workspace: Workspace, chosen: str, _name: str) -> Done:
    workspace.show(chosen)
    workspace.refresh_if_old(chosen)
    return Done(f"{chosen} is shown.", chosen, chosen)


def _export(workspace: Workspace, chosen: str, _name: str) -> Done:
    text = shelf.export(workspace.home, chosen)
    return Done(
        f"{chosen}.toml holds the settings, without token and e-mail.",
        chosen,
        download={"filename": f"{chosen}.toml", "content": text, "type": "application/toml"},
    )


def _delete(workspace: Workspace, chosen: str, _name: str) -> Done:
    shelf.delete(workspace.home, chosen)
    workspace.forget(chosen)
    logger.info("profile.deleted", extra={"deleted": chosen})
    if workspace.shown == chosen:
        workspace.show(next(iter(shelf.list_profiles(workspace.home)), DEMO_PROFILE))
    return Done("", gone=chosen)


def _import_file(workspace: Workspace, name: str, contents: str) -> Done:
    shelf.import_text(workspace.home, name, _decode_text(contents))
    return Done(f"{name} was imported; enter its token above.", name, name)


_ACTIONS: dict[str, Callable[[Workspace, str, str], Done]] = {
    "create": _create,
    "copy": _copy,
    "rename": _rename,
    "show": _show,
    "export": _export,
    "delete": _delete,
}


def file_stem(file: str) -> str:
    """Return a name for an imported profile from that of its file."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", PurePath(file).stem).strip("-._")[:64]


def _decode_text(contents: str) -> str:
    """Return the text of an uploaded file, which arrives as a data URL.

    Raises:
        InputError: it is not text.
    """
    try:
        return base64.b64decode(contents.partition(",")[2], validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise InputError("The file is not text.", hint="Choose the TOML file of a profile.") from error
