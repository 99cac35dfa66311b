"""Settings, sections 1 and 2: fields in, a verified connection, the price of a query and a saved profile out.

The token comes in and never goes out: not into an answer, not into a store of
the browser, not into a log, not into an address.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update, set_props
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.views import profile_names
from callbacks.workspace import Workspace
from configuration.errors import AuthenticationError, DashboardError, SourceError
from configuration.profile import Profile
from configuration.settings import Secret
from data.change_cost import cost_words, trigger_of
from data.connect import client_of
from data.connecting import (
    Draft,
    Fault,
    Price,
    Verdict,
    client_for,
    fault_of,
    is_cloud_address,
    jql_of,
    price_of,
    projects_of,
    verify,
    wants_email,
)
from data.field_reading import Readings, mapped, read_fields, sure_fields
from data.persistence import (
    DEFAULT_PROFILE,
    load_token,
    origin_of,
    save_token,
    token_origin,
    update_profile,
)
from data.profiles import list_profiles
from data.sources import Source, resolve
from ui import ids as shell_ids
from ui.format import counted
from ui.pages import settings_ids as ids
from ui.pages.settings_connection import ConnectionForm, fault_lines, finding_lines, review_banner

logger = logging.getLogger(__name__)
VARIABLES = {"url": "JIRA_URL", "email": "JIRA_EMAIL", "token": "JIRA_TOKEN", "jql": "JIRA_JQL"}
_FIELDS = {"url": ids.URL, "email": ids.EMAIL, "token": ids.TOKEN, "jql": ids.JQL}
_BEFORE_A_NEW_JOB_S = 3.0


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields; an empty token takes the saved one if it belongs to the address."""

    url: str = ""
    email: str = ""
    token: str = field(default="", repr=False)
    jql: str = ""

    @classmethod
    def from_fields(cls, values: Mapping[str, str | None]) -> "Typed":
        """Return the values of the components, where an untouched field may be None."""
        return cls(**{item.name: (values.get(item.name) or "").strip() for item in fields(cls)})


@dataclass(frozen=True, slots=True)
class Look:
    """What the page shows after a field was left.

    Attributes:
        needs_email: the Jira is a Cloud.
        token: one sentence about the saved token.
        verdict: lines of what works, projects, and the fault if there is one.
        prompt: what to enter next, "" if nothing is missing.
    """

    needs_email: bool
    token: str
    verdict: Verdict = field(default_factory=Verdict)
    prompt: str = ""


def register(app: Dash, workspace: Workspace, readings: Readings) -> None:
    """Connect the fields of the connection and of the query to the workspace.

    Args:
        app: the dashboard.
        workspace: its profiles.
        readings: gets what a first connection reads of the fields of a Jira.
    """
    _register_connection(app, workspace)
    _register_query(app, workspace)
    _register_save(app, workspace, readings)


def form_of(workspace: Workspace, name: str) -> ConnectionForm:
    """Return what stands in the fields when the page opens for a profile."""
    target = target_of(workspace, name)
    source = resolve(workspace.home, target, workspace.environment, creating=True)
    email = source.email or source.profile.jira.email
    jql = source.jql or source.profile.jira.jql
    return ConnectionForm(
        target=target,
        is_new=target != name,
        url=source.url,
        email=email,
        needs_email=bool(email) or is_cloud_address(source.url),
        token=token_words(workspace, target, source.url),
        jql=jql,
        projects=projects_of(jql),
        connected=source.kind == "jira" and bool(source.store.revision()),
        fixed={
            field: f"Set by the environment variable {variable}, which wins over the profile."
            for field, variable in VARIABLES.items()
            if workspace.environment.get(variable)
        },
    )


def target_of(workspace: Workspace, name: str) -> str:
    """Return the profile that is edited while ``name`` is shown.

    The sample data cannot be edited, and imported files must not vanish behind
    a Jira: then it is the default profile, or a new one if that holds files.
    """
    for candidate in (name, DEFAULT_PROFILE):
        source = resolve(workspace.home, candidate, workspace.environment, creating=True)
        if source.kind == "jira" or (source.kind == "files" and not source.store.revision()):
            return candidate
    taken = {known.casefold() for known in list_profiles(workspace.home)}
    names = ("jira", *(f"jira-{number}" for number in range(2, len(taken) + 3)))
    return next(candidate for candidate in names if candidate not in taken)


def token_words(workspace: Workspace, target: str, url: str) -> str:
    """Return whether there is a token for this address; never which one."""
    if workspace.environment.get("JIRA_TOKEN"):
        return "set by the environment"
    origin = token_origin(workspace.home, target)
    if origin is None:
        return "not set"
    if not url.strip() or origin == origin_of(_address(url)):
        return "set; type a new one to replace it"
    return f"not set for this address: the saved one belongs to {origin}"


def look_at(workspace: Workspace, target: str, typed: Typed) -> Look:
    """Look at an address and, as soon as the credentials are complete, try them.

    Args:
        workspace: home, environment and limiter.
        target: the profile that is edited.
        typed: the fields.
    """
    words = "entered, not saved yet" if typed.token else token_words(workspace, target, typed.url)
    draft = draft_of(workspace, target, typed)
    if not draft.url:
        return Look(bool(typed.email), words)
    source = resolve(workspace.home, target, workspace.environment, creating=True)
    try:
        cloud = _is_cloud(workspace, source, draft)
        draft = draft if cloud else replace(draft, email="")
        if cloud and not draft.email:
            return Look(
                cloud, words, prompt="This is Jira Cloud. Enter the e-mail of the account and an API token."
            )
        if not draft.token:
            return Look(cloud, words, prompt=f"Enter {'an API' if cloud else 'a personal access'} token.")
        client = client_for(draft, source, workspace.home, workspace.environment)
    except DashboardError as error:
        return Look(is_cloud_address(draft.url) or bool(typed.email), words, Verdict(fault=fault_of(error)))
    return Look(cloud, words, verify(client, source))


def bound(typed: Typed, typed_for: str | None) -> Typed:
    """Return the fields without the token if it was typed for another address.

    Args:
        typed: the fields.
        typed_for: origin of the address that stood there when the token was typed, None if there was none.
    """
    moved = bool(typed_for and typed.url) and origin_of(_address(typed.url)) != typed_for
    return replace(typed, token="") if moved else typed


def draft_of(workspace: Workspace, target: str, typed: Typed) -> Draft:
    """Return what the fields say, with the saved token where none was typed; the environment wins."""
    environment = workspace.environment
    address = environment.get("JIRA_URL") or _address(typed.url)
    given = environment.get("JIRA_TOKEN") or typed.token
    token = Secret(given) if given else load_token(workspace.home, target, address)
    return Draft(
        address, environment.get("JIRA_EMAIL") or typed.email, token, environment.get("JIRA_JQL") or typed.jql
    )


def _address(url: str) -> str:
    """Return an address with its scheme: people copy host names."""
    text = url.strip()
    return text if "://" in text or not text else f"https://{text}"


def _is_cloud(workspace: Workspace, source: Source, draft: Draft) -> bool:
    client = client_for(draft, source, workspace.home, workspace.environment, anonymous=True)
    try:
        return wants_email(client)
    except AuthenticationError:
        return False  # it tells strangers nothing, so it is no Cloud


def _register_connection(app: Dash, workspace: Workspace) -> None:
    @app.callback(
        output=[
            Output(ids.URL, "error"),
            Output(ids.EMAIL, "error"),
            Output(ids.TOKEN, "error"),
            Output(ids.EMAIL_BOX, "hidden"),
            Output(ids.TOKEN, "description"),
            Output(ids.VERDICT, "children"),
            Output(ids.PROJECTS, "data"),
            Output(ids.TYPED_FOR, "data"),
        ],
        inputs={
            "values": {
                "url": Input(ids.URL, "value"),
                "email": Input(ids.EMAIL, "value"),
                "token": Input(ids.TOKEN, "value"),
            },
            "_clicks": Input(ids.VERIFY, "n_clicks"),
        },
        state={
            "shown": State(ids.SHOWN, "data"),
            "chosen": State(ids.PROJECTS, "value"),
            "typed_for": State(ids.TYPED_FOR, "data"),
        },
        prevent_initial_call=True,
        running=[(Output(ids.VERIFY, "children"), "Asking Jira ...", "Verify")],
    )
    def look(
        values: dict[str, str | None],
        _clicks: int | None,
        shown: dict[str, str],
        chosen: list[str] | None,
        typed_for: str | None,
    ) -> tuple[Any, ...]:
        if ctx.triggered_id == ids.TOKEN and not values["token"]:
            raise PreventUpdate  # it was saved, or taken away, and the field cleared
        given = Typed.from_fields(values)
        typed = given if ctx.triggered_id == ids.TOKEN else bound(given, typed_for)
        if given.token and not typed.token:
            set_props(ids.TOKEN, {"value": ""})
        seen = look_at(workspace, shown["target"], typed)
        projects = seen.verdict.projects
        if len(projects) == 1 and not chosen:
            set_props(ids.PROJECTS, {"value": [projects[0].key]})
        known = {project.key: f"{project.key} - {project.name}" for project in projects}
        known |= {key: key for key in chosen or () if key not in known}
        return (
            *(_error(seen.verdict.fault, field) for field in ("url", "email", "token")),
            not seen.needs_email,
            seen.token,
            _verdict(seen),
            [{"value": key, "label": label} for key, label in known.items()] if projects else no_update,
            (origin_of(_address(typed.url)) if typed.url else typed_for) if typed.token else None,
        )

    @app.callback(
        Output(ids.URL, "value"),
        Input({"kind": ids.GATEWAY, "name": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def use_gateway(clicks: list[int | None]) -> Any:
        if not any(clicks):
            return no_update
        # The gateway belongs to the makers of the site, so the token may go there without being typed again.
        set_props(ids.TYPED_FOR, {"data": origin_of(ctx.triggered_id["name"])})
        return ctx.triggered_id["name"]


def _error(fault: Fault | None, field: str) -> str | None:
    """Return the sentence beside a field, None where nothing is wrong with it."""
    return fault.cause if fault is not None and fault.field == field else None


def _verdict(seen: Look) -> Any:
    fault, projects = seen.verdict.fault, seen.verdict.projects
    if fault is not None:
        return fault_lines("", fault.remedy, fault.link, fault.gateway)  # the cause stands beside its field
    if seen.prompt:
        return seen.prompt
    lines = [(found.state, found.message, found.hint) for found in seen.verdict.findings]
    if projects:
        lines.append(("ok", f"The account can see {counted(len(projects), 'project')}.", ""))
    return finding_lines(lines) if lines else None


def _connection_states() -> dict[str, State]:
    return {name: State(_FIELDS[name], "value") for name in ("url", "email", "token")}


def _register_query(app: Dash, workspace: Workspace) -> None:
    @app.callback(
        output=[
            Output(ids.PROJECTS, "value"),
            Output(ids.PROJECTS, "error"),
            Output(ids.JQL, "value"),
            Output(ids.JQL, "error"),
            Output(ids.PRICE, "children"),
        ],
        inputs={"projects": Input(ids.PROJECTS, "value"), "jql": Input(ids.JQL, "value")},
        state={
            "values": _connection_states(),
            "shown": State(ids.SHOWN, "data"),
            "typed_for": State(ids.TYPED_FOR, "data"),
        },
        prevent_initial_call=True,
    )
    def price(
        projects: list[str] | None,
        jql: str | None,
        values: dict[str, str | None],
        shown: dict[str, str],
        typed_for: str | None,
    ) -> tuple[Any, ...]:
        by_projects = ctx.triggered_id == ids.PROJECTS
        query = jql_of(projects or ()) if by_projects else (jql or "").strip()
        typed = bound(Typed.from_fields({**values, "jql": query}), typed_for)
        draft = draft_of(workspace, shown["target"], typed)
        told, fault = _priced(workspace, shown["target"], draft)
        wrong = fault.cause if fault else None
        picker = (
            (no_update, wrong, query, None)
            if by_projects
            else (list(projects_of(query)), None, no_update, wrong)
        )
        return (*picker, fault_lines(fault.cause, fault.remedy, fault.link) if fault else told)


def _priced(workspace: Workspace, target: str, draft: Draft) -> tuple[str, Fault | None]:
    """Return what a query costs and the change to it, in words; "" where nobody can be asked yet."""
    if not (draft.url and draft.token and draft.jql):
        return "", None
    before = resolve(workspace.home, target, workspace.environment, creating=True)
    try:
        client = client_for(draft, before, workspace.home, workspace.environment)
        words = price_words(price_of(client, draft.jql))
    except DashboardError as error:
        return "", fault_of(error)
    return f"{words} {_cost_of_change(before, client.connection.url, draft)}".strip(), None


def price_words(price: Price) -> str:
    """Return the price of a query in words, such as ``4 812 issues, about 50 calls, 20 s``."""
    if price.issues is None:
        return "The query is valid; Jira does not tell how many issues it selects."
    if not price.issues:
        return "The query is valid and selects no issue."
    about = "About " if price.about else ""
    seconds = f"{max(price.seconds, 1):.0f} s" if price.seconds < 90 else f"{price.seconds / 60:.0f} min"
    return f"{about}{counted(price.issues, 'issue')}, about {counted(price.calls, 'call')}, {seconds}."


def _cost_of_change(before: Source, url: str, draft: Draft) -> str:
    """Return what saving costs a profile that has data already."""
    if before.kind != "jira" or not before.store.revision():
        return ""
    return cost_words(trigger_of(before, replace(before, url=url, email=draft.email, jql=draft.jql)))


def _register_save(app: Dash, workspace: Workspace, readings: Readings) -> None:
    @app.callback(
        output=[Output(ids.SAVED, "children"), Output(ids.TOKEN, "value")],
        inputs={"clicks": Input(ids.CONNECT, "n_clicks")},
        state={
            "values": {**_connection_states(), "jql": State(ids.JQL, "value")},
            "shown": State(ids.SHOWN, "data"),
            "typed_for": State(ids.TYPED_FOR, "data"),
        },
        prevent_initial_call=True,
        running=[
            (Output(ids.CONNECT, "disabled"), True, False),
            (Output(ids.CONNECT_WAIT, "hidden"), False, True),
        ],
    )
    def save(
        clicks: int | None, values: dict[str, str | None], shown: dict[str, str], typed_for: str | None
    ) -> tuple[Any, Any]:
        if not clicks:
            raise PreventUpdate
        target = shown["target"]
        typed = bound(Typed.from_fields(values), typed_for)
        draft = draft_of(workspace, target, typed)
        fault = connect(workspace, readings, target, draft, new_token=bool(typed.token))
        if fault is not None:
            set_props(_FIELDS[fault.field], {"error": fault.cause})
            return fault_lines(fault.cause, fault.remedy, fault.link, fault.gateway), no_update
        set_props(ids.TOKEN, {"description": token_words(workspace, target, draft.url)})
        set_props(shell_ids.INVITATION, {"children": _to_review(workspace, readings, target)})
        show_profile(workspace, target, "/")
        return "Saved; the sync is under way.", ""


def _to_review(workspace: Workspace, readings: Readings, target: str) -> Component | None:
    """Return what was mapped and what somebody should look at; None where nothing was proposed."""
    reading = readings.of(target)
    if reading is None:
        return None
    sure = len(workspace.pipeline(target).profile.fields)
    to_check = sum(found.doubtful and found.best is not None for found in reading.proposals.values())
    return review_banner(sure, to_check)


def connect(
    workspace: Workspace, readings: Readings, target: str, draft: Draft, *, new_token: bool
) -> Fault | None:
    """Try a connection, save it and start its first sync; None if all that went well.

    Nothing is saved unless Jira takes credentials and query, so the last good
    configuration stays in force.

    Args:
        workspace: gets the profile.
        readings: gets what was read of the fields.
        target: name of the profile.
        draft: what the fields say.
        new_token: the token was typed, and is saved.
    """
    missing = _missing(draft)
    if missing is not None:
        return missing
    try:
        source = resolve(workspace.home, target, workspace.environment, creating=True)
        if not _is_cloud(workspace, source, draft):
            draft = replace(draft, email="")
        client = client_for(draft, source, workspace.home, workspace.environment)
        verdict = verify(client, source)
        if verdict.fault is not None:
            return verdict.fault
        price_of(client, draft.jql)
        draft = replace(draft, url=client.connection.url)
        _save(workspace, target, draft, new_token=new_token)
        _map_what_is_sure(workspace, readings, target)
    except DashboardError as error:
        return fault_of(error)
    workspace.reload(target)
    workspace.show(target)
    start_sync(workspace, target)
    return None


def _map_what_is_sure(workspace: Workspace, readings: Readings, target: str) -> None:
    """Map the fields that are beyond doubt before the first sync, so that nothing is fetched twice."""
    source = resolve(workspace.home, target, workspace.environment)
    if source.profile.fields or source.store.revision():
        return
    try:
        reading = read_fields(source, lambda one: client_of(one, workspace.home, workspace.environment))
    except SourceError as error:
        logger.warning("mapping.not_proposed", extra={"reason": error.message})
        return
    readings.keep(target, reading)
    now_ms = int(time.time() * 1000)
    update_profile(
        workspace.home, target, lambda profile: mapped(profile, sure_fields(reading), reading, now_ms)
    )


def _missing(draft: Draft) -> Fault | None:
    if not draft.url:
        return Fault("url", "There is no address yet.", "Enter the address that you open in the browser.")
    if not draft.token:
        return Fault("token", "There is no token for this address yet.", "Enter the token of your account.")
    if not draft.jql:
        return Fault("jql", "No issues are chosen yet.", "Choose a project, or write a query under Advanced.")
    return None


def _save(workspace: Workspace, target: str, draft: Draft, *, new_token: bool) -> None:
    """Write profile and token; what the environment decides is not written down."""
    fixed = {field for field, variable in VARIABLES.items() if workspace.environment.get(variable)}
    told = {"url": draft.url, "email": draft.email, "jql": draft.jql}

    def change(profile: Profile) -> Profile:
        kept = {name: value for name, value in told.items() if name not in fixed}
        return replace(profile, jira=replace(profile.jira, **kept))

    if new_token and draft.token is not None and "token" not in fixed:
        save_token(workspace.home, target, draft.url, draft.token)
    update_profile(workspace.home, target, change)
    logger.info("profile.saved", extra={"saved": target, "token_saved": new_token})


def start_sync(workspace: Workspace, target: str) -> None:
    """Start the sync of a profile, after the end of any other job, such as that of the sample data."""
    if not workspace.refresh(target):
        workspace.jobs.cancel()
        workspace.jobs.join(_BEFORE_A_NEW_JOB_S)
        workspace.refresh(target)


def show_profile(workspace: Workspace, name: str, path: str) -> None:
    """Lead the browser to a page under a profile, and let it watch the job."""
    names = profile_names(workspace)
    set_props(shell_ids.PROFILE, {"data": names, "wrapperProps": {"hidden": len(names) < 2}})
    set_props(shell_ids.URL, {"pathname": path, "search": f"?src={name}"})
    set_props(shell_ids.POLL, {"disabled": False})
