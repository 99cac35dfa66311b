"""Where the stores of the contract suites lie, one class for each implementation."""

import sqlite3
from contextlib import closing
from pathlib import Path

from configuration.database.connection import Database
from data.store.database import Store
from data.store.postgres.place import PostgresPlaces, delete
from data.store.sqlite.place import SqlitePlaces
from data.store.stores import Stores

# Of each table the bytes that are damaged.
DAMAGEABLE = {
    "issue": "row",
    "staged": "row",
    "reference": "row",
    "columns": "data",
    "event_columns": "data",
    "chunk": "data",
}


class OnSqlite:
    """Files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def stores(self) -> Stores:
        """Return the stores as another process would see them."""
        return Stores(SqlitePlaces(self._folder))

    def store(self, key: str = "scope") -> Store:
        """Return one of them."""
        return self.stores().of(key)

    def flip(self, table: str, key: str = "scope") -> None:
        """Change the last byte of the largest value of a table."""
        cell = DAMAGEABLE[table]
        with closing(sqlite3.connect(self._folder / f"{key}.sqlite")) as connection, connection:
            largest = f"SELECT max(length({cell})) FROM {table}"
            (found,) = connection.execute(
                f"SELECT {cell} FROM {table} WHERE length({cell}) = ({largest}) LIMIT 1"
            ).fetchone()
            other = found[:-1] + bytes([found[-1] ^ 1])
            connection.execute(f"UPDATE {table} SET {cell} = ? WHERE {cell} = ?", (other, found))


class OnPostgres:
    """Rows of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def clear(self) -> None:
        """Delete what an earlier test wrote."""
        with self._database.transaction() as connection:
            for key in connection.execute("SELECT key FROM scope").fetchall():
                delete(connection, *key)

    def stores(self) -> Stores:
        """Return the stores as another process would see them."""
        return Stores(PostgresPlaces(self._database))

    def store(self, key: str = "scope") -> Store:
        """Return one of them."""
        return self.stores().of(key)

    def flip(self, table: str, key: str = "scope") -> None:
        """Change the last byte of the largest value of a table."""
        cell, name = (
            DAMAGEABLE[table],
            {"columns": "issue_column", "event_columns": "event_column"}.get(table, table),
        )
        with self._database.transaction() as connection:
            (found,) = connection.execute(
                f"SELECT {cell} FROM {name} ORDER BY length({cell}) DESC LIMIT 1"
            ).fetchone()
            other = found[:-1] + bytes([found[-1] ^ 1])
            connection.execute(f"UPDATE {name} SET {cell} = %s WHERE {cell} = %s", (other, found))


Kept = OnSqlite | OnPostgres
