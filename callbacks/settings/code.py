"""Settings, section 3: clones and hosts as they are entered, looked at field by field; their tokens kept.

A token comes in and never goes out, as that of a Jira; the save bar saves it with everything else.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, set_props
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.settings.rules import entered_lines, rule_lines
from configuration.errors import DashboardError, InputError
from configuration.origins import origin_of
from configuration.profile import Profile
from configuration.settings import Secret
from data.checks.clones import clone_findings
from data.checks.draft import in_page_words
from data.checks.findings import CheckFinding
from data.checks.hosts import HostVerdict, try_host
from data.hosts.access import KINDS, Access, Asked, Kind, access_to, api_of, is_given
from data.model.clock import now_ms
from data.people.owners import require_editor
from data.persistence import load_host_token, save_host_token
from data.workspace import Workspace
from ui.pages.settings import ids
from ui.pages.settings.code import HostToken, code_section
from ui.pages.settings.connection import fault_lines, finding_lines

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TypedHost:
    """What stands in the fields of a host; an empty token takes one that belongs to the address."""

    url: str = ""
    repositories: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class HostLook:
    """What the page shows after a field of a host was left.

    Attributes:
        token: one sentence about the token.
        verdict: what works and what does not.
        prompt: what to enter next, "" if nothing is missing.
    """

    token: str
    verdict: HostVerdict = field(default_factory=HostVerdict)
    prompt: str = ""


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the fields of clones and hosts to the workspace."""
    _register_clones(app, workspace)
    for kind in KINDS:
        _register_host(app, workspace, kind)
        _register_forgetting(app, workspace, kind)


def section(workspace: Workspace, name: str, entered: Mapping[str, Any] = MappingProxyType({})) -> Component:
    """Return the section as it stands for a profile, with what was entered and is not saved yet.

    Raises:
        ConfigurationError: the saved tokens cannot be read.
    """
    profile, environment = workspace.pipeline(name).profile, workspace.environment
    fixed = {
        f"{kind.name}.url": f"Set by the environment variable {kind.url_variable}, which wins."
        for kind in KINDS
        if environment.get(kind.url_variable)
    }
    lines = [replace(line, fixed=fixed.get(line.name, "")) for line in rule_lines(profile)]
    tokens = {kind.name: _token_of(workspace, name, kind, _url_of(profile, kind)) for kind in KINDS}
    return code_section(name, entered_lines(lines, profile, entered), tokens)


def look_at_host(workspace: Workspace, name: str, kind: Kind, typed: TypedHost) -> HostLook:
    """Look at a host as it stands in the fields, and try its repositories once there is a token.

    Args:
        workspace: home, environment and limits.
        name: of the profile.
        kind: of the host.
        typed: the fields.
    """
    try:
        words = _token_of(workspace, name, kind, typed.url).words
        access = _access_of(workspace, name, kind, typed)
    except DashboardError as error:
        return HostLook("not known", prompt=f"{error.message} {error.hint}")
    words = "entered, not saved yet" if typed.token and access.token else words
    if not (typed.repositories or typed.token):
        return HostLook(words)
    if access.token is None and not access.withheld:
        return HostLook(words, prompt=f"Enter a token of {kind.title} with {kind.rights}.")
    if not typed.repositories:
        return HostLook(words, prompt="Name a repository; the token is tried with it.")
    return HostLook(words, try_host(access, workspace.home, workspace.environment))


def keep_tokens(
    workspace: Workspace, name: str, profile: Profile, tokens: Mapping[str, tuple[str, str | None]]
) -> None:
    """Save tokens that were typed, each with the origin of its host.

    Args:
        workspace: its home gets them.
        name: of the profile.
        profile: with the addresses that are saved beside them.
        tokens: by host, each with the address that it was typed for, None where that is not known.

    Raises:
        InputError: the address was changed since a token was typed.
        ConfigurationError: they cannot be written.
    """
    for kind in KINDS:
        token, typed_for = tokens.get(kind.name, ("", None))
        url = _url_of(profile, kind)
        address = _address_of(workspace, kind, url)
        if not token or is_given(kind, address, workspace.environment):
            continue
        if not _is_for(workspace, kind, url, typed_for):
            other = origin_of(_address_of(workspace, kind, typed_for or ""))
            raise InputError(
                f"The token of {kind.title} was typed for {other}, and not for {origin_of(address)}.",
                hint="Type the token again; it goes nowhere else.",
            )
        save_host_token(workspace.home, name, kind.name, address, Secret(token))
        set_props({"kind": ids.HOST_TOKEN, "name": kind.name}, {"value": ""})
        _show_token(workspace, name, kind, address)


def _register_host(app: Dash, workspace: Workspace, kind: Kind) -> None:
    url, repositories, environments = (
        {"kind": ids.RULE, "name": setting}
        for setting in (f"{kind.name}.url", kind.setting, f"{kind.name}.environments")
    )
    token, verify = ({"kind": each, "name": kind.name} for each in (ids.HOST_TOKEN, ids.HOST_VERIFY))
    typed_for = {"kind": ids.HOST_FOR, "name": kind.name}

    @app.callback(
        output=[
            Output(token, "error"),
            Output(token, "description"),
            Output({"kind": ids.HOST_VERDICT, "name": kind.name}, "children"),
        ],
        inputs={
            "values": {
                "url": Input(url, "value"),
                "repositories": Input(repositories, "value"),
                "environments": Input(environments, "value"),
                "token": Input(token, "value"),
            },
            "_clicks": Input(verify, "n_clicks"),
        },
        state={"shown": State(ids.SHOWN, "data"), "typed_for": State(typed_for, "data")},
        prevent_initial_call=True,
        running=[(Output(verify, "children"), f"Asking {kind.title} ...", "Verify")],
    )
    def look(
        values: dict[str, Any], _clicks: int | None, shown: dict[str, str], typed_for: str | None
    ) -> tuple[Any, ...]:
        if ctx.triggered_id == token and not values["token"]:
            raise PreventUpdate  # it was saved, or taken away, and the field cleared
        typed = _typed_host(values)
        if ctx.triggered_id != token and typed.token and not _is_for(workspace, kind, typed.url, typed_for):
            typed = replace(typed, token="")
            set_props(token, {"value": ""})  # it was typed for another address
        seen = look_at_host(workspace, shown["profile"], kind, typed)
        for control, name in ((url, "url"), (repositories, "repositories")):
            set_props(control, {"error": _error_of(seen, name)})  # an Output takes no name with a dot in it
        return _error_of(seen, "token"), seen.token, _draw_look(seen)

    app.clientside_callback(
        ClientsideFunction("settings", "hostFor"),
        Output(typed_for, "data"),
        Input(token, "value"),
        Input(url, "value"),
        State(typed_for, "data"),
        prevent_initial_call=True,
    )


def _is_for(workspace: Workspace, kind: Kind, url: str, typed_for: str | None) -> bool:
    """Tell whether a token was typed for an address; where nobody knows for which, it was."""
    here, there = (origin_of(_address_of(workspace, kind, each or "")) for each in (url, typed_for))
    return typed_for is None or here == there


def _error_of(seen: HostLook, name: str) -> str | None:
    """Return the sentence beside a field, None where nothing is wrong with it."""
    fault = seen.verdict.fault
    return fault.cause if fault is not None and fault.field == name else None


def _typed_host(values: Mapping[str, Any]) -> TypedHost:
    def listed(name: str) -> tuple[str, ...]:
        return tuple(text.strip() for text in values[name] or () if text.strip())

    url, token = ((values[name] or "").strip() for name in ("url", "token"))
    return TypedHost(url, listed("repositories"), listed("environments"), token)


def _draw_look(seen: HostLook) -> Any:
    if seen.prompt:
        return seen.prompt
    lines, fault = _lines(seen.verdict.findings), seen.verdict.fault
    told = [finding_lines(lines)] if lines else []
    if fault is not None and not any(state == "failed" for state, _, _ in lines):
        told.append(fault_lines("", fault.remedy))  # the cause stands beside its field
    return told or None


def _lines(findings: Sequence[CheckFinding]) -> list[Any]:
    return [(one.state, f"{one.name}: {one.message}", in_page_words(one.hint)) for one in findings]


def _register_forgetting(app: Dash, workspace: Workspace, kind: Kind) -> None:
    @app.callback(
        Output({"kind": ids.HOST_FORGET, "name": kind.name}, "hidden"),
        Input({"kind": ids.HOST_FORGET, "name": kind.name}, "n_clicks"),
        State({"kind": ids.RULE, "name": f"{kind.name}.url"}, "value"),
        State(ids.SHOWN, "data"),
        prevent_initial_call=True,
    )
    def forget(clicks: int | None, url: str | None, shown: dict[str, str]) -> Any:
        if not clicks:
            raise PreventUpdate
        save_host_token(workspace.home, shown["profile"], kind.name, "", None)
        logger.info("profile.saved", extra={"saved": shown["profile"], "token_saved": False})
        words = _token_of(workspace, shown["profile"], kind, url or "").words
        set_props({"kind": ids.HOST_TOKEN, "name": kind.name}, {"description": words, "error": None})
        return True


def _register_clones(app: Dash, workspace: Workspace) -> None:
    @app.callback(
        Output({"kind": ids.HOST_VERDICT, "name": "git"}, "children"),
        Input({"kind": ids.RULE, "name": "git.paths"}, "value"),
        Input({"kind": ids.RULE, "name": "git.tags"}, "value"),
        State(ids.SHOWN, "data"),
        prevent_initial_call=True,
    )
    def look(paths: list[str] | None, tags: list[str] | None, shown: dict[str, str]) -> Any:
        found = look_at_clones(workspace, shown["profile"], paths or (), tags or ())
        return finding_lines(_lines(found)) if found else None


def look_at_clones(
    workspace: Workspace, name: str, paths: Sequence[str], tags: Sequence[str]
) -> list[CheckFinding]:
    """Return what is so of each clone as it is entered; of none nothing."""
    folders = [Path(path.strip()).expanduser() for path in paths if path.strip()]
    if not folders:
        return []
    try:
        require_editor(workspace.home, name, "look into clones")
        dataset = workspace.pipeline(name).dataset()
    except DashboardError as error:
        return [CheckFinding("clones", "note", in_page_words(error.message), in_page_words(error.hint))]
    return list(clone_findings(folders, [tag.strip() for tag in tags if tag.strip()], dataset, now_ms()))


def _access_of(workspace: Workspace, name: str, kind: Kind, typed: TypedHost) -> Access:
    token = Secret(typed.token) if typed.token else None
    asked = Asked(typed.url, typed.repositories, typed.environments, token)
    return access_to(kind, name, asked, workspace.home, workspace.environment)


def _token_of(workspace: Workspace, name: str, kind: Kind, url: str) -> HostToken:
    """Return whether there is a token for an address; never which one."""
    address = _address_of(workspace, kind, url)
    if is_given(kind, address, workspace.environment):
        words = f"Set by the environment variable {kind.token_variable}, which wins."
        return HostToken(words, fixed=True)
    origin, saved = load_host_token(workspace.home, name, kind.name)
    if not saved:
        return HostToken("not saved")
    if origin == origin_of(address):
        return HostToken("saved; type a new one to replace it", saved=True)
    return HostToken(f"not saved for this address: the saved one belongs to {origin or 'none'}", saved=True)


def _show_token(workspace: Workspace, name: str, kind: Kind, address: str) -> None:
    words = _token_of(workspace, name, kind, address).words
    set_props({"kind": ids.HOST_TOKEN, "name": kind.name}, {"description": words, "error": None})
    set_props({"kind": ids.HOST_FORGET, "name": kind.name}, {"hidden": False})


def _address_of(workspace: Workspace, kind: Kind, url: str) -> str:
    return api_of(kind, workspace.environment.get(kind.url_variable) or url)


def _url_of(profile: Profile, kind: Kind) -> str:
    return str(getattr(profile, kind.name).url)
