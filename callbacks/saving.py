"""Changing a profile from the page: what that would do, told first, and the one way in which it is saved."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from dash import set_props

from callbacks.connection import start_sync
from callbacks.shell import stamp
from configuration.profile import Profile
from data.mapping.preview import preview
from data.metrics.report import View
from data.model.clock import now_ms
from data.people.owners import refusal_to_edit
from data.persistence import update_profile
from data.pipeline import Pipeline
from data.profiles.change_cost import cost_words, trigger_of
from data.profiles.shelf import validated
from data.workspace import Workspace
from ui import ids as shell_ids

logger = logging.getLogger(__name__)
LOCKED = "The sample data keeps its settings. Connect your Jira to have your own."


def forbidden(workspace: Workspace, name: str) -> str:
    """Return why the role of whoever is present does not allow changing a profile, "" if it does."""
    error = refusal_to_edit(workspace.home, name, f"change the settings of {name}")
    return f"{error.message} {error.hint}" if error else ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a change would do.

    Attributes:
        summary: in one line, "" where no number changes.
        sentences: one for each metric that would change.
        cost: what has to be asked of Jira for it, "" for nothing.
    """

    summary: str
    sentences: tuple[str, ...]
    cost: str


def told_of(pipeline: Pipeline, profile: Profile, view: View) -> Told:
    """Return what a profile would change in a view, and what that costs.

    Raises:
        DashboardError: the profile contradicts itself, or the view makes no sense.
    """
    told = preview(pipeline.dataset(), pipeline.profile, profile, view)
    cost = cost_words(trigger_of(pipeline.source, replace(pipeline.source, profile=profile)))
    return Told(told.summary, tuple(one.sentence for one in told.changes if one.change != "same"), cost)


def saved(workspace: Workspace, name: str, change: Callable[[Profile], Profile]) -> str:
    """Change a profile on disk in one write, put it into force, and return what the page says of it.

    Args:
        workspace: its home has the profile.
        name: of the profile.
        change: what is saved of the profile as it is on disk now.

    Raises:
        DashboardError: the profile would contradict itself, or cannot be written; nothing is saved.
    """
    before = workspace.pipeline(name).source
    update_profile(workspace.home, name, lambda kept: validated(change(kept)))
    after = apply(workspace, name).source
    trigger = trigger_of(before, after)
    logger.info("settings.saved", extra={"saved": name, "reasons": list(trigger.reasons)})
    if trigger.needs_requests and after.kind == "jira":
        start_sync(workspace, name)
        set_props(shell_ids.POLL, {"disabled": False})
        return "Saved; the issues are fetched again."
    return "Saved; the numbers follow."


def apply(workspace: Workspace, name: str) -> Pipeline:
    """Put saved settings into force, and let every page follow although the data are the same."""
    pipeline = workspace.reload(name)
    set_props(shell_ids.REVISION, {"data": f"{stamp(workspace, name)}!{now_ms()}"})
    return pipeline
