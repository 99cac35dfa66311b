"""API keys: by what a pipeline, for which nobody signs in, shows who it is.

A key is shown once, when it is made. The database has its digest, its role and the profiles that it is for;
those go with a profile that is renamed, and end with one that is deleted.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from configuration.database.connection import Database
from configuration.errors import ConfigurationError, InputError
from configuration.people import Role, note, present, require
from configuration.settings import Home
from data.people.audit import COMMAND, recorder

_BEGINNING = "throughline"  # by which people, and programs that look for leaked secrets, know it
_TOML = ".toml"
KEY_ROLES: tuple[Role, ...] = ("reader", "editor")
DOING = "make and revoke keys of the API"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What a key allows; ``profiles`` without those that were deleted since it was made."""

    name: str
    role: Role
    profiles: tuple[str, ...]


def make_key(home: Home, name: str, role: Role, profiles: Iterable[str]) -> str:
    """Return a new key, which nobody can be told again.

    Args:
        home: its database keeps what the key allows.
        name: of letters, digits, dashes and underscores.
        role: reader or editor.
        profiles: names of profiles that exist.

    Raises:
        NotAllowedError: only an administrator may.
        InputError: there is a key of that name, the name has other characters, or no key has that role.
        ConfigurationError: no database is shared.
        StoreError: the database cannot be reached.
    """
    require("administrator", DOING)
    if role not in KEY_ROLES:
        raise InputError(f"No key has the role {role!r}.", hint=f"Choose {' or '.join(KEY_ROLES)}.")
    if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii() or len(name) > 64:
        raise InputError(
            f"{name!r} cannot be the name of a key.",
            hint="Use up to 64 letters, digits, dashes and underscores.",
        )
    text = f"{_BEGINNING}.{name}.{secrets.token_urlsafe(32)}"
    documents = sorted({f"{profile}{_TOML}" for profile in profiles})
    with _database_of(home).transaction() as connection:
        row = connection.execute(
            "INSERT INTO api_key (name, digest, role, documents) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING RETURNING name",
            [name, _digest(text), role, documents],
        ).fetchone()
    if row is None:
        raise InputError(
            f"There is a key called {name} already.",
            hint=f"Choose another name, or end it: keys revoke {name}.",
        )
    _record(home, "key made", name)
    return text


def key_of(home: Home, text: str) -> ApiKey | None:
    """Return what a key allows, None where it is none, or no longer.

    Raises:
        ConfigurationError: no database is shared.
        StoreError: the database cannot be read.
    """
    beginning, _, rest = text.partition(".")
    name = rest.partition(".")[0]
    with _database_of(home).reading() as connection:
        row = connection.execute(
            "SELECT name, digest, role, documents FROM api_key WHERE name = %s", [name.replace("\0", "")]
        ).fetchone()
    kept = b"" if row is None else bytes(row[1])
    if not hmac.compare_digest(kept, _digest(text)) or row is None or beginning != _BEGINNING:
        return None
    return _read(row[0], row[2], row[3])


def list_keys(home: Home) -> list[ApiKey]:
    """Return what every key allows, by name.

    Raises:
        ConfigurationError: no database is shared.
        StoreError: the database cannot be read.
    """
    with _database_of(home).reading() as connection:
        rows = connection.execute("SELECT name, role, documents FROM api_key ORDER BY name").fetchall()
    return [_read(*row) for row in rows]


def revoke_key(home: Home, name: str) -> None:
    """End a key: from the next request on it opens nothing.

    Raises:
        NotAllowedError: only an administrator may.
        InputError: there is none of that name.
        ConfigurationError: no database is shared.
        StoreError: the database cannot be reached.
    """
    require("administrator", DOING)
    with _database_of(home).transaction() as connection:
        gone = connection.execute("DELETE FROM api_key WHERE name = %s", [name]).rowcount
    if not gone:
        raise InputError(f"There is no key called {name}.", hint="See keys list for those that there are.")
    _record(home, "key revoked", name)


def move_in_keys(home: Home, document: str, new: str) -> None:
    """Let the keys of a profile's document be for the same one under its new name, and no others."""
    if home.database is not None:
        with home.database.transaction() as connection:
            connection.execute(
                "UPDATE api_key"
                " SET documents = array_replace(array_remove(documents, %(new)s), %(old)s, %(new)s)"
                " WHERE documents && ARRAY[%(old)s, %(new)s]",
                {"old": document, "new": new},
            )


def forget_in_keys(home: Home, document: str) -> None:
    """Let no key be for a profile's document that is not there any more, or not yet."""
    if home.database is not None:
        with home.database.transaction() as connection:
            connection.execute(
                "UPDATE api_key SET documents = array_remove(documents, %(name)s)"
                " WHERE documents @> ARRAY[%(name)s]",
                {"name": document},
            )


def _read(name: str, role: Role, documents: Iterable[str]) -> ApiKey:
    # A deleted profile waits under ``aside/`` for whoever takes it back, and so does its key.
    profiles = (document.removesuffix(_TOML) for document in documents if "/" not in document)
    return ApiKey(name, role, tuple(sorted(profiles)))


def _record(home: Home, action: str, name: str) -> None:
    if present() is None:
        recorder(home)(COMMAND, action, name)
    else:
        note(action, name)


def _database_of(home: Home) -> Database:
    if home.database is None:
        raise ConfigurationError(
            "API keys are those of a server, and DATABASE_URL is not set.",
            hint="Set DATABASE_URL to the database of the server; docs/server.md tells how.",
        )
    return home.database


def _digest(text: str) -> bytes:
    # Fast on purpose: of 32 random bytes nobody guesses one in a lifetime, as of a password somebody might.
    return hashlib.sha256(text.encode(errors="replace")).digest()
