"""A store copied to another place: all of it in one transaction, and checked where it arrived."""

from collections.abc import Iterator
from itertools import groupby, islice
from typing import TypeVar

from data.store.damage import DamagedError, told_as_damage
from data.store.database import Store
from data.store.event_columns import CHANGES, DEPLOYMENTS
from data.store.port import Clearable, Issues, Rows
from data.store.schema import check_of, revision_of, total_of

_AT_A_TIME = 2_000
_EVERYTHING: tuple[Clearable, ...] = (
    "issue",
    "staged",
    "attempt",
    "link",
    "changed",
    "reference",
    "columns",
    "chunk",
    "meta",
)
_ISSUES: tuple[Issues, ...] = ("issue", "staged")
_Item = TypeVar("_Item")


def copy_store(source: Store, target: Store) -> None:
    """Put everything that is in a store in place of what another one holds.

    Raises:
        DamagedStoreError: the source is damaged, or what was written is not what was read.
        StoreError: one of them cannot be read or written. In every case the target is as it was.
    """
    source.verify()
    with source.place.reading() as rows, target.place.writing() as copy, told_as_damage(target.name):
        for table in _EVERYTHING:
            copy.clear(table)
        _copy_rows(rows, copy)
        _check(copy)
        copy.give_back()


def _copy_rows(rows: Rows, copy: Rows) -> None:
    for table in _ISSUES:
        for cells in _pieces(rows.cells(table)):
            copy.stage(table, cells)
    for links in _pieces(rows.links()):
        copy.put_links(links)
    for kind, told in groupby(rows.all_references(), key=lambda each: each[0]):
        copy.put_references(kind, {name: row for _, name, row in told})
    copy.note_changed(rows.changed())
    copy.write_columns(rows.columns())
    for chunk in rows.chunks():
        copy.put_chunk(*chunk)
    copy.note_attempt(rows.attempt())
    meta = rows.meta()
    copy.put_meta(meta)
    revision = meta.get("revision", "")
    for kept in (DEPLOYMENTS, CHANGES):
        kept.rewrite(copy, revision)


def _check(copy: Rows) -> None:
    """Read back what was written.

    Raises:
        DamagedError: it is something else.
    """
    meta = copy.meta()
    if meta and (
        revision_of(total_of(copy)) != meta.get("revision") or check_of(copy, meta) != meta.get("check")
    ):
        raise DamagedError("what was copied is not what was read")


def _pieces(items: Iterator[_Item]) -> Iterator[list[_Item]]:
    while piece := list(islice(items, _AT_A_TIME)):
        yield piece
