"""Which GitHub and GitLab a profile reads, and as whom: address, repositories, a token bound to it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from configuration.errors import AuthenticationError, ConfigurationError
from configuration.origins import is_same_origin, origin_of
from configuration.profile import Profile
from configuration.settings import Home, Secret
from data.persistence import load_host_token

_NAME = re.compile(r"(?!\.)[\w.-]+(?:/(?!\.)[\w.-]+)+\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of host.

    Attributes:
        name: as the profile and the rows call it.
        title: as people do.
        usual: the address that is meant where none is named.
        token_variable: of the environment.
        url_variable: of the environment; the token is for the address in it.
        setting: that lists the repositories.
        rights: what a token needs.
    """

    name: str
    title: str
    usual: str
    token_variable: str
    url_variable: str
    setting: str
    rights: str


GITHUB = Kind(
    "github",
    "GitHub",
    "https://api.github.com",
    "GITHUB_TOKEN",
    "GITHUB_API_URL",
    "github.repositories",
    "read access to contents, deployments and pull requests (the scope repo of a classic token)",
)


GITLAB = Kind(
    "gitlab",
    "GitLab",
    "https://gitlab.com",
    "GITLAB_TOKEN",
    "GITLAB_URL",
    "gitlab.projects",
    "the scope read_api, and the role Reporter or a higher one",
)


KINDS = (GITHUB, GITLAB)


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a host is read, in the words of a profile or of the page, with a token that was typed."""

    url: str
    repositories: tuple[str, ...]
    environments: tuple[str, ...] = ()
    token: Secret | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """A host that a profile reads.

    Attributes:
        kind: of the host.
        profile: its name.
        url: of the API.
        repositories: by their whole names.
        environments: whose deployments are read; empty: all.
        token: None where none is set that may go to this address.
        withheld: the environment has a token, and nobody said that it belongs to this address.
    """

    kind: Kind
    profile: str
    url: str
    repositories: tuple[str, ...]
    environments: tuple[str, ...]
    token: Secret | None
    withheld: bool

    def check(self) -> None:
        """Refuse a host that cannot be asked, before any request is made.

        Raises:
            AuthenticationError: the only token there is was not given for this address.
            ConfigurationError: there is no token, no address, or a name that cannot be one.
        """
        kind, origin = self.kind, origin_of(self.url)
        if self.withheld and origin:
            raise AuthenticationError(
                f"The token in {kind.token_variable} is not sent to {origin}: nobody said that it belongs"
                " there.",
                hint=f"Set {kind.url_variable}={self.url} beside it, or save a token for it on the Settings"
                " page.",
            )
        if not origin or urlsplit(self.url).scheme not in ("http", "https"):
            raise ConfigurationError(
                f"The address of {kind.title} in {kind.name}.url is not a web address.",
                hint=f"Write it like {kind.usual}.",
            )
        if not self.token:
            raise ConfigurationError(
                f"{kind.token_variable} is not set for the profile {self.profile}.",
                hint=f"Set it to a token of {kind.title} with {kind.rights}, or save one on the Settings"
                " page.",
            )
        for name in self.repositories:
            if not _NAME.match(name):
                raise ConfigurationError(
                    f"{name!r} in {kind.setting} cannot be the name of a repository.",
                    hint="Write it as owner/name.",
                )


def accesses_of(profile: Profile, name: str, home: Home, environment: Mapping[str, str]) -> list[Access]:
    """Return the hosts of which a profile reads repositories.

    Args:
        profile: the settings.
        name: of the profile.
        home: where its tokens are.
        environment: of the process; an address there wins over that of the profile.

    Raises:
        ConfigurationError: the saved tokens cannot be read.
    """
    found = []
    for kind, url, repositories, environments in _settings(profile):
        if repositories:
            asked = Asked(url, tuple(repositories), tuple(environments))
            found.append(access_to(kind, name, asked, home, environment))
    return found


def access_to(kind: Kind, name: str, asked: Asked, home: Home, environment: Mapping[str, str]) -> Access:
    """Return a host as somebody names it, with the token that may go there.

    Args:
        kind: of the host.
        name: of the profile.
        asked: what of it is read, and where it is.
        home: where its tokens are.
        environment: of the process; an address there wins.

    Raises:
        ConfigurationError: the saved tokens cannot be read.
    """
    address = api_of(kind, environment.get(kind.url_variable) or asked.url)
    token, withheld = _token_for(kind, name, address, home, environment)
    if asked.token is not None and not is_given(kind, address, environment):
        token, withheld = asked.token, False
    return Access(kind, name, address, asked.repositories, asked.environments, token, withheld)


def is_given(kind: Kind, url: str, environment: Mapping[str, str]) -> bool:
    """Tell whether the environment has a token that is meant for an address by itself."""
    meant = api_of(kind, environment.get(kind.url_variable) or "")
    return bool(environment.get(kind.token_variable)) and is_same_origin(meant, url)


def _settings(profile: Profile) -> Iterator[tuple[Kind, str, Sequence[str], Sequence[str]]]:
    github, gitlab = profile.github, profile.gitlab
    yield GITHUB, github.url, github.repositories, github.environments
    yield GITLAB, gitlab.url, gitlab.projects, gitlab.environments


def api_of(kind: Kind, url: str) -> str:
    """Return the address of a host's API: people copy that of its pages, too."""
    url = url.strip().rstrip("/") or kind.usual
    host = urlsplit(url).hostname or ""
    if kind is GITLAB:
        return f"{url.removesuffix('/api/v4')}/api/v4"
    if host in ("github.com", "www.github.com"):
        return GITHUB.usual
    return url if host.startswith("api.") or url.endswith("/api/v3") else f"{url}/api/v3"


def _token_for(
    kind: Kind, name: str, url: str, home: Home, environment: Mapping[str, str]
) -> tuple[Secret | None, bool]:
    """Return the token that may be sent to an address, and whether the environment has one that may not.

    The environment's token belongs to the origin that the environment names beside it, else to the usual one,
    or to the origin for which this profile saved a token: a profile alone must not decide where it goes.
    """
    given = environment.get(kind.token_variable)
    origin, saved = load_host_token(home, name, kind.name)
    if given and (is_given(kind, url, environment) or is_same_origin(origin, url)):
        return Secret(given), False
    if saved and is_same_origin(origin, url):
        return saved, False
    return None, bool(given)


def services_of(accesses: Sequence[Access]) -> dict[tuple[str, str], str]:
    """Return what each repository is called, by kind and whole name.

    The last part of its name, as a clone of it is called too, so that one change has one id whoever tells of
    it; the whole name where two of a profile end alike.
    """
    names = [(access.kind.name, name) for access in accesses for name in access.repositories]
    short = [name.rpartition("/")[2] for _, name in names]
    return {
        pair: name if short.count(name) == 1 else pair[1] for pair, name in zip(names, short, strict=True)
    }
