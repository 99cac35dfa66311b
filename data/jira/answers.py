"""What an answer of Jira means: fine, come back later, or one sentence of what is wrong.

The order of the questions matters: an answer can be several things at once,
and the reader is told the one that she can do something about.
"""

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from configuration.errors import (
    AnonymousError,
    AuthenticationError,
    CaptchaError,
    LoginPageError,
    MalformedAnswerError,
    NotFoundError,
    PermissionDeniedError,
    QueryError,
    QuotaExhaustedError,
    RateLimitedError,
    ResultWindowError,
    RetiredEndpointError,
    ServerFailedError,
    SourceError,
    TokenRefusedError,
    WrongSchemeError,
)
from configuration.origins import GATEWAY_HOST
from data.jira.connection import Connection
from data.jira.proxy import proxy_refusal
from data.jira.tls import client_certificate_refused
from data.model.instants import DAY_S

_RETRIED_STATUSES = frozenset({408, 425, 500, 502, 503, 504})
_WINDOW = re.compile(r"search limit exceeded|result.?window|max_result_window", re.IGNORECASE)
# So says nginx, within the HTTP that it would not let in.
_CERTIFICATE_WANTED = re.compile(rb"No required SSL certificate was sent|The SSL certificate error")
_WORDS_LIMIT = 600


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer: status, headers (names in any case), the inflated body, and how long it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str = ""
    duration_ms: float = 0.0

    def header(self, name: str) -> str:
        """Return a header, "" where it is missing."""
        return self.headers.get(name) or ""

    @property
    def server_time(self) -> dt.datetime | None:
        """The server's clock at the answer, from its ``Date`` header."""
        return _http_date(self.header("Date"))


def judge(answer: Answer, connection: Connection) -> None:
    """Return if the answer can be read as JSON.

    Raises:
        SourceError: the subclass that says what the answer means.
    """
    status = answer.status
    if 200 <= status < 300:
        _judge_success(answer, connection)
    elif status == 429:
        raise _rate_limited(answer)
    elif status in (401, 403):
        raise refusal(answer, connection)
    elif status == 407:
        raise proxy_refusal()
    elif status == 400 and _CERTIFICATE_WANTED.search(answer.body[:4000]):
        host = urlsplit(connection.url).hostname or ""
        raise client_certificate_refused(host, shown=bool(connection.client_cert))
    else:
        raise _choose_failure(answer)


def is_login_refused(answer: Answer) -> bool:
    """Tell whether nobody should ask again with these credentials: a 401, or a 403 that wants a CAPTCHA.

    A missing scope is not a failed login: what the token is good for may still be asked.
    """
    if answer.status == 401:
        return "scope" not in server_words(answer.body).lower()
    return answer.status == 403 and _wants_captcha(answer)


def _wants_captcha(answer: Answer) -> bool:
    login = answer.header("X-Authentication-Denied-Reason") + answer.header("X-Seraph-LoginReason")
    return "CAPTCHA" in login or "AUTHENTICATION_DENIED" in login


def refusal(answer: Answer, connection: Connection) -> AuthenticationError:
    """Return what a 401 or 403 means; never retried, since repeated bad logins lock the account."""
    if _wants_captcha(answer):
        return CaptchaError(
            "Jira wants a person to solve a CAPTCHA before this account may ask again.",
            hint="Log in to Jira in a browser with this account, solve it, then try again.",
        )
    if answer.status == 403:
        return PermissionDeniedError(
            f"The account may not do this (403){_quote(answer)}",
            hint="Ask an administrator of Jira for the Browse Projects permission, or use another account.",
        )
    words = server_words(answer.body)
    dialect = "" if connection.dialect == "auto" else connection.dialect
    return unauthorized(connection, dialect, f": {words}" if words else "")


def unauthorized(connection: Connection, dialect: str, words: str = "") -> AuthenticationError:
    """Return what a 401 means on a Jira of this dialect ("" where it is unknown)."""
    on_cloud = dialect == "cloud" or connection.on_cloud_site
    if not connection.token:
        return AnonymousError("Jira does not answer without credentials (401).", hint="Set JIRA_TOKEN.")
    if connection.on_gateway:
        return TokenRefusedError(
            f"The gateway refused the token: it is expired, revoked, or lacks a scope (401){words}.",
            hint="Create a token with the scopes read:jira-work and read:jira-user and set JIRA_TOKEN.",
        )
    if on_cloud and not connection.email:
        return WrongSchemeError(
            "Jira Cloud refused the token, which was sent as Bearer because no e-mail is set (401).",
            hint="Set JIRA_EMAIL to the account the token belongs to.",
        )
    if dialect == "dc" and connection.email:
        return WrongSchemeError(
            "Jira Data Center did not take the token, which was sent with an e-mail as a password.",
            hint="Remove JIRA_EMAIL: a personal access token is sent as Bearer.",
        )
    if not connection.email:
        return TokenRefusedError(
            "Jira refused the personal access token: it is wrong, expired or revoked (401).",
            hint="Create a new one in your Jira profile and set JIRA_TOKEN; on Cloud also set JIRA_EMAIL.",
        )
    return TokenRefusedError(
        "Jira refused the token: it is wrong, expired or revoked, or it is a scoped token (401).",
        hint="Create a new API token without scopes and set JIRA_TOKEN.",
    )


def with_gateway(error: TokenRefusedError, cloud_id: str) -> TokenRefusedError:
    """Name the address that takes scoped tokens; a token itself does not show that it is scoped."""
    return TokenRefusedError(
        error.message,
        hint="Create a new API token and set JIRA_TOKEN; a scoped token works only with "
        f"JIRA_URL=https://{GATEWAY_HOST}/ex/jira/{cloud_id}.",
    )


def login_page(url: str = "") -> LoginPageError:
    """Return the error for a web page where JSON should be."""
    return LoginPageError(
        f"A web page, probably a login form, came instead of data{f' from {url}' if url else ''}.",
        hint="Create a new token, and check that single sign-on lets the REST API of Jira through.",
    )


def anonymous() -> AnonymousError:
    """Return the error for answers that a logged-out visitor gets."""
    return AnonymousError(
        "Jira answers as if nobody were logged in: the token is expired, revoked or was dropped on the way.",
        hint="Create a new token and set JIRA_TOKEN; the stored data stay as they are.",
    )


def malformed(what: str) -> MalformedAnswerError:
    """Return the error for a body that is cut or not what it should be."""
    return MalformedAnswerError(
        f"Jira's answer cannot be read: {what}.",
        hint="Try again; if it stays, look for a proxy between here and Jira that changes its answers.",
    )


def server_words(body: bytes) -> str:
    """Return what a JSON error body says, in Jira's own words; "" if it says nothing."""
    try:
        said: Any = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(said, dict):
        return ""
    messages = said.get("errorMessages")
    errors = said.get("errors")
    words = [str(text) for text in messages] if isinstance(messages, list) else []
    words += [f"{name}: {text}" for name, text in errors.items()] if isinstance(errors, dict) else []
    words += [str(said["message"])] if not words and said.get("message") else []
    return " ".join(" ".join(words).split())[:_WORDS_LIMIT]


def retry_after_s(answer: Answer) -> float:
    """Return the seconds that Jira asks to wait, 0 where it names none.

    A date is measured from the answer's own ``Date``: our clock may be off.
    """
    text = answer.header("Retry-After").strip()
    if not text:
        return 0.0
    try:
        seconds = float(text)
    except ValueError:
        return _seconds_until(_http_date(text), answer)
    return max(0.0, seconds) if not math.isnan(seconds) else 0.0


def _seconds_until(moment: dt.datetime | None, answer: Answer) -> float:
    if moment is None:
        return 0.0
    now = answer.server_time or dt.datetime.now(dt.UTC)
    return max(0.0, (moment - now).total_seconds())


def _judge_success(answer: Answer, connection: Connection) -> None:
    # Data Center says who asked; with a token it must not be nobody.
    if connection.token and answer.header("X-AUSERNAME").lower() == "anonymous":
        raise unauthorized(connection, "dc") if connection.email else anonymous()
    kind = answer.header("Content-Type").partition(";")[0].strip().lower()
    start = answer.body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if kind in ("text/html", "application/xhtml+xml") or start.startswith((b"<!doctype html", b"<html")):
        raise login_page(answer.url)
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise malformed(f"it is {kind} and not JSON")


def _rate_limited(answer: Answer) -> RateLimitedError:
    wait_s = retry_after_s(answer)
    reason = answer.header("RateLimit-Reason")
    if reason.startswith("jira-quota"):
        wait_s = wait_s or _seconds_until(_iso_date(answer.header("X-RateLimit-Reset")), answer)
        return QuotaExhaustedError(
            f"The request quota of this Jira is used up ({reason}){_word_until(wait_s, answer)}.",
            hint="Try again after that time; the stored data stay as they are.",
            retry_after_s=wait_s,
        )
    return RateLimitedError(
        f"Jira limits the rate of requests (429){_word_until(wait_s, answer)}.",
        hint="Try again after that time, or raise JIRA_DEADLINE to let one request wait longer.",
        retry_after_s=wait_s,
    )


def _word_until(wait_s: float, answer: Answer) -> str:
    """Name the reset by the server's own clock."""
    if not 0 < wait_s < 366 * DAY_S:
        return "" if wait_s == 0 else " and names no end"
    reset = (answer.server_time or dt.datetime.now(dt.UTC)) + dt.timedelta(seconds=wait_s)
    return f" and asks to wait {wait_s:.0f} s, until {reset:%Y-%m-%dT%H:%M:%SZ}"


def _choose_failure(answer: Answer) -> SourceError:
    status, words = answer.status, server_words(answer.body)
    # Data Center wraps the refusal of its search platform into a 500.
    if status in (400, 500) and _WINDOW.search(words or answer.body[:4000].decode("utf-8", "replace")):
        return ResultWindowError(
            "Jira does not page any further into this result.", hint="Narrow the query, for instance by date."
        )
    if status == 410:
        return RetiredEndpointError(
            f"This Jira has removed the endpoint that was asked (410){_quote(answer)}",
            hint="Set JIRA_DIALECT to cloud or auto; see Atlassian's change notice CHANGE-2046.",
        )
    if status == 404:
        return NotFoundError(
            f"Jira has nothing at this address, or nothing this account may see (404){_quote(answer)}",
            hint="Check JIRA_URL, with the context path if your Jira has one, and the account's permissions.",
        )
    if status in (400, 413, 414):
        return QueryError(
            f"Jira refuses the query: {words or f'no reason given ({status})'}",
            hint=_LOST_PROJECT if _NO_PROJECT.search(words) else _WRONG_QUERY,
        )
    if status in _RETRIED_STATUSES:
        return ServerFailedError(
            f"Jira is failing ({status}){_quote(answer)}",
            hint="Try again later; the stored data stay as they are.",
            retry_after_s=retry_after_s(answer),
        )
    return _explain_unexpected(status)


# To Jira a project that an account may not see any more is one that does not exist.
_NO_PROJECT = re.compile(r"does not exist for the field .?project\b", re.IGNORECASE)
_WRONG_QUERY = "Correct JIRA_JQL; Jira's search page shows the same message for it."
_LOST_PROJECT = "Correct JIRA_JQL; if the project is there, this account may have lost the right to see it."


def _explain_unexpected(status: int) -> SourceError:
    if status in (405, 501):
        return RetiredEndpointError(
            f"This Jira does not offer what was asked ({status}).", hint="Set JIRA_DIALECT to cloud or dc."
        )
    return SourceError(
        f"Jira answered with an unexpected status ({status}).",
        hint="Check that JIRA_URL leads to Jira and not to something before it.",
    )


def _quote(answer: Answer) -> str:
    words = server_words(answer.body)
    return f": {words}" if words else "."


def _http_date(text: str) -> dt.datetime | None:
    try:
        moment = parsedate_to_datetime(text) if text else None
    except (ValueError, IndexError, TypeError):
        return None
    return moment.replace(tzinfo=dt.UTC) if moment and moment.tzinfo is None else moment


def _iso_date(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment.replace(tzinfo=dt.UTC) if moment and moment.tzinfo is None else moment
