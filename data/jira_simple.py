"""The Jira client: pages of issues with complete histories, and the lists around them.

Cloud and Data Center, read only. What it yields is complete or it raises: an
empty, cut or logged-out answer is never taken for data.

The stations that a request for a page of issues passes, in order; imports run
one way among their modules, and none of them knows the client:

1. ``data.jira_simple.JiraClient.pages``: the front desk.
2. ``data.jira.reading.IssueReader.pages``: from a query to rows.
3. ``data.jira.search_cloud.CloudSearch.pages`` or
   ``data.jira.search_server.ServerSearch.pages``: which page comes next;
   ``data.jira.walks.FanOut`` lets several travel side by side.
4. ``data.jira.dialects.Dialect.search``: the question in this Jira's words.
5. ``data.jira.site.Site.ask``: explains a refused token.
6. ``data.jira.transport.Transport.fetch``: one question, over all its attempts.
7. ``data.jira_query_manager.retry_with_backoff``: asks again, and waits before it.
8. ``data.jira_query_manager.TokenBucket.lease``: waits for the rate limit.
9. ``data.jira.http.new_session``: a connection, on a thread of its own.
10. ``data.jira.http.Credentials``: sets the header.
11. ``data.jira.http.read_body``: the answer, inflated within bounds.
12. ``data.jira_query_manager.Lease.close``: the token begins its way back.
13. ``data.jira.answers.judge``: what the answer means.
14. ``data.jira.issue_pages.settle_stamps``: the page has become structs, and their stamps instants.
15. ``data.jira.changelogs.read_decoded``: an issue becomes a row.
16. ``data.jira.changelogs.Completer.flush``: fetches histories that a page had cut.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from configuration.errors import NotFoundError
from data.jira.connection import Connection
from data.jira.dialects import SERVER, Dialect, decode_object, decode_objects, objects_in
from data.jira.issue_rows import NotAnIssueError, read_status, read_version
from data.jira.reading import IssueReader
from data.jira.requested_fields import FoundFields
from data.jira.site import Account, ServerInfo, Site
from data.jira.transport import Call, RequestLog, Transport
from data.jira_query_manager import TokenBucket
from data.model.tables import IssueRow, StatusRef, VersionRow

__all__ = ["Account", "Connection", "JiraClient", "ProjectRef", "RequestLog", "ServerInfo"]

logger = logging.getLogger(__name__)
T = TypeVar("T")

_PROJECTS_PAGE = 50


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
        self._transport = Transport(connection, bucket, cancelled, sleep, jitter)
        self.hidden_lists: set[str] = set()  # keys of projects whose versions Jira would not list
        self._site = Site(self._transport)
        self._reader = IssueReader(
            self._site, connection.fields, cancelled, page_size=page_size, workers=workers
        )

    def reading(self, fields: Iterable[str]) -> IssueReader:
        """Return a reader of the same Jira and rate limit that asks for other fields of each issue."""
        return self._reader.reading(fields)

    def find_fields(self) -> None:
        """Read sprints and development of each issue from now on, by the fields that Jira lists."""
        self._reader.find_fields()

    def assume_fields(self, found: FoundFields) -> None:
        """Take over the fields of sprints and development that an earlier client found."""
        self._reader.assume_fields(found)

    @property
    def found_fields(self) -> FoundFields:
        """The fields of sprints and development that are read: without those that Jira has refused."""
        return self._reader.found_fields

    @property
    def requests(self) -> RequestLog:
        """What the requests so far added up to."""
        return self._transport.requests

    @property
    def bad_issues(self) -> int:
        """How many things on the pages so far were not issues."""
        return self._reader.bad_issues

    @property
    def unreadable(self) -> frozenset[str]:
        """The ids of these; "" stands for all that had none."""
        return frozenset(self._reader.unreadable)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What Jira said about the queries so far although it answered them, such as an unknown project."""
        return self._reader.warnings

    @property
    def dialect(self) -> Dialect:
        """The dialect as configured, else as the server says."""
        return self._site.dialect

    def assume_dialect(self, name: str) -> None:
        """Take over what an earlier client found out, which saves a question; "" forgets it."""
        self._site.assume_dialect(name)

    @property
    def began_at_ms(self) -> int:
        """Jira's clock at its first answer to this client; ours where it does not tell, or was not asked."""
        return self._site.began_at_ms

    def server(self) -> ServerInfo:
        """Return what the server says about itself; asked once.

        Raises:
            NotFoundError: there is no Jira at this address.
        """
        return self._site.server()

    def clock_difference_s(self, now: float) -> float | None:
        """Return by how many seconds Jira's clock is ahead of ``now``, None where it does not tell."""
        return self._site.clock_difference_s(now)

    def rate_headers(self) -> dict[str, str]:
        """Return the rate-limit headers that were seen so far, each with its newest value."""
        return dict(self._transport.rate_headers)

    def myself(self) -> Account:
        """Return the account that asks.

        Raises:
            AuthenticationError: there is none.
        """
        return self._site.myself()

    def verify_account(self) -> None:
        """Make sure that an empty or missing answer is not that of a logged-out visitor.

        Raises:
            AuthenticationError: it is.
        """
        self._site.verify_account()

    def fields(self) -> list[dict[str, Any]]:
        """Return Jira's fields as it describes them; asked once."""
        return self._site.fields()

    def flag_fields(self) -> list[str]:
        """Return the ids of the custom fields called Flagged: blocked work is marked with them."""
        return self._site.flag_fields()

    def statuses(self) -> list[StatusRef]:
        """Return the status list; entries without id and name are left out."""
        return _keep_readable(self._ask_list("status"), read_status)

    def issue_types(self) -> list[dict[str, Any]]:
        """Return the issue types as Jira describes them."""
        return self._ask_list("issuetype")

    def versions(self, project_key: str) -> list[VersionRow]:
        """Return the versions of a project; none where it is gone or hidden from this account.

        Raises:
            AuthenticationError: nobody is logged in.
        """
        call = self.dialect.call("project/{projectIdOrKey}/versions", projectIdOrKey=project_key)
        try:
            return _keep_readable(self.ask(call, decode_objects), read_version)
        except NotFoundError:
            self.verify_account()
            logger.warning("jira.project_hidden", extra={"project": project_key})
            self.hidden_lists.add(project_key)
            return []

    @property
    def met_versions(self) -> tuple[VersionRow, ...]:
        """The versions that issues told of so far."""
        return tuple(self._reader.met_versions.values())

    def projects(self) -> list[ProjectRef]:
        """Return the projects that the account may see."""
        if self.dialect is SERVER:
            return _project_refs(self._ask_list("project"))
        found: list[dict[str, Any]] = []
        while True:
            params = {"startAt": str(len(found)), "maxResults": str(_PROJECTS_PAGE)}
            page = self.ask(self.dialect.call("project/search", params), decode_object)
            values = objects_in(page.get("values"))
            found += values
            if not values or page.get("isLast") or len(found) >= int(page.get("total") or 0):
                return _project_refs(found)

    def count(self, jql: str) -> int | None:
        """Return how many issues the query selects: about, on Cloud; exactly, on Data Center.

        None where Jira does not tell.

        Raises:
            QueryError: the query is wrong.
        """
        return self._reader.count(jql)

    def ids(self, jql: str) -> Iterator[tuple[str, str]]:
        """Yield (id, key) of every issue that the query selects, at a fraction of the requests."""
        return self._reader.ids(jql)

    def pages(
        self, jql: str, expected: Callable[[int], None] | None = None, *, may_be_empty: bool = False
    ) -> Iterator[list[IssueRow]]:
        """Return all issues that the query selects, with complete histories, in no particular order.

        An issue that changes while pages travel may come twice, the newer one last.

        Args:
            jql: the query; its ORDER BY is replaced by one that holds still.
            expected: told how many issues to expect, where Jira says so.
            may_be_empty: no result is no surprise, and no reason to doubt the account.

        Raises:
            SourceError: something could not be had; what was yielded is not everything.
        """
        return self._reader.pages(jql, expected, may_be_empty=may_be_empty)

    def named(self, jql: str, ids: list[str]) -> Iterator[list[IssueRow]]:
        """Return those of ``ids`` that the query selects, as ``pages`` does; others may come along."""
        return self._reader.named(jql, ids)

    def ask(self, call: Call, decode: Callable[[bytes], T]) -> T:
        """Return the decoded answer to one call, with the cause of a refusal spelt out."""
        return self._site.ask(call, decode)

    def _ask_list(self, tail: str) -> list[dict[str, Any]]:
        return self.ask(self.dialect.call(tail), decode_objects)


def _keep_readable(values: list[dict[str, Any]], read: Callable[[dict[str, Any]], T]) -> list[T]:
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
