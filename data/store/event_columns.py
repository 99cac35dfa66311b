"""The columns of deployments and changes: blobs beside those of the issues, made of the stored rows.

They are written whenever a row comes, changes or goes. What they were made of is told by the
revision, which every publication renews: where it is another one, as after an earlier version of the
program wrote rows, they are made again.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

import msgspec

from data.model.changes import ChangeRow, ChangeTable
from data.model.tables import DeploymentRow, EventTable
from data.store.blobs import decode_entry, encode_entry
from data.store.damage import DamagedError
from data.store.event_table import build_change_table, build_event_table

TABLE = """
CREATE TABLE IF NOT EXISTS event_columns (
    name TEXT PRIMARY KEY, kind TEXT NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL
);
"""
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

    def load(self, connection: sqlite3.Connection, revision: str) -> _Table:
        """Return the table of a revision, inside a running transaction.

        Raises:
            DamagedError: a column is not what was written.
        """
        if not self._fits(connection, revision):
            return self._built(connection)
        names = [item.name for item in fields(self.table)]
        found = self._noted(connection, names)
        if set(found) != set(names):
            raise DamagedError(f"columns of {self.kind}s are missing")
        return self.table(**found)

    def settle(self, connection: sqlite3.Connection, before: str, revision: str, *, changed: bool) -> None:
        """Make the columns fit the rows of a new revision.

        Args:
            connection: to the store, inside a transaction that wrote the rows.
            before: the revision that was published until now.
            revision: the new one.
            changed: a row came, changed or went since.
        """
        if changed or not self._fits(connection, before):
            connection.execute(TABLE)
            table = self._built(connection)
            self._put(connection, {item.name: getattr(table, item.name) for item in fields(self.table)})
        elif revision == before:
            return
        self._put(connection, {_MADE_OF: [self._columns, revision]})

    @property
    def _columns(self) -> str:
        """Which columns this program writes; a store with others was written by another version."""
        names = " ".join(item.name for item in fields(self.table))
        return hashlib.sha256(names.encode()).hexdigest()[:16]

    def _fits(self, connection: sqlite3.Connection, revision: str) -> bool:
        """Tell whether columns of today were made of the rows of a revision."""
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'event_columns'").fetchone():
            return False
        return self._noted(connection, [_MADE_OF]).get(_MADE_OF) == [self._columns, revision]

    def _built(self, connection: sqlite3.Connection) -> _Table:
        query = "SELECT row FROM reference WHERE kind = ? ORDER BY id"
        decode = msgspec.msgpack.Decoder(self.row).decode
        return self.build(decode(row) for (row,) in connection.execute(query, (self.kind,)))

    def _noted(self, connection: sqlite3.Connection, names: Iterable[str]) -> dict[str, Any]:
        types: dict[str, Any] = {item.name: item.type for item in fields(self.table)} | {_MADE_OF: list[str]}
        query = "SELECT kind, crc, data FROM event_columns WHERE name = ?"
        found: dict[str, Any] = {}
        for name in names:
            whole = self.prefix + name
            for kind, crc, data in connection.execute(query, (whole,)):
                found[name] = decode_entry(whole, kind, crc, data, {whole: types[name]})
        return found

    def _put(self, connection: sqlite3.Connection, values: dict[str, Any]) -> None:
        entries = [encode_entry(self.prefix + name, value) for name, value in values.items()]
        connection.executemany("INSERT OR REPLACE INTO event_columns VALUES (?, ?, ?, ?)", entries)


DEPLOYMENTS = KeptColumns("deployment", EventTable, DeploymentRow, build_event_table)
CHANGES = KeptColumns("change", ChangeTable, ChangeRow, build_change_table, "change ")
