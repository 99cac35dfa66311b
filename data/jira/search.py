"""What the searches of both dialects share: who is on a page, and how lost issues are asked for by name."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import msgspec

from configuration.errors import RepeatedTokenError
from data.jira.dialects import Ref, narrowed
from data.jira.issue_pages import Entry, IssuePage, decode_apart, page_decoder
from data.jira.issue_rows import custom_fields
from data.jira.json_record import JsonRecord
from data.jira.requested_fields import NO_FIELDS, FoundFields
from data.jira.transport import Call

logger = logging.getLogger(__name__)
T = TypeVar("T")
Told = Callable[[int], None]

# How often a walk whose ground moves is begun again.
RESTARTS = 3
# How often an issue is asked for by name before it counts as gone.
_ROUNDS = 3


class _Id(JsonRecord):
    id: str | int


class _Key(JsonRecord):
    key: str = ""


_id = msgspec.json.Decoder(_Id)
_key = msgspec.json.Decoder(_Key)


class Asker(Protocol):
    """What a search and the completion of histories need: in the program a ``Site``."""

    def ask(self, call: Call, decode: Callable[[bytes], T], stop: threading.Event | None = None) -> T:
        """Return the decoded answer."""

    def verify_account(self) -> None:
        """Raise AuthenticationError if nobody is logged in."""

    def flag_fields(self) -> list[str]:
        """Return the ids of the custom fields called Flagged."""

    def kept_fields(self) -> list[str]:
        """Return the ids of the other fields whose changes are kept."""


class Warnings:
    """What Jira says about the queries of one reader although it answers them, each once."""

    def __init__(self) -> None:
        self._said: dict[str, None] = {}

    def note(self, page: IssuePage) -> IssuePage:
        """Note what a page says, and return the page."""
        for words in page.warning_words():
            self.say(words)
        return page

    def say(self, words: str) -> None:
        """Note what is worth a warning."""
        if words not in self._said:
            self._said[words] = None
            logger.warning("jira.query_warning", extra={"words": words})

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._said))


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """How the issues of a result are fetched.

    Attributes:
        fields: asked for of every issue.
        page_size: issues per page.
        workers: threads that fetch side by side.
        cancelled: set by the user.
        found: the fields of sprints and development, asked for beside the others.
        warnings: notes what Jira says about the queries.
    """

    fields: tuple[str, ...]
    page_size: int
    workers: int
    cancelled: threading.Event | None = None
    found: FoundFields = NO_FIELDS
    warnings: Warnings = field(default_factory=Warnings)

    @property
    def page(self) -> "PageShape":
        """The shape of a page of whole issues."""
        asked = tuple(dict.fromkeys((*self.fields, *self.found.ids)))
        decode = page_decoder(custom_fields(self.fields), self.found)
        return PageShape(asked, self.page_size, histories=True, decode=decode)


@dataclass(frozen=True, slots=True)
class PageShape:
    """What one page holds: which fields of how many issues, with histories or without; and what reads it."""

    fields: tuple[str, ...]
    size: int
    histories: bool = False
    decode: Callable[[bytes], IssuePage] = decode_apart


def repeated_token() -> RepeatedTokenError:
    """Return the error for a page token that comes a second time."""
    return RepeatedTokenError(
        "Jira gave the same page token twice, so its pages would never end.",
        hint="Try again later; if it stays, narrow JIRA_JQL and report it to the administrator of Jira.",
    )


def ask_by_name(
    asker: Asker,
    piece: Callable[[list[str]], Iterator[IssuePage]],
    seen: Mapping[str, Any],
    swept: Iterable[str],
    size: int,
) -> Iterator[IssuePage]:
    """Yield pages of the issues that a sweep had and no page brought.

    Args:
        asker: tells whether the account is still good, should some stay away.
        piece: asks for a list of ids.
        seen: ids that the reader has taken over, up to date at every step.
        swept: ids of the result.
        size: ids per piece.
    """
    lost = sorted(each for each in swept if each not in seen)
    for _ in range(_ROUNDS):
        for ids in in_pieces(lost, size):
            yield from piece(ids)
        lost = [each for each in lost if each not in seen]
    if lost:
        asker.verify_account()
        logger.info("jira.issues_gone", extra={"issues": len(lost)})


def refs_of(page: IssuePage) -> list[Ref]:
    """Return who is on a page; what has no id is not an issue, and is counted where pages are read."""
    return [Ref(issue_id, key_of(entry)) for entry in page.issues if (issue_id := id_of(entry))]


def id_of(entry: Entry) -> str:
    """Return the id of an issue on a page, "" where it has none."""
    try:
        return str((_id.decode(entry) if isinstance(entry, msgspec.Raw) else entry).id)
    except msgspec.ValidationError:
        return ""


def key_of(entry: Entry) -> str:
    """Return the key of an issue on a page, "" where it has none."""
    try:
        return (_key.decode(entry) if isinstance(entry, msgspec.Raw) else entry).key
    except msgspec.ValidationError:
        return ""


def by_ids(jql: str, ids: list[str]) -> str:
    """Return the query restricted to these ids."""
    return narrowed(jql, f"id in ({', '.join(ids)})")


def halves(ids: list[str]) -> list[list[str]]:
    """Return both halves; none of a single id, which is then known to be the one that is gone."""
    middle = len(ids) // 2
    return [ids[:middle], ids[middle:]] if middle else []


def in_pieces(items: list[str], size: int) -> Iterator[list[str]]:
    """Cut a list into lists of ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
