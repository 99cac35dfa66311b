"""Connecting a Jira from the page: what the fields say, what Jira says to it, and what is saved in the end.

Of the token the page is told whether there is one, and never which.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace

from configuration.errors import AuthenticationError, DashboardError, SourceError
from configuration.origins import origin_of
from configuration.people import require
from configuration.profile import Profile, with_settings
from configuration.settings import Secret
from data.checks.connection import first_zone
from data.checks.draft import (
    Draft,
    Fault,
    Price,
    Verdict,
    client_for,
    fault_of,
    is_cloud_address,
    price_of,
    projects_of,
    verify,
    wants_email,
)
from data.intake.connect import client_of
from data.mapping.field_reading import Readings, mapped, read_fields, sure_fields
from data.model.clock import now_ms
from data.people.owners import require_editor
from data.persistence import (
    DEFAULT_PROFILE,
    load_profile,
    save_token,
    token_origin,
    update_profile,
)
from data.profiles.change_cost import cost_words, trigger_of
from data.profiles.shelf import list_profiles
from data.profiles.sources import Source, is_bound, resolve, token_for
from data.store.documents import SECRETS
from data.workspace import Workspace
from ui.format import counted
from ui.pages.settings.connection import ConnectionForm

logger = logging.getLogger(__name__)
VARIABLES = {"url": "JIRA_URL", "email": "JIRA_EMAIL", "token": "JIRA_TOKEN", "jql": "JIRA_JQL"}
_BEFORE_A_NEW_JOB_S = 3.0


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields; an empty token takes the saved one if it belongs to the address.

    ``agreed`` is the origin to which the environment's token may go, by a click on this page.
    """

    url: str = ""
    email: str = ""
    token: str = field(default="", repr=False)
    jql: str = ""
    agreed: str = ""

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
        offered: origin to which the environment's token may go after a click, "" for no offer.
    """

    needs_email: bool
    token: str
    verdict: Verdict = field(default_factory=Verdict)
    prompt: str = ""
    offered: str = ""


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
        connected=_is_connected(source),
        fixed={
            field: f"Set by the environment variable {VARIABLES[field]}, which wins over the profile."
            for field in fixed_fields(workspace, source.url)
        },
    )


def _is_connected(source: Source) -> bool:
    """Tell whether a Jira has been read, or everything is there to read it."""
    complete = source.kind == "jira" and bool(source.jql)
    return complete and (source.token is not None or bool(source.store.revision()))


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


def fixed_fields(workspace: Workspace, url: str) -> frozenset[str]:
    """Return the fields that the environment decides; its token only where it says for which address."""
    fixed = {field for field, variable in VARIABLES.items() if workspace.environment.get(variable)}
    return frozenset(fixed if is_bound(workspace.environment, url) else fixed - {"token"})


def token_words(workspace: Workspace, target: str, url: str) -> str:
    """Return whether there is a token for this address; never which one."""
    if is_bound(workspace.environment, url):
        return "set by the environment"
    origin = token_origin(workspace.home, target)
    if origin is None:
        return "not set"
    if not url.strip() or origin == origin_of(address_of(url)):
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
            prompt = f"Enter {'an API' if cloud else 'a personal access'} token."
            return Look(cloud, words, prompt=prompt, offered=draft.offered)
        client = client_for(draft, source, workspace.home, workspace.environment)
    except DashboardError as error:
        return Look(is_cloud_address(draft.url) or bool(typed.email), words, Verdict(fault=fault_of(error)))
    return Look(cloud, words, verify(client, source, is_new=_is_new(workspace, target)))


def bound(typed: Typed, typed_for: str | None) -> Typed:
    """Return the fields without the token if it was typed for another address.

    Args:
        typed: the fields.
        typed_for: the address that stood there when the token was typed, "" or None if there was none.
    """
    moved = bool(typed_for and typed.url) and _origin_of(typed.url) != _origin_of(typed_for or "")
    return replace(typed, token="") if moved else typed


def _origin_of(typed: str) -> str:
    return origin_of(address_of(typed))


def draft_of(workspace: Workspace, target: str, typed: Typed) -> Draft:
    """Return what the fields say, with a token that belongs to the address where none was typed.

    The environment wins, but for its token: that goes to the address it was given for, or after a click.
    """
    environment = workspace.environment
    address = environment.get("JIRA_URL") or address_of(typed.url)
    origin, given = origin_of(address), environment.get("JIRA_TOKEN")
    token = None if is_bound(environment, address) or not typed.token else Secret(typed.token)
    if token is None and given and origin and typed.agreed == origin:
        token = Secret(given)
    token = token or token_for(workspace.home, target, address, environment)
    return Draft(
        address,
        environment.get("JIRA_EMAIL") or typed.email,
        token,
        environment.get("JIRA_JQL") or typed.jql,
        offered=origin if given and token is None else "",
    )


def address_of(url: str) -> str:
    """Return an address with its scheme: people copy host names."""
    text = url.strip()
    return text if "://" in text or not text else f"https://{text}"


def _is_cloud(workspace: Workspace, source: Source, draft: Draft) -> bool:
    client = client_for(draft, source, workspace.home, workspace.environment, anonymous=True)
    try:
        return wants_email(client)
    except AuthenticationError:
        return False  # it tells strangers nothing, so it is not a Cloud


def priced(workspace: Workspace, target: str, draft: Draft) -> tuple[str, Fault | None]:
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


def unchanged(profile: Profile) -> Profile:
    """Return the profile as it is."""
    return profile


def connect(
    workspace: Workspace,
    readings: Readings,
    target: str,
    draft: Draft,
    *,
    new_token: bool,
    change: Callable[[Profile], Profile] = unchanged,
) -> Fault | None:
    """Try a connection, save it and start its first sync; None if all that went well.

    Nothing is saved unless Jira takes credentials and query, so the last good
    configuration stays in force.

    Args:
        workspace: gets the profile.
        readings: gets what was read of the fields.
        target: name of the profile.
        draft: what the fields say.
        new_token: the token was typed, or agreed to, and is saved.
        change: what is saved of the rest of the profile in the same write.
    """
    missing = _find_missing(draft)
    if missing is not None:
        return missing
    try:
        require_editor(workspace.home, target, f"connect {target}")
        if new_token:
            require("administrator", SECRETS)
        source = resolve(workspace.home, target, workspace.environment, creating=True)
        if not _is_cloud(workspace, source, draft):
            draft = replace(draft, email="")
        client = client_for(draft, source, workspace.home, workspace.environment)
        is_new = _is_new(workspace, target)
        verdict = verify(client, source, is_new=is_new)
        if verdict.fault is not None:
            return verdict.fault
        client.count(draft.jql)
        draft = replace(draft, url=client.connection.url)
        zone = first_zone(client.myself().time_zone, "") if is_new else ""
        _save(workspace, target, draft, zone, new_token=new_token, change=change)
        _map_what_is_sure(workspace, readings, target)
    except DashboardError as error:
        return fault_of(error)
    reasons = trigger_of(source, workspace.reload(target).source).reasons
    logger.info("profile.saved", extra={"saved": target, "token_saved": new_token, "reasons": list(reasons)})
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
    at = now_ms()
    update_profile(workspace.home, target, lambda profile: mapped(profile, sure_fields(reading), reading, at))


def _find_missing(draft: Draft) -> Fault | None:
    if not draft.url:
        return Fault("url", "There is no address yet.", "Enter the address that you open in the browser.")
    if not draft.token:
        return Fault("token", "There is no token for this address yet.", "Enter the token of your account.")
    if not draft.jql:
        return Fault("jql", "No issues are chosen yet.", "Choose a project, or write a query under Advanced.")
    return None


def _is_new(workspace: Workspace, target: str) -> bool:
    return load_profile(workspace.home, target) is None


def _save(
    workspace: Workspace,
    target: str,
    draft: Draft,
    zone: str,
    *,
    new_token: bool,
    change: Callable[[Profile], Profile],
) -> None:
    """Write profile and token; what the environment decides is not written down.

    Args:
        workspace: gets them.
        target: name of the profile.
        draft: what the fields say.
        zone: in which days begin, "" to leave it.
        new_token: the token was typed, or agreed to, and is saved.
        change: of the rest of the profile.
    """
    fixed = fixed_fields(workspace, draft.url)
    told = {"url": draft.url, "email": draft.email, "jql": draft.jql}
    kept = {f"jira.{name}": value for name, value in told.items() if name not in fixed}
    kept |= {"timezone": zone} if zone else {}

    if new_token and draft.token is not None and "token" not in fixed:
        save_token(workspace.home, target, draft.url, draft.token)
    update_profile(workspace.home, target, lambda profile: change(with_settings(profile, kept)))


def start_sync(workspace: Workspace, target: str) -> None:
    """Start the sync of a profile under its new settings, after the end of one under those before."""
    if not workspace.refresh(target):
        workspace.cancel(target)
        workspace.jobs.join(target, _BEFORE_A_NEW_JOB_S)
        workspace.refresh(target)
