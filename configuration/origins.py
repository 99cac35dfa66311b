"""Where an address leads: scheme, host and port, spelled in one way, so that origins can be compared."""

import ipaddress
import re
from urllib.parse import urlsplit

# Behind Atlassian's gateway one host serves every customer: there the site is part of the path.
GATEWAY_HOST = "api.atlassian.com"
_BEHIND_GATEWAY = re.compile(r"/ex/jira/[\w-]+")
_DEFAULT_PORTS = {"http": 80, "https": 443}
# What programs read differently: a browser and urllib3 end the host at a backslash, urlsplit does not;
# white space is dropped by some; an escaped host is unescaped by some.
_AMBIGUOUS = re.compile(r"[\\\x00-\x20\x7f]|\A[^/?#]*//[^/?#]*%")


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address, and behind Atlassian's gateway the site.

    Host names are in lower case and without a last dot, the port stands there
    only if it is not the scheme's own, user name, password and path do not.

    Args:
        url: the address, or what somebody typed for one.

    Returns:
        "" where there is no scheme or no host, and where it is not certain which
        host it is: compare only origins that are not empty.
    """
    if _AMBIGUOUS.search(url.strip()):
        return ""
    try:
        parts = urlsplit(url.strip())
        port, host = parts.port, _one_spelling(parts.hostname or "")
    except ValueError:
        return ""
    if not parts.scheme or not host:
        return ""
    told_port = f":{port}" if port not in (None, _DEFAULT_PORTS.get(parts.scheme)) else ""
    site = _BEHIND_GATEWAY.match(parts.path) if host == GATEWAY_HOST else None
    return f"{parts.scheme}://{host}{told_port}{site[0] if site else ''}"


def site_of(address: object) -> str:
    """Return the Jira that an address of its REST API belongs to: host and context path, whatever the scheme.

    Args:
        address: what an issue says of itself as ``self``.

    Returns:
        Behind Atlassian's gateway the path holds the id of the site; "" where it is not such an address.
    """
    if not isinstance(address, str) or not (origin := origin_of(address)):
        return ""
    context, rest, _ = urlsplit(address.strip()).path.partition("/rest/")
    if not rest:
        return ""
    host = origin.partition("://")[2]
    return host if "/" in host else f"{host}{context.rstrip('/')}"


def is_same_origin(one: str, other: str) -> bool:
    """Tell whether two addresses lead to one origin for certain."""
    return bool(origin_of(one)) and origin_of(one) == origin_of(other)


def _one_spelling(host: str) -> str:
    return f"[{ipaddress.IPv6Address(host)}]" if ":" in host else host.removesuffix(".")
