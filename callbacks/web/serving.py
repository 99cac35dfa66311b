"""Serving the dashboard: stored data first, a background sync when it is old."""

import atexit
import contextlib
import logging
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click
import waitress
from flask import Flask

from callbacks.web.application import create_app
from callbacks.web.entrance import ByProxy, Entrance
from callbacks.web.limits import MOST_BODY_BYTES, MOST_HEARD_BYTES
from callbacks.web.patience import still_wanted
from configuration.errors import ConfigurationError, InputError, InUseError, StoreError
from configuration.settings import Home
from configuration.sign_in import OidcSignIn, SignIn, public_host, sign_in_from
from data.monitoring.endpoint import watched
from data.persistence import DEMO_PROFILE
from data.profiles.sources import LOOPBACK, Source, resolve
from data.store.locks import held
from data.workspace import Workspace

logger = logging.getLogger(__name__)

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8050
THREADS = 8
MOST_HEADER_BYTES = 64 * 1024
# Idle connections give their place up before a reader has to wait for one.
MOST_CONNECTIONS = 400
IDLE_S, LOOK_FOR_IDLE_S = 15, 5


@dataclass(frozen=True, slots=True)
class Address:
    """Where the dashboard listens and which hosts it answers to."""

    host: str
    port: int
    allowed_hosts: tuple[str, ...] = ()


def serve(
    source: Source,
    home: Home,
    environment: Mapping[str, str],
    *,
    host: str | None = None,
    port: int | None = None,
    debug: bool = False,
) -> None:
    """Serve the dashboard of ``source`` until the process is interrupted.

    Raises:
        ConfigurationError: host, port or allowed hosts make no safe combination.
        InputError: the port is in use.
    """
    for name in ("SIGTERM", "SIGBREAK"):  # the latter is what Windows sends for Ctrl-Break
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _stop)
    address = address_from(environment, host, port, debug=debug)
    listener = _listen(address)
    bound = Address(address.host, listener.getsockname()[1], address.allowed_hosts)
    workspace = Workspace(home, environment, _shown_first(source, home, environment), still_wanted)
    entrance = entrance_of(home, sign_in_from(environment))
    app = create_app(
        workspace,
        allowed_hosts=bound.allowed_hosts,
        port=bound.port,
        debug=debug,
        entrance=entrance,
        counters=watched(home, environment),
    )
    _refresh(workspace)
    with contextlib.suppress(OSError):  # on a full disk, where the output goes to a file
        click.echo(f"Throughline is at http://{bound.host}:{bound.port}")
    logger.info("serve.started", extra={"host": bound.host, "port": bound.port, "kind": source.kind})
    try:
        _run(server_on(listener, app.server, MOST_BODY_BYTES if home.database is None else MOST_HEARD_BYTES))
    finally:
        workspace.close()


def hosted(source: Source, home: Home, environment: Mapping[str, str]) -> Flask:
    """Return the application for a server that listens itself, in several processes if it likes.

    Of these one asks for what is new when it starts; what a process has begun ends with it.

    Raises:
        ConfigurationError: the environment would make ``serve`` refuse too.
    """
    address = address_from(environment, None, None)
    shown = _shown_first(source, home, environment)
    workspace = Workspace(home, environment, shown, still_wanted, shared=True)
    entrance = entrance_of(home, sign_in_from(environment))
    app = create_app(
        workspace,
        allowed_hosts=address.allowed_hosts,
        port=None,
        entrance=entrance,
        counters=watched(home, environment),
    )
    atexit.register(workspace.close)
    if _is_first(home):
        _refresh(workspace)
        logger.info("serve.started", extra={"host": "", "port": 0, "kind": source.kind})
    else:
        logger.info("serve.joined")
    server: Flask = app.server
    return server


def _is_first(home: Home) -> bool:
    """Tell whether no other process of a home has started as the first one; this one is it until it ends."""
    first = contextlib.ExitStack()
    try:
        first.enter_context(held(home, "first", wait_s=0.0))
    except InUseError:
        return False
    except StoreError as error:
        logger.warning("serve.unlocked", extra={"reason": error.message})
    atexit.register(first.close)
    return True


def entrance_of(home: Home, sign_in: SignIn | None) -> Entrance | None:
    """Return what lets people in as it is configured, None where nobody has to sign in."""
    if isinstance(sign_in, OidcSignIn):
        from callbacks.web.oidc import ByProvider  # noqa: PLC0415  # a laptop has no Authlib

        return ByProvider(home, sign_in)
    return None if sign_in is None else ByProxy(sign_in, home)


def _shown_first(source: Source, home: Home, environment: Mapping[str, str]) -> Source:
    """Return what is shown where nobody asks: the sample data in place of a profile without any."""
    if not source.can_be_asked and _is_empty(source):
        return resolve(home, DEMO_PROFILE, environment)
    return source


def _is_empty(source: Source) -> bool:
    """Tell whether a profile holds nothing; one whose store cannot be read holds something."""
    try:
        return not source.store.revision()
    except StoreError:
        return False


def _refresh(workspace: Workspace) -> None:
    """Begin a sync if the data are old; over a store that cannot be read the page offers what mends it."""
    try:
        workspace.begin()
    except StoreError as error:
        logger.warning("serve.unreadable_store", extra={"reason": error.message})


def address_from(
    environment: Mapping[str, str], host: str | None, port: int | None, *, debug: bool = False
) -> Address:
    """Return where to listen: option, else environment, else default.

    Raises:
        ConfigurationError: ``PORT`` is not a port; a host beyond loopback without
            ``ALLOWED_HOSTS``, or with the developer tools on.
    """
    chosen = host or environment.get("HOST") or DEFAULT_HOST
    named = [*(environment.get("ALLOWED_HOSTS") or "").split(","), public_host(environment)]
    allowed = tuple(part.strip() for part in named if part.strip())
    if chosen not in LOOPBACK and debug:
        raise ConfigurationError(
            f"The developer tools are not served on {chosen}.",
            hint="Leave --debug out, or listen on 127.0.0.1.",
        )
    if chosen not in LOOPBACK and not allowed:
        raise ConfigurationError(
            f"Listening on {chosen} opens the dashboard to the network.",
            hint="Set ALLOWED_HOSTS to the host names it may be called by, or listen on 127.0.0.1.",
        )
    return Address(chosen, _choose_port(environment, port), allowed)


def _choose_port(environment: Mapping[str, str], port: int | None) -> int:
    if port is not None:
        return port
    text = environment.get("PORT") or str(DEFAULT_PORT)
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise ConfigurationError(f"PORT {text!r} is not a port.", hint="Set it to a number from 0 to 65535.")
    return int(text)


def _listen(address: Address) -> socket.socket:
    """Bind before anything else is done, so that a port in use is told at once."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    # With SO_REUSEADDR a second server could share the port on Windows, which has a word of its own for it.
    listener.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR), 1)
    try:
        listener.bind((address.host, address.port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise InputError(
            f"Port {address.port} on {address.host} cannot be used: {error.strerror}.",
            hint="Stop whatever listens there, or choose another one with --port.",
        ) from error
    return listener


def server_on(listener: socket.socket, app: Flask, most_body_bytes: int) -> Any:
    """Return a server that answers on a socket once it runs.

    Args:
        listener: the socket.
        app: what answers.
        most_body_bytes: of a body that is read; what announces more is refused before it is.
    """
    return waitress.create_server(
        app,
        sockets=[listener],
        threads=THREADS,
        ident=None,
        max_request_body_size=most_body_bytes + 1,  # it refuses what is as large as this
        max_request_header_size=MOST_HEADER_BYTES,
        connection_limit=MOST_CONNECTIONS,
        channel_timeout=IDLE_S,
        cleanup_interval=LOOK_FOR_IDLE_S,
        channel_request_lookahead=1,  # a reader who leaves is noticed while the answer is computed
    )


def _run(server: Any) -> None:
    """Answer requests until Ctrl-C or a polite signal to stop."""
    try:
        server.run()
    finally:
        server.close()


def _stop(*_: object) -> None:
    raise SystemExit(0)
