"""Asking Jira for what was updated since an instant, in a way that no time zone can bend."""

import datetime as dt
import itertools
import logging
from collections.abc import Callable, Iterator
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from configuration.errors import QueryError
from data.jira.dialects import narrowed
from data.jira_simple import JiraClient
from data.model.instants import from_ms
from data.model.tables import IssueRow

logger = logging.getLogger(__name__)
T = TypeVar("T")

# How far before the last complete sync the next one begins: searches lag behind writes.
OVERLAP_MS = 10 * 60_000
# A clock that is set back lives an hour twice (at Troll, in Antarctica, two), and Jira does not say
# which one it means.
_TWICE = dt.timedelta(hours=2)
# Without the account's zone no zone is further away.
_ANYWHERE = dt.timedelta(hours=24)


def pages_since(client: JiraClient, jql: str, since_ms: int) -> Iterator[list[IssueRow]]:
    """Yield pages of the issues of a query that were updated at or after an instant.

    Args:
        client: asks.
        jql: the query.
        since_ms: UTC epoch milliseconds, by the server's clock.

    Raises:
        QueryError: the query itself is wrong.
    """
    return _ask_since(client, jql, since_ms, lambda query: client.pages(query, may_be_empty=True))


def ids_since(client: JiraClient, jql: str, since_ms: int) -> Iterator[tuple[str, str]]:
    """Yield (id, key) of the same issues; raises the same."""
    return _ask_since(client, jql, since_ms, client.ids)


def zoned_clause(since_ms: int, time_zone: str) -> str:
    """Return the condition with a wall-clock time of the account's zone, never later than the instant."""
    moment = from_ms(since_ms)
    try:
        wall = moment.astimezone(ZoneInfo(time_zone)) - _TWICE
    except (ZoneInfoNotFoundError, ValueError):
        wall = moment - _ANYWHERE
    return f'updated >= "{wall:%Y/%m/%d %H:%M}"'


def _ask_since(client: JiraClient, jql: str, since_ms: int, ask: Callable[[str], Iterator[T]]) -> Iterator[T]:
    """Ask with epoch milliseconds, which mean the same to every account; else in the account's zone."""
    answers = ask(narrowed(jql, f"updated >= {since_ms}"))
    try:
        first = list(itertools.islice(answers, 1))
    except QueryError:
        # If it was the query that Jira did not take, it says so again.
        logger.info("jira.no_epoch_dates")
        answers = ask(narrowed(jql, zoned_clause(since_ms, client.myself().time_zone)))
        first = []
    yield from first
    yield from answers
