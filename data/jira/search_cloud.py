"""Searching Jira Cloud: a chain of page tokens, cut into pieces that travel side by side.

The chain is checked rather than believed: it may break off politely. What is
missing is found by a sweep of ids and asked for by name.
"""

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from configuration.errors import QueryError, RetiredEndpointError, UnavailableError
from data.jira.dialects import CLOUD, STEADY_ORDER, Ref
from data.jira.issue_pages import IssuePage
from data.jira.json_record import JsonRecord
from data.jira.search import (
    RESTARTS,
    Asker,
    PageShape,
    SearchPlan,
    Told,
    ask_by_name,
    by_ids,
    halves,
    id_of,
    in_pieces,
    refs_of,
    repeated_token,
)
from data.jira.transport import Call
from data.jira.walks import FanOut

logger = logging.getLogger(__name__)

_IDS = PageShape(("id", "key"), CLOUD.ref_page_size)
# Among so many pages there is always an issue with a long history.
_MANY_PAGES = 10


class _Count(JsonRecord):
    count: int


class _CannotSplitError(Exception):
    """This Jira does not take a list of ids in a query, or does not heed it."""


_count = msgspec.json.Decoder(_Count)


class CloudSearch:
    """``/search/jql``: every page names the next one; a long result is fetched in pieces side by side.

    Args:
        asker: sends calls.
        plan: which fields, how many issues per page, how many threads.
    """

    def __init__(self, asker: Asker, plan: SearchPlan) -> None:
        self._asker = asker
        self._plan = plan
        self.warnings = plan.warnings
        self._counts: dict[str, int | None] = {}

    def count(self, jql: str) -> int | None:
        """Return about how many issues there are, None where Jira does not tell; asked once."""
        if jql not in self._counts:
            path = CLOUD.path("search/approximate-count")
            try:
                call = Call(path, body={"jql": jql}, template=path)
                self._counts[jql] = self._asker.ask(call, _count.decode).count
            except RetiredEndpointError:
                self._counts[jql] = None
        return self._counts[jql]

    def refs(self, jql: str) -> Iterator[list[Ref]]:
        """Sweep ids and keys, thousands at a time."""
        for page in self._follow_chain(jql, _IDS):
            yield refs_of(page)

    def pages(self, jql: str, expected: Told | None, seen: Mapping[str, Any]) -> Iterator[IssuePage]:
        """Yield pages until every issue was in one of them.

        Args:
            jql: the query, without an order.
            expected: told how many issues to expect.
            seen: ids that the reader has taken over, up to date at every step.
        """
        first = self._ask_page(jql, self._plan.page)
        if expected:
            _tell(expected, self.count(jql) if first.token else len(first.issues))
        yield first
        if not first.token:
            return
        try:
            yield from self._side_by_side(jql, len(first.issues), seen)
        except _CannotSplitError:
            logger.warning("jira.cannot_split")
            yield from self._one_by_one(jql, first.token, seen)

    def named(self, jql: str, ids: list[str], seen: Mapping[str, Any]) -> Iterator[IssuePage]:
        """Yield pages of the issues ``ids``, side by side; of everything where Jira takes no lists of ids."""
        stop = threading.Event()
        walks = (self._search_piece(jql, piece, stop) for piece in in_pieces(ids, self._plan.page_size))
        try:
            yield from FanOut(walks, self._plan.workers, stop, self._plan.cancelled)
            yield from self._ask_missing(jql, seen, ids)
        except _CannotSplitError:
            logger.warning("jira.cannot_split")
            yield from self.pages(jql, None, seen)

    def _one_by_one(self, jql: str, token: str, seen: Mapping[str, Any]) -> Iterator[IssuePage]:
        """Follow the tokens, a page ahead of the reader."""
        stop = threading.Event()
        yield from FanOut(
            iter([self._follow_chain(jql, self._plan.page, stop, token)]), 1, stop, self._plan.cancelled
        )
        count = self.count(jql)
        if count is None or len(seen) >= count:
            return
        try:
            # It ended politely, and before its end: a known lie of long walks and lost logins.
            yield from self._ask_missing(jql, seen, self._sweep(jql, len(seen) + 1))
        except _CannotSplitError:
            raise UnavailableError(
                "Jira's pages ended before all issues were there.", hint="Try again later."
            ) from None

    def _side_by_side(self, jql: str, granted: int, seen: Mapping[str, Any]) -> Iterator[IssuePage]:
        """Sweep the ids, and fetch them piece by piece on several threads while the sweep goes on.

        Pieces by id are disjoint, equally long, and complete when every id was seen.
        """
        swept: list[list[str]] = []
        stop = threading.Event()
        known = next(iter(seen), "")

        def pieces() -> Iterator[Iterator[IssuePage]]:
            for refs in self.refs(jql):
                swept.append([ref.id for ref in refs])
                if len(swept) == 2 and len(swept[0]) <= granted:
                    raise _CannotSplitError  # ids are no cheaper here than issues
                yet = [each for each in swept[-1] if each not in seen]
                if len(yet) > _MANY_PAGES * self._plan.page_size:
                    yield self._warm_up()
                for piece in in_pieces(yet, self._plan.page_size):
                    yield self._search_piece(jql, piece, stop, known)

        yield from FanOut(pieces(), self._plan.workers, stop, self._plan.cancelled)
        ids = set().union(*swept)
        if known not in ids or self._may_be_cut(jql, swept, len(ids)):
            ids |= self._sweep(jql, len(ids) + 1)
        yield from self._ask_missing(jql, seen, ids)

    def _may_be_cut(self, jql: str, swept: list[list[str]], n: int) -> bool:
        """Tell whether a sweep looks as if it had ended early: on an empty page, or on a full one."""
        doubtful = not swept[-1] or len(swept[-1]) >= CLOUD.ref_page_size
        count = self.count(jql) if doubtful else self._counts.get(jql)
        return count is not None and n < count

    def _warm_up(self) -> Iterator[IssuePage]:
        """Ask, beside the pages, for what the completion of histories will need."""
        self._asker.flag_fields()
        yield from ()

    def _sweep(self, jql: str, least: int) -> set[str]:
        """Return the ids of the result; a sweep may end early as well, so a short one is repeated once."""
        swept: set[str] = set()
        for _ in range(2):
            swept |= {ref.id for refs in self.refs(jql) for ref in refs}
            if len(swept) >= least:
                break
        return swept

    def _ask_missing(self, jql: str, seen: Mapping[str, Any], swept: Iterable[str]) -> Iterator[IssuePage]:
        """Ask by name for what the sweep had and no page brought; what stays away has left the query."""
        known = next(iter(seen), "")
        yield from ask_by_name(
            self._asker,
            lambda ids: self._search_piece(jql, ids, known=known),
            seen,
            swept,
            self._plan.page_size,
        )

    def _search_piece(
        self, jql: str, ids: list[str], stop: threading.Event | None = None, known: str = ""
    ) -> Iterator[IssuePage]:
        wanted = frozenset([*ids, ""])  # what has no id tells nothing
        try:
            for page in self._follow_chain(by_ids(jql, ids), self._plan.page, stop):
                if page.issues and id_of(page.issues[0]) not in wanted:
                    raise _CannotSplitError
                yield page
        except QueryError as error:
            # Jira refuses the whole list when one of its issues was deleted meanwhile.
            if known and not self._takes_ids(jql, known):
                raise _CannotSplitError from error
            for half in halves(ids):
                yield from self._search_piece(jql, half, stop)

    def _takes_ids(self, jql: str, known: str) -> bool:
        try:
            self._ask_page(by_ids(jql, [known]), self._plan.page)
        except QueryError:
            return False
        return True

    def _follow_chain(
        self,
        jql: str,
        shape: PageShape,
        stop: threading.Event | None = None,
        token: str | None = None,
    ) -> Iterator[IssuePage]:
        """Follow the tokens to the page that has none; ``isLast`` alone is not reliable."""
        seen: set[str] = set()
        restarts = RESTARTS
        while True:
            try:
                page = self._ask_page(jql, shape, stop, token)
            except QueryError:
                # The query was right at the first page, so it is the token that ran out.
                if not token or not restarts:
                    raise
                restarts -= 1
                token = None
                seen.clear()
                continue
            yield page
            token = page.token
            if not token:
                return
            if token in seen:
                if page.is_last:
                    return
                raise repeated_token()
            seen.add(token)

    def _ask_page(
        self, jql: str, shape: PageShape, stop: threading.Event | None = None, token: str | None = None
    ) -> IssuePage:
        call = CLOUD.search(
            f"{jql} {STEADY_ORDER}",
            fields=shape.fields,
            size=shape.size,
            histories=shape.histories,
            token=token,
        )
        return self.warnings.note(self._asker.ask(call, shape.decode, stop))


def _tell(expected: Told, count: int | None) -> None:
    if count is not None:
        expected(count)
