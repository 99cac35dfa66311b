"""The proxy on the way to a Jira: which one it is, what of it stays untold, and what its failures mean."""

import re
from urllib.parse import SplitResult, unquote, urlsplit

import requests.utils

from configuration.errors import ProxyAddressError, ProxyFailedError, ProxyRefusedError, SourceError
from configuration.settings import Secret

_STATUS = re.compile(r"Tunnel connection failed: (\d{3})")
_FAILING = frozenset({500, 502, 503, 504})
_EXAMPLE = "http://user:password@proxy.example.com:3128"


def proxy_of(url: str) -> str:
    """Return the address of the proxy through which ``url`` is asked, "" for none; it may hold a password."""
    return requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url)) or ""


def proxy_secrets(url: str) -> list[Secret]:
    """Return what must not be written anywhere of the proxy to ``url``: password, and both parts together."""
    parts = _split_proxy(proxy_of(url))
    if parts is None or not parts.password:
        return []
    password = unquote(parts.password)
    return [Secret(parts.password), Secret(password), Secret(f"{unquote(parts.username or '')}:{password}")]


def proxy_refusal(*, named: bool = False) -> ProxyRefusedError:
    """Return the error for a proxy that asks who we are, ``named`` where it was told."""
    if named:
        return ProxyRefusedError(
            "The proxy refuses the user name or the password in HTTPS_PROXY (407).",
            hint="Correct HTTPS_PROXY; in an address @ is written %40, : is %3A and % is %25.",
        )
    return ProxyRefusedError(
        "The proxy asks for a user name and a password (407).",
        hint=f"Put them into HTTPS_PROXY, as in {_EXAMPLE}.",
    )


def require_proxy_address(url: str) -> None:
    """Refuse a setting that names a proxy to ``url`` through which nothing can be sent.

    Raises:
        ProxyAddressError: it is not an address, or that of another kind of proxy.
    """
    proxy = proxy_of(url)
    parts = _split_proxy(proxy)
    if proxy and (parts is None or parts.scheme not in ("", "http", "https")):
        raise not_a_proxy()


def not_a_proxy() -> ProxyAddressError:
    """Return the error for a setting that names no proxy which can be used; it may hold a password."""
    return ProxyAddressError(
        "HTTPS_PROXY is not the address of an HTTP proxy.", hint=f"Write it like {_EXAMPLE}."
    )


def proxy_error(words: str, url: str, *, unknown: bool) -> SourceError:
    """Return what it means that no way leads through the proxy.

    Args:
        words: of the proxy, or of the system that did not find it.
        url: of the Jira.
        unknown: the name service does not know the proxy.
    """
    parts = _split_proxy(proxy_of(url))
    host, place = urlsplit(url).hostname, _name_place(parts)
    status = int(found[1]) if (found := _STATUS.search(words)) else 0
    if status == 407:
        return proxy_refusal(named=bool(parts and parts.username))
    if status in _FAILING:
        return ProxyFailedError(
            f"The proxy{place} does not get through to {host} ({status}).",
            hint="Try again later; if it stays, ask those who run the proxy.",
        )
    if status:
        return ProxyRefusedError(
            f"The proxy{place} lets nobody through to {host} ({status}).",
            hint="Ask those who run the proxy to allow it, or name the host in NO_PROXY.",
        )
    if unknown:
        return ProxyFailedError(
            f"The name of the proxy{place} is not known to the name service.", hint="Correct HTTPS_PROXY."
        )
    return ProxyFailedError(
        f"The proxy{place} cannot be reached: {words}.", hint="Check HTTPS_PROXY and NO_PROXY."
    )


def _split_proxy(proxy: str) -> SplitResult | None:
    try:
        parts = urlsplit(proxy if "://" in proxy else f"//{proxy}")
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.hostname else None


def _name_place(parts: SplitResult | None) -> str:
    """Name host and port, and neither user nor password."""
    if parts is None:
        return ""
    return f" at {parts.hostname}:{parts.port}" if parts.port else f" at {parts.hostname}"
