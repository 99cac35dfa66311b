"""Where a scope lies: a row of the table ``scope``, whose number is the first part of every other key.

Whoever writes holds that row, so that one at a time does. Under the lock of a sync that is done on the
connection that holds the lock: who lost it can commit nothing.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from configuration.database.connection import Database
from configuration.errors import StoreError
from data.store.damage import nothing_unknown, told_as_damage
from data.store.port import Kept
from data.store.postgres.rows import PostgresRows

if TYPE_CHECKING:
    from configuration.database.connection import Connection

_ASIDE = ".damaged-"
_LOCK_WAIT = "30s"
# What an issue takes with everything beside it, for whoever asks of all scopes at once.
_BYTES_AN_ISSUE = 1_300
_TABLES = (
    "scope_meta",
    "scope_attempt",
    "issue",
    "staged",
    "link",
    "changed",
    "reference",
    "issue_column",
    "event_column",
    "chunk",
)
_BLOBS = {
    "issue": "row",
    "staged": "row",
    "reference": "row",
    "issue_column": "data",
    "event_column": "data",
    "chunk": "data",
}
# Also where it is new: the row is held from now on, and another stamp than before.
_TAKE = (
    "INSERT INTO scope (key) VALUES (%s) ON CONFLICT (key)"
    " DO UPDATE SET version = scope.version + 1, used_at = clock_timestamp() RETURNING number"
)
# Data of files are as old as what they tell of, however new they are; those of a Jira know its address.
_NEWEST = """
SELECT extract(epoch FROM clock_timestamp()) - max(value::bigint) / 1000.0 FROM scope_meta
WHERE name = 'as_of' AND scope IN (SELECT scope FROM scope_meta WHERE name = 'site')
"""


class PostgresPlace:
    """A scope of a database; see ``Place``.

    Args:
        database: that holds it.
        key: name of the scope.
    """

    def __init__(self, database: Database, key: str) -> None:
        self._database = database
        self.key = key

    @property
    def name(self) -> str:
        """What people call it."""
        return self.key

    def exists(self) -> bool:
        """Tell whether anything was ever written."""
        return self.stamp() is not None

    def stamp(self) -> tuple[int, int] | None:
        """Return what is another one after every write; None where there is nothing."""
        with self._database.transaction() as connection:
            query = "SELECT number, version FROM scope WHERE key = %s"
            return connection.execute(query, [self.key]).fetchone()

    def is_settled(self, stamp: tuple[int, int]) -> bool:
        """Tell whether one more write would have another stamp: every one counts."""
        return bool(stamp)

    def size(self) -> int:
        """Return how many bytes its rows and columns are."""
        with self._database.reading() as connection:
            number = self._number(connection)
            parts = [
                f"(SELECT coalesce(sum(octet_length({cell})), 0) FROM {table} WHERE scope = %(scope)s)"  # noqa: S608
                for table, cell in _BLOBS.items()
            ]
            found = connection.execute(f"SELECT {' + '.join(parts)}".encode(), {"scope": number}).fetchone()
        return int(found[0]) if found else 0

    def has_room(self) -> bool:
        """Tell whether more could be written; a database that is full says so when it is written to."""
        return True

    @contextmanager
    def reading(self) -> Iterator[PostgresRows]:
        """Open for reading: everything that is read inside is of one moment."""
        with (
            told_as_damage(self.name),
            self._database.reading() as connection,
            nothing_unknown(),
        ):
            number = self._number(connection)
            if number is None:
                raise StoreError(
                    f"The store {self.name} cannot be read now: it was deleted meanwhile.", hint="Try again."
                )
            yield PostgresRows(connection, number)

    @contextmanager
    def writing(self) -> Iterator[PostgresRows]:
        """Open a transaction that nobody else writes beside."""
        with told_as_damage(self.name), self._database.transaction(self.key) as connection:
            yield PostgresRows(connection, _take(connection, self.key))

    def kept_open(self) -> nullcontext[None]:
        """Do nothing: connections stay open anyway."""
        return nullcontext()

    def touch(self) -> None:
        """Note that it was used; whoever writes to it just now does the same."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE scope SET used_at = clock_timestamp() WHERE number ="
                " (SELECT number FROM scope WHERE key = %s FOR UPDATE SKIP LOCKED)",
                [self.key],
            )

    def delete(self) -> None:
        """Delete all its rows."""
        with self._database.transaction(self.key) as connection:
            delete(connection, self.key)

    def set_aside(self) -> str:
        """Call it otherwise and return its new name."""
        aside = f"{self.key}{_ASIDE}{time.time_ns()}"
        with self._database.transaction(self.key) as connection:
            connection.execute("UPDATE scope SET key = %s WHERE key = %s", [aside, self.key])
        return aside

    def _number(self, connection: "Connection") -> int | None:
        found = connection.execute("SELECT number FROM scope WHERE key = %s", [self.key]).fetchone()
        return int(found[0]) if found else None


class PostgresPlaces:
    """The scopes of a database; see ``Places``.

    Args:
        database: that holds them.
    """

    most_bytes = 64 * 1024**3

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, key: str) -> PostgresPlace:
        """Return the place of a scope."""
        return PostgresPlace(self._database, key)

    def keys(self) -> list[str]:
        """Return the keys of all that exist, in order."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT key FROM scope WHERE strpos(key, %s) = 0 ORDER BY key", [_ASIDE]
            )
            return [key for (key,) in found]

    def kept(self) -> list[Kept]:
        """Return those that profiles may read, the one that was not used for longest first.

        Their sizes are estimates from how many issues they hold: to measure them all takes minutes.
        """
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT key, coalesce(value, '0'), extract(epoch FROM used_at)::float8 FROM scope"
                " LEFT JOIN scope_meta ON scope = number AND name = 'stored'"
                " WHERE strpos(key, %s) = 0 AND NOT starts_with(key, 'aside/') ORDER BY used_at, key",
                [_ASIDE],
            )
            return [Kept(key, int(stored) * _BYTES_AN_ISSUE, used_at) for key, stored, used_at in found]

    def newest_age_s(self) -> float | None:
        """Return the age of the newest issues that came from a Jira, None where there are none."""
        with self._database.reading() as connection:
            row = connection.execute(_NEWEST).fetchone()
        return None if row is None or row[0] is None else max(0.0, float(row[0]))

    def move(self, key: str, new: str) -> None:
        """Call a scope otherwise; what was called so before goes."""
        with self._database.transaction() as connection:
            if connection.execute("SELECT 1 FROM scope WHERE key = %s FOR UPDATE", [key]).fetchone():
                delete(connection, new)
                connection.execute("UPDATE scope SET key = %s WHERE key = %s", [new, key])


def delete(connection: "Connection", key: str) -> None:
    """Delete all rows of a scope, inside a transaction; nothing happens where there is none."""
    query = "SELECT number FROM scope WHERE key = %s FOR UPDATE"
    found = connection.execute(query, [key]).fetchone()
    if found is not None:
        for table in _TABLES:
            connection.execute(f"DELETE FROM {table} WHERE scope = %s".encode(), found)  # noqa: S608
        connection.execute("DELETE FROM scope WHERE number = %s", found)


def _take(connection: "Connection", key: str) -> int:
    """Return the number of a scope, which is held for this transaction and made if it is new.

    Raises:
        StoreError: somebody else held it for too long.
    """
    from psycopg.errors import LockNotAvailable  # noqa: PLC0415  # a laptop has none

    connection.execute("SELECT set_config('lock_timeout', %s, true)", [_LOCK_WAIT])
    try:
        found = connection.execute(_TAKE, [key]).fetchone()
    except LockNotAvailable as error:
        raise StoreError(
            "Another process is writing to this store.",
            hint="Wait until the running sync or import has ended.",
        ) from error
    assert found is not None  # an upsert returns its row
    return int(found[0])
