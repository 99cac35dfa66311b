"""What each kind of home does of its own: files stay with their owner, rows of secrets are encrypted."""

import os
from pathlib import Path

import pytest

from configuration.database.connection import Database
from configuration.database.sealing import Seal, new_key
from configuration.errors import InputError, StoreError
from configuration.settings import Home, Secret
from data.persistence import load_token, save_token
from data.store.documents import documents_of

SITE = "https://team.example.net"
TOKEN = Secret("-".join(("made", "up")))
SECRET = b"not for others"


def with_keys(database: Database, *keys: str) -> Home:
    database.keys = keys
    return Home(Path("/nowhere"), database)


def raw(database: Database) -> bytes:
    with database.reading() as connection:
        row = connection.execute("SELECT content FROM document WHERE folder = 'secrets'").fetchone()
    assert row is not None
    return bytes(row[0])


class TestFiles:
    @pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
    def test_their_owner_alone_reads_secrets(self, tmp_path: Path) -> None:
        secrets = documents_of(Home(tmp_path), "secrets")
        secrets.write("team.json", SECRET)
        path = tmp_path / "secrets" / "team.json"
        assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        path.chmod(0o644)  # as a backup may leave it

        assert secrets.read("team.json") == SECRET
        assert path.stat().st_mode & 0o777 == 0o600

    def test_a_link_is_no_document(self, tmp_path: Path) -> None:
        profiles = documents_of(Home(tmp_path), "profiles")
        profiles.write("real.toml", b"")
        (tmp_path / "profiles" / "link.toml").symlink_to(tmp_path / "profiles" / "real.toml")

        assert profiles.names() == ["real.toml"]
        with pytest.raises(InputError, match=r"link\.toml is a link to somewhere else"):
            profiles.read("link.toml")

    def test_what_is_not_in_its_place_yet_has_no_name(self, tmp_path: Path) -> None:
        profiles = documents_of(Home(tmp_path), "profiles")
        profiles.write("real.toml", b"")
        (tmp_path / "profiles" / ".throughline-x").write_text("half")
        (tmp_path / "profiles" / "folder.toml").mkdir()

        assert profiles.names() == ["real.toml"]


class TestSecretsOfADatabase:
    def test_they_lie_there_encrypted(self, database: Database) -> None:
        home = with_keys(database, new_key())
        documents_of(home, "secrets").write("team.json", SECRET)

        assert SECRET not in raw(database)
        assert documents_of(home, "secrets").read("team.json") == SECRET

    def test_the_first_key_encrypts_and_all_decrypt(self, database: Database) -> None:
        """A new key before the old one; once everything was written anew the old one can go."""
        old, new = new_key(), new_key()
        documents_of(with_keys(database, old), "secrets").write("team.json", SECRET)
        both = documents_of(with_keys(database, new, old), "secrets")
        assert both.read("team.json") == SECRET
        both.write("team.json", SECRET)

        assert documents_of(with_keys(database, new), "secrets").read("team.json") == SECRET

    def test_without_a_key_none_is_kept(self, database: Database) -> None:
        home = with_keys(database)
        with pytest.raises(StoreError, match="THROUGHLINE_KEYS is not set") as met:
            save_token(home, "team", SITE, TOKEN)

        assert "keys new" in met.value.hint
        assert documents_of(home, "secrets").names() == []
        assert load_token(home, "team", SITE) is None

    @pytest.mark.parametrize("keys", [(), ("wrong",), ("no key",)])
    def test_with_wrong_keys_that_is_told(self, database: Database, keys: tuple[str, ...]) -> None:
        """Not that there is no token: it is there."""
        save_token(with_keys(database, new_key()), "team", SITE, TOKEN)
        home = with_keys(database, *(new_key() if key == "wrong" else key for key in keys))
        with pytest.raises(StoreError, match="THROUGHLINE_KEYS"):
            load_token(home, "team", SITE)

    def test_profiles_are_not_secret(self, database: Database) -> None:
        documents_of(with_keys(database), "profiles").write("team.toml", b"x")

        assert documents_of(with_keys(database), "profiles").read("team.toml") == b"x"


def test_a_seal_does_not_print() -> None:
    key = new_key()

    assert key not in repr(Seal([key]))
