"""Who lets people in, in server mode: a provider of OpenID Connect, a trusted proxy, or nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from configuration.errors import ConfigurationError
from configuration.people import ROLES, Role, as_role

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

# What would make every team read with one team's token; limits, proxies and authorities still hold.
IGNORED = (
    *(f"JIRA_{name}" for name in ("URL", "EMAIL", "TOKEN", "JQL", "DIALECT")),
    *("GITHUB_API_URL", "GITHUB_TOKEN", "GITLAB_URL", "GITLAB_TOKEN"),
)
NEAR = ("localhost", "127.0.0.1", "::1")
ANYBODY = "*"
USER = "user:"


@dataclass(frozen=True, slots=True)
class Roles:
    """Which role a group, or a person by name, has."""

    pairs: tuple[tuple[str, Role], ...]

    def of(self, name: str, groups: Iterable[str]) -> Role | None:
        """Return the highest role that somebody has, None without any.

        A group cannot pass for a person: what begins with ``user:`` is looked up among people alone.
        """
        held = {ANYBODY, f"{USER}{name}", *(group for group in groups if not group.startswith(USER))}
        roles = [role for given, role in self.pairs if given in held]
        return max(roles, key=ROLES.index, default=None)


@dataclass(frozen=True, slots=True)
class ProxySignIn:
    """A proxy that says in a header of each request who asks.

    Attributes:
        networks: the requests come from there, and no others are answered.
        header: has the name of the person.
        groups_header: has the groups, with commas between; "" for none.
        roles: of groups and people.
    """

    networks: "tuple[IPv4Network | IPv6Network, ...]"
    header: str
    groups_header: str
    roles: Roles


@dataclass(frozen=True, slots=True)
class OidcSignIn:
    """A provider of OpenID Connect.

    Attributes:
        issuer: its address.
        client_id: how the provider knows us.
        client_secret: what proves it.
        public_url: where people reach the dashboard, without a slash at its end.
        keys: sign what a browser keeps, the first one; all verify.
        roles: of groups and people.
    """

    issuer: str
    client_id: str
    client_secret: str
    public_url: str
    keys: tuple[str, ...]
    roles: Roles

    def __repr__(self) -> str:
        return f"OidcSignIn({self.issuer})"


SignIn = ProxySignIn | OidcSignIn


def sign_in_from(environment: Mapping[str, str]) -> SignIn | None:
    """Return who lets people in, None where that is not configured, or nobody shares the program.

    Raises:
        ConfigurationError: a variable is missing or makes no sense, or both kinds are named.
    """
    if not _read(environment, "DATABASE_URL"):
        return None
    by_provider, by_proxy = _read(environment, "OIDC_ISSUER"), _read(environment, "TRUSTED_PROXY")
    if by_provider and by_proxy:
        raise ConfigurationError(
            "OIDC_ISSUER and TRUSTED_PROXY are both set, and one of them has to let people in.",
            hint="Unset one of the two.",
        )
    if by_provider:
        return _from_provider(environment)
    return _from_proxy(environment) if by_proxy else None


def require_sign_in(environment: Mapping[str, str], host: str | None = None) -> None:
    """Refuse a shared database to whoever reaches the machine, unless somebody lets people in.

    Args:
        environment: of the process.
        host: to listen on, before that of the environment.

    Raises:
        ConfigurationError: nobody does, or what is configured makes no sense.
    """
    chosen = host or _read(environment, "HOST") or "127.0.0.1"
    names = [] if chosen in NEAR else [chosen]
    names += filter(None, (_read(environment, "ALLOWED_HOSTS"), public_host(environment)))
    if names and _read(environment, "DATABASE_URL") and sign_in_from(environment) is None:
        raise ConfigurationError(
            f"With DATABASE_URL the dashboard is not served on {names[0]} while nobody has to sign in.",
            hint="Set OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_GROUPS and PUBLIC_URL, or "
            "TRUSTED_PROXY, TRUSTED_HEADER and TRUSTED_GROUPS, or listen on 127.0.0.1 without ALLOWED_HOSTS.",
        )


def public_host(environment: Mapping[str, str]) -> str:
    """Return host and port of ``PUBLIC_URL``, "" without one.

    Raises:
        ConfigurationError: it is not an address that a browser could be sent back to.
    """
    url = _read(environment, "PUBLIC_URL")
    return urlsplit(_checked_url(url)).netloc if url else ""


def ignored_variables(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables that are set and not heeded, because all teams would share them."""
    shared = _read(environment, "DATABASE_URL")
    return tuple(name for name in IGNORED if shared and environment.get(name))


def heeded(environment: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment without what is not heeded."""
    ignored = ignored_variables(environment)
    if not ignored:
        return environment
    return {name: value for name, value in environment.items() if name not in ignored}


def _from_provider(environment: Mapping[str, str]) -> OidcSignIn:
    because = "OIDC_ISSUER"
    keys = _needed(environment, "THROUGHLINE_KEYS", because).split(",")
    return OidcSignIn(
        _read(environment, "OIDC_ISSUER").rstrip("/"),
        _needed(environment, "OIDC_CLIENT_ID", because),
        _needed(environment, "OIDC_CLIENT_SECRET", because),
        _checked_url(_needed(environment, "PUBLIC_URL", because)),
        tuple(key.strip() for key in keys if key.strip()),
        _roles_from(environment, "OIDC_GROUPS"),
    )


def _from_proxy(environment: Mapping[str, str]) -> ProxySignIn:
    import ipaddress  # noqa: PLC0415  # no command needs it, and a laptop never

    text = _read(environment, "TRUSTED_PROXY")
    try:
        networks = tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ConfigurationError(
            f"TRUSTED_PROXY {text!r} is no address and no network.",
            hint="Write the address of the proxy, or its network such as 10.0.0.0/24.",
        ) from error
    header = _needed(environment, "TRUSTED_HEADER", "TRUSTED_PROXY")
    groups = _read(environment, "TRUSTED_GROUPS_HEADER")
    return ProxySignIn(networks, header, groups, _roles_from(environment, "TRUSTED_GROUPS"))


def _roles_from(environment: Mapping[str, str], variable: str) -> Roles:
    pairs = []
    text = _needed(environment, variable, "OIDC_ISSUER" if variable.startswith("OIDC") else "TRUSTED_PROXY")
    for part in filter(None, (part.strip() for part in text.split(","))):
        group, _, word = (piece.strip() for piece in part.rpartition("="))
        role = as_role(word)
        if role is None or not group:
            raise ConfigurationError(
                f"{part!r} in {variable} gives no group a role.",
                hint=f"Write group=role with commas between; a role is one of {', '.join(ROLES)}.",
            )
        pairs.append((group, role))
    return Roles(tuple(pairs))


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    near = parts.hostname in NEAR
    whole = bool(parts.hostname) and parts.path in ("", "/") and not (parts.query or parts.fragment)
    if not whole or not (parts.scheme == "https" or (parts.scheme == "http" and near)):
        raise ConfigurationError(
            "PUBLIC_URL is not an address that people could be sent back to.",
            hint="Write it like https://throughline.example.org, without a path.",
        )
    return url.rstrip("/")


def _read(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name, "").strip()


def _needed(environment: Mapping[str, str], name: str, because: str) -> str:
    value = _read(environment, name)
    if not value:
        raise ConfigurationError(
            f"{because} is set, and {name} is not.", hint=f"Set {name}; the page on servers tells what to."
        )
    return value
