"""The Jira client: pages of issues with complete histories, and the lists around them.

Cloud and Data Center, read only. What it yields is complete or it raises: an
empty, cut or logged-out answer is never taken for data.
"""

import copy
import datetime as dt
import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from configuration.errors import (
    AuthenticationError,
    EmptyPageError,
    NotFoundError,
    SourceError,
    TokenRefusedError,
    WrongSchemeError,
)
from data.jira_answers import anonymous, unauthorized, with_gateway
from data.jira_changelogs import Completer, Decoded, read_decoded
from data.jira_connection import Connection
from data.jira_dialects import (
    CLOUD,
    SERVER,
    Dialect,
    SearchPage,
    decode_list,
    decode_object,
    split_order,
)
from data.jira_query_manager import TokenBucket
from data.jira_search_cloud import CloudSearch
from data.jira_search_server import ServerSearch
from data.jira_transport import Call, RequestLog, Transport
from data.normalize import JsonRecord, NotAnIssueError, custom_fields, read_status, read_version
from data.tables import IssueRow, StatusRef, VersionRow

__all__ = ["Account", "Connection", "JiraClient", "ProjectRef", "RequestLog", "ServerInfo"]

logger = logging.getLogger(__name__)
T = TypeVar("T")

_PROJECTS_PAGE = 50


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """What Jira says about itself; ``server_time_ms`` is its clock at the answer."""

    dialect: str
    version: str
    base_url: str
    server_time_ms: int
    title: str


@dataclass(frozen=True, slots=True)
class Account:
    """Who asks: ``account_id`` is the name on Data Center."""

    account_id: str
    display_name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class ProjectRef:
    """A project that the account may see."""

    id: str
    key: str
    name: str


class JiraClient:
    """Asks one Jira.

    Args:
        connection: where and as whom.
        bucket: the rate limit of that host.
        cancelled: once set, everything ends within a second with CancelledError.
        sleep: waits before a repeated attempt.
        jitter: a number from 0 to 1 added to these waits.
        page_size: issues per page; None asks for what suits the dialect.
        workers: threads that fetch side by side where pages allow it.
    """

    def __init__(
        self,
        connection: Connection,
        bucket: TokenBucket,
        cancelled: threading.Event | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        page_size: int | None = None,
        workers: int = 12,
    ) -> None:
        self.connection = connection
        self.bad_issues = 0
        self._transport = Transport(connection, bucket, cancelled, sleep, jitter)
        self._cancelled = cancelled
        self._custom = custom_fields(connection.fields)
        self._page_size = page_size
        self._workers = workers
        self._known_dialect = ""
        self._server: ServerInfo | None = None
        self._fields: list[dict[str, Any]] | None = None
        self._lock = threading.Lock()
        self._fields_lock = threading.Lock()

    def reading(self, fields: Iterable[str]) -> "JiraClient":
        """Return a client of the same Jira and rate limit that asks for other fields of each issue."""
        other = copy.copy(self)
        vars(other).pop("_search", None)  # it was made for the fields so far
        other.connection = replace(self.connection, fields=tuple(fields))
        other._custom = custom_fields(other.connection.fields)
        return other

    @property
    def requests(self) -> RequestLog:
        """What the requests so far added up to."""
        return self._transport.requests

    @cached_property
    def _search(self) -> CloudSearch | ServerSearch:
        dialect = self.dialect
        kind = CloudSearch if dialect is CLOUD else ServerSearch
        size = self._page_size or dialect.page_size
        return kind(self, size, self._workers, self._cancelled, self.connection.fields)

    @property
    def dialect(self) -> Dialect:
        """The dialect as configured, else as the server says."""
        name = self.connection.dialect
        if name == "auto":
            name = self._known_dialect or self.server().dialect
        return CLOUD if name == "cloud" else SERVER

    def assume_dialect(self, name: str) -> None:
        """Take over what an earlier client found out, which saves a question; "" forgets it."""
        self._known_dialect = name

    @property
    def began_at_ms(self) -> int:
        """Jira's clock at its first answer to this client; ours where it does not tell, or was not asked."""
        answer = self._transport.first_answer
        moment = answer.server_time if answer else None
        return _epoch_ms(moment) if moment else time.time_ns() // 1_000_000

    def server(self) -> ServerInfo:
        """Return what the server says about itself; asked once.

        Raises:
            NotFoundError: there is no Jira at this address.
        """
        with self._lock:
            if self._server is None:
                self._server = self._ask_server()
            return self._server

    def clock_difference_s(self, now: float) -> float | None:
        """Return by how many seconds Jira's clock is ahead of ``now``, None where it does not tell."""
        answer = self._transport.last_answer
        moment = answer.server_time if answer else None
        return None if moment is None else moment.timestamp() - now

    def rate_headers(self) -> dict[str, str]:
        """Return the rate-limit headers that were seen so far, each with its newest value."""
        return dict(self._transport.rate_headers)

    def myself(self) -> Account:
        """Return the account that asks.

        Raises:
            AuthenticationError: there is none.
        """
        found = self.ask(self.dialect.call("myself"), _decode_account)
        return Account(found.account_id or found.name or found.key, found.display_name, found.time_zone)

    def verify_account(self) -> None:
        """Make sure that an empty or missing answer is not that of a logged-out visitor.

        Raises:
            AuthenticationError: it is.
        """
        if not self.connection.token:
            return
        try:
            self.myself()
        except (TokenRefusedError, NotFoundError) as error:
            raise anonymous() from error

    def fields(self) -> list[dict[str, Any]]:
        """Return Jira's fields as it describes them; asked once."""
        with self._fields_lock:
            if self._fields is None:
                self._fields = self.ask(self.dialect.call("field"), _decode_objects)
            return self._fields

    def flag_fields(self) -> list[str]:
        """Return the ids of the custom fields called Flagged: blocked work is marked with them."""
        named = (field for field in self.fields() if str(field.get("name")).casefold() == "flagged")
        return [str(field["id"]) for field in named if field.get("id")]

    def statuses(self) -> list[StatusRef]:
        """Return the status list; entries without id and name are left out."""
        return _readable(self.ask(self.dialect.call("status"), _decode_objects), read_status)

    def issue_types(self) -> list[dict[str, Any]]:
        """Return the issue types as Jira describes them."""
        return self.ask(self.dialect.call("issuetype"), _decode_objects)

    def versions(self, project_key: str) -> list[VersionRow]:
        """Return the versions of a project; none where it is gone or hidden from this account.

        Raises:
            AuthenticationError: nobody is logged in.
        """
        call = self.dialect.call("project/{projectIdOrKey}/versions", projectIdOrKey=project_key)
        try:
            return _readable(self.ask(call, _decode_objects), read_version)
        except NotFoundError:
            self.verify_account()
            logger.warning("jira.project_hidden", extra={"project": project_key})
            return []

    def projects(self) -> list[ProjectRef]:
        """Return the projects that the account may see."""
        if self.dialect is SERVER:
            return _project_refs(self.ask(self.dialect.call("project"), _decode_objects))
        found: list[dict[str, Any]] = []
        while True:
            params = {"startAt": str(len(found)), "maxResults": str(_PROJECTS_PAGE)}
            page = self.ask(self.dialect.call("project/search", params), decode_object)
            values = _objects(page.get("values"))
            found += values
            if not values or page.get("isLast") or len(found) >= int(page.get("total") or 0):
                return _project_refs(found)

    def count(self, jql: str) -> int | None:
        """Return how many issues the query selects: about, on Cloud; exactly, on Data Center.

        None where Jira does not tell.

        Raises:
            QueryError: the query is wrong.
        """
        return self._search.count(split_order(jql))

    def ids(self, jql: str) -> Iterator[tuple[str, str]]:
        """Yield (id, key) of every issue that the query selects, at a fraction of the requests."""
        seen: set[str] = set()
        for page in self._search.refs(split_order(jql)):
            for ref in page:
                if (issue_id := str(ref.id)) not in seen:
                    seen.add(issue_id)
                    yield issue_id, ref.key

    def pages(
        self, jql: str, expected: Callable[[int], None] | None = None, *, may_be_empty: bool = False
    ) -> Iterator[list[IssueRow]]:
        """Yield all issues that the query selects, with complete histories, in no particular order.

        An issue that changes while pages travel may come twice, the newer one last.

        Args:
            jql: the query; its ORDER BY is replaced by one that holds still.
            expected: told how many issues to expect, where Jira says so.
            may_be_empty: no result is no surprise, and no reason to doubt the account.

        Raises:
            SourceError: something could not be had; what was yielded is not everything.
        """
        seen: dict[str, int] = {}
        try:
            yield from self._read(self._search.pages(split_order(jql), expected, seen), seen)
        except EmptyPageError:
            self.verify_account()  # a logged-out view may look like that
            raise
        if not seen and not may_be_empty:
            self.verify_account()

    def named(self, jql: str, ids: list[str]) -> Iterator[list[IssueRow]]:
        """Yield those of ``ids`` that the query selects, as ``pages`` does; others may come along."""
        seen: dict[str, int] = {}
        yield from self._read(self._search.named(split_order(jql), ids, seen), seen)

    def ask(self, call: Call, decode: Callable[[bytes], T], stop: threading.Event | None = None) -> T:
        """Return the decoded answer to one call, with the cause of a refusal spelt out."""
        try:
            return self._transport.fetch(call, decode, stop)
        except (TokenRefusedError, WrongSchemeError) as error:
            raise self._explained(error) from error

    def _explained(self, error: AuthenticationError) -> AuthenticationError:
        """Find out, without credentials, what kind of Jira refused them."""
        connection = self.connection
        if connection.on_gateway:
            return error
        dialect = connection.dialect
        if dialect == "auto":
            dialect = self._server.dialect if self._server else self._dialect_anonymously()
        better = unauthorized(connection, dialect)
        if isinstance(better, TokenRefusedError) and dialect == "cloud":
            cloud_id = self._anonymously("/_edge/tenant_info").get("cloudId")
            return with_gateway(better, str(cloud_id)) if cloud_id else better
        return better

    def _dialect_anonymously(self) -> str:
        told = self._anonymously("/rest/api/2/serverInfo")
        return _dialect_of(told) if told else ""

    def _anonymously(self, path: str) -> dict[str, Any]:
        call = Call(path, template=path, credentials=False)
        try:
            return self._transport.fetch(call, decode_object)
        except SourceError:
            return {}  # it was only to explain another error better

    def _ask_server(self) -> ServerInfo:
        told = self._first_found(self._server_calls())
        answer = self._transport.last_answer
        moment = answer.server_time if answer else None
        local_ms = time.time_ns() // 1_000_000
        version = told.get("version")
        return ServerInfo(
            dialect=_dialect_of(told),
            version=str(version or ""),
            base_url=str(told.get("baseUrl") or self.connection.url),
            server_time_ms=_epoch_ms(moment) if moment else local_ms,
            title=str(told.get("serverTitle") or ""),
        )

    def _server_calls(self) -> list[Call]:
        """Return where to look for a Jira, the likely dialect first: an e-mail means Cloud."""
        cloud, server = CLOUD.call("serverInfo"), SERVER.call("serverInfo")
        if self.connection.dialect != "auto":
            return [cloud if self.connection.dialect == "cloud" else server]
        return [cloud, server] if self.connection.email or self.connection.on_cloud_site else [server, cloud]

    def _first_found(self, calls: list[Call]) -> dict[str, Any]:
        for call in calls[:-1]:
            try:
                return self._described(call)
            except NotFoundError:
                continue
        return self._described(calls[-1])

    def _described(self, call: Call) -> dict[str, Any]:
        told = self.ask(call, _decode_server)
        # Only Cloud has version 3 of the API, whatever else it says about itself.
        return {**told, "deploymentType": "Cloud"} if call.path.startswith(CLOUD.path("")) else told

    def _read(self, pages: Iterator[SearchPage], seen: dict[str, int]) -> Iterator[list[IssueRow]]:
        """Yield rows with complete histories; ``seen`` tells the search which issues were taken over."""
        completer = Completer(self, self.dialect)
        for page in pages:
            if rows := self._rows(page, completer, seen):
                yield rows
        if rows := completer.flush():
            yield rows

    def _rows(self, page: SearchPage, completer: Completer, seen: dict[str, int]) -> list[IssueRow]:
        """Return the rows of a page whose history is complete; the others come back from ``completer``."""
        ready: list[IssueRow] = []
        for raw in page.issues:
            decoded = self._decode(raw, page.repaired)
            if decoded is None or not _is_news(decoded.row, seen):
                continue
            if completer.takes(decoded):
                if completer.is_full():
                    ready += completer.flush()
            else:
                ready.append(decoded.row)
        return ready

    def _decode(self, raw: msgspec.Raw, repaired: bool) -> Decoded | None:
        try:
            return read_decoded(raw, repaired, self._custom)
        except NotAnIssueError as error:
            self.bad_issues += 1
            logger.warning("jira.bad_issue", extra={"reason": str(error)[:200]})
            return None


def _is_news(row: IssueRow, seen: dict[str, int]) -> bool:
    """Tell whether an issue is new, or changed since it was seen in this walk."""
    if row.id in seen and row.updated <= seen[row.id]:
        return False
    seen[row.id] = row.updated
    return True


def _epoch_ms(moment: dt.datetime) -> int:
    return int(moment.timestamp()) * 1000


class _Myself(JsonRecord):
    account_id: str = msgspec.field(default="", name="accountId")
    name: str = ""
    key: str = ""
    display_name: str = msgspec.field(default="", name="displayName")
    time_zone: str = msgspec.field(default="", name="timeZone")


_myself = msgspec.json.Decoder(_Myself)


def _decode_account(body: bytes) -> _Myself:
    account = _myself.decode(body)
    if not (account.account_id or account.name or account.key):
        raise ValueError("it names no account")
    return account


def _decode_server(body: bytes) -> dict[str, Any]:
    told = decode_object(body)
    if not told.keys() & {"version", "baseUrl", "deploymentType"}:
        raise ValueError("it does not describe a Jira")
    return told


def _dialect_of(told: dict[str, Any]) -> str:
    # Data Center calls itself Server, and some versions do not say.
    return "cloud" if told.get("deploymentType") == "Cloud" else "dc"


def _decode_objects(body: bytes) -> list[dict[str, Any]]:
    return _objects(decode_list(body))


def _objects(values: Any) -> list[dict[str, Any]]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _readable(values: list[dict[str, Any]], read: Callable[[dict[str, Any]], T]) -> list[T]:
    rows = []
    for value in values:
        try:
            rows.append(read(value))
        except NotAnIssueError:
            continue
    return rows


def _project_refs(values: list[dict[str, Any]]) -> list[ProjectRef]:
    return [
        ProjectRef(str(value.get("id") or ""), str(value["key"]), str(value.get("name") or ""))
        for value in values
        if value.get("key")
    ]
