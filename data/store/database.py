"""The store of one scope: a row per issue, the columns beside them.

Rows are the truth; columns are made from them and can be made again. A change
of the store is one transaction that ends with a new revision, so that readers
see all of it or nothing.
"""

import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from data.model.changes import ChangeRow, IncidentRow
from data.model.data_time import time_after_newest
from data.model.tables import (
    MISSING,
    Dataset,
    IssueRow,
    IssueTable,
    StatusRef,
    VersionRow,
    versions_that_count,
)
from data.store.blobs import (
    COLUMNS,
    Renewed,
    all_rows,
    check_row,
    decode_row,
    load_columns,
    settle_columns,
)
from data.store.columns import build_issue_table
from data.store.damage import DamagedError
from data.store.event_columns import CHANGES, DEPLOYMENTS
from data.store.event_table import one_each, stored_names
from data.store.known_histories import keep_histories
from data.store.port import Place, Rows
from data.store.references import (
    References,
    Retold,
    put_references,
    read_changes,
    read_deployments,
    read_known,
    read_listed,
    read_references,
    replace_references,
)
from data.store.rows import (
    STAGED,
    Tally,
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
    check_of,
    count_outdated,
    links_in,
    revision_of,
    total_of,
    wrapped,
)
from data.store.staged_chunks import read_chunks, write_chunk


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


@dataclass(frozen=True, slots=True)
class EventCounts:
    """How many rows of events are stored."""

    deployments: int
    changes: int
    incidents: int


class Store:
    """One scope. Each call is a transaction of its own, so threads and processes may share it.

    Args:
        place: where it lies; the first write makes it.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self._known_meta: tuple[Any, dict[str, str]] | None = None

    @property
    def key(self) -> str:
        """Name of the scope, by which its lock and the notes about it are called too."""
        return self.place.key

    @property
    def name(self) -> str:
        """What people call it."""
        return self.place.name

    def size(self) -> int:
        """Return how many bytes it takes, 0 where nothing is stored."""
        return self.place.size()

    def has_room(self) -> bool:
        """Tell whether what is stored could be brought up to date; what is not there yet is not asked."""
        return not self.place.exists() or self.place.has_room()

    def revision(self) -> str:
        """Return the revision of what is published, "" while nothing is."""
        return self.meta().get("revision", "")

    def load(self) -> Dataset:
        """Return what is published; a store that does not exist yet is an empty dataset.

        Raises:
            StoreError: the file is damaged.
        """
        if not self.place.exists():
            return Dataset(build_issue_table(()))
        with self.place.reading() as rows:
            return _read_dataset(rows)

    def load_with_rows(self) -> tuple[Dataset, list[IssueRow]]:
        """Return what is published and the rows it was made from, in no particular order: one moment of both.

        Raises:
            StoreError: the file is damaged; rows are checked against the revision.
        """
        if not self.place.exists():
            return Dataset(build_issue_table(())), []
        with self.place.reading() as rows:
            dataset = _read_dataset(rows)
            _check_revision(rows, dataset)
            return dataset, list(all_rows(rows))

    def verify(self) -> None:
        """Look at everything that a sync builds on, and compare it with its checksums.

        Raises:
            StoreError: the file is damaged.
        """
        if not self.place.exists():
            return
        with self.place.reading() as rows:
            rows.check()
            for cells in chain(rows.cells("issue"), rows.cells("staged")):
                check_row(*cells)
            if rows.meta().get("links", "0") != str(links_in(rows)):
                raise DamagedError("the links are not what was written")
            read_chunks(rows)
            _check_revision(rows, _read_dataset(rows))
            _read_attempt(rows)

    def verify_events(self) -> None:
        """Look at what deployments and the like build on: metadata, and all that stands beside the issues.

        Raises:
            StoreError: the file is damaged.
        """
        if self.place.exists():
            with self.place.reading() as rows:
                _check(rows, rows.meta())

    def rows(self, keys: Sequence[str]) -> dict[str, IssueRow]:
        """Return the stored rows of ``keys`` by key; unknown keys are absent."""
        if not self.place.exists():
            return {}
        with self.place.reading() as rows:
            return {cells[1]: decode_row(*cells) for cells in rows.cells_by_key(keys)}

    def keys(self) -> dict[str, str]:
        """Return the key of every stored issue by its id."""
        if not self.place.exists():
            return {}
        with self.place.reading() as rows:
            return rows.keys("issue")

    def naming(self, keys: Collection[str]) -> set[str]:
        """Return the ids of the stored issues that name one of ``keys`` as a link or as their parent."""
        if not keys or not self.place.exists():
            return set()
        with self.place.reading() as rows:
            return set(rows.linking_to(sorted(keys)))

    def references(self) -> References:
        """Return what is stored of statuses, versions, deployments, changes and incidents."""
        if not self.place.exists():
            return References()
        with self.place.reading() as rows:
            return replace(
                read_listed(rows),
                changes=tuple(read_references(rows, "change", ChangeRow)),
                incidents=tuple(read_references(rows, "incident", IncidentRow)),
            )

    def known(self, told: References) -> References:
        """Return what is stored of deployments, changes and incidents under the ids of some."""
        if not self.place.exists():
            return References()
        with self.place.reading() as rows:
            return read_known(rows, told)

    def counts(self) -> EventCounts:
        """Return how many deployments, changes and incidents are stored."""
        if not self.place.exists():
            return EventCounts(0, 0, 0)
        with self.place.reading() as rows:
            return EventCounts(*map(rows.count_references, ("deployment", "change", "incident")))

    def issues(self) -> IssueTable:
        """Return the issues that are published, without what stands beside them.

        Raises:
            StoreError: the file is damaged.
        """
        if not self.place.exists():
            return build_issue_table(())
        with self.place.reading() as rows:
            meta = rows.meta()
            return load_columns(rows, meta.get("columns", "")) if meta else build_issue_table(())

    def listed(self) -> References:
        """Return what is stored of statuses, versions and deployments: what a sync looks at and replaces."""
        if not self.place.exists():
            return References()
        with self.place.reading() as rows:
            return read_listed(rows)

    def meta(self) -> dict[str, str]:
        """Return the metadata of the scope: revision, as_of, synced_at, watermark, complete ...

        Every question about the data begins with it, so it is read again only where something was written.
        """
        stamp = self.place.stamp()
        if stamp is None:
            return {}
        known = self._known_meta
        if known is None or known[0] != stamp:
            with self.place.reading() as rows:
                known = stamp, rows.meta()
            self._known_meta = known if self.place.is_settled(stamp) else None
        return dict(known[1])

    def outdated(self) -> int:
        """Return how many stored issues lack what this version of the program would read of them.

        0 once all of them were asked for again, whatever came of it.
        """
        if not self.place.exists():
            return 0
        with self.place.reading() as rows:
            known = rows.meta().get("rows")
            return 0 if known == str(ROWS_VERSION) else count_outdated(rows)

    def set_aside(self) -> str:
        """Move a damaged store out of the way, keeping it, and return what it is called now.

        Raises:
            StoreError: it cannot be moved.
        """
        return self.place.set_aside()

    def delete(self) -> None:
        """Delete the scope; nothing happens where there is none.

        Raises:
            StoreError: it cannot be deleted.
        """
        self.place.delete()

    def rewrite_columns(self) -> None:
        """Make the columns again from the rows; what is published stays the same.

        Raises:
            StoreError: a row or the metadata are damaged, or the store cannot be written.
        """
        if self.place.exists():
            with self.place.writing() as rows:
                meta = rows.meta()
                _check(rows, meta)
                settle_columns(rows, 0, "", Renewed())
                revision = meta.get("revision", "")
                for kept in (DEPLOYMENTS, CHANGES):
                    kept.rewrite(rows, revision)
                if meta:  # no row is newer than the columns any more, which the checksum watches
                    _put_meta(rows, {"columns": COLUMNS})

    def touch(self) -> None:
        """Note that the scope was used, for whoever looks for scopes that were not."""
        self.place.touch()

    def begin_attempt(self, attempt: Mapping[str, str]) -> None:
        """Forget what an earlier attempt staged, and note what this one is about to stage."""
        with self.place.writing() as rows:
            clear_stage(rows)
            noted = {**attempt, "check": _crc_of_attempt(attempt)} if attempt else {}
            rows.note_attempt(noted)

    def attempt(self) -> dict[str, str]:
        """Return what an attempt that has not ended noted when it began; {} where there is none."""
        if not self.place.exists():
            return {}
        with self.place.reading() as rows:
            return _read_attempt(rows)

    def kept_open(self) -> AbstractContextManager[None]:
        """Keep the store open, which must exist, for as long as many pages are staged."""
        return self.place.kept_open()

    def stage(self, rows: Iterable[IssueRow]) -> None:
        """Commit fetched rows to the staging area; readers do not see them. The newer of two wins."""
        with self.place.writing() as stored:
            whole = list(keep_histories(rows, finder(stored, "issue", STAGED)))
            write_chunk(stored, stage(stored, whole))

    def staged(self) -> dict[str, str]:
        """Return the key of every staged issue by its id."""
        if not self.place.exists():
            return {}
        with self.place.reading() as rows:
            return rows.keys("staged")

    def staged_rows(self) -> Iterator[list[IssueRow]]:
        """Yield what is staged, some rows at a time."""
        if not self.place.exists():
            return
        with self.place.reading() as rows:
            yield from staged_pieces(rows)

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
        with self.place.writing() as rows:
            tally = read_tally(rows, rows.meta())
            rows.forget("staged", gone)
            chunks = read_chunks(rows)
            if complete:
                rows.clear("chunk")  # what follows takes their room
            write_news(rows, chunks, tally, authoritative=authoritative, proceed=proceed)
            delete(rows, gone, tally)
            if references is not None:
                replace_references(rows, references, tally)
            if complete:
                clear_stage(rows)
            values = {**meta, "as_of": str(as_of), "complete": str(int(complete))}
            changes = _publish(rows, tally, values, proceed)
            rows.give_back()
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
        with self.place.writing() as stored:
            tally = read_tally(stored, stored.meta())
            whole = list(keep_histories(rows, finder(stored, "issue")))
            write_at_once(stored, whole, tally)
            put_references(stored, references, retold, tally)
            # The time also where nothing changed: an earlier version took the newest instant itself.
            return _publish(stored, tally, {**(meta or {}), "complete": "1"}, as_of=_time_of)

    def add_events(
        self,
        references: References,
        meta: Mapping[str, str] | None = None,
        retold: Sequence[Retold] = (),
    ) -> Changes:
        """Add deployments and the like to what is published; everything else stays, its own time too."""
        with self.place.writing() as rows:
            tally = read_tally(rows, rows.meta())
            put_references(rows, references, retold, tally)
            return _publish(rows, tally, meta or {})

    def changes(self, ids: Collection[str]) -> dict[str, ChangeRow]:
        """Return the stored changes of ``ids`` by id, as the most trusted source tells of each."""
        if not ids or not self.place.exists():
            return {}
        with self.place.reading() as rows:
            return {row.id: row for row in one_each(read_changes(rows, stored_names(ids)))}

    def deployment_pages(self, ids: Collection[str]) -> dict[str, str]:
        """Return the addresses of the pages of deployments by id; those without one are absent."""
        if not ids or not self.place.exists():
            return {}
        with self.place.reading() as rows:
            told = read_deployments(rows, stored_names(ids))
        return {row.id: row.url for row in reversed(told) if row.url}


def _read_dataset(rows: Rows) -> Dataset:
    """Return what is published, inside a running transaction."""
    meta = rows.meta()
    if not meta:
        return Dataset(build_issue_table(()))
    _check(rows, meta)
    issues = load_columns(rows, meta.get("columns", ""))
    if len(issues) != int(meta.get("stored", len(issues))):
        raise DamagedError("rows are missing")  # the index led astray
    return Dataset(
        issues=issues,
        statuses=tuple(read_references(rows, "status", StatusRef)),
        versions=versions_that_count(read_references(rows, "version", VersionRow)),
        deployments=DEPLOYMENTS.load(rows, meta.get("revision", "")),
        changes=CHANGES.load(rows, meta.get("revision", "")),
        incidents=tuple(read_references(rows, "incident", IncidentRow)),
        revision=meta.get("revision", ""),
        as_of=int(meta.get("as_of", MISSING)),
        complete=meta.get("complete", "1") == "1",
    )


def _check_revision(rows: Rows, dataset: Dataset) -> None:
    if dataset.revision and revision_of(total_of(rows)) != dataset.revision:
        raise DamagedError("the rows are not what was written")


def _check(rows: Rows, meta: dict[str, str]) -> None:
    if meta and meta.get("check") != check_of(rows, meta):
        raise DamagedError("the metadata are not what was written")


def _read_attempt(rows: Rows) -> dict[str, str]:
    noted = rows.attempt()
    if noted and noted.pop("check", "") != _crc_of_attempt(noted):
        raise DamagedError("an attempt is not what was written")
    return noted


def _crc_of_attempt(attempt: Mapping[str, str]) -> str:
    return str(zlib.crc32(repr(sorted(attempt.items())).encode()))


def _publish(
    rows: Rows,
    tally: Tally,
    meta: Mapping[str, str],
    proceed: Callable[[], None] = lambda: None,
    as_of: Callable[[Rows, str], int] | None = None,
) -> Changes:
    """Make revision, columns and metadata fit the rows, inside the running transaction.

    Args:
        rows: of the store.
        tally: what changed.
        meta: further metadata to keep.
        proceed: called now and then; where it raises, nothing is published.
        as_of: gives the data's own time of the new revision; None: ``meta`` says it, or it stays.
    """
    before = rows.meta()
    revision = revision_of(tally.total)
    settle_columns(rows, tally.stored, before.get("columns", ""), tally.renewed, proceed)
    for kept in (DEPLOYMENTS, CHANGES):
        kept.settle(rows, before.get("revision", ""), revision, tally)
    values = {
        **meta,
        "revision": revision,
        "total": f"{wrapped(tally.total):x}",
        "stored": str(tally.stored),
        "schema": str(SCHEMA_VERSION),
        "columns": COLUMNS,
        "links": str(tally.links),
        **_definitions_of(before),
        "rows": meta.get("rows") or _version_of_rows(rows, before.get("rows", "")),
    }
    if as_of is not None:
        values["as_of"] = str(as_of(rows, revision))
    _put_meta(rows, values)
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


def _version_of_rows(rows: Rows, known: str) -> str:
    """Return which version asked for the rows, "" where they lack what this one would read of them."""
    today = str(ROWS_VERSION)
    return today if known == today or not count_outdated(rows) else ""


def _put_meta(rows: Rows, values: Mapping[str, str]) -> None:
    rows.put_meta(values)
    rows.put_meta({"check": check_of(rows, rows.meta())})


def _time_of(rows: Rows, revision: str) -> int:
    """Return the first millisecond after the newest instant of the files."""
    return time_after_newest(
        load_columns(rows, COLUMNS),
        DEPLOYMENTS.load(rows, revision),
        CHANGES.load(rows, revision),
        tuple(read_references(rows, "incident", IncidentRow)),
    )
