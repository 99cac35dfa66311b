"""API keys in a real database: shown once, kept as a digest, and for a profile as long as that exists."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from configuration.database.connection import Database
from configuration.errors import ConfigurationError, InputError
from configuration.people import Person
from configuration.profile import Profile
from configuration.settings import Home
from data.people.api_keys import ApiKey, key_of, list_keys, make_key, revoke_key
from data.people.audit import last_lines
from data.persistence import save_profile
from data.profiles import shelf
from tests.support.people import acting


@pytest.fixture
def home(tmp_path: Path, database_url: str) -> Home:
    """Return a home of server mode with two profiles."""
    made = Home(tmp_path, Database(database_url, [Fernet.generate_key().decode()]))
    for name in ("team", "other"):
        save_profile(made, name, Profile())
    return made


def rows(home: Home) -> str:
    assert home.database is not None
    with home.database.reading() as connection:
        return str(connection.execute("SELECT * FROM api_key").fetchall())


def test_a_key_opens_what_it_was_made_for_until_it_is_revoked(home: Home) -> None:
    """The database has neither the key nor what it ends with, and another one of its name opens nothing."""
    key = make_key(home, "ci", "editor", ["team", "other", "team"])
    secret = key.rpartition(".")[2]
    found = key_of(home, key)
    wrong = [key[:-1], key + "x", key.replace("ci", "cd"), key.replace("throughline", "x"), "", "..", secret]
    wrong += ["\0.\0.", "throughline.ci.\ud800"]

    assert found == ApiKey("ci", "editor", ("other", "team"))
    assert [key_of(home, each) for each in wrong] == [None] * len(wrong)
    assert len(secret) == 43  # 32 bytes in base64
    assert secret not in rows(home)

    revoke_key(home, "ci")
    again = make_key(home, "ci", "reader", ["team"])

    assert key_of(home, key) is None
    assert key_of(home, again) == ApiKey("ci", "reader", ("team",))
    assert [line.action for line in last_lines(home, 9)] == ["key made", "key revoked", "key made"]


def test_a_key_goes_with_its_profile(home: Home) -> None:
    """Renamed it is the same one; deleted it is nobody's, whoever takes its name; taken back it is again."""
    make_key(home, "both", "editor", ["team", "other"])
    make_key(home, "one", "editor", ["other"])
    with acting(Person("ada", "administrator")):
        shelf.rename(home, "team", "crew")
        renamed = list_keys(home)
        gone = shelf.delete(home, "crew")
        shelf.create(home, "crew")
        new = list_keys(home)
        shelf.delete(home, "crew")
        shelf.restore(home, gone.id)
        restored = list_keys(home)

    assert [key.profiles for key in renamed] == [("crew", "other"), ("other",)]
    assert [key.profiles for key in new] == [("other",), ("other",)]
    assert [key.profiles for key in restored] == [("crew", "other"), ("other",)]


@pytest.mark.parametrize("name", ["", "a b", "a.b", "ä", "x" * 65, "a/b"])
def test_a_name_is_a_word(home: Home, name: str) -> None:
    with pytest.raises(InputError, match="cannot be the name of a key"):
        make_key(home, name, "reader", ["team"])


def test_what_is_not_there_is_told(home: Home, tmp_path: Path) -> None:
    make_key(home, "ci", "reader", ["team"])
    with pytest.raises(InputError, match="There is a key called ci already"):
        make_key(home, "ci", "editor", ["team"])
    with pytest.raises(InputError, match="There is no key called cd"):
        revoke_key(home, "cd")
    with pytest.raises(ConfigurationError, match="DATABASE_URL is not set"):
        list_keys(Home(tmp_path))
