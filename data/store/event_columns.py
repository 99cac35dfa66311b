"""The columns of deployments and changes: blobs beside those of the issues, made of the stored rows.

They are written whenever a row comes, changes or goes: a few rows are put into them, many make them
anew. What they were made of is told by the revision, which every publication renews: where it is another
one, as after an earlier version of the program wrote rows, they are made again.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

import msgspec

from data.model.changes import ChangeRow, ChangeTable
from data.model.tables import DeploymentRow, EventTable
from data.store.blobs import decode_entry, encode_entry
from data.store.damage import DamagedError
from data.store.event_patch import patched
from data.store.event_table import (
    TRUSTED,
    build_change_table,
    build_event_table,
    order_of_change,
    order_of_event,
    stored_names,
)
from data.store.port import Rows
from data.store.rows import Tally

_MADE_OF = "made of"  # not the name of a column
_MOST_CHANGED_SHARE = 1 / 8  # of the rows: more than these make the columns anew
_Table = TypeVar("_Table", EventTable, ChangeTable)


@dataclass(frozen=True, slots=True)
class KeptColumns(Generic[_Table]):
    """How one kind of rows is kept as columns.

    Attributes:
        kind: of the rows, as the store calls it.
        table: what they are laid out as.
        row: what one of them is.
        build: lays them out.
        order: gives what they are ordered by, of project and id.
        prefix: of the names under which the columns stand.
    """

    kind: str
    table: type[_Table]
    row: type[Any]
    build: Callable[[Iterable[Any]], _Table]
    order: Callable[[str, str], Any]
    prefix: str = ""

    def load(self, rows: Rows, revision: str) -> _Table:
        """Return the table of a revision, inside a running transaction.

        Raises:
            DamagedError: a column is not what was written.
        """
        if not self._fits(rows, revision):
            return self._built(rows)
        names = [item.name for item in fields(self.table)]
        found = self._noted(rows, names)
        if set(found) != set(names):
            raise DamagedError(f"columns of {self.kind}s are missing")
        return self.table(**found)

    def settle(self, rows: Rows, before: str, revision: str, tally: Tally) -> None:
        """Make the columns fit the rows of a new revision.

        Args:
            rows: of the store, inside a transaction that wrote the rows.
            before: the revision that was published until now.
            revision: the new one.
            tally: which rows came, changed or went since.

        Raises:
            DamagedError: a column is not what was written.
        """
        ids, fits = tally.beside.get(self.kind, set()), self._fits(rows, before)
        if ids and self.kind in tally.first:
            self._write(rows, self.build(tally.first[self.kind]), revision)
        elif not fits:
            self.rewrite(rows, revision)
        elif ids:
            self._write(rows, self._patched(rows, self.load(rows, before), ids), revision)
        elif revision != before:
            self._put(rows, {_MADE_OF: [self._columns, revision]})

    def rewrite(self, rows: Rows, revision: str) -> None:
        """Make the columns again from the rows of a revision."""
        self._write(rows, self._built(rows), revision)

    def _write(self, rows: Rows, table: _Table, revision: str) -> None:
        self._put(rows, {item.name: getattr(table, item.name) for item in fields(self.table)})
        self._put(rows, {_MADE_OF: [self._columns, revision]})

    def _patched(self, rows: Rows, base: _Table, ids: Collection[str]) -> _Table:
        """Return a table with the stored rows of some ids in place of what it has of them."""
        if len(ids) > len(base) * _MOST_CHANGED_SHARE or not set(base.origins) <= set(TRUSTED):
            return self._built(rows)
        decode = msgspec.msgpack.Decoder(self.row).decode
        found = sorted(rows.references_of(self.kind, stored_names(ids)))
        fresh = self.build(decode(row) for _, row in found)
        table = patched(base, fresh, ids, self.order)
        return self._built(rows) if table is None else table

    @property
    def _columns(self) -> str:
        """Which columns this program writes; a store with others was written by another version."""
        names = " ".join(item.name for item in fields(self.table))
        return hashlib.sha256(names.encode()).hexdigest()[:16]

    def _fits(self, rows: Rows, revision: str) -> bool:
        """Tell whether columns of today were made of the rows of a revision."""
        return self._noted(rows, [_MADE_OF]).get(_MADE_OF) == [self._columns, revision]

    def _built(self, rows: Rows) -> _Table:
        decode = msgspec.msgpack.Decoder(self.row).decode
        return self.build(decode(row) for _, row in rows.references(self.kind))

    def _noted(self, rows: Rows, names: Iterable[str]) -> dict[str, Any]:
        types: dict[str, Any] = {item.name: item.type for item in fields(self.table)} | {_MADE_OF: list[str]}
        found: dict[str, Any] = {}
        for whole, kind, crc, data in rows.event_columns([self.prefix + name for name in names]):
            name = whole.removeprefix(self.prefix)
            found[name] = decode_entry(whole, kind, crc, data, {whole: types[name]})
        return found

    def _put(self, rows: Rows, values: dict[str, Any]) -> None:
        rows.put_event_columns([encode_entry(self.prefix + name, value) for name, value in values.items()])


DEPLOYMENTS = KeptColumns("deployment", EventTable, DeploymentRow, build_event_table, order_of_event)
CHANGES = KeptColumns("change", ChangeTable, ChangeRow, build_change_table, order_of_change, "change ")
