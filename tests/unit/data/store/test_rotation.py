"""Secrets encrypted again with the first key, in a real database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from callbacks.cli.console import run
from configuration.database.connection import Database
from configuration.database.sealing import Seal, new_key
from configuration.errors import ConfigurationError, StoreError
from configuration.logging_config import shutdown_logging
from configuration.settings import Home
from data.people.audit import last_lines
from data.people.sessions import Sessions
from data.store.documents import documents_of
from data.store.rotation import Rotated, rotate

NAMES = ("aside/gone.json", "team.json")


class Server:
    """A database with secrets, opened with one set of keys or another."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder, self._url = folder, url
        self._made: list[Database] = []

    def under(self, *keys: str) -> Home:
        """Return its home as a process with these keys has it."""
        self._made.append(Database(self._url, keys))
        return Home(self._folder, self._made[-1])

    def keep(self, key: str, *names: str) -> None:
        """Keep secrets that this key encrypts; each is its own name."""
        for name in names:
            documents_of(self.under(key), "secrets").write(name, name.encode())

    def sealed(self) -> list[bytes]:
        """Return all that is encrypted, as it lies there."""
        query = (
            "SELECT content FROM document WHERE folder = 'secrets' UNION ALL SELECT refreshing FROM session"
        )
        database = self.under().database
        assert database is not None
        with database.reading() as connection:
            return [bytes(row[0]) for row in connection.execute(query).fetchall()]

    def close(self) -> None:
        for database in self._made:
            database.close()


@pytest.fixture
def server(tmp_path: Path, database_url: str) -> Iterator[Server]:
    made = Server(tmp_path, database_url)
    yield made
    made.close()


def test_the_old_key_can_go(server: Server) -> None:
    """Tokens, those of deleted profiles, and what sessions hold; done again there is nothing left to do."""
    old, new = new_key(), new_key()
    server.keep(old, *NAMES)
    home = server.under(new, old)
    assert home.database is not None
    Sessions(home.database, [old]).begin("ann", [], "asks again")
    Sessions(home.database, [old]).begin("bob", [], "")
    first = rotate(home)
    kept = server.sealed()
    server.keep(new, "other.json")
    again = rotate(home)

    assert (first, again) == (Rotated(renewed=3, before=0), Rotated(renewed=0, before=4))
    assert server.sealed()[:2] == kept[:2]
    opened = {Seal([new]).open(sealed).decode() for sealed in kept if sealed}
    assert opened == {*NAMES, "asks again"}
    lines = [(line.person, line.action, line.subject) for line in last_lines(home, 9)]
    assert lines == [("the command line", "secrets rotated", "3")]


def test_what_no_key_opens_is_named_and_keeps_none_back(server: Server) -> None:
    """It stays as it is, also for whoever finds its key later."""
    lost, old, new = new_key(), new_key(), new_key()
    server.keep(old, *NAMES)
    server.keep(lost, "far.json")
    with pytest.raises(StoreError) as refusal:
        rotate(server.under(new, old))

    assert "opens the secrets of far; all others (2) are" in refusal.value.message
    assert documents_of(server.under(lost), "secrets").read("far.json") == b"far.json"
    assert rotate(server.under(new, lost)) == Rotated(renewed=1, before=2)


def test_without_keys_or_a_database_it_is_refused(server: Server, tmp_path: Path) -> None:
    server.keep(new_key(), *NAMES)
    before = server.sealed()
    with pytest.raises(StoreError, match="THROUGHLINE_KEYS is not set"):
        rotate(server.under())
    with pytest.raises(StoreError, match="something that is no key"):
        rotate(server.under("no key"))
    with pytest.raises(ConfigurationError, match="DATABASE_URL is not set"):
        rotate(Home(tmp_path))

    assert server.sealed() == before


def test_the_command_says_how_many(
    server: Server, tmp_path: Path, database_url: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    old, new = new_key(), new_key()
    server.keep(old, *NAMES)
    settings = {"THROUGHLINE_HOME": str(tmp_path), "DATABASE_URL": database_url}
    try:
        codes = [
            run(["keys", "rotate"], settings | {"THROUGHLINE_KEYS": keys}, lambda: None)
            for keys in (f"{new},{old}", new, old)
        ]
    finally:
        shutdown_logging()
    told = capsysbinary.readouterr()

    assert codes == [0, 0, 6]
    assert told.out.decode().splitlines() == [
        "Encrypted anew with the first key: 2. With it already: 0.",
        "Encrypted anew with the first key: 0. With it already: 2.",
    ]
    assert "opens the secrets of gone, team" in told.err.decode()
