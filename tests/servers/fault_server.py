"""A Jira that fails on purpose, on real sockets.

Every request is shown to a *plan*, which returns what to do with it: None lets
the simulator answer, a fault answers in its place, or spoils the answer on its
way. Faults are functions of an ``Exchange``, so a test can write its own.
"""

import email.utils
import gzip
import itertools
import json
import random
import socket
import struct
import sys
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from data.simulator.messages import Request, Response, ok
from data.simulator.rendering import FieldChoice
from data.simulator.server import JiraSimulator

Answers = Callable[[Request], Response]
JSON = "application/json"
HTML = b"<!DOCTYPE html><html><head><title>Log in</title></head><body><form></form></body></html>"


@dataclass
class Exchange:
    """One request, and the means to do anything to its connection."""

    number: int
    request: Request
    answers: Answers
    handler: BaseHTTPRequestHandler

    def genuine(self, request: Request | None = None) -> Response:
        """Return what a healthy server would say, to this or to another request."""
        return self.answers(request or self.request)

    def send(
        self, status: int, body: bytes = b"", content_type: str = JSON, headers: dict[str, str] | None = None
    ) -> None:
        """Send a proper answer."""
        self.handler.send_response_only(status)
        self.handler.send_header("Content-Type", content_type)
        self.handler.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.handler.send_header(name, value)
        self.handler.end_headers()
        self.handler.wfile.write(body)

    def pass_on(self, answer: Response) -> None:
        """Send what the simulator said."""
        self.send(answer.status, answer.body, answer.content_type, answer.headers)

    def send_raw(self, data: bytes) -> None:
        """Send these bytes and close."""
        self.handler.wfile.write(data)
        self.handler.wfile.flush()
        self.handler.close_connection = True

    def reset(self) -> None:
        """Break the connection without a goodbye."""
        linger = struct.pack("ii", 1, 0)
        self.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.handler.connection.close()
        self.handler.close_connection = True


Fault = Callable[[Exchange], None]
Plan = Callable[[int, Request], Fault | None]


class FaultServer:
    """Serves ``answers`` on loopback, spoilt by ``plan``; a context manager."""

    def __init__(self, answers: Answers, plan: Plan | None = None) -> None:
        self.answers = answers
        self.plan: Plan = plan or (lambda _number, _request: None)
        self.arrivals: list[float] = []
        self.seen: list[Request] = []
        self.faulty = 0
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "FaultServer":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def count(self, part: str) -> int:
        """Return how many requests had ``part`` in their path."""
        return sum(part in request.path for request in self.seen)

    def fullest_window(self, period_s: float = 10.0) -> int:
        """Return the most arrivals in any half-open window of that length."""
        fullest = start = 0
        for end, at in enumerate(arrivals := sorted(self.arrivals)):
            while at - arrivals[start] >= period_s:
                start += 1
            fullest = max(fullest, end - start + 1)
        return fullest

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        at = time.monotonic()
        request = _read(handler)
        with self._lock:
            number = len(self.seen)
            self.arrivals.append(at)
            self.seen.append(request)
            fault = self.plan(number, request)
            self.faulty += fault is not None
        exchange = Exchange(number, request, self.answers, handler)
        if fault is None:
            exchange.pass_on(exchange.genuine())
        else:
            fault(exchange)


def _read(handler: BaseHTTPRequestHandler) -> Request:
    body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    url = urlsplit(handler.path)
    headers = {name.lower(): value for name, value in handler.headers.items()}
    return Request(handler.command, url.path, parse_qs(url.query, keep_blank_values=True), headers, body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    owner: FaultServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up, and connections we broke ourselves, are what this is for."""
        if not isinstance(sys.exception(), OSError | ValueError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.server.owner.serve(self)

    def do_POST(self) -> None:
        self.server.owner.serve(self)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal clean."""


# Faults ------------------------------------------------------------------------------


def status(code: int, body: bytes = b"", content_type: str = JSON, **headers: str) -> Fault:
    """Answer with this status; ``_`` in header names stands for ``-``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.send(code, body, content_type, named)


def too_many(retry_after: str | None = "0", reason: str = "jira-burst-based") -> Fault:
    """429 as Cloud says it."""
    headers = {"RateLimit-Reason": reason, "X-RateLimit-Remaining": "0"}
    if retry_after is not None:
        headers["Retry-After"] = retry_after
    return lambda exchange: exchange.send(429, b'{"errorMessages":["Rate limit exceeded."]}', JSON, headers)


def too_many_until(seconds: float) -> Fault:
    """429 with an HTTP date, by a clock that is hours off."""

    def fault(exchange: Exchange) -> None:
        now = time.time() - 5 * 3600
        headers = {
            "Date": email.utils.formatdate(now, usegmt=True),
            "Retry-After": email.utils.formatdate(now + seconds, usegmt=True),
        }
        exchange.send(429, b"", "text/html", headers)

    return fault


def login_page(exchange: Exchange) -> None:
    """200, and a form."""
    exchange.send(200, HTML, "text/html;charset=UTF-8")


def redirect(location: str, code: int = 302) -> Fault:
    """Send the client elsewhere."""
    return lambda exchange: exchange.send(code, b"", "text/html", {"Location": location})


def broken_connection(exchange: Exchange) -> None:
    """RST before a byte of the answer."""
    exchange.reset()


def closed_connection(exchange: Exchange) -> None:
    """FIN before a byte of the answer."""
    exchange.handler.close_connection = True


def reset_in_the_body(exchange: Exchange) -> None:
    """RST in the middle of the answer."""
    body = exchange.genuine().body
    exchange.send_raw(_head(len(body)) + body[: len(body) // 2])
    time.sleep(0.01)
    exchange.reset()


def cut_body(exchange: Exchange) -> None:
    """Half of what Content-Length promised."""
    body = exchange.genuine().body
    exchange.send_raw(_head(len(body)) + body[: len(body) // 2])


def cut_without_length(exchange: Exchange) -> None:
    """Half of the body, and nothing in the protocol that shows it."""
    body = exchange.genuine().body
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    exchange.send_raw(head + body[: len(body) // 2])


def cut_chunks(exchange: Exchange) -> None:
    """A chunked body without its last chunk."""
    body = exchange.genuine().body
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    exchange.send_raw(head + b"%x\r\n%s\r\n" % (len(body), body))


def half_json(exchange: Exchange) -> None:
    """A body that ends early with a length that fits."""
    body = exchange.genuine().body
    exchange.send(200, body[: len(body) // 2])


def empty_body(exchange: Exchange) -> None:
    """200 and nothing."""
    exchange.send(200)


def wrong_shape(exchange: Exchange) -> None:
    """JSON, but another one."""
    exchange.send(200, b'{"status": "ok", "message": 3}' if exchange.number % 2 else b"null")


def wrong_type(exchange: Exchange) -> None:
    """The right body under a wrong name."""
    exchange.send(200, exchange.genuine().body, "text/plain")


def broken_gzip(exchange: Exchange) -> None:
    """A compressed body with a hole in it."""
    body = bytearray(gzip.compress(exchange.genuine().body))
    body[len(body) // 2 :] = bytes(len(body) // 2)
    exchange.send(200, bytes(body), JSON, {"Content-Encoding": "gzip"})


def cut_gzip(exchange: Exchange) -> None:
    """A compressed body that ends early with a length that fits."""
    body = gzip.compress(exchange.genuine().body)
    exchange.send(200, body[: len(body) // 2], JSON, {"Content-Encoding": "gzip"})


def hang(seconds: float) -> Fault:
    """Say nothing for so long, then close."""

    def fault(exchange: Exchange) -> None:
        time.sleep(seconds)
        exchange.handler.close_connection = True

    return fault


def drip(seconds: float) -> Fault:
    """Send a body byte by byte, each in time for a read time-out."""

    def fault(exchange: Exchange) -> None:
        exchange.handler.wfile.write(_head(1000))
        for _ in range(int(seconds / 0.05)):
            exchange.handler.wfile.write(b" ")
            exchange.handler.wfile.flush()
            time.sleep(0.05)
        exchange.handler.close_connection = True

    return fault


def bomb(size: int) -> Fault:
    """A gzip stream of many members, each a kilobyte that inflates to a megabyte; ``size`` in all."""

    def fault(exchange: Exchange) -> None:
        body = gzip.compress(b" " * (1 << 20)) * (size >> 20)
        exchange.send(200, body, JSON, {"Content-Encoding": "gzip"})

    return fault


def deep_bomb(size: int) -> Fault:
    """The same in one member."""

    def fault(exchange: Exchange) -> None:
        packer = zlib.compressobj(1, zlib.DEFLATED, 31)
        blanks = b" " * (1 << 20)
        body = b"".join([packer.compress(blanks) for _ in range(size >> 20)]) + packer.flush()
        exchange.send(200, body, JSON, {"Content-Encoding": "gzip"})

    return fault


def endless(exchange: Exchange) -> None:
    """A body without end, uncompressed."""
    exchange.handler.wfile.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    )
    for _ in range(1 << 10):
        exchange.handler.wfile.write(b" " * (1 << 20))


def _head(length: int) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n".encode()


# Faults of pages ---------------------------------------------------------------------


class PageFaults:
    """Answers in front of a simulator: pages that are short, empty, repeated or shifted, tokens that expire.

    They need answers that understand the tokens which they give out.
    """

    def __init__(self, simulator: JiraSimulator) -> None:
        self._simulator = simulator
        self._numbers = itertools.count()
        self._meant: dict[str, str] = {}

    def answer(self, request: Request) -> Response:
        """Answer as the simulator, also to tokens that a fault has made up."""
        token = _asked(request).get("nextPageToken", "")
        return self._simulator.handle(_with(request, nextPageToken=self._meant.get(token, token)))

    def short_page(self, exchange: Exchange) -> None:
        """Fewer issues than asked for, while more follow."""
        exchange.pass_on(self.answer(_with(exchange.request, maxResults=3)))

    def empty_page(self, exchange: Exchange) -> None:
        """No issue at all, while more follow."""
        answer = self._changed(exchange, issues=[])
        exchange.pass_on(answer)

    def repeated_page(self, exchange: Exchange) -> None:
        """A page whose successor is the same page (Cloud), or one that begins three places early."""
        asked = _asked(exchange.request)
        if "startAt" in asked:
            start = max(int(asked["startAt"]) - 3, 0)
            exchange.pass_on(self.answer(_with(exchange.request, startAt=start)))
        else:
            exchange.pass_on(self._changed(exchange))

    def expired_token(self, exchange: Exchange) -> None:
        """Cloud: the token of this request is no longer known; at the first page there is none to expire."""
        if "nextPageToken" in _asked(exchange.request):
            body = b'{"errorMessages":["The nextPageToken is invalid or expired."],"errors":{}}'
            exchange.send(400, body)
        else:
            exchange.pass_on(self.answer(exchange.request))

    def early_end(self, exchange: Exchange) -> None:
        """Cloud: an empty page that says it is the last."""
        if "nextPageToken" in _asked(exchange.request):
            exchange.pass_on(ok({"issues": [], "isLast": True}))
        else:
            exchange.pass_on(self.answer(exchange.request))

    def _changed(self, exchange: Exchange, **changes: Any) -> Response:
        answer = self.answer(exchange.request)
        page = json.loads(answer.body)
        if "total" not in page:
            token = f"again-{next(self._numbers)}"
            asked = _asked(exchange.request).get("nextPageToken", "")
            self._meant[token] = self._meant.get(asked, asked)
            changes["nextPageToken"] = token
        answer.body = json.dumps({**page, **changes}).encode()
        return answer


def _asked(request: Request) -> dict[str, Any]:
    if request.method == "POST":
        value = json.loads(request.body or b"{}")
        return value if isinstance(value, dict) else {}
    return {name: values[-1] for name, values in request.query.items()}


def _with(request: Request, **changes: Any) -> Request:
    """Return the request with other parameters; an empty one is left out."""
    if request.method == "POST":
        asked = {**_asked(request), **changes}
        body = json.dumps({name: value for name, value in asked.items() if value != ""}).encode()
        return Request(request.method, request.path, request.query, request.headers, body)
    query = {**request.query, **{name: [str(value)] for name, value in changes.items() if value != ""}}
    if changes.get("nextPageToken") == "":
        query.pop("nextPageToken", None)
    return Request(request.method, request.path, query, request.headers, request.body)


# Plans -------------------------------------------------------------------------------


def once(fault: Fault, part: str = "", skip: int = 0) -> Plan:
    """Spoil one answer: the first to a path with ``part`` in it, after ``skip`` good ones."""
    left = itertools.count()

    def plan(_number: int, request: Request) -> Fault | None:
        return fault if part in request.path and next(left) == skip else None

    return plan


def always(fault: Fault, part: str = "") -> Plan:
    """Spoil every answer to a path with ``part`` in it."""
    return lambda _number, request: fault if part in request.path else None


def sometimes(faults: list[Fault], share: float, seed: int, in_a_row: int = 3) -> Plan:
    """Spoil a share of the answers at random, but never the same question too often in a row.

    Five attempts in all would otherwise fail by chance once in 3 000 requests.
    """
    rng = random.Random(seed)
    rows: Counter[str] = Counter()
    total = itertools.count(1)
    spoilt = 0

    def plan(_number: int, request: Request) -> Fault | None:
        nonlocal spoilt
        question = f"{request.path}{request.query}{request.body!r}"
        n = next(total)
        if rows[question] >= in_a_row or spoilt >= share * n or rng.random() >= 0.5:
            rows[question] = 0
            return None
        spoilt += 1
        rows[question] += 1
        return rng.choice(faults)

    return plan


def truth(simulator: JiraSimulator, fields: tuple[str, ...]) -> Iterator[bytes]:
    """Yield every issue of the simulator as JSON, with its whole history."""
    renderer = simulator._dialect.renderer
    choice = FieldChoice(list(fields), default="id")
    for issue in simulator.site.issues():
        yield renderer.issue(issue, choice, 0)
