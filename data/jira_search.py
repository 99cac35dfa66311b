"""Every issue that a query selects, once: Cloud's chain of tokens, Data Center's numbered pages.

Both are checked rather than believed. A chain may break off politely, and
numbered pages shift when an issue is deleted between two of them; what is
missing is found by a sweep of ids and asked for by name.
"""

import contextlib
import logging
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import msgspec

from configuration.errors import (
    EmptyPageError,
    QueryError,
    RepeatedTokenError,
    ResultWindowError,
    RetiredEndpointError,
    UnavailableError,
)
from data.jira_dialects import (
    CLOUD,
    FIELDS,
    SERVER,
    STEADY_ORDER,
    Ref,
    SearchPage,
    decode_search,
    narrowed,
)
from data.jira_transport import Call
from data.jira_walks import FanOut
from data.normalize import JsonRecord, instant_of

logger = logging.getLogger(__name__)
T = TypeVar("T")
Told = Callable[[int], None]

# Among so many pages there is always an issue with a long history.
_MANY_PAGES = 10
# Search platforms under Data Center page no further than this.
_WINDOW = 10_000
_RESTARTS = 3
# How often an issue is asked for by name before it counts as gone.
_ROUNDS = 3


class Asker(Protocol):
    """What a search needs of the client."""

    def ask(self, call: Call, decode: Callable[[bytes], T], stop: threading.Event | None = None) -> T:
        """Return the decoded answer."""

    def verify_account(self) -> None:
        """Raise AuthenticationError if nobody is logged in."""

    def flag_fields(self) -> list[str]:
        """Return the ids of the custom fields called Flagged."""


class _CreatedField(JsonRecord):
    created: str | int | None = None


class _Created(JsonRecord):
    fields: _CreatedField


class _Count(JsonRecord):
    count: int


class _CannotSplitError(Exception):
    """This Jira does not take a list of ids in a query, or does not heed it."""


_ref = msgspec.json.Decoder(Ref)
_count = msgspec.json.Decoder(_Count)
_created = msgspec.json.Decoder(_Created)


def repeated_token() -> RepeatedTokenError:
    """Return the error for a page token that comes a second time."""
    return RepeatedTokenError(
        "Jira gave the same page token twice, so its pages would never end.",
        hint="Try again later; if it stays, narrow JIRA_JQL and report it to the administrator of Jira.",
    )


class CloudSearch:
    """``/search/jql``: every page names the next one; a long result is fetched in pieces side by side.

    Args:
        asker: sends calls.
        page_size: issues per page.
        workers: threads.
        cancelled: set by the user.
    """

    dialect = CLOUD

    def __init__(
        self, asker: Asker, page_size: int, workers: int, cancelled: threading.Event | None = None
    ) -> None:
        self._asker = asker
        self._page_size = page_size
        self._workers = workers
        self._cancelled = cancelled
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
        for page in self._chain(jql, fields=("id", "key"), size=CLOUD.ref_page_size):
            yield _refs_of(page)

    def pages(self, jql: str, expected: Told | None, seen: Mapping[str, Any]) -> Iterator[SearchPage]:
        """Yield pages until every issue was in one of them.

        Args:
            jql: the query, without an order.
            expected: told how many issues to expect.
            seen: ids that the reader has taken over, up to date at every step.
        """
        first = self._page(jql)
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

    def _one_by_one(self, jql: str, token: str, seen: Mapping[str, Any]) -> Iterator[SearchPage]:
        """Follow the tokens, a page ahead of the reader."""
        stop = threading.Event()
        yield from FanOut(iter([self._chain(jql, stop, token)]), 1, stop, self._cancelled)
        count = self.count(jql)
        if count is None or len(seen) >= count:
            return
        try:
            # It ended politely, and before its end: a known lie of long walks and lost logins.
            yield from self._missing(jql, seen, self._sweep(jql, len(seen) + 1))
        except _CannotSplitError:
            raise UnavailableError(
                "Jira's pages ended before all issues were there.", hint="Try again later."
            ) from None

    def _side_by_side(self, jql: str, granted: int, seen: Mapping[str, Any]) -> Iterator[SearchPage]:
        """Sweep the ids, and fetch them piece by piece on several threads while the sweep goes on.

        Pieces by id are disjoint, equally long, and complete when every id was seen.
        """
        swept: list[list[str]] = []
        stop = threading.Event()
        known = next(iter(seen), "")

        def pieces() -> Iterator[Iterator[SearchPage]]:
            for refs in self.refs(jql):
                swept.append([str(ref.id) for ref in refs])
                if len(swept) == 2 and len(swept[0]) <= granted:
                    raise _CannotSplitError  # ids are no cheaper here than issues
                yet = [each for each in swept[-1] if each not in seen]
                if len(yet) > _MANY_PAGES * self._page_size:
                    yield self._warm_up()
                for piece in _in_pieces(yet, self._page_size):
                    yield self._piece(jql, piece, stop, known)

        yield from FanOut(pieces(), self._workers, stop, self._cancelled)
        ids = set().union(*swept)
        if known not in ids or self._may_be_cut(jql, swept, len(ids)):
            ids |= self._sweep(jql, len(ids) + 1)
        yield from self._missing(jql, seen, ids)

    def _may_be_cut(self, jql: str, swept: list[list[str]], n: int) -> bool:
        """Tell whether a sweep looks as if it had ended early: on an empty page, or on a full one."""
        doubtful = not swept[-1] or len(swept[-1]) >= CLOUD.ref_page_size
        count = self.count(jql) if doubtful else self._counts.get(jql)
        return count is not None and n < count

    def _warm_up(self) -> Iterator[SearchPage]:
        """Ask, beside the pages, for what the completion of histories will need."""
        self._asker.flag_fields()
        yield from ()

    def _sweep(self, jql: str, least: int) -> set[str]:
        """Return the ids of the result; a sweep may end early as well, so a short one is repeated once."""
        swept: set[str] = set()
        for _ in range(2):
            swept |= {str(ref.id) for refs in self.refs(jql) for ref in refs}
            if len(swept) >= least:
                break
        return swept

    def _missing(self, jql: str, seen: Mapping[str, Any], swept: Iterable[str]) -> Iterator[SearchPage]:
        """Ask by name for what the sweep had and no page brought; what stays away has left the query."""
        known = next(iter(seen), "")
        yield from _missing(
            self._asker, lambda ids: self._piece(jql, ids, known=known), seen, swept, self._page_size
        )

    def _piece(
        self, jql: str, ids: list[str], stop: threading.Event | None = None, known: str = ""
    ) -> Iterator[SearchPage]:
        wanted = frozenset([*ids, ""])  # what has no id tells nothing
        try:
            for page in self._chain(_by_ids(jql, ids), stop):
                if page.issues and _id_of(page.issues[0]) not in wanted:
                    raise _CannotSplitError
                yield page
        except QueryError as error:
            # Jira refuses the whole list when one of its issues was deleted meanwhile.
            if known and not self._takes_ids(jql, known):
                raise _CannotSplitError from error
            for half in _halves(ids):
                yield from self._piece(jql, half, stop)

    def _takes_ids(self, jql: str, known: str) -> bool:
        try:
            self._page(_by_ids(jql, [known]))
        except QueryError:
            return False
        return True

    def _chain(
        self,
        jql: str,
        stop: threading.Event | None = None,
        token: str | None = None,
        *,
        fields: tuple[str, ...] = FIELDS,
        size: int = 0,
    ) -> Iterator[SearchPage]:
        """Follow the tokens to the page that has none; ``isLast`` alone is not reliable."""
        seen: set[str] = set()
        restarts = _RESTARTS
        while True:
            try:
                page = self._page(jql, stop, token, fields=fields, size=size)
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

    def _page(
        self,
        jql: str,
        stop: threading.Event | None = None,
        token: str | None = None,
        *,
        fields: tuple[str, ...] = FIELDS,
        size: int = 0,
    ) -> SearchPage:
        call = CLOUD.search(
            f"{jql} {STEADY_ORDER}",
            fields=fields,
            size=size or self._page_size,
            histories=fields is FIELDS,
            token=token,
        )
        return self._asker.ask(call, decode_search, stop)


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
        self, asker: Asker, page_size: int, workers: int, cancelled: threading.Event | None = None
    ) -> None:
        self._asker = asker
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
        for _ in range(_RESTARTS):
            walks: list[_Walked] = []
            swept = [_refs_of(page) for page in self._windows(jql, SERVER.ref_page_size, ("created",), walks)]
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
        yield from self._windows(jql, self._page_size, FIELDS, walks, expected)
        if any(walked.torn for walked in walks):
            # Nobody logged in looks the same as issues that went away.
            self._asker.verify_account()
            swept = (str(ref.id) for refs in self.refs(jql) for ref in refs)
            yield from _missing(self._asker, _Pieces(self, jql), seen, swept, self._page_size)

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
        walked.firsts[start] = _id_of(page.issues[0])
        walked.lasts[end] = _id_of(page.issues[-1])
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
            f"{jql} {STEADY_ORDER}", fields=fields, size=size, histories=fields is FIELDS, start_at=start
        )
        return self._asker.ask(call, _decode_numbered(start), stop)


class _Pieces:
    """Pages of issues that are asked for by id, on Data Center."""

    def __init__(self, search: ServerSearch, jql: str) -> None:
        self._search = search
        self._jql = jql

    def __call__(self, ids: list[str]) -> Iterator[SearchPage]:
        try:
            yield self._search._page(_by_ids(self._jql, ids), 0, len(ids), FIELDS)
        except QueryError:
            for half in _halves(ids):
                yield from self(half)


def _missing(
    asker: Asker,
    piece: Callable[[list[str]], Iterator[SearchPage]],
    seen: Mapping[str, Any],
    swept: Iterable[str],
    size: int,
) -> Iterator[SearchPage]:
    lost = sorted(each for each in swept if each not in seen)
    for _ in range(_ROUNDS):
        for ids in _in_pieces(lost, size):
            yield from piece(ids)
        lost = [each for each in lost if each not in seen]
    if lost:
        asker.verify_account()
        logger.info("jira.issues_gone", extra={"issues": len(lost)})


def _refs_of(page: SearchPage) -> list[Ref]:
    """Return who is on a page; what has no id is no issue, and is counted where pages are read."""
    refs = []
    for raw in page.issues:
        with contextlib.suppress(msgspec.ValidationError):
            refs.append(_ref.decode(raw))
    return refs


def _id_of(raw: msgspec.Raw) -> str:
    try:
        return str(_ref.decode(raw).id)
    except msgspec.ValidationError:
        return ""


def _tell(expected: Told, count: int | None) -> None:
    if count is not None:
        expected(count)


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


def _by_ids(jql: str, ids: list[str]) -> str:
    return narrowed(jql, f"id in ({', '.join(ids)})")


def _halves(ids: list[str]) -> list[list[str]]:
    """Return both halves; none of a single id, which is then known to be the one that is gone."""
    middle = len(ids) // 2
    return [ids[:middle], ids[middle:]] if middle else []


def _in_pieces(items: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
