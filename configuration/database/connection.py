"""Connections to PostgreSQL: made when first used, lent to one at a time, back after an outage."""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from configuration.database.migrations import migrate
from configuration.database.refusals import READ_ONLY, not_installed, told
from configuration.database.watch import Watch
from configuration.errors import ConfigurationError, DashboardError, StoreError

if TYPE_CHECKING:
    from psycopg import Connection as _Connection
    from psycopg_pool import ConnectionPool

    Connection = _Connection[tuple[Any, ...]]

# So long somebody waits for a connection before being told that there is none.
PATIENCE_S = 3.0
MOST_CONNECTIONS = 8
# Who met a failure tells others of it for so long: they need not all wait for the same.
_TOLD_FOR_S = 1.0
# After so long the database's clock is looked at again; meanwhile clocks drift a few milliseconds apart.
_CLOCK_HOLDS_S = 60.0
# The first of two numbers of the locks by which processes are known to live.
_OWNERS = 7_238_113
_NUMBER_BITS = 31
# So often a process makes sure that it still has its own.
_OWNER_HOLDS_S = 2.0
_DEAD_PEERS: dict[str, Any] = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


@dataclass(frozen=True, slots=True)
class Owners:
    """Who lives, by the numbers of their locks; a number begins with when the database was started."""

    numbers: frozenset[int]
    started: int

    def lives(self, owner: int) -> bool:
        """Tell whether an owner lives, or had its number before the database was started again.

        Nobody has a lock then: whoever lives takes a new one when it comes back, and meanwhile nobody knows.
        """
        return owner in self.numbers or owner >> _NUMBER_BITS != self.started


@dataclass(slots=True)
class _Owner:
    """The lock by which others know that a process lives, on a connection of its own."""

    number: int
    connection: "Connection"
    process: int
    seen_at: float


class Database:
    """One PostgreSQL. Nothing is connected before it is used; threads may share it, and forked processes too.

    Args:
        url: as libpq takes it, ``postgresql://user:password@host/name``.
        keys: encrypt what is secret, the first one; all decrypt.
    """

    def __init__(self, url: str, keys: Sequence[str] = ()) -> None:
        self._url = url
        self.keys = tuple(keys)
        self._lock = threading.Lock()
        self._pool: ConnectionPool[Connection] | None = None
        self._process = 0
        self._failure: tuple[float, DashboardError] | None = None
        self._held: dict[str, tuple[Connection, threading.RLock]] = {}
        self._clock: tuple[float, float] | None = None
        self._owner: _Owner | None = None
        self._watches: dict[str, Watch] = {}

    def __repr__(self) -> str:
        return "Database(***)"

    def secrets(self) -> tuple[str, ...]:
        """Return what must not be written into a log: the password and the keys."""
        try:
            password = urlsplit(self._url).password
        except ValueError:  # no address; who opens it is told so
            password = None
        return (*self.keys, *((unquote(password),) if password else ()))

    @contextmanager
    def transaction(self, under: str | None = None) -> Iterator["Connection"]:
        """Lend a connection in a transaction, which is committed at the end and rolled back by an error.

        Args:
            under: the name of a lock. Where this process holds it (``lend_under``), the connection is the one
                that holds it, so that who lost the lock can commit nothing; elsewhere this changes nothing.

        Raises:
            StoreError: the database cannot be reached, or refused something.
        """
        with self._lock:
            held = self._held.get(under) if under else None
        if held is None:
            with self.lent() as connection, connection.transaction():
                yield connection
            return
        connection, turn = held
        with turn, told(), connection.transaction():
            yield connection

    @contextmanager
    def reading(self) -> Iterator["Connection"]:
        """Lend a connection that sees the database as it was at its first look, whoever writes meanwhile.

        Raises:
            StoreError: the database cannot be reached, or refused something.
        """
        with self.lent() as connection:
            from psycopg import IsolationLevel  # noqa: PLC0415  # a laptop has none

            connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
            try:
                with connection.transaction():
                    yield connection
            finally:
                connection.isolation_level = connection.read_only = None

    @contextmanager
    def session(self) -> Iterator["Connection"]:
        """Lend a connection of its own, which ends with the block: what is locked for a session ends with it.

        Each statement is a transaction of itself.

        Raises:
            StoreError: the database cannot be reached, or refused something.
        """
        self._opened()
        with told():
            connection = self._connect()
            try:
                yield connection
            finally:
                connection.close()

    @contextmanager
    def lend_under(self, name: str, connection: "Connection") -> Iterator[None]:
        """Use the connection that holds a lock for whatever is written under it meanwhile.

        Args:
            name: of the lock; one at a time holds it in this process.
            connection: a ``session``.
        """
        with self._lock:
            self._held[name] = (connection, threading.RLock())
        try:
            yield
        finally:
            with self._lock:
                del self._held[name]

    def now_ms(self) -> int:
        """Return the database's time in UTC epoch milliseconds: one clock for all machines.

        It is measured once a minute and goes on by this machine's monotonic clock, in an outage too.

        Raises:
            StoreError: the database could not be asked even once.
        """
        known = self._clock
        if known is None or time.monotonic() - known[1] > _CLOCK_HOLDS_S:
            try:
                known = self._clock = self._measure()
            except StoreError:
                if known is None:
                    raise
                known = self._clock = (known[0] + time.monotonic() - known[1], time.monotonic())
        return round((known[0] + time.monotonic() - known[1]) * 1000)

    def watch(self, name: str) -> Watch:
        """Return how this process has seen the database's clock go, for one purpose."""
        with self._lock:
            return self._watches.setdefault(name, Watch())

    def owner(self) -> int:
        """Return a number by which others see that this process lives: it holds a lock for it meanwhile.

        After an outage it is another one.

        Raises:
            StoreError: the database cannot be reached, or refused something.
        """
        self._opened()
        with self._lock, told():
            if self._owner is None or not _still_there(self._owner):
                self._owner = self._become_owner()
            return self._owner.number

    def owners(self, connection: "Connection") -> Owners:
        """Return who lives, as a lent connection sees it."""
        query = (
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2"
        )
        here = " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        locks = connection.execute(f"{query}{here}".encode(), [_OWNERS]).fetchall()
        started = _started_at(connection)
        return Owners(frozenset(started << _NUMBER_BITS | number for (number,) in locks), started)

    @property
    def address(self) -> str:
        """Where it is, for a library that connects by itself; it may hold a password."""
        return self._url

    def close(self) -> None:
        """Close all connections; the next use opens them again."""
        with self._lock:
            pool, self._pool = self._pool, None
            owner, self._owner = self._owner, None
        if owner is not None and owner.process == os.getpid():
            owner.connection.close()
        if pool is not None and self._process == os.getpid():
            pool.close()

    def _measure(self) -> tuple[float, float]:
        """Return the database's time and, in seconds of the monotonic clock, when it was that."""
        with self.lent() as connection:
            before = time.monotonic()
            row = connection.execute("SELECT extract(epoch FROM clock_timestamp())").fetchone()
            after = time.monotonic()
        return (float(row[0]) if row else time.time()), (before + after) / 2

    @contextmanager
    def lent(self) -> Iterator["Connection"]:
        """Lend a connection on which each statement is a transaction of itself.

        Raises:
            StoreError: the database cannot be reached, or refused something.
        """
        pool = self._opened()
        from psycopg_pool import PoolTimeout  # noqa: PLC0415  # a laptop has none

        try:
            with told():
                connection = pool.getconn()
        except StoreError as error:
            if isinstance(error.__cause__, PoolTimeout):
                self._explain()
            raise
        try:
            with told():
                yield connection
        finally:
            pool.putconn(connection)

    def _explain(self) -> None:
        """Say why the pool has no connection, as one more attempt tells."""
        with told():
            self._connect().close()
        raise StoreError(
            f"All {MOST_CONNECTIONS} connections to the database are in use.", hint="Try again in a moment."
        )

    def _opened(self) -> "ConnectionPool[Connection]":
        """Return the pool; the first time, and after a fork, see whether this database will do.

        Raises:
            StoreError: it cannot be reached, cannot be written, is of a later version, or behind a pooler
                that gives a session to several.
            ConfigurationError: the address is none, or psycopg is not installed.
        """
        with self._lock:
            if self._pool is None or self._process != os.getpid():
                if self._failure and time.monotonic() - self._failure[0] < _TOLD_FOR_S:
                    raise self._failure[1]
                try:
                    self._prepare()
                except DashboardError as error:
                    self._failure = (time.monotonic(), error)
                    raise
                self._pool, self._process, self._failure = self._make_pool(), os.getpid(), None
            return self._pool

    def _prepare(self) -> None:
        try:
            import psycopg  # noqa: PLC0415  # a laptop has none
            import psycopg_pool  # noqa: F401, PLC0415
        except ImportError as error:
            raise not_installed() from error
        try:
            psycopg.conninfo.conninfo_to_dict(self._url)
        except psycopg.ProgrammingError:
            raise ConfigurationError(  # without the cause: it repeats the address, which may hold a password
                "DATABASE_URL is not the address of a database.",
                hint="Write it like postgresql://user:password@host:5432/name.",
            ) from None
        with told(), self._connect() as connection, self._connect() as other:
            _check_sessions(connection, other)
            _check_writing(connection)
            migrate(connection)

    def _connect(self) -> "Connection":
        import psycopg  # noqa: PLC0415  # a laptop has none

        connection = psycopg.connect(self._url, **_options())
        # The locks of a machine that lost its power are free after 25 s, not after two hours.
        connection.execute(
            "SELECT set_config('tcp_keepalives_idle', '10', false),"
            " set_config('tcp_keepalives_interval', '5', false),"
            " set_config('tcp_keepalives_count', '3', false), set_config('idle_session_timeout', '0', false)"
        )
        return connection

    def _become_owner(self) -> _Owner:
        connection = self._connect()
        row = connection.execute("SELECT nextval('limiter_owner')::integer").fetchone()
        number = row[0] if row else 0
        connection.execute("SELECT pg_advisory_lock(%s, %s)", [_OWNERS, number])
        number |= _started_at(connection) << _NUMBER_BITS
        return _Owner(number, connection, os.getpid(), time.monotonic())

    def _make_pool(self) -> "ConnectionPool[Connection]":
        from psycopg_pool import ConnectionPool  # noqa: PLC0415  # a laptop has none

        def check(connection: "Connection") -> None:
            try:
                ConnectionPool.check_connection(connection)
            except Exception:  # passed on
                # The others were made before the same outage: to try each would take a second each.
                pool.drain()
                raise

        pool: ConnectionPool[Connection] = ConnectionPool(
            self._url,
            kwargs=_options(),
            min_size=0,
            max_size=MOST_CONNECTIONS,
            timeout=PATIENCE_S,
            check=check,
            # Its own pauses double without end; given up early, it begins anew with whoever asks next.
            reconnect_timeout=2.0,
            open=True,
        )
        return pool


def _still_there(owner: _Owner) -> bool:
    """Tell whether the connection of this process's owner is whole; the parent's is none of a child's."""
    import psycopg  # noqa: PLC0415  # a laptop has none

    if owner.process != os.getpid():
        return False
    if time.monotonic() - owner.seen_at < _OWNER_HOLDS_S:
        return True
    try:
        owner.connection.execute("SELECT")
    except psycopg.OperationalError:
        owner.connection.close()
        return False
    owner.seen_at = time.monotonic()
    return True


def _options() -> dict[str, Any]:
    return {
        "autocommit": True,
        "connect_timeout": round(PATIENCE_S),
        "application_name": "throughline",
        **_DEAD_PEERS,
    }


def _check_sessions(one: "Connection", other: "Connection") -> None:
    """Refuse a pooler that gives one session to two connections: two would hold the same lock.

    Raises:
        StoreError: there is such a pooler.
    """
    first = _backend_of(one)
    with other.transaction():  # keeps what it got, so that the first one would get another
        second = _backend_of(other)
        shares = first == second or first != _backend_of(one)
    if shares:
        raise StoreError(
            "The database is behind a pooler that shares sessions, and locks would not hold.",
            hint="Let DATABASE_URL name PostgreSQL itself, or set the pooler to pool_mode = session.",
        )


def _started_at(connection: "Connection") -> int:
    row = connection.execute("SELECT extract(epoch FROM pg_postmaster_start_time())::bigint").fetchone()
    return int(row[0]) if row else 0


def _backend_of(connection: "Connection") -> object:
    return connection.execute("SELECT pg_backend_pid()").fetchone()


def _check_writing(connection: "Connection") -> None:
    row = connection.execute("SHOW transaction_read_only").fetchone()
    if row and row[0] == "on":
        raise StoreError(READ_ONLY[0], hint=READ_ONLY[1])
