"""A real PostgreSQL behind ``Database``: what it lends, what it refuses, and how it comes back."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from configuration.database import migrations
from configuration.database.connection import MOST_CONNECTIONS, PATIENCE_S, Database
from configuration.errors import ConfigurationError, DashboardError, StoreError
from tests.services import PostgreSQL, as_owner, free_port, missing, new_folder
from tests.support.commands import ROOT
from tests.support.disks import small_disk

INSERT = "INSERT INTO document VALUES ('run', %s, '')"


def names(database: Database) -> list[str]:
    with database.reading() as connection:
        rows = connection.execute("SELECT name FROM document ORDER BY name").fetchall()
    return [row[0] for row in rows]


def use(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(INSERT, ["used"])


def test_nothing_is_connected_before_it_is_used() -> None:
    Database("postgresql://nobody@127.0.0.1:1/nothing").close()


def test_a_transaction_is_whole_or_nothing(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(INSERT, ["kept"])
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        connection.execute(INSERT, ["lost"])
        raise ZeroDivisionError

    assert names(database) == ["kept"]


def test_a_reader_sees_one_moment_and_writes_nothing(database: Database) -> None:
    with database.reading() as reader:
        before = reader.execute("SELECT count(*) FROM document").fetchone()
        use(database)
        after = reader.execute("SELECT count(*) FROM document").fetchone()
    with pytest.raises(StoreError, match="can be read and not written"), database.reading() as reader:
        reader.execute(INSERT, ["x"])

    assert (before, after) == ((0,), (0,))
    use_again = names(database)  # the connection writes again afterwards
    assert use_again == ["used"]
    with database.transaction() as connection:
        connection.execute("DELETE FROM document")


def test_a_refusal_of_postgresql_is_a_sentence(database: Database) -> None:
    use(database)
    with pytest.raises(StoreError, match="refused: duplicate key value") as met:
        use(database)

    assert isinstance(met.value.__cause__, psycopg.errors.UniqueViolation)


def test_threads_share_it_and_wait_for_a_connection(database: Database) -> None:
    """Twice as many at once as there are connections."""
    with ThreadPoolExecutor(2 * MOST_CONNECTIONS) as threads:

        def work(number: int) -> None:
            with database.transaction() as connection:
                connection.execute("SELECT pg_sleep(0.05)")
                connection.execute(INSERT, [f"{number:02}"])

        list(threads.map(work, range(2 * MOST_CONNECTIONS)))

    assert len(names(database)) == 2 * MOST_CONNECTIONS


def test_when_all_connections_are_in_use_that_is_told(database: Database) -> None:
    leave, inside = threading.Event(), threading.Semaphore(0)

    def sit() -> None:
        with database.transaction():
            inside.release()
            leave.wait(20)

    threads = [threading.Thread(target=sit, daemon=True) for _ in range(MOST_CONNECTIONS)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert inside.acquire(timeout=10)
    begun = time.monotonic()
    with pytest.raises(StoreError, match="All 8 connections"), database.transaction():
        pytest.fail("there is no ninth one")
    waited_s = time.monotonic() - begun
    leave.set()
    for thread in threads:
        thread.join(5)

    assert PATIENCE_S <= waited_s < PATIENCE_S + 4
    assert names(database) == []


def test_what_is_written_under_a_lost_lock_is_not_kept(database: Database, postgres: PostgreSQL) -> None:
    """The connection that holds the lock is the one that writes; where it broke nothing is committed."""
    with database.session() as holder, database.lend_under("scope", holder):
        with database.transaction("scope") as connection:
            connection.execute(INSERT, ["kept"])
            assert connection is holder
        with database.transaction("other") as connection:
            assert connection is not holder
        postgres.execute(f"SELECT pg_terminate_backend({holder.info.backend_pid})")
        with pytest.raises(StoreError), database.transaction("scope") as connection:
            connection.execute(INSERT, ["lost"])
    with database.transaction("scope") as connection:  # nobody holds it now
        connection.execute(INSERT, ["later"])

    assert names(database) == ["kept", "later"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows forks nothing")
def test_a_forked_process_has_connections_of_its_own(database_url: str) -> None:
    script = """
import os, sys
from configuration.database.connection import Database
database = Database(sys.argv[1])
def backend():
    with database.transaction() as connection:
        return connection.info.backend_pid
first = backend()
child = os.fork()
if child == 0:
    os._exit(0 if backend() != first else 1)
_, status = os.waitpid(child, 0)
print(status, backend() == first)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, database_url], capture_output=True, text=True, cwd=ROOT, check=True
    )

    assert done.stdout.split() == ["0", "True"]


def test_the_clock_is_that_of_the_database(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is an hour late does not say so; both clocks are this machine's here."""
    told_ms, real_ms = database.now_ms(), time.time() * 1000
    monkeypatch.setattr(time, "time", lambda: real_ms / 1000 - 3600)

    assert abs(told_ms - real_ms) < 1000
    assert 0 <= database.now_ms() - told_ms < 1000


class TestWhatIsRefused:
    """Each is one sentence of cause and one of remedy, and nothing of the address is in them."""

    def refused(self, url: str, kind: type[DashboardError] = StoreError) -> DashboardError:
        database = Database(url)
        with pytest.raises(kind) as met:
            use(database)
        database.close()
        assert met.value.hint
        assert "@" not in met.value.message
        return met.value

    def test_nobody_listens(self) -> None:
        error = self.refused(f"postgresql://team@127.0.0.1:{free_port()}/x")

        assert error.message == "The database cannot be reached."

    def test_a_wrong_password(self, postgres: PostgreSQL, database_url: str) -> None:
        error = self.refused(database_url.replace(postgres.password, "wrong"))

        assert error.message == "The database refused the password in DATABASE_URL."

    def test_no_such_database(self, postgres: PostgreSQL) -> None:
        assert "no such database" in self.refused(postgres.url("nowhere")).message

    def test_no_address(self) -> None:
        wrong = "postgresql://team:" + "geheim@[/"
        error = self.refused(wrong, ConfigurationError)

        assert error.message == "DATABASE_URL is not the address of a database."
        assert error.__cause__ is None

    def test_a_later_version(self, database_url: str) -> None:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("INSERT INTO migration (number) VALUES (999)")

        assert "A later version of the program" in self.refused(database_url).message

    def test_missing_rights(self, postgres: PostgreSQL) -> None:
        name = postgres.create()
        postgres.execute(f"ALTER DATABASE {name} OWNER TO admin")
        error = self.refused(postgres.url(name))
        postgres.drop(name)

        assert "may not do that" in error.message
        assert "owner" in error.hint

    def test_a_database_that_is_set_to_read_only(self, postgres: PostgreSQL) -> None:
        name = postgres.create("test_0")
        postgres.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        error = self.refused(postgres.url(name))
        postgres.drop(name)

        assert "can be read and not written" in error.message

    def test_no_connection_is_left(self, postgres: PostgreSQL) -> None:
        name = postgres.create("test_0")
        postgres.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 1")
        error = self.refused(postgres.url(name))
        postgres.drop(name)

        assert "connection" in error.message

    def test_a_full_disk(self, postgres: PostgreSQL, database_url: str) -> None:
        """The documents lie on a disk of a megabyte; what was stored before is unharmed."""
        name, database = database_url.rpartition("/")[2], Database(database_url)
        use(database)
        folder = new_folder()
        folder.chmod(0o755)
        with small_disk(folder / "disk", "1M") as disk:
            if os.geteuid() == 0:
                shutil.chown(disk, "postgres", "postgres")
            postgres.execute(f"CREATE TABLESPACE small LOCATION '{disk}'")
            try:
                postgres.execute("ALTER TABLE document SET TABLESPACE small", name=name)
                with pytest.raises(StoreError, match="no space left"), database.transaction() as connection:
                    connection.execute("INSERT INTO document VALUES ('run', 'large', %s)", [bytes(2_000_000)])
                left = names(database)
                postgres.execute("ALTER TABLE document SET TABLESPACE pg_default", name=name)
            finally:
                database.close()
                postgres.drop(name)
                postgres.execute("DROP TABLESPACE small")
        shutil.rmtree(folder)

        assert left == ["used"]

    def test_a_limit_of_the_administrator(self, postgres: PostgreSQL) -> None:
        name = postgres.create("test_0")
        for setting in ("work_mem", "temp_file_limit"):
            postgres.execute(f"ALTER ROLE team IN DATABASE {name} SET {setting} = '64kB'")
        database = Database(postgres.url(name))
        with (
            pytest.raises(StoreError, match="limit that its administrator set"),
            database.reading() as reader,
        ):
            reader.execute("SELECT * FROM generate_series(1, 100000) AS n ORDER BY -n").fetchall()
        database.close()
        postgres.drop(name)


def test_tables_are_made_once_by_many_processes(postgres: PostgreSQL) -> None:
    """Three at once, on an empty database; each can use it afterwards."""
    name = postgres.create()
    script = """
import sys
from configuration.database.connection import Database
database = Database(sys.argv[1])
with database.transaction() as connection:
    connection.execute("INSERT INTO document VALUES ('run', %s, '')", [sys.argv[2]])
database.close()
"""
    command = [sys.executable, "-c", script, postgres.url(name)]
    started = [subprocess.Popen([*command, str(number)], cwd=ROOT) for number in range(3)]
    codes = [process.wait(30) for process in started]
    database = Database(postgres.url(name))
    used = names(database)
    with database.session() as connection:
        again = migrations.migrate(connection)
        steps = connection.execute("SELECT number FROM migration ORDER BY number").fetchall()
    database.close()
    postgres.drop(name)

    assert codes == [0, 0, 0]
    assert used == ["0", "1", "2"]
    assert again == 0
    assert [step for (step,) in steps] == list(range(1, len(migrations.MIGRATIONS) + 1))


def test_an_older_database_is_brought_up_to_date(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in it stays."""
    before = Database(database_url)
    use(before)
    before.close()
    step = "CREATE TABLE of_the_next_version (number integer)"
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, step))
    after = Database(database_url)

    assert names(after) == ["used"]
    with after.transaction() as connection:
        connection.execute("INSERT INTO of_the_next_version VALUES (1)")
    after.close()


def test_a_step_that_fails_leaves_the_tables_as_they_were(
    postgres: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = postgres.create()
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, "CREATE TABLE document ()"))
    with pytest.raises(StoreError):
        names(Database(postgres.url(name)))
    with psycopg.connect(postgres.url(name)) as connection:
        left = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    postgres.drop(name)

    assert left == (0,)


def test_an_outage_is_one_sentence_and_ends_by_itself(postgres: PostgreSQL, database: Database) -> None:
    """PostgreSQL is stopped and started for real; the connections of before are not tried one by one."""
    with ThreadPoolExecutor(4) as threads:  # four connections that will be dead
        list(threads.map(lambda _: time.sleep(0.05) or names(database), range(8)))
    postgres.stop()
    begun = time.monotonic()
    try:
        with pytest.raises(StoreError) as met:
            use(database)
        waited_s = time.monotonic() - begun
    finally:
        postgres.start()
    begun = time.monotonic()
    use(database)
    recovered_s = time.monotonic() - begun

    assert met.value.message == "The database cannot be reached."
    assert waited_s < PATIENCE_S + 4
    assert recovered_s < PATIENCE_S + 0.5  # else it would have been told again
    assert names(database) == ["used"]


def test_an_outage_before_the_first_use_ends_by_itself(postgres: PostgreSQL, database: Database) -> None:
    postgres.stop()
    try:
        with pytest.raises(StoreError, match="cannot be reached"):
            use(database)
    finally:
        postgres.start()
    time.sleep(1.1)
    use(database)

    assert names(database) == ["used"]


@pytest.fixture
def pooler(postgres: PostgreSQL) -> Iterator[Callable[[str], int]]:
    """Return what starts PgBouncer before the server in a mode, and returns its port."""
    program = next(
        (path for path in map(Path, ("/usr/sbin/pgbouncer", "/usr/bin/pgbouncer")) if path.exists()), None
    )
    if program is None:
        missing("PgBouncer")
    folder, started = new_folder(), []

    def start(mode: str) -> int:
        port = free_port()
        (folder / "users").write_text(f'"team" "{postgres.password}"\n')
        (folder / "ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={postgres.port}\n[pgbouncer]\n"
            f"listen_addr=127.0.0.1\nlisten_port={port}\nunix_socket_dir=\npool_mode={mode}\n"
            f"auth_type=scram-sha-256\nauth_file={folder}/users\nignore_startup_parameters=extra_float_digits\n"
        )
        for path in (folder, *folder.iterdir()):
            path.chmod(0o755)
        command = [str(program), str(folder / "ini")]
        started.append(subprocess.Popen(command, stderr=subprocess.DEVNULL, **as_owner()))  # type: ignore[call-overload]
        deadline = time.monotonic() + 10
        while True:
            try:
                psycopg.connect(postgres.url("test_0", port=port)).close()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, "PgBouncer did not start"
                time.sleep(0.02)
            else:
                return port

    yield start
    for process in started:
        process.terminate()
        process.wait(10)
    shutil.rmtree(folder)


def test_a_pooler_that_shares_sessions_is_refused(
    postgres: PostgreSQL, database_url: str, pooler: Callable[[str], int]
) -> None:
    name = database_url.rpartition("/")[2]
    with pytest.raises(StoreError, match="pooler that shares sessions") as met:
        use(Database(postgres.url(name, port=pooler("transaction"))))
    faithful = Database(postgres.url(name, port=pooler("session")))
    use(faithful)

    assert names(faithful) == ["used"]
    faithful.close()
    assert "pool_mode = session" in met.value.hint


def test_a_standby_is_refused(postgres: PostgreSQL) -> None:
    """A copy that follows its server and takes no writes."""
    folder = new_folder()
    standby = PostgreSQL(folder, hot_standby="on")
    standby.password = postgres.password
    if os.geteuid() == 0:
        os.chown(folder, (postgres.folder).stat().st_uid, -1)
    address = f"host=127.0.0.1 port={postgres.port} user=admin password={postgres.password}"
    subprocess.run(
        [
            postgres.programs / "pg_basebackup",
            "-d",
            address,
            "-D",
            folder / "data",
            "-R",
            "-c",
            "fast",
            "--no-sync",
        ],
        check=True,
        **as_owner(),  # type: ignore[call-overload]
    )
    try:
        standby.start()
        with pytest.raises(StoreError, match="it is a standby"):
            use(Database(standby.url("test_0")))
    finally:
        standby.stop()
        shutil.rmtree(folder)


def test_a_program_without_the_extra_says_so(tmp_path: Path) -> None:
    """As where it was installed for a laptop: neither module can be found."""
    for name in ("psycopg", "cryptography"):
        (tmp_path / f"{name}.py").write_text("raise ImportError")
    script = """
from configuration.database.connection import Database
from configuration.database.sealing import new_key
from configuration.errors import ConfigurationError
for use in (Database("postgresql://x").now_ms, new_key):
    try:
        use()
    except ConfigurationError as error:
        print(error.message, error.hint)
"""
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )

    sentence = "What a server beside a database needs is not installed."
    assert (
        done.stdout.splitlines()
        == [f"{sentence} Install the program with its extra: throughline-jira[server]."] * 2
    )
