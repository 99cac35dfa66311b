"""The HTTP under a request: sessions that look at their peer, bounded bodies, translated errors."""

import threading
import zlib
from collections.abc import Iterator, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NoReturn
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NameResolutionError as UrllibNameError

from configuration.errors import (
    AnswerTooLargeError,
    ConfigurationError,
    NameResolutionError,
    ProxyFailedError,
    TimedOutError,
    TlsError,
    UnreachableError,
)
from data.jira_answers import malformed, proxy_refusal
from data.jira_connection import Connection, refuse_metadata
from data.jira_query_manager import Deadline

MAX_BODY = 64 * 1024 * 1024  # bytes, after inflation
_CHUNK = 256 * 1024
_GZIP_OR_ZLIB = 47  # zlib's number for: see from the header which of both it is


class Credentials(AuthBase):
    """Sets the header, or nothing; its presence keeps requests from looking into a .netrc file."""

    def __init__(self, connection: Connection | None) -> None:
        self._connection = connection

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set the header on a request that is about to leave."""
        value = self._connection.authorization() if self._connection else ""
        if value:
            request.headers["Authorization"] = value
        return request


class _GuardedConnection(HTTPConnection):
    """Looks at the peer before the first byte is sent: a name may resolve to anything."""

    def _new_conn(self) -> Any:
        sock = super()._new_conn()
        _check_peer(sock)
        return sock


class _GuardedTlsConnection(HTTPSConnection):
    def _new_conn(self) -> Any:
        sock = super()._new_conn()
        _check_peer(sock)
        return sock


def _check_peer(sock: Any) -> None:
    try:
        refuse_metadata(str(sock.getpeername()[0]))
    except ConfigurationError:
        sock.close()
        raise


class _GuardedPool(HTTPConnectionPool):
    ConnectionCls = _GuardedConnection


class _GuardedTlsPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedTlsConnection


class _Adapter(HTTPAdapter):
    """Connections that look at their peer; no retries of urllib3's own."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _GuardedPool, "https": _GuardedTlsPool}


def new_session() -> requests.Session:
    """Return a session that keeps connections, and nothing else, between requests."""
    session = requests.Session()
    session.headers.update(
        {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "Content-Type": "application/json",
            "User-Agent": "throughline",
            # Data Center takes a POST without a browser's token only with this.
            "X-Atlassian-Token": "no-check",
        }
    )
    # A session cookie could outlive the token it was made with and hide its expiry.
    session.cookies.set_policy(_NoCookies())
    adapter = _Adapter(pool_connections=1, pool_maxsize=1)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class _NoCookies(DefaultCookiePolicy):
    def set_ok(self, _cookie: Any, _request: Any) -> bool:
        return False


def read_body(response: requests.Response, deadline: Deadline, abandoned: threading.Event) -> bytes:
    """Read the inflated body, piece by piece as it arrives, up to the cap."""
    pieces, size = [], 0
    for piece in _inflated(_arriving(response, deadline, abandoned), response.headers):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_BODY:
            raise AnswerTooLargeError(
                f"An answer of Jira is larger than {MAX_BODY >> 20} MiB.",
                hint="Check that JIRA_URL leads to Jira; no honest page is that large.",
            )
    return b"".join(pieces)


def _arriving(response: requests.Response, deadline: Deadline, abandoned: threading.Event) -> Iterator[bytes]:
    # read1 returns what one packet brings; read would wait for a full chunk of a dripping body.
    while piece := response.raw.read1(_CHUNK, decode_content=False):
        yield piece
        if abandoned.is_set() or deadline.left() <= 0:
            raise timed_out()


def _inflated(pieces: Iterator[bytes], headers: Mapping[str, str]) -> Iterator[bytes]:
    """Inflate in bounded steps.

    Left to the libraries below, one packet of many small gzip members would be
    inflated whole, hundreds of megabytes, before anybody could count.
    """
    encoding = (headers.get("Content-Encoding") or "identity").strip().lower()
    if encoding == "identity":
        yield from pieces
    elif encoding in ("gzip", "x-gzip", "deflate"):
        yield from _unzipped(pieces)
    else:
        raise malformed(f"it is compressed as {encoding}, which was not asked for")


def _unzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = None
    try:
        for piece in pieces:
            data = piece
            while data:
                unpacker = unpacker or zlib.decompressobj(_GZIP_OR_ZLIB)
                yield unpacker.decompress(data, _CHUNK)
                data = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
                unpacker = None if unpacker.eof else unpacker
        while unpacker and not unpacker.eof:
            if not (rest := unpacker.decompress(b"", _CHUNK)):
                raise malformed("its compression ends early")
            yield rest
    except zlib.error as error:
        raise malformed("its compression is broken") from error


def timed_out() -> TimedOutError:
    """Return the error for an answer that does not come."""
    return TimedOutError(
        "Jira did not answer in time.", hint="Try again later, or raise JIRA_DEADLINE for a slow Jira."
    )


def translate(error: Exception, connection: Connection) -> NoReturn:
    """Raise our error for one of requests, urllib3 or the operating system."""
    host = urlsplit(connection.url).hostname
    if "CA certificate bundle" in str(error):
        raise ConfigurationError(
            "REQUESTS_CA_BUNDLE names a file that is not there.", hint="Correct the path, or unset it."
        ) from error
    if isinstance(error, requests.exceptions.SSLError):
        raise TlsError(
            f"No trusted connection to {host}: {_cause(error)}.",
            hint="Set REQUESTS_CA_BUNDLE to the certificate file of your organisation, or correct JIRA_URL.",
        ) from error
    if isinstance(error, requests.exceptions.ProxyError | requests.exceptions.InvalidProxyURL):
        if " 407 " in f"{_cause(error)} ":
            raise proxy_refusal() from error
        raise ProxyFailedError(
            "The proxy does not answer or refuses the connection.", hint="Check HTTPS_PROXY and NO_PROXY."
        ) from error
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        raise timed_out() from error
    if _holds(error, UrllibNameError):
        raise NameResolutionError(
            f"The host {host} is not known to the name service.",
            hint="Check the spelling of JIRA_URL and your network connection or VPN.",
        ) from error
    raise UnreachableError(
        f"The connection to {host} failed or broke: {_cause(error)}.",
        hint="Check JIRA_URL and your network; if Jira is down, try again later.",
    ) from error


def _holds(error: BaseException, kind: type[BaseException]) -> bool:
    """Tell whether ``kind`` is somewhere in the arguments and reasons of an error of requests."""
    inner = [error, *error.args, getattr(error, "reason", None)]
    inner += [getattr(value, "reason", None) for value in inner]
    return any(isinstance(value, kind) for value in inner)


def _cause(error: BaseException) -> str:
    """Return the innermost words of an error, without the wrapping of three libraries."""
    while True:
        inner = getattr(error, "reason", None) or next(
            (value for value in error.args if isinstance(value, BaseException)), error.__cause__
        )
        if not isinstance(inner, BaseException):
            break
        error = inner
    words = getattr(error, "strerror", None) or (error.args[-1] if error.args else "")
    return " ".join(str(words or type(error).__name__).split())[:200].rstrip(".")
