"""Every table of server mode, as steps that are taken once each and in order.

A step that has been in a release is never changed: what it lacks becomes the next one. ``scope``, ``folder``
or ``host`` come first in every key, so that what belongs together lies together.
"""

from typing import TYPE_CHECKING

from configuration.errors import StoreError

if TYPE_CHECKING:
    from psycopg import Connection

# Held while tables are made; no other lock of ours has this number.
_LOCK = 7_238_113_001

_DOCUMENTS = """
CREATE TABLE document (
    folder text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (folder, name)
);
ALTER TABLE document ALTER content SET STORAGE EXTERNAL;
CREATE TABLE ledger (
    profile text COLLATE "C" NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    line bytea NOT NULL,
    PRIMARY KEY (profile, number)
);
CREATE TABLE limiter (
    host text COLLATE "C" PRIMARY KEY,
    content bytea NOT NULL
) WITH (fillfactor = 50);
CREATE SEQUENCE limiter_owner AS integer CYCLE;
"""

# Numbered from 1 on.
MIGRATIONS: tuple[str, ...] = (_DOCUMENTS,)


def migrate(connection: "Connection") -> int:
    """Bring the tables to what this version knows, and return how many steps that took.

    Several processes may do so at once: one does it, the others wait for it.

    Raises:
        StoreError: a later version of the program made the tables.
        psycopg.Error: the database does not let us.
    """
    if _steps_taken(connection) == len(MIGRATIONS):
        return 0
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        connection.execute(
            "CREATE TABLE IF NOT EXISTS migration"
            " (number integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())"
        )
        first = _steps_taken(connection)
        for number, step in enumerate(MIGRATIONS[first:], first + 1):
            connection.execute(step.encode())
            connection.execute("INSERT INTO migration (number) VALUES (%s)", [number])
    return len(MIGRATIONS) - first


def _steps_taken(connection: "Connection") -> int:
    """Return the number of the last step that was taken, 0 in an empty database."""
    there = connection.execute("SELECT to_regclass('migration')").fetchone()
    if there is None or there[0] is None:
        return 0
    row = connection.execute("SELECT coalesce(max(number), 0) FROM migration").fetchone()
    taken = int(row[0]) if row else 0
    if taken > len(MIGRATIONS):
        raise StoreError(
            f"A later version of the program made the tables of the database: they are of step {taken}, "
            f"and this version knows {len(MIGRATIONS)}.",
            hint="Update the program.",
        )
    return taken
