"""The client of a host: pages of JSON, conditional where that is wanted, under the manners of every request.

Limits, retries, deadline, proxies, certificates and the one origin that a token goes to are those of
``data.jira.transport``.
"""

import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from configuration.errors import MalformedAnswerError
from configuration.settings import Secret
from data.hosts.access import Access, Kind
from data.hosts.judging import NOT_MODIFIED, judge_of, left_until_reset, words_of
from data.hosts.port import Listing
from data.jira.answers import Answer
from data.jira.connection import Connection
from data.jira.transport import Call, RequestLog, Transport
from data.jira_query_manager import TokenBucket
from data.model.instants import from_ms

T = TypeVar("T")
_NEXT = re.compile(r'<([^<>]{1,2000})>\s*;[^<]{0,200}\brel="?next\b')
# No honest list is longer: a page whose next one is itself would be followed for ever.
_MOST_PAGES = 2_000


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list.

    Attributes:
        rows: as they came.
        etag: of this page.
        unchanged: it is as it was when the tag that was shown was given out; there are no rows then.
        next: path and parameters of the next one, None for the last.
    """

    rows: list[Any]
    etag: str = ""
    unchanged: bool = False
    next: tuple[str, dict[str, str]] | None = None


class HostClient:
    """Asks one host.

    Args:
        access: where and as whom.
        bucket: the limit that all processes of a home share for this host.
        headers: of every request.
        deadline_s: what one request may take over all its attempts and waits.
        cancelled: once set, every call ends within a second.
        sleep: waits before a repeated attempt.
        jitter: a number from 0 to 1 added to these waits.

    Raises:
        ConfigurationError: the address is not safe.
    """

    def __init__(
        self,
        access: Access,
        bucket: TokenBucket,
        headers: Mapping[str, str],
        deadline_s: float,
        *,
        cancelled: threading.Event | None = None,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.kind: Kind = access.kind
        self._headers: dict[str, str | None] = {**headers, "Content-Type": None, "X-Atlassian-Token": None}
        self._bucket = bucket
        access.check()
        with words_of(self.kind):
            connection = Connection(access.url, "", access.token or Secret(""), deadline_s=deadline_s)
            self._transport = Transport(
                connection, bucket, cancelled, sleep, jitter, judge=judge_of(access.kind)
            )

    @property
    def requests(self) -> RequestLog:
        """What was asked so far."""
        return self._transport.requests

    @property
    def is_refused(self) -> bool:
        """Whether the host refused the token, so that nothing else is asked."""
        return self._transport.is_refused

    def one(self, path: str, template: str, kind: type[T]) -> T:
        """Return one thing.

        Args:
            path: below the API.
            template: the same with its variable parts named, for counting.
            kind: a ``msgspec.Struct`` of it.

        Raises:
            SourceError: what went wrong.
        """
        return self._read(
            Call(path, template=template, headers=self._headers),
            lambda answer: msgspec.json.decode(answer.body, type=kind),
        )

    def page(
        self, path: str, params: Mapping[str, str], template: str, kind: type[T], etag: str = ""
    ) -> Page:
        """Return a page of things; arguments and errors as for ``one``, ``etag`` makes it conditional."""
        headers = {**self._headers, **({"If-None-Match": etag} if etag else {})}

        def read(answer: Answer) -> Page:
            if answer.status == NOT_MODIFIED:
                return Page([], etag, unchanged=True)
            rows = msgspec.json.decode(answer.body, type=list[kind])  # type: ignore[valid-type]
            return Page(rows, answer.header("ETag"), next=self._next(answer))

        return self._read(Call(path, params, template=template, headers=headers), read)

    def pages(
        self, path: str, params: Mapping[str, str], template: str, kind: type[T], etag: str = ""
    ) -> Iterator[Page]:
        """Yield pages, the first one conditional, up to the last; arguments and errors as for ``page``."""
        page = self.page(path, {**params, "per_page": "100"}, template, kind, etag)
        for _ in range(_MOST_PAGES):
            yield page
            if page.next is None:
                return
            page = self.page(*page.next, template, kind)
        raise MalformedAnswerError(
            f"{self.kind.title} gives more than {_MOST_PAGES} pages of one list.",
            hint="Name fewer repositories, or look for a proxy that changes its answers.",
        )

    def _read(self, call: Call, read: Callable[[Answer], T]) -> T:
        def told(answer: Answer) -> T:
            if (wait_s := left_until_reset(answer)) > 0:
                self._bucket.hold(wait_s)  # the next request would be refused
            return read(answer)

        with words_of(self.kind):
            return self._transport.read(call, told)

    def _next(self, answer: Answer) -> tuple[str, dict[str, str]] | None:
        """Return where the next page is, which must be at the same API.

        Raises:
            ValueError: it is elsewhere.
        """
        found = _NEXT.search(answer.header("Link"))
        if found is None:
            return None
        base = self._transport.connection.url
        parts = urlsplit(found[1])
        if not found[1].startswith(f"{base}/"):
            raise ValueError("the next page is at another address")
        return parts.path.removeprefix(urlsplit(base).path), dict(parse_qsl(parts.query))


def read_list(
    pages: Iterator[Page], convert: Callable[[Any], T | None], is_old: Callable[[Any], bool]
) -> Listing[T]:
    """Read a list that begins with what changed last, up to a page that ends with what is known.

    Args:
        pages: of it.
        convert: a row, None leaves it out.
        is_old: tells of a row that it, and all that follow, were read before.
    """
    first = next(pages)
    listing: Listing[T] = Listing([], first.etag, first.unchanged)
    page: Page | None = first
    while page is not None:
        new = [row for row in page.rows if not is_old(row)]
        listing.rows.extend(told for row in new if (told := convert(row)) is not None)
        page = None if len(new) < len(page.rows) else next(pages, None)
    return listing


def stamp(at_ms: int) -> str:
    """Return an instant as hosts take it, in whole seconds."""
    return from_ms(at_ms).strftime("%Y-%m-%dT%H:%M:%SZ")
