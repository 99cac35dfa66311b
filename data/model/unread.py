"""A repository that the last sync could not read: since when, and why. Pure."""

from collections.abc import Mapping

import msgspec

from data.model.instants import from_ms
from data.model.tables import MISSING

UNREAD = "unread "  # before host and name, in the metadata of a store


class Unread(msgspec.Struct, frozen=True):
    """A repository or clone that could not be read.

    Attributes:
        name: as people call it, ``GitHub acme/shop``.
        since: when that was found first, epoch milliseconds.
        newest: the last deployment or change that is known of it; ``MISSING`` for none.
        cause: a sentence.
        remedy: a sentence.
    """

    name: str
    since: int
    newest: int
    cause: str
    remedy: str

    @property
    def words(self) -> str:
        """What a reader of the numbers should know of it."""
        known = (
            "" if self.newest == MISSING else f"; the newest that is known of it is of {_day(self.newest)}"
        )
        return f"{self.name} could not be read since {_day(self.since)}{known}."


def unread_of(meta: Mapping[str, str]) -> tuple[Unread, ...]:
    """Return what the metadata of a store say of repositories that could not be read, by name."""
    noted = (text for name, text in sorted(meta.items()) if name.startswith(UNREAD) and text)
    return tuple(msgspec.json.decode(text, type=Unread) for text in noted)


def _day(at_ms: int) -> str:
    return from_ms(at_ms).date().isoformat()
