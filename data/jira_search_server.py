"""Searching Data Center: numbered pages side by side, in windows that its search platform allows.

Numbered pages shift when an issue is deleted between two of them, so they are
checked rather than believed; what fell between them is asked for by name.
"""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from configuration.errors import EmptyPageError, QueryError, ResultWindowError, UnavailableError
from data.jira_dialects import FIELDS, SERVER, STEADY_ORDER, Ref, SearchPage, decode_search, narrowed
from data.jira_search import RESTARTS, Asker, Told, ask_by_name, by_ids, halves, id_of, in_pieces, refs_of
from data.jira_walks import FanOut
from data.normalize import JsonRecord, instant_of

# Search platforms under Data Center page no further than this.
_WINDOW = 10_000


class _CreatedField(JsonRecord):
    created: str | int | None = None


class _Created(JsonRecord):
    fields: _CreatedField


_created = msgspec.json.Decoder(_Created)


@dataclass(slots=True)
class _Walked:
    """What the pages of one window looked like.

    ``firsts`` holds the first id by the place of a page's first issue, ``lasts``
    the last id by the place of its last issue, ``created`` when its last issue
    was created by the place of its first.
    """

    total: int = 0
    granted: int = 0
    firsts: dict[int, str] = field(default_factory=dict)
    lasts: dict[int, str] = field(default_factory=dict)
    created: dict[int, int] = field(default_factory=dict)
    torn: bool = False


class ServerSearch:
    """``/search`` with startAt and total: pages side by side, each overlapping the one before by an issue.

    An issue that is deleted while pages travel shifts the rest, and one falls
    between two pages. The overlap shows it: a page must begin with the issue that
    ended the page before. Results longer than the search platform pages through
    are cut into windows by the instant of creation.
    """

    dialect = SERVER

    def __init__(
        self,
        asker: Asker,
        page_size: int,
        workers: int,
        cancelled: threading.Event | None = None,
        fields: tuple[str, ...] = FIELDS,
    ) -> None:
        self._asker = asker
        self._fields = fields
        self._page_size = page_size
        self._workers = workers
        self._cancelled = cancelled
        self._window = _WINDOW
        self._window_met = False

    def count(self, jql: str) -> int | None:
        """Return how many issues there are, exactly."""
        return self._page(jql, 0, 1, ("key",)).total

    def refs(self, jql: str) -> Iterator[list[Ref]]:
        """Sweep ids and keys; the whole sweep again where issues moved meanwhile."""
        for _ in range(RESTARTS):
            walks: list[_Walked] = []
            swept = [refs_of(page) for page in self._windows(jql, SERVER.ref_page_size, ("created",), walks)]
            if not any(walked.torn for walked in walks):
                yield from swept
                return
            self._asker.verify_account()
        raise UnavailableError(
            "Issues come and go so fast that Jira's pages never fit together.",
            hint="Try again when no bulk change is running.",
        )

    def pages(self, jql: str, expected: Told | None, seen: Mapping[str, Any]) -> Iterator[SearchPage]:
        """Yield pages until every issue was in one of them; arguments as for Cloud."""
        walks: list[_Walked] = []
        yield from self._windows(jql, self._page_size, self._fields, walks, expected)
        if any(walked.torn for walked in walks):
            # Nobody logged in looks the same as issues that went away.
            self._asker.verify_account()
            swept = (str(ref.id) for refs in self.refs(jql) for ref in refs)
            yield from ask_by_name(self._asker, _Pieces(self, jql), seen, swept, self._page_size)

    def named(self, jql: str, ids: list[str], seen: Mapping[str, Any]) -> Iterator[SearchPage]:
        """Yield pages of the issues ``ids``, side by side."""
        piece = _Pieces(self, jql)
        walks = (piece(part) for part in in_pieces(ids, self._page_size))
        yield from FanOut(walks, self._workers, threading.Event(), self._cancelled)
        yield from ask_by_name(self._asker, piece, seen, ids, self._page_size)  # pages may be capped

    def _windows(
        self,
        jql: str,
        size: int,
        fields: tuple[str, ...],
        walks: list[_Walked],
        expected: Told | None = None,
    ) -> Iterator[SearchPage]:
        lower: int | None = None
        while True:
            walks.append(walked := _Walked())
            query = jql if lower is None else narrowed(jql, f"created >= {lower}")
            yield from self._one_window(query, size, fields, walked, expected)
            expected = None
            if walked.total <= self._window:
                return
            reached = max((at for place, at in walked.created.items() if place < self._window), default=lower)
            if reached is not None and reached != lower:
                lower = reached
            elif not self._window_met:
                self._window = sys.maxsize  # it was only a guess; go on until Jira says no
            else:
                raise ResultWindowError(
                    f"Over {self._window} issues were created at one instant, and Jira pages no further.",
                    hint="Narrow JIRA_JQL, for instance to one project.",
                )

    def _one_window(
        self, jql: str, size: int, fields: tuple[str, ...], walked: _Walked, expected: Told | None
    ) -> Iterator[SearchPage]:
        first = self._page(jql, 0, size, fields)
        walked.total = first.total or 0
        # The server echoes the size it uses; the page itself may still be shorter.
        walked.granted = max(2, min(size, first.max_results or len(first.issues)))
        if expected:
            expected(walked.total)
        self._note(first, 0, walked)
        yield first
        if len(first.issues) < walked.total:
            stop = threading.Event()
            spans = self._spans(jql, fields, len(first.issues) - 1, walked, stop)
            yield from FanOut(spans, self._workers, stop, self._cancelled)
            walked.torn = _is_torn(walked, min(walked.total, self._window))

    def _spans(
        self, jql: str, fields: tuple[str, ...], begin: int, walked: _Walked, stop: threading.Event
    ) -> Iterator[Iterator[SearchPage]]:
        """Cut the rest of a window into pages of the size that the server granted."""
        for start in range(begin, min(walked.total, self._window) - 1, walked.granted - 1):
            if start >= self._window:
                return  # found to be smaller meanwhile
            yield self._span(jql, fields, start, walked, stop)

    def _span(
        self, jql: str, fields: tuple[str, ...], start: int, walked: _Walked, stop: threading.Event
    ) -> Iterator[SearchPage]:
        """Walk from ``start`` to the first issue of the next span; a server may give less than asked."""
        end = min(start + walked.granted, walked.total, self._window)
        while start < end - 1:
            try:
                page = self._page(jql, start, end - start, fields, stop)
            except ResultWindowError:
                self._window = min(self._window, start)
                self._window_met = True
                return
            self._note(page, start, walked)
            yield page
            if len(page.issues) <= 1:
                return  # the result became shorter; the missing joint tells
            start += len(page.issues) - 1

    def _note(self, page: SearchPage, start: int, walked: _Walked) -> None:
        if not page.issues:
            return
        end = start + len(page.issues) - 1
        walked.firsts[start] = id_of(page.issues[0])
        walked.lasts[end] = id_of(page.issues[-1])
        if (created := _created_at(page.issues[-1])) is not None:
            walked.created[start] = created

    def _page(
        self,
        jql: str,
        start: int,
        size: int,
        fields: tuple[str, ...],
        stop: threading.Event | None = None,
    ) -> SearchPage:
        call = SERVER.search(
            f"{jql} {STEADY_ORDER}",
            fields=fields,
            size=size,
            histories=fields is self._fields,
            start_at=start,
        )
        return self._asker.ask(call, _decode_numbered(start), stop)


class _Pieces:
    """Pages of issues that are asked for by id, on Data Center."""

    def __init__(self, search: ServerSearch, jql: str) -> None:
        self._search = search
        self._jql = jql

    def __call__(self, ids: list[str]) -> Iterator[SearchPage]:
        try:
            yield from self._pages(ids)
        except QueryError:
            for half in halves(ids):
                yield from self(half)

    def _pages(self, ids: list[str]) -> Iterator[SearchPage]:
        """Follow the pages of a list to its end: a server may give far less than asked."""
        start = 0
        while True:
            page = self._search._page(by_ids(self._jql, ids), start, len(ids), self._search._fields)
            yield page
            start += len(page.issues)
            if not page.issues or start >= (page.total or 0):
                return


def _is_torn(walked: _Walked, end: int) -> bool:
    """Tell whether the pages of a window fail to join, or stop before its end."""
    joints = (place for place in walked.firsts if 0 < place < end)
    return any(walked.firsts[place] != walked.lasts.get(place) for place in joints) or (
        max(walked.lasts, default=-1) < end - 1
    )


def _decode_numbered(start: int) -> Callable[[bytes], SearchPage]:
    def decode(body: bytes) -> SearchPage:
        page = decode_search(body)
        if page.total is None:
            raise ValueError("the page has no total")
        if not page.issues and start < page.total:
            raise EmptyPageError(
                "A page of Jira's result is empty although more issues follow.", hint="Try again later."
            )
        return page

    return decode


def _created_at(raw: msgspec.Raw) -> int | None:
    try:
        at = instant_of(_created.decode(raw).fields.created)
    except (ValueError, OverflowError):
        return None
    return at if at > 0 else None
