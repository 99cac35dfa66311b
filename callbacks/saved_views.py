"""Saved views of a profile: kept in its file, one of them opened where an address asks for nothing."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from dash import ALL, Dash, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate
from flask import redirect, request
from werkzeug.wrappers import Response

from callbacks.events import change_profile
from callbacks.saved_links import view_lines
from callbacks.saving import forbidden
from configuration.errors import DashboardError, InputError
from configuration.profile import Profile
from configuration.profile_lists import SavedView
from data.workspace import Workspace
from ui import ids
from ui.components.views import views_list

logger = logging.getLogger(__name__)
# What is open for the moment does not belong to a view, and neither does the profile, which keeps it.
_OF_THE_MOMENT = ("src", "panel", "reason", "find", "sort", "group", "issue")


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the saved views to the workspace."""
    _register_default(app, workspace)

    @app.callback(
        Output(ids.VIEWS_KEPT, "children"),
        Output(ids.VIEWS_TOLD, "children"),
        Output(ids.SAVED_NAME, "value"),
        Input(ids.VIEWS, "opened"),
        Input(ids.SAVED_ADD, "n_clicks"),
        Input({"kind": ids.SAVED_RENAME, "name": ALL}, "n_clicks"),
        Input({"kind": ids.SAVED_DEFAULT, "name": ALL}, "n_clicks"),
        Input({"kind": ids.SAVED_REMOVE, "name": ALL}, "n_clicks"),
        State(ids.SAVED_NAME, "value"),
        State({"kind": ids.SAVED_NAME, "name": ALL}, "value"),
        State(ids.URL, "pathname"),
        State(ids.URL, "search"),
        State(ids.FILTERS, "data"),
        prevent_initial_call=True,
    )
    def act(opened: bool, *held: Any) -> tuple[Any, ...]:
        if not (ctx.triggered[0]["value"] and opened):
            raise PreventUpdate
        name, _renamed, pathname, search, filters = held[-5:]
        profile = (filters or {}).get("src") or workspace.shown
        if ctx.triggered_id == ids.VIEWS:
            return (
                views_list(view_lines(workspace.pipeline(profile))),
                forbidden(workspace, profile) or None,
                no_update,
            )
        entered = SavedView((name or "").strip(), kept_address(pathname, search))
        try:
            told = _perform(workspace, profile, entered, _find_renamed())
        except DashboardError as error:
            return no_update, f"{error.message} {error.hint}", no_update
        return views_list(view_lines(workspace.pipeline(profile))), told, ""


def _register_default(app: Dash, workspace: Workspace) -> None:
    """Lead whoever asks for nothing at all to the view that opens first."""

    def open_first() -> Response | None:
        if request.path != "/" or request.query_string or request.method != "GET":
            return None
        try:
            profile = workspace.pipeline().profile
        except DashboardError:
            return None  # the page says what is wrong
        found = next((view for view in profile.views if view.name == profile.default_view), None)
        return None if found is None or found.address == "/" else redirect(found.address)

    app.server.before_request(open_first)


def kept_address(pathname: str | None, search: str | None) -> str:
    """Return an address as a view keeps it: without its profile, and without what is open for the moment."""
    pairs = parse_qsl((search or "").lstrip("?"), keep_blank_values=True)
    opened = any(name == "panel" for name, _ in pairs)
    left_out = (*_OF_THE_MOMENT, "by") if opened else _OF_THE_MOMENT
    query = urlencode([(name, value) for name, value in pairs if name not in left_out])
    return (pathname or "/") + (f"?{query}" if query else "")


def _find_renamed() -> str:
    """Return what stands in the field of the view whose button was clicked."""
    clicked = ctx.triggered_id
    if not isinstance(clicked, Mapping):
        return ""
    wanted = {"kind": ids.SAVED_NAME, "name": clicked["name"]}
    rows = (one for group in ctx.states_list if isinstance(group, list) for one in group)
    return str(next((one.get("value") for one in rows if one["id"] == wanted), None) or "").strip()


def _perform(workspace: Workspace, profile: str, entered: SavedView, renamed: str) -> str:
    """Do what was clicked and return what the dialog says of it.

    Raises:
        DashboardError: what was entered makes no sense, or the profile cannot be written.
    """
    clicked = ctx.triggered_id
    if clicked == ids.SAVED_ADD:
        change, told = with_view(entered), f"Saved: {entered.name}."
    elif clicked["kind"] == ids.SAVED_RENAME:
        change, told = renaming(clicked["name"], renamed), f"Renamed: {clicked['name']} is {renamed} now."
    elif clicked["kind"] == ids.SAVED_DEFAULT:
        change, told = opening_first(clicked["name"]), f"Done: {clicked['name']}."
    else:
        change, told = without_view(clicked["name"]), f"Removed: {clicked['name']}."
    change_profile(workspace, profile, change)
    logger.info("views.saved", extra={"saved": profile})
    return told


def with_view(view: SavedView) -> Callable[[Profile], Profile]:
    """Return what adds a view.

    Raises:
        InputError: it has no name.
    """
    if not view.name:
        raise InputError("The view has no name.", hint="Say in a word or two what it shows.")
    return lambda profile: replace(profile, views=(*profile.views, view))


def renaming(old: str, new: str) -> Callable[[Profile], Profile]:
    """Return what gives a view another name; where it opens first it still does."""

    def change(profile: Profile) -> Profile:
        views = tuple(replace(view, name=new) if view.name == old else view for view in profile.views)
        first = new if profile.default_view == old else profile.default_view
        return replace(profile, views=views, default_view=first)

    return change


def opening_first(name: str) -> Callable[[Profile], Profile]:
    """Return what lets a view open first; where it does already, it does no longer."""
    return lambda profile: replace(profile, default_view="" if profile.default_view == name else name)


def without_view(name: str) -> Callable[[Profile], Profile]:
    """Return what takes a view away; where it opened first, nothing does."""

    def change(profile: Profile) -> Profile:
        views = tuple(view for view in profile.views if view.name != name)
        first = "" if profile.default_view == name else profile.default_view
        return replace(profile, views=views, default_view=first)

    return change
