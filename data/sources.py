"""Where a profile's issues come from, and which store holds them. One profile reads one source."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from configuration.errors import ConfigurationError
from configuration.profile import Profile, WorkflowSettings
from configuration.settings import Home, Secret
from data.cache_manager import CacheConfiguration, Store, generate_cache_key
from data.persistence import DEFAULT_PROFILE, DEMO_PROFILE, checked_name, load_profile, load_token
from data.profile_rules import require_consistent
from data.requested_fields import requested_fields
from data.simulator.catalogue import DETECTED, FIRST_COMMIT, POINTS, RESTORED

SourceKind = Literal["demo", "jira", "files"]
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# Settings that do not change what the issues of a store mean.
_NOT_MEANING = ("jira", "fields", "provenance", "timezone", "edition")


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
        token: None where none is set.
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


def demo_profile() -> Profile:
    """Return the settings that fit the simulated teams of the demo."""
    waiting = ("In Review", "Ready for Release", "Waiting for Approval", "Blocked")
    fields = {
        "commit_date": FIRST_COMMIT,
        "detected_at": DETECTED,
        "restored_at": RESTORED,
        "story_points": POINTS,
    }
    return Profile(workflow=WorkflowSettings(waiting=waiting), fields=fields)


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
        return Source(name, "demo", demo_profile(), _store(home, "demo", DEMO_PROFILE))
    stored = load_profile(home, name)
    profile = require_consistent(stored or Profile())
    url = (environment.get("JIRA_URL") or profile.jira.url).strip()
    if stored is None and name != DEFAULT_PROFILE and not url and not creating:
        raise ConfigurationError(
            f"There is no profile called {name}.",
            hint=f"Import files with --profile {name} to create it, or set JIRA_URL.",
        )
    if not url:
        return Source(name, "files", profile, _store(home, "files", name))
    email = environment.get("JIRA_EMAIL") or profile.jira.email
    jql = environment.get("JIRA_JQL") or profile.jira.jql
    dialect = environment.get("JIRA_DIALECT") or profile.jira.dialect
    key = generate_cache_key(
        dialect=dialect, site=url, account=email, jql=jql, fields=requested_fields(profile)
    )
    return Source(
        name,
        "jira",
        profile,
        Store(home.cache / f"{key}.sqlite"),
        url=url,
        email=email,
        jql=jql,
        dialect=dialect,
        token=_token(home, name, url, environment),
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
        workflow=_meaning(profile),
        timezone=profile.timezone,
    )


def _meaning(profile: Profile) -> str:
    """Return what statuses, types, deployments and incidents mean, as text."""
    return repr(sorted((name, value) for name, value in asdict(profile).items() if name not in _NOT_MEANING))


def check_connection(source: Source) -> None:
    """Refuse a Jira source that cannot be asked, before any request is made.

    Raises:
        ConfigurationError: address, token or query are missing, or the address is not safe.
    """
    needed = (("JIRA_URL", source.url), ("JIRA_TOKEN", source.token), ("JIRA_JQL", source.jql))
    for variable, value in needed:
        if not value:
            raise ConfigurationError(
                f"{variable} is not set for the profile {source.name}.",
                hint=f"Set the environment variable {variable}, or the setting in the profile.",
            )
    if source.dialect not in ("auto", "cloud", "dc"):
        raise ConfigurationError(
            f"JIRA_DIALECT {source.dialect!r} is no kind of Jira.", hint="Use auto, cloud or dc."
        )
    parts = urlsplit(source.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(
            "The address of the Jira is no web address.", hint="Write it like https://example.atlassian.net."
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ConfigurationError(
            f"The address of the Jira at {parts.hostname} is not encrypted.",
            hint="Use https://; a token must not travel in the clear.",
        )


def _token(home: Home, name: str, url: str, environment: Mapping[str, str]) -> Secret | None:
    given = environment.get("JIRA_TOKEN")
    return Secret(given) if given else load_token(home, name, url)


def files_store_path(home: Home, name: str) -> Path:
    """Return where the imported issues of a profile are, if it has any."""
    return _store(home, "files", name).path


def _store(home: Home, dialect: str, site: str) -> Store:
    # Imported files are the only copy there is: their scope must not change with the schema.
    key = generate_cache_key(dialect=dialect, site=site, account="", jql="", fields=(), schema=0)
    return Store(home.cache / f"{key}.sqlite")
