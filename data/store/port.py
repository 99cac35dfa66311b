"""What a store needs of the place where it lies: row operations, and how one gets at them.

Every decision (which of two rows wins, what is counted, what a revision is) stands
above these. An implementation only keeps what it is given, and gives back what it kept:
text is compared byte by byte, and lists are ordered so.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

# What is stored of an issue: id, key, when it was updated, the row and the checksum over all of it.
Cells = tuple[str, str, int, bytes, int]
# A staged row that is news: id, key and checksum, and of what is stored of this issue the key and the row.
News = tuple[str, str, int, str | None, bytes | None]
# A column: name, kind, checksum and bytes.
Entry = tuple[str, str, int, bytes]
Issues = Literal["issue", "staged", "incoming"]
Clearable = Literal["issue", "staged", "attempt", "link", "changed", "reference", "columns", "chunk", "meta"]
# After which id a piece of a stage begins, and with which it ends.
Piece = tuple[str, str]


class Rows(Protocol):
    """The rows of one scope inside a transaction.

    Of issues there are three tables: ``issue`` is what is published, ``staged`` what waits for it, and
    ``incoming`` what comes all at once, which is seen inside this transaction alone.
    """

    def meta(self) -> dict[str, str]:
        """Return the metadata of the scope."""

    def put_meta(self, values: Mapping[str, str]) -> None:
        """Set metadata; others stay."""

    def attempt(self) -> dict[str, str]:
        """Return what an attempt noted when it began."""

    def note_attempt(self, values: Mapping[str, str]) -> None:
        """Note an attempt, where none is noted."""

    def cells(self, table: Issues) -> Iterator[Cells]:
        """Yield all rows of a table in any order."""

    def cells_of(self, table: Issues, ids: Sequence[str]) -> Iterator[Cells]:
        """Yield the rows of some ids in any order; unknown ids are left out."""

    def cells_by_key(self, keys: Sequence[str]) -> Iterator[Cells]:
        """Yield the published rows of some keys likewise."""

    def cells_between(self, table: Issues, piece: Piece) -> Iterator[Cells]:
        """Yield the rows of a piece in any order."""

    def ids(self) -> Iterator[str]:
        """Yield the id of every published issue in any order."""

    def keys(self, table: Issues) -> dict[str, str]:
        """Return the key of every issue of a table by its id."""

    def end_of_piece(self, table: Issues, first: str, size: int) -> str | None:
        """Return with which id a piece ends that begins after ``first``; None where nothing does."""

    def count_shorter(self, head: bytes) -> int:
        """Return how many published rows begin with less than these bytes."""

    def open_incoming(self) -> None:
        """Make the table ``incoming``, empty, for as long as this transaction lasts."""

    def stage(self, table: Issues, cells: Sequence[Cells]) -> None:
        """Put rows, one after the other; a row takes the place of one that was not updated later."""

    def news(self, table: Issues, piece: Piece, *, authoritative: bool) -> list[News]:
        """Return what of a piece differs from what is published.

        Args:
            table: the stage.
            piece: of it.
            authoritative: also where what is published was updated later.
        """

    def write_news(self, table: Issues, piece: Piece, *, authoritative: bool) -> None:
        """Publish exactly what ``news`` returns for the same arguments."""

    def forget(self, table: Issues, ids: Collection[str]) -> None:
        """Delete the rows of some ids."""

    def clear(self, table: Clearable) -> None:
        """Delete everything of a kind."""

    def links(self) -> Iterator[tuple[str, str]]:
        """Yield all links: the key that is named, and the id of the issue that names it."""

    def links_of(self, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield the links of issues likewise."""

    def linking_to(self, keys: Sequence[str]) -> Iterator[str]:
        """Yield the ids of the issues that name one of some keys, several times where they name several."""

    def put_links(self, links: Collection[tuple[str, str]]) -> None:
        """Add links; known ones stay."""

    def forget_links(self, ids: Sequence[str]) -> None:
        """Delete the links of issues."""

    def changed(self) -> list[str]:
        """Return the ids of the rows that are newer than the columns, in order."""

    def note_changed(self, ids: Iterable[str]) -> None:
        """Add to them; known ones stay."""

    def columns(self, without: str = "") -> Iterator[Entry]:
        """Yield the columns of the issues in any order, all but one."""

    def write_columns(self, entries: Iterable[Entry]) -> None:
        """Put these columns in place of all that there are."""

    def event_columns(self, names: Iterable[str]) -> Iterator[Entry]:
        """Yield some columns of events; unknown names are left out."""

    def put_event_columns(self, entries: Collection[Entry]) -> None:
        """Set columns of events; others stay."""

    def chunks(self) -> Iterator[tuple[str, int, bytes]]:
        """Yield what is kept beside what is staged, in the order in which it came."""

    def put_chunk(self, columns: str, crc: int, data: bytes) -> None:
        """Keep a chunk after the others."""

    def references(self, kind: str) -> Iterator[tuple[str, bytes]]:
        """Yield id and row of all references of a kind, by id."""

    def references_of(self, kind: str, ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Yield id and row of some ids of a kind in any order; unknown ids are left out."""

    def count_references(self, kind: str) -> int:
        """Return how many references of a kind there are."""

    def all_references(self) -> Iterator[tuple[str, str, bytes]]:
        """Yield kind, id and row of all references, by kind and id."""

    def put_references(self, kind: str, rows: Mapping[str, bytes]) -> None:
        """Set rows of a kind by id; others stay."""

    def forget_references(self, kind: str, ids: Collection[str]) -> None:
        """Delete rows of a kind."""

    def give_back(self) -> None:
        """Give room that nothing needs any more back, where that is much."""

    def check(self) -> None:
        """Raise DamagedError where what is below the rows does not fit together."""


class Place(Protocol):
    """Where a scope lies. Each transaction stands by itself, so threads and processes may share a place."""

    @property
    def key(self) -> str:
        """Name of the scope, by which locks and notes are called too."""

    @property
    def name(self) -> str:
        """What people call it."""

    def exists(self) -> bool:
        """Tell whether anything was ever written."""

    def stamp(self) -> Any:
        """Return what is another one after every write; None where there is nothing."""

    def is_settled(self, stamp: Any) -> bool:
        """Tell whether one more write would have another stamp for certain."""

    def size(self) -> int:
        """Return how many bytes it takes, 0 where there is nothing."""

    def has_room(self) -> bool:
        """Tell whether more could be written."""

    def reading(self) -> AbstractContextManager[Rows]:
        """Open what exists for reading: everything that is read inside is of one moment.

        Raises:
            StoreError: it cannot be read.
        """

    def writing(self) -> AbstractContextManager[Rows]:
        """Open a transaction that nobody else writes beside; where it raises, nothing was written.

        Raises:
            StoreError: it cannot be written.
        """

    def kept_open(self) -> AbstractContextManager[None]:
        """Keep what exists open while much is written."""

    def touch(self) -> None:
        """Note that it was used, if it exists."""

    def delete(self) -> None:
        """Delete it; nothing happens where there is nothing."""

    def set_aside(self) -> str:
        """Move it out of the way and return what it is called now."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A scope among others: its key, the bytes that it takes, and when it was last used, in seconds."""

    key: str
    size: int
    used_at: float


class Places(Protocol):
    """Where all scopes lie."""

    @property
    def most_bytes(self) -> int:
        """How much all of them may take."""

    def of(self, key: str) -> Place:
        """Return the place of a scope, whether it exists or not."""

    def keys(self) -> list[str]:
        """Return the keys of all that exist, in order; those of deleted profiles begin with ``aside/``."""

    def kept(self) -> list[Kept]:
        """Return those of them that profiles may read, the one that was not used for longest first."""

    def move(self, key: str, new: str) -> None:
        """Call a scope otherwise; nothing happens where it does not exist.

        Raises:
            ConfigurationError: it cannot be moved.
        """
