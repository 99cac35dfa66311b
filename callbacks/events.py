"""The events of a profile: added, changed and taken away from any page with charts."""

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update, set_props
from dash.exceptions import PreventUpdate

from callbacks.saving import LOCKED, forbidden
from callbacks.shell import stamp
from configuration.errors import DashboardError, InputError
from configuration.profile import Profile
from configuration.profile_lists import Event, check_events, check_views
from data.model.clock import clock_of, now_ms
from data.model.periods import civil_day, parse_day, zone_named
from data.persistence import update_profile
from data.profiles.shelf import validated
from data.workspace import Workspace
from ui import ids
from ui.components.events import events_list

logger = logging.getLogger(__name__)


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the dialog of events to the workspace."""

    @app.callback(
        Output(ids.EVENTS_KEPT, "children"),
        Output(ids.EVENTS_TOLD, "children"),
        Output(ids.EVENT_TEXT, "value"),
        Input(ids.EVENTS, "opened"),
        Input(ids.EVENT_ADD, "n_clicks"),
        Input({"kind": ids.EVENT_SAVE, "name": ALL}, "n_clicks"),
        Input({"kind": ids.EVENT_REMOVE, "name": ALL}, "n_clicks"),
        State(ids.EVENT_DAY, "value"),
        State(ids.EVENT_TEXT, "value"),
        State({"kind": ids.EVENT_DAY, "name": ALL}, "value"),
        State({"kind": ids.EVENT_TEXT, "name": ALL}, "value"),
        State(ids.FILTERS, "data"),
        prevent_initial_call=True,
    )
    def act(
        opened: bool,
        _added: int | None,
        _saved: list[int | None],
        _removed: list[int | None],
        day: str | None,
        text: str | None,
        _days: list[str],
        _texts: list[str],
        filters: dict[str, Any] | None,
    ) -> tuple[Any, ...]:
        if not (ctx.triggered[0]["value"] and opened):
            raise PreventUpdate
        name = (filters or {}).get("src") or workspace.shown
        if ctx.triggered_id == ids.EVENTS:
            return _list_kept(workspace, name), forbidden(workspace, name) or None, no_update
        try:
            told = _perform(workspace, name, Event((day or "").strip(), (text or "").strip()))
        except DashboardError as error:
            return no_update, f"{error.message} {error.hint}", no_update
        return _list_kept(workspace, name), told, ""


def _list_kept(workspace: Workspace, name: str) -> Any:
    return events_list([(event.day, event.text) for event in workspace.pipeline(name).profile.events])


def _perform(workspace: Workspace, name: str, entered: Event) -> str:
    """Do what was clicked and return what the dialog says of it.

    Raises:
        DashboardError: what was entered makes no sense, or the profile cannot be written.
    """
    clicked = ctx.triggered_id
    if clicked == ids.EVENT_ADD:
        change_events(workspace, name, lambda kept: with_event(kept, entered, _today(workspace, name)))
        return f"Added: {entered.day} {entered.text}."
    old = clicked["name"]
    if clicked["kind"] == ids.EVENT_REMOVE:
        change_events(workspace, name, lambda kept: without_event(kept, old))
        return f"Removed: {old}."
    now = Event(_shown(ids.EVENT_DAY, old), _shown(ids.EVENT_TEXT, old))
    today = _today(workspace, name)
    change_events(workspace, name, lambda kept: with_event(without_event(kept, old), now, today))
    return f"Saved: {now.day} {now.text}."


def _shown(kind: str, name: str) -> str:
    """Return what stands in a field of a row of the list."""
    rows = (one for group in ctx.states_list if isinstance(group, list) for one in group)
    found = (one.get("value") for one in rows if one["id"] == {"kind": kind, "name": name})
    return str(next(found, None) or "").strip()


def _today(workspace: Workspace, name: str) -> dt.date:
    return civil_day(clock_of(workspace.home).now_ms(), zone_named(workspace.pipeline(name).profile.timezone))


def change_events(
    workspace: Workspace, name: str, change: Callable[[Sequence[Event]], Sequence[Event]]
) -> None:
    """Change the events of a profile on disk and put them into force.

    Raises:
        DashboardError: as ``change_profile``, and whatever ``change`` refuses.
    """
    change_profile(workspace, name, lambda profile: replace(profile, events=tuple(change(profile.events))))
    logger.info("events.saved", extra={"saved": name})


def change_profile(workspace: Workspace, name: str, change: Callable[[Profile], Profile]) -> None:
    """Change what a profile lists, on disk, and let every page follow without computing a number anew.

    Raises:
        InputError: it is the profile of the sample data, or the change makes no sense.
        ConfigurationError: the file is wrong, or cannot be written.
    """
    if workspace.pipeline(name).source.kind == "demo":
        cause, _, remedy = LOCKED.partition(". ")
        raise InputError(f"{cause}.", hint=remedy)

    def changed(profile: Profile) -> Profile:
        after = validated(change(profile))
        check_events(after.events)
        check_views(after.views)
        return after

    update_profile(workspace.home, name, changed)
    workspace.renew(name)
    set_props(ids.REVISION, {"data": f"{stamp(workspace, name)}!{now_ms()}"})


def with_event(kept: Sequence[Event], event: Event, today: dt.date) -> list[Event]:
    """Return events with one more, by day.

    Raises:
        InputError: its day is none or has not come yet, it has no words, or it is there already.
    """
    day = parse_day(event.day, "The day")
    if day > today:
        raise InputError(
            f"{day} has not come yet.", hint=f"An event has happened: choose a day up to {today}."
        )
    if not event.text:
        raise InputError("The event has no words.", hint="Say in a few words what happened.")
    if event in kept:
        raise InputError("This event is kept already.", hint="Change its words, or leave it as it is.")
    return sorted([*kept, event], key=lambda one: one.day)


def without_event(kept: Sequence[Event], name: str) -> list[Event]:
    """Return events without the one of that day and those words; one that has gone already is no error."""
    return [event for event in kept if f"{event.day} {event.text}" != name]
