"""The store: one SQLite file per scope, a row per issue, the columns beside them.

Rows are the truth; columns are made from them and can be made again. A change
of the store is one transaction that ends with a new revision, so that readers
see all of it or nothing.
"""

import contextlib
import os
import sqlite3
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from data.model.changes import ChangeRow, IncidentRow
from data.model.data_time import time_after_newest
from data.model.tables import (
    MISSING,
    Dataset,
    IssueRow,
    StatusRef,
    VersionRow,
    versions_that_count,
)
from data.store.blobs import (
    CELLS,
    COLUMNS,
    Renewed,
    all_rows,
    check_row,
    decode_row,
    in_parts,
    load_columns,
    marks,
    settle_columns,
)
from data.store.columns import build_issue_table
from data.store.damage import DamagedError, told_as_store_error
from data.store.event_columns import CHANGES, DEPLOYMENTS
from data.store.event_table import TRUSTED, one_each
from data.store.known_histories import keep_histories
from data.store.opening import connect, is_writable, opened_to_read
from data.store.references import (
    References,
    Retold,
    put_references,
    read_changes,
    read_deployments,
    read_listed,
    read_references,
    replace_references,
)
from data.store.rows import (
    STAGED,
    Tally,
    clear_chunks,
    clear_stage,
    delete,
    finder,
    read_tally,
    stage,
    staged_pieces,
    write_at_once,
    write_news,
)
from data.store.schema import (
    DEFINITIONS,
    ROWS_VERSION,
    SCHEMA_VERSION,
    add_stage,
    bring_up_to_date,
    check_of,
    count_outdated,
    create,
    give_back,
    has_chunks,
    links_in,
    revision_of,
    total_of,
    wrapped,
)
from data.store.staged_chunks import read_chunks, write_chunk
from data.store.stamp import Stamp, is_settled, stamp_of

_COMPANIONS = ("-wal", "-shm")
_encode = msgspec.msgpack.encode


@dataclass(frozen=True, slots=True)
class Changes:
    """What a publication changed."""

    created: int
    updated: int
    deleted: int
    moved: int
    stored: int
    revision: str
    changed: bool


class Store:
    """One scope on disk. Each call opens its own connection, so threads and processes may share it.

    Args:
        path: the SQLite file; it is created by the first write.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known_meta: tuple[Stamp, dict[str, str]] | None = None

    def revision(self) -> str:
        """Return the revision of what is published, "" while nothing is."""
        return self.meta().get("revision", "")

    def load(self) -> Dataset:
        """Return what is published; a store that does not exist yet is an empty dataset.

        Raises:
            StoreError: the file is damaged.
        """
        if not self.path.exists():
            return Dataset(build_issue_table(()))
        with self._open_reading() as connection:
            return _read_dataset(connection)

    def load_with_rows(self) -> tuple[Dataset, list[IssueRow]]:
        """Return what is published and the rows it was made from, in no particular order: one moment of both.

        Raises:
            StoreError: the file is damaged; rows are checked against the revision.
        """
        if not self.path.exists():
            return Dataset(build_issue_table(())), []
        with self._open_reading() as connection:
            dataset = _read_dataset(connection)
            _check_revision(connection, dataset)
            return dataset, list(all_rows(connection))

    def verify(self) -> None:
        """Look at everything that a sync builds on, and compare it with its checksums.

        Raises:
            StoreError: the file is damaged.
        """
        if not self.path.exists():
            return
        with self._open_reading() as connection:
            # Not quick_check: an index that leads astray is damage too.
            (answer,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            if answer != "ok":
                raise DamagedError("its pages do not fit together")
            for table in ("issue", "staged"):
                for cells in connection.execute(f"SELECT {CELLS} FROM {table}"):  # noqa: S608  # our names
                    check_row(*cells)
            if _read_meta(connection).get("links", "0") != str(links_in(connection)):
                raise DamagedError("the links are not what was written")
            if has_chunks(connection):
                read_chunks(connection)
            _check_revision(connection, _read_dataset(connection))
            _read_attempt(connection)

    def rows(self, keys: Sequence[str]) -> dict[str, IssueRow]:
        """Return the stored rows of ``keys`` by key; unknown keys are absent."""
        found: dict[str, IssueRow] = {}
        if not self.path.exists():
            return found
        with self._open_reading() as connection:
            for part in in_parts(keys):
                query = f"SELECT {CELLS} FROM issue WHERE key IN ({marks(part)})"  # noqa: S608
                found |= {cells[1]: decode_row(*cells) for cells in connection.execute(query, part)}
        return found

    def keys(self) -> dict[str, str]:
        """Return the key of every stored issue by its id."""
        if not self.path.exists():
            return {}
        with self._open_reading() as connection:
            return dict(connection.execute("SELECT id, key FROM issue"))

    def naming(self, keys: Collection[str]) -> set[str]:
        """Return the ids of the stored issues that name one of ``keys`` as a link or as their parent."""
        if not keys or not self.path.exists():
            return set()
        found: set[str] = set()
        with self._open_reading() as connection:
            for part in in_parts(sorted(keys)):
                query = f"SELECT id FROM link WHERE key IN ({marks(part)})"  # noqa: S608
                found.update(issue_id for (issue_id,) in connection.execute(query, part))
        return found

    def references(self) -> References:
        """Return what is stored of statuses, versions, deployments, changes and incidents."""
        if not self.path.exists():
            return References()
        with self._open_reading() as connection:
            return replace(
                read_listed(connection),
                changes=tuple(read_references(connection, "change", ChangeRow)),
                incidents=tuple(read_references(connection, "incident", IncidentRow)),
            )

    def listed(self) -> References:
        """Return what is stored of statuses, versions and deployments: what a sync looks at and replaces."""
        if not self.path.exists():
            return References()
        with self._open_reading() as connection:
            return read_listed(connection)

    def meta(self) -> dict[str, str]:
        """Return the metadata of the scope: revision, as_of, synced_at, watermark, complete ...

        Every question about the data begins with it, so it is read again only where the files have changed.
        """
        stamp = stamp_of(self.path)
        if stamp is None:
            return {}
        known = self._known_meta
        if known is None or known[0] != stamp:
            with self._open_reading() as connection:
                known = stamp, _read_meta(connection)
            self._known_meta = known if is_settled(stamp) else None
        return dict(known[1])

    def outdated(self) -> int:
        """Return how many stored issues lack what this version of the program would read of them.

        0 once all of them were asked for again, whatever came of it.
        """
        if not self.path.exists():
            return 0
        with self._open_reading() as connection:
            known = _read_meta(connection).get("rows")
            return 0 if known == str(ROWS_VERSION) else count_outdated(connection)

    def set_aside(self) -> Path:
        """Move a damaged store out of the way, keeping it, and return where it went."""
        aside = self.path.with_suffix(f".damaged-{time.time_ns()}")
        with told_as_store_error(self.path):
            self.path.rename(aside)
            for companion in _COMPANIONS:  # what is not in the file yet is part of what there was
                with contextlib.suppress(FileNotFoundError):
                    self.path.with_name(self.path.name + companion).rename(f"{aside}{companion}")
        return aside

    def delete(self) -> None:
        """Delete the file; nothing happens where there is none.

        Raises:
            StoreError: it cannot be deleted.
        """
        with told_as_store_error(self.path):
            self.path.unlink(missing_ok=True)
            self._remove_companions()

    def rewrite_columns(self) -> None:
        """Make the columns again from the rows; what is published stays the same.

        Raises:
            StoreError: a row is damaged, or the store cannot be written.
        """
        if self.path.exists():
            with self._open_writing() as connection:
                revision = _read_meta(connection).get("revision", "")
                settle_columns(connection, 0, "", Renewed())
                for kept in (DEPLOYMENTS, CHANGES):
                    kept.settle(connection, revision, revision, changed=True)

    def touch(self) -> None:
        """Note that the scope was used, for whoever looks for scopes that were not."""
        if self.path.exists() and is_writable(self.path):
            with told_as_store_error(self.path):
                os.utime(self.path)

    def begin_attempt(self, attempt: Mapping[str, str]) -> None:
        """Forget what an earlier attempt staged, and note what this one is about to stage."""
        with self._open_writing() as connection:
            clear_stage(connection)
            noted = {**attempt, "check": _crc_of_attempt(attempt)} if attempt else {}
            connection.executemany("INSERT INTO attempt VALUES (?, ?)", list(noted.items()))

    def attempt(self) -> dict[str, str]:
        """Return what an attempt that has not ended noted when it began; {} where there is none."""
        if not self.path.exists():
            return {}
        with self._open_reading() as connection:
            return _read_attempt(connection)

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Keep the store open, which must exist, for as long as many pages are staged.

        Whoever closes a store last writes its log into the file; after each page that would cost more than
        the page itself.
        """
        with told_as_store_error(self.path):
            idle = connect(self.path)
        with closing(idle):
            with told_as_store_error(self.path):
                idle.execute("SELECT 1 FROM meta").fetchone()  # only who has looked counts as somebody
            yield

    def stage(self, rows: Iterable[IssueRow]) -> None:
        """Commit fetched rows to the staging area; readers do not see them. The newer of two wins."""
        with self._open_writing() as connection:
            whole = list(keep_histories(rows, finder(connection, "issue", STAGED)))
            write_chunk(connection, stage(connection, whole))

    def staged(self) -> dict[str, str]:
        """Return the key of every staged issue by its id."""
        if not self.path.exists():
            return {}
        with self._open_reading() as connection:
            return dict(connection.execute("SELECT id, key FROM staged"))

    def staged_rows(self) -> Iterator[list[IssueRow]]:
        """Yield what is staged, some rows at a time."""
        if not self.path.exists():
            return
        with self._open_reading() as connection:
            yield from staged_pieces(connection)

    def publish_staged(
        self,
        references: References | None,
        *,
        as_of: int,
        meta: Mapping[str, str],
        gone: Collection[str] = (),
        complete: bool = True,
        authoritative: bool = False,
        proceed: Callable[[], None] = lambda: None,
    ) -> Changes:
        """Publish what is staged, in one step.

        Args:
            references: replace those stored; None leaves them as they are.
            as_of: the data's own time.
            meta: further metadata to keep.
            gone: ids that are no longer stored, whether staged or not.
            complete: False while more is to come: what is staged stays staged.
            authoritative: what is staged wins even over a later ``updated``.
            proceed: called now and then; where it raises, nothing is published.
        """
        with self._open_writing() as connection:
            tally = read_tally(connection, _read_meta(connection))
            connection.executemany("DELETE FROM staged WHERE id = ?", [(name,) for name in gone])
            chunks = read_chunks(connection)
            if complete:
                clear_chunks(connection)  # what follows takes their room
            write_news(connection, chunks, tally, authoritative=authoritative, proceed=proceed)
            delete(connection, gone, tally)
            if references is not None:
                replace_references(connection, references, tally)
            if complete:
                clear_stage(connection)
            values = {**meta, "as_of": str(as_of), "complete": str(int(complete))}
            changes = _publish(connection, tally, values, proceed)
            give_back(connection)
            return changes

    def add(
        self,
        rows: Iterable[IssueRow],
        references: References,
        meta: Mapping[str, str] | None = None,
        retold: Sequence[Retold] = (),
    ) -> Changes:
        """Add imported rows in one transaction: upsert by id, newer or equal ``updated`` wins.

        The data's own time becomes 1 ms after the newest instant of issues, deployments, changes and
        incidents; ``meta`` is kept beside what is known of the scope and changes no revision. What is stored
        of ``retold`` and not among the ``references`` goes.
        """
        with self._open_writing() as connection:
            tally = read_tally(connection, _read_meta(connection))
            whole = list(keep_histories(rows, finder(connection, "issue")))
            write_at_once(connection, whole, tally)
            put_references(connection, references, retold, tally)
            changes = _publish(connection, tally, {**(meta or {}), "complete": "1"})
            # Also where nothing changed: an earlier version took the newest instant itself.
            _note_time(connection, changes.revision)
            return changes

    def add_events(
        self,
        references: References,
        meta: Mapping[str, str] | None = None,
        retold: Sequence[Retold] = (),
    ) -> Changes:
        """Add deployments and the like to what is published; everything else stays, its own time too."""
        with self._open_writing() as connection:
            tally = read_tally(connection, _read_meta(connection))
            put_references(connection, references, retold, tally)
            return _publish(connection, tally, meta or {})

    def changes(self, ids: Collection[str]) -> dict[str, ChangeRow]:
        """Return the stored changes of ``ids`` by id, as the most trusted source tells of each."""
        if not ids or not self.path.exists():
            return {}
        names = [f"{origin} {name}" if origin else name for name in ids for origin in TRUSTED]
        with self._open_reading() as connection:
            return {row.id: row for row in one_each(read_changes(connection, names))}

    def deployment_pages(self, ids: Collection[str]) -> dict[str, str]:
        """Return the addresses of the pages of deployments by id; those without one are absent."""
        if not ids or not self.path.exists():
            return {}
        names = [f"{origin} {name}" if origin else name for name in ids for origin in TRUSTED]
        with self._open_reading() as connection:
            rows = read_deployments(connection, names)
        return {row.id: row.url for row in reversed(rows) if row.url}

    @contextmanager
    def _open_reading(self) -> Iterator[sqlite3.Connection]:
        """Open for reading: everything that is read inside is of one moment."""
        with told_as_store_error(self.path, reading=True), opened_to_read(self.path) as connection:
            try:
                connection.execute("BEGIN")
                yield connection
            except (ValueError, TypeError, KeyError, OverflowError) as error:
                # A value of another kind than was written; UnicodeDecodeError is among them.
                raise DamagedError("it holds what was never written") from error

    @contextmanager
    def _open_writing(self) -> Iterator[sqlite3.Connection]:
        with told_as_store_error(self.path):
            if not self.path.exists():
                create(self.path)
            with closing(connect(self.path)) as connection:
                connection.execute("PRAGMA synchronous = NORMAL")
                bring_up_to_date(connection)
                connection.execute("BEGIN IMMEDIATE")
                try:
                    add_stage(connection)
                    yield connection
                except BaseException:  # also an interrupt must leave the published data as it was
                    connection.rollback()
                    raise
                connection.commit()

    def _remove_companions(self) -> None:
        for companion in _COMPANIONS:
            self.path.with_name(self.path.name + companion).unlink(missing_ok=True)


def _read_dataset(connection: sqlite3.Connection) -> Dataset:
    """Return what is published, inside a running transaction."""
    meta = _read_meta(connection)
    if not meta:
        return Dataset(build_issue_table(()))
    _check(connection, meta)
    issues = load_columns(connection, meta.get("columns", ""))
    if len(issues) != int(meta.get("stored", len(issues))):
        raise DamagedError("rows are missing")  # the index led astray
    return Dataset(
        issues=issues,
        statuses=tuple(read_references(connection, "status", StatusRef)),
        versions=versions_that_count(read_references(connection, "version", VersionRow)),
        deployments=DEPLOYMENTS.load(connection, meta.get("revision", "")),
        changes=CHANGES.load(connection, meta.get("revision", "")),
        incidents=tuple(read_references(connection, "incident", IncidentRow)),
        revision=meta.get("revision", ""),
        as_of=int(meta.get("as_of", MISSING)),
        complete=meta.get("complete", "1") == "1",
    )


def _read_meta(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT name, value FROM meta"))


def _check_revision(connection: sqlite3.Connection, dataset: Dataset) -> None:
    if dataset.revision and revision_of(total_of(connection)) != dataset.revision:
        raise DamagedError("the rows are not what was written")


def _check(connection: sqlite3.Connection, meta: dict[str, str]) -> None:
    if meta and meta.get("check") != check_of(connection, meta):
        raise DamagedError("the metadata are not what was written")


def _read_attempt(connection: sqlite3.Connection) -> dict[str, str]:
    noted = dict(connection.execute("SELECT name, value FROM attempt"))
    if noted and noted.pop("check", "") != _crc_of_attempt(noted):
        raise DamagedError("an attempt is not what was written")
    return noted


def _crc_of_attempt(attempt: Mapping[str, str]) -> str:
    return str(zlib.crc32(repr(sorted(attempt.items())).encode()))


def _publish(
    connection: sqlite3.Connection,
    tally: Tally,
    meta: Mapping[str, str],
    proceed: Callable[[], None] = lambda: None,
) -> Changes:
    """Make revision, columns and metadata fit the rows, inside the running transaction."""
    before = _read_meta(connection)
    revision = revision_of(tally.total)
    settle_columns(connection, tally.stored, before.get("columns", ""), tally.renewed, proceed)
    for kept in (DEPLOYMENTS, CHANGES):
        kept.settle(connection, before.get("revision", ""), revision, changed=kept.kind in tally.kinds)
    values = {
        **meta,
        "revision": revision,
        "total": f"{wrapped(tally.total):x}",
        "stored": str(tally.stored),
        "schema": str(SCHEMA_VERSION),
        "columns": COLUMNS,
        "links": str(tally.links),
        **_definitions_of(before),
        "rows": meta.get("rows") or _version_of_rows(connection, before.get("rows", "")),
    }
    _put_meta(connection, values)
    return Changes(
        tally.created,
        tally.updated,
        tally.deleted,
        tally.moved,
        tally.stored,
        revision,
        changed=revision != before.get("revision", ""),
    )


def _definitions_of(before: Mapping[str, str]) -> dict[str, str]:
    """Return the definitions of today, and those of a store that was first published under earlier ones."""
    first = before.get("definitions", "1") if before.get("revision") else DEFINITIONS
    return {"definitions": DEFINITIONS, "first_definitions": before.get("first_definitions", first)}


def _version_of_rows(connection: sqlite3.Connection, known: str) -> str:
    """Return which version asked for the rows, "" where they lack what this one would read of them."""
    today = str(ROWS_VERSION)
    return today if known == today or not count_outdated(connection) else ""


def _put_meta(connection: sqlite3.Connection, values: Mapping[str, str]) -> None:
    put = "INSERT OR REPLACE INTO meta VALUES (?, ?)"
    connection.executemany(put, list(values.items()))
    connection.execute(put, ("check", check_of(connection, _read_meta(connection))))


def _note_time(connection: sqlite3.Connection, revision: str) -> None:
    """Make the first millisecond after the newest instant of the files the data's own time."""
    as_of = time_after_newest(
        load_columns(connection, COLUMNS),
        DEPLOYMENTS.load(connection, revision),
        CHANGES.load(connection, revision),
        tuple(read_references(connection, "incident", IncidentRow)),
    )
    _put_meta(connection, {"as_of": str(as_of)})
