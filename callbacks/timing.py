"""How long the answers of the server took: measured at its border, kept in memory, logged at DEBUG."""

import logging
import threading
import time
from collections import deque
from typing import Any

from flask import Flask, Response, g, request

logger = logging.getLogger(__name__)
REMEMBERED = 500
CALLBACKS = "/_dash-update-component"


class RecentTimings:
    """The last callbacks that were answered, in the form of log lines; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)

    def add(self, callback: str, duration_ms: float) -> None:
        """Note one answer."""
        with self._lock:
            self._entries.append(
                {"message": "callback.finished", "callback": callback, "duration_ms": duration_ms}
            )

    def entries(self) -> list[dict[str, Any]]:
        """Return what is remembered, oldest first."""
        with self._lock:
            return list(self._entries)


def time_callbacks(server: Flask) -> RecentTimings:
    """Time every callback of the page, and return where the times are kept."""
    timings = RecentTimings()

    @server.before_request
    def begin() -> None:
        g.began_at = time.perf_counter()

    @server.after_request
    def end(response: Response) -> Response:
        if request.path == CALLBACKS and response.status_code < 400 and hasattr(g, "began_at"):
            name = _name_callback(request.get_json(silent=True))
            duration_ms = round((time.perf_counter() - g.began_at) * 1000, 3)
            timings.add(name, duration_ms)
            logger.debug("callback.finished", extra={"callback": name, "duration_ms": duration_ms})
        return response

    return timings


def _name_callback(body: Any) -> str:
    """Return the first output of a callback: what the page would say has changed."""
    output = str(body.get("output") or "") if isinstance(body, dict) else ""
    return output.strip(".").split("...")[0][:80] or "unknown"
