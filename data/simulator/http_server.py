"""The socket side of the simulator: connections, compression, and the log of what arrived."""

import contextlib
import gzip
import os
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from data.simulator.messages import Request, Response

_COMPRESSED_FROM = 1_000


class LoggedRequest(NamedTuple):
    """One request as it was received; ``at`` is monotonic seconds."""

    at: float
    method: str
    path: str
    query: str
    status: int
    answer_bytes: int


class RequestLog:
    """What arrived when, and whether it was too much."""

    def __init__(self, limit: int | None, window_s: float) -> None:
        self.limit = limit
        self.window_s = window_s
        self.violations = 0
        self.max_in_window = 0
        self._recent: deque[float] = deque()
        self._entries: list[LoggedRequest] = []
        self._lock = threading.Lock()

    def admit(self, at: float) -> int:
        """Count an arrival.

        Returns:
            0, or how many seconds to wait where the window is full.
        """
        with self._lock:
            self._forget(at)
            self._recent.append(at)
            self.max_in_window = max(self.max_in_window, len(self._recent))
            if self.limit is None or len(self._recent) <= self.limit:
                return 0
            self.violations += 1
            return int(self._recent[0] + self.window_s - at) + 1

    def add(self, entry: LoggedRequest) -> None:
        """Keep what was asked and answered."""
        with self._lock:
            self._entries.append(entry)

    def entries(self) -> list[LoggedRequest]:
        """A copy of the log."""
        with self._lock:
            return list(self._entries)

    def clear(self) -> None:
        """Begin to count anew; the window goes on."""
        with self._lock:
            self._entries.clear()
            self.violations = 0
            self.max_in_window = len(self._recent)

    def budget(self) -> tuple[int, int]:
        """The limit told to clients, and what is left of it."""
        limit = self.limit or 350
        with self._lock:
            self._forget(time.monotonic())
            return limit, max(limit - len(self._recent), 0)

    def _forget(self, at: float) -> None:
        while self._recent and self._recent[0] <= at - self.window_s:
            self._recent.popleft()


class HttpServer(ThreadingHTTPServer):
    """Listens on loopback and hands every request to *answer*.

    Args:
        port: 0 picks a free one.
        answer: called with a request and the instant of its arrival.
        log: told about every answer.
    """

    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # on Windows it would let two servers share a port
    # A client that opens many connections at once must not see any of them refused.
    request_queue_size = 128

    def __init__(self, port: int, answer: Callable[[Request, float], Response], log: RequestLog) -> None:
        self.answer = answer
        self.log = log
        self._connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection and remember it."""
        connection, address = super().get_request()
        self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that ends."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the connections that clients keep alive: a stopped Jira must not go on answering."""
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is everyday life here; anything else is a bug to be seen."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: HttpServer
    # Header and body leave in one packet: Nagle and delayed ACK would cost 40 ms a page.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        at = time.monotonic()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = parse_qs(url.query, keep_blank_values=True)
        answer = self.server.answer(Request(self.command, url.path, query, headers, body), at)
        sent = self._send(answer)
        self.server.log.add(LoggedRequest(at, self.command, url.path, url.query, answer.status, sent))

    def _send(self, answer: Response) -> int:
        body = answer.body
        headers = {"Content-Type": answer.content_type, "Vary": "Accept-Encoding"} | answer.headers
        if len(body) >= _COMPRESSED_FROM and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, compresslevel=1, mtime=0)
            headers["Content-Encoding"] = "gzip"
        self.send_response_only(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return len(body)

    def log_message(self, format: str, *args: object) -> None:
        """The request log keeps what there is to know."""
