"""Who may come in, in server mode: each request gets a person, or the way to sign in."""

import ipaddress
from collections.abc import Iterable
from html import escape
from typing import Protocol
from urllib.parse import quote

from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from callbacks.web.guard import API, ASKED_BY_MACHINES
from configuration.errors import DashboardError, NotAllowedError
from configuration.people import Person, enter
from configuration.settings import Home
from configuration.sign_in import ProxySignIn
from data.people.audit import recorder

SIGN_IN, BACK, SIGN_OUT = "/sign-in", "/sign-in/back", "/sign-out"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# What tells nothing of anybody: whether the program runs, and its own scripts and styles.
OPEN = (*ASKED_BY_MACHINES, "/_favicon.ico")
# A pipeline does not sign in: it has a key, which the API asks for itself.
_OPEN_BELOW = ("/assets/", "/_dash-component-suites/", f"{API}/")
# By these headers the page tells such an answer from one that a callback made.
TOLD, WAY = "X-Throughline-Told", "X-Throughline-Sign-In"
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title} - Throughline</title><style>
:root {{ color-scheme: light dark; }}
body {{ background: Canvas; color: CanvasText; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 34em; margin: 18vh auto 0; padding: 0 24px; }}
</style></head><body><main><h1>{title}</h1>
<p>{words}</p>{way}</main></body></html>
"""


class Entrance(Protocol):
    """Lets people in.

    Attributes:
        way_in: where to sign in; "" where a proxy sees to that.
        paths: of its own, that need nobody to have signed in.
    """

    way_in: str
    paths: tuple[str, ...]

    def person(self) -> Person | None:
        """Return who asks, None for somebody who has not signed in.

        Raises:
            NotAllowedError: somebody without a role, or who came by another way.
            StoreError: sessions cannot be read.
        """

    def register(self, server: Flask) -> None:
        """Add the paths to the application."""


def admit(server: Flask, entrance: Entrance) -> None:
    """Answer every request for the person who sent it, and nobody else's.

    Args:
        server: the application; what was added to it before comes before this.
        entrance: knows who it is.
    """
    free = (*OPEN, *entrance.paths)

    def begin() -> AnyResponse | None:
        enter(None)
        if request.path in free or request.path.startswith(_OPEN_BELOW):
            return None
        try:
            person = entrance.person()
        except NotAllowedError as error:
            return refused(error, 403, entrance.way_in and SIGN_OUT)
        except DashboardError as error:
            return refused(error, 503)
        if person is None:
            return _turned_away(entrance.way_in)
        enter(person)
        return None

    def end(_error: BaseException | None) -> None:
        enter(None)

    server.before_request(begin)
    server.teardown_request(end)
    entrance.register(server)


def refused(error: DashboardError, status: int, way: str = "") -> Response:
    """Return a sentence of cause and one of remedy: as a page, or as text for a page that is open.

    Args:
        error: says both.
        status: of HTTP.
        way: where to go on, "" for nowhere.
    """
    words = f"{error.message} {error.hint}"
    if _wants_page():
        link = f'<p><a href="{escape(way)}">Go on</a></p>' if way else ""
        page = _PAGE.format(title="Not now" if status == 503 else "No entry", words=escape(words), way=link)
        return Response(page, status, mimetype="text/html")
    return Response(words, status, {TOLD: "1", WAY: way}, mimetype="text/plain")


def _turned_away(way_in: str) -> AnyResponse:
    if way_in and _wants_page():
        return redirect(f"{way_in}?to={quote(request.full_path.rstrip('?'))}")
    if way_in:
        error = NotAllowedError(
            "You are signed out, or your session has ended.",
            "Sign in again in another tab, then repeat what you did last: what you typed is still here.",
        )
    else:
        error = NotAllowedError(
            "The proxy before this dashboard did not say who asks.",
            "Sign in at the proxy; its administrator sees to the header that TRUSTED_HEADER names.",
        )
    return refused(error, 401, way_in)


def _wants_page() -> bool:
    return request.method in ("GET", "HEAD") and not request.path.startswith("/_dash-")


class ByProxy:
    """A proxy says in a header who asks; what does not come from the proxy is not answered.

    Args:
        sign_in: which proxy, and which headers.
        home: its database gets the audit log.
    """

    way_in = ""
    paths: tuple[str, ...] = ()

    def __init__(self, sign_in: ProxySignIn, home: Home) -> None:
        self._sign_in = sign_in
        self._record = recorder(home)

    def person(self) -> Person | None:
        """Return who asks, as the proxy says; None where it does not say."""
        if not _is_within(request.remote_addr, self._sign_in.networks):
            raise NotAllowedError(
                "This address is open to the proxy before the dashboard alone.",
                "Open the dashboard by the address of the proxy; TRUSTED_PROXY says where that runs.",
            )
        name = request.headers.get(self._sign_in.header, "").strip()
        if not name:
            return None
        if "," in name:  # two headers of that name were joined: one of them is not the proxy's
            raise NotAllowedError(
                "The proxy passed two names on, and one of them is not its own.",
                f"Let it put {self._sign_in.header} in place of what a browser sends.",
            )
        named = request.headers.get(self._sign_in.groups_header, "") if self._sign_in.groups_header else ""
        groups = frozenset(filter(None, (group.strip() for group in named.split(","))))
        role = self._sign_in.roles.of(name, groups)
        if role is None:
            raise without_role(name)
        return Person(name, role, groups, record=self._record)

    def register(self, server: Flask) -> None:
        """Add nothing: signing in and out is up to the proxy."""


def without_role(name: str) -> NotAllowedError:
    """Return what is told to somebody who signed in and has no role."""
    return NotAllowedError(
        f"{name} has no role in this dashboard.",
        "Ask its administrator for a role for one of your groups.",
    )


def _is_within(address: str | None, networks: Iterable[Network]) -> bool:
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None) or found
    return any(mapped in network for network in networks)
