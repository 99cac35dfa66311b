"""Serving the dashboard: stored data first, a background sync when it is old."""

import logging
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click
import waitress

from callbacks.web import create_dash
from callbacks.workspace import Workspace
from configuration.errors import ConfigurationError, InputError
from configuration.settings import Home
from data.persistence import DEMO_PROFILE
from data.sources import LOOPBACK, Source, resolve

logger = logging.getLogger(__name__)

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8050
THREADS = 8


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
    signal.signal(signal.SIGTERM, _stop)
    address = address_from(environment, host, port, debug=debug)
    listener = _listen(address)
    bound = Address(address.host, listener.getsockname()[1], address.allowed_hosts)
    if source.kind == "files" and not source.store.revision():
        source = resolve(home, DEMO_PROFILE, environment)
    workspace = Workspace(home, environment, source)
    app = create_dash(workspace, allowed_hosts=bound.allowed_hosts, port=bound.port, debug=debug)
    workspace.refresh_if_old()
    click.echo(f"Throughline is at http://{bound.host}:{bound.port}")
    logger.info("serve.started", extra={"host": bound.host, "port": bound.port, "kind": source.kind})
    try:
        _run(app, listener)
    finally:
        workspace.close()


def address_from(
    environment: Mapping[str, str], host: str | None, port: int | None, *, debug: bool = False
) -> Address:
    """Return where to listen: option, else environment, else default.

    Raises:
        ConfigurationError: ``PORT`` is no port; a host beyond loopback without
            ``ALLOWED_HOSTS``, or with the developer tools on.
    """
    chosen = host or environment.get("HOST") or DEFAULT_HOST
    allowed = tuple(
        part.strip() for part in (environment.get("ALLOWED_HOSTS") or "").split(",") if part.strip()
    )
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
    return Address(chosen, _port(environment, port), allowed)


def _port(environment: Mapping[str, str], port: int | None) -> int:
    if port is not None:
        return port
    text = environment.get("PORT") or str(DEFAULT_PORT)
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise ConfigurationError(f"PORT {text!r} is no port.", hint="Set it to a number from 0 to 65535.")
    return int(text)


def _listen(address: Address) -> socket.socket:
    """Bind before anything else is done, so that a port in use is told at once."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
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


def _run(app: Any, listener: socket.socket) -> None:
    """Answer requests until Ctrl-C or a polite signal to stop."""
    server = waitress.create_server(app.server, sockets=[listener], threads=THREADS, ident=None)
    try:
        server.run()
    finally:
        server.close()


def _stop(*_: object) -> None:
    raise SystemExit(0)
