"""The HTTP under a request: sessions that look at their peer, bounded bodies, translated errors."""

import ssl
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
    TimedOutError,
    UnreachableError,
)
from data.jira.answers import malformed
from data.jira.connection import Connection, refuse_metadata
from data.jira.proxy import not_a_proxy, proxy_error, require_proxy_address
from data.jira.tls import tls_error, trusting
from data.jira_query_manager import Deadline

MAX_BODY = 64 * 1024 * 1024  # bytes, after inflation
_CHUNK = 256 * 1024
_GZIP_OR_ZLIB = 47  # zlib's number for: see from the header which of both it is


class Credentials(AuthBase):
    """Sets the headers, or nothing; its presence keeps requests from looking into a .netrc file."""

    def __init__(self, connection: Connection | None) -> None:
        self._connection = connection

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set the headers on a request that is about to leave."""
        if self._connection is None:
            return request
        if value := self._connection.authorization():
            request.headers["Authorization"] = value
        request.headers.update({name: secret.reveal() for name, secret in self._connection.headers})
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

    def send(self, data: Any) -> None:
        try:
            super().send(data)
        except (ssl.SSLEOFError, ConnectionResetError) as error:
            # TLS 1.3 refuses a client certificate after the handshake, while we are writing already.
            # Of a broken pipe urllib3 knows that the server may have said why, and reads on.
            raise BrokenPipeError(*error.args) from error


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
    """Connections that look at their peer and trust what the system trusts; no retries of urllib3's own."""

    def __init__(self, client_cert: str = "") -> None:
        self._client_cert = client_cert
        self._bundle: str | None = None
        self._tls: ssl.SSLContext | None = None
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _GuardedPool, "https": _GuardedTlsPool}

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        """Return where to connect to, with our own context in place of the library's."""
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        if host["scheme"] != "https":
            return host, {}
        # What the environment names as certificates arrives here as a path.
        self._bundle = verify if isinstance(verify, str) else None
        self._tls = self._tls or trusting(self._bundle, self._client_cert)
        return host, {"ssl_context": self._tls}

    def proxy_manager_for(self, proxy: str, **settings: Any) -> Any:
        """Return the connections through a proxy, which is shown no client certificate."""
        if proxy.lower().startswith("https") and proxy not in self.proxy_manager:
            settings["proxy_ssl_context"] = trusting(self._bundle)
        return super().proxy_manager_for(proxy, **settings)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave everything to the context."""


def new_session(connection: Connection) -> requests.Session:
    """Return a session that keeps connections, and nothing else, between requests.

    Raises:
        ProxyAddressError: the environment names something else as the proxy on the way.
    """
    if not connection.is_loopback:
        require_proxy_address(connection.url)
    session = _Session()
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
    adapter = _Adapter(connection.client_cert)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class _Session(requests.Session):
    def get_redirect_target(self, _response: requests.Response) -> None:
        """Follow nothing, and look at nothing: of an odd address ``requests`` makes a bare ValueError."""
        return


class _NoCookies(DefaultCookiePolicy):
    def set_ok(self, _cookie: Any, _request: Any) -> bool:
        return False


def read_body(response: requests.Response, deadline: Deadline, abandoned: threading.Event) -> bytes:
    """Read the inflated body, piece by piece as it arrives, up to the cap."""
    pieces, size = [], 0
    for piece in _inflate(_receive(response, deadline, abandoned), response.headers):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_BODY:
            raise AnswerTooLargeError(
                f"An answer of Jira is larger than {MAX_BODY >> 20} MiB.",
                hint="Check that JIRA_URL leads to Jira; no honest page is that large.",
            )
    return b"".join(pieces)


def _receive(response: requests.Response, deadline: Deadline, abandoned: threading.Event) -> Iterator[bytes]:
    # read1 returns what one packet brings; read would wait for a full chunk of a dripping body.
    while piece := response.raw.read1(_CHUNK, decode_content=False):
        yield piece
        if abandoned.is_set() or deadline.left() <= 0:
            raise timed_out()


def _inflate(pieces: Iterator[bytes], headers: Mapping[str, str]) -> Iterator[bytes]:
    """Inflate in bounded steps.

    Left to the libraries below, one packet of many small gzip members would be
    inflated whole, hundreds of megabytes, before anybody could count.
    """
    encoding = (headers.get("Content-Encoding") or "identity").strip().lower()
    if encoding == "identity":
        yield from pieces
    elif encoding in ("gzip", "x-gzip", "deflate"):
        yield from _unzip(pieces)
    else:
        raise malformed(f"it is compressed as {encoding}, which was not asked for")


def _unzip(pieces: Iterator[bytes]) -> Iterator[bytes]:
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
    host = urlsplit(connection.url).hostname or ""
    if isinstance(error, requests.exceptions.SSLError):
        raise tls_error(_find_cause(error), host, shown=bool(connection.client_cert)) from error
    if isinstance(error, requests.exceptions.ProxyError):
        unknown = _holds(error, UrllibNameError)
        raise proxy_error(_find_cause(error), connection.url, unknown=unknown) from error
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        # Our own address was looked at before; what is left is that of the proxy.
        raise not_a_proxy() from error
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        raise timed_out() from error
    if _holds(error, UrllibNameError):
        raise NameResolutionError(
            f"The host {host} is not known to the name service.",
            hint="Check the spelling of JIRA_URL and your network connection or VPN.",
        ) from error
    raise UnreachableError(
        f"The connection to {host} failed or broke: {_find_cause(error)}.",
        hint="Check JIRA_URL and your network; if Jira is down, try again later.",
    ) from error


def _holds(error: BaseException, kind: type[BaseException]) -> bool:
    """Tell whether ``kind`` is somewhere in the arguments and reasons of an error of requests."""
    inner = (*error.args, getattr(error, "reason", None))
    return isinstance(error, kind) or any(
        _holds(value, kind) for value in inner if isinstance(value, BaseException)
    )


def _find_cause(error: BaseException) -> str:
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
