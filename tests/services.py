"""A real PostgreSQL for tests: one server for a session, on a free port, and a database for each test.

Without PostgreSQL's programs a test that wants them is skipped with a word, unless REQUIRE_SERVICES=1.
"""

import itertools
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from configuration.database.connection import Database

_OWNER = "postgres"  # of the server's process and files where the tests run as root, which it refuses
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "80",
    "shared_buffers": "32MB",
    "fsync": "off",  # nobody needs these data after a power cut
    "full_page_writes": "off",
    "autovacuum": "off",
    "log_min_messages": "fatal",
}


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest one where Debian keeps several."""
    named = shutil.which("initdb")
    if named:
        return Path(named).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return found[-1] if found else None


def missing(what: str) -> None:
    """Skip a test that needs a service, or fail it where services are required."""
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(f"{what} is missing and REQUIRE_SERVICES=1")
    pytest.skip(f"{what} is missing")


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def as_owner() -> dict[str, object]:
    """Return how to start a process of the server: never as root."""
    if os.geteuid() != 0:
        return {}
    return {"user": _OWNER, "group": _OWNER, "extra_groups": []}


class PostgreSQL:
    """A server that is stopped and started for real.

    ``admin`` may do anything; the program is ``team``, which owns its databases and nothing else.
    """

    def __init__(self, folder: Path, port: int | None = None, **settings: str) -> None:
        found = programs()
        assert found is not None
        self.programs = found
        self.folder = folder
        self.port = port or free_port()
        self.password = secrets.token_urlsafe(12)
        self._settings = {**_SETTINGS, "unix_socket_directories": str(folder), **settings}
        self._process: subprocess.Popen[bytes] | None = None
        self._count = itertools.count()
        self._clean: list[str] = []
        self.tables: tuple[list[str], list[int]] = ([], [])

    def make(self) -> None:
        """Make the files of the server and start it, with the two users."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, _OWNER, _OWNER)
        secret = self.folder / "password"
        secret.write_text(self.password)
        secret.chmod(0o644)  # in a folder that its owner alone can enter
        options = ["--no-sync", "--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--username=admin"]
        self._run("initdb", *options, f"--pwfile={secret}", "-D", str(self.data))
        self.start()
        self.execute(f"CREATE ROLE team LOGIN PASSWORD '{self.password}'")

    @property
    def data(self) -> Path:
        """Where it keeps its data."""
        return self.folder / "data"

    def start(self) -> None:
        """Start it, and return once it answers."""
        settings = [f"--{name}={value}" for name, value in self._settings.items()]
        self._process = subprocess.Popen(
            [str(self.programs / "postgres"), "-D", str(self.data), "-p", str(self.port), *settings],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **as_owner(),  # type: ignore[call-overload]
        )
        deadline = time.monotonic() + 30
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, "PostgreSQL did not start"
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """Stop it; whoever is connected is thrown out."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(30)
            self._process = None

    def execute(self, *statements: str, name: str = "postgres") -> None:
        """Let ``admin`` do something in a database, by default in that of nobody."""
        with psycopg.connect(self.url(name, "admin"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]

    def url(self, name: str, user: str = "team", port: int | None = None) -> str:
        """Return the address of a database for one of the users."""
        return f"postgresql://{user}:{self.password}@127.0.0.1:{port or self.port}/{name}"

    def create(self, template: str = "template0") -> str:
        """Make a database for ``team``, by default an empty one, and return its name."""
        name = f"test_{next(self._count)}"
        self.execute(f"CREATE DATABASE {name} OWNER team TEMPLATE {template}")
        return name

    def take(self) -> str:
        """Return a database with all tables and nothing in them, by choice one that was given back."""
        return self._clean.pop() if self._clean else self.create("test_0")

    def give_back(self, name: str) -> None:
        """Empty a database for another test, or drop it where a test changed more than its rows."""
        try:
            with psycopg.connect(self.url(name, "admin"), autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                tables = _tables_of(connection)
                if tables == self.tables:
                    connection.execute(f"TRUNCATE {', '.join(tables[0])} RESTART IDENTITY")  # type: ignore[call-overload]
                    self._clean.append(name)
                    return
        except psycopg.OperationalError:
            return  # the test dropped it
        self.drop(name)

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def make_tables(self) -> None:
        """Make the database from which those of the tests are copied."""
        url = self.url(self.create())
        database = Database(url)
        with database.transaction():
            pass
        database.close()
        with psycopg.connect(url) as connection:
            self.tables = _tables_of(connection)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.programs / program), *arguments],
            check=True,
            capture_output=True,
            **as_owner(),  # type: ignore[call-overload]
        )


def _tables_of(connection: psycopg.Connection[Any]) -> tuple[list[str], list[int]]:
    """Return the tables of a database but that of its steps, and those."""
    query = (
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migration' ORDER BY 1"
    )
    steps = connection.execute("SELECT number FROM migration ORDER BY 1").fetchall()
    return [row[0] for row in connection.execute(query)], [row[0] for row in steps]


def new_folder() -> Path:
    """Return a short folder that another user than root can reach, unlike those of pytest."""
    return Path(tempfile.mkdtemp(prefix="tl-pg-"))
