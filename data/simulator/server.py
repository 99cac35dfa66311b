"""The simulator on a real socket: credentials, limits, delays and the request log."""

import base64
import datetime as dt
import email.utils
import hashlib
import threading
import time
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Self
from urllib.parse import quote
from zoneinfo import ZoneInfo

import orjson

from data.simulator.cloud import Cloud, limited_endpoint
from data.simulator.data_center import DataCenter
from data.simulator.dialect import Dialect
from data.simulator.gitlab import GitLab
from data.simulator.http_server import HttpServer, LoggedRequest, RequestLog
from data.simulator.jql import JqlError
from data.simulator.messages import BadRequestError, Request, Response, ok, refusal
from data.simulator.model import DAY
from data.simulator.mutation import Mutator
from data.simulator.rendering import stamp
from data.simulator.repositories import Repository, write_repositories
from data.simulator.site import Site
from data.simulator.world import build_world

_UNAUTHENTICATED = "Client must be authenticated to access this resource."
_PUBLIC = ("/rest/api/3/serverInfo", "/rest/api/2/serverInfo", "/_edge/tenant_info")


class JiraSimulator:
    """A Jira on loopback, from ``start`` to ``stop`` or inside a ``with`` block.

    Args:
        issues: how many issues its 18 months hold.
        seed: another seed is another company.
        dialect: ``cloud`` or ``dc``.
        port: 0 picks a free one.
        today: the history ends when this day begins (UTC), or at this instant
            if it is a datetime; the default is the server clock's own day. A day
            that is not the clock's shifts the server's clock to its noon.
        time_zone: of the account; bare JQL dates are read in it.
        clock_skew_s: how far the server's clock is ahead of the true time.
        index_lag_s: how long searches miss a change.
        latency_s: every answer takes this much longer.
        rate_limit: at most so many requests in any ``rate_window_s``; more are
            answered 429 and counted in ``violations``. None only counts.
        rate_window_s: the window of ``rate_limit`` and ``max_in_window``.
        epoch_changelogs: bulk changelogs carry epoch milliseconds (Cloud).
        mutate_every_s: the world changes by itself this often; None leaves it alone.
        context_path: such as ``/jira`` (Data Center).
        result_window: searching past this place fails (Data Center).
        page_cap: larger pages are silently cut to this (Data Center).
        scoped_token: the token works through the gateway address only (Cloud).
        anonymous: a request without credentials sees an empty site instead of a 401.
        repositories: a GitLab beside it, at an address of its own and with the same token, has the teams'
            repositories as they were when the history ends.
        clock: the true time in epoch seconds.
    """

    def __init__(
        self,
        issues: int = 2_000,
        seed: int = 1,
        dialect: str = "cloud",
        port: int = 0,
        today: dt.date | dt.datetime | None = None,
        *,
        time_zone: str = "UTC",
        clock_skew_s: float = 0.0,
        index_lag_s: float = 0.0,
        latency_s: float = 0.0,
        rate_limit: int | None = None,
        rate_window_s: float = 10.0,
        epoch_changelogs: bool = False,
        mutate_every_s: float | None = None,
        context_path: str = "",
        result_window: int | None = None,
        page_cap: int = 1_000,
        scoped_token: bool = False,
        anonymous: bool = False,
        repositories: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if dialect not in ("cloud", "dc"):
            raise ValueError(f"unknown dialect {dialect!r}: cloud or dc")
        ends_at, shift_s = _end_of_history(today, clock())
        self._clock = clock
        self._ahead_s = shift_s + clock_skew_s
        self.latency_s = latency_s
        self.email = "demo@example.com"
        # Made from the seed, so that a second start accepts the same one; it opens nothing else.
        self.token = "demo-" + hashlib.sha256(f"throughline simulator {seed}".encode()).hexdigest()[:12]
        self.cloud_id = f"00000000-0000-4000-8000-{seed % 10**12:012d}"
        world = build_world(seed, issues, ends_at)
        self.site = Site(world, self.now_ms, round(index_lag_s * 1000), ZoneInfo(time_zone))
        self.mutator = Mutator(self.site, seed)
        self.requests = RequestLog(rate_limit, rate_window_s)
        self._cloud = dialect == "cloud"
        self._scoped_token = scoped_token
        self._anonymous = anonymous
        self._context_path = "" if self._cloud else context_path.rstrip("/")
        self._server = HttpServer(port, self.receive, self.requests)
        self.url = f"http://127.0.0.1:{self._server.server_port}{self._context_path}"
        self._dialect: Dialect
        if self._cloud:
            self._dialect = Cloud(self.site, self.url, self.email, epoch_changelogs=epoch_changelogs)
        else:
            self._dialect = DataCenter(self.site, self.url, self.email, page_cap, result_window)
        self.code_requests = RequestLog(None, rate_window_s)
        self.code_url = ""
        self._servers = [self._server]
        if repositories:
            self._servers.append(self._open_code_host(write_repositories(world)))
        self._mutate_every_s = mutate_every_s
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def _open_code_host(self, repositories: list[Repository]) -> HttpServer:
        server = HttpServer(0, lambda request, _at: host.answer(request), self.code_requests)
        self.code_url = f"http://127.0.0.1:{server.server_port}"
        host = GitLab(repositories, self.code_url, self.token)
        return server

    # Life -------------------------------------------------------------------------

    def start(self) -> Self:
        """Serve from a thread of its own; returns at once."""
        for server in self._servers:
            self._run("jira-simulator", partial(server.serve_forever, poll_interval=0.05))
        if self._mutate_every_s is not None:
            self._run("jira-simulator-life", self._live_on)
        return self

    def stop(self) -> None:
        """Close every connection and end the threads; a second call does nothing."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        for server in self._servers:
            if self._threads:
                server.shutdown()
            server.hang_up()
            server.server_close()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _live_on(self) -> None:
        while not self._stopping.wait(self._mutate_every_s):
            self.mutate(4)

    # For the caller ---------------------------------------------------------------

    @property
    def api(self) -> str:
        """The address of the REST API on the site itself."""
        return self.url + self._dialect.prefix

    @property
    def gateway_url(self) -> str:
        """The address that a scoped token must use (Cloud)."""
        return f"{self.url}/ex/jira/{self.cloud_id}"

    @property
    def request_log(self) -> list[LoggedRequest]:
        """Every request so far, in order of arrival of its answer."""
        return self.requests.entries()

    def now_ms(self) -> int:
        """The server's clock, in epoch milliseconds."""
        return int((self._clock() + self._ahead_s) * 1000)

    def mutate(self, count: int, seed: int | None = None) -> list[str]:
        """Let *count* things happen: edits, moves between statuses and projects, births, deaths.

        Args:
            count: how many.
            seed: where the chance comes from; None continues the simulator's own.

        Returns:
            What happened, such as ``transition WEB-12``.
        """
        return self.mutator.mutate(count, seed)

    # Requests ---------------------------------------------------------------------

    def receive(self, request: Request, at: float) -> Response:
        """Answer a request that arrived *at* (monotonic seconds), unless there are too many."""
        wait_s = self.requests.admit(at)
        return self._too_many(wait_s) if wait_s else self.handle(request)

    def handle(self, request: Request) -> Response:
        """Answer one request, by way of the credentials and the dialect."""
        if self.latency_s:
            time.sleep(self.latency_s)
        if not request.path.startswith(self._context_path):
            return refusal(404, "Nothing lives outside the context path.")
        path, through_gateway = self._inner_path(request.path.removeprefix(self._context_path))
        request = Request(request.method, path, request.query, request.headers, request.body)
        if path == "/_edge/tenant_info" and self._cloud:
            return ok({"cloudId": self.cloud_id})
        if path.startswith("/browse/"):
            return self._show_issue(path.removeprefix("/browse/"))
        headers = self._identity_headers(request)
        if path not in _PUBLIC and not self._knows(request, through_gateway=through_gateway):
            answer = self._greet_stranger(request)
        elif path.startswith(self._dialect.prefix + "/"):
            answer = self._answer_request(request)
        else:
            answer = refusal(404, "The resource you asked for does not exist.")
        answer.headers = headers | self._limit_headers(path) | answer.headers
        return answer

    def _inner_path(self, path: str) -> tuple[str, bool]:
        gateway = f"/ex/jira/{self.cloud_id}"
        through_gateway = self._cloud and path.startswith(gateway + "/")
        path = path.removeprefix(gateway) if through_gateway else path
        # Cloud still answers below its older numbers; Data Center has never heard of 3.
        for alias in ("/rest/api/latest/", "/rest/api/2/"):
            if path.startswith(alias) and (self._cloud or alias.endswith("latest/")):
                path = f"{self._dialect.prefix}/{path.removeprefix(alias)}"
        return path, through_gateway

    def _answer_request(self, request: Request) -> Response:
        try:
            return self._dialect.answer(request)
        except JqlError as error:
            return refusal(400, str(error))
        except BadRequestError as error:
            return refusal(400, *error.messages)

    def _show_issue(self, key: str) -> Response:
        """Where links from the dashboard lead."""
        issue = self.site.find(key)
        text = f"{issue.key}: {issue.summary}" if issue else "No such issue in the demo Jira."
        return Response(200 if issue else 404, text.encode(), content_type="text/plain;charset=UTF-8")

    def _knows(self, request: Request, *, through_gateway: bool) -> bool:
        given = request.headers.get("authorization", "")
        if not self._cloud:
            return given == f"Bearer {self.token}"
        credentials = base64.b64encode(f"{self.email}:{self.token}".encode()).decode()
        return given == f"Basic {credentials}" and through_gateway == self._scoped_token

    def _greet_stranger(self, request: Request) -> Response:
        scheme = request.headers.get("authorization", "").partition(" ")[0]
        # Data Center takes a header that it cannot read for none at all.
        if self._anonymous and scheme not in ("Basic", "Bearer"):
            return self._dialect.anonymous(request)
        headers = {"WWW-Authenticate": f'OAuth realm="{quote(self.url, safe="")}"'}
        if not self._cloud:
            body = orjson.dumps({"message": _UNAUTHENTICATED, "status-code": 401})
            headers["X-Seraph-LoginReason"] = "AUTHENTICATED_FAILED"
            return Response(401, body, headers)
        headers |= {
            "X-Seraph-LoginReason": "AUTHENTICATED_FAILED",
            "X-Failure-Category": "FAILURE_CLIENT_AUTH_MISMATCH",
        }
        return Response(401, _UNAUTHENTICATED.encode(), headers, "text/html;charset=UTF-8")

    def _identity_headers(self, request: Request) -> dict[str, str]:
        now = self.now_ms()
        headers = {
            "Date": email.utils.formatdate(now / 1000, usegmt=True),
            "X-AREQUESTID": f"{now:x}",
            "Cache-Control": "no-cache, no-store, no-transform",
        }
        if self._cloud:
            return headers | {"Server": "AtlassianEdge", "Atl-Traceid": f"{now:032x}"}
        known = self._knows(request, through_gateway=False)
        return headers | {"X-AUSERNAME": self._dialect.username if known else "anonymous"}

    def _limit_headers(self, path: str) -> dict[str, str]:
        if not limited_endpoint(path):
            return {}
        limit, left = self.requests.budget()
        headers = {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(left)}
        if self._cloud:
            return headers | {"X-RateLimit-Reset": stamp(self.now_ms() + 1_000, ZoneInfo("UTC"))[:16] + "Z"}
        return headers | {
            "X-RateLimit-FillRate": "10",
            "X-RateLimit-Interval-Seconds": "1",
            "Retry-After": "0",
        }

    def _too_many(self, retry_after_s: int) -> Response:
        headers = {"Retry-After": str(retry_after_s), "X-RateLimit-Remaining": "0"}
        if self._cloud:
            headers["RateLimit-Reason"] = "jira-burst-based"
            return refusal(429, "Rate limit exceeded.", headers=headers)
        page = b"<!doctype html><html><head><title>HTTP Status 429</title></head><body></body></html>"
        return Response(429, page, headers, "text/html;charset=utf-8")


def _end_of_history(today: dt.date | dt.datetime | None, now_s: float) -> tuple[int, float]:
    """When the history ends (epoch ms), and by how much the server's clock is shifted (s)."""
    if isinstance(today, dt.datetime):
        end_s = (today if today.tzinfo else today.replace(tzinfo=dt.UTC)).timestamp()
        return int(end_s * 1000), 0.0 if 0 <= now_s - end_s <= 86_400 else end_s + 60 - now_s
    midnight_s = now_s - now_s % 86_400
    if today is None:
        return int(midnight_s) * 1000, 0.0
    asked_s = dt.datetime(today.year, today.month, today.day, tzinfo=dt.UTC).timestamp()
    if asked_s > now_s and asked_s - now_s < 86_400:
        asked_s = midnight_s  # tomorrow here, today east of here
    if 0 <= now_s - asked_s < 2 * 86_400:
        return int(asked_s) * 1000, 0.0
    return int(asked_s) * 1000, asked_s + DAY / 2_000 - now_s
