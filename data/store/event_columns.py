"""The columns of deployments and changes: blobs beside those of the issues, made of the stored rows.

They are written whenever a row comes, changes or goes. What they were made of is told by the
revision, which every publication renews: where it is another one, as after an earlier version of the
program wrote rows, they are made again.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

import msgspec

from data.model.changes import ChangeRow, ChangeTable
from data.model.tables import DeploymentRow, EventTable
from data.store.blobs import decode_entry, encode_entry
from data.store.damage import DamagedError
from data.store.event_table import build_change_table, build_event_table
from data.store.port import Rows

_MADE_OF = "made of"  # not the name of a column
_Table = TypeVar("_Table", EventTable, ChangeTable)


@dataclass(frozen=True, slots=True)
class KeptColumns(Generic[_Table]):
    """How one kind of rows is kept as columns.

    Attributes:
        kind: of the rows, as the store calls it.
        table: what they are laid out as.
        row: what one of them is.
        build: lays them out.
        prefix: of the names under which the columns stand.
    """

    kind: str
    table: type[_Table]
    row: type[Any]
    build: Callable[[Iterable[Any]], _Table]
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

    def settle(self, rows: Rows, before: str, revision: str, *, changed: bool) -> None:
        """Make the columns fit the rows of a new revision.

        Args:
            rows: of the store, inside a transaction that wrote the rows.
            before: the revision that was published until now.
            revision: the new one.
            changed: a row came, changed or went since.
        """
        if changed or not self._fits(rows, before):
            table = self._built(rows)
            self._put(rows, {item.name: getattr(table, item.name) for item in fields(self.table)})
        elif revision == before:
            return
        self._put(rows, {_MADE_OF: [self._columns, revision]})

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


DEPLOYMENTS = KeptColumns("deployment", EventTable, DeploymentRow, build_event_table)
CHANGES = KeptColumns("change", ChangeTable, ChangeRow, build_change_table, "change ")
