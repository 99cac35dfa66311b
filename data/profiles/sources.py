"""Where a profile's issues come from, and which store holds them. One profile reads one source."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from configuration.errors import AuthenticationError, ConfigurationError
from configuration.origins import is_same_origin, origin_of
from configuration.profile import DeploymentSettings, Profile, WorkflowSettings, meaning_of
from configuration.profile_lists import Event
from configuration.settings import Home, Secret
from data.cache_manager import CacheConfiguration, Store, generate_cache_key
from data.jira.requested_fields import requested_fields
from data.model.clock import now_ms
from data.model.instants import from_ms
from data.persistence import (
    DEFAULT_PROFILE,
    DEMO_PROFILE,
    checked_name,
    load_profile,
    load_token,
    token_origin,
)
from data.profiles.rules import require_consistent
from data.simulator.catalogue import DETECTED, FIRST_COMMIT, POINTS, PRODUCTION, RESTORED
from data.store.stores import stores_of

SourceKind = Literal["demo", "jira", "files"]
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Source:
    """A profile with everything the environment adds to it.

    Attributes:
        name: of the profile.
        kind: ``jira`` if an address is configured, ``demo`` for the reserved profile, else ``files``.
        profile: the settings.
        store: where the issues are.
        url: address of the Jira, "" for other kinds.
        email: account for Basic auth, "" = Bearer.
        jql: the query.
        dialect: ``auto``, ``cloud`` or ``dc``.
        token: None where none is set that may go to this address.
        withheld: the environment has a token, and nobody said that it belongs to this address.
    """

    name: str
    kind: SourceKind
    profile: Profile
    store: Store
    url: str = ""
    email: str = ""
    jql: str = ""
    dialect: str = "auto"
    token: Secret | None = None
    withheld: bool = False

    @property
    def can_be_asked(self) -> bool:
        """Whether there is somebody to ask for what is new: a Jira, or a host of repositories."""
        profile = self.profile
        return self.kind != "files" or bool(profile.github.repositories or profile.gitlab.projects)


def demo_profile(today: dt.date | None = None) -> Profile:
    """Return the settings that fit the simulated teams of the demo, whose history ends ``today``.

    Without a day they have no events.
    """
    waiting = ("In Review", "Ready for Release", "Waiting for Approval", "Blocked")
    fields = {
        "commit_date": FIRST_COMMIT,
        "detected_at": DETECTED,
        "restored_at": RESTORED,
        "story_points": POINTS,
    }
    events = () if today is None else _list_demo_events(today)
    return Profile(
        workflow=WorkflowSettings(waiting=waiting),
        deployments=DeploymentSettings(environments=(PRODUCTION.name,)),
        fields=fields,
        events=events,
    )


def _list_demo_events(today: dt.date) -> tuple[Event, ...]:
    """Return what happened to the simulated teams: on a Monday and on a Thursday of the last two months."""
    monday = today - dt.timedelta(days=today.weekday())
    review, freeze = monday - dt.timedelta(weeks=6), monday - dt.timedelta(weeks=2) + dt.timedelta(days=3)
    return (
        Event(review.isoformat(), "A reviewer for every change"),
        Event(freeze.isoformat(), "Release freeze"),
    )


def resolve(home: Home, name: str, environment: Mapping[str, str], *, creating: bool = False) -> Source:
    """Return the source of the profile called ``name``.

    Args:
        home: where profiles, tokens and stores are.
        name: the profile.
        environment: ``JIRA_URL`` and its companions win over the profile; an empty one is unset.
        creating: the profile need not exist yet.

    Raises:
        InputError: the name cannot be one.
        ConfigurationError: there is no such profile, or its file is wrong or contradicts itself.
    """
    checked_name(name)
    if name == DEMO_PROFILE:
        return Source(name, "demo", demo_profile(_today()), _find_store(home, "demo", DEMO_PROFILE))
    stored = load_profile(home, name)
    profile = require_consistent(stored or Profile())
    url = (environment.get("JIRA_URL") or profile.jira.url).strip()
    if stored is None and name != DEFAULT_PROFILE and not url and not creating:
        raise ConfigurationError(
            f"There is no profile called {name}.",
            hint=f"Import files with --profile {name} to create it, or set JIRA_URL.",
        )
    if not url:
        return Source(name, "files", profile, _find_store(home, "files", name))
    return _jira_source(home, name, profile, url, environment)


def _jira_source(home: Home, name: str, profile: Profile, url: str, environment: Mapping[str, str]) -> Source:
    """Return the source that reads the Jira at ``url``; its store is named after what decides the answer."""
    email = environment.get("JIRA_EMAIL") or profile.jira.email
    jql = environment.get("JIRA_JQL") or profile.jira.jql
    dialect = environment.get("JIRA_DIALECT") or profile.jira.dialect
    token = token_for(home, name, url, environment)
    key = generate_cache_key(
        dialect=dialect, site=url, account=email, jql=jql, fields=requested_fields(profile)
    )
    return Source(
        name,
        "jira",
        profile,
        stores_of(home).of(key),
        url=url,
        email=email,
        jql=jql,
        dialect=dialect,
        token=token,
        withheld=token is None and bool(environment.get("JIRA_TOKEN")),
    )


def configuration_of(source: Source) -> CacheConfiguration:
    """Return everything that decides what a source's store holds, and what is made of it."""
    profile = source.profile
    return CacheConfiguration(
        dialect=source.dialect if source.kind == "jira" else source.kind,
        site=source.url if source.kind == "jira" else source.name,
        account=source.email if source.kind == "jira" else "",
        jql=source.jql,
        fields=requested_fields(profile),
        mapping=tuple(sorted(profile.fields.items())),
        workflow=meaning_of(profile),
        timezone=profile.timezone,
    )


def check_connection(source: Source) -> None:
    """Refuse a Jira source that cannot be asked, before any request is made.

    Raises:
        AuthenticationError: the only token there is was not given for this address.
        ConfigurationError: address, token or query are missing, or the address is not safe.
    """
    origin = origin_of(source.url)
    if source.withheld and origin:
        raise AuthenticationError(
            f"The token in JIRA_TOKEN is not sent to {origin}: nobody said that it belongs there.",
            hint=f"Set JIRA_URL={origin} beside it, or save a token for this profile on the Settings page.",
        )
    needed = (("JIRA_URL", source.url), ("JIRA_TOKEN", source.token), ("JIRA_JQL", source.jql.strip()))
    for variable, value in needed:
        if not value and not (variable == "JIRA_TOKEN" and source.withheld):
            raise ConfigurationError(
                f"{variable} is not set for the profile {source.name}.",
                hint=f"Set the environment variable {variable}, or enter it on the Settings page.",
            )
    if source.dialect not in ("auto", "cloud", "dc"):
        raise ConfigurationError(
            f"JIRA_DIALECT {source.dialect!r} is not a kind of Jira.", hint="Use auto, cloud or dc."
        )
    parts = urlsplit(source.url)
    if parts.scheme not in ("http", "https") or not parts.hostname or not origin:
        raise ConfigurationError(
            "The address of the Jira is not a web address.",
            hint="Write it like https://example.atlassian.net.",
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ConfigurationError(
            f"The address of the Jira at {parts.hostname} is not encrypted.",
            hint="Use https://; a token must not travel in the clear.",
        )


def token_for(home: Home, name: str, url: str, environment: Mapping[str, str]) -> Secret | None:
    """Return the token that may be sent to ``url``, None where there is none.

    The environment's token belongs to the origin that the environment names
    beside it, or to the origin for which this profile saved a token: a profile
    alone must not decide where a token of the environment goes.
    """
    if is_bound(environment, url) or (
        environment.get("JIRA_TOKEN") and is_same_origin(token_origin(home, name) or "", url)
    ):
        return Secret(environment["JIRA_TOKEN"])
    return load_token(home, name, url)


def _today() -> dt.date:
    return from_ms(now_ms()).date()


def is_bound(environment: Mapping[str, str], url: str) -> bool:
    """Tell whether the environment has a token and says itself that it is for ``url``."""
    named = environment.get("JIRA_URL", "")
    return bool(environment.get("JIRA_TOKEN")) and is_same_origin(named, url)


def files_store(home: Home, name: str) -> Store:
    """Return the store of the imported issues of a profile, if it has any."""
    return _find_store(home, "files", name)


def _find_store(home: Home, dialect: str, site: str) -> Store:
    # Imported files are the only copy there is: their scope must not change with the schema.
    key = generate_cache_key(dialect=dialect, site=site, account="", jql="", fields=(), schema=0)
    return stores_of(home).of(key)
