"""Every table of server mode, as steps that are taken once each and in order.

A step that has been in a release is never changed: what it lacks becomes the next one. ``scope``, ``folder``
or ``host`` come first in every key, so that what belongs together lies together.
"""

from collections.abc import Callable
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

_STORES = """
CREATE TABLE scope (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text COLLATE "C" NOT NULL UNIQUE,
    version bigint NOT NULL DEFAULT 0,
    used_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);
CREATE TABLE scope_meta (
    scope bigint, name text COLLATE "C", value text NOT NULL, PRIMARY KEY (scope, name)
);
CREATE TABLE scope_attempt (
    scope bigint, name text COLLATE "C", value text NOT NULL, PRIMARY KEY (scope, name)
);
CREATE TABLE issue (
    scope bigint, id text COLLATE "C", key text COLLATE "C" NOT NULL, updated bigint NOT NULL,
    row bytea NOT NULL, crc bigint NOT NULL, PRIMARY KEY (scope, id)
);
CREATE INDEX issue_by_key ON issue (scope, key);
CREATE TABLE staged (
    scope bigint, id text COLLATE "C", key text COLLATE "C" NOT NULL, updated bigint NOT NULL,
    row bytea NOT NULL, crc bigint NOT NULL, PRIMARY KEY (scope, id)
);
CREATE TABLE link (
    scope bigint, key text COLLATE "C", id text COLLATE "C", PRIMARY KEY (scope, key, id)
);
CREATE INDEX link_by_id ON link (scope, id);
CREATE TABLE changed (scope bigint, id text COLLATE "C", PRIMARY KEY (scope, id));
CREATE TABLE reference (
    scope bigint, kind text COLLATE "C", id text COLLATE "C", row bytea NOT NULL,
    PRIMARY KEY (scope, kind, id)
);
CREATE TABLE issue_column (
    scope bigint, name text COLLATE "C", kind text NOT NULL, crc bigint NOT NULL, data bytea NOT NULL,
    PRIMARY KEY (scope, name)
);
CREATE TABLE event_column (
    scope bigint, name text COLLATE "C", kind text NOT NULL, crc bigint NOT NULL, data bytea NOT NULL,
    PRIMARY KEY (scope, name)
);
CREATE TABLE chunk (
    scope bigint, number bigint GENERATED ALWAYS AS IDENTITY, columns text NOT NULL, crc bigint NOT NULL,
    data bytea NOT NULL, PRIMARY KEY (scope, number)
);
ALTER TABLE issue ALTER row SET STORAGE EXTERNAL;
ALTER TABLE staged ALTER row SET STORAGE EXTERNAL;
ALTER TABLE reference ALTER row SET STORAGE EXTERNAL;
ALTER TABLE issue_column ALTER data SET STORAGE EXTERNAL;
ALTER TABLE event_column ALTER data SET STORAGE EXTERNAL;
ALTER TABLE chunk ALTER data SET STORAGE EXTERNAL;
"""

_PEOPLE = """
CREATE TABLE owner (
    document text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    PRIMARY KEY (document, name)
);
CREATE TABLE session (
    digest bytea PRIMARY KEY,
    name text NOT NULL,
    groups text[] NOT NULL,
    refreshing bytea NOT NULL,
    began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    checked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE attempt (
    digest bytea PRIMARY KEY,
    nonce text NOT NULL,
    verifier text NOT NULL,
    target text NOT NULL,
    began_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE audit (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    person text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL
);
"""

_SCHEDULES = """
CREATE TABLE schedule (
    profile text COLLATE "C" PRIMARY KEY,
    asked_at timestamptz NOT NULL
) WITH (fillfactor = 50);
"""
_API_KEYS = """
CREATE TABLE api_key (
    name text COLLATE "C" PRIMARY KEY,
    digest bytea NOT NULL,
    role text NOT NULL,
    documents text[] NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
"""


def _queue() -> str:
    """Return the queue of the workers: the tables of Procrastinate and its version; and schedules."""
    from importlib.metadata import version  # noqa: PLC0415  # takes 3 ms, of a laptop too

    from procrastinate.schema import SchemaManager  # noqa: PLC0415  # a laptop has none

    made_by = f"COMMENT ON TABLE procrastinate_jobs IS '{version('procrastinate')}';"
    return f"{SchemaManager.get_schema()}{_SCHEDULES}{made_by}"


# Numbered from 1 on.
MIGRATIONS: tuple[str | Callable[[], str], ...] = (_DOCUMENTS, _STORES, _PEOPLE, _queue, _API_KEYS)


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
            connection.execute((step if isinstance(step, str) else step()).encode())
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
