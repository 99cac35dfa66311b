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
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from configuration.errors import DamagedStoreError, StoreError
from data.columns import build_issue_table
from data.store_columns import (
    CELLS,
    COLUMNS,
    DamagedError,
    all_rows,
    check_row,
    crc_of,
    decode_row,
    in_parts,
    load_columns,
    marks,
    note_changes,
    settle_columns,
)
from data.store_schema import (
    SCHEMA_VERSION,
    bring_up_to_date,
    check_of,
    create,
    link_digest,
    links_in,
    links_of,
    revision_of,
    row_digest,
    total_of,
    wrapped,
)
from data.tables import MISSING, Dataset, DeploymentRow, IssueRow, StatusRef, VersionRow

LOCK_WAIT_S = 30.0
_COMPANIONS = ("-wal", "-shm")
_CHUNK = 2_000  # rows that are compared and written at a time
_Row = TypeVar("_Row", StatusRef, VersionRow, DeploymentRow)
_Sql = tuple[str, str, int, bytes, int]
_encode = msgspec.msgpack.encode


@dataclass(frozen=True, slots=True)
class References:
    """What the server, or a file beside the issues, says of statuses, versions and deployments."""

    statuses: Sequence[StatusRef] = ()
    versions: Sequence[VersionRow] = ()
    deployments: Sequence[DeploymentRow] = ()


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


@dataclass(slots=True)
class _Tally:
    """What a transaction has changed so far."""

    total: int
    stored: int
    links: int
    created: int = 0
    updated: int = 0
    deleted: int = 0
    moved: int = 0


class Store:
    """One scope on disk. Each call opens its own connection, so threads and processes may share it.

    Args:
        path: the SQLite file; it is created by the first write.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

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
        with self._reading() as connection:
            return _dataset(connection)

    def load_with_rows(self) -> tuple[Dataset, list[IssueRow]]:
        """Return what is published and the rows it was made from, in no particular order: one moment of both.

        Raises:
            StoreError: the file is damaged; rows are checked against the revision.
        """
        if not self.path.exists():
            return Dataset(build_issue_table(())), []
        with self._reading() as connection:
            dataset = _dataset(connection)
            _check_revision(connection, dataset)
            return dataset, list(all_rows(connection))

    def verify(self) -> None:
        """Look at everything that a sync builds on, and compare it with its checksums.

        Raises:
            StoreError: the file is damaged.
        """
        if not self.path.exists():
            return
        with self._reading() as connection:
            # Not quick_check: an index that leads astray is damage too.
            (answer,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            if answer != "ok":
                raise DamagedError("its pages do not fit together")
            for table in ("issue", "staged"):
                for cells in connection.execute(f"SELECT {CELLS} FROM {table}"):  # noqa: S608  # our names
                    check_row(*cells)
            if _meta(connection).get("links", "0") != str(links_in(connection)):
                raise DamagedError("the links are not what was written")
            _check_revision(connection, _dataset(connection))
            _attempt(connection)

    def rows(self, keys: Sequence[str]) -> dict[str, IssueRow]:
        """Return the stored rows of ``keys`` by key; unknown keys are absent."""
        found: dict[str, IssueRow] = {}
        if not self.path.exists():
            return found
        with self._reading() as connection:
            for part in in_parts(keys):
                query = f"SELECT {CELLS} FROM issue WHERE key IN ({marks(part)})"  # noqa: S608
                found |= {cells[1]: decode_row(*cells) for cells in connection.execute(query, part)}
        return found

    def keys(self) -> dict[str, str]:
        """Return the key of every stored issue by its id."""
        if not self.path.exists():
            return {}
        with self._reading() as connection:
            return dict(connection.execute("SELECT id, key FROM issue"))

    def naming(self, keys: Collection[str]) -> set[str]:
        """Return the ids of the stored issues that name one of ``keys`` as a link or as their parent."""
        if not keys or not self.path.exists():
            return set()
        found: set[str] = set()
        with self._reading() as connection:
            for part in in_parts(sorted(keys)):
                query = f"SELECT id FROM link WHERE key IN ({marks(part)})"  # noqa: S608
                found.update(issue_id for (issue_id,) in connection.execute(query, part))
        return found

    def references(self) -> References:
        """Return what is stored of statuses, versions and deployments."""
        if not self.path.exists():
            return References()
        with self._reading() as connection:
            return References(
                tuple(_references(connection, "status", StatusRef)),
                tuple(_references(connection, "version", VersionRow)),
                tuple(_references(connection, "deployment", DeploymentRow)),
            )

    def meta(self) -> dict[str, str]:
        """Return the metadata of the scope: revision, as_of, synced_at, watermark, complete ..."""
        if not self.path.exists():
            return {}
        with self._reading() as connection:
            return _meta(connection)

    def set_aside(self) -> Path:
        """Move a damaged store out of the way, keeping it, and return where it went."""
        aside = self.path.with_suffix(f".damaged-{time.time_ns()}")
        with self._translated():
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
        with self._translated():
            self.path.unlink(missing_ok=True)
            self._remove_companions()

    def rewrite_columns(self) -> None:
        """Make the columns again from the rows; what is published stays the same.

        Raises:
            StoreError: a row is damaged, or the store cannot be written.
        """
        if self.path.exists():
            with self._writing() as connection:
                settle_columns(connection, 0, written_by="")

    def touch(self) -> None:
        """Note that the scope was used, for whoever looks for scopes that were not."""
        if self.path.exists() and _is_writable(self.path):
            with self._translated():
                os.utime(self.path)

    def begin_attempt(self, attempt: Mapping[str, str]) -> None:
        """Forget what an earlier attempt staged, and note what this one is about to stage."""
        with self._writing() as connection:
            connection.execute("DELETE FROM staged")
            connection.execute("DELETE FROM attempt")
            noted = {**attempt, "check": _crc_of_attempt(attempt)} if attempt else {}
            connection.executemany("INSERT INTO attempt VALUES (?, ?)", list(noted.items()))

    def attempt(self) -> dict[str, str]:
        """Return what an attempt that has not ended noted when it began; {} where there is none."""
        if not self.path.exists():
            return {}
        with self._reading() as connection:
            return _attempt(connection)

    def stage(self, rows: Iterable[IssueRow]) -> None:
        """Commit fetched rows to the staging area; readers do not see them. The newer of two wins."""
        with self._writing() as connection:
            connection.executemany(
                "INSERT INTO staged VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET key = excluded.key,"
                " updated = excluded.updated, row = excluded.row, crc = excluded.crc"
                " WHERE excluded.updated >= updated",
                map(_as_sql, rows),
            )

    def staged(self) -> dict[str, str]:
        """Return the key of every staged issue by its id."""
        if not self.path.exists():
            return {}
        with self._reading() as connection:
            return dict(connection.execute("SELECT id, key FROM staged"))

    def staged_rows(self) -> Iterator[list[IssueRow]]:
        """Yield what is staged, some rows at a time."""
        if not self.path.exists():
            return
        with self._reading() as connection:
            for rows in _staged_chunks(connection):
                yield [decode_row(*cells) for cells in rows]

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
        with self._writing() as connection:
            tally = _tally(connection)
            connection.executemany("DELETE FROM staged WHERE id = ?", [(name,) for name in gone])
            for rows in _staged_chunks(connection):
                proceed()
                _upsert(connection, rows, tally, authoritative=authoritative)
            _delete(connection, gone, tally)
            if references is not None:
                _replace_references(connection, references, tally)
            if complete:
                connection.execute("DELETE FROM staged")
                connection.execute("DELETE FROM attempt")
            values = {**meta, "as_of": str(as_of), "complete": str(int(complete))}
            return _publish(connection, tally, values, proceed)

    def add(self, rows: Iterable[IssueRow], references: References) -> Changes:
        """Add imported rows in one transaction: upsert by id, newer or equal ``updated`` wins.

        The data's own time becomes the newest instant among the stored issues.
        """
        with self._writing() as connection:
            tally = _tally(connection)
            latest: dict[str, _Sql] = {}
            for row in map(_as_sql, rows):
                if row[0] not in latest or row[2] >= latest[row[0]][2]:
                    latest[row[0]] = row
            _upsert(connection, list(latest.values()), tally)
            for kind, entries in _by_kind(references).items():
                _put_references(connection, kind, entries, tally)
            changes = _publish(connection, tally, {"complete": "1"})
            if changes.changed:
                _note_newest(connection)
            return changes

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Open for reading: everything that is read inside is of one moment."""
        with self._translated(), closing(self._connect(self._read_mode())) as connection:
            try:
                bring_up_to_date(connection)
                connection.execute("BEGIN")
                yield connection
            except (ValueError, TypeError, KeyError, OverflowError) as error:
                # A value of another kind than was written; UnicodeDecodeError is among them.
                raise DamagedError("it holds what was never written") from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._translated():
            if not self.path.exists():
                create(self.path)
            with closing(self._connect()) as connection:
                connection.execute("PRAGMA synchronous = NORMAL")
                bring_up_to_date(connection)
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                except BaseException:  # also an interrupt must leave the published data as it was
                    connection.rollback()
                    raise
                connection.commit()

    def _connect(self, mode: str = "mode=rw") -> sqlite3.Connection:
        # Never "rwc": a file that another process deleted must not come back empty.
        address = f"{self.path.absolute().as_uri()}?{mode}"
        return sqlite3.connect(address, uri=True, timeout=LOCK_WAIT_S, isolation_level=None)

    def _read_mode(self) -> str:
        """Return how to read: in a folder that cannot be written SQLite must not try to share the file."""
        waiting = self.path.with_name(f"{self.path.name}-wal").exists()
        return "mode=rw" if waiting or _is_writable(self.path.parent) else "mode=ro&immutable=1"

    def _remove_companions(self) -> None:
        for companion in _COMPANIONS:
            self.path.with_name(self.path.name + companion).unlink(missing_ok=True)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise _operational(error, self.path) from error
        except (sqlite3.DatabaseError, msgspec.DecodeError, DamagedError, UnicodeDecodeError) as error:
            raise _damaged(self.path, _printable(error)) from error
        except OSError as error:
            raise StoreError(
                f"The store {self.path.name} cannot be written: {error.strerror}.",
                hint="Check the space and the permissions of the folder, then try again.",
            ) from error


def _is_writable(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _damaged(path: Path, cause: str) -> DamagedStoreError:
    return DamagedStoreError(
        f"The store {path.name} is damaged: {cause}.",
        hint="Set the file aside and import again, or run sync --full.",
    )


def _operational(error: sqlite3.OperationalError, path: Path) -> StoreError:
    text = str(error)
    if "decode" in text:  # SQLite's word for text that is none
        return _damaged(path, "it holds text that is none")
    if "locked" in text or "busy" in text:
        return StoreError(
            "Another process is writing to this store.",
            hint="Wait until the running sync or import has ended.",
        )
    if "full" in text or "disk I/O" in text:
        return StoreError(
            f"The disk did not take what was to be stored ({text}); nothing was changed.",
            hint="Free some space, or raise the quota, then try again.",
        )
    if "readonly" in text or "read-only" in text or "unable to open" in text:
        return StoreError(
            f"The store {path.name} cannot be opened for writing.",
            hint="Check the permissions of the cache folder, then try again.",
        )
    return StoreError(f"The store {path.name} failed: {text}.", hint="Look into the log for the cause.")


def _printable(error: Exception) -> str:
    return "it holds text that is none" if isinstance(error, UnicodeDecodeError) else str(error)


def _dataset(connection: sqlite3.Connection) -> Dataset:
    """Return what is published, inside a running transaction."""
    meta = _meta(connection)
    if not meta:
        return Dataset(build_issue_table(()))
    _check(connection, meta)
    issues = load_columns(connection, meta.get("columns", ""))
    if len(issues) != int(meta.get("stored", len(issues))):
        raise DamagedError("rows are missing")  # the index led astray
    return Dataset(
        issues=issues,
        statuses=tuple(_references(connection, "status", StatusRef)),
        versions=tuple(_references(connection, "version", VersionRow)),
        deployments=tuple(_references(connection, "deployment", DeploymentRow)),
        revision=meta.get("revision", ""),
        as_of=int(meta.get("as_of", MISSING)),
        complete=meta.get("complete", "1") == "1",
    )


def _meta(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT name, value FROM meta"))


def _check_revision(connection: sqlite3.Connection, dataset: Dataset) -> None:
    if dataset.revision and revision_of(total_of(connection)) != dataset.revision:
        raise DamagedError("the rows are not what was written")


def _check(connection: sqlite3.Connection, meta: dict[str, str]) -> None:
    if meta and meta.get("check") != check_of(connection, meta):
        raise DamagedError("the metadata are not what was written")


def _attempt(connection: sqlite3.Connection) -> dict[str, str]:
    noted = dict(connection.execute("SELECT name, value FROM attempt"))
    if noted and noted.pop("check", "") != _crc_of_attempt(noted):
        raise DamagedError("an attempt is not what was written")
    return noted


def _crc_of_attempt(attempt: Mapping[str, str]) -> str:
    return str(zlib.crc32(repr(sorted(attempt.items())).encode()))


def _as_sql(row: IssueRow) -> _Sql:
    data = _encode(row)
    return row.id, row.key, row.updated, data, crc_of(row.id, row.key, row.updated, data)


def _tally(connection: sqlite3.Connection) -> _Tally:
    meta = _meta(connection)
    links = int(meta["links"]) if "links" in meta else links_in(connection)
    return _Tally(int(meta.get("total", "0"), 16), int(meta.get("stored", "0")), links)


def _staged_chunks(connection: sqlite3.Connection) -> Iterator[list[_Sql]]:
    """Yield what is staged, piece by piece in the order of ids, so that memory stays flat."""
    last = ""
    query = f"SELECT {CELLS} FROM staged WHERE id > ? ORDER BY id LIMIT ?"  # noqa: S608  # our own names
    while rows := connection.execute(query, (last, _CHUNK)).fetchall():
        yield rows
        last = rows[-1][0]


def _known(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, tuple[str, int, bytes]]:
    """Return key, ``updated`` and row of those of ``ids`` that are stored."""
    known: dict[str, tuple[str, int, bytes]] = {}
    for part in in_parts(ids):
        query = f"SELECT id, key, updated, row FROM issue WHERE id IN ({marks(part)})"  # noqa: S608
        known.update((row[0], row[1:]) for row in connection.execute(query, part))
    return known


def _upsert(
    connection: sqlite3.Connection, rows: Sequence[_Sql], tally: _Tally, *, authoritative: bool = False
) -> None:
    """Write what is new or newer, and count it."""
    known = _known(connection, [row[0] for row in rows])
    created = [row for row in rows if row[0] not in known]
    updated = [
        row
        for row in rows
        if (old := known.get(row[0])) and row[3] != old[2] and (authoritative or row[2] >= old[1])
    ]
    moved = [row for row in updated if row[1] != known[row[0]][0]]
    written = [*created, *updated]
    tally.created += len(created)
    tally.updated += len(updated)
    tally.moved += len(moved)
    tally.stored += len(created)
    tally.total += sum(row_digest("", row[0], row[3]) for row in written)
    tally.total -= sum(row_digest("", row[0], known[row[0]][2]) for row in updated)
    connection.executemany("INSERT OR REPLACE INTO issue VALUES (?, ?, ?, ?, ?)", written)
    _relink(connection, [row[0] for row in updated], [decode_row(*cells) for cells in written], tally)
    keys = [row[1] for row in (*created, *moved)] + [known[row[0]][0] for row in moved]
    note_changes(connection, [row[0] for row in written], keys)


def _delete(connection: sqlite3.Connection, ids: Collection[str], tally: _Tally) -> None:
    known = _known(connection, sorted(ids))
    tally.deleted += len(known)
    tally.stored -= len(known)
    tally.total -= sum(row_digest("", name, row[2]) for name, row in known.items())
    connection.executemany("DELETE FROM issue WHERE id = ?", [(name,) for name in known])
    _relink(connection, list(known), [], tally)
    note_changes(connection, known, [row[0] for row in known.values()])


def _relink(
    connection: sqlite3.Connection, old: Sequence[str], rows: Sequence[IssueRow], tally: _Tally
) -> None:
    """Forget the links of the issues ``old``, and note those of ``rows``."""
    for part in in_parts(old):
        query = f"SELECT key, id FROM link WHERE id IN ({marks(part)})"  # noqa: S608
        tally.links -= sum(link_digest(*link) for link in connection.execute(query, part))
    connection.executemany("DELETE FROM link WHERE id = ?", [(name,) for name in old])
    links = [link for row in rows for link in links_of(row)]
    tally.links += sum(link_digest(*link) for link in links)
    connection.executemany("INSERT OR REPLACE INTO link VALUES (?, ?)", links)


def _by_kind(references: References) -> dict[str, Sequence[StatusRef | VersionRow | DeploymentRow]]:
    return {
        "status": references.statuses,
        "version": references.versions,
        "deployment": references.deployments,
    }


def _replace_references(connection: sqlite3.Connection, references: References, tally: _Tally) -> None:
    for kind, rows in _by_kind(references).items():
        keep = {row.id for row in rows}
        query = "SELECT id, row FROM reference WHERE kind = ?"
        gone = [each for each in connection.execute(query, (kind,)) if each[0] not in keep]
        tally.total -= sum(row_digest(kind, name, row) for name, row in gone)
        forget = "DELETE FROM reference WHERE kind = ? AND id = ?"
        connection.executemany(forget, [(kind, name) for name, _ in gone])
        _put_references(connection, kind, rows, tally)


def _put_references(
    connection: sqlite3.Connection,
    kind: str,
    rows: Sequence[StatusRef | VersionRow | DeploymentRow],
    tally: _Tally,
) -> None:
    known = dict(connection.execute("SELECT id, row FROM reference WHERE kind = ?", (kind,)))
    fresh = {row.id: _encode(row) for row in rows}
    written = {name: row for name, row in fresh.items() if known.get(name) != row}
    tally.total += sum(row_digest(kind, name, row) for name, row in written.items())
    tally.total -= sum(row_digest(kind, name, known[name]) for name in written if name in known)
    connection.executemany(
        "INSERT OR REPLACE INTO reference VALUES (?, ?, ?)",
        [(kind, name, row) for name, row in written.items()],
    )


def _references(connection: sqlite3.Connection, kind: str, row_type: type[_Row]) -> Iterator[_Row]:
    query = "SELECT row FROM reference WHERE kind = ? ORDER BY id"
    for (row,) in connection.execute(query, (kind,)):
        yield msgspec.msgpack.decode(row, type=row_type)


def _publish(
    connection: sqlite3.Connection,
    tally: _Tally,
    meta: Mapping[str, str],
    proceed: Callable[[], None] = lambda: None,
) -> Changes:
    """Make revision, columns and metadata fit the rows, inside the running transaction."""
    before = _meta(connection)
    revision = revision_of(tally.total)
    settle_columns(connection, tally.stored, before.get("columns", ""), proceed)
    values = {
        **meta,
        "revision": revision,
        "total": f"{wrapped(tally.total):x}",
        "stored": str(tally.stored),
        "schema": str(SCHEMA_VERSION),
        "columns": COLUMNS,
        "links": str(tally.links),
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


def _put_meta(connection: sqlite3.Connection, values: Mapping[str, str]) -> None:
    put = "INSERT OR REPLACE INTO meta VALUES (?, ?)"
    connection.executemany(put, list(values.items()))
    connection.execute(put, ("check", check_of(connection, _meta(connection))))


def _note_newest(connection: sqlite3.Connection) -> None:
    """Make the newest created, updated or history instant the data's own time."""
    table = load_columns(connection, COLUMNS)
    columns = (table.created, table.updated, table.newest)
    newest = max((int(column.max()) for column in columns if len(column)), default=MISSING)
    _put_meta(connection, {"as_of": str(newest)})
