"""What the searches of both dialects share: who is on a page, and how lost issues are asked for by name."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

import msgspec

from configuration.errors import RepeatedTokenError
from data.jira_dialects import Ref, SearchPage, narrowed
from data.jira_transport import Call

logger = logging.getLogger(__name__)
T = TypeVar("T")
Told = Callable[[int], None]

# How often a walk whose ground moves is begun again.
RESTARTS = 3
# How often an issue is asked for by name before it counts as gone.
_ROUNDS = 3
_ref = msgspec.json.Decoder(Ref)


class Asker(Protocol):
    """What a search needs of the client."""

    def ask(self, call: Call, decode: Callable[[bytes], T], stop: threading.Event | None = None) -> T:
        """Return the decoded answer."""

    def verify_account(self) -> None:
        """Raise AuthenticationError if nobody is logged in."""

    def flag_fields(self) -> list[str]:
        """Return the ids of the custom fields called Flagged."""


def repeated_token() -> RepeatedTokenError:
    """Return the error for a page token that comes a second time."""
    return RepeatedTokenError(
        "Jira gave the same page token twice, so its pages would never end.",
        hint="Try again later; if it stays, narrow JIRA_JQL and report it to the administrator of Jira.",
    )


def ask_by_name(
    asker: Asker,
    piece: Callable[[list[str]], Iterator[SearchPage]],
    seen: Mapping[str, Any],
    swept: Iterable[str],
    size: int,
) -> Iterator[SearchPage]:
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


def refs_of(page: SearchPage) -> list[Ref]:
    """Return who is on a page; what has no id is no issue, and is counted where pages are read."""
    refs = []
    for raw in page.issues:
        with contextlib.suppress(msgspec.ValidationError):
            refs.append(_ref.decode(raw))
    return refs


def id_of(raw: msgspec.Raw) -> str:
    """Return the id of an issue on a page, "" where it has none."""
    try:
        return str(_ref.decode(raw).id)
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
