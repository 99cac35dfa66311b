"""How long a request may compute: until its deadline, and as long as somebody waits for the answer."""

import logging
import math
import time

from flask import Flask, g, has_request_context, request
from werkzeug.exceptions import ClientDisconnected

from configuration.errors import DashboardError

logger = logging.getLogger(__name__)
MOST_SECONDS = 30.0


class TookTooLongError(DashboardError):
    """The answer of a request was given up at its deadline."""


def set_deadlines(server: Flask) -> None:
    """Give every request its deadline."""

    @server.before_request
    def begin() -> None:
        g.give_up_at = time.monotonic() + MOST_SECONDS


def still_wanted() -> None:
    """Return while the answer of the present request is worth its work; outside of a request always.

    Raises:
        TookTooLongError: the request's time is over.
        ClientDisconnected: its reader has left; nobody is there to be told anything.
    """
    if not has_request_context():
        return
    if time.monotonic() > g.get("give_up_at", math.inf):
        _log("deadline")
        raise TookTooLongError(
            f"The answer takes longer than {MOST_SECONDS:.0f} s.",
            hint="Ask again, since what was found out is kept; if that does not help, choose fewer projects.",
        )
    has_left = request.environ.get("waitress.client_disconnected")
    if has_left is not None and has_left():
        _log("left")
        raise ClientDisconnected


def _log(reason: str) -> None:
    logger.info("request.given_up", extra={"path": request.path, "reason": reason})
