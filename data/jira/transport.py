"""One request to Jira, with its manners: a token, a deadline, retries, a byte cap, a log line.

A request runs in a thread of its own, so that a server which never answers can
be left alone within a moment, by the user or by the deadline. Its token comes
home with that thread, not before.
"""

import logging
import queue
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

import msgspec
import requests
import urllib3

from configuration.errors import (
    AuthenticationError,
    ForeignRedirectError,
    RateLimitedError,
    RedirectLoopError,
    TransientError,
)
from configuration.logging_config import RequestMemory, log_request
from configuration.origins import is_same_origin, origin_of
from configuration.settings import Secret
from data.jira.answers import Answer, is_login_refused, judge, login_page, malformed
from data.jira.connection import Connection
from data.jira.http import Credentials, new_session, read_body, timed_out, translate
from data.jira_query_manager import Deadline, Lease, TokenBucket, retry_with_backoff, stop_if

logger = logging.getLogger(__name__)
T = TypeVar("T")

CONNECT_S = 10.0
READ_S = 30.0
_RATE_PREFIXES = ("x-ratelimit", "ratelimit")
_MAX_HOPS = 4
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked.

    Attributes:
        path: below the site, from ``/rest`` on.
        params: of the query string.
        body: sent as JSON by POST; None = GET.
        template: the path with its variable parts named, for counting.
        credentials: False leaves the Authorization header out, and those for a gate before the Jira.
        headers: beside those of every request; None takes one of these away.
    """

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    template: str = ""
    credentials: bool = True
    headers: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """GET, or POST where there is a body."""
        return "GET" if self.body is None else "POST"


@dataclass(slots=True)
class _Task:
    """A call on its way to an answer, over all its attempts."""

    call: Call
    deadline: Deadline
    stop: threading.Event | None
    attempt: int = 0
    waited_s: float = 0.0


class RequestLog:
    """What the requests of one client added up to; safe to read while they run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.total = 0
        self.retries = 0
        self.throttled_s = 0.0
        self.bytes = 0
        self.by_path: Counter[str] = Counter()

    def add(self, template: str, size: int, waited_s: float) -> None:
        """Note one request that left, whatever became of it."""
        with self._lock:
            self.total += 1
            self.bytes += size
            self.throttled_s += waited_s
            self.by_path[template] += 1

    def add_wait(self, waited_s: float) -> None:
        """Note one wait before a repeated attempt."""
        with self._lock:
            self.retries += 1
            self.throttled_s += waited_s

    def as_document(self) -> dict[str, Any]:
        """Return the ``requests`` block of ``sync --json``."""
        with self._lock:
            return {
                "total": self.total,
                "retries": self.retries,
                "throttled_s": round(self.throttled_s, 3),
                "bytes": self.bytes,
                "by_path": dict(sorted(self.by_path.items())),
            }


class Transport:
    """Sends calls to one Jira.

    Args:
        connection: where to and as whom.
        bucket: every attempt, also each hop of a redirect, pays it a token.
        cancelled: once set, every call ends within a second.
        sleep: waits before a repeated attempt.
        jitter: a number from 0 to 1 added to these waits.
        judge: raises what an answer means that cannot be read.
    """

    def __init__(
        self,
        connection: Connection,
        bucket: TokenBucket,
        cancelled: threading.Event | None = None,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        *,
        judge: Callable[[Answer, Connection], None] = judge,
    ) -> None:
        self.connection = connection
        self._judge_answer = judge
        self.requests = RequestLog()
        self.first_answer: Answer | None = None
        self.last_answer: Answer | None = None
        self.rate_headers: dict[str, str] = {}
        self._bucket = bucket
        self._cancelled = cancelled
        self._sleep = sleep
        self._jitter = jitter
        self._sessions: queue.LifoQueue[requests.Session] = queue.LifoQueue()
        self._memory = RequestMemory()
        self._refusing: Answer | None = None
        # A proxy elsewhere cannot reach this machine's own loopback.
        host = urlsplit(connection.url).hostname or ""
        self._proxies = {"no_proxy": host} if connection.is_loopback else None

    @property
    def is_refused(self) -> bool:
        """Whether the credentials were refused, so that nobody asks with them again."""
        return self._refusing is not None

    def fetch(self, call: Call, decode: Callable[[bytes], T], stop: threading.Event | None = None) -> T:
        """Ask until there is a body that ``decode`` can read; arguments and errors as for ``read``."""
        return self.read(call, lambda answer: decode(answer.body), stop)

    def read(self, call: Call, decode: Callable[[Answer], T], stop: threading.Event | None = None) -> T:
        """Ask until there is an answer that ``decode`` can read, as often as promise P4 allows.

        Args:
            call: what to ask.
            decode: raises ValueError (msgspec's errors are such) where the answer is no good.
            stop: like ``cancelled``, for this call alone.

        Raises:
            SourceError: what went wrong, translated.
            CancelledError: the user stopped the work.
        """
        task = _Task(call, Deadline(self.connection.deadline_s), stop)

        def once() -> T:
            task.attempt += 1
            answer = self._ask(task)
            try:
                return decode(answer)
            except RecursionError:
                raise malformed("it is nested too deeply") from None
            except ValueError as error:
                raise malformed(str(error) or "it is not JSON") from error

        def before_wait(error: TransientError, wait_s: float) -> None:
            if isinstance(error, RateLimitedError):
                self._bucket.hold(wait_s)
            self.requests.add_wait(wait_s)
            task.waited_s = wait_s

        return retry_with_backoff(
            once,
            deadline=task.deadline,
            sleep=self._sleep,
            jitter=self._jitter,
            cancelled=self._cancelled or stop,
            on_wait=before_wait,
        )

    def _ask(self, task: _Task) -> Answer:
        """Make one attempt and return a good answer, following redirects inside the origin."""
        url = self._build_url(task.call)
        for _ in range(_MAX_HOPS):
            answer = self._send(task, url)
            if answer.status not in _REDIRECTS:
                self._judge(task.call, answer)
                return answer
            url = self._next_hop(task.call, url, answer)
        raise RedirectLoopError(
            "Jira sends every request somewhere else.", hint="Check JIRA_URL; it may lack its context path."
        )

    def _judge(self, call: Call, answer: Answer) -> None:
        connection = self.connection if call.credentials else replace(self.connection, token=Secret(""))
        try:
            self._judge_answer(answer, connection)
        except RateLimitedError as error:
            # Jira says it to one of us and means everybody, from this moment on.
            self._bucket.hold(error.retry_after_s)
            raise

    def _build_url(self, call: Call) -> str:
        query = f"?{urlencode(call.params)}" if call.params else ""
        return f"{self.connection.url}{call.path}{query}"

    def _next_hop(self, call: Call, url: str, answer: Answer) -> str:
        location = _read_location(url, answer.header("Location"))
        if not is_same_origin(location, self.connection.url):
            host = origin_of(location).partition("//")[2] or "an address that leads nowhere for certain"
            raise ForeignRedirectError(
                f"Jira sends the request on to {host}, and credentials do not follow to another host.",
                hint="If that is single sign-on, the token is not accepted: create a new one; "
                "if Jira has moved, set JIRA_URL to its new address and enter the token again.",
            )
        if call.body is not None and answer.status not in (307, 308):
            raise login_page(urlsplit(location).path)
        return location

    def _send(self, task: _Task, url: str) -> Answer:
        lease = self._take_lease(task)
        waited_s, task.waited_s = task.waited_s + lease.waited_s, 0.0
        began = time.monotonic()
        answer: Answer | None = None
        try:
            answer = self._run_apart(task, url, lease)
        finally:
            size = len(answer.body) if answer else 0
            self.requests.add(task.call.template or task.call.path, size, lease.waited_s)
            log_request(
                logger,
                self._memory,
                method=task.call.method,
                url=url,
                status=answer.status if answer else None,
                duration_ms=(time.monotonic() - began) * 1000,
                size=size,
                attempt=task.attempt,
                waited_ms=waited_s * 1000,
            )
        self.first_answer = self.first_answer or answer
        self.last_answer = answer
        self.rate_headers.update(_rate_headers(answer))
        return answer

    def _take_lease(self, task: _Task) -> Lease:
        """Wait for a token, unless there is no point in asking any more."""
        stop_if(task.stop)
        self._stop_if_refused(task.call)
        held_s = self._bucket.held_for()
        lease = self._bucket.lease(self._cancelled or task.stop, patience_s=task.deadline.left())
        try:
            self._stop_if_refused(task.call)
        except AuthenticationError:
            lease.close()
            raise
        # What Jira asked for counts, what our own limit took does not.
        task.deadline.extend(max(0.0, lease.waited_s - held_s))
        return lease

    def _stop_if_refused(self, call: Call) -> None:
        """Raise what the first refused login meant: another would bring a CAPTCHA nearer."""
        if self._refusing is not None and call.credentials:
            self._judge_answer(self._refusing, self.connection)

    def _note_refusal(self, call: Call, answer: Answer) -> None:
        if call.credentials and is_login_refused(answer):
            self._refusing = self._refusing or answer

    def _run_apart(self, task: _Task, url: str, lease: Lease) -> Answer:
        abandoned = threading.Event()
        future: Future[Answer] = Future()

        def run() -> None:
            try:
                try:
                    answer = self._exchange_bytes(task.call, url, task.deadline, abandoned)
                    self._note_refusal(task.call, answer)
                finally:
                    lease.close()
            except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
                future.set_exception(error)
            else:
                future.set_result(answer)

        threading.Thread(target=run, name="jira-request", daemon=True).start()
        try:
            return self._await(future, task)
        finally:
            abandoned.set()

    def _await(self, future: "Future[Answer]", task: _Task) -> Answer:
        while True:
            stop_if(self._cancelled)
            stop_if(task.stop)
            try:
                return future.result(timeout=0.1)
            except TimeoutError:
                if not future.done() and task.deadline.left() <= 0:
                    raise timed_out() from None

    def _exchange_bytes(self, call: Call, url: str, deadline: Deadline, abandoned: threading.Event) -> Answer:
        """Send and read everything, translating what requests raises."""
        session = self._find_session()
        began = time.monotonic()
        left = max(deadline.left(), 0.001)
        try:
            with session.request(
                call.method,
                url,
                data=None if call.body is None else msgspec.json.encode(call.body),
                headers=call.headers,
                auth=Credentials(self.connection if call.credentials else None),
                timeout=(min(CONNECT_S, left), min(READ_S, left)),
                stream=True,
                allow_redirects=False,
                proxies=self._proxies,
            ) as response:
                body = read_body(response, deadline, abandoned)
                duration_ms = (time.monotonic() - began) * 1000
                return Answer(response.status_code, response.headers, body, url, duration_ms)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            translate(error, self.connection)
        finally:
            self._sessions.put(session)

    def _find_session(self) -> requests.Session:
        try:
            return self._sessions.get_nowait()
        except queue.Empty:
            return new_session(self.connection)


def _rate_headers(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.lower().startswith(_RATE_PREFIXES)}


def _read_location(url: str, location: str) -> str:
    """Return the address that a redirect names, "" where it cannot be read as one."""
    try:
        return urljoin(url, location)
    except ValueError:
        return ""
