"""Searching Data Center: numbered pages side by side, in windows that its search platform allows.

Numbered pages shift when an issue is deleted between two of them, so they are
checked rather than believed; what fell between them is asked for by name.
"""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from configuration.errors import EmptyPageError, QueryError, ResultWindowError, UnavailableError
from data.jira.dialects import SERVER, STEADY_ORDER, Ref, narrowed
from data.jira.issue_pages import Entry, IssuePage
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
)
from data.jira.stamps import instant_of
from data.jira.walks import FanOut

# Search platforms under Data Center page no further than this.
_WINDOW = 10_000
# Windows are cut by the instant of creation, so a sweep of ids asks for it too.
_IDS = PageShape(("created",), SERVER.ref_page_size)
_COUNT = PageShape(("key",), 1)


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
    was created by the place of its first. ``unjoined``: a page of a single issue
    has none to overlap with, so only the total tells whether the ground moved.
    """

    total: int = 0
    granted: int = 0
    firsts: dict[int, str] = field(default_factory=dict)
    lasts: dict[int, str] = field(default_factory=dict)
    created: dict[int, int] = field(default_factory=dict)
    torn: bool = False
    unjoined: bool = False
    shrunk: bool = False


class ServerSearch:
    """``/search`` with startAt and total: pages side by side, each overlapping the one before by an issue.

    An issue that is deleted while pages travel shifts the rest, and one falls
    between two pages. The overlap shows it: a page must begin with the issue that
    ended the page before. Results longer than the search platform pages through
    are cut into windows by the instant of creation.
    """

    def __init__(self, asker: Asker, plan: SearchPlan) -> None:
        self._asker = asker
        self._plan = plan
        self.warnings = plan.warnings
        self._window = _WINDOW
        self._window_met = False

    def count(self, jql: str) -> int | None:
        """Return how many issues there are, exactly."""
        return self._ask_page(jql, 0, _COUNT).total

    def refs(self, jql: str) -> Iterator[list[Ref]]:
        """Sweep ids and keys; the whole sweep again where issues moved meanwhile."""
        for _ in range(RESTARTS):
            walks: list[_Walked] = []
            swept = [refs_of(page) for page in self._walk_windows(jql, _IDS, walks)]
            if not any(walked.torn for walked in walks):
                yield from swept
                return
            self._asker.verify_account()
        raise UnavailableError(
            "Issues come and go so fast that Jira's pages never fit together.",
            hint="Try again when no bulk change is running.",
        )

    def pages(self, jql: str, expected: Told | None, seen: Mapping[str, Any]) -> Iterator[IssuePage]:
        """Yield pages until every issue was in one of them; arguments as for Cloud."""
        walks: list[_Walked] = []
        yield from self._walk_windows(jql, self._plan.page, walks, expected)
        if any(walked.torn or walked.unjoined for walked in walks):
            # Nobody logged in looks the same as issues that went away.
            self._asker.verify_account()
            swept = (ref.id for refs in self.refs(jql) for ref in refs)
            yield from ask_by_name(self._asker, self._pieces_of(jql), seen, swept, self._plan.page_size)

    def named(self, jql: str, ids: list[str], seen: Mapping[str, Any]) -> Iterator[IssuePage]:
        """Yield pages of the issues ``ids``, side by side."""
        piece = self._pieces_of(jql)
        walks = (piece(part) for part in in_pieces(ids, self._plan.page_size))
        yield from FanOut(walks, self._plan.workers, threading.Event(), self._plan.cancelled)
        yield from ask_by_name(self._asker, piece, seen, ids, self._plan.page_size)  # pages may be capped

    def _walk_windows(
        self,
        jql: str,
        shape: PageShape,
        walks: list[_Walked],
        expected: Told | None = None,
    ) -> Iterator[IssuePage]:
        lower: int | None = None
        while True:
            walks.append(walked := _Walked())
            query = jql if lower is None else narrowed(jql, f"created >= {lower}")
            yield from self._one_window(query, shape, walked, expected)
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
        self, jql: str, shape: PageShape, walked: _Walked, expected: Told | None
    ) -> Iterator[IssuePage]:
        first = self._ask_page(jql, 0, shape)
        walked.total = first.total or 0
        # The server echoes the size it uses; the page itself may still be shorter.
        walked.granted = max(2, min(shape.size, first.max_results or len(first.issues)))
        if expected:
            expected(walked.total)
        self._note(first, 0, walked)
        yield first
        if len(first.issues) < walked.total:
            stop = threading.Event()
            spans = self._cut_spans(jql, shape, len(first.issues) - 1, walked, stop)
            yield from FanOut(spans, self._plan.workers, stop, self._plan.cancelled)
            walked.torn = _is_torn(walked, min(walked.total, self._window))

    def _cut_spans(
        self, jql: str, shape: PageShape, begin: int, walked: _Walked, stop: threading.Event
    ) -> Iterator[Iterator[IssuePage]]:
        """Cut the rest of a window into pages of the size that the server granted."""
        for start in range(begin, min(walked.total, self._window) - 1, walked.granted - 1):
            if start >= self._window:
                return  # found to be smaller meanwhile
            yield self._walk_span(jql, shape, start, walked, stop)

    def _walk_span(
        self, jql: str, shape: PageShape, start: int, walked: _Walked, stop: threading.Event
    ) -> Iterator[IssuePage]:
        """Walk from ``start`` to the first issue of the next span; a server may give less than asked."""
        end = min(start + walked.granted, walked.total, self._window)
        overlap = 1
        while start + overlap < end:
            try:
                page = self._ask_page(jql, start, replace(shape, size=end - start), stop)
            except ResultWindowError:
                self._window = min(self._window, start)
                self._window_met = True
                return
            self._note(page, start, walked, joined=overlap == 1)
            yield page
            if not page.issues:
                return  # the result became shorter; the missing joint tells
            # A page of one issue brought only what was known: the next begins behind it.
            overlap = int(len(page.issues) > 1)
            walked.unjoined |= overlap == 0
            start += len(page.issues) - overlap

    def _note(self, page: IssuePage, start: int, walked: _Walked, *, joined: bool = True) -> None:
        walked.shrunk |= (page.total or 0) < walked.total
        if not page.issues:
            return
        end = start + len(page.issues) - 1
        if joined:
            walked.firsts[start] = id_of(page.issues[0])
        if not joined or end > start or start == 0:  # else it only repeats what the page before ended with
            walked.lasts[end] = id_of(page.issues[-1])
        if (created := _created_at(page.issues[-1])) is not None:
            walked.created[start] = created

    def _ask_page(
        self, jql: str, start: int, shape: PageShape, stop: threading.Event | None = None
    ) -> IssuePage:
        call = SERVER.search(
            f"{jql} {STEADY_ORDER}",
            fields=shape.fields,
            size=shape.size,
            histories=shape.histories,
            start_at=start,
        )
        return self.warnings.note(self._asker.ask(call, _decode_numbered(start, shape.decode), stop))

    def _pieces_of(self, jql: str) -> Callable[[list[str]], Iterator[IssuePage]]:
        return lambda ids: self._search_piece(jql, ids)

    def _search_piece(self, jql: str, ids: list[str]) -> Iterator[IssuePage]:
        """Yield pages of issues that are asked for by id; a list with one that is gone is refused whole."""
        try:
            yield from self._pages_of(jql, ids)
        except QueryError:
            for half in halves(ids):
                yield from self._search_piece(jql, half)

    def _pages_of(self, jql: str, ids: list[str]) -> Iterator[IssuePage]:
        """Follow the pages of a list to its end: a server may give far less than asked."""
        shape = replace(self._plan.page, size=len(ids))
        start = 0
        while True:
            page = self._ask_page(by_ids(jql, ids), start, shape)
            yield page
            start += len(page.issues)
            if not page.issues or start >= (page.total or 0):
                return


def _is_torn(walked: _Walked, end: int) -> bool:
    """Tell whether the pages of a window fail to join, or stop before its end."""
    joints = (place for place in walked.firsts if 0 < place < end)
    return (
        any(walked.firsts[place] != walked.lasts.get(place) for place in joints)
        or max(walked.lasts, default=-1) < end - 1
        or (walked.unjoined and walked.shrunk)
    )


def _decode_numbered(start: int, read: Callable[[bytes], IssuePage]) -> Callable[[bytes], IssuePage]:
    def decode(body: bytes) -> IssuePage:
        page = read(body)
        if page.total is None:
            raise ValueError("the page has no total")
        if not page.issues and start < page.total:
            raise EmptyPageError(
                "A page of Jira's result is empty although more issues follow.", hint="Try again later."
            )
        return page

    return decode


def _created_at(entry: Entry) -> int | None:
    try:
        at = instant_of((_created.decode(entry) if isinstance(entry, msgspec.Raw) else entry).fields.created)
    except (ValueError, OverflowError):
        return None
    return at if at > 0 else None
