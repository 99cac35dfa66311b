"""Where a watcher reads: one address for all processes of a home on one machine, whichever of them answers.

The first one that comes has the port, and tells what all have counted. When it goes the next one has it, for
the others wait for its lock. So a server may have any number of web processes and workers on a machine.
"""

import errno
import logging
import os
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from configuration.errors import ConfigurationError, DashboardError, InputError
from configuration.locks import lock
from configuration.settings import Home

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from data.monitoring.counters import Counters

logger = logging.getLogger(__name__)
DEFAULT_HOST = "127.0.0.1"
_PORTS = range(1, 65_536)
# Who ends may give its lock back a moment before its port.
_TRIES, _PAUSE_S = 10, 0.1
_LOOK_S = 1.0
_AGAIN_AFTER_S = 30.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a watcher reads."""

    host: str
    port: int


def endpoint_from(environment: Mapping[str, str]) -> Endpoint | None:
    """Return where a watcher is to read, None where it is not to.

    Raises:
        ConfigurationError: ``METRICS_PORT`` is not a port.
    """
    text = environment.get("METRICS_PORT", "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) in _PORTS):
        raise ConfigurationError(
            f"METRICS_PORT {text!r} is not a port.", hint="Use a number from 1 to 65535, such as 9464."
        )
    return Endpoint(environment.get("METRICS_HOST", "").strip() or DEFAULT_HOST, int(text))


def watched(home: Home, environment: Mapping[str, str]) -> "Counters | None":
    """Let a watcher read from now on, and return what this process counts.

    Returns:
        None on a laptop, where ``METRICS_PORT`` is not set, and where counts cannot be kept, which is logged.

    Raises:
        ConfigurationError: ``METRICS_PORT`` or ``METRICS_HOST`` makes no sense, or what counts is not
            installed.
        InputError: another program has the port.
    """
    endpoint = endpoint_from(environment) if home.database is not None else None
    if endpoint is None:
        return None
    try:
        from data.monitoring.counters import Counters  # noqa: PLC0415  # a laptop has none
    except ImportError as error:
        raise ConfigurationError(
            "METRICS_PORT is set, and prometheus-client is not installed.",
            hint="Install the extra: pip install 'throughline-jira[server]'.",
        ) from error
    folder = home.run / "monitoring"
    try:
        counters = Counters(folder)
        _share(endpoint, folder, _registry(home, folder))
    except OSError as error:
        # A full disk must not keep people from their pages; whoever watches sees that nobody answers.
        logger.warning("monitoring.no_counts", extra={"cause": error.strerror})
        return None
    return counters


def _registry(home: Home, folder: Path) -> "CollectorRegistry":
    from prometheus_client import CollectorRegistry  # noqa: PLC0415  # a laptop has none
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

    from data.monitoring.standing import Standing  # noqa: PLC0415

    assert home.database is not None
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(folder))
    registry.register(Standing(home.database))
    return registry


def _share(endpoint: Endpoint, folder: Path, registry: "CollectorRegistry") -> None:
    """Answer at once, or as soon as whoever does so now has gone.

    Raises:
        ConfigurationError, InputError: nobody of ours does so, and this process cannot.
    """
    descriptor = os.open(folder / "port.lock", os.O_RDWR | os.O_CREAT, 0o600)
    if lock(descriptor, wait_s=0.0):
        _answer(endpoint, registry)
        return

    def follow() -> None:
        while not lock(descriptor, wait_s=0.0):
            time.sleep(_LOOK_S)
        while True:
            try:
                return _answer(endpoint, registry)
            except DashboardError as error:
                logger.warning("monitoring.no_port", extra={"cause": error.message})
            time.sleep(_AGAIN_AFTER_S)

    threading.Thread(target=follow, name="monitoring", daemon=True).start()


def _answer(endpoint: Endpoint, registry: "CollectorRegistry") -> None:
    """Listen, and answer in a thread."""
    from prometheus_client import start_http_server  # noqa: PLC0415  # a laptop has none

    for left in reversed(range(_TRIES)):
        try:
            start_http_server(endpoint.port, endpoint.host, registry)
        except socket.gaierror as error:
            raise ConfigurationError(
                f"METRICS_HOST {endpoint.host!r} is no address of this machine.",
                hint="Write an address of it, such as 127.0.0.1.",
            ) from error
        except OSError as error:
            if not left or error.errno != errno.EADDRINUSE:
                raise InputError(
                    f"Port {endpoint.port} on {endpoint.host} cannot be used for METRICS_PORT: "
                    f"{error.strerror}.",
                    hint="Stop whatever listens there, or choose another METRICS_PORT or METRICS_HOST.",
                ) from error
            time.sleep(_PAUSE_S)
        else:
            logger.info("monitoring.started", extra={"host": endpoint.host, "port": endpoint.port})
            return
