"""Who may ask, and what the browser may do with the answer.

The dashboard holds a token and a team's data, and any page that is open in the
same browser can send requests to a port of this machine. So the first thing
that happens to a request is this check.
"""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from dash import Dash
from dash.exceptions import DependencyException
from flask import Flask, Response, abort, request

NO_SUCH_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>No such page - Throughline</title><style>
:root { color-scheme: light dark; }
body { background: Canvas; color: CanvasText; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 34em; margin: 18vh auto 0; padding: 0 24px; }
</style></head><body><main><h1>There is no such page</h1>
<p>The address leads nowhere. The numbers are on the <a href="/">Overview</a>,
on <a href="/dora">DORA</a> and on <a href="/flow">Flow</a>.</p></main></body></html>
"""
# What a balancer asks of every machine by its own name; it tells nobody more than one word.
ASKED_BY_MACHINES = ("/health", "/ready")
API = "/api"
API_PATHS = tuple(f"{API}/{name}" for name in ("deployments", "changes", "metrics", "openapi.json"))
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
# Dash answers any path with its page; what is not ours is not there.
_PATHS = ("/_dash-", "/assets/", "/_favicon.ico", "/export/")
_CACHED_FOREVER = ("/_dash-component-suites/", "/assets/")


def guard(server: Flask, port: int | None, allowed_hosts: Iterable[str], pages: Iterable[str]) -> None:
    """Refuse foreign hosts, requests that other sites make and unknown paths before anything else is done.

    Args:
        server: the Flask application.
        port: where the dashboard listens; None where whoever runs it knows, and tells with each request.
        allowed_hosts: host names beside those of this machine, with or without a port.
        pages: paths of the pages.
    """
    allowed = tuple(allowed_hosts)
    fixed = None if port is None else _list_hosts(port, allowed)
    known = {*pages, *ASKED_BY_MACHINES}
    # Who runs the server chose where it listens; that it may be the network is said by naming its hosts.
    near_alone = port is None and not allowed

    def check() -> None:
        if near_alone and request.path not in ASKED_BY_MACHINES and not _is_near(request.remote_addr):
            abort(403)
        hosts = fixed or _list_hosts(_port_of_server(), allowed)
        if request.headers.get("Host", "").casefold() not in hosts and request.path not in ASKED_BY_MACHINES:
            abort(403)
        if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none") and not _is_visit():
            abort(403)
        origin = request.headers.get("Origin")
        if (
            origin is not None
            and urlsplit(origin).netloc.casefold() != request.headers.get("Host", "").casefold()
        ):
            abort(403)
        # What a page of another site can send without asking first; the API asks for a key that no page has.
        simple = request.method not in ("GET", "HEAD") and request.mimetype != "application/json"
        if simple and not request.path.startswith(f"{API}/"):
            abort(403)
        if request.path not in known and not request.path.startswith(_PATHS):
            abort(404)
        if "//" in request.path or "__debugger__" in request.args:
            abort(404)

    def nowhere(_error: Exception) -> tuple[str, int]:
        return NO_SUCH_PAGE, 404

    server.register_error_handler(404, nowhere)
    server.register_error_handler(DependencyException, nowhere)  # a file of a package that no page uses
    # First of all, so that nothing is computed for a request that is refused.
    server.before_request_funcs.setdefault(None, []).insert(0, check)


def add_security_headers(app: Dash) -> None:
    """Tell the browser to run no foreign script, to guess no content type, and to keep no data."""
    fixed = (
        ("Content-Security-Policy", content_security_policy(app)),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    )

    def add(response: Response) -> Response:
        response.headers.extend(fixed)
        fingerprinted = request.path.startswith(_CACHED_FOREVER) and response.status_code in (200, 304)
        if not fingerprinted:
            response.headers["Cache-Control"] = "no-store"
        return response

    app.server.after_request(add)


def content_security_policy(app: Dash) -> str:
    """Return the policy: own scripts by hash, nothing from elsewhere, no frame around it."""
    scripts = " ".join(["'self'", *app.csp_hashes()])
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _is_visit() -> bool:
    """Tell whether somebody follows a link or a redirect to us in a window of his own.

    What comes back is shown to him alone: the site he came from reads neither a page nor a file of it, for
    no answer may stand in a frame, and none is shared across origins or with the window that opened it.
    """
    asked = request.headers.get
    navigates = asked("Sec-Fetch-Mode") == "navigate" and asked("Sec-Fetch-Dest") == "document"
    return navigates and request.method in ("GET", "HEAD")


def _is_near(address: str | None) -> bool:
    """Tell whether a request comes from this machine; by a socket of its own it has no address."""
    try:
        return not address or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _port_of_server() -> int | None:
    """Return the port that the request came in by, None where the server tells none, such as on a socket."""
    told = str(request.environ.get("SERVER_PORT", ""))
    return int(told) if told.isascii() and told.isdigit() else None


def _list_hosts(port: int | None, allowed_hosts: Iterable[str]) -> frozenset[str]:
    names = [f"{name}:{port}" for name in LOOPBACK_NAMES]
    if port in (80, None):
        names += LOOPBACK_NAMES
    for name in allowed_hosts:
        names += [name.casefold(), f"{name.casefold()}:{port}"]
    return frozenset(names)
